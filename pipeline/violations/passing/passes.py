"""One vehicle passes another: their order along the road changes while both go the same way.

With the places z along the road (`pipeline.scene.course`), the one that passes is behind by
`_PLAIN_M` or more in at least two looks, and later ahead by as much; nearer than that, and where
the places themselves are not that sure (a share of the distance), the order is not told. Who is
hidden by the other one just before or after is led on at its own speed, with a doubt that grows.

Both must drive, one way. Under a standing camera the ground tells. Under one that drives, whoever
is at rest comes nearer as fast as the camera drives: with satellites, a vehicle's speed is the
camera's plus the rate of its distance, and has to be plainly above zero even if distances are off
by a third; without, only who falls back slowly, or not at all, is known to drive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from pipeline.scene.course import Course
from pipeline.scene.road_ahead import Road
from pipeline.types import FloatArray, Scene

AWAY, COMING = 1, -1  # where one heads: along the camera's view, or against it

_PLAIN_M = 2.0
_PLAIN_SHARE = 0.06  # of the distance
_LEAST_LOOKS = 2
_GRID_S = 0.2
_HOLE_S = 1.2
_NEAR_M = 90.0
_MOVES_MPS = 1.2  # over the ground, under a standing camera
_FALLS_BACK_MPS = 1.5  # who falls back more slowly from a camera that drives, drives
_SCALE = 1.4  # metres along the road may be off by that factor
_DRIVES_MPS = 1.5
_LEAST_S = 1.0
_RATE_S = 0.75
_LED_S, _LED_BY_S = 1.6, 2.0  # a place is led on for so long, by the speed over so long
_LED_MPS, _LED_MPS2 = 0.5, 1.5  # doubt of that speed, and how it may have changed


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """`fast` passes `slow` (None: the camera's own car)."""

    fast: Course
    slow: Course | None
    heading: int  # AWAY or COMING, of both
    start_s: float  # plainly behind for the last time
    level_s: float
    end_s: float  # plainly ahead for the first time


def rate_mps(course: Course, start_s: float, end_s: float) -> float:
    """How fast its distance grows over a time, metres as the road has them; NaN where unknown."""
    inside = (course.times_s >= start_s) & (course.times_s <= end_s) & np.isfinite(course.ahead_m)
    times, ahead = course.times_s[inside], course.ahead_m[inside]
    if len(times) < 4 or times[-1] - times[0] < _RATE_S:
        return float("nan")
    # Theil's slope: the median over pairs, which a few bad looks do not move.
    one, other = np.triu_indices(len(times), max(len(times) // 3, 1))
    return float(np.median((ahead[other] - ahead[one]) / (times[other] - times[one])))


def heading_of(course: Course, road: Road, scene: Scene, start_s: float, end_s: float) -> int:
    """AWAY or COMING where it plainly drives so over a time, else 0."""
    rate = rate_mps(course, start_s, end_s)
    if not np.isfinite(rate):
        return 0
    if road.standing:
        return int(np.sign(rate)) if abs(rate) > _MOVES_MPS else 0
    own = camera_mps(scene, start_s, end_s)
    if rate > -_FALLS_BACK_MPS and (not np.isfinite(own) or own > 2 * _DRIVES_MPS):
        return AWAY
    if not np.isfinite(own):
        return 0
    slowest, fastest = sorted((own + rate * _SCALE, own + rate / _SCALE))
    if slowest > _DRIVES_MPS:
        return AWAY
    return COMING if fastest < -_DRIVES_MPS else 0


def camera_mps(scene: Scene, start_s: float, end_s: float) -> float:
    """The camera's speed by satellites over a time; NaN where they do not tell."""
    track = scene.positions
    if track is None:
        return float("nan")
    inside = (track.times_s >= start_s - 0.5) & (track.times_s <= end_s + 0.5)
    speeds = track.speeds_mps[inside]
    speeds = speeds[np.isfinite(speeds)]
    return float(np.median(speeds)) if len(speeds) else float("nan")


def passes(road: Road, courses: Sequence[Course], scene: Scene) -> Iterator[Pass]:
    """All passes of the stretch, both seen before and after or led on a little from there."""
    for fast, slow in permutations(courses, 2):
        start = max(fast.times_s[0], slow.times_s[0] - _LED_S)
        end = min(fast.times_s[-1], slow.times_s[-1] + _LED_S)
        if end - start < _LEAST_S:
            continue
        times = np.arange(start, end + 1e-6, _GRID_S)
        z_fast = fast.at(times, fast.ahead_m, _HOLE_S)
        z_slow, doubt = _led(slow, times)
        near = np.minimum(z_fast, z_slow)
        plain = np.maximum(_PLAIN_M, _PLAIN_SHARE * near) + doubt
        plain[~(near < _NEAR_M)] = np.inf
        for heading in (AWAY, COMING):
            found = _swap(times, heading * (z_fast - z_slow), plain)
            if found is None:
                continue
            before, level, after = found
            around = (max(start, before - 2.0), min(end, after + 2.0))
            if all(heading_of(one, road, scene, *around) == heading for one in (fast, slow)):
                yield Pass(fast, slow, heading, before, level, after)


def _led(course: Course, times: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Its places at times, led on at its own speed before and after its looks, and their doubt."""
    places = course.at(times, course.ahead_m, _HOLE_S)
    doubt = np.zeros(len(times))
    known = np.flatnonzero(np.isfinite(course.ahead_m))
    if len(known) < 4:
        return places, doubt
    for end, out in (
        (known[0], times < course.times_s[known[0]]),
        (known[-1], times > course.times_s[known[-1]]),
    ):
        at = course.times_s[end]
        rate = rate_mps(course, at - _LED_BY_S, at + _LED_BY_S)
        away = np.abs(times - at)
        led = out & (away <= _LED_S + 1e-6)
        if np.isfinite(rate) and led.any():
            near = known[np.abs(course.times_s[known] - at) <= 0.5]
            places[led] = np.median(course.ahead_m[near]) + rate * (times[led] - at)
            doubt[led] = _LED_MPS * away[led] + _LED_MPS2 / 2 * away[led] ** 2
    return places, doubt


def _swap(
    times: FloatArray, lead: FloatArray, plain: FloatArray
) -> tuple[float, float, float] | None:
    """When one that was plainly behind (`lead` negative) has come plainly ahead."""
    behind = np.flatnonzero(lead < -plain)  # False for NaN
    ahead = np.flatnonzero(lead > plain)
    if len(behind) < _LEAST_LOOKS or len(ahead) < _LEAST_LOOKS:
        return None
    first = ahead[ahead > behind[_LEAST_LOOKS - 1]]
    if len(first) < _LEAST_LOOKS or (ahead < behind[0]).any():
        return None
    last = int(behind[behind < first[0]][-1])
    between = np.arange(last, int(first[0]) + 1)
    known = between[np.isfinite(lead[between])]
    if len(known) < 2:
        return None
    level = (
        float(np.interp(0.0, lead[known], times[known]))
        if _rises(lead[known])
        else float(times[known].mean())
    )
    return float(times[last]), level, float(times[first[0]])


def _rises(values: FloatArray) -> bool:
    return bool((np.diff(values) > 0).all())
