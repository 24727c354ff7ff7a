"""Who rests, and who waits close before a stop line.

A box trembles: at rest is who stays within what its own trembling explains, over a second around a
look, or over three of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.ground import Path
from pipeline.types import FloatArray
from pipeline.violations.approaches import Approach, beyond_m

_AT_REST_MPS = 0.6
JITTER = 0.01  # of the distance ahead: how far a place at rest seems to move
_REST_S = 1.0
_WAIT_S = 1.5
_STAY_S, _STAY_LOOKS, _STAY_M = 3.0, 7, 0.6
_WAITS_WITHIN_M = 12.0  # before the line


def waits(way: Path, approach: Approach) -> Iterator[float]:
    """Moments in the middle of its rests close before the line."""
    if len(way) < 4:
        return
    places = approach.places(way.track.kind, way.feet, way.widths)
    beyond = beyond_m(way, approach, places)
    there = np.isfinite(beyond) & approach.spans(way.feet[:, 0], way.widths)
    there &= (beyond > -_WAITS_WITHIN_M) & (beyond < 1.0)
    still = resting(way.times_s, places) & there
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(int)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if way.times_s[end - 1] - way.times_s[start] >= _WAIT_S:
            yield float(way.times_s[end - 1])
            yield float(way.times_s[(start + end - 1) // 2])
    yield from _stays(way.times_s, places, there)


def resting(times: FloatArray, places: FloatArray) -> NDArray[np.bool_]:
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
        jitter_m = JITTER * float(np.median(here[:, 1]))
        still[index] = gone < _AT_REST_MPS * _REST_S / 2 + jitter_m
    return still


def _stays(times: FloatArray, places: FloatArray, there: NDArray[np.bool_]) -> Iterator[float]:
    """Moments in the middle of `_STAY_S` at one place: told also where boxes tremble."""
    first = 0
    while first < len(times):
        window = np.flatnonzero((times >= times[first]) & (times <= times[first] + _STAY_S))
        here, when = places[window], times[window]
        lasts = float(when[-1] - when[0])
        third = max(len(window) // 3, 1)
        if len(window) >= _STAY_LOOKS and lasts > 0.8 * _STAY_S and bool(there[window].all()):
            gone = np.median(here[-third:], axis=0) - np.median(here[:third], axis=0)
            slack = _STAY_M + 2 * JITTER * float(np.median(here[:, 1]))
            if float(np.linalg.norm(gone)) < slack:
                yield float(np.median(when))
                first = int(window[-1])
        first += max(third, 1)
