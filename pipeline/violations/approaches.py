"""A stop line and the ground before and behind it, in the anchored pixels of a stretch.

Metres ahead of the camera come from the level ground that the traffic tells or, where it does not,
from f W / w: focal length (in pixels, as cameras usually have it), usual width of such a vehicle,
width of its box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.ground import Path, Stretch
from pipeline.scene.road import LevelGround
from pipeline.types import FloatArray, Kind, Scene, TrafficLight

WIDTHS_M = {
    Kind.BICYCLE: 0.6,
    Kind.MOTORBIKE: 0.75,
    Kind.CAR: 1.8,
    Kind.TRUCK: 2.2,
    Kind.BUS: 2.45,
}
_FOCAL = 0.9  # of the picture's width
_BESIDE = 0.12  # of the line's length: a vehicle may pass so far beside its ends
_AHEAD_M = 25.0  # a line so near is the one that the reporter's car waits at


@dataclass(frozen=True, slots=True)
class Approach:
    """A stop line in the anchored pixels of a stretch, and the ground around it."""

    left: FloatArray  # (2,) its ends
    right: FloatArray
    confidence: float
    ground: LevelGround | None
    width_px: int

    def rows(self, columns: FloatArray) -> FloatArray:
        """(N,) the line's row at columns, drawn on beyond its ends."""
        slope = (self.right[1] - self.left[1]) / max(self.right[0] - self.left[0], 1.0)
        return np.asarray(self.left[1] + slope * (columns - self.left[0]))

    def spans(self, columns: FloatArray, widths: FloatArray) -> NDArray[np.bool_]:
        """(N,) is a foot over the line, or little beside its ends?"""
        slack = _BESIDE * (self.right[0] - self.left[0]) + widths / 2
        return np.asarray((columns > self.left[0] - slack) & (columns < self.right[0] + slack))

    def places(self, kind: Kind, feet: FloatArray, widths: FloatArray) -> FloatArray:
        """(N, 2) metres to the right and ahead of the camera."""
        if self.ground is not None:
            return self.ground.place(feet)
        metres = WIDTHS_M[kind] / np.maximum(_smoothed(widths), 1.0)
        ahead = _FOCAL * self.width_px * metres
        return np.column_stack([(feet[:, 0] - self.width_px / 2) * metres, ahead])

    @property
    def is_ahead(self) -> bool:
        """Is it near enough to be the line at which the camera itself waits?"""
        if self.ground is None:
            return False
        middle = np.array([[(self.left[0] + self.right[0]) / 2, 0.0]])
        middle[0, 1] = self.rows(middle[:, 0])[0]
        return bool(self.ground.place(middle)[0, 1] < _AHEAD_M)

    def is_below(self, light: TrafficLight, time_s: float) -> bool:
        """Does the line lie lower in the picture than the light's housing?"""
        box = light.boxes[int(np.abs(light.times_s - time_s).argmin())]
        return float(box[3]) < float(max(self.left[1], self.right[1]))


def approaches(
    scene: Scene, stretch: Stretch, ways: Sequence[Path], least: float
) -> list[Approach]:
    """The stop lines of a stretch, each once."""
    ground = LevelGround.under([way for way in ways if way.is_moving], scene.width)
    found: list[Approach] = []
    for line in sorted(scene.stop_lines, key=lambda line: -line.confidence):
        if line.confidence < least or not stretch.first <= line.frame <= stretch.last:
            continue
        anchor = stretch.anchors[line.frame - stretch.first]
        ends = np.column_stack([line.points, np.ones(2)]) @ anchor.T
        left, right = ends[:, :2] / ends[:, 2:]
        one = Approach(left, right, line.confidence, ground, scene.width)
        if not any(_same(one, other, scene.height) for other in found):
            found.append(one)
    return found


def beyond_m(way: Path, approach: Approach, places: FloatArray) -> FloatArray:
    """(N,) metres of a vehicle's rear wheels past the line; negative before it.

    `places` (N, 2) are those of its feet, as `Approach.places` tells them.
    """
    rows = approach.rows(way.feet[:, 0])
    if approach.ground is not None:
        line = approach.ground.place(np.column_stack([way.feet[:, 0], rows]))[:, 1]
        return np.asarray(places[:, 1] - line)
    # Ahead of the camera goes with one over the rows below the horizon; near the line, by ratio.
    short = rows - way.feet[:, 1]
    crosses = np.flatnonzero(np.diff(np.sign(short)) != 0)
    at = float(np.median(places[crosses, 1])) if len(crosses) else np.nan
    if not np.isfinite(at):
        at = float(places[int(np.abs(short).argmin()), 1])
    return np.asarray(np.where(short > 0, 1.0, -1.0) * np.abs(places[:, 1] - at))


def _same(one: Approach, other: Approach, height: int) -> bool:
    """Are two lines one, seen twice?"""
    middle = np.array([(one.left[0] + one.right[0]) / 2])
    apart = abs(float(one.rows(middle)[0] - other.rows(middle)[0]))
    overlap = min(one.right[0], other.right[0]) - max(one.left[0], other.left[0])
    return apart < 0.02 * height and bool(overlap > 0)


def _smoothed(values: FloatArray) -> FloatArray:
    """Median of each value and its neighbours."""
    padded: Any = np.pad(values, 2, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1))
