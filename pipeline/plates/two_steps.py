"""What readers have in common that first find lines of text and then read them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from .base import Image, Quad, TextLine
from .quads import rectify


class TwoStepReader(ABC):
    """`read` from a reader's own `find` and `recognise`."""

    @abstractmethod
    def find(self, image: Image) -> list[Quad]:
        """Where the picture holds text, unread."""

    @abstractmethod
    def recognise(self, lines: Sequence[Image]) -> list[TextLine]:
        """Read pictures that each hold one upright line of text, in order."""

    def read(self, image: Image) -> list[TextLine]:
        """Every line of text in the picture; quads are in its pixels."""
        quads = self.find(image)
        lines = self.recognise([rectify(image, quad) for quad in quads])
        return [
            TextLine(line.text, line.confidence, quad, line.characters)
            for line, quad in zip(lines, quads, strict=True)
            if line.text.strip()
        ]
