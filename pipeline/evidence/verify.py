"""Whether a package is whole and unchanged, and whether its clip is the original's own.

A package may come from a stranger: nothing outside its folder is opened on its word, and nothing in
it is opened before it is known to be a plain file.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import bagit
from pydantic import ValidationError

from pipeline.errors import InputError
from pipeline.evidence.bag import open_bag
from pipeline.evidence.digest import sha256_of
from pipeline.evidence.incident import RECORD, ClipRecord, IncidentRecord
from pipeline.evidence.packets import packets_are_identical

_MANIFESTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
_TAG_FILES = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt"}
_LINE = re.compile(r"[0-9a-f]{64}[ \t]+\*?\S")
_LARGEST_RECORD = 64 * 1024 * 1024  # bytes
_NAMED = 5  # culprits named in one message


@dataclass(frozen=True, slots=True)
class Check:
    """One question and its answer."""

    name: str
    ok: bool
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """All questions that were asked of one package."""

    package: Path
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        return {
            "package": str(self.package),
            "ok": self.ok,
            "checks": [asdict(check) for check in self.checks],
        }


def verify(package: Path, original: Path | None = None) -> Verification:
    """Ask everything that can be asked of a package; `original` is the footage of its clip.

    Raises nothing for a package that is not sound: the answers say what is wrong with it.
    """
    return Verification(package, tuple(_checks(package, original)))


def _checks(package: Path, original: Path | None) -> Iterator[Check]:
    try:
        form = _form(package)
        yield form
        if not form.ok:
            return
        bag = _bag(package)
        yield bag
        record, check = _record(package)
        yield check
        if record is None:
            return
        yield _files(package, record)
        if bag.ok:
            yield _name(package, record)
    except OSError as error:
        yield Check("reading", False, f"{error.filename or package}: {error.strerror or error}")
        return
    if original is not None:
        yield from _against(package, record, original)


# --- the folder --------------------------------------------------------------------------------


def _form(package: Path) -> Check:
    """Plain files and folders only, and lists of them that stay inside."""
    name = "form"
    if not package.is_dir():
        return Check(name, False, "there is no such folder")
    missing = [
        part for part in ("bagit.txt", "bag-info.txt", *_MANIFESTS) if not (package / part).exists()
    ]
    if missing:
        return Check(name, False, f"not an evidence package: {', '.join(missing)} missing")
    if (package / "fetch.txt").exists():
        return Check(name, False, "it wants files fetched from elsewhere (fetch.txt)")
    odd = [path for path, mode in _walk(package) if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))]
    if odd:
        return Check(name, False, f"links or devices in it: {_some(odd)}")
    garbled = [one for one in _MANIFESTS if not _is_list(package / one)]
    if garbled:
        return Check(name, False, f"a list of it is damaged: {', '.join(garbled)}")
    outside = [
        path
        for manifest in package.glob("*manifest-*.txt")
        for path in _listed(manifest)
        if _leaves(path)
    ]
    if outside:
        return Check(name, False, f"its lists name paths outside the package: {_some(outside)}")
    return Check(name, True, "a folder of plain files")


def _walk(folder: Path) -> Iterator[tuple[str, int]]:
    """Every entry below `folder`, with the kind of thing it is; links are not followed."""
    for where, folders, files in os.walk(folder):
        for entry in (*folders, *files):
            path = Path(where, entry)
            yield path.relative_to(folder).as_posix(), path.lstat().st_mode


def _is_list(manifest: Path) -> bool:
    """Whether every line names a file; BagIt tools pass over lines that they do not understand."""
    text = manifest.read_text(encoding="utf-8", errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    named = {line[64:].strip().lstrip("*") for line in lines}
    needed = _TAG_FILES if manifest.name.startswith("tag") else {f"data/{RECORD}"}
    return all(_LINE.match(line) for line in lines) and needed <= named


def _listed(manifest: Path) -> Iterator[str]:
    for line in manifest.read_text(encoding="utf-8", errors="replace").splitlines():
        parts = line.split(None, 1)
        if len(parts) == 2:
            yield parts[1].lstrip("*").strip()


def _leaves(path: str) -> bool:
    """Whether a listed path leads out of the package, on any system."""
    for text in (path, unquote(path)):
        plain = text.replace("\\", "/")
        if plain.startswith(("/", "~")) or re.match(r"^[A-Za-z]:", plain):
            return True
        if ".." in PurePosixPath(plain).parts:
            return True
    return False


def _bag(package: Path) -> Check:
    """As any BagIt tool sees it."""
    name = "bag"
    try:
        open_bag(package).validate()
    except bagit.BagValidationError as error:
        details = [_detail(one) for one in error.details]
        return Check(name, False, _some(details) if details else _first_line(error))
    except (bagit.BagError, UnicodeDecodeError, ValueError) as error:
        return Check(name, False, _first_line(error))
    return Check(name, True, "complete, and every file has its SHA-256")


def _detail(error: Any) -> str:
    match error:
        case bagit.ChecksumMismatch():
            return f"{error.path} was changed"
        case bagit.FileMissing():
            return f"{error.path} is missing"
        case bagit.UnexpectedFile():
            return f"{error.path} does not belong to it"
    return _first_line(error)


# --- the record --------------------------------------------------------------------------------


def _record(package: Path) -> tuple[IncidentRecord | None, Check]:
    path = package / "data" / RECORD
    if not path.is_file():
        return None, Check("record", False, f"{RECORD} is missing")
    if path.stat().st_size > _LARGEST_RECORD:
        return None, Check("record", False, f"{RECORD} is too large to be one")
    try:
        record = IncidentRecord.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        message = f"{RECORD} is not as the schema wants it: {where or 'file'}: {first['msg']}"
        return None, Check("record", False, message)
    count = len(record.originals)
    wrong = [clip.path for clip in record.clips if not 0 <= clip.original < count]
    if wrong:
        message = f"{RECORD} names an original that it does not describe: {_some(wrong)}"
        return None, Check("record", False, message)
    return record, Check("record", True, f"{RECORD} follows the schema {record.schema_version}")


def _files(package: Path, record: IncidentRecord) -> Check:
    """The record's own list against what is there."""
    data = package / "data"
    listed = {file.path: file for file in record.files}
    found = {path for path, mode in _walk(data) if stat.S_ISREG(mode)} - {RECORD}
    faults = [f"{path} is missing" for path in sorted(listed.keys() - found)]
    faults += [f"{path} is not listed" for path in sorted(found - listed.keys())]
    faults += [
        f"{path} was changed"
        for path in sorted(listed.keys() & found)
        if sha256_of(data / path) != listed[path].sha256
    ]
    faults += [f"{clip.path} is no file of it" for clip in record.clips if clip.path not in listed]
    if faults:
        return Check("files", False, _some(faults))
    return Check("files", True, f"all {len(listed)} files are as {RECORD} lists them")


def _name(package: Path, record: IncidentRecord) -> Check:
    """The bag's own word on which package it is; the folder may have been renamed."""
    label = open_bag(package).info.get("External-Identifier")
    if label != record.id:
        return Check("identity", False, f"the bag is called {label}, its record {record.id}")
    return Check("identity", True, record.id)


# --- the original ------------------------------------------------------------------------------


def _against(package: Path, record: IncidentRecord, original: Path) -> Iterator[Check]:
    try:
        digest = sha256_of(original)
    except OSError as error:
        yield Check("original", False, f"{original}: {error.strerror or error}")
        return
    number = next(
        (index for index, one in enumerate(record.originals) if one.sha256 == digest), None
    )
    if number is None:
        names = ", ".join(f"{one.name} ({one.sha256[:12]}…)" for one in record.originals)
        message = f"{original.name} ({digest[:12]}…) is another file; the package is of {names}"
        yield Check("original", False, message)
    else:
        yield Check("original", True, f"{original.name} is the footage that the package names")
    for clip in record.clips:
        if number is None or clip.original == number:
            yield _packets(package, clip, original)


def _packets(package: Path, clip: ClipRecord, original: Path) -> Check:
    try:
        found = packets_are_identical(package / "data" / clip.path, original, near_s=clip.start_s)
    except InputError as error:
        return Check("clip", False, str(error))
    return Check("clip", found.identical, f"{clip.path}: {found.message}")


def _some(items: list[str]) -> str:
    more = len(items) - _NAMED
    return ", ".join(items[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
