"""Who sits on a motorbike, over time: `pipeline.vision.aboard` in each frame of the tracks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.types import FloatArray, Kind, Track
from pipeline.vision.aboard import SAME_MOTORBIKE_IOU, distinct, owners
from pipeline.vision.boxes import areas, intersections, iou

_CROWDED_SHARE = 0.2  # of this motorbike's box under another's: whose riders they are is unsure


@dataclass(frozen=True, slots=True)
class Load:
    """What is seen aboard one motorbike: arrays of one length N, a row for each of its frames."""

    track: Track
    counts: NDArray[np.int32]  # (N,) people aboard
    clear: NDArray[np.bool_]  # (N,) False where another motorbike's box lies over this one's
    offsets: tuple[tuple[float, ...], ...]  # N times: riders' middles, sorted, in motorbike widths
    riders: tuple[tuple[int, ...], ...]  # N times: their track ids
    feet: tuple[tuple[float, ...], ...]  # N times: lower ends, in motorbike heights from its top


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
    rows: list[dict[int, tuple[bool, list[tuple[float, int, float]]]]] = [{} for _ in motorbikes]
    for bikes_here, people_here in at.values():
        if not bikes_here:
            continue
        boxes = np.array([motorbikes[i].boxes[row] for i, row in bikes_here], np.float64)
        persons = np.array([people[i].boxes[row] for i, row in people_here], np.float64).reshape(
            -1, 4
        )
        sure = np.array([people[i].confidences[row] for i, row in people_here], np.float64)
        keep = distinct(persons, sure)
        belongs_to = owners(boxes, persons[keep])
        clear = _clear(boxes)
        for position, (index, row) in enumerate(bikes_here):
            box = boxes[position]
            middle, width = (box[0] + box[2]) / 2, box[2] - box[0]
            height = box[3] - box[1]
            aboard = [
                (
                    float(((persons[k][0] + persons[k][2]) / 2 - middle) / width),
                    people[people_here[k][0]].id,
                    float((persons[k][3] - box[1]) / height),
                )
                for k, owner in zip(keep, belongs_to, strict=True)
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
                offsets=tuple(tuple(x for x, _, _ in aboard) for _, aboard in seen),
                riders=tuple(tuple(one for _, one, _ in aboard) for _, aboard in seen),
                feet=tuple(tuple(foot for _, _, foot in aboard) for _, aboard in seen),
            )
        )
    return result


def _clear(boxes: FloatArray) -> NDArray[np.bool_]:
    """(N,) False for a motorbike partly under or over another one."""
    common = intersections(boxes, boxes) / np.maximum(areas(boxes), 1.0)[:, None]
    others = (common > _CROWDED_SHARE) & (iou(boxes, boxes) < SAME_MOTORBIKE_IOU)
    np.fill_diagonal(others, False)
    return np.asarray(~others.any(axis=1))
