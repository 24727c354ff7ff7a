"""Who sits on what, in one frame: people joined to motorbikes by the boxes of both.

A person belongs to the motorbike whose box holds the lower part of theirs. One who might as well
belong to another motorbike belongs to none, and two boxes on one head are one person: a count must
rather be too low than too high.
"""

from __future__ import annotations

import numpy as np

from pipeline.types import FloatArray
from pipeline.vision.boxes import areas, intersections, iou

SAME_MOTORBIKE_IOU = 0.6  # two boxes that overlap more are of one motorbike

_BESIDE = 0.08  # of the motorbike's width that a rider's middle may stand out of its box
_FEET = (0.15, 1.12)  # of the motorbike's height, from its top: where a rider's box may end
_HEAD_BELOW_TOP = 0.35  # of the motorbike's height: a head lower down is not a rider's
_HEIGHTS = (0.5, 2.4)  # of a rider, in heights of the motorbike's box
_LEAST_SHARE = 0.2  # of a rider's box inside the motorbike's
_AMBIGUOUS = 0.12  # shares that differ by less may be either's
_SAME_HEAD = 0.3  # of the narrower box: middles closer than this are one person
_SAME_PERSON_IOU = 0.62


def distinct(boxes: FloatArray, confidences: FloatArray) -> list[int]:
    """Indices of boxes (N, 4) that are people apart from each other, surest first."""
    kept: list[int] = []
    middles = (boxes[:, 0] + boxes[:, 2]) / 2
    widths = boxes[:, 2] - boxes[:, 0]
    overlaps = iou(boxes, boxes) if len(boxes) else np.empty((0, 0))
    for index in np.argsort(-confidences, kind="stable"):
        if all(
            abs(middles[index] - middles[other]) > _SAME_HEAD * min(widths[index], widths[other])
            and overlaps[index, other] < _SAME_PERSON_IOU
            for other in kept
            if overlaps[index, other] > 0
        ):
            kept.append(int(index))
    return kept


def owners(motorbikes: FloatArray, persons: FloatArray) -> list[list[int]]:
    """For each person (M, 4) the position of their motorbike among `motorbikes` (N, 4).

    Several where one motorbike has several boxes, none where they are on foot or it is unsure.
    """
    if len(persons) == 0:
        return []
    shares = intersections(persons, motorbikes) / np.maximum(areas(persons), 1.0)[:, None]
    same = iou(motorbikes, motorbikes) >= SAME_MOTORBIKE_IOU
    found: list[list[int]] = []
    for person, share in zip(persons, shares, strict=True):
        fits = np.array([_sits_on(person, box) for box in motorbikes]) & (share >= _LEAST_SHARE)
        candidates = np.flatnonzero(fits)
        if len(candidates) == 0:
            found.append([])
            continue
        best = int(candidates[share[candidates].argmax()])
        rivals = [
            other
            for other in candidates
            if not same[best, other] and share[best] - share[other] < _AMBIGUOUS
        ]
        found.append([] if rivals else np.flatnonzero(same[best]).tolist())
    return found


def _sits_on(person: FloatArray, motorbike: FloatArray) -> bool:
    width, height = motorbike[2] - motorbike[0], motorbike[3] - motorbike[1]
    middle = (person[0] + person[2]) / 2
    feet = (person[3] - motorbike[1]) / height
    head = (person[1] - motorbike[1]) / height
    size = (person[3] - person[1]) / height
    return bool(
        motorbike[0] - _BESIDE * width <= middle <= motorbike[2] + _BESIDE * width
        and _FEET[0] <= feet <= _FEET[1]
        and head <= _HEAD_BELOW_TOP
        and _HEIGHTS[0] <= size <= _HEIGHTS[1]
    )
