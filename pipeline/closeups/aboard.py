"""How many people ride on a motorbike, by the shipped detector once more on an enlarged cut.

At 640 pixels for the whole picture riders who sit close are 25 to 60 pixels tall, and of three the
detector often sees two. So the motorbike and what is above it is cut out of the full picture, and
the detector looks again at that alone. It is told whose riders they are by the same geometry as
in the whole picture (`pipeline.vision.aboard`), with every motorbike that either look has seen.

Traits of the motorbike, NaN where nobody looked:

- `aboard`: people seen on it in the cut;
- `aboard_from`, `aboard_to`: middles of the leftmost and the rightmost of them, in widths of the
  motorbike from its middle; NaN where nobody is;
- `aboard_feet`: lower end of the one that reaches lowest, in heights of the motorbike from its top:
  who walks beside it stands on the road.

A cut costs some 12 ms: one a frame at most, and on the average not in every frame. Motorbikes on
which two or more were seen go first, of equally full ones those that had fewer looks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pipeline.settings import VisionSettings
from pipeline.types import KINDS, Detections, FloatArray, Frame, Kind
from pipeline.vision.aboard import SAME_MOTORBIKE_IOU, distinct, owners
from pipeline.vision.backends import load_detector
from pipeline.vision.boxes import areas, intersections, iou
from pipeline.vision.detector import Detector
from pipeline.vision.registry import registry
from pipeline.vision.weights import Weights, checked

SIDE = 224  # pixels of the cut's longer side as the detector gets it
LEAST_HEIGHT_PX = 36.0  # of the motorbike in the picture

_ABOVE, _BESIDE, _BELOW = (
    0.9,
    0.3,
    0.1,
)  # of the motorbike's height, width, height: the cut's margin
_FIRST_INPUT = 640  # longer side of the whole picture as the detector usually gets it
_LEAST_GAIN = 0.75  # times as large as that did the cut shows a motorbike: else it is seen well
_AGAIN_S = (1.5, 0.8, 0.0)  # by the most people seen aboard lately: none, one, more
_A_FRAME, _SAVED = 0.6, 6.0  # cuts on the average, and how many may be saved up
_EDGE_PX = 2.0  # a motorbike so near the picture's edge is cut by it
_FORGET_S = 20.0
# Two boxes are two people where they share less than so much of the smaller one, and their middles
# are so far apart, in widths of the narrower one.
_COVERED, _ASIDE = 0.6, 0.45


@dataclass(slots=True)
class _Known:
    """The last look at one motorbike."""

    time_s: float = -math.inf
    aboard: int = 0
    looks: int = 0


class Aboard:
    """The closer look at who rides. Raises ModelError where the shipped weights are damaged."""

    traits: ClassVar[tuple[str, ...]] = ("aboard", "aboard_from", "aboard_to", "aboard_feet")

    def __init__(self, detector: Detector | None = None) -> None:
        if detector is None:
            settings = VisionSettings(input_size=SIDE, threads=1)
            detector = load_detector(checked(registry()["road_users"]), settings)
        self._detector = detector
        self.weights: Weights | None = detector.weights
        self._known: dict[int, _Known] = {}
        self._saved = _SAVED

    def look(
        self, frame: Frame, detections: Detections, ids: NDArray[np.int32]
    ) -> Mapping[str, NDArray[np.float32]]:
        """The traits (N,) of this frame, finite for one motorbike; nothing where none was due."""
        self._saved = min(self._saved + _A_FRAME, _SAVED)
        which = self._due(frame, detections, ids) if self._saved >= 1 else None
        if which is None:
            return {}
        self._saved -= 1
        told = self.tell(frame.image, detections, which)
        looks = self._known.get(int(ids[which]), _Known()).looks + 1
        self._known[int(ids[which])] = _Known(frame.time_s, int(told[0]), looks)
        values = np.full((len(self.traits), len(detections)), np.nan, np.float32)
        values[:, which] = told
        return dict(zip(self.traits, values, strict=True))

    def tell(
        self, image: NDArray[np.uint8], seen: Detections, which: int
    ) -> tuple[float, float, float, float]:
        """What the cut of motorbike `which` shows: the values of the traits, in their order."""
        boxes = seen.boxes.astype(np.float64)
        mine = boxes[which]
        x1, y1, x2, y2 = cut(mine, image.shape[1], image.shape[0])
        closer = self._detector.detect([np.ascontiguousarray(image[y1:y2, x1:x2])])[0]
        found = closer.boxes.astype(np.float64) + np.array([x1, y1, x1, y1])
        rivals = boxes[(seen.kinds == _MOTORBIKE) & (np.arange(len(seen)) != which)]
        return told(
            mine,
            np.vstack([rivals, found[closer.kinds == _MOTORBIKE]]),
            _surest(boxes[seen.kinds == _PERSON], seen.confidences[seen.kinds == _PERSON]),
            _surest(found[closer.kinds == _PERSON], closer.confidences[closer.kinds == _PERSON]),
        )

    def _due(self, frame: Frame, seen: Detections, ids: NDArray[np.int32]) -> int | None:
        """The motorbike to look at now: the fullest of those due, then the least looked at."""
        height, width = frame.image.shape[:2]
        bikes = np.flatnonzero((seen.kinds == _MOTORBIKE) & (ids >= 0))
        if not len(bikes):
            return None
        boxes = seen.boxes.astype(np.float64)
        counts = _counts(seen, bikes)
        best, most = None, (-1, 0, 0.0)
        for index, count in zip(bikes, counts, strict=True):
            x1, y1, x2, y2 = boxes[index]
            if y2 - y1 < LEAST_HEIGHT_PX or x1 < _EDGE_PX or x2 > width - _EDGE_PX:
                continue
            if gain(boxes[index], width, height) < _LEAST_GAIN:
                continue
            known = self._known.get(int(ids[index]), _Known())
            full = max(count, known.aboard)
            if frame.time_s - known.time_s < _AGAIN_S[min(full, 2)]:
                continue
            if (want := (full, -known.looks, float(y2 - y1))) > most:
                best, most = int(index), want
        if len(self._known) > 200:
            self._known = {
                one: known
                for one, known in self._known.items()
                if frame.time_s - known.time_s < _FORGET_S
            }
        return best


_PERSON, _MOTORBIKE = KINDS.index(Kind.PERSON), KINDS.index(Kind.MOTORBIKE)


def cut(box: FloatArray, width: int, height: int) -> tuple[int, int, int, int]:
    """x1, y1, x2, y2 of a motorbike and those above it, within a picture of that size."""
    wide, tall = box[2] - box[0], box[3] - box[1]
    return (
        max(int(box[0] - _BESIDE * wide), 0),
        max(int(box[1] - _ABOVE * tall), 0),
        min(math.ceil(box[2] + _BESIDE * wide), width),
        min(math.ceil(box[3] + _BELOW * tall), height),
    )


def gain(box: FloatArray, width: int, height: int) -> float:
    """How much larger the cut shows a motorbike than the whole picture did."""
    x1, y1, x2, y2 = cut(box, width, height)
    return SIDE / max(x2 - x1, y2 - y1) * max(width, height) / _FIRST_INPUT


def told(
    mine: FloatArray, others: FloatArray, people: FloatArray, closer: FloatArray
) -> tuple[float, float, float, float]:
    """The traits' values from boxes (xyxy, pixels): one motorbike, others (M, 4), people of the
    whole picture (P, 4) and of the cut (Q, 4), surest first.

    Somebody of the cut counts besides those of the picture only where they are well apart: a box
    around two riders and one around each are two, not three. Others that are this motorbike seen
    once more, or a part of it, do not count.
    """
    best = max(
        (_riders(mine, others, some) for some in (closer, together(people, closer))), key=len
    )
    if len(best) == 0:
        return 0.0, math.nan, math.nan, math.nan
    width, height = mine[2] - mine[0], mine[3] - mine[1]
    places = ((best[:, 0] + best[:, 2]) / 2 - (mine[0] + mine[2]) / 2) / width
    feet = (best[:, 3] - mine[1]) / height
    return float(len(best)), float(places.min()), float(places.max()), float(feet.max())


def together(people: FloatArray, closer: FloatArray) -> FloatArray:
    """(K, 4) all of `people` (P, 4), and those of `closer` (Q, 4) that are surely somebody else."""
    kept = people
    for box in closer:
        if len(kept):
            common = intersections(box[None], kept)[0]
            least = np.minimum(
                np.prod(kept[:, 2:] - kept[:, :2], axis=1), np.prod(box[2:] - box[:2])
            )
            narrow = np.minimum(kept[:, 2] - kept[:, 0], box[2] - box[0])
            aside = np.abs(kept[:, 0] + kept[:, 2] - box[0] - box[2]) / 2
            if ((common > _COVERED * least) | ((common > 0) & (aside < _ASIDE * narrow))).any():
                continue
        kept = np.vstack([kept, box[None]])
    return kept


def _riders(mine: FloatArray, others: FloatArray, people: FloatArray) -> FloatArray:
    """(K, 4) the people that sit on `mine` and on none of `others`."""
    if len(people) == 0:
        return people
    if len(others):
        common = intersections(others, mine[None])[:, 0]
        same = iou(others, mine[None])[:, 0] >= SAME_MOTORBIKE_IOU
        same |= common > 0.8 * np.maximum(areas(others), 1.0)
        others = others[~same]
    belongs_to = owners(np.vstack([mine[None], others]), people)
    return people[[0 in owner for owner in belongs_to]]


def _surest(boxes: FloatArray, confidences: NDArray[np.float32]) -> FloatArray:
    """(K, 4) boxes of people apart from each other, surest first."""
    if len(boxes) == 0:
        return boxes
    return np.asarray(boxes[distinct(boxes, confidences.astype(np.float64))])


def _counts(seen: Detections, bikes: NDArray[np.intp]) -> list[int]:
    """People aboard each motorbike as the whole picture shows them."""
    people = np.flatnonzero(seen.kinds == _PERSON)
    if not len(people):
        return [0] * len(bikes)
    boxes = seen.boxes.astype(np.float64)
    people = people[distinct(boxes[people], seen.confidences[people].astype(np.float64))]
    belongs_to = owners(boxes[bikes], boxes[people])
    return [sum(index in owner for owner in belongs_to) for index in range(len(bikes))]
