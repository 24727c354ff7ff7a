"""How long until one that is on the wrong side meets who comes towards it.

Time to the meeting = gap from front to front / speed of closing, both along the road; distances
that are all off by one factor give the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.scene.course import Course
from pipeline.scene.lanes import RoadLine
from pipeline.scene.road_ahead import Road
from pipeline.types import Scene
from pipeline.violations.passing.passes import AWAY, heading_of, rate_mps

_LEAST_LOOKS = 5
_BESIDE_M = (0.4, 4.5)  # of the middle line: in the lane beside it
_FAST_S, _OTHER_S = 2.0, 2.5  # about the last moment, over which places and speeds are measured
_APART_S = 3.5  # from that moment to the nearest look
_LED_ON = 0.1  # seconds of doubt for each second that a place is led on without a look
_TOLD = 0.12  # of a time: the doubt up to which it is told
_BACK_S = 0.5  # seen for so long after that, it did come back
_LATE_S = 0.8  # when it came back is told to about so much
_BRUSH_M = 0.3  # nearer than that side by side, two cannot pass each other


@dataclass(frozen=True, slots=True, eq=False)
class Meeting:
    """Who comes, and the time to the meeting at the last moment on the wrong side."""

    other: Course
    time_s: float
    gap_s: float
    sigma_s: float
    came_back: bool  # False: it was lost from sight there, and came back later if at all

    @property
    def is_measured(self) -> bool:
        """Is the time worth telling, or no more than that it was short?"""
        return self.came_back and self.sigma_s <= _TOLD * self.gap_s


def who_comes(heading: int, road: Road, courses: Sequence[Course], scene: Scene) -> list[Course]:
    """Those who plainly drive against `heading`."""
    return [
        course
        for course in courses
        if heading_of(course, road, scene, course.times_s[0], course.times_s[-1]) == -heading
    ]


def uses_lane_beside(other: Course, heading: int, line: RoadLine) -> bool:
    """Does one that comes keep to the lane beside the middle line?"""
    offsets = other.beside(line) * (-1 if heading == AWAY else 1)
    beside = (offsets > _BESIDE_M[0]) & (offsets < _BESIDE_M[1])
    return bool(beside.sum() >= _LEAST_LOOKS and beside.sum() >= 0.7 * np.isfinite(offsets).sum())


def would_brush(fast: Course, other: Course, start_s: float, end_s: float) -> bool:
    """Does it drive over the same ground as the one that comes, over a time?"""
    inside = (fast.times_s >= start_s) & (fast.times_s <= end_s)
    mine, its = fast.across_m[inside], other.across_m
    if np.isfinite(mine).sum() < 3 or np.isfinite(its).sum() < _LEAST_LOOKS:
        return False
    apart = abs(float(np.nanmedian(mine) - np.nanmedian(its)))
    return apart < (fast.width_m + other.width_m) / 2 + _BRUSH_M


def meeting_of(fast: Course, other: Course, heading: int, end_s: float) -> Meeting | None:
    """The time to their meeting at `end_s`; None where they are seen too far from that moment."""
    mine, its = _place(fast, end_s, _FAST_S), _place(other, end_s, _OTHER_S)
    if mine is None or its is None:
        return None
    closing = heading * (mine[1] - its[1])
    # Each is placed by its end nearer to the camera: a whole length of who heads away lies ahead.
    gap = heading * (its[0] - mine[0]) - (fast if heading == AWAY else other).length_m
    if closing <= 1.0 or gap < -_LATE_S * closing:
        return None
    time = max(gap / closing, 0.0)  # a little below 0: it was back sooner than it seems
    spread = float(np.hypot(mine[2], its[2])) / closing + _LED_ON * max(mine[3], its[3])
    seen_back = bool(fast.times_s[-1] > end_s + _BACK_S)
    return Meeting(other, end_s, time, spread + 0.05 * time, seen_back)


def _place(
    course: Course, time_s: float, reach_s: float
) -> tuple[float, float, float, float] | None:
    """Metres ahead at a time, their rate, their spread, and seconds to the nearest look."""
    known = np.isfinite(course.ahead_m)
    apart = np.abs(course.times_s - time_s)
    if not known.any() or float(apart[known].min()) > _APART_S:
        return None
    reach_s = max(reach_s, float(apart[known].min()) + 1.2)
    near = known & (apart <= reach_s)
    rate = rate_mps(course, time_s - reach_s, time_s + reach_s)
    if near.sum() < 4 or not np.isfinite(rate):
        return None
    places = course.ahead_m[near] + rate * (time_s - course.times_s[near])
    spread = float(np.std(places)) / float(near.sum()) ** 0.5
    return float(np.median(places)), rate, spread, float(apart[known].min())
