"""Outlines of road users: corners of a convex body in shares of length, width and height."""

from __future__ import annotations

import numpy as np

from driving_range.actors import Actor, Rider
from pipeline.types import FloatArray, Kind


def _ring(height: float, back: float, front: float, width: float) -> list[list[float]]:
    half = width / 2
    return [[a, b, height] for a in (back, front) for b in (-half, half)]


# Along from -0.5 (rear) to 0.5, across from -0.5 to 0.5, up from 0 to 1.
_BODIES: dict[Kind, FloatArray] = {
    Kind.PERSON: np.array(
        _ring(0, -0.5, 0.5, 0.7) + _ring(0.6, -0.4, 0.4, 1) + _ring(1, -0.25, 0.25, 0.4)
    ),
    Kind.BICYCLE: np.array(
        _ring(0, -0.4, 0.4, 0.2) + _ring(0.35, -0.5, 0.5, 0.2) + _ring(1, -0.1, 0.3, 1)
    ),
    Kind.MOTORBIKE: np.array(
        _ring(0, -0.38, 0.38, 0.3)
        + _ring(0.3, -0.5, 0.5, 0.5)
        + _ring(0.7, -0.5, 0.4, 0.6)
        + _ring(1, 0.1, 0.3, 1)
    ),
    Kind.CAR: np.array(
        _ring(0, -0.42, 0.42, 0.95)
        + _ring(0.3, -0.5, 0.5, 1)
        + _ring(0.6, -0.49, 0.46, 1)
        + _ring(1, -0.35, 0.15, 0.75)
    ),
    Kind.BUS: np.array(
        _ring(0, -0.48, 0.48, 1) + _ring(0.15, -0.5, 0.5, 1) + _ring(1, -0.5, 0.49, 0.97)
    ),
    Kind.TRUCK: np.array(
        _ring(0, -0.48, 0.48, 1) + _ring(0.2, -0.5, 0.5, 1) + _ring(1, -0.5, 0.45, 1)
    ),
}


def corners(one: Actor, pose: FloatArray) -> FloatArray:
    """(F, P, 3) world points of an actor's outline at poses (F, 3): x, z, heading."""
    body = _BODIES[one.kind] * np.array(one.size_m)
    if one.load is not None:
        load = one.load
        for height in (load.bottom_m, load.top_m):
            ring = _ring(height - one.foot_m, load.back_m, load.front_m, load.width_m)
            body = np.concatenate([body, np.array(ring)])
    return _placed(body, one.foot_m, pose)


def rider_corners(rider: Rider, pose: FloatArray) -> FloatArray:
    """(F, P, 3) world points of a rider whose vehicle has these poses (F, 3)."""
    size = np.array([rider.length_m, rider.width_m, rider.height_m])
    body = _BODIES[Kind.PERSON] * size + np.array([rider.along_m, rider.across_m, 0])
    return _placed(body, rider.foot_m, pose)


def _placed(body: FloatArray, foot_m: float, pose: FloatArray) -> FloatArray:
    sin, cos = np.sin(pose[:, 2])[:, None], np.cos(pose[:, 2])[:, None]
    along, across = body[:, 0][None], body[:, 1][None]
    return np.stack(
        [
            pose[:, :1] + along * sin + across * cos,
            np.broadcast_to(body[:, 2] + foot_m, (len(pose), len(body))),
            pose[:, 1:2] + along * cos - across * sin,
        ],
        axis=-1,
    )
