"""The paint of a vehicle by one of the names that a report form uses.

Colours are compared in CIELAB, where distance is about what an eye calls different. The reference
points are those of common car paints under daylight; a look votes with the share of the body's
pixels nearest to each name, weighted by the size of the look.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import Colour

_PAINTS: dict[str, tuple[tuple[int, int, int], ...]] = {  # RGB
    "white": ((240, 240, 240), (205, 207, 210)),
    "grey": ((150, 152, 155), (105, 107, 110)),
    "black": ((25, 25, 27), (55, 56, 60)),
    "red": ((190, 25, 30), (120, 20, 25)),
    "orange": ((230, 110, 30),),
    "yellow": ((235, 200, 40),),
    "green": ((40, 120, 60), (90, 150, 100)),
    "blue": ((35, 70, 160), (25, 35, 80), (90, 140, 200)),
    "brown": ((95, 65, 45), (170, 145, 115)),
}
_NAMES = tuple(_PAINTS)
_SIDE = 24  # a look is shrunk to this many pixels a side
_GROWTH = 1.15  # only looks this much larger than the last are worth a vote
_SURE_SHARE = 0.4  # below, the colour is not named


def _lab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 3) CIELAB of (N, 3) RGB; L in 0..100."""
    scaled = rgb.reshape(1, -1, 3).astype(np.float32) / 255
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB)[0], np.float32)


_POINTS = _lab(np.array([rgb for paints in _PAINTS.values() for rgb in paints], np.uint8))
_POINT_NAME = np.array([i for i, paints in enumerate(_PAINTS.values()) for _ in paints])
# Lightness changes with sun and shade far more than hue does.
_WEIGHTS = np.array([0.6, 1.0, 1.0], np.float32)


@dataclass(slots=True)
class ColourVotes:
    """Votes of a track's looks for its paint."""

    _votes: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(_NAMES)))
    _largest: float = 0.0

    def look(self, image: NDArray[np.uint8], box: NDArray[np.float32], confidence: float) -> None:
        """Vote by the vehicle in `box` (xyxy pixels) if it is seen larger than before."""
        x1, y1, x2, y2 = box
        area = float((x2 - x1) * (y2 - y1))
        if area < self._largest * _GROWTH or area < 400:
            return
        self._largest = area
        # The middle band: below the glass, above the wheels, clear of the background at the sides.
        left, right = x1 + 0.2 * (x2 - x1), x1 + 0.8 * (x2 - x1)
        top, bottom = y1 + 0.4 * (y2 - y1), y1 + 0.75 * (y2 - y1)
        patch = image[int(top) : int(bottom), int(left) : int(right)]
        if patch.size == 0:
            return
        small = cv2.resize(patch, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        pixels = _lab(np.ascontiguousarray(small.reshape(-1, 3)[:, ::-1]).astype(np.uint8))
        distance = (((pixels[:, None] - _POINTS[None]) * _WEIGHTS) ** 2).sum(axis=2)
        names = _POINT_NAME[distance.argmin(axis=1)]
        shares = np.bincount(names, minlength=len(_NAMES)) / len(names)
        self._votes += shares * confidence * area**0.5

    def winner(self) -> Colour | None:
        """The colour most pixels agree on, or None where they do not."""
        total = self._votes.sum()
        if total <= 0:
            return None
        best = int(self._votes.argmax())
        share = float(self._votes[best] / total)
        return Colour(_NAMES[best], share) if share >= _SURE_SHARE else None
