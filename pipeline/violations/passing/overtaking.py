"""A pass that may not be: over a solid line, into oncoming traffic, or beyond the right edge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.scene.course import Course
from pipeline.scene.lanes import RoadLine
from pipeline.scene.road_ahead import Road
from pipeline.types import FloatArray, Kind, Scene
from pipeline.violations.base import spans
from pipeline.violations.passing.oncoming import (
    Meeting,
    meeting_of,
    uses_lane_beside,
    who_comes,
    would_brush,
)
from pipeline.violations.passing.own_car import passes_of_camera
from pipeline.violations.passing.passes import AWAY, Pass, passes
from pipeline.violations.passing.sides import (
    assumed_middle,
    middle_lines,
    right_edge,
    wrong_side,
)

Form = Literal["solid", "oncoming", "right"]

MEETING_S, BEYOND_S = 3.0, 0.8  # by default: until the two would meet; beyond the line
_BEYOND_M = 0.3  # of a vehicle's middle beyond a line: most of it is on the other side
_OWN_SIDE_M = 0.3
_ABOUT_S = 1.0  # before and after the pass, in which a side is told
_BRIDGE_S = 1.3
_LEAST_LOOKS = 4
_COMES_BACK_S = 0.9  # from plainly beyond a line to over it
_LANE_M = 5.5  # farther from the line, it does not drive in the lane beside it
_LEAST_WIDTH = 0.012  # of the picture's: smaller ones are too far away to tell their side
_NEAR_ROW = 0.9  # of the height: there a line lies left or right of the camera's own car
_FOUR_WHEELS = (Kind.CAR, Kind.BUS, Kind.TRUCK)


@dataclass(frozen=True, slots=True, eq=False)
class Overtaking:
    """One pass, what is wrong with it, and how sure that is."""

    form: Form
    fast: Course
    slow: Course | None  # None: the camera's own car
    line: RoadLine
    start_s: float  # beyond the line from then
    level_s: float
    end_s: float  # to then
    meeting: Meeting | None
    confidence: float

    @property
    def beyond_s(self) -> float:
        return self.end_s - self.start_s


def overtakings(
    road: Road,
    everyone: Sequence[Course],
    lines: Sequence[RoadLine],
    scene: Scene,
    meeting_s: float = MEETING_S,
    beyond_s: float = BEYOND_S,
) -> Iterator[Overtaking]:
    """Those of one stretch, each vehicle's passes one by one."""
    everyone = [
        course
        for course in everyone
        if np.median(course.boxes[:, 2] - course.boxes[:, 0]) >= _LEAST_WIDTH * scene.width
    ]
    for one in (*passes(road, everyone, scene), *passes_of_camera(road, everyone, scene)):
        found = _over_the_middle(one, road, lines, everyone, scene, meeting_s, beyond_s)
        if found is None and one.heading == AWAY and one.fast.track.kind in _FOUR_WHEELS:
            found = _over_the_edge(one, road, lines, everyone, scene, beyond_s)
        if found is not None and one.fast.has_track:
            yield found


def _over_the_middle(
    one: Pass,
    road: Road,
    lines: Sequence[RoadLine],
    everyone: Sequence[Course],
    scene: Scene,
    meeting_s: float,
    beyond_s: float,
) -> Overtaking | None:
    side = wrong_side(one.heading)
    if one.slow is None:
        beyond_s /= 2  # it was there before it came into the picture
    coming = who_comes(one.heading, road, everyone, scene)
    middles = middle_lines(road, lines, everyone, scene, one.level_s, (one.fast,))
    for line in middles:
        there = _beyond(one, line, side)
        if (
            there is None
            or there[1] - there[0] < beyond_s
            or not _keeps(one, line, -side, road, scene)
        ):
            continue
        beside = [other for other in coming if uses_lane_beside(other, one.heading, line)]
        meeting = _nearest(one, beside, _back_s(one, line, side, there[1]), meeting_s)
        if meeting is not None or (line.is_solid(one.level_s) and line.is_solid(there[0])):
            return _found(one, line, there, meeting)
    for other in coming if not middles else ():
        assumed = assumed_middle(one.slow, other, one.heading, road)
        there = _beyond(one, assumed, side) if assumed else None
        if assumed is None or there is None or there[1] - there[0] < beyond_s:
            continue
        meeting = _nearest(one, [other], _back_s(one, assumed, side, there[1]), meeting_s)
        if meeting is not None and would_brush(one.fast, other, *there):
            return _found(one, assumed, there, meeting)
    return None


def _nearest(one: Pass, others: Sequence[Course], end_s: float, meeting_s: float) -> Meeting | None:
    """The first meeting within `meeting_s`, beyond doubt."""
    found = [meeting_of(one.fast, other, one.heading, end_s) for other in others]
    near = [m for m in found if m is not None and m.gap_s + m.sigma_s <= meeting_s]
    return min(near, key=lambda meeting: meeting.gap_s, default=None)


def _found(
    one: Pass, line: RoadLine, there: tuple[float, float], meeting: Meeting | None
) -> Overtaking:
    form: Form = "solid" if meeting is None else "oncoming"
    sure = _sure(one, line, there)
    return Overtaking(
        form, one.fast, one.slow, line, there[0], one.level_s, there[1], meeting, sure
    )


def _over_the_edge(
    one: Pass,
    road: Road,
    lines: Sequence[RoadLine],
    everyone: Sequence[Course],
    scene: Scene,
    beyond_s: float,
) -> Overtaking | None:
    edge = right_edge(road, lines, everyone, scene, one.level_s, (one.fast,))
    if edge is None:
        return None
    if one.slow is None:
        beyond_s /= 2
    there = _beyond(one, edge, 1)
    if there is None or there[1] - there[0] < beyond_s or not _keeps(one, edge, -1, road, scene):
        return None
    sure = 0.9 * _sure(one, edge, there)
    return Overtaking(
        "right", one.fast, one.slow, edge, there[0], one.level_s, there[1], None, sure
    )


def _beyond(one: Pass, line: RoadLine, side: int) -> tuple[float, float] | None:
    """From when to when the one that passes is beyond the line, around the pass itself."""
    offsets = one.fast.beside(line) * side
    known = np.flatnonzero(np.isfinite(offsets))
    if len(known) < _LEAST_LOOKS:
        return None
    times = one.fast.times_s[known]
    steady = _calm(offsets[known])
    there = (steady > _BEYOND_M) & (steady < _LANE_M)
    for part in spans(there.tolist(), times.tolist(), _BRIDGE_S):
        start, end = float(times[part.start]), float(times[part.stop - 1])
        looks = int(there[part].sum())
        if (
            looks >= _LEAST_LOOKS
            and looks >= 0.6 * (part.stop - part.start)
            and start <= one.level_s + _ABOUT_S / 2
            and end >= one.level_s
        ):
            return start, end
    return None


def _back_s(one: Pass, line: RoadLine, side: int, end_s: float) -> float:
    """When its middle is back over the line: on the straight way from the last look beyond it.

    `end_s`, that look's time, where it was not seen to come back soon after.
    """
    offsets = one.fast.beside(line) * side
    after = np.flatnonzero(
        np.isfinite(offsets)
        & (one.fast.times_s >= end_s)
        & (one.fast.times_s <= end_s + _COMES_BACK_S)
    )
    times, offsets = one.fast.times_s[after], offsets[after]
    back = np.flatnonzero(offsets <= 0)
    if len(back) == 0 or back[0] == 0:
        return end_s
    last, first = int(back[0]) - 1, int(back[0])
    share = offsets[last] / (offsets[last] - offsets[first])
    return float(times[last] + share * (times[first] - times[last]))


def _keeps(one: Pass, line: RoadLine, side: int, road: Road, scene: Scene) -> bool:
    """Is the one that is passed on its own side of the line all the while?"""
    if one.slow is None:
        near = line.column(np.array([_NEAR_ROW * scene.height]), one.level_s)
        return bool((road.vanishing_px - near[0]) * side > 0)
    offsets = one.slow.beside(line) * side
    about = np.abs(one.slow.times_s - one.level_s) <= _ABOUT_S + (one.end_s - one.start_s) / 2
    near = offsets[about & np.isfinite(offsets)]
    return len(near) >= 3 and float(np.median(near)) > _OWN_SIDE_M


def _sure(one: Pass, line: RoadLine, there: tuple[float, float]) -> float:
    # A vehicle that was lost and found again may have been beyond the line under another number.
    detected = one.fast.track.confidence_between(*there)
    seconds = min(1.0, 0.5 + 0.2 * (there[1] - there[0]))
    return seconds * (0.5 + 0.5 * line.confidence) * (0.5 + 0.5 * detected)


def _calm(values: FloatArray) -> FloatArray:
    """The median of each value and its two neighbours."""
    padded = np.pad(values, 1, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, 3), axis=1))
