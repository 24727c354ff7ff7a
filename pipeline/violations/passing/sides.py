"""On which side of the road's lines a vehicle drives, and which line parts the directions.

A line parts the directions if it is yellow (QCVN 41:2019/BGTVT, annex G: yellow lines part traffic
of opposite directions, white ones lanes of one direction), or if three vehicles or more keep right
of it, some one way and some the other, and none goes the wrong way.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.scene.course import Course
from pipeline.scene.lanes import RoadLine, lanes_at
from pipeline.scene.road_ahead import Road
from pipeline.types import LaneLine, Scene
from pipeline.violations.passing.passes import AWAY, heading_of

_ON_A_SIDE_M = 0.5  # of the middle of a vehicle from the line
_LEAST_LOOKS = 4
_LEAST_WAYS = 2
EDGE_S = 7.0
_ONE_LINE_M = 0.9
_SIDE_BY_SIDE_M = 2.0  # from middle to middle


def parts_directions(
    line: RoadLine,
    road: Road,
    courses: Sequence[Course],
    scene: Scene,
    without: Sequence[Course] = (),
) -> bool:
    """Is it the middle line? `without`: those whose own side is in question."""
    if line.colour == "yellow":
        return True
    right, wrong = {1: 0, -1: 0}, 0
    for course in courses:
        if any(course is one for one in without):
            continue
        heading = heading_of(course, road, scene, course.times_s[0], course.times_s[-1])
        offsets = course.beside(line)
        offsets = offsets[np.isfinite(offsets)]
        if heading == 0 or len(offsets) < _LEAST_LOOKS:
            continue
        middle = float(np.median(offsets))
        if abs(middle) < _ON_A_SIDE_M:
            continue
        # Traffic keeps right: who goes away is right of the middle line, who comes left of it.
        if np.sign(middle) == heading:
            right[heading] += 1
        else:
            wrong += 1
    return wrong == 0 and min(right.values()) >= 1 and sum(right.values()) > _LEAST_WAYS


def middle_lines(
    road: Road,
    lines: Sequence[RoadLine],
    courses: Sequence[Course],
    scene: Scene,
    time_s: float,
    without: Sequence[Course],
) -> list[RoadLine]:
    """The lines of that time that part the directions."""
    return [
        line
        for line in lines_of(road, lines, time_s)
        if parts_directions(line, road, courses, scene, without)
    ]


def lines_of(road: Road, lines: Sequence[RoadLine], time_s: float) -> list[RoadLine]:
    """The lines that the camera of this stretch sees about a time."""
    reach = 4.0 if road.standing else 1.0
    return [
        line
        for line in lines
        if line.in_picture is not road.standing
        and line.start_s - reach <= time_s <= line.end_s + reach
        and line.start_s <= road.stretch.end_s + reach
        and line.end_s >= road.stretch.start_s - reach
    ]


def assumed_middle(slow: Course | None, other: Course, heading: int, road: Road) -> RoadLine | None:
    """Where no line is seen: halfway between one that keeps right and one that comes.

    `slow` None: the camera's own car. None where they do not drive side by side.
    """
    mine = 0.0 if slow is None else _usual(slow)
    its = _usual(other)
    if mine is None or its is None or (mine - its) * heading < _SIDE_BY_SIDE_M:
        return None
    rows = road.horizon_px + np.array([40.0, 4.0]) * road.camera_m
    columns = road.vanishing_px + (mine + its) / 2 / road.camera_m * (rows - road.horizon_px)
    line = LaneLine(
        np.column_stack([columns, rows]),
        road.stretch.first,
        road.stretch.start_s,
        road.stretch.end_s,
        0.0,
        1.0,
        "white",
        not road.standing,
        0.5,
    )
    return RoadLine((line,), not road.standing)


def _usual(course: Course) -> float | None:
    across = course.across_m[np.isfinite(course.across_m)]
    return float(np.median(across)) if len(across) >= _LEAST_LOOKS else None


def right_edge(
    road: Road,
    lines: Sequence[RoadLine],
    courses: Sequence[Course],
    scene: Scene,
    time_s: float,
    without: Sequence[Course],
    least_s: float = EDGE_S,
    most_beyond: int = 0,
) -> RoadLine | None:
    """The right edge line of the carriageway, if nobody but `without` drives beyond it.

    Four wheels alone count: motorbikes and bicycles may use a paved shoulder. It has to be seen as
    the edge for `least_s`: lanes are parted by solid white lines as well, before junctions, but not
    for so long.
    """
    lanes = lanes_at(lines_of(road, lines, time_s), scene, time_s)
    edge = lanes.edge
    if edge is None or (not road.standing and lanes.left is None):
        return None
    if edge.end_s - edge.start_s < least_s:
        return None
    beyond = 0
    for course in courses:
        if any(course is one for one in without) or course.width_m < 1.5:
            continue
        offsets = course.beside(edge)
        if int((offsets > _ON_A_SIDE_M).sum()) >= _LEAST_LOOKS and heading_of(
            course, road, scene, course.times_s[0], course.times_s[-1]
        ):
            beyond += 1
    return edge if beyond <= most_beyond else None


def may_be_edge(
    line: RoadLine,
    road: Road,
    lines: Sequence[RoadLine],
    courses: Sequence[Course],
    scene: Scene,
    time_s: float,
    without: Sequence[Course],
) -> int:
    """May it be an edge of the carriageway, which may be driven over where that is needed?

    1: the right one, -1: the left one, 0: no edge. A line beside the edge is that line once more.
    """
    # What is left of the same tracks is nobody else.
    ids = {track.id for one in without for track, *_ in one.tracks}
    others = [course for course in courses if not ids & {track.id for track, *_ in course.tracks}]
    edge = right_edge(road, lines, others, scene, time_s, without, 0.0, most_beyond=1)
    if edge is not None and _is_beside(edge, line, road, scene, time_s):
        side = 1
    elif _is_left_edge(line, road, lines, others, scene, time_s):
        side = -1
    else:
        return 0
    # A line all alone may be any line; not so with another one, or somebody, within it.
    if not road.standing or len(lines_of(road, lines, time_s)) >= 2:
        return side
    keeps = any(
        int((course.beside(line) * side < -_ON_A_SIDE_M).sum()) >= _LEAST_LOOKS for course in others
    )
    return side if keeps else 0


def _is_beside(one: RoadLine, other: RoadLine, road: Road, scene: Scene, time_s: float) -> bool:
    """Do they run so near to each other that they are one?"""
    row = np.array([0.85 * scene.height])
    apart = one.column(row, time_s) - other.column(row, time_s)
    return bool(abs(float((apart * road.metres_a_pixel(row))[0])) < _ONE_LINE_M)


def _is_left_edge(
    line: RoadLine,
    road: Road,
    lines: Sequence[RoadLine],
    others: Sequence[Course],
    scene: Scene,
    time_s: float,
) -> bool:
    """Is it the outermost white line on the left, with nobody beyond?"""
    here = lanes_at(lines_of(road, lines, time_s), scene, time_s).lines
    if not here or here[0] is not line or line.colour != "white":
        return False
    return not any(
        int((course.beside(line) < -_ON_A_SIDE_M).sum()) >= _LEAST_LOOKS for course in others
    )


def lines_of_road(road: Road, lines: Sequence[RoadLine]) -> list[RoadLine]:
    """All lines of the camera's stretch, at whatever time."""
    return [
        line
        for line in lines
        if line.in_picture is not road.standing
        and line.start_s <= road.stretch.end_s
        and line.end_s >= road.stretch.start_s
    ]


def wrong_side(heading: int) -> int:
    """Where the lane of the others lies, seen from the camera: -1 left of the middle line."""
    return -1 if heading == AWAY else 1
