"""One signal head followed over time: where its lamps are, and what it shows at each look.

A head's lamps keep their places against one another: red above (or, where it hangs level, left of)
yellow and green, a little more than a lamp apart. A red spot that is below a green one of the same
head is another thing, and what never keeps its place is a reflection or a tail light.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.types import FloatArray, LightState, TrafficLight

REACH = 3.4  # lamps' diameters: lamps of one head are no farther apart
_SAME_PLACE = 0.9  # lamps' diameters: a lamp is found again within
_APART = 0.55  # lamps' diameters between two lamps of one head, at least
_SIZES = 0.7  # of the logarithm of the ratio of diameters
_SMOOTH = 0.3  # share of a new look in a lamp's place
_ORDER = {LightState.RED: 0, LightState.YELLOW: 1, LightState.GREEN: 2}
_PITCH = 1.2  # lamps' diameters from one lamp to the next
_HALF = 0.75  # lamps' diameters from a lamp's middle to the housing's edge
_TOLD = 0.5  # probability from which a look tells
_CHANGED = 0.9  # a state that was told so surely was shown
_ABSENT = 0.2  # confidence of a look at a head in which no lamp was found


@dataclass(slots=True)
class Head:
    """A light while it is in view; columns grow by a row a look."""

    diameter: float
    places: dict[LightState, FloatArray] = field(default_factory=dict)  # (2,) of each lamp seen lit
    times_s: list[float] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    states: list[LightState] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    arrows: list[float] = field(default_factory=list)
    misses: int = 0  # looks in a row without a lamp
    contradictions: int = 0

    @property
    def middle(self) -> FloatArray:
        """(2,) middle of the lamps known so far."""
        return np.asarray(np.mean(list(self.places.values()), axis=0))

    @property
    def told(self) -> int:
        """Looks that told a state."""
        return sum(state is not LightState.UNKNOWN for state in self.states)

    @property
    def changes(self) -> bool:
        """Has it shown more than one state beyond doubt, each at its own place?"""
        surely = zip(self.states, self.confidences, strict=True)
        return len({s for s, c in surely if c >= _CHANGED and s is not LightState.UNKNOWN}) > 1

    def accepts(self, place: FloatArray, diameter: float, state: LightState) -> bool:
        """May a lamp found at `place` be one of this head's?"""
        if abs(np.log(diameter / self.diameter)) > _SIZES:
            return False
        known = self.places.get(state)
        if known is not None:
            return bool(np.linalg.norm(place - known) <= _SAME_PLACE * self.diameter)
        for other, at in self.places.items():
            away = (place - at) / self.diameter
            if not _APART <= np.linalg.norm(away) <= REACH:
                return False
            # Red first: from the top down, or from left to right.
            step = away if _ORDER[state] > _ORDER[other] else -away
            down, right = float(step[1]), float(step[0])
            if max(down, right) < 0.7 * np.linalg.norm(away):
                return False
        return True

    def move(self, homography: FloatArray) -> None:
        """Carry it from one picture to the next."""
        for state, place in self.places.items():
            x, y, w = homography @ np.array([*place, 1.0])
            self.places[state] = np.array([x / w, y / w])

    def shows(
        self,
        time_s: float,
        state: LightState,
        confidence: float,
        place: FloatArray,
        diameter: float,
        arrow: float,
    ) -> None:
        """Take in a look that found one of its lamps lit."""
        known = self.places.get(state)
        self.places[state] = place if known is None else known + _SMOOTH * (place - known)
        self.diameter += _SMOOTH * (diameter - self.diameter)
        self.misses = 0
        if np.isfinite(arrow):
            self.arrows.append(arrow)
        told = state if confidence >= _TOLD else LightState.UNKNOWN
        self._add(time_s, told, confidence)

    def is_dark(self, time_s: float) -> None:
        """Take in a look that found none of its lamps lit."""
        self.misses += 1
        self._add(time_s, LightState.UNKNOWN, _ABSENT)

    def _add(self, time_s: float, state: LightState, confidence: float) -> None:
        self.times_s.append(time_s)
        self.states.append(state)
        self.confidences.append(confidence)
        self.boxes.append(self._housing())

    def _housing(self) -> tuple[float, float, float, float]:
        """Box of the housing, from the lamps known so far; upright while only one is known."""
        d, known = self.diameter, self.places
        step = np.array([0.0, 1.0])
        if len(known) > 1:
            first, last = min(known, key=_ORDER.__getitem__), max(known, key=_ORDER.__getitem__)
            away = known[last] - known[first]
            step = np.array([1.0, 0.0]) if abs(away[0]) > abs(away[1]) else step
        state, place = next(iter(known.items()))
        top = place - step * _PITCH * d * _ORDER[state]
        bottom = top + step * _PITCH * d * 2
        left, upper = np.minimum(top, bottom) - _HALF * d
        right, lower = np.maximum(top, bottom) + _HALF * d
        return float(left), float(upper), float(right), float(lower)

    def light(self, least_arrow: float) -> TrafficLight:
        """What was seen of it."""
        boxes: NDArray[np.float32] = np.array(self.boxes, np.float32).reshape(-1, 4)
        return TrafficLight(
            np.array(self.times_s, np.float64),
            boxes,
            tuple(self.states),
            np.array(self.confidences, np.float32),
            is_arrow=bool(self.arrows) and float(np.median(self.arrows)) >= least_arrow,
        )
