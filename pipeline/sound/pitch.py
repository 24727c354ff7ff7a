"""The pitch of an engine over time: how often a second its sound repeats.

Each moment's sound is compared with itself, shifted: the generalised autocorrelation of Tolonen and
Karjalainen (A computationally efficient multipitch analysis model, 2000), the inverse transform of
the magnitude, which weighs strong partials less than the autocorrelation does. A path of pitches
through all moments is then the one that repeats best and does not jump (Viterbi).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.spectrum import RATE_HZ, Samples
from pipeline.types import FloatArray

_EVERY = 4  # samples: 4 kHz are enough for what repeats 25 to 800 times a second
_LOW_RATE_HZ = RATE_HZ // _EVERY
_WINDOW, _HOP, _LENGTH = 400, 80, 1024  # of these samples: 100 ms, each 20 ms
_BAND_HZ = (60.0, 1700.0)
_LOWEST_HZ, _HIGHEST_HZ, _STEPS = 25.0, 800.0, 24  # steps an octave
_FASTEST = 5  # steps from one moment to the next: 10 octaves a second
_STEP_COST = 0.01
_OCTAVE_COST = 0.005  # what repeats n times a second repeats n/2 times as well

HOP_S = _HOP / _LOW_RATE_HZ
GRID_HZ = _LOWEST_HZ * 2.0 ** (
    np.arange(round(np.log2(_HIGHEST_HZ / _LOWEST_HZ) * _STEPS)) / _STEPS
)


@dataclass(frozen=True, slots=True)
class PitchPath:
    """T moments, each `HOP_S`."""

    octaves: FloatArray  # (T,) log2 of the pitch in Hz
    strength: FloatArray  # (T,) 0..1: how well the sound repeats at that pitch
    level_db: FloatArray  # (T,) of what was compared, in dB of a full-scale sine


def follow_pitch(samples: Samples) -> PitchPath:
    """The pitch of the strongest thing that repeats, at each moment of a stretch."""
    repeats, level = _repeats(_thinned(samples))
    path = _viterbi(repeats)
    rows = np.arange(len(path))
    return PitchPath(np.log2(GRID_HZ[path]), repeats[rows, path].astype(np.float64), level)


def _thinned(samples: Samples) -> Samples:
    """Every fourth sample of what lies below 1.7 kHz."""
    reach = np.arange(-32, 33)
    kernel = np.sinc(2 * 1700 / RATE_HZ * reach) * np.hamming(65)
    kernel = (kernel / kernel.sum()).astype(np.float32)
    padded = np.pad(samples, (32, 32))
    frames = np.lib.stride_tricks.sliding_window_view(padded, 65)[::_EVERY]
    return np.asarray(frames @ kernel)


def _repeats(samples: Samples) -> tuple[NDArray[np.float32], FloatArray]:
    """(T, G) how well each moment repeats at each pitch of the grid, and its level."""
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    shape = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    frequencies = np.fft.rfftfreq(_LENGTH, 1 / _LOW_RATE_HZ)
    band = ((frequencies > _BAND_HZ[0]) & (frequencies < _BAND_HZ[1])).astype(np.float32)
    lags = _LOW_RATE_HZ / GRID_HZ
    whole = np.floor(lags).astype(int)
    part = (lags - whole).astype(np.float32)
    repeats = np.empty((len(frames), len(GRID_HZ)), np.float32)
    level = np.empty(len(frames))
    for start in range(0, len(frames), 512):
        magnitude = np.abs(np.fft.rfft(frames[start : start + 512] * shape, _LENGTH, axis=1)) * band
        power = (magnitude**2).sum(axis=1) * 2 / (_LENGTH * (shape**2).sum())
        level[start : start + 512] = 10 * np.log10(np.maximum(2 * power, 1e-10))
        compared = np.fft.irfft(magnitude, axis=1)
        compared /= np.maximum(compared[:, :1], 1e-9)
        repeats[start : start + 512] = (
            compared[:, whole] * (1 - part) + compared[:, whole + 1] * part
        )
    return repeats, level


def _viterbi(repeats: NDArray[np.float32]) -> NDArray[np.int64]:
    """(T,) the path through the grid of the greatest sum, jumps and low octaves paid for."""
    moments, pitches = repeats.shape
    bonus = (_OCTAVE_COST * np.arange(pitches) / _STEPS).astype(np.float32)
    reach = np.arange(-_FASTEST, _FASTEST + 1)
    cost = (_STEP_COST * np.abs(reach)).astype(np.float32)
    came_from = np.empty((moments, pitches), np.int8)
    padded = np.full(pitches + 2 * _FASTEST, -np.inf, np.float32)
    ways = np.lib.stride_tricks.sliding_window_view(padded, 2 * _FASTEST + 1)
    rows = np.arange(pitches)
    padded[_FASTEST : _FASTEST + pitches] = repeats[0] + bonus
    for moment in range(1, moments):
        sums = ways - cost
        best = sums.argmax(axis=1)
        came_from[moment] = best - _FASTEST
        total = sums[rows, best] + repeats[moment] + bonus
        padded[_FASTEST : _FASTEST + pitches] = total - total.max()
    path = np.empty(moments, np.int64)
    path[-1] = int(padded[_FASTEST : _FASTEST + pitches].argmax())
    for moment in range(moments - 1, 0, -1):
        path[moment - 1] = path[moment] + came_from[moment, path[moment]]
    return path
