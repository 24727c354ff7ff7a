"""Even rectangles of a plate's proportions, brighter or bluer than what is around them.

They find plates whose text is too blurred for a text detector, though not for a recogniser.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np

from .base import Image, Quad
from .quads import Strip, box_around, overlap

_WORKING_SIDE = 640  # pixels of the longer side in which rectangles are sought
_NEIGHBOURHOODS = (0.08, 0.16)  # of the longer side: what "around" means
_CONTRAST = 12  # grey levels
_TWO_LINES = (1.05, 2.3)  # width over height
_ONE_LINE = (3.0, 6.0)
_LEAST_HEIGHT, _MOST_AREA = 12, 0.2  # pixels; share of the picture
_MOST_TILT_DEG = 25.0
_LEAST_HULL, _LEAST_FILL = 0.86, 0.62  # shares of the tilted rectangle
_MOST = 4


def plate_shapes(image: Image) -> list[tuple[Quad, ...]]:
    """The strips of text (one or two, from the top) of each plate-like rectangle, best first."""
    scale = min(1.0, _WORKING_SIDE / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if min(small.shape[:2]) < 2 * _LEAST_HEIGHT:
        return []
    brightness = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    blueness = cv2.subtract(small[:, :, 0], small[:, :, 2])
    found: list[tuple[float, tuple[Quad, ...]]] = []
    for channel in (brightness, blueness):
        for share in _NEIGHBOURHOODS:
            block = 2 * int(share * max(small.shape[:2]) / 2) + 1
            mask = cv2.adaptiveThreshold(
                channel, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, block, -_CONTRAST
            )
            # Cuts the threads by which a plate hangs together with what is near it.
            mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
            contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
            for contour in contours:
                rectangle = _rectangle(contour, small.shape[0] * small.shape[1])
                if rectangle is not None:
                    quality, strip = rectangle
                    found.append((quality, _rows(strip, scale)))
    found.sort(key=lambda one: -one[0])
    kept: list[tuple[Quad, ...]] = []
    for _, quads in found:
        if all(overlap(box_around(quads), box_around(other)) < 0.5 for other in kept):
            kept.append(quads)
    return kept[:_MOST]


def _rectangle(contour: Any, area: int) -> tuple[float, Strip] | None:
    (x, y), (width, height), angle = cv2.minAreaRect(contour)
    while abs(angle) > 45:  # OpenCV's range of angles changed from version to version
        width, height, angle = height, width, angle - math.copysign(90, angle)
    if min(width, height) < _LEAST_HEIGHT or width * height > _MOST_AREA * area:
        return None
    if abs(angle) > _MOST_TILT_DEG or not _is_plate_like(width / height):
        return None
    hull = cv2.contourArea(cv2.convexHull(contour)) / (width * height)
    fill = cv2.contourArea(contour) / (width * height)
    if hull < _LEAST_HULL or fill < _LEAST_FILL:
        return None
    turn = math.radians(angle)
    along = np.array([math.cos(turn), math.sin(turn)])
    down = np.array([-along[1], along[0]])
    return hull + 0.5 * fill, Strip(np.array([x, y]), along, down, width, height)


def _is_plate_like(shape: float) -> bool:
    return _TWO_LINES[0] <= shape <= _TWO_LINES[1] or _ONE_LINE[0] <= shape <= _ONE_LINE[1]


def _rows(strip: Strip, scale: float) -> tuple[Quad, ...]:
    """The lines of text of a plate-like rectangle, in pixels of the whole picture."""
    if strip.width / strip.height > _TWO_LINES[1]:
        return (strip.moved(0.0, strip.width) / scale,)
    # The text ends a little before the edge, all around.
    half = Strip(strip.centre, strip.along, strip.down, strip.width, 0.44 * strip.height)
    width = 0.94 * strip.width
    return half.moved(-0.5, width) / scale, half.moved(0.5, width) / scale
