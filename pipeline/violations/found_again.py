"""Vehicles that a tracker lost near a line and found again, each as one way.

Two pieces are one vehicle's where the second begins where the first would have got to by then, at
about the first one's pace, with a box as wide in metres; and where no other piece fits as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.scene.ground import Path
from pipeline.types import FloatArray, Kind
from pipeline.violations.approaches import Approach
from pipeline.violations.chains import chains

_LOST_S = 2.4
_FIT_S, _LEAST_FIT_S = 1.2, 0.35
_AHEAD_M, _AHEAD_SHARE, _AHEAD_A_S = 1.2, 0.1, 1.2  # off along the road: + of distance, a second
_ACROSS_M, _ACROSS_A_S = 0.8, 0.5
_WIDER = 0.35  # logarithm of the ratio of widths in metres
_CHANGE_MPS = 5.0  # of speed
_TWO_WHEELS = (Kind.BICYCLE, Kind.MOTORBIKE)


def whole_ways(ways: Sequence[Path], approach: Approach) -> list[Path]:
    """The ways of vehicles rather than of tracks: pieces joined, the others as they are."""
    ways = sorted(ways, key=lambda way: float(way.times_s[0]))
    found = chains(len(ways), lambda one, other: _misses(ways[one], ways[other], approach))
    return [_joined([ways[index] for index in chain]) for chain in found]


def _misses(one: Path, other: Path, approach: Approach) -> float | None:
    """How far the second begins from where the first leads, in what may be; None: another."""
    gap = float(other.times_s[0] - one.times_s[-1])
    two_wheels = (one.track.kind in _TWO_WHEELS, other.track.kind in _TWO_WHEELS)
    if not 0 < gap <= _LOST_S or two_wheels[0] is not two_wheels[1]:
        return None
    kind = one.track.kind
    ends = _state(one, approach, kind, at_end=True)
    begins = _state(other, approach, kind, at_end=False)
    if ends is None or begins is None:
        return None
    (place, speed, wide), (seen, later, as_wide) = ends, begins
    if speed is None:
        return None
    off = np.abs(place + speed * gap - seen)
    misses = [
        off[1] / (_AHEAD_M + _AHEAD_SHARE * abs(seen[1]) + _AHEAD_A_S * gap),
        off[0] / (_ACROSS_M + _ACROSS_A_S * gap),
        abs(float(np.log(as_wide / wide))) / _WIDER,
    ]
    if later is not None:
        misses.append(float(np.linalg.norm(later - speed)) / _CHANGE_MPS)
    most = float(max(misses))
    return most if most < 1 else None


def _state(
    way: Path, approach: Approach, kind: Kind, at_end: bool
) -> tuple[FloatArray, FloatArray | None, float] | None:
    """Place (2,) m, velocity (2,) m/s or None, and width in metres at one end of a way."""
    edge = way.times_s[-1] if at_end else way.times_s[0]
    places = approach.places(kind, way.feet, way.widths)
    near = (np.abs(way.times_s - edge) <= _FIT_S) & np.isfinite(places).all(axis=1)
    if not near.any():
        return None
    if (near & (way.whole > 0.5)).any():
        near &= way.whole > 0.5  # the middle of what the picture's edge cuts is a guess
    times, here = way.times_s[near], places[near]
    wide = float(np.median(way.widths[near] * np.maximum(here[:, 1], 1.0)))
    if len(times) < 3 or np.ptp(times) < _LEAST_FIT_S:
        return np.asarray(here[-1 if at_end else 0]), None, wide
    slopes, offsets = np.polyfit(times - edge, here, 1)
    return np.asarray(offsets), np.asarray(slopes), wide


def _joined(pieces: Sequence[Path]) -> Path:
    if len(pieces) == 1:
        return pieces[0]
    longest = max(pieces, key=len)
    return replace(
        longest,
        times_s=np.concatenate([piece.times_s for piece in pieces]),
        feet=np.concatenate([piece.feet for piece in pieces]),
        widths=np.concatenate([piece.widths for piece in pieces]),
        heights=np.concatenate([piece.heights for piece in pieces]),
        whole=np.concatenate([piece.whole for piece in pieces]),
    )
