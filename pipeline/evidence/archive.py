"""A package as one `.zip`: always the same bytes for the same content; read as if from a stranger.

Entries are `ID/…`, sorted, stored without compression (media does not shrink, and compressors
differ), with one date for all. A comment says who packed it: such an archive must be exactly as
this program packs it, while one that somebody packed with another tool is judged by its content.
"""

from __future__ import annotations

import shutil
import stat
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from pipeline.errors import CheckFailed
from pipeline.evidence.shown import shown, some
from pipeline.wording import Language, word

COMMENT = b"dashcam-evidence package 1"
_DATE = (1980, 1, 1, 0, 0, 0)  # the first that the format knows
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may ask of the machine that opens it."""

    entries: int = 10_000
    total: int = 16 * 1024**3  # bytes
    ratio: int = 100  # times larger than what is stored; text and pictures stay far below
    small: int = 1024 * 1024  # bytes of an entry whose ratio does not matter
    spare: int = 256 * 1024**2  # bytes that stay free on the disk


def pack(folder: Path, archive: Path, name: str) -> None:
    """Write all files below `folder` as `name/…` into the file `archive`. Raises OSError."""
    paths = sorted(
        (path.relative_to(folder).as_posix(), path)
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )
    with ZipFile(archive, "w", zipfile.ZIP_STORED, allowZip64=True) as packed:
        packed.comment = COMMENT
        for inside, path in paths:
            entry = ZipInfo(f"{name}/{inside}", _DATE)
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.file_size = path.stat().st_size
            with path.open("rb") as source, packed.open(entry, "w") as sink:
                shutil.copyfileobj(source, sink, _BLOCK)


@contextmanager
def unpacked(
    archive: Path, limits: Limits | None = None, language: Language = "en"
) -> Iterator[Path]:
    """The folder of the package in `archive`, in a temporary place, gone afterwards.

    Nothing is written anywhere else. Raises CheckFailed where the archive is refused, with the
    reason.
    """
    with tempfile.TemporaryDirectory(prefix="dashcam-") as place:
        yield _unpack(archive, Path(place), limits or Limits(), _Why(archive, language))


def is_as_packed(archive: Path, folder: Path) -> bool | None:
    """Whether an archive is byte for byte what this program makes of `folder`, its content.

    None where another tool packed it, which is no fault. Raises OSError.
    """
    with ZipFile(archive) as packed:
        if not packed.comment:
            return None
        if packed.comment != COMMENT:
            return False
    with tempfile.TemporaryDirectory(prefix="dashcam-") as place:
        again = Path(place, "again.zip")
        pack(folder, again, folder.name)
        return _same(archive, again)


def _same(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as left, other.open("rb") as right:
        while block := left.read(_BLOCK):
            if block != right.read(_BLOCK):
                return False
    return True


# --- reading -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Why:
    """Says why an archive is not opened."""

    archive: Path
    language: Language

    def __call__(self, key: str, /, **values: object) -> str:
        return word(f"archive.{key}", self.language, **values)

    def failed(self, how: str, reason: str) -> CheckFailed:
        return CheckFailed(self(how, name=shown(self.archive.name), reason=reason))


def _unpack(archive: Path, place: Path, limits: Limits, why: _Why) -> Path:
    try:
        with ZipFile(archive) as packed:
            entries = packed.infolist()
            reason = _refusal(entries, archive.stat().st_size, place, limits, why)
            if reason:
                raise why.failed("refused", reason)
            for entry in entries:
                _extract(packed, entry, place, why)
            return place / entries[0].filename.split("/")[0]
    except CheckFailed:
        raise
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise why.failed("broken", shown(str(error))) from error
    except OSError as error:
        raise why.failed("unwritten", error.strerror or str(error)) from error
    except Exception as error:  # zlib's and lzma's own kinds
        raise why.failed("broken", shown(str(error))) from error


def _refusal(entries: list[ZipInfo], size: int, place: Path, limits: Limits, why: _Why) -> str:
    """Why an archive is not opened, or nothing; asked before a byte of it is written."""
    if not entries:
        return why("empty")
    if len(entries) > limits.entries:
        return why("many", count=len(entries))
    if any(entry.flag_bits & 1 for entry in entries):
        return why("encrypted")
    return (
        _bad_names(entries, why)
        or _bad_kinds(entries, why)
        or _bad_sizes(entries, size, place, limits, why)
    )


def _bad_names(entries: list[ZipInfo], why: _Why) -> str:
    odd = [one.orig_filename for one in entries if _leads_astray(one)]
    if odd:
        return why("names", names=some(odd))
    tops = {entry.filename.split("/")[0] for entry in entries}
    if len(tops) != 1 or any("/" not in entry.filename for entry in entries):
        return why("tops", names=some(sorted(tops)))
    seen: dict[str, str] = {}
    for entry in entries:
        plain = entry.filename.rstrip("/")
        key = unicodedata.normalize("NFC", plain).casefold()
        if key in seen:
            return why("twins", names=some([seen[key], plain]))
        seen[key] = plain
    files = {one.filename for one in entries if not one.is_dir()}
    for entry in entries:
        parts = entry.filename.rstrip("/").split("/")
        if any("/".join(parts[:count]) in files for count in range(1, len(parts))):
            return why("both", file=shown(entry.filename))
    return ""


def _leads_astray(entry: ZipInfo) -> bool:
    name = entry.filename
    parts = name.rstrip("/").split("/")
    return (
        entry.orig_filename != name  # it was cut at a zero byte
        or "\\" in name
        or ":" in name
        or name.startswith(("/", "~"))
        or any(part in ("", ".", "..") for part in parts)
        or any(len(part.encode()) > 255 for part in parts)
        or not name.isprintable()
        or not name.isascii()
    )


def _bad_kinds(entries: list[ZipInfo], why: _Why) -> str:
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        wanted = (0, stat.S_IFDIR) if entry.is_dir() else (0, stat.S_IFREG)
        if kind not in wanted:
            return why("link", file=shown(entry.filename))
    return ""


def _bad_sizes(entries: list[ZipInfo], size: int, place: Path, limits: Limits, why: _Why) -> str:
    total = sum(entry.file_size for entry in entries)
    if total > limits.total:
        return why("large", bytes=total, limit=limits.total)
    for entry in entries:
        if entry.file_size > max(limits.small, limits.ratio * entry.compress_size):
            return why("bomb_file", file=shown(entry.filename))
    if total > max(limits.small, limits.ratio * size):
        return why("bomb")
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            return why("overlap")
        end = entry.header_offset + 30 + len(entry.filename) + entry.compress_size
    if total > shutil.disk_usage(place).free - limits.spare:
        return why("no_room", bytes=total)
    return ""


def _extract(packed: ZipFile, entry: ZipInfo, place: Path, why: _Why) -> None:
    target = place.joinpath(*entry.filename.rstrip("/").split("/"))
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with packed.open(entry) as source, target.open("xb") as sink:
        while block := source.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise why.failed("refused", why("larger", file=shown(entry.filename)))
            sink.write(block)
    if left:
        raise why.failed("refused", why("short", file=shown(entry.filename)))
