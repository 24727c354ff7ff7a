"""Vehicles and the stop line that they drive up to: who waits at it, who goes over it and when.

The foot of a box is where a vehicle that drives away from the camera has its rear wheels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.ground import Path
from pipeline.types import FloatArray, Kind
from pipeline.violations.approaches import WIDTHS_M, Approach

_LENGTHS_M = {
    Kind.BICYCLE: 1.8,
    Kind.MOTORBIKE: 2.0,
    Kind.CAR: 4.5,
    Kind.TRUCK: 7.5,
    Kind.BUS: 10.0,
}
_LENGTH_SLACK = 0.15  # of a length
_FOOT_SIGMA = 0.03  # of a box's height: how well its lower edge is placed
_SCALE_SIGMA = 0.2  # of metres
_BEFORE, _AFTER = 1, 3  # looks on either side of the line, at least
_CLEAR_M = 0.8  # so far from the line a look lies on one side of it
_HOLE_S = 1.2  # without a look, at the line
_AT_REST_MPS = 0.6
_JITTER = 0.01  # of the distance ahead: how far a place at rest seems to move
_REST_S = 1.0
_STOOD_LOOKS = 6
_WAIT_S = 1.5
_WAITS_WITHIN_M = 12.0  # before the line
_ON_CROSSING_M = 14.0  # past the line: who comes to rest here waits on the crossing
_LAST_S = 0.7
_CLOSE_M = 12.0  # to the line, where a foot is placed well
_ROLLS_MPS, _AS_FAST = 2.0, 0.6  # of the speed at its first looks
_JUMP_MPS, _FASTEST_MPS = 9.0, 28.0  # from one look to the next; jitter of a box included
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
    beyond = _beyond(way, approach, places)
    good = np.isfinite(beyond) & whole
    if int(good.sum()) < _BEFORE + _AFTER:
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
    if len(before) < _BEFORE or len(after) < _AFTER:
        return None
    if before.min() > -_CLEAR_M or after.max() < _CLEAR_M:
        return None
    if not _is_smooth(times, beyond, last):
        return None
    share = -beyond[last] / (beyond[last + 1] - beyond[last])
    rear_s = float(times[last] + share * (times[last + 1] - times[last]))
    step = float(beyond[last + 1] - beyond[last])
    speed = step / float(times[last + 1] - times[last])
    jitter = _FOOT_SIGMA * float(np.median(way.heights)) / max(float(np.median(way.widths)), 1.0)
    jitter *= WIDTHS_M[way.track.kind]
    farthest = float(np.percentile(after, 90)) if len(after) > 9 else float(after.max())
    rest = _resting(times, places)
    front_s = _front(way.track.kind, times[: last + 2], beyond[: last + 2])
    # Who came to rest with its front before the line went over it after that rest.
    stood = rest[: last + 1] & (beyond[: last + 1] < -_LENGTHS_M[way.track.kind])
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


def waits(way: Path, approach: Approach) -> Iterator[float]:
    """Moments in the middle of its rests close before the line."""
    if len(way) < 4:
        return
    places = approach.places(way.track.kind, way.feet, way.widths)
    beyond = _beyond(way, approach, places)
    there = np.isfinite(beyond) & approach.spans(way.feet[:, 0], way.widths)
    there &= (beyond > -_WAITS_WITHIN_M) & (beyond < 1.0)
    still = _resting(way.times_s, places) & there
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(int)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if way.times_s[end - 1] - way.times_s[start] >= _WAIT_S:
            yield float(way.times_s[end - 1])
            yield float(way.times_s[(start + end - 1) // 2])


def _beyond(way: Path, approach: Approach, places: FloatArray) -> FloatArray:
    """(N,) metres of the rear wheels past the line; negative before it."""
    rows = approach.rows(way.feet[:, 0])
    if approach.ground is not None:
        line = approach.ground.place(np.column_stack([way.feet[:, 0], rows]))[:, 1]
        return np.asarray(places[:, 1] - line)
    # Ahead of the camera goes with one over the rows below the horizon; near the line, by ratio.
    short = rows - way.feet[:, 1]
    crosses = np.flatnonzero(np.diff(np.sign(short)) != 0)
    at = float(np.median(places[crosses, 1])) if len(crosses) else np.nan
    if not np.isfinite(at):
        at = float(places[int(np.abs(short).argmin()), 1])
    return np.asarray(np.where(short > 0, 1.0, -1.0) * np.abs(places[:, 1] - at))


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
    near = speeds[max(last - 2, 0) : last + 4]
    return bool((np.abs(np.diff(near)) < _JUMP_MPS).all() and near.max() < _FASTEST_MPS)


def _speed(times: FloatArray, beyond: FloatArray) -> float:
    """Metres a second along the road over the last `_LAST_S`."""
    last = times >= times[-1] - _LAST_S
    if int(last.sum()) < 2:
        return 0.0
    return float(np.polyfit(times[last], beyond[last], 1)[0])


def _resting(times: FloatArray, places: FloatArray) -> NDArray[np.bool_]:
    """(N,) does it stay where it is over `_REST_S` around each look?"""
    still = np.zeros(len(times), bool)
    told = np.isfinite(places).all(axis=1)
    for index in np.flatnonzero(told):
        near = told & (np.abs(times - times[index]) <= _REST_S / 2 + 0.15)
        here, when = places[near], times[near]
        if len(here) < 3 or when[-1] - when[0] < 0.7 * _REST_S:
            continue
        half = len(here) // 2
        gone = np.linalg.norm(np.median(here[-half:], axis=0) - np.median(here[:half], axis=0))
        jitter_m = _JITTER * float(np.median(here[:, 1]))
        still[index] = gone < _AT_REST_MPS * _REST_S / 2 + jitter_m
    return still


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
