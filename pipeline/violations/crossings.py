"""Vehicles and the stop line that they drive up to: who goes over it and when.

The foot of a box is where a vehicle that drives away from the camera has its rear wheels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.scene.ground import Path
from pipeline.types import FloatArray, Kind
from pipeline.violations.approaches import WIDTHS_M, Approach, beyond_m
from pipeline.violations.rests import JITTER, resting

_LENGTHS_M = {
    Kind.BICYCLE: 1.8,
    Kind.MOTORBIKE: 2.0,
    Kind.CAR: 4.5,
    Kind.TRUCK: 7.5,
    Kind.BUS: 10.0,
}
_OF_ONE_LENGTH = (Kind.BICYCLE, Kind.MOTORBIKE, Kind.CAR)
_HARDLY_M = 0.8
_LENGTH_SLACK = 0.15  # of a length
_FOOT_SIGMA = 0.03  # of a box's height: how well its lower edge is placed
_SCALE_SIGMA = 0.2  # of metres
_BEFORE, _AFTER = 1, 3  # looks on either side of the line, at least
_LEAST_LOOKS = 4
_AFTER_FAST, _FAST_MPS, _STEADY_MPS = 1, 6.0, 3.5  # after it, of who comes at speed to the last
_CLEAR_M = 0.8  # so far from the line a look lies on one side of it
_HOLE_S = 1.2  # without a look, at the line
_STOOD_LOOKS = 6
_ON_CROSSING_M = 14.0  # past the line: who comes to rest here waits on the crossing
_LAST_S = 0.7
_CLOSE_M = 12.0  # to the line, where a foot is placed well
_ROLLS_MPS, _AS_FAST = 2.0, 0.6  # of the speed at its first looks
_JUMP_MPS, _FASTEST_MPS = 9.0, 28.0  # backwards, forwards, from one look to the next
_CHANGE_MPS = 5.0  # of speed from two steps to the next two; jitter of boxes included
_BACK_M, _ASIDE_M = 2.0, 1.6
_HEADING_M = 1.0  # of a way, to tell where it heads
_TOLD_M = 18.0  # to either side of the line, where a turn is told


@dataclass(frozen=True, slots=True)
class Crossing:
    """One vehicle over one stop line, away from the camera."""

    way: Path
    front_s: (
        float  # trip time until which its front surely was before the line; -inf: never seen so
    )
    rear_s: float  # ... at which its rear wheels went over
    end_s: float  # of what was seen of it
    sigma_s: float  # of `rear_s`
    beyond_m: float  # the farthest that its rear wheels were seen past the line
    beyond_sigma_m: float
    speed_mps: float  # over the last looks at it
    turn_deg: float  # to the right, from before the line to after it; NaN: not told
    rests: bool  # it comes to rest soon after the line


def crossing(way: Path, approach: Approach) -> Crossing | None:
    """How a vehicle goes over the line, away from the camera; None if it does not."""
    feet, times = way.feet, way.times_s
    whole = way.whole > 0.5
    places = approach.places(way.track.kind, feet, way.widths)
    beyond = beyond_m(way, approach, places)
    good = np.isfinite(beyond) & whole
    if int(good.sum()) < _LEAST_LOOKS:
        return None
    beyond, times, places = beyond[good], times[good], places[good]
    over = approach.spans(feet[good, 0], way.widths[good])
    past = np.flatnonzero(beyond <= 0)
    if len(past) == 0 or past[-1] + 1 >= len(beyond):
        return None
    last = int(past[-1])
    if not over[last] or not over[last + 1] or times[last + 1] - times[last] > _HOLE_S:
        return None
    before, after = beyond[: last + 1], beyond[last + 1 :]
    fast = len(after) >= _AFTER_FAST and _is_steady(times, beyond)
    if len(before) < _BEFORE or not (len(after) >= _AFTER or fast):
        return None
    if before.min() > -_CLEAR_M or after.max() < _CLEAR_M:
        return None
    if not _is_smooth(times, beyond, last) or _changes_over(places[: last + 2]):
        return None
    share = -beyond[last] / (beyond[last + 1] - beyond[last])
    rear_s = float(times[last] + share * (times[last + 1] - times[last]))
    step = float(beyond[last + 1] - beyond[last])
    speed = step / float(times[last + 1] - times[last])
    jitter = _FOOT_SIGMA * float(np.median(way.heights)) / max(float(np.median(way.widths)), 1.0)
    jitter *= WIDTHS_M[way.track.kind]
    farthest = float(np.percentile(after, 90)) if len(after) > 9 else float(after.max())
    rest = resting(times, places)
    front_s = _front(way.track.kind, times[: last + 2], beyond[: last + 2])
    # Who came to rest with its front before the line, or hardly over it, and stood there, went over
    # it after that rest. (How long a truck or a bus is nobody knows.)
    over_m = _HARDLY_M if way.track.kind in _OF_ONE_LENGTH else 0.0
    stood = rest[: last + 1] & (beyond[: last + 1] < over_m - _LENGTHS_M[way.track.kind])
    if int(stood.sum()) >= _STOOD_LOOKS:
        front_s = max(front_s, float(times[np.flatnonzero(stood)[-1]]))
    return Crossing(
        way,
        front_s,
        rear_s,
        float(times[-1]),
        min(jitter / max(speed, 0.1), 1.0),
        farthest,
        _SCALE_SIGMA * farthest,
        _speed(times, beyond),
        _turn(places, beyond, last),
        bool((rest & (times > rear_s) & (beyond < _ON_CROSSING_M)).any()),
    )


def _front(kind: Kind, times: FloatArray, beyond: FloatArray) -> float:
    """The last time at which its front, long as it may be, surely was before the line.

    Who drives into view with its front over the line already came at about its first speed.
    """
    reach = _LENGTHS_M[kind] * (1 + _LENGTH_SLACK) * (1 + _SCALE_SIGMA)
    short = np.flatnonzero(beyond < -reach)
    if len(short) == 0:
        first = times <= times[0] + _LAST_S
        speed = _speed(times[first], beyond[first])
        if speed < _ROLLS_MPS:
            return -np.inf
        return float(times[0] - (reach + beyond[0]) / (_AS_FAST * speed))
    last = int(short[-1])
    if last + 1 >= len(beyond):
        return float(times[-1])
    share = (-reach - beyond[last]) / max(float(beyond[last + 1] - beyond[last]), 1e-6)
    return float(times[last] + share * (times[last + 1] - times[last]))


def _is_smooth(times: FloatArray, beyond: FloatArray, last: int) -> bool:
    """Does it go over the line as vehicles do, and not as boxes that jump from one to another?"""
    speeds = np.diff(beyond) / np.diff(times)
    close = np.abs(beyond[1:]) < _CLOSE_M
    if (speeds[close] < -_JUMP_MPS).any():
        return False  # it went back: the track changed over from one vehicle to another
    rows = np.arange(max(last - 2, 0), min(last + 4, len(speeds)))
    near = speeds[rows[close[rows] | (rows == last)]]  # farther off a foot is placed by a guess
    # Over two steps each, because one box alone may be off.
    changes = np.abs(np.diff((near[1:] + near[:-1]) / 2))
    return bool((changes < _CHANGE_MPS).all() and near.max() < _FASTEST_MPS)


def _changes_over(places: FloatArray) -> bool:
    """Before the line, does the track change over from one vehicle to another?

    Backwards, or to the side, by metres from three looks to the next three: from one who waits
    to one who drives past. Whose plate it would show nobody knows.
    """
    for after in range(2, len(places) - 1):
        before, later = places[max(after - 3, 0) : after], places[after : after + 3]
        step = np.median(later, axis=0) - np.median(before, axis=0)
        slack = 4 * JITTER * float(np.median(before[:, 1]))
        aside = abs(float(step[0])) > max(_ASIDE_M + slack, 2 * abs(float(step[1])))
        if step[1] < -_BACK_M - slack or aside:
            return True
    return False


def _is_steady(times: FloatArray, beyond: FloatArray) -> bool:
    """Does it drive fast at its last looks, and at about one speed over the last five?"""
    speeds = (np.diff(beyond) / np.diff(times))[-4:]
    mean = float(np.mean(speeds))
    return (
        len(speeds) == 4 and mean > _FAST_MPS and bool((np.abs(speeds - mean) < _STEADY_MPS).all())
    )


def _speed(times: FloatArray, beyond: FloatArray) -> float:
    """Metres a second along the road over the last `_LAST_S`."""
    last = times >= times[-1] - _LAST_S
    if int(last.sum()) < 2:
        return 0.0
    return float(np.polyfit(times[last], beyond[last], 1)[0])


def _turn(places: FloatArray, beyond: FloatArray, last: int) -> float:
    """Degrees to the right that it turned, within `_TOLD_M` of the line; NaN: cannot be told."""
    before = places[: last + 2][beyond[: last + 2] > -_TOLD_M]
    after = places[last:][beyond[last:] < _TOLD_M]
    first, then = _heading(before), _heading(after[len(after) // 2 :])
    if then is None:
        then = _heading(after)
    if first is None:  # it came into view at the line: as the camera looks, about
        first = np.array([0.0, 1.0])
    if then is None:
        return np.nan
    cross = first[1] * then[0] - first[0] * then[1]
    return float(np.degrees(np.arctan2(cross, float(first @ then))))


def _heading(places: FloatArray) -> FloatArray | None:
    """Unit vector from the first half of places to the second, if that is far enough for one."""
    if len(places) < 3:
        return None
    half = len(places) // 2
    step = np.median(places[half:], axis=0) - np.median(places[: half + 1], axis=0)
    length = float(np.linalg.norm(step))
    return None if length < _HEADING_M else np.asarray(step / length)
