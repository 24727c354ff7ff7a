"""A vehicle that waits: in a row before a stop line, behind another one, or at a red light."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.scene.ground import Path, Stretch
from pipeline.scene.road import Lane, LevelGround
from pipeline.types import FloatArray, LightState, Scene

ON_LANE_M = 1.2  # beside the line through it: within, a vehicle uses its lane
PAST_M = 2.5  # along the road: before and behind a vehicle begin here
_AT_STOP_LINE_M = 9.0  # along the lane, from its foot to the line: it may be the first of a row
_PAST_ITS_SIDES_M = 1.2  # from its middle: a line across the lane shows on both sides of it
_MOST_ASLANT = 0.7  # metres along for each metre across: a kerb runs along the road
_STARTS_S = 4.0  # after a light has turned green, until the last one before it has set off
_COMMON, _COMMON_S = 0.5, 8.0  # of a rest, or so long, that another one rests as well

Rest = tuple[Path, tuple[float, float]]


def is_behind_another(
    path: Path, span: tuple[float, float], resting: Sequence[Rest], lane: Lane, ground: LevelGround
) -> bool:
    """Does another vehicle rest on the same strip at the same time, as in a queue?"""
    for other, its_span in resting:
        if other.track.id == path.track.id or not _together(span, its_span):
            continue
        along, beside = lane.offsets(ground.place(np.median(other.feet, axis=0, keepdims=True)))
        if abs(beside[0]) <= ON_LANE_M and abs(along[0]) > PAST_M:
            return True
    return False


def others_rest(path: Path, span: tuple[float, float], resting: Sequence[Rest]) -> bool:
    """Does any other vehicle rest at the same time? Where lanes are not known, a queue perhaps."""
    return any(
        other.track.id != path.track.id and _together(span, its_span) for other, its_span in resting
    )


def is_at_stop_line(
    path: Path, stretch: Stretch, scene: Scene, lane: Lane | None, ground: LevelGround | None
) -> bool:
    """May it be the first of those who wait before a stop line?"""
    foot = np.median(path.feet, axis=0)
    for line in scene.stop_lines:
        if not stretch.first <= line.frame <= stretch.last:
            continue
        ends = _anchored(line.points, stretch.anchors[line.frame - stretch.first])
        if lane is not None and ground is not None:
            places = ground.place(np.vstack([ends, ends.mean(axis=0)]))
            along, beside = lane.offsets(places)
            if np.isnan(along).any():
                continue
            low, high = sorted(beside[:2])
            is_across = abs(along[1] - along[0]) <= _MOST_ASLANT * (high - low)
            if (
                is_across
                and low <= -_PAST_ITS_SIDES_M
                and high >= _PAST_ITS_SIDES_M
                and abs(along[2]) <= _AT_STOP_LINE_M
            ):
                return True
        else:
            # Without a measured ground: within two heights of the vehicle, and between its ends.
            reach, height = float(np.median(path.widths)), float(np.median(path.heights))
            left, right = sorted(ends[:, 0])
            near = np.abs(ends[:, 1].mean() - foot[1]) <= 2 * height
            if near and left - reach <= foot[0] <= right + reach:
                return True
    return False


def unexplained_s(span: tuple[float, float], scene: Scene) -> float:
    """Seconds that it rests on while no light is red, nor was a moment ago; the longest stretch.

    Whose light it is nobody knows: any red light in view explains a rest.
    """
    red = [
        (float(start) - _STARTS_S, float(end) + _STARTS_S)
        for light in scene.lights
        for start, end in _red_times(light.times_s, light.states)
    ]
    longest, since = 0.0, span[0]
    for start, end in sorted(red):
        if end <= since:
            continue
        if start >= span[1]:
            break
        longest = max(longest, start - since)
        since = max(since, end)
    return max(longest, span[1] - since)


def _red_times(times: FloatArray, states: Sequence[LightState]) -> list[tuple[float, float]]:
    """From when to when it shows red or yellow; looks that cannot tell end nothing."""
    found: list[tuple[float, float]] = []
    for time, state in zip(times.tolist(), states, strict=True):
        if state in (LightState.RED, LightState.YELLOW):
            if found and found[-1][1] == np.inf:
                continue
            found.append((time, np.inf))
        elif state is LightState.GREEN and found and found[-1][1] == np.inf:
            found[-1] = (found[-1][0], time)
    return found


def _together(span: tuple[float, float], other: tuple[float, float]) -> bool:
    common = min(span[1], other[1]) - max(span[0], other[0])
    return common >= min(_COMMON * (span[1] - span[0]), _COMMON_S)


def _anchored(points: FloatArray, anchor: FloatArray) -> FloatArray:
    whole = np.column_stack([points, np.ones(len(points))]) @ anchor.T
    return np.asarray(whole[:, :2] / whole[:, 2:])
