"""The choice of a plate reader by its name in the settings."""

from __future__ import annotations

from importlib.metadata import version

from pipeline.settings import PlatesSettings
from pipeline.vision.registry import registry

from .base import AnyReader


def make_reader(settings: PlatesSettings, *, offline: bool = False) -> AnyReader:
    """The reader that the section `plates` of the settings names; `offline`: fetch no models.

    Raises MissingExtraError where its extra is not installed, ModelError where its weights are not.
    """
    if settings.reader == "easyocr":
        from .easyocr_reader import EasyOcrReader

        return EasyOcrReader(offline=offline)
    if settings.reader == "shipped":
        from .shipped_reader import ShippedReader

        return ShippedReader()
    from .rapidocr_reader import RapidOcrReader

    return RapidOcrReader()


def models_of(settings: PlatesSettings) -> list[tuple[str, str, str | None, str]]:
    """Name, origin, sha256 and task of the models that read plates, for the record of a run."""
    if settings.reader == "shipped":
        return [
            (entry.name, "shipped", entry.sha256, entry.name)
            for entry in (registry()["plate_locator"], registry()["plate_reader"])
        ]
    return [(f"{settings.reader} {version(settings.reader)}", "package", None, "plate_reader")]
