"""What of each road user is in the picture at each sample, before any detector: exact boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from driving_range.actors import Actor, Rider
from driving_range.camera import Poses
from driving_range.hulls import corners, rider_corners
from driving_range.ways import posed
from driving_range.world import World
from pipeline.types import FloatArray, Kind

_CELLS = 12  # a box is looked at in 12 x 12 places
_STEPS = (np.arange(_CELLS) + 0.5) / _CELLS
_LEAST_PX = 3.0  # of a side, at 640 pixels of the picture's width
_SLACK = 0.06  # of a nearer one's box on each side does not hide what is behind
_FARTHEST_M = 160.0


@dataclass(frozen=True, eq=False)
class View:
    """One body (an actor, or a rider of it) over F samples; NaN boxes where it is not seen."""

    actor: Actor
    rider: Rider | None
    kind: Kind
    places: FloatArray  # (F, 2) metres x, z of its middle on the ground
    depths: FloatArray  # (F,) metres ahead of the camera
    boxes: FloatArray  # (F, 4) whole, also beyond the edges of the picture and behind others
    shown: FloatArray  # (F, 4) what is to be seen of it: cut by the edges and by nearer ones
    shares: FloatArray  # (F,) of the whole box that is to be seen, 0 to 1


@dataclass(frozen=True, eq=False)
class _Body:
    """An actor or a rider of it; poses (F, 3) of its own middle: x, z, heading."""

    actor: Actor
    rider: Rider | None
    poses: FloatArray
    half: FloatArray  # (2,) of its length and width
    depths: FloatArray
    boxes: FloatArray


def views(world: World, poses: Poses, times: FloatArray) -> list[View]:
    """A view for each actor and each of its riders, nearer ones hiding those behind."""
    bodies = list(_bodies(world, poses, times))
    if not bodies:
        return []
    boxes = np.stack([body.boxes for body in bodies])
    shown, shares = _in_picture(boxes, poses.size)
    hides = _hides(bodies, boxes, shown, poses)
    for index, frame in zip(*np.nonzero(hides.any(axis=1)), strict=True):
        near = boxes[hides[index, :, frame], frame]
        part, left = _left(shown[index, frame], near)
        shown[index, frame], shares[index, frame] = part, shares[index, frame] * left
    return [
        View(
            body.actor,
            body.rider,
            body.actor.kind if body.rider is None else Kind.PERSON,
            body.poses[:, :2],
            body.depths,
            body.boxes,
            shown[index],
            shares[index],
        )
        for index, body in enumerate(bodies)
    ]


def _bodies(world: World, poses: Poses, times: FloatArray) -> Iterator[_Body]:
    for one in world.actors:
        pose = posed(one.way, times)
        here = (times >= one.from_s) & (times <= one.until_s)
        for rider in (None, *(one.riders if world.riders_seen else ())):
            points = corners(one, pose) if rider is None else rider_corners(rider, pose)
            boxes = poses.boxes(points)
            depth = poses.seen_from(points.mean(axis=1, keepdims=True))[:, 0, 2]
            boxes[~here | (depth > _FARTHEST_M)] = np.nan
            own, half = pose, np.array(one.size_m[:2]) / 2
            if rider is not None:
                own = np.column_stack([points[:, :, [0, 2]].mean(axis=1), pose[:, 2]])
                half = np.array([rider.length_m, rider.width_m]) / 2
            yield _Body(one, rider, own, half, depth, boxes)


def _hides(
    bodies: Sequence[_Body], boxes: FloatArray, shown: FloatArray, poses: Poses
) -> NDArray[np.bool_]:
    """(B, B, F) True where the second body stands between the camera and the first."""
    # A mount and its riders do not hide each other; riders do hide those farther away.
    owner = np.array([id(body.actor) for body in bodies])
    is_rider = np.array([body.rider is not None for body in bodies])
    may = (owner[:, None] != owner[None]) | (is_rider[:, None] & is_rider[None])
    np.fill_diagonal(may, False)
    with np.errstate(invalid="ignore"):
        result = may[..., None] & (boxes[None, ..., :2] < shown[:, None, :, 2:]).all(axis=-1)
        result &= (boxes[None, ..., 2:] > shown[:, None, :, :2]).all(axis=-1)
    behind, before, frames = np.nonzero(result)
    pose = np.stack([body.poses for body in bodies])
    half = np.stack([body.half for body in bodies])
    eye = poses.centres[frames][:, [0, 2]]
    target = _points(pose[behind, frames], half[behind])  # (K, 5, 2)
    crosses = _crosses(eye, target, pose[before, frames], half[before])
    result[behind, before, frames] = crosses
    depths = np.stack([body.depths for body in bodies])
    mutual = result & result.transpose(1, 0, 2)
    result &= ~mutual | (depths[None] < depths[:, None])
    return result


def _points(pose: FloatArray, half: FloatArray) -> FloatArray:
    """(K, 5, 2) the middle and the corners of footprints."""
    shares = np.array([[0, 0], [1, 1], [1, -1], [-1, 1], [-1, -1]]) * 0.8
    along, across = shares[None, :, 0] * half[:, :1], shares[None, :, 1] * half[:, 1:]
    sin, cos = np.sin(pose[:, 2:]), np.cos(pose[:, 2:])
    return np.stack(
        [pose[:, :1] + along * sin + across * cos, pose[:, 1:2] + along * cos - across * sin], -1
    )


def _crosses(
    eye: FloatArray, target: FloatArray, pose: FloatArray, half: FloatArray
) -> NDArray[np.bool_]:
    """(K,) does the way from the eye (K, 2) to any target (K, 5, 2) cross the footprint?"""
    sin, cos = np.sin(pose[:, 2]), np.cos(pose[:, 2])
    axes = np.stack([np.column_stack([sin, cos]), np.column_stack([cos, -sin])], axis=1)
    start = np.einsum("kai,ki->ka", axes, eye - pose[:, :2])[:, None]  # (K, 1, 2) along, across
    end = np.einsum("kai,kpi->kpa", axes, target - pose[:, None, :2])
    step = np.where(np.abs(end - start) < 1e-9, 1e-9, end - start)
    sides = np.stack([(-half[:, None] - start) / step, (half[:, None] - start) / step])
    enters, leaves = sides.min(axis=0).max(axis=-1), sides.max(axis=0).min(axis=-1)
    return np.asarray(((enters < leaves) & (enters < 1) & (leaves > 0)).any(axis=1))


def _in_picture(boxes: FloatArray, size: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Boxes (..., 4) cut at the picture's edges (NaN: too little is left), and the shares left."""
    width, height = size
    cut = np.clip(boxes, 0, [width, height, width, height])
    sides = cut[..., 2:] - cut[..., :2]
    with np.errstate(invalid="ignore"):
        cut[~(sides >= _LEAST_PX * width / 640).all(axis=-1)] = np.nan
        whole = np.maximum(np.prod(boxes[..., 2:] - boxes[..., :2], axis=-1), 1e-6)
        shares = np.nan_to_num(np.prod(cut[..., 2:] - cut[..., :2], axis=-1) / whole)
    return cut, shares


def _left(cut: FloatArray, near: FloatArray) -> tuple[FloatArray, float]:
    """What nearer boxes (M, 4) leave to be seen of a box, and its share."""
    slack = _SLACK * (near[:, 2:] - near[:, :2])
    low, high = near[:, :2] + slack, near[:, 2:] - slack
    x = cut[0] + _STEPS * (cut[2] - cut[0])
    y = cut[1] + _STEPS * (cut[3] - cut[1])
    columns = (x > low[:, :1]) & (x < high[:, :1])  # (M, cells)
    rows = (y > low[:, 1:]) & (y < high[:, 1:])
    free = ~(rows[:, :, None] & columns[:, None, :]).any(axis=0)
    # Rows and columns of which next to nothing is left do not count as part of it.
    ys = np.flatnonzero(free.sum(axis=1) > 0.15 * _CELLS)
    xs = np.flatnonzero(free.sum(axis=0) > 0.15 * _CELLS)
    if len(ys) == 0 or len(xs) == 0:
        return np.full(4, np.nan), 0.0
    cell = (cut[2:] - cut[:2]) / _CELLS
    start = np.array([xs[0], ys[0]])
    end = np.array([xs[-1] + 1, ys[-1] + 1])
    part = np.concatenate([cut[:2] + start * cell, cut[:2] + end * cell])
    return part, float(free.sum()) / _CELLS**2
