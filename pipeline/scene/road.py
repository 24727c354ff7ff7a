"""The road as level ground in metres, learnt from the vehicles that travel it.

On level ground a vehicle's height in the picture is proportional to how far its foot lies below the
horizon (Hoiem, Efros and Hebert, Putting Objects in Perspective, 2008, eq. 1). Vehicles that come
and go give the horizon; what vehicles usually measure gives the camera's height. That is rough (a
fifth of a distance, say) and enough to tell one lane from the next.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.scene.ground import Path
from pipeline.types import FloatArray, Kind

_HEIGHTS_M = {Kind.CAR: 1.5, Kind.MOTORBIKE: 1.5, Kind.BUS: 3.0, Kind.TRUCK: 2.7}
_FOCAL = 0.9  # of the picture's width, as dashcams (wider) and phones (narrower) have it about
_LEAST_GROWTH = 1.3  # of heights, from least to greatest, to tell the horizon by
_FARTHEST_M = 70.0  # beyond, a pixel is metres
_STEP_M = 1.5  # between two places of a way that tell where it heads
_SAME_HEADING = math.radians(9)
_LEAST_AGREEING = 0.35  # of the ways, by length


@dataclass(frozen=True, slots=True)
class LevelGround:
    """A pinhole camera without roll over level ground."""

    horizon_px: float  # row
    middle_px: float  # column
    focal_px: float
    camera_m: float  # its height

    def place(self, feet: FloatArray) -> FloatArray:
        """(N, 2) metres to the right and ahead, of feet (N, 2) in pixels; NaN at the horizon."""
        below = feet[:, 1] - self.horizon_px
        below = np.where(below > 1.0, below, np.nan)
        ahead = self.focal_px * self.camera_m / below
        return np.column_stack([(feet[:, 0] - self.middle_px) * self.camera_m / below, ahead])

    @classmethod
    def under(cls, ways: Sequence[Path], width_px: int) -> LevelGround | None:
        """The ground that these ways run over, or None where they do not tell."""
        horizon = _horizon(ways)
        if horizon is None:
            return None
        heights = []
        for way in ways:
            metres = _HEIGHTS_M.get(way.track.kind)
            if metres is not None:
                below = way.feet[:, 1] - horizon
                heights.append(float(np.median(metres * below / way.heights)))
        if not heights or not 0.3 < float(np.median(heights)) < 20:
            return None
        return cls(horizon, width_px / 2, _FOCAL * width_px, float(np.median(heights)))


@dataclass(frozen=True, slots=True)
class Lane:
    """The line along the road through a vehicle's place; metres on level ground."""

    place: FloatArray  # (2,)
    direction: FloatArray  # (2,) unit vector

    def offsets(self, places: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(N,) metres along the road from the vehicle, and (N,) metres beside its line."""
        offset = places - self.place
        across = np.array([-self.direction[1], self.direction[0]])
        return offset @ self.direction, offset @ across


def lane_under(path: Path, movers: Sequence[Path], ground: LevelGround) -> Lane | None:
    """The lane that a vehicle stands in: through its place, heading as most movers head.

    None where the movers do not agree on a heading.
    """
    angles, lengths = [], []
    for mover in movers:
        last: FloatArray | None = None
        for place in _nearby(ground.place(mover.feet)):
            if last is None:
                last = place
            step = place - last
            length = float(np.linalg.norm(step))
            if length >= _STEP_M:
                angles.append(math.atan2(step[0], step[1]) % math.pi)
                lengths.append(length)
                last = place
    if not angles:
        return None
    apart = np.abs(np.array(angles)[:, None] - np.array(angles)[None])
    apart = np.minimum(apart, math.pi - apart)
    support = np.maximum(1 - apart / _SAME_HEADING, 0) @ np.array(lengths)
    best = int(support.argmax())
    if support[best] < _LEAST_AGREEING * sum(lengths):
        return None
    direction = np.array([math.sin(angles[best]), math.cos(angles[best])])
    place = ground.place(np.median(path.feet, axis=0, keepdims=True))[0]
    return None if np.isnan(place).any() else Lane(place, direction)


def _nearby(places: FloatArray) -> FloatArray:
    near = places[:, 1] < _FARTHEST_M  # False for NaN
    return np.asarray(places[near])


def _horizon(ways: Sequence[Path]) -> float | None:
    """The row where vehicles would have no height, or None where nothing shows it."""
    rows, weights = [], []
    for way in ways:
        row, weight = _intercept(way.heights, way.feet[:, 1])
        rows.append(row)
        weights.append(weight)
    cars = [way for way in ways if way.track.kind is Kind.CAR]
    if not any(weights) and len(cars) >= 2:
        # A road seen from the side: nobody grows, but the nearer ones are larger.
        row, weight = _intercept(
            np.concatenate([way.heights for way in cars]),
            np.concatenate([way.feet[:, 1] for way in cars]),
        )
        rows, weights = [row], [weight]
    if not any(weights):
        return None
    order = np.argsort(rows)
    total = np.cumsum(np.array(weights)[order])
    return float(np.array(rows)[order][int(np.searchsorted(total, total[-1] / 2))])


def _intercept(heights: FloatArray, feet: FloatArray) -> tuple[float, float]:
    """Row of height 0 by least squares, and what that is worth: 0 where heights hardly differ."""
    low, high = np.percentile(heights, (10, 90))
    if low <= 0 or high / low < _LEAST_GROWTH:
        return 0.0, 0.0
    slope, row = np.polyfit(heights, feet, 1)
    return (float(row), math.log(high / low)) if slope > 0 else (0.0, 0.0)
