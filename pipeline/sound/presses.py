"""Stretches in which several steady tones sound together, and what they are like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.sound.spectrum import Levels, Spectra, decibels, noise_floor, power
from pipeline.sound.tones import FLOOR_BINS, HIGHEST_HZ, LOWEST_HZ, find_tones

_LEAST_TONES = 3  # at once
_LEAST_SHARE = 0.2  # of the power between `LOWEST_HZ` and `HIGHEST_HZ` that is tones
_LEAST_MOMENTS = 6
_HUM_S = 20.0  # a tone that lasts for longer is a machine's
_TOGETHER = 3  # moments: tones that end so near to each other end together
_BESIDE = (3, 16)  # moments before and after that are compared with the press
_BRIGHT_HZ = (1200.0, 4000.0)
_USUAL = 25  # per cent of all moments are quieter than what is usual
_PART = 20  # moments: a longer press is measured in parts, for it may come nearer meanwhile


@dataclass(frozen=True, slots=True)
class Press:
    """A stretch of moments and its tones, as numbers that tell horns from others."""

    start: int
    end: int
    pitch_hz: float  # of the lowest tone
    levels_db: tuple[float, ...]  # of its tones together over the usual noise, part by part
    tones: int
    bright_tones: int  # between 1.2 and 4 kHz, where a horn must be strongest (UN R28)
    brightness_db: float  # the strongest there over the strongest below
    ending: float  # share of the tones that end together
    fill: float  # share of the stretch for which a tone lasts, mean
    unevenness_db: float  # how the level of the tones wavers, without the ends
    rise_db: float  # over before or after, whichever is louder
    prominence_db: float  # over what lies between the tones, the median tone


def find_presses(spectra: Spectra) -> Iterator[Press]:
    """Every stretch of `_LEAST_TONES` tones and more that stand out, in order of time."""
    levels = spectra.levels_db
    tones = find_tones(spectra)
    low, high = spectra.bin(LOWEST_HZ), spectra.bin(HIGHEST_HZ)
    moments = len(levels)
    counted = (tones.ends - tones.starts) * spectra.hop_s < _HUM_S
    starts, ends, bins = tones.starts[counted], tones.ends[counted], tones.bins[counted]
    steps = np.zeros(moments + 1, np.int32)
    np.add.at(steps, starts, 1)
    np.add.at(steps, ends, -1)
    wide = cv2.dilate(tones.holds.astype(np.uint8), np.ones((1, 3), np.uint8))[:, low:high]
    powers = power(levels[:, low:high])
    share = (powers * wide).sum(axis=1) / powers.sum(axis=1)
    flags = ((np.cumsum(steps)[:moments] >= _LEAST_TONES) & (share > _LEAST_SHARE)).astype(np.uint8)
    flags = cv2.morphologyEx(flags[None], cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))[0]
    floor = noise_floor(levels, FLOOR_BINS)
    usual_db = float(np.percentile(decibels(powers.sum(axis=1)), _USUAL)) if moments else 0.0
    turns = np.diff(np.concatenate(([0], flags, [0])).astype(np.int8))
    for start, end in zip(np.flatnonzero(turns == 1), np.flatnonzero(turns == -1), strict=True):
        length = end - start
        overlap = np.minimum(ends, end) - np.maximum(starts, start)
        members = np.flatnonzero(overlap >= 0.5 * length)
        if length >= _LEAST_MOMENTS and len(members) >= _LEAST_TONES:
            fill = float((overlap[members] / length).mean())
            ending = float((np.abs(ends[members] - end) <= _TOGETHER).mean())
            of_press = bins[members]
            yield _press(spectra, floor, usual_db, int(start), int(end), of_press, fill, ending)


def _press(
    spectra: Spectra,
    floor: Levels,
    usual_db: float,
    start: int,
    end: int,
    bins: NDArray[np.int32],
    fill: float,
    ending: float,
) -> Press:
    levels = spectra.levels_db
    inside = levels[start:end]
    columns = np.unique(np.clip(bins[:, None] + np.arange(-2, 3), 0, levels.shape[1] - 1))
    loudness = decibels(power(inside[:, columns]).sum(axis=1))
    margin = max((end - start) // 6, 1) if end - start > 8 else 0
    first, last = max(start - _BESIDE[1], 0), min(end + _BESIDE[1], len(levels))
    around = levels[first:last]
    near = np.maximum(np.maximum(around[:, bins - 1], around[:, bins]), around[:, bins + 1])
    own = np.median(near[start - first + 1 : end - first - 1], axis=0)
    # At an end of the stretch the other side tells; what fills the whole of it is a hum.
    rises = [
        float(np.median(own - np.median(part, axis=0)))
        for part in (near[: max(start - first - _BESIDE[0], 0)], near[end - first + _BESIDE[0] :])
        if len(part) > _BESIDE[0]
    ]
    mean = decibels(power(inside).mean(axis=0))
    bright, top = spectra.bin(_BRIGHT_HZ[0]), spectra.bin(_BRIGHT_HZ[1])
    below = mean[spectra.bin(LOWEST_HZ) : bright].max()
    return Press(
        start=start,
        end=end,
        pitch_hz=_lowest_hz(spectra, inside, bins, own),
        levels_db=tuple(
            float(np.median(part)) - usual_db
            for part in np.array_split(loudness, max((end - start) // _PART, 1))
        ),
        tones=len(bins),
        bright_tones=int(((bins >= bright) & (bins < top)).sum()),
        brightness_db=float(mean[bright:top].max() - below),
        ending=ending,
        fill=fill,
        unevenness_db=float(loudness[margin : len(loudness) - margin].std()),
        rise_db=min(rises, default=0.0),
        prominence_db=float(np.median(own - np.median(floor[start:end][:, bins], axis=0))),
    )


def _lowest_hz(spectra: Spectra, inside: Levels, bins: NDArray[np.int32], own: Levels) -> float:
    """The lowest tone within 25 dB of the strongest, between the bins by a parabola."""
    strong = bins[own > own.max() - 25]
    lowest = int(strong.min())
    left, peak, right = (float(np.median(inside[:, lowest + step])) for step in (-1, 0, 1))
    curve = left - 2 * peak + right
    shift = 0.5 * (left - right) / curve if curve < 0 else 0.0
    return (lowest + float(np.clip(shift, -1, 1))) * spectra.bin_hz
