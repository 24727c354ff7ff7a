"""Where a road runs, learnt from the vehicles that travel it, in anchored pixels of a stretch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.scene.ground import Path
from pipeline.types import FloatArray

_DEPTH_OF_HEIGHT = 0.25  # of a vehicle's box: the ground under it, for a view across the road
_MOST_BENT = 0.35  # of its width: how far a way may leave a straight line and still show the road


@dataclass(frozen=True, slots=True)
class Lane:
    """The strip of road that a vehicle stands on, as wide as itself, towards the vanishing point.

    `direction` is the unit vector along it in the picture; `vanishing_px` is how far away along it
    the strip shrinks to a point (infinite for a road seen from the side or from above).
    """

    foot: FloatArray  # (2,)
    direction: FloatArray  # (2,)
    vanishing_px: float
    half_width_px: float

    def place(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(N, 2) points as (N,) pixels along the strip and (N,) distance from its middle.

        The distance is in half widths of the strip at that place: within 1 is on the strip.
        """
        offset = points - self.foot
        along = offset @ self.direction
        across = np.abs(offset @ np.array([-self.direction[1], self.direction[0]]))
        shrunk = np.maximum(1.0 - along / self.vanishing_px, 0.05)
        return along, across / (self.half_width_px * shrunk)


def lane_under(path: Path, movers: Sequence[Path]) -> Lane | None:
    """The strip of road under a vehicle, by the ways of those that pass; None if they do not tell.

    The vanishing point is the least-squares meeting point of the straight ways: with each way's
    line as l = (a, b, c), a^2 + b^2 = 1, the v of least sum (l . v)^2 (Hartley and Zisserman, 2.2).
    """
    foot = np.median(path.feet, axis=0)
    width, height = float(np.median(path.widths)), float(np.median(path.heights))
    lines, directions = [], []
    for mover in movers:
        fitted = _straight(mover)
        if fitted is not None:
            middle, direction = fitted
            # Centred on the foot and in its widths, which keeps the system well conditioned.
            normal = np.array([-direction[1], direction[0]])
            lines.append([*normal, -float(normal @ (middle - foot)) / width])
            directions.append(direction)
    if not lines:
        return None
    mean = _mean_direction(np.array(directions))
    point = _meeting(np.array(lines)) if len(lines) >= 2 else None
    if point is None:
        direction, far = mean, np.inf
    else:
        far = float(np.linalg.norm(point))
        direction = point / far
        if abs(float(direction @ mean)) < 0.5:  # a meeting point beside the road is no road's end
            direction, far = mean, np.inf
    across = np.array([-direction[1], direction[0]])
    half = 0.5 * (abs(across[0]) * width + abs(across[1]) * _DEPTH_OF_HEIGHT * height)
    return Lane(foot, direction, far * width, max(half, 1.0))


def _straight(mover: Path) -> tuple[FloatArray, FloatArray] | None:
    """A point and the direction of a way that is straight, or None."""
    middle = mover.feet.mean(axis=0)
    _, _, axes = np.linalg.svd(mover.feet - middle, full_matrices=False)
    direction = axes[0]
    beside = np.abs((mover.feet - middle) @ np.array([-direction[1], direction[0]]))
    if float(np.median(beside / mover.widths)) > _MOST_BENT:
        return None
    return middle, direction


def _mean_direction(directions: FloatArray) -> FloatArray:
    """The common axis of unit vectors whose signs do not matter."""
    _, axes = np.linalg.eigh(directions.T @ directions)
    return np.asarray(axes[:, -1])


def _meeting(lines: FloatArray) -> FloatArray | None:
    """Where lines (M, 3) meet, or None where they are parallel."""
    _, _, axes = np.linalg.svd(lines)
    x, y, w = axes[-1]
    if abs(w) < 1e-6:
        return None
    point = np.array([x / w, y / w])
    return point if 3.0 < float(np.linalg.norm(point)) < 200.0 else None
