"""The camera's own motion as the program estimates it, from corners of the world around the road.

Corners lie on houses beside the road, on its surface and far away; they are projected into two
successive pictures with a third of a pixel of error at 480 pixels of width, and the program's own
arithmetic (`pipeline.scene.ego`) makes the homography and the state of them.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from driving_range.camera import Poses
from driving_range.world import World
from pipeline.scene import ego as estimator
from pipeline.types import CameraMotion, EgoMotion, FloatArray

_SMALL_PX = 480.0
_ERROR_PX = 0.3
_LONGEST_PX = 60.0  # farther, a corner is not found again
_MOST = 160
_PER_METRE = 4.0
_DISTANT = 60  # corners half a kilometre away
_AROUND_M = 130.0


def motion(
    world: World,
    poses: Poses,
    times: FloatArray,
    boxes: FloatArray,
    rng: np.random.Generator,
) -> EgoMotion:
    """`boxes` (bodies, F, 4) hide corners; NaN where nobody is."""
    corners = _corners(world, poses, rng)
    scale = _SMALL_PX / poses.size[0]
    small_shape = (round(poses.size[1] * scale), round(_SMALL_PX))
    count = len(times)
    homographies = np.repeat(np.eye(3)[None], count, axis=0)
    states, shares = [CameraMotion.UNKNOWN], np.zeros(count)
    recent: deque[tuple[float, float]] = deque(maxlen=estimator._SMOOTHED_OVER)
    before = _seen(corners, poses, 0, boxes[:, 0], world, rng)
    for frame in range(1, count):
        after = _seen(corners, poses, frame, boxes[:, frame], world, rng)
        both = np.flatnonzero(np.isfinite(before[:, 0]) & np.isfinite(after[:, 0]))
        both = rng.permutation(both)[:_MOST]
        a, b = (before[both] * scale).astype(np.float32), (after[both] * scale).astype(np.float32)
        near = np.linalg.norm(b - a, axis=1) < _LONGEST_PX
        a, b, before = a[near], b[near], after
        if len(a) < estimator._LEAST_POINTS:
            recent.clear()
            states.append(CameraMotion.UNKNOWN)
            continue
        small, inliers = estimator._homography(a, b)
        shares[frame] = float(inliers.mean())
        homographies[frame] = estimator._rescaled(small, scale)
        states.append(estimator.state_of(a, b, inliers, small_shape, recent))
    return EgoMotion(times, homographies, tuple(states), shares)


def _corners(world: World, poses: Poses, rng: np.random.Generator) -> FloatArray:
    """(P, 3) places of what can be followed."""
    first, last = poses.centres[:, 2].min() - _AROUND_M, poses.centres[:, 2].max() + _AROUND_M
    number = int((last - first) * _PER_METRE)
    z = rng.uniform(first, last, number)
    side = rng.random(number)
    road = world.road
    beside = rng.gamma(2.0, 3.0, number) + 1.0
    x = np.where(
        side < 0.4,
        road.left_kerb - beside,
        np.where(
            side < 0.8,
            road.right_kerb + beside,
            rng.uniform(road.left_kerb, road.right_kerb, number),
        ),
    )
    y = np.where(side < 0.8, rng.uniform(0.0, 9.0, number), 0.0)
    x = x + road.middle(z)
    far = rng.uniform(-1, 1, _DISTANT)
    middle = poses.centres.mean(axis=0)
    distant = np.column_stack(
        [
            middle[0] + 500 * np.sin(far * np.pi),
            rng.uniform(0, 60, _DISTANT),
            middle[2] + (last - first) / 2 * np.cos(far * np.pi) + 400 * np.cos(far * np.pi),
        ]
    )
    return np.concatenate([np.column_stack([x, y, z]), distant])


def _seen(
    corners: FloatArray,
    poses: Poses,
    frame: int,
    boxes: FloatArray,
    world: World,
    rng: np.random.Generator,
) -> FloatArray:
    """(P, 2) pixels of corners in one picture, NaN where they are not to be followed."""
    inside = (corners - poses.centres[frame]) @ poses.rotations[frame].T
    pixels = poses.pixels(inside[None])[0]
    width, height = poses.size
    distance = inside[:, 2]
    out = ~np.isfinite(pixels[:, 0]) | ((distance > _AROUND_M) & (distance < 200))
    with np.errstate(invalid="ignore"):
        out |= (pixels[:, 0] < 4) | (pixels[:, 0] > width - 4)
        out |= pixels[:, 1] < estimator._TEXT_BAND * height
        out |= pixels[:, 1] > (1 - estimator._BONNET_BAND) * height
        for box in boxes[np.isfinite(boxes[:, 0])]:
            out |= (pixels >= box[:2]).all(axis=1) & (pixels <= box[2:]).all(axis=1)
    pixels[out] = np.nan
    error = _ERROR_PX * width / _SMALL_PX * world.noise**0.5
    return np.asarray(pixels + rng.normal(0, error, pixels.shape))
