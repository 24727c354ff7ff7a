"""One package, one channel: exactly what that channel takes, made beside the evidence.

Made to the side and moved into place whole. Nothing is sent: the person does that.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.channels.channel import Channel
from pipeline.channels.enclosures import Enclosing, copy_to
from pipeline.channels.letter import short
from pipeline.channels.mail import write_mail
from pipeline.channels.source import Source
from pipeline.errors import OutputError
from pipeline.evidence.archive import pack
from pipeline.evidence.digest import sha256_of
from pipeline.wording import Language

_UNLIMITED_SIGNS = 1_000_000


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a submission."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Submission:
    """What was made for a channel."""

    path: Path  # an e-mail, a zip, or a folder
    files: tuple[SentFile, ...]


def make_submission(
    source: Source, name: str, channel: Channel, folder: Path, language: Language
) -> Submission:
    """Make what the channel `name` takes of a package, in `folder`; an earlier one is replaced.

    Raises InputError where the evidence does not fit the channel's limits, OutputError.
    """
    # A zip of a package is called like the package, whatever it is made for.
    suffix = {"email": f".{name}.eml", "handover": ".zip"}.get(channel.kind, f".{name}")
    target = folder / f"{source.record.id}{suffix}"
    with _made_aside(target) as part:
        match channel.kind:
            case "email":
                write_mail(source, channel, part / target.name, language)
                return _placed(part / target.name, target)
            case "handover":
                pack(source.package, part / target.name, source.record.id)
                return _placed(part / target.name, target)
            case "web_form" | "chat":
                whole = part / target.name
                whole.mkdir()
                _fill_folder(source, channel, whole, language)
                return _placed(whole, target)


def _fill_folder(source: Source, channel: Channel, folder: Path, language: Language) -> None:
    """Files under the limits, and a text to paste."""
    enclosures = Enclosing(source, channel.limits, folder, language).all()
    copy_to(enclosures, folder)
    signs = channel.limits.text_signs or _UNLIMITED_SIGNS
    text = short(source, [one.listed for one in enclosures], signs, language)
    (folder / f"text.{language}.txt").write_text(text, encoding="utf-8")


@contextmanager
def _made_aside(target: Path) -> Iterator[Path]:
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
    except OSError as error:
        raise OutputError(
            f"{target}: cannot be written ({error.strerror or error}); "
            "free some space or choose another folder with -o"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _placed(made: Path, target: Path) -> Submission:
    files = [made] if made.is_file() else sorted(made.iterdir())
    listed = tuple(
        SentFile(target.name if made.is_file() else path.name, sha256_of(path), path.stat().st_size)
        for path in files
    )
    if target.is_dir():
        shutil.rmtree(target)
    made.replace(target)
    return Submission(target, listed)
