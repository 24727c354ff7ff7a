"""Lane lines over a few seconds: where they run, and whether they are solid or dashed.

For a camera at rest a line stays where it is. For one that drives, the lines of the lane that it
keeps to stay where they are in the *picture* while the paint of dashes runs along them. Either way
a line is a place in the picture whose paint is measured over time: a solid line is painted at every
point of it whenever one looks, a dashed one in a third to a half of looks (QCVN 41:2019 has dashes
of 1 to 3 m with holes of 2 to 9 m).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.line_duty import FAR, Look, Painted, duty_of
from pipeline.scene.paint import BOTTOM, find_paint
from pipeline.scene.small import Small
from pipeline.types import CameraMotion, FloatArray, LaneLine

WINDOW_S = 4.0  # a lane is kept to, and a stand stands, for about so long
_LOOK_EVERY_S = 0.35
_LEAST_LOOKS = 5
_MOST_LINES = 6
_NEAR_TOLERANCE, _FAR_TOLERANCE = 14.0, 6.0  # pixels of a cluster at the near and the far row
_FORKS_PX = 8.0  # at the near row; lines of a double one are farther apart
_MOST_SEGMENTS = 400


class LineFinder:
    """Collects looks of one state of the camera and turns them into lines, a window at a time."""

    def __init__(self) -> None:
        self._looks: list[Look] = []
        self._before: list[Look] = []  # those of the window that this one follows without a break
        self._state = CameraMotion.UNKNOWN
        self._frame = 0
        self._start_s = self._end_s = 0.0
        self._last_look_s = -np.inf
        self._scale = 1.0
        self.lines: list[LaneLine] = []

    def update(
        self,
        small: Small,
        boxes: NDArray[np.float32],
        state: CameraMotion,
        frame: int,
        time_s: float,
    ) -> None:
        """Take in a sampled picture with its road users' boxes (N, 4) in full pixels."""
        if state is not self._state or time_s - self._start_s >= WINDOW_S:
            before = self._looks
            self.close()
            self._before = before if state is self._state else []
            self._state, self._frame, self._start_s = state, frame, time_s
        self._end_s, self._scale = time_s, small.scale
        if state not in (CameraMotion.STILL, CameraMotion.DRIVING):
            return
        if time_s - self._last_look_s >= _LOOK_EVERY_S:
            self._last_look_s = time_s
            self._looks.append(Look(find_paint(small, boxes), small.bgr))

    def close(self) -> None:
        """End the window: what was seen in it becomes lines."""
        looks, self._looks = self._looks, []
        if looks and len(looks) < _LEAST_LOOKS:
            # The rest of a stretch is too short by itself; the line goes on from the looks before.
            looks = [*self._before[len(looks) - _LEAST_LOOKS - _LEAST_LOOKS :], *looks]
        if len(looks) < _LEAST_LOOKS:
            return
        begun: list[float] = []
        for near, far in _clusters(looks):
            # A line does not fork before the camera: what begins where a stronger one does is that
            # one, seen askew.
            if any(abs(near - other) < _FORKS_PX for other in begun):
                continue
            line = self._measure(looks, near, far)
            if line is not None:
                self.lines.append(line)
                begun.append(near)

    def _measure(self, looks: Sequence[Look], near: float, far: float) -> LaneLine | None:
        line = Painted.of(looks, near, far, self._state is CameraMotion.DRIVING)
        duty = duty_of(line.painted, line.seen)
        colour = line.colour(looks, duty.rows) if duty else None
        if duty is None or colour is None:
            return None
        ends = np.array([duty.rows.stop - 1, duty.rows.start])
        points: FloatArray = np.column_stack(
            [line.columns[ends] / self._scale, (ends + line.first_row) / self._scale]
        )
        return LaneLine(
            points=points,
            frame=self._frame,
            start_s=self._start_s,
            end_s=self._end_s,
            duty=duty.share,
            duty_sigma=duty.sigma,
            colour=colour,
            in_picture=self._state is CameraMotion.DRIVING,
            confidence=duty.confidence,
        )


def _clusters(looks: Sequence[Look]) -> list[tuple[float, float]]:
    """Lines as columns at the near and the far row, most painted first."""
    height = looks[0].bgr.shape[0]
    near_row, far_row = BOTTOM * height, FAR * height
    segments = np.concatenate([look.paint.segments for look in looks])
    lengths = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    segments = segments[np.argsort(-lengths, kind="stable")[:_MOST_SEGMENTS]]
    x1, y1, x2, y2 = segments.T
    slope = (x2 - x1) / np.where(y2 == y1, 1e-6, y2 - y1)
    ends = np.column_stack([x1 + slope * (near_row - y1), x1 + slope * (far_row - y1)])
    weights = np.hypot(x2 - x1, y2 - y1)
    left = np.ones(len(segments), bool)
    found: list[tuple[float, float]] = []
    scale = np.array([_NEAR_TOLERANCE, _FAR_TOLERANCE])
    while left.any() and len(found) < _MOST_LINES:
        points, mass = ends[left], weights[left]
        close = (np.abs(points[:, None] - points[None]) / scale).max(axis=2) <= 1
        support = close @ mass
        best = int(support.argmax())
        if support[best] < 25 * len(looks) ** 0.5:
            break
        members = close[best]
        centre = np.average(points[members], axis=0, weights=mass[members])
        found.append((float(centre[0]), float(centre[1])))
        left[np.flatnonzero(left)[(np.abs(points - centre) / scale).max(axis=1) <= 2]] = False
    return found
