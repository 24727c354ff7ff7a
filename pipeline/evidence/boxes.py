"""Where a tracked road user is between the looks."""

from __future__ import annotations

import numpy as np

from pipeline.evidence.marks import Box
from pipeline.types import Track

_LONGEST_HOLE_S = 1.5  # longer out of sight, and nobody knows where it was
_REACH_S = 0.15  # a box stands a little beyond the first and the last look


def box_at(track: Track, time_s: float) -> Box | None:
    """Its box at trip time `time_s`, interpolated linearly; None where it was not followed."""
    times = track.times_s
    after = int(np.searchsorted(times, time_s))
    if after == 0 or after == len(times):
        nearest = min(after, len(times) - 1)
        if abs(float(times[nearest]) - time_s) > _REACH_S:
            return None
        return _box(track.boxes[nearest])
    before = after - 1
    hole = float(times[after] - times[before])
    if hole > _LONGEST_HOLE_S:
        nearest = before if time_s - times[before] < times[after] - time_s else after
        return _box(track.boxes[nearest]) if abs(times[nearest] - time_s) <= _REACH_S else None
    share = (time_s - float(times[before])) / hole if hole else 0.0
    return _box(track.boxes[before] * (1 - share) + track.boxes[after] * share)


def _box(values: np.ndarray) -> Box:
    x1, y1, x2, y2 = (float(value) for value in values)
    return x1, y1, x2, y2
