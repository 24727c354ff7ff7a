"""Ways over the ground: functions of times (N,) to places (N, 2) or, with a heading, (N, 3).

Metres to the right (x) and ahead along the road (z); headings in radians, 0 ahead, positive to the
right. A way without headings looks where it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.types import FloatArray

Way = Callable[[FloatArray], FloatArray]

_STEP_S = 0.1
_CRAWL_MPS = 0.3  # below, a heading is kept


def straight(x: float, z: float, speed_mps: float, sideways_mps: float = 0.0) -> Way:
    """From (x, z) at time 0 along the road; a negative speed comes towards z = 0."""
    return lambda t: np.column_stack([x + sideways_mps * t, z + speed_mps * t])


def standing(x: float, z: float, heading: float = 0.0) -> Way:
    """At one place, looking one way."""
    return lambda t: np.column_stack([np.full(len(t), x), np.full(len(t), z), t * 0 + heading])


def through(points: Sequence[tuple[float, float, float]]) -> Way:
    """Through (time, x, z) points, smoothly; straight on before the first and after the last.

    Two points of one place make a rest; end with a pair of them to stay.
    """
    t, x, z = np.array(points, float).T

    def way(times: FloatArray) -> FloatArray:
        return np.column_stack([_smooth(t, x, times), _smooth(t, z, times)])

    return way


def weaving(base: Way, width_m: float, period_s: float, start_s: float, end_s: float) -> Way:
    """`base` with swings of `width_m` from crest to trough between two times."""

    def way(times: FloatArray) -> FloatArray:
        places = np.array(base(times), float)
        inside = np.clip((times - start_s) / (period_s / 2), 0, 1)
        inside *= np.clip((end_s - times) / (period_s / 2), 0, 1)
        phase = 2 * np.pi * (times - start_s) / period_s
        places[:, 0] += inside * width_m / 2 * np.sin(phase)
        return places[:, :2]

    return way


def braking(x: float, z: float, speed_mps: float, at_s: float, rate_mps2: float) -> Way:
    """Along the road, braking to a halt from `at_s` on; a negative speed comes towards z = 0."""
    way_sign, speed = np.sign(speed_mps), abs(speed_mps)
    halt = speed / rate_mps2

    def way(times: FloatArray) -> FloatArray:
        after = np.clip(times - at_s, 0, halt)
        gone = speed * np.minimum(times, at_s) + speed * after - rate_mps2 * after**2 / 2
        return np.column_stack([np.full(len(times), x), z + way_sign * gone])

    return way


def bent(way: Way, middle: Callable[[FloatArray], FloatArray]) -> Way:
    """A way along a road that bends: x counts from the road's middle."""

    def bends(times: FloatArray) -> FloatArray:
        places = np.array(way(times)[:, :2], float)
        places[:, 0] += middle(places[:, 1])
        return places

    return bends


def posed(way: Way, times: FloatArray) -> FloatArray:
    """(N, 3) x, z, heading at times (N,)."""
    places = np.asarray(way(times), float)
    if places.shape[1] == 3:
        return places
    step = (way(times + _STEP_S)[:, :2] - way(times - _STEP_S)[:, :2]) / (2 * _STEP_S)
    heading = np.arctan2(step[:, 0], step[:, 1])
    known = np.flatnonzero(np.hypot(step[:, 0], step[:, 1]) > _CRAWL_MPS)
    if len(known) == 0:
        heading[:] = 0.0
    else:  # who crawls looks where it looked when it last drove, or will next
        last = np.searchsorted(known, np.arange(len(times)), side="right") - 1
        heading = heading[known[np.maximum(last, 0)]]
    return np.column_stack([places, heading])


def _smooth(t: FloatArray, values: FloatArray, times: FloatArray) -> FloatArray:
    """Monotone cubic (Fritsch and Carlson 1980, with harmonic means), linear outside."""
    if len(t) == 1:
        return np.full(len(times), values[0])
    steps = np.diff(t)
    slopes = np.diff(values) / steps
    inner = np.where(
        slopes[:-1] * slopes[1:] > 0,
        2
        * slopes[:-1]
        * slopes[1:]
        / np.where(slopes[:-1] + slopes[1:] == 0, 1, slopes[:-1] + slopes[1:]),
        0.0,
    )
    tangents = np.concatenate([[slopes[0]], inner, [slopes[-1]]])
    index = np.clip(np.searchsorted(t, times, side="right") - 1, 0, len(steps) - 1)
    s = np.clip((times - t[index]) / steps[index], 0, 1)
    h = steps[index]
    inside = (
        (2 * s**3 - 3 * s**2 + 1) * values[index]
        + (s**3 - 2 * s**2 + s) * h * tangents[index]
        + (3 * s**2 - 2 * s**3) * values[index + 1]
        + (s**3 - s**2) * h * tangents[index + 1]
    )
    before = np.minimum(times - t[0], 0) * slopes[0]
    after = np.maximum(times - t[-1], 0) * slopes[-1]
    return np.asarray(inside + before + after)
