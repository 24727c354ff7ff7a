"""The camera's own car is passed: one comes into the picture from beside it and drives ahead.

It is first seen near, at the picture's left or right edge (it was behind or beside), and then its
distance grows plainly. Nothing at rest and nothing that comes does so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.scene.course import Course
from pipeline.scene.road_ahead import Road
from pipeline.types import Scene
from pipeline.violations.passing.passes import AWAY, Pass, camera_mps, rate_mps

_EDGE = 0.025  # of the picture's width: nearer to its edge, it comes in there
_NEAR_M = 14.0
_BESIDE_M = 9.0  # nearer, it can only come from beside
_NEW_S = 0.5
_GROWS = 1.6  # times its first distance
_GAINS_MPS = 0.8
_CAMERA_MPS = 2.0
_FIRST_LOOKS = 4


def passes_of_camera(road: Road, courses: Sequence[Course], scene: Scene) -> Iterator[Pass]:
    """Those who pass the camera's own car while it drives."""
    if road.standing:
        return
    for course in courses:
        found = _passes(course, road, scene)
        if found is not None:
            yield found


def _passes(course: Course, road: Road, scene: Scene) -> Pass | None:
    first = slice(0, _FIRST_LOOKS)
    boxes = course.boxes[first]
    edge = _EDGE * scene.width
    at_edge = (boxes[:, 0] <= edge) | (boxes[:, 2] >= scene.width - edge)
    known = np.flatnonzero(np.isfinite(course.ahead_m))
    if len(known) < 6:
        return None
    ahead = course.ahead_m[known]
    start_z = float(np.median(ahead[:3]))
    farthest = float(np.percentile(ahead, 90))
    # One that is there when the footage begins has not come from anywhere, unless at the edge.
    new = course.times_s[0] > road.stretch.start_s + _NEW_S
    nearest = _NEAR_M if at_edge.any() else _BESIDE_M if new else 0.0
    if start_z > nearest or farthest < _GROWS * start_z:
        return None
    start = float(course.times_s[0])
    end = float(course.times_s[known[int(np.argmax(ahead))]])
    if rate_mps(course, start, end) < _GAINS_MPS:
        return None
    own = camera_mps(scene, start, end)
    if np.isfinite(own) and own < _CAMERA_MPS:
        return None
    return Pass(course, None, AWAY, start, start, min(start + 2.0, end))
