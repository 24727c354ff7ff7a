"""Rú ga: an engine that is revved, heard as a burst whose pitch climbs with its loudness.

An engine fires `cylinders * rpm / 120` times a second (four strokes); opened in neutral, it climbs
by an octave and more in some tenths of a second. A burst is a rise of the level by `_RISE_DB` and
its fall within seconds, during which the pitch (`pitch`) climbs by `_CLIMB` octaves and more from
below 75 Hz, without a jump. Voices and animals start higher or climb less, a vehicle
that pulls away climbs slowly, a siren never is as low, a melody steps where an engine glides.

It cannot tell a motorbike from a chain saw: both are small engines that are revved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.pitch import HOP_S, PitchPath, follow_pitch
from pipeline.sound.spectrum import Samples
from pipeline.types import FloatArray, SoundEvent, SoundKind

_RISE_DB = 6.0
_LOUD_DB = 7.0  # below the loudest moment ends the burst
_BEFORE_S, _AFTER_S = 0.8, 1.6  # within these it was, and will be, quieter
_APART_S = 0.24  # of two peaks
_HIGHER_DB = 1.0  # so much louder is another peak's own rise
_LONGEST_S = 2.0
_CLIMB = 0.5  # octaves
_CLIMB_S = (0.08, 0.7)
_START_HZ = (24.0, 75.0)
_TOP_HZ = (32.0, 420.0)
_STRENGTH = 0.13
_GLIDING = 0.38  # a melody stays on a note and steps to the next
_REPORTED = 0.3


@dataclass(frozen=True, slots=True)
class Burst:
    """A rise and fall of the level between two moments, and the climb of the pitch in it."""

    start: int
    end: int
    rise_db: float
    climb: float  # octaves
    climb_s: float
    start_hz: float
    top_hz: float
    strength: float  # of the pitch while it climbs
    straightness: float  # 0..1: how much of the way of the pitch is upwards
    gliding: float  # share of the moments of the climb in which the pitch moves


def find_revving(samples: Samples) -> Iterator[SoundEvent]:
    """Bursts of revving in a stretch of sound, in seconds since its start."""
    for burst in find_bursts(follow_pitch(samples)):
        confidence = likeness(burst)
        if confidence >= _REPORTED:
            yield SoundEvent(
                kind=SoundKind.REVVING,
                start_s=burst.start * HOP_S,
                end_s=burst.end * HOP_S,
                confidence=round(confidence, 3),
                level_db=round(burst.rise_db, 1),
                pitch_hz=round(burst.top_hz, 1),
            )


def find_bursts(path: PitchPath) -> Iterator[Burst]:
    """Every rise and fall of the level in which the pitch climbs."""
    level = np.convolve(np.pad(path.level_db, 2, mode="edge"), np.ones(5) / 5, "valid")
    before, after, near = (round(span / HOP_S) for span in (_BEFORE_S, _AFTER_S, _APART_S))
    taken = 0
    peaks = np.flatnonzero((level[1:-1] >= level[:-2]) & (level[1:-1] > level[2:])) + 1
    for peak in peaks.tolist():
        if peak < taken or level[peak] < level[max(peak - near, 0) : peak + near + 1].max():
            continue
        left = max(peak - before, taken, _last(level[:peak] > level[peak] + _HIGHER_DB))
        higher = np.flatnonzero(level[peak : peak + after] > level[peak] + _HIGHER_DB)
        right = peak + (int(higher[0]) if len(higher) else after)
        rise = float(level[peak] - max(level[left : peak + 1].min(), level[peak:right].min()))
        if rise < _RISE_DB:
            continue
        start, end = _extent(level, peak, min(_LOUD_DB, rise), left)
        taken = end
        if (end - start) * HOP_S <= _LONGEST_S:
            burst = _climb(path, start, end, rise)
            if burst is not None:
                yield burst


def _last(flags: NDArray[np.bool_]) -> int:
    """One past the last true flag."""
    found = np.flatnonzero(flags)
    return int(found[-1]) + 1 if len(found) else 0


def _extent(level: FloatArray, peak: int, drop_db: float, left: int) -> tuple[int, int]:
    """First and last moment around a peak that are less than `drop_db` below it."""
    loud = level > level[peak] - drop_db
    start = end = peak
    while start > left and loud[start - 1]:
        start -= 1
    while end < len(level) - 1 and loud[end + 1]:
        end += 1
    return start, end + 1


def _climb(path: PitchPath, start: int, end: int, rise: float) -> Burst | None:
    """The greatest climb of the pitch within a burst."""
    octaves = path.octaves[start:end]
    low, high = round(_CLIMB_S[0] / HOP_S), round(_CLIMB_S[1] / HOP_S)
    best: tuple[float, int, int] = (0.0, 0, 0)
    for top in range(low, len(octaves)):
        first = max(top - high, 0)
        bottom = first + int(octaves[first : top - low + 1].argmin())
        best = max(best, (float(octaves[top] - octaves[bottom]), bottom, top))
    climb, bottom, top = best
    if climb < _CLIMB:
        return None
    steps = np.abs(np.diff(octaves[bottom : top + 1]))
    return Burst(
        start=start,
        end=end,
        rise_db=rise,
        climb=climb,
        climb_s=(top - bottom) * HOP_S,
        start_hz=float(2 ** octaves[bottom]),
        top_hz=float(2 ** octaves[top]),
        strength=float(path.strength[start + bottom : start + top + 1].mean()),
        straightness=climb / float(steps.sum()),
        gliding=float((steps > 1e-3).mean()),
    )


def likeness(burst: Burst) -> float:
    """0..1, how like revving a burst is."""
    if (
        not _START_HZ[0] <= burst.start_hz <= _START_HZ[1]
        or not _TOP_HZ[0] <= burst.top_hz <= _TOP_HZ[1]
        or burst.strength < _STRENGTH
        or burst.gliding < _GLIDING
    ):
        return 0.0
    total = (
        0.4
        + 1.5 * (burst.climb - 0.7)
        + 12 * (burst.strength - 0.2)
        + 3 * (burst.straightness - 0.8)
    )
    return float(1 / (1 + np.exp(-total)))
