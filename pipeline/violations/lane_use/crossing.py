"""Across a solid line, or astride of it, in metres of the road.

Where the road before the camera is measured (`pipeline.scene.course`), a vehicle crosses a line
when its middle is plainly on one side in several looks and soon after plainly on the other; it is
astride while it drives with its middle nearer to the line than half a metre. The line has to be
solid where and when it does so, and the road straight up to there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.course import Course
from pipeline.scene.lanes import RoadLine
from pipeline.scene.road_ahead import Road, is_straight
from pipeline.types import FloatArray, LaneLine, Scene, Track
from pipeline.violations.base import spans
from pipeline.violations.passing.passes import heading_of, rate_mps

_PLAIN_M = 0.85  # of the middle from the line: on that side, with all wheels or nearly
_ASTRIDE_M = 0.45
_FARTHEST_M = 5.0  # from the line: farther off it is about another line
_ON = 1.15  # times as far away as paint was seen: whether it goes on is not known
_LOOKS = 3  # on each side
_SOON_S = 4.0  # from one side to the other
_BRIDGE_S = 0.7
_LEAST_WIDTH = 0.022  # of the picture's
_LINE_CONFIDENCE = 0.5
_FOUR_WHEELS_M = 1.5
_NARROW, _NARROW_S = 0.85, 1.5  # of its width by height, against that of the seconds around
_EVEN_MPS = 2.0  # change of speed up to which it drives evenly


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """A vehicle goes over a line, or stays on it."""

    course: Course
    line: RoadLine
    start_s: float
    end_s: float
    across: bool

    @property
    def track(self) -> Track:
        return self.course.track

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    @property
    def middle_s(self) -> float:
        return (self.start_s + self.end_s) / 2

    @property
    def piece(self) -> LaneLine:
        return self.line.piece_at(self.middle_s)

    @property
    def confidence(self) -> float:
        sure = self.track.confidence_between(self.start_s, self.end_s)
        form = 0.9 if self.across else min(1.0, 0.5 + 0.15 * self.duration_s)
        return form * (0.4 + 0.6 * self.piece.confidence) * (0.5 + 0.5 * sure)


def crossings(
    course: Course, lines: list[RoadLine], road: Road, scene: Scene, stay_s: float
) -> Iterator[Crossing]:
    """Each solid line that the vehicle goes over, or is astride of for `stay_s`."""
    widths = course.boxes[:, 2] - course.boxes[:, 0]
    if course.width_m < _FOUR_WHEELS_M or not course.has_track:
        return
    large = widths >= _LEAST_WIDTH * scene.width
    hidden = _half_hidden(course)
    for line in lines:
        offsets = course.beside(line, _ON)
        usable = large & np.isfinite(offsets) & (course.whole | (np.abs(offsets) > 1.5))
        usable &= ~hidden
        rows = np.flatnonzero(usable)
        if len(rows) < 2 * _LOOKS:
            continue
        times, steady = course.times_s[rows], _calm(offsets[rows])
        found = _goes_across(times, steady) or _astride(times, steady, stay_s)
        if found is None:
            continue
        start, end, across = found
        middle = (start + end) / 2
        # Where it stands, all looks are one look, and its place is off by the same each time.
        if not across and heading_of(course, road, scene, start, end) == 0:
            continue
        if (
            line.confidence >= _LINE_CONFIDENCE
            and is_straight(road, scene, start, end, _ahead_m(course, start, end))
            and line.is_solid(middle)
            and line.is_solid(start)
            and line.start_s - 1.0 <= middle <= line.end_s + (1.0 if line.in_picture else 4.0)
        ):
            yield Crossing(course, line, start, end, across)


def _ahead_m(course: Course, start_s: float, end_s: float) -> float:
    inside = (course.times_s >= start_s) & (course.times_s <= end_s)
    known = course.ahead_m[inside & np.isfinite(course.ahead_m)]
    return float(known.max()) if len(known) else 0.0


def drives_beyond(crossing: Crossing, side: int, road: Road, scene: Scene, least_s: float) -> bool:
    """Does it drive evenly beyond an edge line for so long, before or after?

    `side` 1: the right edge, -1: the left one.

    Who pulls over to a halt, or sets off and joins, slows down or speeds up there.
    """
    course = crossing.course
    offsets = course.beside(crossing.line) * side
    there = (offsets > _PLAIN_M) & (offsets < _FARTHEST_M)
    for part in spans(there.tolist(), course.times_s.tolist(), _BRIDGE_S):
        start, end = float(course.times_s[part.start]), float(course.times_s[part.stop - 1])
        if end - start >= least_s and drives_evenly(course, road, scene, start, end):
            return True
    return False


def drives_evenly(course: Course, road: Road, scene: Scene, start_s: float, end_s: float) -> bool:
    """Does it drive and keep its speed, as nobody does who stops or sets off?"""
    if heading_of(course, road, scene, start_s, end_s) == 0:
        return False
    half = (start_s + end_s) / 2
    first, last = rate_mps(course, start_s, half), rate_mps(course, half, end_s)
    return bool(abs(last - first) <= _EVEN_MPS)


def _goes_across(times: FloatArray, steady: FloatArray) -> tuple[float, float, bool] | None:
    """When it leaves one side and is on the other: the last look there, the first one here."""
    side = np.where(np.abs(steady) >= _PLAIN_M, np.sign(steady), 0.0)
    side[np.abs(steady) > _FARTHEST_M] = np.nan
    for here in (-1.0, 1.0):
        before = np.flatnonzero(side == -here)
        for after in np.flatnonzero(side == here):
            earlier = before[before < after]
            if len(earlier) < _LOOKS or np.isnan(side[earlier[-1] : after + 1]).any():
                continue
            last = int(earlier[-1])
            rest = side[after : after + _LOOKS]
            if (
                times[after] - times[last] <= _SOON_S
                and len(rest) == _LOOKS
                and (rest == here).all()
                and (side[max(last - _LOOKS + 1, 0) : last + 1] == -here).all()
            ):
                return float(times[last]), float(times[after]), True
    return None


def _astride(
    times: FloatArray, steady: FloatArray, stay_s: float
) -> tuple[float, float, bool] | None:
    near = np.abs(steady) <= _ASTRIDE_M
    for part in spans(near.tolist(), times.tolist(), _BRIDGE_S):
        start, end = float(times[part.start]), float(times[part.stop - 1])
        if end - start >= stay_s and near[part].mean() >= 0.75 and near[part].sum() >= 2 * _LOOKS:
            return start, end, False
    return None


def _calm(values: FloatArray) -> FloatArray:
    padded = np.pad(values, 1, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, 3), axis=1))


def _half_hidden(course: Course) -> NDArray[np.bool_]:
    """(N,) True where it is narrower than just before and after.

    Behind a post one side is cut off, then the other, and the middle seems to go across.
    """
    shape = (course.boxes[:, 2] - course.boxes[:, 0]) / np.maximum(
        course.boxes[:, 3] - course.boxes[:, 1], 1e-6
    )
    first = np.searchsorted(course.times_s, course.times_s - _NARROW_S)
    last = np.searchsorted(course.times_s, course.times_s + _NARROW_S, side="right")
    usual = [np.median(shape[a:b]) for a, b in zip(first, last, strict=True)]
    return np.asarray(shape < _NARROW * np.array(usual))
