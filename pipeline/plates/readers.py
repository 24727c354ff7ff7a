"""The choice of a plate reader by its name in the settings."""

from __future__ import annotations

from pipeline.settings import PlatesSettings

from .base import PlateReader


def make_reader(settings: PlatesSettings, *, offline: bool = False) -> PlateReader:
    """The reader that the section `plates` of the settings names; `offline`: fetch no models.

    Raises MissingExtraError where its extra is not installed, ModelError where its weights are not.
    """
    if settings.reader == "easyocr":
        from .easyocr_reader import EasyOcrReader

        return EasyOcrReader(offline=offline)
    from .rapidocr_reader import RapidOcrReader

    return RapidOcrReader()
