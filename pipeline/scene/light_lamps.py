"""Places in a picture where a lit signal lamp may be: small, coloured, brighter than around them.

A lamp that shines red, yellow or green stands out from its dark housing or the sky by its colour
before anything else: red and yellow by R - (G + B) / 2, the bluish green of signal lamps by
(G + B) / 2 - R, less what green has over blue (leaves) or blue over green (sky, windows). On these
two maps a blob detector looks for round spots: the mean over a square less the mean over one four
times as wide (a difference of boxes in the place of Lindeberg's difference of Gaussians, "Feature
detection with automatic scale selection", 1998), on a pyramid of halved pictures, so that one
kernel finds lamps of four to some seventy pixels. Nothing is decided here;
`pipeline.scene.light_look` does.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import FloatArray

_LEVELS = 4
_WIDEST = 1400  # pixels: of larger pictures the finest level is left out; lamps there are too far
_LAMP = 5  # pixels: the inner square, on each level
_AROUND = 4 * _LAMP + 1  # pixels: the outer one
_LEAST_RESPONSE = 9  # of 255
_LEAVES = 24  # green may be so much over blue; more of it is foliage
_SKY = 14  # blue may be so much over green; more of it is sky, windows, blue neon
_PEAK = np.ones((7, 7), np.uint8)
_HALF_HEIGHT = 0.5
_SAME_SIZE = 0.6  # of the logarithm of the ratio of two diameters
_SIZE_REACH = 9  # pixels around a peak in which its lamp is measured, on its level
_STEPS = np.arange(-_SIZE_REACH, _SIZE_REACH + 1)
_DISC = np.hypot(_STEPS[:, None], _STEPS) <= _SIZE_REACH


@dataclass(frozen=True, slots=True)
class Lamps:
    """Places worth a look, strongest first: arrays of one length N, pixels of the picture."""

    centres: FloatArray  # (N, 2) x, y
    diameters: FloatArray  # (N,)
    responses: FloatArray  # (N,)

    def __len__(self) -> int:
        return len(self.responses)


def find_lamps(image: NDArray[np.uint8], most: int, boxes: NDArray[np.float32]) -> Lamps:
    """At most `most` places in a BGR picture (H, W, 3).

    Nothing whose middle lies inside one of `boxes` (N, 4, xyxy pixels), where the lamps of road
    users are.
    """
    rows: list[FloatArray] = []
    level, scale = image, 1.0
    for index in range(_LEVELS):
        while index or level.shape[1] > _WIDEST:
            level, scale = np.asarray(cv2.pyrDown(level), np.uint8), 2 * scale
            if level.shape[1] <= _WIDEST:
                break
        if min(level.shape[:2]) < _AROUND:
            break
        for chroma in _chromas(level):
            rows.append(_peaks(chroma, scale, most))
    if not rows:
        return Lamps(np.empty((0, 2)), np.empty(0), np.empty(0))
    found = np.concatenate(rows)
    found = found[~_inside(found[:, :2], boxes)]
    found = found[np.argsort(-found[:, 3], kind="stable")[: 4 * most]]
    kept = _distinct(found)[:most]
    return Lamps(found[kept, :2], found[kept, 2], found[kept, 3])


def _chromas(bgr: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """How red or yellow, and how signal-green, each pixel is (H, W), 0 to 255."""
    blue, green, red = cv2.split(bgr)
    half = cv2.addWeighted(green, 0.5, blue, 0.5, 0)
    warm = cv2.subtract(red, half)
    leaves = cv2.subtract(cv2.subtract(green, blue), np.full(green.shape, _LEAVES, np.uint8))
    sky = cv2.subtract(cv2.subtract(blue, green), np.full(green.shape, _SKY, np.uint8))
    cold = cv2.subtract(cv2.subtract(half, red), cv2.add(leaves, cv2.add(sky, sky)))
    return np.asarray(warm, np.uint8), np.asarray(cold, np.uint8)


def _peaks(chroma: NDArray[np.uint8], scale: float, most: int) -> FloatArray:
    """(P, 4) x, y, diameter, response of the strongest spots of one level."""
    inner = cv2.blur(chroma, (_LAMP, _LAMP))
    outer = cv2.blur(chroma, (_AROUND, _AROUND))
    response = cv2.subtract(inner, outer)
    _, strong = cv2.threshold(response, _LEAST_RESPONSE - 1, 255, cv2.THRESH_TOZERO)
    peaks = cv2.bitwise_and(cv2.compare(strong, cv2.dilate(strong, _PEAK), cv2.CMP_EQ), strong)
    found = cv2.findNonZero(peaks)
    if found is None:
        return np.empty((0, 4))
    xs, ys = np.asarray(found, np.int32).reshape(-1, 2).T
    values = response[ys, xs].astype(np.float64)
    best = np.argsort(-values, kind="stable")[:most]
    xs, ys, values = xs[best], ys[best], values[best]
    middles, diameters = _measured(chroma, xs, ys)
    good = (diameters >= 0.5 * _LAMP) & (diameters <= 2.4 * _LAMP)
    rows = np.column_stack([(middles + 0.5) * scale - 0.5, diameters * scale, values])
    return np.asarray(rows[good])


def _measured(
    chroma: NDArray[np.uint8], xs: NDArray[np.int32], ys: NDArray[np.int32]
) -> tuple[FloatArray, FloatArray]:
    """Middles (P, 2) and diameters (P,) of spots: what is over half of their height."""
    steps = _STEPS
    rows = np.clip(ys[:, None] + steps, 0, chroma.shape[0] - 1)
    columns = np.clip(xs[:, None] + steps, 0, chroma.shape[1] - 1)
    patches = chroma[rows[:, :, None], columns[:, None, :]].astype(np.float32)  # (P, S, S)
    core = slice(_SIZE_REACH - 2, _SIZE_REACH + 3)
    heights = patches[:, core, core].max(axis=(1, 2))
    floors = np.median(patches[:, ::2, ::2].reshape(len(xs), -1), axis=1)
    level = floors + _HALF_HEIGHT * (heights - floors)
    over = ((patches >= level[:, None, None]) & _DISC).astype(np.float64)
    count = np.maximum(over.sum(axis=(1, 2)), 1.0)
    along_y, along_x = over.sum(axis=2), over.sum(axis=1)
    x, y = along_x @ steps / count, along_y @ steps / count
    # Twice the spread of a disc's pixels along an axis is its radius: holes hardly count.
    spread = (along_x @ steps**2 + along_y @ steps**2) / count - x**2 - y**2
    diameters = np.maximum(4.0 * np.sqrt(np.maximum(spread / 2, 0)), 1.0)
    return np.column_stack([xs + x, ys + y]), diameters


def _inside(points: FloatArray, boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(N,) does a point lie inside any box?"""
    if len(boxes) == 0:
        return np.zeros(len(points), bool)
    x, y = points[:, :1], points[:, 1:]
    within = (x > boxes[:, 0]) & (x < boxes[:, 2]) & (y > boxes[:, 1]) & (y < boxes[:, 3])
    return np.asarray(within.any(axis=1))


def _distinct(found: FloatArray) -> NDArray[np.intp]:
    """Indices without those that lie on a stronger one of about their size."""
    apart = np.hypot(*(found[:, None, :2] - found[None, :, :2]).transpose(2, 0, 1))
    sizes = np.log(found[:, 2])
    larger = np.maximum(found[:, None, 2], found[None, :, 2])
    same = (apart < 0.5 * larger) & (np.abs(sizes[:, None] - sizes[None]) < _SAME_SIZE)
    kept: list[int] = []
    free = np.ones(len(found), bool)
    for index in range(len(found)):
        if free[index]:
            kept.append(index)
            free &= ~same[index]
    return np.array(kept, np.intp)
