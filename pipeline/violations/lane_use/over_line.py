"""Over a solid line: it lies between a vehicle's lower corners, well inside of them, long enough.

The corners are those of the box, not the wheels, so only the middle part of the lower edge counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.ground import is_whole
from pipeline.scene.travel import moves
from pipeline.types import FloatArray, LaneLine, Scene, Track
from pipeline.violations.base import spans

LEAST_WIDTH = 0.045  # of the picture's
_MIDDLE = (0.25, 0.75)  # of the lower edge: a line here lies under the vehicle
_MIDDLE_DRIVING = (0.32, 0.68)  # the camera's own wandering makes the line's place less sure
_OUTLASTS_S = 2.0
_LOOKS_BESIDE = 3  # so many looks before and after, a vehicle has come from its side and gone to it
_END_MARGIN = 0.08  # of a line's height in the picture: its ends are not trusted


@dataclass(frozen=True, slots=True)
class OverLine:
    """A vehicle was over a line: rows `hits` of its track."""

    track: Track
    line: LaneLine
    hits: NDArray[np.intp]
    across: bool

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    @property
    def start_s(self) -> float:
        return float(self.track.times_s[self.hits[0]])

    @property
    def end_s(self) -> float:
        return float(self.track.times_s[self.hits[-1]])

    @property
    def middle_s(self) -> float:
        return float(self.track.times_s[self.hits[len(self.hits) // 2]])

    @property
    def piece(self) -> LaneLine:
        return self.line

    @property
    def confidence(self) -> float:
        sure = float(np.mean(self.track.confidences[self.hits]))
        long = min(1.0, 0.45 + 0.2 * self.duration_s)
        return long * self.line.confidence * (0.5 + 0.5 * sure) * (1.0 if self.across else 0.85)


def over_lines(
    track: Track, lines: Sequence[LaneLine], scene: Scene, over_s: float, stay_s: float
) -> Iterator[OverLine]:
    """Each time that a vehicle is over one of `lines` for `over_s` and crosses it, or `stay_s`."""
    boxes = track.boxes.astype(np.float64)
    widths = boxes[:, 2] - boxes[:, 0]
    usable = (widths >= LEAST_WIDTH * scene.width) & is_whole(boxes, scene)
    for line in lines:
        # Where a standing camera saw a line, it still is a little before and after.
        longer = 0.0 if line.in_picture else _OUTLASTS_S
        rows = np.flatnonzero(
            usable
            & (track.times_s >= line.start_s - longer)
            & (track.times_s <= line.end_s + longer)
        )
        if len(rows) < 2:
            continue
        (near_x, near_y), (far_x, far_y) = line.points[0], line.points[-1]
        feet = boxes[rows, 3]
        margin = _END_MARGIN * (near_y - far_y)
        on_line = (feet > far_y + margin) & (feet < near_y)
        x = far_x + (near_x - far_x) * (feet - far_y) / (near_y - far_y)
        share = (x - boxes[rows, 0]) / widths[rows]  # 0 at the left corner, 1 at the right
        low, high = _MIDDLE_DRIVING if line.in_picture else _MIDDLE
        under = on_line & (share > low) & (share < high)
        for part in spans(under.tolist(), track.times_s[rows].tolist(), 0.45):
            hits = rows[part][under[part]]
            crosses = _crosses(share[part], share[: part.start], share[part.stop :])
            found = OverLine(track, line, hits, crosses)
            if len(hits) < 3 or found.duration_s < (over_s if crosses else max(over_s, stay_s)):
                continue
            if crosses or moves(track, slice(int(hits[0]), int(hits[-1]) + 1), scene):
                yield found


def _crosses(inside: FloatArray, before: FloatArray, after: FloatArray) -> bool:
    """Does the line go from one side of the vehicle to the other, within a few looks?"""
    start = before[-_LOOKS_BESIDE] if len(before) >= _LOOKS_BESIDE else [*before, *inside][0]
    end = after[_LOOKS_BESIDE - 1] if len(after) >= _LOOKS_BESIDE else [*inside, *after][-1]
    return bool(abs(end - start) >= 0.6 and (start - 0.5) * (end - 0.5) < 0)
