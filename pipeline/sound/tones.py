"""Tones that hold their pitch: where they begin and end, and how high they are."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.sound.spectrum import Spectra, noise_floor

LOWEST_HZ, HIGHEST_HZ = 230.0, 5200.0  # below hum and engines, above nothing a horn needs
FLOOR_BINS = 33
_STANDS_OUT_DB = 9.0
_HOLDS = 6  # moments in a row
_DRIFT = 0.006  # of the pitch: more is a siren's or a voice's


@dataclass(frozen=True, slots=True)
class Tones:
    """N tones, and the map they were found on. Indices are moments and bins of the spectra."""

    starts: NDArray[np.int32]  # (N,) first moment
    ends: NDArray[np.int32]  # (N,) one past the last
    bins: NDArray[np.int32]  # (N,)
    holds: NDArray[np.bool_]  # (T, F) True where a tone is

    def __len__(self) -> int:
        return len(self.starts)


def find_tones(spectra: Spectra) -> Tones:
    """Peaks of the spectrum that stay where they are for `_HOLDS` moments and more."""
    levels = spectra.levels_db
    low, high = spectra.bin(LOWEST_HZ), spectra.bin(HIGHEST_HZ)
    above = levels - noise_floor(levels, FLOOR_BINS)
    peaks = np.zeros(levels.shape, np.uint8)
    middle = levels[:, 1:-1]
    peaks[:, 1:-1] = (
        (middle >= levels[:, :-2]) & (middle > levels[:, 2:]) & (above[:, 1:-1] > _STANDS_OUT_DB)
    )
    peaks[:, :low] = 0
    peaks[:, high:] = 0
    wide = cv2.dilate(peaks, np.ones((1, 3), np.uint8))
    # One moment may be missed, so a run is closed before it must last.
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((2, 1), np.uint8))
    held = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((_HOLDS, 1), np.uint8))
    _, labels, stats, centres = cv2.connectedComponentsWithStats(held, connectivity=4)
    starts, ends = (
        stats[:, cv2.CC_STAT_TOP],
        stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT],
    )
    spread = stats[:, cv2.CC_STAT_WIDTH]
    bins = np.round(centres[:, 0]).astype(np.int32)
    keep = spread <= 5 + 2 * _DRIFT * bins
    keep[0] = False  # what is no tone
    return Tones(
        starts[keep].astype(np.int32), ends[keep].astype(np.int32), bins[keep], keep[labels]
    )
