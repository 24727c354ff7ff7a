"""Who sits on a motorbike: people joined to motorbikes by geometry, frame by frame.

A person belongs to the motorbike whose box holds the lower part of theirs. One who might as well
belong to another motorbike belongs to none, and two boxes on one head are one person: a count must
rather be too low than too high.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.types import FloatArray, Kind, Track
from pipeline.vision.boxes import areas, intersections, iou

_BESIDE = 0.08  # of the motorbike's width that a rider's middle may stand out of its box
_FEET = (0.15, 1.12)  # of the motorbike's height, from its top: where a rider's box may end
_HEAD_BELOW_TOP = 0.35  # of the motorbike's height: a head lower down is not a rider's
_HEIGHTS = (0.5, 2.4)  # of a rider, in heights of the motorbike's box
_LEAST_SHARE = 0.2  # of a rider's box inside the motorbike's
_AMBIGUOUS = 0.12  # shares that differ by less may be either's
_SAME_MOTORBIKE_IOU = 0.6
_CROWDED_SHARE = 0.2  # of this motorbike's box under another's: whose riders they are is unsure
_SAME_HEAD = 0.3  # of the narrower box: middles closer than this are one person
_SAME_PERSON_IOU = 0.62


@dataclass(frozen=True, slots=True)
class Load:
    """What is seen aboard one motorbike: arrays of one length N, a row for each of its frames."""

    track: Track
    counts: NDArray[np.int32]  # (N,) people aboard
    clear: NDArray[np.bool_]  # (N,) False where another motorbike's box lies over this one's
    offsets: tuple[tuple[float, ...], ...]  # N times: riders' middles, sorted, in motorbike widths
    riders: tuple[tuple[int, ...], ...]  # N times: their track ids


def loads(tracks: Sequence[Track]) -> list[Load]:
    """The load of every motorbike."""
    motorbikes = [track for track in tracks if track.kind is Kind.MOTORBIKE]
    people = [track for track in tracks if track.kind is Kind.PERSON]
    at: dict[int, tuple[list[tuple[int, int]], list[tuple[int, int]]]] = defaultdict(
        lambda: ([], [])
    )
    for side, group in ((0, motorbikes), (1, people)):
        for index, track in enumerate(group):
            for row, frame in enumerate(track.frames):
                at[int(frame)][side].append((index, row))
    rows: list[dict[int, tuple[bool, list[tuple[float, int]]]]] = [{} for _ in motorbikes]
    for bikes_here, people_here in at.values():
        if not bikes_here:
            continue
        boxes = np.array([motorbikes[i].boxes[row] for i, row in bikes_here], np.float64)
        persons = np.array([people[i].boxes[row] for i, row in people_here], np.float64).reshape(
            -1, 4
        )
        sure = np.array([people[i].confidences[row] for i, row in people_here], np.float64)
        keep = distinct(persons, sure)
        owners = _owners(boxes, persons[keep])
        clear = _clear(boxes)
        for position, (index, row) in enumerate(bikes_here):
            box = boxes[position]
            middle, width = (box[0] + box[2]) / 2, box[2] - box[0]
            aboard = [
                (
                    float(((persons[k][0] + persons[k][2]) / 2 - middle) / width),
                    people[people_here[k][0]].id,
                )
                for k, owner in zip(keep, owners, strict=True)
                if position in owner
            ]
            rows[index][row] = (bool(clear[position]), sorted(aboard))
    result = []
    for index, track in enumerate(motorbikes):
        seen = [rows[index][row] for row in range(len(track))]
        result.append(
            Load(
                track=track,
                counts=np.array([len(aboard) for _, aboard in seen], np.int32),
                clear=np.array([clear for clear, _ in seen], bool),
                offsets=tuple(tuple(x for x, _ in aboard) for _, aboard in seen),
                riders=tuple(tuple(one for _, one in aboard) for _, aboard in seen),
            )
        )
    return result


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


def _owners(motorbikes: FloatArray, persons: FloatArray) -> list[list[int]]:
    """For each person the position of their motorbike: several where it has several boxes."""
    if len(persons) == 0:
        return []
    shares = intersections(persons, motorbikes) / np.maximum(areas(persons), 1.0)[:, None]
    same = iou(motorbikes, motorbikes) >= _SAME_MOTORBIKE_IOU
    owners: list[list[int]] = []
    for person, share in zip(persons, shares, strict=True):
        fits = np.array([_sits_on(person, box) for box in motorbikes]) & (share >= _LEAST_SHARE)
        candidates = np.flatnonzero(fits)
        if len(candidates) == 0:
            owners.append([])
            continue
        best = int(candidates[share[candidates].argmax()])
        rivals = [
            other
            for other in candidates
            if not same[best, other] and share[best] - share[other] < _AMBIGUOUS
        ]
        owners.append([] if rivals else np.flatnonzero(same[best]).tolist())
    return owners


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


def _clear(boxes: FloatArray) -> NDArray[np.bool_]:
    """(N,) False for a motorbike partly under or over another one."""
    common = intersections(boxes, boxes) / np.maximum(areas(boxes), 1.0)[:, None]
    others = (common > _CROWDED_SHARE) & (iou(boxes, boxes) < _SAME_MOTORBIKE_IOU)
    np.fill_diagonal(others, False)
    return np.asarray(~others.any(axis=1))
