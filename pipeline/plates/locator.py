"""The shipped plate locator: a picture in, the corners of the plates in it out.

It is made by `training/plate_locator`; `models/plate_locator.md` says what it can do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.vision.onnx_model import OnnxModel

from .base import Image, Quad
from .quads import box_around, overlap

_STRIDE, _UNIT = 4, 16.0  # as in training/plate_locator/network.py
_LONGEST = 1280  # pixels of a picture's longer side that it looks at
_REDUCED = 0.4  # a second look at plates too near for the first
_SMALL = 300  # pictures with a shorter longer side are not reduced
_SAME = 0.45  # of the smaller box
_MOST = 40


@dataclass(frozen=True, slots=True)
class PlateSpot:
    """A plate that was located, unread."""

    quad: Quad
    score: float  # 0..1
    two_lines: float  # 0..1, how likely it has two lines


class PlateLocator:
    """Finds plates of all kinds from about 12 pixels' height. Raises ModelError."""

    def __init__(self, threads: int = 1, threshold: float | None = None) -> None:
        self._model = OnnxModel("plate_locator", threads)
        self.weights = self._model.weights
        self._threshold = threshold if threshold is not None else self.weights.confidence or 0.3

    def find(self, image: Image) -> list[PlateSpot]:
        """Plates in a frame or a crop, surest first; corners in its pixels."""
        if min(image.shape[:2]) < 12:
            return []
        found = [spot for scale in _scales(image) for spot in self._look(image, scale)]
        found.sort(key=lambda spot: -spot.score)
        kept: list[PlateSpot] = []
        for spot in found[:_MOST]:
            box = box_around([spot.quad])
            if all(overlap(box, box_around([other.quad])) < _SAME for other in kept):
                kept.append(spot)
        return kept

    def _look(self, image: Image, scale: float) -> Iterator[PlateSpot]:
        if scale != 1.0:
            how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how))
        height, width = image.shape[:2]
        padded = np.full((-(-height // 32) * 32, -(-width // 32) * 32, 3), 114, np.uint8)
        padded[:height, :width] = image
        output = self._model(padded.transpose(2, 0, 1)[None].astype(np.float32))[0][0]
        heat = 1 / (1 + np.exp(-output[0]))
        peaks = (heat == cv2.dilate(heat, np.ones((3, 3), np.uint8))) & (heat >= self._threshold)
        for y, x in zip(*np.nonzero(peaks), strict=True):
            middle = (np.array([x, y]) + 0.5) * _STRIDE
            quad = middle + output[1:9, y, x].reshape(4, 2).astype(np.float64) * _UNIT
            if not _is_convex(quad):
                continue
            two = 1 / (1 + np.exp(-float(output[9, y, x])))
            yield PlateSpot(quad / scale, float(heat[y, x]), two)


def _scales(image: Image) -> list[float]:
    side = max(image.shape[:2])
    first = min(_LONGEST / side, 1.0)
    return [first] if side < _SMALL else [first, first * _REDUCED]


def _is_convex(quad: NDArray[np.float64]) -> bool:
    """Whether the corners go around once, clockwise on the screen."""
    sides = np.roll(quad, -1, axis=0) - quad
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    return bool((turns > 0).all())
