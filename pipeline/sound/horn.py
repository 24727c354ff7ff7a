"""Còi xe: a horn, heard as several tones of one steady pitch that begin and end together.

A press (`presses`) is weighed by a logistic sum. Its weights were fitted on 49 clips with horns and
1,451 with other noises (UrbanSound8K, folds 1 and 3; ESC-10, folds 1 to 3: real recordings of up to
5 s) and on 457 synthesised presses; `benchmarks/sounds.py` measures on recordings that had no part.

It cannot tell a car's horn from a train's, nor from a tone of music that is as rich, as steady and
as loud. Presses shorter than 0.15 s are missed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from pipeline.sound.presses import Press, find_presses
from pipeline.sound.spectrum import Samples, spectra
from pipeline.types import SoundEvent, SoundKind

_WINDOW, _HOP = 2048, 400  # samples: 128 ms part tones that are 20 Hz apart; a look each 25 ms
_HIGHEST_HZ = 5600.0
_LEAST_RISE_DB = 1.5  # a tone that was there before and stays is a hum
_LEAST_TONES = 4
_HIGHEST_PITCH_HZ = 1000.0
_REPORTED = 0.4

_BIAS = -15.15
_DURATION, _TONES, _BRIGHT = 1.097, 1.437, 0.407
_ENDING, _FILL, _BRIGHTNESS, _PROMINENCE = 1.211, 8.149, 0.086, 0.121


def find_horns(samples: Samples) -> Iterator[SoundEvent]:
    """Presses of horns in a stretch of sound, in seconds since its start.

    A long press comes in parts of half a second that follow each other, each with its own level.
    """
    seen = spectra(samples, _WINDOW, _HOP, _HIGHEST_HZ)
    for press in find_presses(seen):
        confidence = likeness(press, seen.hop_s)
        if confidence >= _REPORTED:
            step = (press.end - press.start) * seen.hop_s / len(press.levels_db)
            for number, level in enumerate(press.levels_db):
                yield SoundEvent(
                    kind=SoundKind.HORN,
                    start_s=press.start * seen.hop_s + number * step,
                    end_s=press.start * seen.hop_s + (number + 1) * step,
                    confidence=round(confidence, 3),
                    level_db=round(level, 1),
                    pitch_hz=round(press.pitch_hz, 1),
                )


def likeness(press: Press, hop_s: float) -> float:
    """0..1, how like a horn a press is."""
    if (
        press.rise_db < _LEAST_RISE_DB
        or press.tones < _LEAST_TONES
        or press.bright_tones < 1
        or press.pitch_hz > _HIGHEST_PITCH_HZ
    ):
        return 0.0
    total = (
        _BIAS
        + _DURATION * min(math.log((press.end - press.start) * hop_s), 1.0)
        + _TONES * math.log(min(press.tones, 20))
        + _BRIGHT * min(press.bright_tones, 8)
        + _ENDING * press.ending
        + _FILL * press.fill
        + _BRIGHTNESS * min(max(press.brightness_db, -20.0), 10.0)
        + _PROMINENCE * min(press.prominence_db, 30.0)
    )
    return 1 / (1 + math.exp(-total))
