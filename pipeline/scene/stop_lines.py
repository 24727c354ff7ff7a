"""Stop lines: painted bands across the carriageway, seen from a camera that does not travel.

A stop line is white, 200 to 300 mm wide and unbroken over the lanes of its direction (QCVN
41:2019/BGTVT, marking 7.1). Seen along the road it is a thin, bright, nearly level band. The
stripes of a zebra crossing (7.3) run along the road: a level line over them is bright and dark by
turns, so the share of it that is painted (its duty) is about one half, a stop line's nearly one.

What is painted is counted over time at every place of the picture, in pixels of the window's first
frame, and only where no road user hides it: whoever waits on the line hides it for a while, not
for good. A turning camera is followed by its homographies.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.scene.ego import Motion
from pipeline.scene.small import Small
from pipeline.types import CameraMotion, FloatArray, StopLine

_TOP, _BOTTOM = 0.3, 0.97  # shares of the height between which the road is looked at
_STEPS = (2, 4, 8)  # pixels between a band's middle and the ground before and behind it
_CONTRAST = 14  # grey levels by which paint outshines the ground on both sides
_LOOK_EVERY_S = 0.8
_LEAST_LOOKS = 4
_WINDOW_S = {CameraMotion.STILL: 20.0, CameraMotion.PANNING: 6.0}
_OFTEN = 0.4  # of the looks at a place: there is paint
_FLATTEST = 0.36  # rise over run: steeper bands are lane lines
_LEAST_WIDTH = 0.16  # of the picture's: shorter bands are zebra stripes, arrows, letters
_DUTY = 0.88  # of the places along it that were seen
_SEEN = 0.55  # of a line must have been seen
_BROKEN = 0.14  # of its length: no hole in it is longer
_MOST_LINES = 4
_APART = 5  # rows between two lines
_TOUCH = 1  # rows by which a line may be off where it is measured


@dataclass(slots=True)
class _Counts:
    """How often each place was seen, and painted: (h, w) of the small picture."""

    seen: NDArray[np.uint16]
    painted: NDArray[np.uint16]
    looks: int = 0


class StopLineFinder:
    """Collects looks while the camera stands or turns; a window at a time becomes lines."""

    def __init__(self) -> None:
        self._counts: _Counts | None = None
        self._anchor: FloatArray = np.eye(3)  # small pixels of this frame to the window's first
        self._state = CameraMotion.UNKNOWN
        self._frame = 0
        self._start_s = self._end_s = 0.0
        self._last_look_s = -np.inf
        self._scale = 1.0
        self.lines: list[StopLine] = []

    def update(
        self, small: Small, boxes: NDArray[np.float32], motion: Motion, frame: int, time_s: float
    ) -> None:
        """Take in a sampled picture with its road users' boxes (N, 4) in full pixels."""
        window_s = _WINDOW_S.get(motion.state)
        if window_s is None:
            self.close()
            self._state = motion.state
            return
        self._scale = small.scale
        begins = self._counts is None or time_s - self._start_s >= window_s
        if begins or motion.state is not self._state:
            self.close()
            self._state, self._frame, self._start_s = motion.state, frame, time_s
            shape = small.grey.shape
            self._counts = _Counts(np.zeros(shape, np.uint16), np.zeros(shape, np.uint16))
            self._anchor = np.eye(3)
        else:
            shrink = np.diag([small.scale, small.scale, 1.0])
            step = shrink @ motion.homography @ np.linalg.inv(shrink)
            self._anchor = self._anchor @ np.linalg.inv(step)
        self._end_s = time_s
        if time_s - self._last_look_s >= _LOOK_EVERY_S:
            self._last_look_s = time_s
            self._look(small, boxes)

    def close(self) -> None:
        """End the window: what was seen in it becomes lines."""
        counts, self._counts = self._counts, None
        if counts is None or counts.looks < _LEAST_LOOKS:
            return
        for line, duty, seen in _lines(counts):
            self.lines.append(
                StopLine(
                    points=line / self._scale,
                    frame=self._frame,
                    start_s=self._start_s,
                    end_s=self._end_s,
                    confidence=round(duty * min(1.0, seen / 0.8) * min(1.0, counts.looks / 6), 3),
                )
            )

    def _look(self, small: Small, boxes: NDArray[np.float32]) -> None:
        assert self._counts is not None
        painted, seen = _bands(small, boxes)
        if self._state is CameraMotion.PANNING:
            size = (painted.shape[1], painted.shape[0])
            both = cv2.warpPerspective(cv2.merge([painted, seen]), self._anchor, size)
            painted, seen = np.asarray(both[..., 0], np.uint8), np.asarray(both[..., 1], np.uint8)
        self._counts.painted += (painted > 127).astype(np.uint16)
        self._counts.seen += (seen > 127).astype(np.uint16)
        self._counts.looks += 1


def _bands(small: Small, boxes: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """(h, w) 255 where there is a bright level band, and where the ground is seen."""
    height, width = small.grey.shape
    first, last = int(_TOP * height), int(_BOTTOM * height)
    # White paint has much of all three colours: the least of them tells it from coloured things.
    road = np.asarray(small.bgr[first:last].min(axis=2), np.uint8)
    mask = np.zeros((height, width), np.uint8)
    seen = np.zeros((height, width), np.uint8)
    seen[first:last] = 255
    for step in _STEPS:
        centre = road[step:-step]
        over = cv2.subtract(centre, cv2.max(road[: -2 * step], road[2 * step :]))
        mask[first + step : last - step][np.asarray(over) > _CONTRAST] = 255
    for x1, y1, x2, y2 in boxes * small.scale:
        left, right = max(int(x1) - 2, 0), max(int(x2) + 3, 0)
        top, bottom = max(int(y1) - 2, 0), max(int(y2) + 4, 0)
        seen[top:bottom, left:right] = 0
    return mask & seen, seen


def _lines(counts: _Counts) -> list[tuple[FloatArray, float, float]]:
    """Ends (2, 2) in small pixels, left first, with duty and share seen; longest first."""
    width = counts.seen.shape[1]
    enough = counts.seen >= max(2, counts.looks // 8)
    share = counts.painted / np.maximum(counts.seen, 1)
    paint = ((share >= _OFTEN) & enough).astype(np.uint8) * 255
    least = int(_LEAST_WIDTH * width)
    found = cv2.HoughLinesP(paint, 1, np.pi / 360, 40, None, least // 3, least // 3)
    if found is None:
        return []
    segments = np.asarray(found, np.float64).reshape(-1, 4)
    run = np.abs(segments[:, 2] - segments[:, 0])
    rise = np.abs(segments[:, 3] - segments[:, 1])
    segments = segments[rise <= _FLATTEST * np.maximum(run, 1)]
    segments = segments[np.argsort(-np.hypot(*(segments[:, 2:] - segments[:, :2]).T))]
    lines: list[tuple[FloatArray, float, float]] = []
    for segment in segments[:60]:
        measured = _measured(segment, paint > 0, enough, width)
        if measured is None:
            continue
        ends = measured[0]
        if all(_distance(ends, other) > _APART for other, _, _ in lines):
            lines.append(measured)
    lines.sort(key=lambda line: -float(line[0][1, 0] - line[0][0, 0]))
    return lines[:_MOST_LINES]


def _measured(
    segment: FloatArray, paint: NDArray[np.bool_], enough: NDArray[np.bool_], width: int
) -> tuple[FloatArray, float, float] | None:
    """The line through a segment as far as it is painted, or None where it is no stop line."""
    height = paint.shape[0]
    x1, y1, x2, y2 = segment
    slope = (y2 - y1) / (x2 - x1) if x2 != x1 else 0.0
    columns = np.arange(width)
    rows = np.round(y1 + slope * (columns - x1)).astype(int)
    inside = (rows >= _TOUCH) & (rows < height - _TOUCH)
    near = np.clip(rows[:, None] + np.arange(-_TOUCH, _TOUCH + 1), 0, height - 1)
    hit = paint[near, columns[:, None]].any(axis=1) & inside
    seen = enough[near, columns[:, None]].any(axis=1) & inside
    start, end = _extent(hit, seen, int(min(x1, x2)), int(max(x1, x2)), int(_BROKEN * width / 3))
    length = end - start
    if length < _LEAST_WIDTH * width:
        return None
    part = slice(start, end + 1)
    share_seen = float(seen[part].mean())
    if share_seen < _SEEN:
        return None
    duty = float(hit[part].sum() / max(int(seen[part].sum()), 1))
    if duty < _DUTY or _longest_hole(hit[part] | ~seen[part]) > _BROKEN * length:
        return None
    if not _is_single(rows, columns, part, paint, height):
        return None
    ends = np.array([[start, y1 + slope * (start - x1)], [end, y1 + slope * (end - x1)]])
    return ends, duty, share_seen


def _extent(
    hit: NDArray[np.bool_], seen: NDArray[np.bool_], left: int, right: int, hole: int
) -> tuple[int, int]:
    """How far the paint goes on to both sides, over what was not seen and over small holes."""

    def reach(at: int, step: int) -> int:
        last, missing = at, 0
        while 0 <= at < len(hit) and missing <= hole:
            if hit[at]:
                last, missing = at, 0
            elif seen[at]:
                missing += 1
            at += step
        return last

    return reach(left, -1), reach(right, 1)


def _longest_hole(covered: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[True], covered, [True]]).astype(int)))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def _is_single(
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    part: slice,
    paint: NDArray[np.bool_],
    height: int,
) -> bool:
    """Is the paint a band, and not the edge of a painted area or of a texture?"""
    there = columns[part]
    deep = np.array(
        [
            paint[np.clip(rows[part] + offset, 0, height - 1), there].mean()
            for offset in range(-12, 13)
        ]
    )
    return bool((deep > 0.6).sum() <= 9)


def _distance(ends: FloatArray, other: FloatArray) -> float:
    """Rows between two lines in the middle of what they have in common; infinite if nothing."""
    left = max(ends[0, 0], other[0, 0])
    right = min(ends[1, 0], other[1, 0])
    if right <= left:
        return float("inf")
    middle = (left + right) / 2
    return abs(_row(ends, middle) - _row(other, middle))


def _row(ends: FloatArray, x: float) -> float:
    (x1, y1), (x2, y2) = ends
    return float(y1 + (y2 - y1) * (x - x1) / max(x2 - x1, 1e-6))
