"""Parts of a picture made unrecognisable, for good.

A part is averaged into a few cells, each larger than a letter of a plate or than what makes a face;
their brightness is rounded to steps of 16, so that many pictures together tell no more than one;
then they are blended into each other. What was there cannot be computed back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.evidence.marks import Box
from pipeline.redaction.bystanders import Patch

Plane = NDArray[np.uint8]

_LEAST_CELL = 12.0  # pixels: in small parts there are fewer cells
_STEP = 16  # of brightness


def cover(picture: Plane, patches: Sequence[Patch]) -> None:
    """Hide `patches` of a BGR picture (H, W, 3), in place and in this order."""
    cover_planes([picture], patches)


def cover_planes(planes: Sequence[Plane], patches: Sequence[Patch]) -> None:
    """The same for a picture in planes, (H, W) and others that may be of half its size."""
    before = [plane.copy() for plane in planes]
    height, width = planes[0].shape[:2]
    for patch in patches:
        area = _area(patch.box, width, height)
        if area is None:
            continue
        for plane, original in zip(planes, before, strict=True):
            half = plane.shape[0] < height
            x1, y1, x2, y2 = (side // 2 for side in area) if half else area
            if x2 <= x1 or y2 <= y1:
                continue
            part = original[y1:y2, x1:x2]
            least = _LEAST_CELL / 2 if half else _LEAST_CELL
            plane[y1:y2, x1:x2] = part if patch.keep else _cells(part, patch.cells, least)


def _area(box: Box, width: int, height: int) -> tuple[int, int, int, int] | None:
    """Whole pixels, even ones, so that planes of half the size have the same part."""
    x1, y1 = max(int(np.floor(box[0] / 2)) * 2, 0), max(int(np.floor(box[1] / 2)) * 2, 0)
    x2 = min(int(np.ceil(box[2] / 2)) * 2, width)
    y2 = min(int(np.ceil(box[3] / 2)) * 2, height)
    return (x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None


def _cells(part: Plane, cells: float, least: float) -> Any:
    height, width = part.shape[:2]
    cell = max(max(height, width) / cells, least)
    size = max(int(width / cell), 1), max(int(height / cell), 1)
    few = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    # Rounded to the nearest step: the middle, which stands for "no colour", stays the middle.
    few = np.minimum((few.astype(np.uint16) + _STEP // 2) // _STEP * _STEP, 255).astype(np.uint8)
    return cv2.resize(few, (width, height), interpolation=cv2.INTER_LINEAR).reshape(part.shape)
