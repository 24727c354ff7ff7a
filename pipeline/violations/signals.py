"""Since when a traffic light has been red, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.types import LightState, TrafficLight

_AROUND_S = 0.7  # a look tells of so long before and after it
_SURE_S = 1.5  # ... and how surely it is told, so long
_BEFORE_S = 1.3  # red was told at least twice within so long before
_GAP_S = 3.0  # without a look that told: nothing is known of a longer one
_LEAST_LOOKS = 2
_TELLS = 0.5  # confidence from which a look counts


@dataclass(frozen=True, slots=True)
class Red:
    """A light that is red at a moment."""

    since_s: float  # trip time; no later than this it had turned red
    sigma_s: float
    confidence: float  # of the looks around the moment
    began: bool  # its turning red was seen; else it may have been red for longer
    proven: bool  # it was seen to show another colour at another time


def red_at(light: TrafficLight, time_s: float) -> Red | None:
    """The red phase that `time_s` lies in, or None where the light was not surely red."""
    told = [
        row
        for row, state in enumerate(light.states)
        if state is not LightState.UNKNOWN and light.confidences[row] >= _TELLS
    ]
    times = light.times_s[told]
    reds = np.array([light.states[row] is LightState.RED for row in told], bool)
    near = np.abs(times - time_s) <= _AROUND_S
    before = (times <= time_s + 1e-6) & (times >= time_s - _BEFORE_S)
    if not near.any() or int((before & reds).sum()) < _LEAST_LOOKS or not reds[near].all():
        return None
    row = int(np.flatnonzero(before)[-1])
    if not reds[row]:
        return None
    while row > 0 and reds[row - 1] and times[row] - times[row - 1] <= _GAP_S:
        row -= 1
    began = row > 0 and times[row] - times[row - 1] <= _GAP_S
    since, sigma = float(times[row]), 0.0
    if began:
        # Anywhere between the last look that told another colour and the first that told red.
        sigma = float(times[row] - times[row - 1]) / 12**0.5
    sure, away = light.confidences[told][reds], np.abs(times[reds] - time_s)
    # A few looks scatter: the better of the closest ones and of those a little farther off.
    confidence = max(float(np.mean(sure[away <= reach])) for reach in (_AROUND_S, _SURE_S))
    return Red(since, sigma, confidence, began, not bool(reds.all()))


def contradicted(lights: Sequence[TrafficLight], time_s: float) -> bool:
    """Does any light tell something else than red around a moment?"""
    for light in lights:
        near = np.flatnonzero(np.abs(light.times_s - time_s) <= _AROUND_S)
        for row in near:
            other = light.states[row] in (LightState.GREEN, LightState.YELLOW)
            if other and light.confidences[row] >= _TELLS:
                return True
    return False
