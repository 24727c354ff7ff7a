"""On the hard shoulder: a car, bus or truck drives along beyond the right edge line.

The lines alone cannot tell a shoulder from one more lane behind a solid line, as there is before
many a junction. So the edge has to be solid, the outermost line, for `EDGE_S` or longer (it tells
something under a camera that drives); at least two others of four wheels drive within it, the
camera's own car counted (four under a camera that stands), and none but this one beyond. Who pulls
over or comes back onto the road slows down or speeds up; who drives along keeps its speed, and its
distance from the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.scene.course import Course
from pipeline.scene.lanes import RoadLine
from pipeline.scene.road_ahead import Road, is_straight
from pipeline.types import Kind, Scene, Track
from pipeline.violations.base import spans
from pipeline.violations.lane_use.crossing import drives_evenly
from pipeline.violations.passing.passes import AWAY, heading_of
from pipeline.violations.passing.sides import right_edge

_FOUR_WHEELS = (Kind.CAR, Kind.BUS, Kind.TRUCK)
_BEYOND_M = (0.45, 2.8)  # of its middle from the line: on the shoulder, not on another road
_HALF_LANE_M, _NARROWER = 1.75, 0.88  # its middle is nearer to the line than that of a lane
_NEXT_M = 3.0
_WITHIN_M = -0.6
_WITHIN, _WITHIN_STANDING = 2, 4
_LEAST_LOOKS = 6
_BRIDGE_S = 0.9
_WANDERS_M = 0.6  # spread of its distance from the line


@dataclass(frozen=True, slots=True, eq=False)
class OnShoulder:
    """A vehicle drives beyond the edge line."""

    course: Course
    edge: RoadLine
    start_s: float
    end_s: float
    beyond_m: float  # its middle from the line
    within: int  # others that keep within it

    @property
    def track(self) -> Track:
        return self.course.track

    @property
    def confidence(self) -> float:
        sure = float(np.mean(self.track.confidences))
        many = 1 - 0.5 ** (self.within + 1)
        return 0.9 * many * (0.5 + 0.5 * self.edge.confidence) * (0.5 + 0.5 * sure)


def on_shoulder(
    road: Road,
    everyone: Sequence[Course],
    lines: Sequence[RoadLine],
    scene: Scene,
    least_s: float,
) -> Iterator[OnShoulder]:
    """Those of one stretch who drive beyond the edge for `least_s` or longer."""
    for course in everyone:
        if course.track.kind in _FOUR_WHEELS and course.has_track:
            found = _drives(course, road, lines, everyone, scene, least_s)
            if found is not None:
                yield found


def _drives(
    course: Course,
    road: Road,
    lines: Sequence[RoadLine],
    everyone: Sequence[Course],
    scene: Scene,
    least_s: float,
) -> OnShoulder | None:
    middle = float(np.median(course.times_s))
    edge = right_edge(road, lines, everyone, scene, middle, (course,))
    if edge is None:
        return None
    offsets = course.beside(edge)
    there = (offsets > _BEYOND_M[0]) & (offsets < _BEYOND_M[1])
    within = sum(_keeps_within(other, edge) for other in everyone if other is not course)
    within += not road.standing
    if within < (_WITHIN_STANDING if road.standing else _WITHIN):
        return None
    half = _half_lane_m(road, edge, everyone, scene)
    for part in spans(there.tolist(), course.times_s.tolist(), _BRIDGE_S):
        start, end = float(course.times_s[part.start]), float(course.times_s[part.stop - 1])
        inside = offsets[part][there[part]]
        if (
            end - start >= least_s
            and len(inside) >= _LEAST_LOOKS
            and float(np.std(inside)) <= _WANDERS_M
            and float(np.median(inside)) <= _NARROWER * half
            and heading_of(course, road, scene, start, end) == AWAY
            and is_straight(road, scene, start, end, float(np.nanmedian(course.ahead_m)))
            and drives_evenly(course, road, scene, start, end)
        ):
            return OnShoulder(course, edge, start, end, float(np.median(inside)), within)
    return None


def _half_lane_m(road: Road, edge: RoadLine, everyone: Sequence[Course], scene: Scene) -> float:
    """Metres from the edge to the middle of the lane beside it, by those who drive there.

    A shoulder is 2.5 to 3 m wide, a lane 3.25 m and more: who drives in the middle of one more lane
    is as far from the line as they are.
    """
    found = []
    for course in everyone:
        offsets = course.beside(edge)
        known = offsets[np.isfinite(offsets)]
        if len(known) >= _LEAST_LOOKS and -_NEXT_M < float(np.median(known)) < _WITHIN_M:
            found.append(-float(np.median(known)))
    if not road.standing:
        row = np.array([0.85 * scene.height])
        column = float(edge.column(row, (edge.start_s + edge.end_s) / 2)[0])
        own = (column - road.vanishing_px) * float(road.metres_a_pixel(row)[0])
        if -_WITHIN_M < own < _NEXT_M:
            found.append(own)
    return float(np.median(found)) if found else _HALF_LANE_M


def _keeps_within(other: Course, edge: RoadLine) -> bool:
    if other.track.kind not in _FOUR_WHEELS:
        return False
    offsets = other.beside(edge)
    known = offsets[np.isfinite(offsets)]
    return len(known) >= _LEAST_LOOKS and float(np.median(known)) < _WITHIN_M
