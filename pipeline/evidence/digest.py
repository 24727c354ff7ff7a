"""Digests of files; an original of an hour is read once, however many packages come from it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from pipeline.errors import InputError


def sha256_of(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of_original(path: Path) -> str:
    """The same for footage, remembered as long as the file does not change. Raises InputError."""
    try:
        found = path.stat()
        return _remembered(path, found.st_size, found.st_mtime_ns)
    except OSError as error:
        raise InputError(
            path, error.strerror or str(error), "check the card or the disk"
        ) from error


@lru_cache(maxsize=1024)
def _remembered(path: Path, size: int, changed_ns: int) -> str:
    return sha256_of(path)
