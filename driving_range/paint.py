"""Lane lines as the program's estimator gives them: windows of time, duty over looks, its sigma.

The road's true lines are projected into each look; rows of the picture along them are painted or
not, hidden by road users or not, and the program's own arithmetic (`pipeline.scene.line_duty`)
makes duty and sigma of that. Paint is worn: one row in thirty of a mark is not seen as such.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from driving_range.camera import Poses
from driving_range.world import Paint, World
from pipeline.scene.line_duty import duty_of
from pipeline.scene.paint import BOTTOM, TOP
from pipeline.types import CameraMotion, EgoMotion, FloatArray, LaneLine

WINDOW_S = 4.0
_SMALL_HEIGHT = 270  # rows
_LOOK_EVERY_S = 0.35
_LEAST_LOOKS = 5
_MOST_LINES = 6
_WORN = 0.03
_AHEAD_M = 70.0
_STEP_M = 0.2
_STEEPEST = 4.6  # columns a row: flatter lines are no candidates (12 degrees)
_OFF_PX = 1.2  # of a found line's ends at 480 pixels of width, one standard deviation


def lane_lines(
    world: World, poses: Poses, ego: EgoMotion, boxes: FloatArray, rng: np.random.Generator
) -> tuple[LaneLine, ...]:
    """Lines found in each window of a still or driving camera; `boxes` (bodies, F, 4) hide them."""
    found: list[LaneLine] = []
    for state, frames in _windows(ego):
        looks = frames[:: max(round(_LOOK_EVERY_S / _step_s(ego) + 0.3), 1)]
        if len(looks) < _LEAST_LOOKS:
            continue
        span = (float(ego.times_s[frames[0]]), float(ego.times_s[frames[-1]]))
        here = [
            line
            for paint in world.road.lines
            if (line := _line(paint, world, poses, state, looks, boxes, span, rng)) is not None
        ]
        here.sort(key=lambda line: -line.confidence)
        found += here[:_MOST_LINES]
    return tuple(found)


def _step_s(ego: EgoMotion) -> float:
    return float(np.median(np.diff(ego.times_s))) if len(ego.times_s) > 1 else 0.2


def _windows(ego: EgoMotion) -> Iterator[tuple[CameraMotion, NDArray[np.int64]]]:
    """Stretches of one state, cut every four seconds."""
    first = 0
    for frame in range(1, len(ego.states) + 1):
        ends = (
            frame == len(ego.states)
            or ego.states[frame] is not ego.states[first]
            or ego.times_s[frame] - ego.times_s[first] >= WINDOW_S
        )
        if ends:
            if ego.states[first] in (CameraMotion.STILL, CameraMotion.DRIVING):
                yield ego.states[first], np.arange(first, frame)
            first = frame


def _line(
    paint: Paint,
    world: World,
    poses: Poses,
    state: CameraMotion,
    looks: NDArray[np.int64],
    boxes: FloatArray,
    span: tuple[float, float],
    rng: np.random.Generator,
) -> LaneLine | None:
    width, height = poses.size
    rows = np.arange(int(TOP * _SMALL_HEIGHT), int(BOTTOM * _SMALL_HEIGHT))
    y = (rows + 0.5) / _SMALL_HEIGHT * height
    columns = np.full((len(looks), len(rows)), np.nan)
    painted = np.zeros(columns.shape, bool)
    for index, frame in enumerate(looks):
        z = poses.centres[frame, 2] + np.arange(1.0, _AHEAD_M, _STEP_M)
        points = np.column_stack([paint.x + world.road.middle(z), 0 * z, z])
        inside = (points - poses.centres[frame]) @ poses.rotations[frame].T
        pixels = poses.pixels(inside[None])[0]
        good = np.isfinite(pixels[:, 0])
        good &= np.concatenate([[True], np.diff(pixels[:, 1]) < 0])  # farther is higher up
        if good.sum() < 5:
            continue
        up = np.argsort(pixels[good, 1])
        ys, xs, zs = pixels[good, 1][up], pixels[good, 0][up], z[good][up]
        columns[index] = np.interp(y, ys, xs, left=np.nan, right=np.nan)
        at = np.interp(y, ys, zs)
        painted[index] = paint.painted(at)
    columns[(columns < 0) | (columns >= width)] = np.nan
    seen = np.isfinite(columns)
    here = boxes[:, looks]  # (bodies, looks, 4)
    with np.errstate(invalid="ignore"):
        for box in here:
            hidden = (columns > box[:, :1]) & (columns < box[:, 2:3])
            seen &= ~(hidden & (y > box[:, 1:2]) & (y < box[:, 3:4]))
    painted &= seen & (rng.random(painted.shape) > _WORN * world.noise)
    duty = duty_of(painted, seen)
    if duty is None:
        return None
    rows_in = duty.rows
    inside = columns[:, rows_in]
    known = np.isfinite(inside).any(axis=0)
    if known.sum() < 2:
        return None
    middle = np.nanmedian(inside[:, known], axis=0)
    slope, start = np.polyfit(y[rows_in][known], middle, 1)
    if abs(slope) > _STEEPEST:
        return None
    ends = y[rows_in][known][[-1, 0]]
    off = rng.normal(0, _OFF_PX * width / 480, 2)
    return LaneLine(
        points=np.column_stack([start + slope * ends + off, ends]),
        frame=int(looks[0]),
        start_s=span[0],
        end_s=span[1],
        duty=duty.share,
        duty_sigma=duty.sigma,
        colour=paint.colour,
        in_picture=state is CameraMotion.DRIVING,
        confidence=duty.confidence,
    )
