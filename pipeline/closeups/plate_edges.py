"""The outline of a plate to a fraction of a pixel.

The locator's corners lie a little outside of the plate, by some hundredths of its size, which is
good enough to read it and too coarse to measure with it. Here each side is moved and turned a
little to where the colour changes most along the whole of it: a sum over the side, so that it works
on small plates, with letters and dirt in it. Of the colour that part counts in which the plate
differs from what is around it: a yellow one on a white bumper is told by its blue alone.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.plates.base import Image, Quad

_HEIGHT_PX = 64.0  # of a plate in the enlarged picture in which its sides are sought
_MARGIN = 0.35  # of its height, around it
_INWARDS, _OUTWARDS = 0.17, 0.08  # of its height: how far a side may be from the locator's
_TURNS_DEG = np.arange(-4.0, 4.1, 1.0)
_ALONG = np.linspace(0.08, 0.92, 48)  # of a side; corners are round
_STEP = 0.5  # pixels of the enlarged picture
_REACH = 3 * _STEP  # a change is told from the brightness so far before and so far after
_OFFSETS = np.arange(-_INWARDS * _HEIGHT_PX, _OUTWARDS * _HEIGHT_PX + 1e-6, _STEP)  # outwards
# The locator's sides are mostly a little outside: an edge elsewhere must be so much plainer.
_LIKELY = np.exp(-(((_OFFSETS / _HEIGHT_PX + 0.05) / 0.09) ** 2) / 2)
_LEAST_CONTRAST = 6.0  # grey levels across a side, on average over it
_AROUND = 0.28  # of its height: what is nearer is around it


def refined(image: Image, quad: Quad) -> Quad | None:
    """The plate's outline near `quad`, both in pixels of `image`; None where it is not plain."""
    height = (np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2
    if height < 6:
        return None
    scale = _HEIGHT_PX / float(height)
    margin = _MARGIN * float(height) + 2
    x1, y1 = np.floor(np.maximum(quad.min(axis=0) - margin, 0)).astype(int)
    x2, y2 = np.ceil(quad.max(axis=0) + margin).astype(int) + 1
    crop = image[y1:y2, x1:x2]
    if min(crop.shape[:2]) < 8:
        return None
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    large = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=how)
    # A pixel of the picture is smeared over `scale` pixels here: no edge is sharper than that.
    soft = cv2.GaussianBlur(large.astype(np.float32), (0, 0), max(1.0, 0.5 * scale))
    # Middles of pixels lie at whole numbers, in the picture and in the enlarged one.
    inside = (quad - np.array([x1, y1]) + 0.5) * scale - 0.5
    contrast = _contrast(soft, inside)
    if contrast is None:
        return None
    found = [_side(contrast, inside[index], inside[(index + 1) % 4]) for index in range(4)]
    if min(change for _, change in found) < _LEAST_CONTRAST:
        return None
    sides = [line for line, _ in found]
    corners = np.array([_meeting(sides[index - 1], sides[index]) for index in range(4)])
    if not _is_near(corners, inside):
        return None
    return np.asarray((corners + 0.5) / scale - 0.5 + np.array([x1, y1]))


def _contrast(colours: NDArray[Any], quad: Quad) -> NDArray[np.float32] | None:
    """(H, W) how much each pixel of a BGR picture is as the plate and not as what is around it.

    In grey levels, along the line between the two colours; None where they are one.
    """
    height, width = colours.shape[:2]
    plate = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(plate, np.round(_grown(quad, -_INWARDS)).astype(np.int32), 1)
    near = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(near, np.round(_grown(quad, _AROUND)).astype(np.int32), 1)
    cv2.fillConvexPoly(near, np.round(_grown(quad, _OUTWARDS)).astype(np.int32), 0)
    if plate.sum() < 20 or near.sum() < 20:
        return None
    axis = np.median(colours[plate > 0], axis=0) - np.median(colours[near > 0], axis=0)
    length = float(np.linalg.norm(axis))
    if length < _LEAST_CONTRAST:
        return None
    return np.asarray(colours @ (axis / length).astype(np.float32), np.float32)


def _grown(quad: Quad, by: float) -> Quad:
    """A quad with its sides moved outwards by a share of `_HEIGHT_PX`."""
    out = quad - quad.mean(axis=0)
    return np.asarray(quad + by * _HEIGHT_PX * np.sign(out))


def _side(picture: NDArray[np.float32], start: Quad, end: Quad) -> tuple[tuple[Quad, Quad], float]:
    """Where the side is that runs from `start` to `end`, and by how much it falls there."""
    along = end - start
    length = float(np.linalg.norm(along))
    outwards = np.array([along[1], -along[0]]) / length
    change = _change(picture, start, along, outwards)
    # A turned side passes the points along it at other offsets; rows of `change` are offsets.
    most = length * np.tan(np.radians(_TURNS_DEG[-1])) / 2 / _STEP
    slopes = np.linspace(-most, most, len(_TURNS_DEG))
    shift = slopes[:, None] * (2 * _ALONG - 1)[None]  # (T, A) rows
    rows = np.arange(len(_OFFSETS))[:, None, None] + shift[None]
    low = np.clip(np.floor(rows).astype(int), 0, len(_OFFSETS) - 2)
    part = np.clip(rows - low, 0.0, 1.0)
    points = np.arange(len(_ALONG))
    values = change[low, points] * (1 - part) + change[low + 1, points] * part  # (O, T, A)
    # Strong changes of single points (a bolt, a letter) count no more than twice the usual.
    usual = np.maximum(np.median(values, axis=2), 1.0)
    contrast = np.minimum(values, 2 * usual[..., None]).mean(axis=2)
    contrast = contrast * _LIKELY[:, None]
    at, turn = np.unravel_index(int(contrast.argmax()), contrast.shape)
    offset = _OFFSETS[at] + _STEP * _peak(contrast[:, turn], int(at))
    reach = slopes[turn] * _STEP
    line = (start + (offset - reach) * outwards, end + (offset + reach) * outwards)
    return line, float(contrast[at, turn] / _LIKELY[at])


def _change(
    picture: NDArray[np.float32], start: Quad, along: Quad, outwards: Quad
) -> NDArray[np.float64]:
    """(O, A) by how much a picture falls, going outwards, at offsets from points of a side."""
    offsets = np.concatenate([_OFFSETS - _REACH, _OFFSETS[-1] + _STEP * np.arange(1, 7) - _REACH])
    points = start + _ALONG[None, :, None] * along + offsets[:, None, None] * outwards
    x, y = points.astype(np.float32)[..., 0], points.astype(np.float32)[..., 1]
    values = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values[:-6] - values[6:], np.float64)


def _peak(values: NDArray[np.float32], at: int) -> float:
    """Where a parabola through the highest value and its neighbours has its top, in steps."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = (float(value) for value in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return 0.0 if bend >= 0 else float(np.clip((before - after) / (2 * bend), -0.5, 0.5))


def _meeting(one: tuple[Quad, Quad], other: tuple[Quad, Quad]) -> Quad:
    """Where two lines meet."""
    matrix = np.column_stack([one[1] - one[0], other[0] - other[1]])
    share = np.linalg.solve(matrix, other[0] - one[0])
    return np.asarray(one[0] + share[0] * (one[1] - one[0]))


def _is_near(corners: Quad, quad: Quad) -> bool:
    return bool(np.abs(corners - quad).max() < 0.45 * _HEIGHT_PX)
