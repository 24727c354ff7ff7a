"""Geometry of a line of text: its corners, its direction, the picture within it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .base import Image, Quad

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Strip:
    """A line of text as a tilted rectangle: centre, unit vectors along and down the text, size."""

    centre: Vector
    along: Vector
    down: Vector
    width: float
    height: float

    @classmethod
    def of(cls, quad: Quad) -> Strip:
        along = (quad[1] + quad[2] - quad[0] - quad[3]) / 2
        side = (quad[2] + quad[3] - quad[0] - quad[1]) / 2
        width = max(float(np.linalg.norm(along)), 2.0)
        along = along / width
        down = np.array([-along[1], along[0]])
        return cls(quad.mean(axis=0), along, down, width, max(float(np.linalg.norm(side)), 2.0))

    @property
    def angle_deg(self) -> float:
        return float(np.degrees(np.arctan2(self.along[1], self.along[0])))

    def moved(self, down: float, width: float) -> Quad:
        """The quad of a strip like this one, `down` heights further down and `width` wide."""
        centre = self.centre + self.down * (down * self.height)
        half, rise = self.along * (width / 2), self.down * (self.height / 2)
        return np.array(
            [centre - half - rise, centre + half - rise, centre + half + rise, centre - half + rise]
        )


def box_around(quads: list[Quad] | tuple[Quad, ...]) -> tuple[float, float, float, float]:
    """The upright box (xyxy) around all corners."""
    points = np.concatenate(quads)
    x1, y1 = points.min(axis=0)
    x2, y2 = points.max(axis=0)
    return float(x1), float(y1), float(x2), float(y2)


def overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> float:
    """The common area of two boxes as a share of the smaller one."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (one, other)]
    return width * height / max(min(areas), 1e-9)


def rectify(image: Image, quad: Quad, margin: float = 0.0, rise: float = 0.0) -> Image:
    """The picture within `quad`, upright.

    It is widened at both ends by `margin`, and above and below by `rise`, in heights of the quad.
    """
    along = (quad[1] + quad[2] - quad[0] - quad[3]) / 2
    down = (quad[2] + quad[3] - quad[0] - quad[1]) / 2
    width = max(float(np.linalg.norm(along)), 2.0)
    height = max(float(np.linalg.norm(down)), 2.0)
    x, y = along / width * (margin * height), down * rise
    source = quad + np.array([-x - y, x - y, x + y, -x + y])
    columns = max(round(width + 2 * margin * height), 2)
    rows = max(round(height * (1 + 2 * rise)), 2)
    target = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    matrix = cv2.getPerspectiveTransform(source.astype(np.float32), target)
    flat = cv2.warpPerspective(
        image, matrix, (columns, rows), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(flat, np.uint8)
