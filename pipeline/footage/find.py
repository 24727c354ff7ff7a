"""The video files that a person means by a list of files and folders."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import InputError

VIDEO_SUFFIXES = frozenset(
    {".mp4", ".mov", ".avi", ".mkv", ".ts", ".3gp", ".m4v", ".mts", ".m2ts", ".webm"}
)


def find_footage(paths: Sequence[Path]) -> tuple[list[Path], list[InputError]]:
    """Video files in natural order, each once; and what could not be looked into.

    A file that is named is taken whatever its suffix; of a folder, the videos anywhere below it.
    """
    found: list[Path] = []
    errors: list[InputError] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside: list[Path] = []
        known = len(errors)

        def unreadable(error: OSError) -> None:
            where = error.filename or path  # noqa: B023
            errors.append(
                InputError(where, error.strerror or "cannot be opened", "check its permissions")
            )

        for folder, folders, names in os.walk(path, onerror=unreadable):
            folders[:] = [name for name in folders if not name.startswith(".")]
            inside += [
                Path(folder, name)
                for name in names
                if Path(name).suffix.lower() in VIDEO_SUFFIXES and not name.startswith(".")
            ]
        if not inside and len(errors) == known:
            errors.append(
                InputError(path, "no video in this folder", "name the folder with the footage")
            )
        found += sorted(inside, key=natural)
    return list(dict.fromkeys(found)), errors


def natural(path: Path) -> list[tuple[int, int, str]]:
    """Sort key in which `clip10` comes after `clip9`."""
    parts = re.split(r"(\d+)", str(path).lower())
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]
