"""Traffic lights over a trip: found, looked at again where they are, told by what they do.

Every one or two seconds the upper part of the picture is searched for coloured spots
(`light_lamps`), of which a network tells those that are signal lamps (`light_look`). A head that
was found is looked at again in its own place several times a second, which costs next to nothing
(`light_heads`). What was seen too seldom, or was never told surely, is no light.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.ego import Motion
from pipeline.scene.light_heads import REACH, Head
from pipeline.scene.light_lamps import Lamps, find_lamps
from pipeline.scene.light_look import STATES, LampReader
from pipeline.types import CameraMotion, FloatArray, Frame, LightState, TrafficLight

UPPER = 0.62  # of the height: signal heads hang there
_SEARCH_EVERY_S = {CameraMotion.STILL: 1.6, CameraMotion.PANNING: 1.0}
_SEARCH_DRIVING_S = 1.5
_LOOK_EVERY_S = 0.35
_PLACES = 14  # looked at in a search
_NEAR_PLACES = 3  # looked at in one head's place
_FOUND = 0.85  # probability of a lamp that makes a new head
_AGAIN = 0.5  # ... that is looked for where a head is
_MOST_HEADS = 6
_LOST = 14  # looks in a row without a lamp: it is gone
_LOST_UNPROVEN = 4
_LEAST_TOLD, _LEAST_S = 4, 1.0
_SURE = 0.8  # mean confidence of the looks that told
_SHARE = 0.4  # of the looks told something
_ARROW = 0.5
_YELLOW_S = 8.0  # longer than any light is yellow
_ON_TO = 1.6  # lamps' diameters by which a driving camera's prediction may be off


class LightFinder:
    """Takes in each sampled picture once; holds a few numbers for each light, and only its."""

    def __init__(self, reader: LampReader | None = None) -> None:
        self._reader = reader or LampReader()
        self._heads: list[Head] = []
        self._done: list[TrafficLight] = []
        self._last_search_s = self._last_look_s = -np.inf

    def update(self, frame: Frame, boxes: NDArray[np.float32], motion: Motion) -> None:
        """Take in a picture with its road users' boxes (N, 4), xyxy pixels.

        Raises ModelError if the network that tells lamps is missing.
        """
        if motion.state is CameraMotion.UNKNOWN:
            self._end_all()
        for head in self._heads:
            head.move(motion.homography)
        upper = frame.image[: int(UPPER * frame.image.shape[0])]
        every_s = _SEARCH_EVERY_S.get(motion.state, _SEARCH_DRIVING_S)
        if frame.time_s - self._last_search_s >= every_s:
            self._last_search_s = self._last_look_s = frame.time_s
            self._take(frame, find_lamps(upper, _PLACES, boxes), motion, search=True)
        elif self._heads and frame.time_s - self._last_look_s >= _LOOK_EVERY_S:
            self._last_look_s = frame.time_s
            self._take(frame, _around(self._heads, frame.image, boxes), motion, search=False)

    def lights(self) -> tuple[TrafficLight, ...]:
        """All lights seen so far, in the order in which they were first seen."""
        found = [*self._done, *(light for head in self._heads if (light := _proven(head)))]
        return tuple(sorted(found, key=lambda light: float(light.times_s[0])))

    def _take(self, frame: Frame, lamps: Lamps, motion: Motion, search: bool) -> None:
        """Give each lamp that is one to its head; what is left over begins new ones."""
        looks = self._reader.look(frame.image, lamps)
        best = looks.states[:, 1:].argmax(axis=1) + 1 if len(lamps) else np.empty(0, int)
        sure = np.array([looks.states[i, best[i]] for i in range(len(lamps))])
        open_heads = list(self._heads)
        for index in np.argsort(-sure, kind="stable"):
            state, confidence = STATES[int(best[index])], float(sure[index])
            if confidence < _AGAIN:
                break
            place, diameter = lamps.centres[index], float(lamps.diameters[index])
            head = _nearest(open_heads, place, diameter, state, motion.state)
            arrow = float(looks.arrows[index])
            if head is not None:
                open_heads.remove(head)
                head.shows(frame.time_s, state, confidence, place, diameter, arrow)
            elif (
                search
                and confidence >= _FOUND
                and len(self._heads) < _MOST_HEADS
                and not _beside(self._heads, place)
            ):
                new = Head(diameter)
                new.shows(frame.time_s, state, confidence, place, diameter, arrow)
                self._heads.append(new)
        for head in open_heads:
            head.is_dark(frame.time_s)
        self._drop_lost(frame.image.shape)

    def _drop_lost(self, shape: tuple[int, ...]) -> None:
        kept = []
        for head in self._heads:
            x, y = head.middle
            gone = not (0 <= x < shape[1] and 0 <= y < shape[0])
            patience = _LOST if head.told >= _LEAST_TOLD else _LOST_UNPROVEN
            if gone or head.misses >= patience:
                self._end(head)
            else:
                kept.append(head)
        self._heads = kept

    def _end(self, head: Head) -> None:
        light = _proven(head)
        if light is not None:
            self._done.append(light)

    def _end_all(self) -> None:
        for head in self._heads:
            self._end(head)
        self._heads = []
        self._last_search_s = -np.inf


def _around(heads: list[Head], image: NDArray[np.uint8], boxes: NDArray[np.float32]) -> Lamps:
    """Places worth a look where the heads are."""
    centres: list[FloatArray] = []
    diameters: list[float] = []
    responses: list[float] = []
    height, width = image.shape[:2]
    for head in heads:
        (x, y), reach = head.middle, (REACH + 1.5) * head.diameter
        left, top = max(int(x - reach), 0), max(int(y - reach), 0)
        patch = image[top : min(int(y + reach), height), left : min(int(x + reach), width)]
        if min(patch.shape[:2], default=0) < 8:
            continue
        shift = np.array([left, top, left, top], np.float32)
        near = find_lamps(patch, _NEAR_PLACES, boxes - shift)
        fits = np.abs(np.log(near.diameters / head.diameter)) < 0.8
        centres += list(near.centres[fits] + shift[:2])
        diameters += near.diameters[fits].tolist()
        responses += near.responses[fits].tolist()
    return Lamps(
        np.array(centres, np.float64).reshape(-1, 2), np.array(diameters), np.array(responses)
    )


def _nearest(
    heads: list[Head],
    place: FloatArray,
    diameter: float,
    state: LightState,
    motion: CameraMotion,
) -> Head | None:
    """The head that a lamp belongs to, or None."""
    slack = _ON_TO * diameter if motion is CameraMotion.DRIVING else 0.0
    best, least = None, np.inf
    for head in heads:
        away = float(np.linalg.norm(place - head.middle))
        follows = away <= slack and state in head.places
        if away < least and (follows or head.accepts(place, diameter, state)):
            best, least = head, away
    return best


def _beside(heads: list[Head], place: FloatArray) -> bool:
    """Does it lie on a lamp that a head knows already?"""
    return any(
        float(np.linalg.norm(place - lamp)) < 0.6 * head.diameter
        for head in heads
        for lamp in head.places.values()
    )


def _proven(head: Head) -> TrafficLight | None:
    """The light, if it was seen often and surely enough to be one."""
    told = [c for c, s in zip(head.confidences, head.states, strict=True) if s in STATES[1:]]
    if len(told) < _LEAST_TOLD or head.times_s[-1] - head.times_s[0] < _LEAST_S:
        return None
    if set(head.states) <= {LightState.YELLOW, LightState.UNKNOWN} and (
        head.times_s[-1] - head.times_s[0] > _YELLOW_S
    ):
        return None  # a street lamp
    if float(np.mean(told)) < _SURE or len(told) < _SHARE * (len(head.states) - head.misses):
        return None
    return head.light(_ARROW)
