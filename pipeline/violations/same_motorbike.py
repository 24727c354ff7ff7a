"""One finding for one motorbike: it may have two tracks, or be lost and found again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from pipeline.types import Incident, Track
from pipeline.vision.boxes import iou

_SAME_OVERLAP = 0.4  # median, where both tracks were seen
_BEFORE_S = 1.5  # between the findings
_LOST_S = 2.0  # between the end of one track and the start of the other
_REACH = 2.0  # widths that it may have gone meanwhile
# Who keeps the camera's pace is found again at much the same place: after so long, within so much
# of its size.
_KEPT_S, _KEPT = 5.0, 0.7


def one_each(found: Iterable[Incident], tracks: Sequence[Track]) -> list[Incident]:
    """The surest finding on each motorbike, sorted by time."""
    by_id = {track.id: track for track in tracks}
    kept: list[Incident] = []
    for incident in sorted(found, key=lambda incident: -incident.confidence):
        if not any(is_same(incident, other, by_id) for other in kept):
            kept.append(incident)
    return sorted(kept, key=lambda incident: incident.start_s)


def is_same(one: Incident, other: Incident, tracks: dict[int, Track]) -> bool:
    """Are two findings about one motorbike, whose tracks may be two?"""
    apart_s = max(one.start_s - other.end_s, other.start_s - one.end_s)
    a, b = tracks[one.track_id], tracks[other.track_id]
    if apart_s > _BEFORE_S:
        first, second = (a, b) if a.end_s <= b.end_s else (b, a)
        end, start = first.boxes[-1].astype(float), second.boxes[0].astype(float)
        size = float(max(end[2] - end[0], end[3] - end[1]))
        lost_s = second.start_s - first.end_s
        near = 0 < lost_s < _KEPT_S and float(np.abs(end - start).max()) < _KEPT * size
        return bool(a.id == b.id or near)
    common, rows_a, rows_b = np.intersect1d(a.frames, b.frames, return_indices=True)
    if len(common):
        overlap = [
            iou(a.boxes[i : i + 1], b.boxes[j : j + 1])[0, 0]
            for i, j in zip(rows_a, rows_b, strict=True)
        ]
        return float(np.median(overlap)) > _SAME_OVERLAP
    first, second = (a, b) if a.end_s <= b.end_s else (b, a)
    end, start = first.boxes[-1].astype(float), second.boxes[0].astype(float)
    reach = _REACH * max(end[2] - end[0], start[2] - start[0])
    return bool(np.abs(end - start).max() < reach and second.start_s - first.end_s < _LOST_S)


def apart(times_s: Iterable[float], least_s: float) -> list[float]:
    """Of moments, best first, those that are not nearly the same."""
    kept: list[float] = []
    for time in times_s:
        if all(abs(time - other) >= least_s for other in kept):
            kept.append(time)
    return kept
