"""The shipped detector's habits: what it misses, how its boxes are off, which kinds it confuses.

Measured on the sample clips (exact boxes from the geometry, 40 to 250 looks a kind) at 640 pixels
of input; sizes are the root of a box's area in those pixels:

- cars are found in 0.11, 0.42, 0.74, 0.87 and 1.00 of looks at sizes below 10, 14, 20, 30 and
  above; people in 0.3, 0.35, 0.8, 0.9 at 14 to 20, 30, 45, 70, and riders never in more than nine
  of ten; rendered motorbikes in 0.06, 0.23, 0.72, 1.00 at 20 to 30, 45, 70 and above (of real ones
  in stills of street cameras the detections begin at 25: the middle is set between);
- an edge is off by a slow part (0.02 of the size for cars, 0.03 for motorbikes, 0.05 for people;
  it changes as the view does) and anew in each look by 0.008 (0.015, 0.02) and 0.4 pixels;
- a ridden motorbike's upper edge lies 0.13 of its height below the true one: the riders hide it;
- misses come in rows: what was missed a fifth of a second ago is likely missed again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from driving_range.views import View
from pipeline.types import KINDS, FloatArray, Kind

_INPUT_PX = 640.0
_THRESHOLD = 0.32  # of the shipped weights


@dataclass(frozen=True)
class _Habit:
    middle_px: float  # size at which half are found
    slope: float  # of the log odds over the log of the size
    ceiling: float
    slow: float  # share of the size, one standard deviation
    quick: float


_HABITS = {
    Kind.PERSON: _Habit(25, 3.5, 0.96, 0.04, 0.02),
    Kind.BICYCLE: _Habit(34, 4.0, 0.97, 0.03, 0.015),
    Kind.MOTORBIKE: _Habit(32, 4.5, 0.98, 0.025, 0.013),
    Kind.CAR: _Habit(12, 3.5, 0.99, 0.02, 0.008),
    Kind.BUS: _Habit(13, 3.5, 0.98, 0.02, 0.008),
    Kind.TRUCK: _Habit(13, 3.5, 0.98, 0.02, 0.008),
}
_QUICK_PX = 0.4
_RIDER_CEILING = 0.88
_HIDDEN_TOP = 0.13  # of a ridden motorbike's height
_LEAST_SHARE = 0.2  # of a body that is to be seen
_STICKY = 0.7  # correlation of misses from one fifth of a second to the next
_SLOW = 0.93  # of the slow part of an edge's error, while the view changes
_LEAST_CHANGE = 0.03
# Kind it is taken for: share of vehicles for which that is the rule, and of single looks.
_TAKEN_FOR = {
    Kind.BUS: ((Kind.TRUCK, 0.06), (Kind.CAR, 0.02)),
    Kind.TRUCK: ((Kind.CAR, 0.08), (Kind.BUS, 0.03)),
    Kind.CAR: ((Kind.TRUCK, 0.03),),
    Kind.BICYCLE: ((Kind.MOTORBIKE, 0.15),),
    Kind.MOTORBIKE: ((Kind.BICYCLE, 0.02),),
}


@dataclass(frozen=True)
class Looks:
    """Detections of one body: arrays over F samples."""

    found: NDArray[np.bool_]  # (F,)
    boxes: FloatArray  # (F, 4)
    confidences: FloatArray  # (F,)
    kinds: NDArray[np.int8]  # (F,) index into KINDS


def looks(
    view: View, size: tuple[int, int], rate_hz: float, noise: float, rng: np.random.Generator
) -> Looks:
    """What the detector makes of one body; `noise` 1 is a clear day."""
    habit, count = _HABITS[view.kind], len(view.depths)
    scale = _INPUT_PX / max(size)
    shown = np.nan_to_num(view.shown)
    wide, tall = shown[:, 2] - shown[:, 0], shown[:, 3] - shown[:, 1]
    pixels = np.sqrt(np.maximum(wide * tall, 1e-6)) * scale
    ceiling = habit.ceiling if view.rider is None else _RIDER_CEILING
    odds = habit.slope * np.log(np.maximum(pixels, 1e-3) / (habit.middle_px * noise**0.5))
    likely = 1 - (1 - ceiling / (1 + np.exp(-odds))) ** (1 / noise**0.5)
    likely *= 1.0 if view.rider is None else view.rider.seen_share
    likely *= np.clip((view.shares - _LEAST_SHARE) / 0.3, 0, 1)
    steps = 5.0 / rate_hz  # fifths of a second from one sample to the next
    drawn = _walk(count, _STICKY**steps, rng)
    found = _uniform(drawn) < likely
    keep = _SLOW ** (steps * _changes(shown))
    slow = np.stack([_walk(count, keep, rng) for _ in range(4)], axis=1) * habit.slow
    quick = rng.normal(0, 1, (count, 4)) * (
        habit.quick + _QUICK_PX / np.maximum(pixels, 4)[:, None]
    )
    extent = np.column_stack([wide, tall, wide, tall])
    boxes = shown + extent * (slow + quick) * noise**0.5
    if view.kind is Kind.MOTORBIKE and view.rider is None and view.actor.riders:
        boxes[:, 1] += max(rng.normal(_HIDDEN_TOP, 0.04), 0) * tall
    boxes = np.clip(boxes, 0, [*size, *size])
    found &= (boxes[:, 2:] - boxes[:, :2] > 2).all(axis=1)
    sure = np.clip(0.3 + 0.5 * likely + rng.normal(0, 0.09, count), _THRESHOLD, 0.95)
    return Looks(found, boxes, sure, _kinds(view.kind, count, rng))


def _kinds(kind: Kind, count: int, rng: np.random.Generator) -> NDArray[np.int8]:
    kinds = np.full(count, KINDS.index(kind), np.int8)
    for other, share in _TAKEN_FOR.get(kind, ()):
        often = rng.uniform(0.5, 0.95) if rng.random() < share else rng.uniform(0, 0.08)
        kinds[rng.random(count) < often] = KINDS.index(other)
    return kinds


def _changes(boxes: FloatArray) -> FloatArray:
    """(F,) how much a view changes from one sample to the next: 1 for a twentieth of its size.

    What stands before a camera that stands is seen the same, and mistaken the same, each time.
    """
    sizes = np.maximum((boxes[1:, 2:] - boxes[1:, :2]).max(axis=1), 1e-6)
    moved = np.abs(np.diff(boxes, axis=0)).max(axis=1) / sizes
    return np.concatenate([[1.0], np.clip(moved / 0.05, _LEAST_CHANGE, 1.0)])


def _walk(count: int, keep: float | FloatArray, rng: np.random.Generator) -> FloatArray:
    """(count,) standard normal, each correlated with the one before by `keep` (or of each)."""
    values = rng.normal(0, 1, count)
    kept = np.broadcast_to(keep, count)
    fresh = np.sqrt(1 - kept**2)
    for index in range(1, count):
        values[index] = kept[index] * values[index - 1] + fresh[index] * values[index]
    return values


def _uniform(normal: FloatArray) -> FloatArray:
    """Ranks of standard normal values between 0 and 1 (logistic approximation, error 0.01)."""
    return np.asarray(1 / (1 + np.exp(-1.702 * normal)))
