"""Sounds against pictures: series of sounds, who is in view meanwhile, and how near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.types import FloatArray, Scene, SoundEvent, SoundKind, Track

SEEN_SHARE = 0.5  # of the sounds of a series: who is in view for so many is in view all along
_SEEN_WITHIN_S = 0.6  # of a sound: who is looked at so near to it in time is in view
_AT_ONCE_S = 0.3
_AROUND_S, _LOOKS, _SAME_PICTURE_S = 5.0, 2, 0.05
_FAR_ASIDE = 1.5  # widths
_JOINED_S = 0.15  # parts of one press
_SAME_PITCH = 0.04
_EDGE = 0.01  # of the picture's size
_SPREAD_DB, _SLOPE, _SCATTER, _FOLLOWS = 3.0, (0.4, 1.8), 0.3, 0.85  # scatter: of the spread
_LEAST_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Press:
    """One press of a horn: its parts in order."""

    parts: tuple[SoundEvent, ...]

    @property
    def start_s(self) -> float:
        return self.parts[0].start_s

    @property
    def end_s(self) -> float:
        return self.parts[-1].end_s


E = TypeVar("E", SoundEvent, Press)


def follows(levels_db: FloatArray, heights: FloatArray) -> bool:
    """Whether a level rises and falls with the nearness of a vehicle, both (N,), heights NaN-able.

    level = a + b * 20 log10(height): b about 1 in the open, less through walls that reflect.
    """
    known = np.isfinite(heights)
    if known.sum() < _LEAST_LEVELS or known.mean() < SEEN_SHARE:
        return False
    x, y = 20 * np.log10(heights[known]), levels_db[known]
    if np.ptp(x) < _SPREAD_DB or np.ptp(y) < 0.5 * _SPREAD_DB:
        return False
    slope, offset = np.polyfit(x, y, 1)
    scatter = float(np.std(y - slope * x - offset))
    agrees = float(np.corrcoef(x, y)[0, 1])
    return bool(
        _SLOPE[0] <= slope <= _SLOPE[1] and scatter <= _SCATTER * np.ptp(x) and agrees >= _FOLLOWS
    )


def only(heard: Sequence[SoundEvent], kind: SoundKind) -> list[SoundEvent]:
    return sorted((e for e in heard if e.kind == kind), key=lambda event: event.start_s)


def presses_of(parts: Sequence[SoundEvent]) -> list[Press]:
    """Parts that follow each other at one pitch are one press."""
    presses: list[list[SoundEvent]] = []
    for part in parts:
        last = presses[-1][-1] if presses else None
        if (
            last is not None
            and part.start_s - last.end_s <= _JOINED_S
            and abs(part.pitch_hz / last.pitch_hz - 1) <= _SAME_PITCH
        ):
            presses[-1].append(part)
        else:
            presses.append([part])
    return [Press(tuple(press)) for press in presses]


def series_of(events: Sequence[E], least: int, window_s: float) -> list[list[E]]:
    """Runs of events in which each is within a window of `least`, in order of time."""
    dense = [False] * len(events)
    for first in range(len(events) - least + 1):
        if events[first + least - 1].start_s - events[first].start_s <= window_s:
            dense[first : first + least] = [True] * least
    runs: list[list[E]] = []
    previous = False
    for event, flag in zip(events, dense, strict=True):
        if flag and previous and event.start_s - runs[-1][-1].start_s <= window_s:
            runs[-1].append(event)
        elif flag:
            runs.append([event])
        previous = flag
    return [run for run in runs if len(run) >= least]


def apart(one: Sequence[SoundEvent], other: Sequence[SoundEvent]) -> float:
    """Seconds between two series; 0 where they overlap."""
    return max(one[0].start_s - other[-1].end_s, other[0].start_s - one[-1].end_s, 0.0)


def nearest_look(track: Track, moments: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
    """For each moment, the look at a track next to it, and how far away in time it is."""
    after = np.clip(np.searchsorted(track.times_s, moments), 1, max(len(track) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(track) - 1)
    later = np.abs(track.times_s[after] - moments) < np.abs(track.times_s[before] - moments)
    index = np.where(later, after, before)
    return index, np.abs(track.times_s[index] - moments)


def seen(track: Track, moments: FloatArray) -> NDArray[np.bool_]:
    """(N,) True where the track is looked at around each moment."""
    return np.asarray(nearest_look(track, moments)[1] <= _SEEN_WITHIN_S)


def is_rival(own: Track, other: Track, span: tuple[float, float], nearer: float) -> bool:
    """Whether another track is about as near as one's own: less than `nearer` times smaller.

    Where both are seen in the same pictures, these tell; a detector may take one vehicle for two.
    Where they never are, one may be the other, lost and found: so only if it is far aside.
    """
    times = other.times_s
    looks = np.flatnonzero((times >= span[0] - _AROUND_S) & (times <= span[1] + _AROUND_S))
    if len(looks) < _LOOKS:
        return False
    index, away = nearest_look(own, times[looks])
    mine, theirs = own.boxes[index], other.boxes[looks]
    middle, width = (mine[:, 0] + mine[:, 2]) / 2, mine[:, 2] - mine[:, 0]
    aside = np.abs((theirs[:, 0] + theirs[:, 2]) / 2 - middle) / np.maximum(width, 1.0)
    near = (mine[:, 3] - mine[:, 1]) < nearer * (theirs[:, 3] - theirs[:, 1])
    at_once = away < _SAME_PICTURE_S
    if at_once.sum() >= _LOOKS:
        return bool((near & (aside > 0.5))[at_once].mean() > 0.5)
    return bool((near & (aside > _FAR_ASIDE)).mean() > 0.5)


def at_once(tracks: Sequence[Track], moments: FloatArray) -> int:
    """The most that are in view at one of the moments; a track lost and found again counts once."""
    if not tracks:
        return 0
    near = [nearest_look(track, moments)[1] <= _AT_ONCE_S for track in tracks]
    return max(int(np.sum(near, axis=0).max()), 1)


def heights(track: Track, moments: FloatArray, scene: Scene | None = None) -> FloatArray:
    """(N,) height in pixels around each moment; NaN unseen, and cut by an edge of the `scene`."""
    index, away = nearest_look(track, moments)
    boxes = track.boxes[index].astype(np.float64)
    hidden = away > _SEEN_WITHIN_S
    if scene is not None:
        x, y = _EDGE * scene.width, _EDGE * scene.height
        hidden |= (boxes[:, 0] < x) | (boxes[:, 2] > scene.width - x)
        hidden |= boxes[:, 3] > scene.height - y
    return np.where(hidden, np.nan, boxes[:, 3] - boxes[:, 1])


def typical(heights: FloatArray) -> float:
    """The median of those that are known, or 0."""
    known = heights[np.isfinite(heights)]
    return float(np.median(known)) if len(known) else 0.0


def best_looks(track: Track, moments: FloatArray) -> list[float]:
    """The moments of a sound at which the vehicle is largest, best first."""
    tallest = -np.nan_to_num(heights(track, moments))
    order = np.argsort(tallest, kind="stable")[:3]
    index, _ = nearest_look(track, moments[order])
    return [float(track.times_s[i]) for i in index]
