"""Where a line is painted, look by look and row by row, over how much of it, and in what colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.scene.paint import BOTTOM, Paint
from pipeline.types import FloatArray

FAR = 0.64  # of the height: a row that is below the horizon of all but strange mountings
_TOUCH_NEAR, _TOUCH_FAR = 3, 1  # pixels beside a line that count as on it
# Of the lane in one look, at the near and at the far row: (shifts, 2) pixels.
_SHIFTS = np.array([(near, far) for near in range(-28, 29, 4) for far in range(-16, 17, 2)])
_LEAST_DUTY = 0.15
_LEAST_HEIGHT = 0.3  # of the road's part of the picture that a line runs over
_LEAST_SEEN = 0.3  # of it, not hidden by road users
_INDEPENDENT = 12.0  # looks at one line that are worth as much as independent ones
_SIGMA_FLOOR = 0.03
_ENDS_ROWS, _ENDS_WORTH = 5, 0.9  # a line ends where so many rows hold less of its usual paint
_YELLOW_HUES, _YELLOW_SATURATION = (12, 40), 60


@dataclass(frozen=True, slots=True)
class Look:
    """One small picture that lines were looked for in."""

    paint: Paint
    bgr: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Painted:
    """What L looks show of a line in R rows of the road's part of the picture."""

    first_row: int
    columns: FloatArray  # (R,) pixels of the small picture
    painted: NDArray[np.bool_]  # (L, R)
    seen: NDArray[np.bool_]  # (L, R) not hidden by a road user

    @classmethod
    def of(cls, looks: Sequence[Look], near: float, far: float, driven: bool) -> Painted:
        """Of the line between a column at the near row and one at the far row."""
        first = looks[0].paint.first_row
        rows = np.arange(len(looks[0].paint.mask))
        share = _share(rows + first, looks[0].bgr.shape[0])
        columns = far + (near - far) * share
        touch = np.where(share > 0.5, _TOUCH_NEAR, _TOUCH_FAR)
        painted = np.stack(
            [
                _painted(look.paint, rows, columns, touch, share if driven else None)
                for look in looks
            ]
        )
        seen = np.stack([_along(look.paint.seen, rows, columns, 0 * touch) for look in looks])
        return cls(first, columns, painted & seen, seen)

    def colour(self, looks: Sequence[Look], inside: slice) -> str | None:
        rows = np.arange(len(self.columns))[inside] + self.first_row
        return _colour(looks, rows, self.columns[inside], self.painted[:, inside])


@dataclass(frozen=True, slots=True)
class Duty:
    """Over how much of its length a line is painted."""

    rows: slice  # of those looked at, where there is a line
    share: float  # 1: solid
    sigma: float
    confidence: float  # how much of the road's part of the picture showed it, 0..1


def duty_of(painted: NDArray[np.bool_], seen: NDArray[np.bool_]) -> Duty | None:
    """Of a line that L looks show in R rows (both arrays (L, R)); None where they show no line."""
    looks, height = seen.shape
    counts, hits = seen.sum(axis=0), (painted & seen).sum(axis=0)
    of_row = np.divide(hits, counts, out=np.zeros(height), where=counts > 0)
    span = _span(of_row)
    if span is None or span[1] - span[0] < _LEAST_HEIGHT * height:
        return None
    rows = slice(*span)
    total = int(counts[rows].sum())
    if total < _LEAST_SEEN * looks * (span[1] - span[0]):
        return None  # hidden by traffic most of the time
    share = float(hits[rows].sum() / total)
    if share < _LEAST_DUTY:
        return None
    # A hole counts where it is: a line broken anywhere along it is not solid there.
    worst = _worst(hits[rows], counts[rows], looks)
    share = min(share, (2 * share + worst) / 3)
    sigma = (share * (1 - share) / min(looks, _INDEPENDENT)) ** 0.5 + _SIGMA_FLOOR
    return Duty(rows, share, sigma, min(1.0, total / (looks * height)) * min(1.0, share / 0.3))


def _worst(hits: NDArray[np.intp], counts: NDArray[np.intp], looks: int) -> float:
    """The least share of paint over a sixth of the line; rows that traffic hides tell nothing."""
    sixth = np.ones(min(max(len(hits) // 6, 3), len(hits)))
    seen = np.convolve(counts, sixth, "valid")
    told = seen >= _LEAST_SEEN * looks * len(sixth)
    shares = np.convolve(hits, sixth, "valid")[told] / seen[told]
    return float(shares.min()) if len(shares) else 1.0


def _share(rows: NDArray[Any], height: int) -> FloatArray:
    """Where rows of the picture lie between the far row (0) and the near one (1)."""
    return np.asarray((rows / height - FAR) / (BOTTOM - FAR), np.float64)


def _painted(
    paint: Paint,
    rows: NDArray[np.intp],
    columns: FloatArray,
    touch: NDArray[np.intp],
    share: FloatArray | None,
) -> NDArray[np.bool_]:
    """(R,) where the line is painted in one look.

    Under a driving camera (`share` given) the whole line is shifted to where most paint is: the car
    does not keep its place in the lane to the pixel, and its bonnet nods.
    """
    if share is None:
        return _along(paint.mask, rows, columns, touch)
    # Widened once by `touch`, far rows little and near rows more; then tried by single pixels.
    split = int(np.searchsorted(touch, _TOUCH_NEAR))
    wide = np.concatenate(
        [
            cv2.dilate(part, np.ones((1, 2 * by + 1), np.uint8))
            for part, by in ((paint.mask[:split], _TOUCH_FAR), (paint.mask[split:], _TOUCH_NEAR))
            if len(part)
        ]
    )
    near, far = _SHIFTS.T[:, :, None]
    at = np.round(columns + far + (near - far) * share).astype(int)  # (shifts, R)
    width = wide.shape[1]
    hit = (wide[rows, np.clip(at, 0, width - 1)] > 0) & (at >= 0) & (at < width)
    return np.asarray(hit[hit.sum(axis=1).argmax()])


def _along(
    picture: NDArray[np.uint8],
    rows: NDArray[np.intp],
    columns: FloatArray,
    wander: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """(R,) is any pixel set within `wander` of the line in each row?"""
    width = picture.shape[1]
    most = int(wander.max())
    steps = np.arange(-most, most + 1)
    at = np.round(columns).astype(int)[:, None] + steps[None]
    valid = (at >= 0) & (at < width) & (np.abs(steps)[None] <= wander[:, None])
    return np.asarray(((picture[rows[:, None], np.clip(at, 0, width - 1)] > 0) & valid).any(axis=1))


def _span(duty_of_row: FloatArray) -> tuple[int, int] | None:
    """The longest stretch of rows over which there is a line, holes of dashes bridged."""
    smooth = _smoothed(duty_of_row, max(len(duty_of_row) // 5, 3))
    present = np.concatenate([[False], smooth > _LEAST_DUTY, [False]])
    changes = np.flatnonzero(np.diff(present.astype(int)))
    if len(changes) == 0:
        return None
    starts, ends = changes[::2], changes[1::2]
    longest = int((ends - starts).argmax())
    inside = np.arange(starts[longest], ends[longest])
    # Smoothing blurred the ends, and far away a line grows too thin to be seen in every look: cut
    # back to where there is paint as elsewhere on the line.
    smoothed = _smoothed(duty_of_row[inside], _ENDS_ROWS)
    worth = np.flatnonzero(smoothed >= _ENDS_WORTH * np.median(duty_of_row[inside]))
    if len(worth) == 0:
        return None
    return int(inside[worth[0]]), int(inside[worth[-1]]) + 1


def _smoothed(values: FloatArray, length: int) -> FloatArray:
    kernel = np.ones(min(length, len(values)))  # a longer one would lengthen the answer
    weight = np.convolve(np.ones(len(values)), kernel, "same")
    return np.asarray(np.convolve(values, kernel, "same") / weight)


def _colour(
    looks: Sequence[Look], rows: NDArray[np.intp], columns: FloatArray, painted: NDArray[np.bool_]
) -> str | None:
    """White or yellow by the brightest pixel beside the line; None for what is no road paint."""
    pixels = []
    for look, there in zip(looks, painted, strict=True):
        near = np.clip(
            np.round(columns[there]).astype(int)[:, None] + np.arange(-3, 4)[None],
            0,
            look.bgr.shape[1] - 1,
        )
        if len(near):
            candidates = look.bgr[rows[there][:, None], near]
            brightest = candidates.sum(axis=2).argmax(axis=1)
            pixels.append(candidates[np.arange(len(near)), brightest])
    if not pixels:
        return None
    colours = np.concatenate(pixels).reshape(1, -1, 3)
    hue, saturation, value = np.median(cv2.cvtColor(colours, cv2.COLOR_BGR2HSV)[0], axis=0)
    if saturation >= _YELLOW_SATURATION:
        return "yellow" if _YELLOW_HUES[0] <= hue <= _YELLOW_HUES[1] else None
    return "white" if value > 60 else None
