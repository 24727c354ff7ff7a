"""Where a camera writes into its pictures.

Burnt-in text stands near the upper or the lower edge and stays where it is, whatever the road does.
Only these two bands are searched; a place that shows text again and again is a spot. Once the spots
of a camera are known, its other pictures need no search.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.plates.base import Image
from pipeline.plates.quads import box_around
from pipeline.plates.two_steps import TwoStepReader

Box = tuple[float, float, float, float]

_UPPER, _LOWER = 0.20, 0.25  # share of the picture's height
_APART = 24  # black rows between the bands, so that no text grows together
_SEARCH_SIDE = 1280  # pixels: in a picture this wide burnt-in text is still 15 pixels high
_SAME_ROW, _SAME_PLACE = 0.6, 0.3  # common share of the smaller height, of the smaller width
_MOST_SPOTS = 24
_TILT_PX_SHARE = 0.35  # of its height that a line may rise: burnt-in text is level


def text_boxes(image: Image, reader: TwoStepReader) -> list[Box]:
    """Boxes of level lines of text in the bands of a picture, in its pixels."""
    height, width = image.shape[:2]
    upper, lower = max(round(height * _UPPER), 8), max(round(height * _LOWER), 8)
    gap = np.zeros((_APART, width, 3), np.uint8)
    bands = np.concatenate([image[:upper], gap, image[height - lower :]])
    scale = min(_SEARCH_SIDE / max(bands.shape[:2]), 1.0)
    if scale < 1.0:
        bands = np.asarray(
            cv2.resize(bands, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
    boxes = []
    for quad in reader.find(bands):
        x1, y1, x2, y2 = (value / scale for value in box_around([quad]))
        rise = abs(float(quad[1][1] - quad[0][1])) / scale
        if rise > _TILT_PX_SHARE * (y2 - y1):
            continue
        if y2 > upper:
            moved = height - lower - upper - _APART
            y1, y2 = y1 + moved, y2 + moved
        boxes.append((max(x1, 0.0), max(y1, 0.0), min(x2, width), min(y2, height)))
    return in_reading_order([box for box in boxes if box[3] - box[1] >= 5])


def steady_spots(found: Sequence[Sequence[Box]]) -> list[Box]:
    """Boxes that hold text in more than half of the pictures (`found`: boxes of each), widened."""
    spots: list[tuple[Box, set[int]]] = []
    for picture, boxes in enumerate(found):
        for box in boxes:
            union, pictures = box, {picture}
            rest = []
            for spot, seen in spots:
                if _one_place(spot, union):
                    union, pictures = _union(spot, union), pictures | seen
                else:
                    rest.append((spot, seen))
            spots = [*rest, (union, pictures)]
    needed = len(found) // 2 + 1
    steady = [box for box, pictures in spots if len(pictures) >= needed]
    return in_reading_order(steady)[:_MOST_SPOTS]


def in_reading_order(boxes: Sequence[Box]) -> list[Box]:
    """Rows from above, each from the left."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda item: item[1] + item[3]):
        if rows and _share(rows[-1][0], box, 1) >= _SAME_ROW:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row)]


def beside(one: Box, other: Box) -> bool:
    """Whether two lines look like parts of one overlay: equal heights, one row or one column."""
    heights = one[3] - one[1], other[3] - other[1]
    if max(heights) > 1.5 * min(heights):
        return False
    apart = max(one[1], other[1]) - min(one[3], other[3])
    return _share(one, other, 1) >= _SAME_ROW or apart <= max(heights)


def _one_place(one: Box, other: Box) -> bool:
    return _share(one, other, 1) >= _SAME_ROW and _share(one, other, 0) >= _SAME_PLACE


def _share(one: Box, other: Box, axis: int) -> float:
    """The common length along an axis (0: x, 1: y) as a share of the shorter one."""
    common = min(one[axis + 2], other[axis + 2]) - max(one[axis], other[axis])
    shorter = min(one[axis + 2] - one[axis], other[axis + 2] - other[axis])
    return common / max(shorter, 1e-9)


def _union(one: Box, other: Box) -> Box:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )
