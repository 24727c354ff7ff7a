"""What a plate reader is. Whoever brings another OCR writes one class with two methods.

`PlateReader` finds and reads lines of text and knows nothing of plates: what is a plate among them
is found by `locate` and `read`. `WholePlateReader` does it all, with networks made for plates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pipeline.types import PlateReading

Image = NDArray[np.uint8]
"""BGR, (H, W, 3)."""

Quad = NDArray[np.float64]
"""Corners (4, 2) in pixels: top left, top right, bottom right, bottom left, as the text runs."""

Guesses = tuple[tuple[str, float], ...]
"""What one character may be, likeliest first, with the reader's own probabilities."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text as a reader saw it."""

    text: str
    confidence: float  # 0..1, the reader's own; not calibrated
    quad: Quad
    characters: tuple[Guesses, ...] = ()  # one for each character of `text`, or none at all


class PlateReader(Protocol):
    """Finds and reads lines of text. It knows nothing of plates."""

    name: str

    def read(self, image: Image) -> list[TextLine]:
        """Every line of text in the picture; quads are in its pixels."""
        ...

    def recognise(self, lines: Sequence[Image]) -> list[TextLine]:
        """Read pictures that each hold one upright line of text, in order; a blank one gives ""."""
        ...


@runtime_checkable
class WholePlateReader(Protocol):
    """Finds and reads plates."""

    name: str

    def plates(self, image: Image) -> list[PlateReading]:
        """Every plate in the picture, surest first; boxes in its pixels, time and frame 0."""
        ...


AnyReader = PlateReader | WholePlateReader


def corners(image: Image) -> Quad:
    """The quad of a whole picture."""
    height, width = image.shape[:2]
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
