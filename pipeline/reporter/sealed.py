"""`reporter.age`: the reporter inside a package, readable by the police office alone.

What is sealed names the package it was sealed for, so that nobody can put one person's seal into
another's package unseen, and is padded, so that its size tells nothing of a name's length.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import CheckFailed, InputError
from pipeline.reporter.person import Reporter, reporter_of
from pipeline.wording import Language, word

SEALED = "reporter.age"
_FORMAT = "dashcam-evidence reporter 1"
_BLOCK = 1024  # bytes: the content is padded to a multiple of it
_LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """A reporter who was sealed, and the package they sealed it for."""

    reporter: Reporter
    package: str
    sealed: datetime


def content_of(reporter: Reporter, package: str) -> bytes:
    """What is to be encrypted: JSON, UTF-8, padded with spaces."""
    content = {
        "format": _FORMAT,
        "package": package,
        "sealed": datetime.now(UTC).isoformat(timespec="seconds"),
        "reporter": reporter.as_json(),
    }
    plain = json.dumps(content, ensure_ascii=False).encode()
    return plain.ljust(-(-len(plain) // _BLOCK) * _BLOCK)


def open_sealed(
    package: Path, name: str, decrypt: Callable[[bytes], bytes], language: Language
) -> Opened:
    """The reporter sealed in the folder `package`, whose record calls it `name`.

    Raises InputError where nothing is sealed in it, CheckFailed where it was sealed for another
    package, and what `decrypt` raises.
    """
    path = package / "data" / SEALED
    if path.is_symlink() or not path.is_file():
        raise InputError(package, f"no {SEALED} in it", "nobody sealed an identity into it")
    if path.stat().st_size > _LARGEST:
        raise InputError(path, "too large to be a sealed identity", "check the package")
    plain = decrypt(path.read_bytes())
    told = None
    with suppress(ValueError):
        told = json.loads(plain)
    if not isinstance(told, dict) or told.get("format") != _FORMAT:
        raise InputError(path, "not an identity that this program sealed", "ask who sent it")
    if told.get("package") != name:
        raise CheckFailed(word("reporter.other_package", language, path=path))
    with suppress(KeyError, TypeError, ValueError):
        moment = datetime.fromisoformat(told["sealed"])
        return Opened(reporter_of(told["reporter"], language), name, moment)
    raise InputError(path, "not an identity that this program sealed", "ask who sent it")
