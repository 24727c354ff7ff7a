"""Painted road markings in one picture: narrow bright bands on darker ground."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.scene.small import Small

TOP, BOTTOM = 0.45, 0.93  # shares of the height between which the road is looked at
_WIDTHS = (3, 6, 12)  # pixels between a line's middle and the ground beside it; far, middle, near
_CONTRAST = 22  # grey levels by which paint outshines the ground on both sides
_BANDS = 3
_SHORTEST, _HOLE = 12, 4  # pixels of a segment, and of a hole in it
_FLATTEST_DEG = 12.0  # flatter bands are stop lines, shadows and joints of the asphalt


@dataclass(frozen=True, slots=True)
class Paint:
    """What looks painted in one small picture."""

    mask: NDArray[np.uint8]  # (rows, w): 255 where painted; row 0 is `first_row` of the picture
    seen: NDArray[np.uint8]  # (rows, w): 0 where a road user hides the ground
    segments: NDArray[np.float32]  # (S, 4): x1, y1, x2, y2 in pixels of the small picture
    first_row: int


def find_paint(small: Small, boxes: NDArray[np.float32]) -> Paint:
    """The markings of a picture; `boxes` (N, 4) are its road users in pixels of the full one."""
    height = small.grey.shape[0]
    first, last = int(TOP * height), int(BOTTOM * height)
    # The brightest of the three colours: yellow paint on sunlit asphalt is hardly brighter in grey.
    road = small.bgr[first:last].max(axis=2).astype(np.int16)
    mask = np.zeros(road.shape, np.uint8)
    edges = np.linspace(0, len(road), _BANDS + 1).astype(int)
    for band, (top, bottom) in enumerate(pairwise(edges)):
        # The nearer the road, the wider its lines; a band takes its neighbour's width as well.
        for step in _WIDTHS[max(band - 1, 0) : band + 1]:
            rows = road[top:bottom]
            centre = rows[:, step:-step]
            darker = np.minimum(centre - rows[:, : -2 * step], centre - rows[:, 2 * step :])
            mask[top:bottom, step:-step][darker > _CONTRAST] = 255
    seen = np.full(mask.shape, 255, np.uint8)
    for x1, y1, x2, y2 in boxes * small.scale:
        left, right = max(int(x1) - 2, 0), max(int(x2) + 3, 0)
        top, bottom = int(y1) - 2 - first, int(y2) + 3 - first
        if bottom > 0:
            seen[max(top, 0) : bottom, left:right] = 0
    mask &= seen
    found = cv2.HoughLinesP(mask, 1, np.pi / 180, 14, None, _SHORTEST, _HOLE)
    segments = np.empty((0, 4), np.float32) if found is None else found.reshape(-1, 4)
    segments = segments.astype(np.float32)
    angles = np.degrees(
        np.arctan2(np.abs(segments[:, 3] - segments[:, 1]), np.abs(segments[:, 2] - segments[:, 0]))
    )
    segments = segments[angles > _FLATTEST_DEG] + np.array([0, first, 0, first], np.float32)
    return Paint(mask, seen, segments, first)
