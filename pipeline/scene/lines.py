"""Lane lines over a few seconds: where they run, and whether they are solid or dashed.

For a camera at rest a line stays where it is. For one that drives, the lines of the lane that it
keeps to stay where they are in the *picture* while the paint of dashes runs along them. Either way
a line is a place in the picture whose paint is measured over time: a solid line is painted at every
point of it whenever one looks, a dashed one in a third to a half of looks (QCVN 41:2019 has dashes
of 1 to 3 m with holes of 2 to 9 m).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.scene.paint import BOTTOM, Paint, find_paint
from pipeline.scene.small import Small
from pipeline.types import CameraMotion, FloatArray, LaneLine

WINDOW_S = 4.0  # a lane is kept to, and a stand stands, for about so long
_LOOK_EVERY_S = 0.35
_LEAST_LOOKS = 5
_MOST_LINES = 6
_FAR = 0.64  # of the height: a row that is below the horizon of all but strange mountings
_NEAR_TOLERANCE, _FAR_TOLERANCE = 14.0, 6.0  # pixels of a cluster at the near and the far row
_TOUCH_NEAR, _TOUCH_FAR = 3, 1  # pixels beside a line that count as on it
_SHIFTS_NEAR, _SHIFTS_FAR = range(-20, 21, 4), range(-6, 7, 2)  # of the lane in one look
_MOST_SEGMENTS = 400
_LEAST_DUTY = 0.15
_LEAST_HEIGHT = 0.3  # of the road's part of the picture that a line runs over
_INDEPENDENT = 12.0  # looks at one line that are worth as much as independent ones
_SIGMA_FLOOR = 0.03
_YELLOW_HUES, _YELLOW_SATURATION = (12, 40), 60


@dataclass(frozen=True, slots=True)
class _Look:
    paint: Paint
    bgr: NDArray[np.uint8]


class LineFinder:
    """Collects looks of one state of the camera and turns them into lines, a window at a time."""

    def __init__(self) -> None:
        self._looks: list[_Look] = []
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
            self.close()
            self._state, self._frame, self._start_s = state, frame, time_s
        self._end_s, self._scale = time_s, small.scale
        if state not in (CameraMotion.STILL, CameraMotion.DRIVING):
            return
        if time_s - self._last_look_s >= _LOOK_EVERY_S:
            self._last_look_s = time_s
            self._looks.append(_Look(find_paint(small, boxes), small.bgr))

    def close(self) -> None:
        """End the window: what was seen in it becomes lines."""
        looks, self._looks = self._looks, []
        if len(looks) < _LEAST_LOOKS:
            return
        for near, far in _clusters(looks):
            line = self._measure(looks, near, far)
            if line is not None:
                self.lines.append(line)

    def _measure(self, looks: list[_Look], near: float, far: float) -> LaneLine | None:
        first = looks[0].paint.first_row
        rows = np.arange(len(looks[0].paint.mask))
        height = looks[0].bgr.shape[0]
        share = _share(rows + first, height)
        columns = far + (near - far) * share
        touch = np.where(share > 0.5, _TOUCH_NEAR, _TOUCH_FAR)
        driven = self._state is CameraMotion.DRIVING
        painted = np.stack(
            [
                _painted(look.paint, rows, columns, touch, share if driven else None)
                for look in looks
            ]
        )
        seen = np.stack([_along(look.paint.seen, rows, columns, 0 * touch) for look in looks])
        painted &= seen
        counts, hits = seen.sum(axis=0), painted.sum(axis=0)
        duty_of_row = np.divide(hits, counts, out=np.zeros(len(rows)), where=counts > 0)
        span = _span(duty_of_row)
        if span is None or (span[1] - span[0]) < _LEAST_HEIGHT * len(rows):
            return None
        inside = slice(*span)
        total = int(counts[inside].sum())
        if total < 0.3 * len(looks) * (span[1] - span[0]):
            return None  # hidden by traffic most of the time
        duty = float(hits[inside].sum() / total)
        if duty < _LEAST_DUTY:
            return None
        # A hole counts where it is: a line broken anywhere along it is not solid there.
        worst = float(np.min(_smoothed(duty_of_row[inside], max((span[1] - span[0]) // 6, 3))))
        duty = min(duty, (2 * duty + worst) / 3)
        sigma = (duty * (1 - duty) / min(len(looks), _INDEPENDENT)) ** 0.5 + _SIGMA_FLOOR
        colour = _colour(looks, rows[inside] + first, columns[inside], painted[:, inside])
        if colour is None:
            return None
        ends = [span[1] - 1, span[0]]
        points: FloatArray = np.column_stack(
            [columns[ends] / self._scale, (rows[ends] + first) / self._scale]
        )
        return LaneLine(
            points=points,
            frame=self._frame,
            start_s=self._start_s,
            end_s=self._end_s,
            duty=duty,
            duty_sigma=sigma,
            colour=colour,
            in_picture=self._state is CameraMotion.DRIVING,
            confidence=float(min(1.0, total / (len(looks) * len(rows))) * min(1.0, duty / 0.3)),
        )


def _clusters(looks: list[_Look]) -> list[tuple[float, float]]:
    """Lines as columns at the near and the far row, most painted first."""
    height = looks[0].bgr.shape[0]
    near_row, far_row = BOTTOM * height, _FAR * height
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


def _share(rows: NDArray[Any], height: int) -> FloatArray:
    """Where rows of the picture lie between the far row (0) and the near one (1)."""
    return np.asarray((rows / height - _FAR) / (BOTTOM - _FAR), np.float64)


def _painted(
    paint: Paint,
    rows: NDArray[np.intp],
    columns: FloatArray,
    touch: NDArray[np.intp],
    share: FloatArray | None,
) -> NDArray[np.bool_]:
    """(R,) where the line is painted in one look.

    Under a driving camera (`share` given) the whole line is shifted to where most paint is: the car
    does not keep its place in the lane to the pixel, and its bonnet nods.
    """
    if share is None:
        return _along(paint.mask, rows, columns, touch)
    # Widened once by `touch`, far rows little and near rows more; then tried by single pixels.
    split = int(np.searchsorted(touch, _TOUCH_NEAR))
    wide = np.concatenate(
        [
            cv2.dilate(part, np.ones((1, 2 * by + 1), np.uint8))
            for part, by in ((paint.mask[:split], _TOUCH_FAR), (paint.mask[split:], _TOUCH_NEAR))
            if len(part)
        ]
    )
    none = np.zeros(len(rows), np.intp)
    tried = [
        _along(wide, rows, columns + far + (near - far) * share, none)
        for near in _SHIFTS_NEAR
        for far in _SHIFTS_FAR
    ]
    return max(tried, key=lambda one: int(one.sum()))


def _along(
    picture: NDArray[np.uint8],
    rows: NDArray[np.intp],
    columns: FloatArray,
    wander: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """(R,) is any pixel set within `wander` of the line in each row?"""
    width = picture.shape[1]
    most = int(wander.max())
    steps = np.arange(-most, most + 1)
    at = np.round(columns).astype(int)[:, None] + steps[None]
    valid = (at >= 0) & (at < width) & (np.abs(steps)[None] <= wander[:, None])
    return np.asarray(((picture[rows[:, None], np.clip(at, 0, width - 1)] > 0) & valid).any(axis=1))


def _span(duty_of_row: FloatArray) -> tuple[int, int] | None:
    """The longest stretch of rows over which there is a line, holes of dashes bridged."""
    smooth = _smoothed(duty_of_row, max(len(duty_of_row) // 5, 3))
    present = np.concatenate([[False], smooth > _LEAST_DUTY, [False]])
    changes = np.flatnonzero(np.diff(present.astype(int)))
    if len(changes) == 0:
        return None
    starts, ends = changes[::2], changes[1::2]
    longest = int((ends - starts).argmax())
    inside = np.arange(starts[longest], ends[longest])
    # Smoothing blurred the ends: cut back to where there is paint as elsewhere on the line.
    worth = np.flatnonzero(duty_of_row[inside] >= 0.5 * np.median(duty_of_row[inside]))
    if len(worth) == 0:
        return None
    return int(inside[worth[0]]), int(inside[worth[-1]]) + 1


def _smoothed(values: FloatArray, length: int) -> FloatArray:
    kernel = np.ones(length)
    weight = np.convolve(np.ones(len(values)), kernel, "same")
    return np.asarray(np.convolve(values, kernel, "same") / weight)


def _colour(
    looks: list[_Look], rows: NDArray[np.intp], columns: FloatArray, painted: NDArray[np.bool_]
) -> str | None:
    """White or yellow by the brightest pixel beside the line; None for what is no road paint."""
    pixels = []
    for look, there in zip(looks, painted, strict=True):
        near = np.clip(
            np.round(columns[there]).astype(int)[:, None] + np.arange(-3, 4)[None],
            0,
            look.bgr.shape[1] - 1,
        )
        if len(near):
            candidates = look.bgr[rows[there][:, None], near]
            brightest = candidates.sum(axis=2).argmax(axis=1)
            pixels.append(candidates[np.arange(len(near)), brightest])
    if not pixels:
        return None
    colours = np.concatenate(pixels).reshape(1, -1, 3)
    hue, saturation, value = np.median(cv2.cvtColor(colours, cv2.COLOR_BGR2HSV)[0], axis=0)
    if saturation >= _YELLOW_SATURATION:
        return "yellow" if _YELLOW_HUES[0] <= hue <= _YELLOW_HUES[1] else None
    return "white" if value > 60 else None
