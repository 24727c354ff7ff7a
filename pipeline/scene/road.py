"""Lanes as lines along the road, in metres on level ground (`pipeline.scene.camera`).

Vehicles that come and go give the horizon; what vehicles usually measure gives the camera's height.
That is rough (a fifth of a distance, say) and enough to tell one lane from the next.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.scene.camera import LevelGround
from pipeline.scene.ground import Path
from pipeline.types import FloatArray

__all__ = ["Lane", "LevelGround", "lane_under"]

_FARTHEST_M = 70.0  # beyond, a pixel is metres
_STEP_M = 1.5  # between two places of a way that tell where it heads
_SAME_HEADING = math.radians(9)
_LEAST_AGREEING = 0.35  # of the ways, by length


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
