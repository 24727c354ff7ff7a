"""Short-time spectra of a stretch of sound, and how far tones stand out of them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000  # of every sample in this room: horns and engines end well below 8 kHz

Samples = NDArray[np.float32]  # (S,) mono, -1 to 1, `RATE_HZ` a second
Levels = NDArray[np.float32]

_LEAST_POWER = 1e-10  # -100 dB of full scale, below the noise of any microphone
_TONE_DB = 3.0  # what rises so far above its neighbours' mean is left out of the floor
_DB = np.float32(np.log(10) / 10)


@dataclass(frozen=True, slots=True)
class Spectra:
    """Levels of T moments by F bins.

    `levels_db[t, f]` is the power at `f * bin_hz` around `t * hop_s` in dB of a full-scale sine.
    """

    levels_db: Levels  # (T, F)
    hop_s: float
    bin_hz: float

    def bin(self, frequency_hz: float) -> int:
        """The bin nearest to a frequency."""
        return round(frequency_hz / self.bin_hz)


def power(levels_db: Levels) -> Levels:
    """Decibels as power."""
    return np.asarray(np.exp(levels_db * _DB))


def decibels(powers: Levels) -> Levels:
    """Power as decibels, silence as -100."""
    return np.asarray(10 * np.log10(np.maximum(powers, _LEAST_POWER)))


def spectra(samples: Samples, window: int, hop: int, highest_hz: float) -> Spectra:
    """Spectra under a Hann window of `window` samples, each `hop` samples, centred on their time.

    The stretch is continued by silence at both ends, so that its first moment is at time 0.
    """
    padded = np.pad(samples, (window // 2, window // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    shape = np.hanning(window + 1)[:-1].astype(np.float32)
    last = int(highest_hz * window / RATE_HZ) + 1
    levels = np.empty((len(frames), last), np.float32)
    for start in range(0, len(frames), 256):  # so many at once stay in the processor's cache
        part = np.fft.rfft(frames[start : start + 256] * shape, axis=1)[:, :last]
        levels[start : start + 256] = part.real**2 + part.imag**2
    levels *= np.float32((2 / shape.sum()) ** 2)  # a sine of amplitude 1 becomes 0 dB
    np.maximum(levels, np.float32(_LEAST_POWER), out=levels)
    np.log10(levels, out=levels)
    levels *= 10
    return Spectra(levels, hop / RATE_HZ, RATE_HZ / window)


def noise_floor(levels_db: Levels, width: int) -> Levels:
    """(T, F) what lies between the tones: the mean over `width` bins, once without the tones."""
    mean = cv2.blur(levels_db, (width, 1), borderType=cv2.BORDER_REPLICATE)
    capped = np.minimum(levels_db, mean + np.float32(_TONE_DB))
    return np.asarray(cv2.blur(capped, (width, 1), borderType=cv2.BORDER_REPLICATE))
