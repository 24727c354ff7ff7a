"""Courses cut where a track jumps from one vehicle to another, and joined where one was lost.

A tracker at five pictures a second loses a vehicle that another one hides, and may go on with the
wrong one of the two. In metres of the road both show: nothing drives many metres a second sideways,
and who is found again is where it would have got to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from pipeline.scene.course import Course
from pipeline.types import FloatArray

_SIDEWAYS_MPS, _SIDEWAYS_M = 3.0, 1.0  # faster, and more than its place is unsure, is a jump
_GUESSED_M = 1.4
_ALONG_MPS, _ALONG_SHARE = 10.0, 0.15  # likewise from where it drives to; share of the distance
_RATE_LOOKS, _RATE_S = 4, 1.5  # before and after, no longer than that
_RATE_MPS, _RATE_SHARE = 9.0, 0.15  # change of speed; and a second's share of the distance
_REVERSES_MPS = 2.5  # over the ground, one way and then the other: of two vehicles
_LEAST_LOOKS = 3
_LOST_S = 3.4
_AGREES_M, _AGREES_SHARE = 2.0, 0.12  # along the road: metres, and of the distance
_AGREES_ACROSS_M, _DRIFTS_MPS = 0.9, 1.2
_SWERVE_MPS = 3.0
_FIT_S = 0.9


def whole_courses(courses: Sequence[Course]) -> list[Course]:
    """The courses of vehicles rather than of tracks, at least five looks each."""
    pieces = sorted((part for one in courses for part in _cut(one)), key=lambda c: c.times_s[0])
    chains: list[Course] = []
    for piece in pieces:
        fits = [
            (error, index)
            for index, chain in enumerate(chains)
            if (error := _misses(chain, piece)) < 1
        ]
        if fits:
            _, index = min(fits)
            chains[index] = _together(chains[index], piece)
        else:
            chains.append(piece)
    return [chain for chain in chains if len(chain) >= 5]


def _cut(course: Course) -> Iterator[Course]:
    seconds = np.diff(course.times_s)
    sideways = np.abs(np.diff(course.across_m))
    steps = np.diff(course.ahead_m)
    along = np.abs(steps - _usual_rate(steps / seconds) * seconds)
    distance = np.minimum(course.ahead_m[1:], course.ahead_m[:-1])
    # A box cut by the picture's edge is placed by a guess, and worse so beside who drives.
    sure = course.whole[1:] & course.whole[:-1]
    guessed = _GUESSED_M if course.road.standing else np.inf
    aside = np.where(sure, _SIDEWAYS_M, guessed)
    jumps = sideways > aside + _SIDEWAYS_MPS * seconds
    jumps |= along > _ALONG_SHARE * distance + _ALONG_MPS * seconds
    jumps[_turns_about(course)] = True
    edges = [0, *(np.flatnonzero(jumps) + 1).tolist(), len(course)]
    for start, end in pairwise(edges):
        if end - start >= _LEAST_LOOKS:
            yield _part(course, slice(start, end))


def _turns_about(course: Course) -> list[int]:
    """Looks after which it drives at quite another speed than before: of another vehicle."""
    found = []
    for after in range(_RATE_LOOKS, len(course) - _RATE_LOOKS + 1):
        one, other = (slice(after - _RATE_LOOKS, after), slice(after, after + _RATE_LOOKS))
        before, later = (_rate(course.times_s[p], course.ahead_m[p]) for p in (one, other))
        doubt = _RATE_SHARE * float(np.median(course.ahead_m[after - 2 : after + 2]))
        turns = course.road.standing and before * later < -(_REVERSES_MPS**2)
        if turns or abs(later - before) > _RATE_MPS + doubt:  # False for NaN
            found.append(after - 1)
    return found


def _rate(times: FloatArray, ahead: FloatArray) -> float:
    if times[-1] - times[0] > _RATE_S:
        return float("nan")
    since = times - times.mean()  # the least squares' slope; NaN where a place is not known
    return float(since @ ahead / max(float(since @ since), 1e-9))


def _usual_rate(rates: FloatArray) -> FloatArray:
    """(N,) the median of each rate and its four neighbours: how it drives about there."""
    known = np.flatnonzero(np.isfinite(rates))
    if len(known) == 0:
        return rates
    filled = np.interp(np.arange(len(rates)), known, rates[known])
    padded = np.pad(filled, 2, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1))


def _part(course: Course, rows: slice) -> Course:
    return replace(
        course,
        tracks=((course.tracks[0][0], rows.stop - rows.start, course.tracks[0][2]),),
        times_s=course.times_s[rows],
        ahead_m=course.ahead_m[rows],
        rows_px=course.rows_px[rows],
        middle_px=course.middle_px[rows],
        metres_px=course.metres_px[rows],
        whole=course.whole[rows],
        boxes=course.boxes[rows],
    )


def _together(one: Course, other: Course) -> Course:
    return replace(
        one,
        tracks=one.tracks + other.tracks,
        times_s=np.concatenate([one.times_s, other.times_s]),
        ahead_m=np.concatenate([one.ahead_m, other.ahead_m]),
        rows_px=np.concatenate([one.rows_px, other.rows_px]),
        middle_px=np.concatenate([one.middle_px, other.middle_px]),
        metres_px=np.concatenate([one.metres_px, other.metres_px]),
        whole=np.concatenate([one.whole, other.whole]),
        boxes=np.concatenate([one.boxes, other.boxes]),
    )


def _misses(one: Course, other: Course) -> float:
    """How far the second begins from where the first leads, in what may be; from 1 on: another."""
    gap = float(other.times_s[0] - one.times_s[-1])
    if not 0 < gap <= _LOST_S or (one.width_m > 1.2) is not (other.width_m > 1.2):
        return np.inf
    if len(one) < 4:
        return np.inf
    # Who leaves a standing camera's picture is not found again in it; who enters it was not lost.
    if one.road.standing and not (one.whole[-1] and other.whole[0]):
        return np.inf
    middle = float(other.times_s[0] + one.times_s[-1]) / 2
    before, after = _leads(one, middle, True), _leads(other, middle, False)
    if before is None or after is None:
        return np.inf
    tall = _size(one, True) / max(_size(other, False), 1e-6)
    along = abs(before[0] - after[0]) / (_AGREES_M + _AGREES_SHARE * abs(before[0]))
    across = abs(before[1] - after[1]) / (_AGREES_ACROSS_M + _DRIFTS_MPS * gap)
    if one.road.standing and before[2] * after[2] < -(_REVERSES_MPS**2):
        return np.inf
    speeds = abs(before[2] - after[2]) / (_RATE_MPS + _RATE_SHARE * abs(before[0]))
    return max(along, across, speeds, abs(float(np.log(tall))) / 0.35)


def _leads(course: Course, time_s: float, forward: bool) -> tuple[float, float, float] | None:
    """Metres ahead and across at a time before or after it, and the rate of the former."""
    end = course.times_s[-1] if forward else course.times_s[0]
    near = (np.abs(course.times_s - end) <= _FIT_S) & np.isfinite(course.ahead_m)
    if near.sum() < 2:
        return None
    times, ahead, across = course.times_s[near], course.ahead_m[near], course.across_m[near]
    along, sideways = 0.0, 0.0
    if np.ptp(times) >= 0.4:
        along = float(np.polyfit(times, ahead, 1)[0])
        sideways = float(np.clip(np.polyfit(times, across, 1)[0], -_SWERVE_MPS, _SWERVE_MPS))
    return (
        float(np.median(ahead + along * (time_s - times))),
        float(np.median(across + sideways * (time_s - times))),
        along,
    )


def _size(course: Course, at_end: bool) -> float:
    """Its height in metres at that end, as its own foot places it."""
    part = slice(-4, None) if at_end else slice(0, 4)
    heights: FloatArray = (course.boxes[part, 3] - course.boxes[part, 1]) * course.metres_px[part]
    known = heights[np.isfinite(heights) & course.whole[part]]
    return float(np.median(known)) if len(known) else float("nan")
