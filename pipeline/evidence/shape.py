"""The shape of a package, looked at before anything in it is opened.

A package may come from a stranger: it must be plain files in plain folders, its lists must be in
the one form that this program writes, and none of them may lead outside.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from pipeline.evidence.bag import DECLARATION, LABEL, MANIFEST, PAYLOAD, TAG_MANIFEST, Digests
from pipeline.evidence.incident import RECORD
from pipeline.evidence.shown import some
from pipeline.wording import Language, word

_LISTS = (MANIFEST, TAG_MANIFEST)
_NEEDED = (DECLARATION, LABEL, *_LISTS)
_LINE = re.compile(r"^([0-9a-f]{64})  (\S.*)$")
_LARGEST_LIST = 8 * 1024 * 1024  # bytes
_MOST_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class Shape:
    """What is in a package, or why nothing more of it is read."""

    fault: str = ""
    payload: Digests | None = None  # as its lists say, not as the files are
    tags: Digests | None = None


def shape_of(package: Path, language: Language) -> Shape:
    """Look at a package's folder. Raises OSError."""

    def refused(key: str, names: list[str] | None = None) -> Shape:
        return Shape(word(f"verify.form.{key}", language, names=some(names or [])))

    if package.is_symlink() or not package.is_dir():
        return refused("none")
    missing = [name for name in _NEEDED if not (package / name).exists()]
    if missing:
        return refused("missing", missing)
    if (package / "fetch.txt").exists():
        return refused("fetch")
    found = []
    for entry in _walk(package):
        found.append(entry)
        if len(found) > _MOST_ENTRIES:
            return refused("many")
    odd = [path for path, mode in found if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))]
    if odd:
        return refused("links", odd)
    twins = _twins([path for path, _ in found])
    if twins:
        return refused("twins", twins)
    stray = _stray(found)
    if stray:
        return refused("stray", stray)
    lists = [_listed(package / name) for name in _LISTS]
    outside = [path for one in lists for path in one or () if _leaves(path)]
    if outside:
        return refused("outside", outside)
    payload, tags = lists
    if payload is None or f"{PAYLOAD}/{RECORD}" not in payload:
        return refused("damaged", [MANIFEST])
    if tags is None or not {DECLARATION, LABEL, MANIFEST} <= tags.keys():
        return refused("damaged", [TAG_MANIFEST])
    return Shape("", payload, tags)


def _walk(folder: Path) -> Iterator[tuple[str, int]]:
    """Every entry below `folder`, with the kind of thing it is; links are not followed."""
    for where, folders, files in os.walk(folder):
        for entry in (*folders, *files):
            path = Path(where, entry)
            yield path.relative_to(folder).as_posix(), path.lstat().st_mode


def _twins(paths: list[str]) -> list[str]:
    """Paths that are one and the same on systems that do not tell capitals apart."""
    seen: dict[str, str] = {}
    found = []
    for path in paths:
        key = unicodedata.normalize("NFC", path).casefold()
        if key in seen:
            found += [seen[key], path]
        seen[key] = path
    return found


def _stray(found: list[tuple[str, int]]) -> list[str]:
    """Folders beside the payload, and empty ones: no list could name them."""
    folders = [path for path, mode in found if stat.S_ISDIR(mode)]
    holding = {str(PurePosixPath(path).parent) for path, _ in found}
    return [
        f"{path}/"
        for path in folders
        if path.split("/")[0] != PAYLOAD or (path not in holding and path != PAYLOAD)
    ]


def _listed(manifest: Path) -> Digests | None:
    """What a list names; None where a line of it is not as this program writes it.

    BagIt tools pass over lines that they do not understand.
    """
    if manifest.stat().st_size > _LARGEST_LIST:
        return None
    found: Digests = {}
    whole = True
    for line in manifest.read_bytes().decode("utf-8", errors="replace").split("\n")[:-1]:
        match = _LINE.match(line)
        if match is None or match[2] in found:
            whole = False
            _, _, path = line.partition(" ")
            if _leaves(path.strip(" \t*")):  # to be named as what it is
                return {path.strip(): ""}
            continue
        path = match[2].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        found[path] = match[1]
    return found if whole else None


def _leaves(path: str) -> bool:
    """Whether a listed path leads out of the package, on any system."""
    for text in (path, unquote(path)):
        plain = text.replace("\\", "/")
        if plain.startswith(("/", "~")) or re.match(r"^[A-Za-z]:", plain):
            return True
        if ".." in PurePosixPath(plain).parts:
            return True
    return False
