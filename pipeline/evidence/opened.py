"""A package, opened: its folder, whether it is one or a zip, and its record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from pipeline.errors import InputError
from pipeline.evidence.archive import unpacked
from pipeline.evidence.incident import RECORD, IncidentRecord
from pipeline.wording import Language


@contextmanager
def folder_of(package: Path, language: Language = "en") -> Iterator[Path]:
    """The folder of a package that is one, or a zip of one (unpacked for the while).

    Raises InputError where there is neither, CheckFailed where a zip is refused.
    """
    if package.is_file():
        with unpacked(package, language=language) as folder:
            yield folder
    elif package.is_dir():
        yield package
    else:
        raise InputError(package, "no such package", "name its folder or its zip")


def record_of(folder: Path) -> IncidentRecord:
    """The record of a package's folder. Raises InputError."""
    try:
        return IncidentRecord.model_validate_json((folder / "data" / RECORD).read_bytes())
    except (OSError, ValidationError):
        raise InputError(folder, "not an evidence package", "name its folder or its zip") from None
