"""Nẹt pô: a bang of the exhaust, heard as a noise of all pitches that is there at once.

A bang rises by `_JUMP_DB` within two hundredths of a second in every band from 100 Hz to 5 kHz, is
as loud as that over what is usual around it, and dies away within a third of a second. Its
spectrum is smooth and neither low nor high. So it is no voice, bark or horn (they have a pitch and
go on), no door or hole in the road (they are low), no tick of a relay (it is high, and over in some
thousandths). Blows at an even pace or
many a second are a machine's and left out.

It cannot tell an exhaust from fireworks, shots or a hammer that strikes now and then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.sound.spectrum import RATE_HZ, Levels, Samples, decibels, power, spectra
from pipeline.types import FloatArray, SoundEvent, SoundKind

_WINDOW, _HOP = 256, 128  # samples: 16 ms, each 8 ms
_HOP_S = _HOP / RATE_HZ
_BANDS_HZ = (100.0, 450.0, 1100.0, 2300.0, 5000.0)
_JUMP_DB = 11.0  # in each band, all but one
_JUMP_MOMENTS = 2
_QUIET = (3, 9)  # moments before that are compared
_OVER_USUAL_DB = 13.0
_LASTS_DB, _LASTS_MOMENTS = 22.0, 3  # a tick is gone by then
_FALL_DB, _FALL_S = 9.0, 0.35
_DROP_MOMENTS = 8
_APART_S = 0.12
_EVEN, _EVEN_COUNT = 0.07, 5  # variation of the steps between that many blows of a machine
_MOST_A_SECOND = 7.0
_BLOCK_S = 5.0  # what is usual is told from so long before and after
_BALANCE_DB = (-12.0, 24.0)  # lower is a hole in the road, higher a click
_DROP_DB = (3.0, 17.0)  # less is a voice that goes on, more a crackle
_LEAST_FLATNESS_DB = -2.5  # below, it has a pitch
_REPORTED = 0.3


@dataclass(frozen=True, slots=True)
class Blow:
    """A sudden noise."""

    time_s: float
    end_s: float
    jump_db: float  # of the band that rose least but one
    over_usual_db: float
    fall_db: float  # within `_FALL_S`
    drop_db: float  # after `_DROP_MOMENTS`
    flatness_db: float  # geometric over arithmetic mean of the spectrum: noise -3, a voice -8
    balance_db: float  # what lies above 450 Hz over what lies below 95 Hz


def find_bangs(samples: Samples) -> Iterator[SoundEvent]:
    """Bangs in a stretch of sound, in seconds since its start."""
    for blow in _without_machines(list(find_blows(samples))):
        confidence = likeness(blow)
        if confidence >= _REPORTED:
            yield SoundEvent(
                kind=SoundKind.BANG,
                start_s=blow.time_s,
                end_s=blow.end_s,
                confidence=round(confidence, 3),
                level_db=round(blow.over_usual_db, 1),
                pitch_hz=float("nan"),
            )


def find_blows(samples: Samples) -> Iterator[Blow]:
    """Every noise that is there at once in all bands, and soon gone."""
    seen = spectra(samples, _WINDOW, _HOP, _BANDS_HZ[-1])
    powers = power(seen.levels_db)
    edges = [seen.bin(edge) for edge in _BANDS_HZ]
    bands = np.stack(
        [decibels(powers[:, low:high].sum(axis=1)) for low, high in pairwise(edges)],
        axis=1,
    )
    whole = decibels(powers[:, edges[0] :].sum(axis=1))
    if len(whole) <= _QUIET[1] + _JUMP_MOMENTS:
        return
    usual = _usual(whole)
    jumps = np.sort(_jumps(bands), axis=1)[:, 1]  # one band may be masked by something else
    taken = 0
    for moment in np.flatnonzero((jumps >= _JUMP_DB) & (whole > usual + _OVER_USUAL_DB)):
        if moment < taken:
            continue
        peak = int(moment) + int(whole[moment : moment + _JUMP_MOMENTS + 2].argmax())
        taken = peak + round(_APART_S / _HOP_S)
        later = whole[peak : peak + round(_FALL_S / _HOP_S)]
        if len(later) <= _LASTS_MOMENTS or later[_LASTS_MOMENTS] < whole[peak] - _LASTS_DB:
            continue
        fall = float(whole[peak] - later.min())
        gone = np.flatnonzero(later < whole[peak] - _FALL_DB)
        if len(gone):
            yield Blow(
                time_s=float(moment) * _HOP_S,
                end_s=(peak + int(gone[0])) * _HOP_S,
                jump_db=float(jumps[moment : peak + 1].max()),
                over_usual_db=float(whole[peak] - usual[peak]),
                fall_db=fall,
                drop_db=float(whole[peak] - later[min(_DROP_MOMENTS, len(later) - 1)]),
                flatness_db=_flatness(seen.levels_db[peak : peak + 4, edges[1] :]),
                balance_db=float(_total(powers[peak, edges[1] :]) - _total(powers[peak, :2])),
            )


def _jumps(bands: Levels) -> Levels:
    """(T, B) rise of each band over the loudest of the moments before it."""
    before = np.full_like(bands, np.inf)
    first, last = _QUIET
    ahead = np.max([np.roll(bands, shift, axis=0) for shift in range(first, last)], axis=0)
    before[last:] = ahead[last:]
    return np.asarray(bands - before)


def _flatness(levels: Levels) -> float:
    """Of the mean spectrum of some moments, its slope taken out."""
    mean = decibels(power(levels).mean(axis=0))
    at = np.arange(len(mean))
    flat = mean - np.polyval(np.polyfit(at, mean, 2), at)
    return float(flat.mean() - decibels(np.atleast_1d(power(flat).mean()))[0])


def _total(powers: Levels) -> float:
    return float(decibels(np.atleast_1d(powers.sum()))[0])


def _usual(whole: Levels) -> Levels:
    """(T,) median level of the seconds around each moment."""
    length = max(round(_BLOCK_S / _HOP_S), 1)
    starts = range(0, len(whole), length)
    medians = [float(np.median(whole[max(s - length, 0) : s + 2 * length])) for s in starts]
    return np.repeat(np.array(medians, np.float32), length)[: len(whole)]


def _without_machines(blows: Sequence[Blow]) -> Iterator[Blow]:
    """Those that are not part of an even or a dense series."""
    times = np.array([blow.time_s for blow in blows])
    even = _even(times)
    for blow, is_even in zip(blows, even, strict=True):
        around = np.abs(times - blow.time_s) <= 1.0
        if not is_even and around.sum() <= 2 * _MOST_A_SECOND:
            yield blow


def _even(times: FloatArray) -> Sequence[bool]:
    """For each time, whether it is in a run of blows at one pace."""
    even = [False] * len(times)
    for first in range(len(times) - _EVEN_COUNT + 1):
        steps = np.diff(times[first : first + _EVEN_COUNT])
        if steps.max() < 2.0 and steps.std() < max(_EVEN * steps.mean(), _HOP_S):
            even[first : first + _EVEN_COUNT] = [True] * _EVEN_COUNT
    return even


def likeness(blow: Blow) -> float:
    """0..1, how like an exhaust's bang a noise is."""
    if (
        not _BALANCE_DB[0] <= blow.balance_db <= _BALANCE_DB[1]
        or not _DROP_DB[0] <= blow.drop_db <= _DROP_DB[1]
        or blow.flatness_db < _LEAST_FLATNESS_DB
    ):
        return 0.0
    total = (
        0.16 * (blow.jump_db - 15.0)
        + 0.1 * (blow.over_usual_db - 20.0)
        + 0.08 * (blow.fall_db - 14.0)
    )
    return float(1 / (1 + np.exp(-total)))
