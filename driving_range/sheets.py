"""Sprites of road users, pasted into pictures where the world has them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from driving_range.actors import Actor
from driving_range.camera import Poses
from driving_range.sprites.render import AZIMUTHS, ELEVATIONS, FOOT, SHEETS, VIEW
from pipeline.types import FloatArray, Kind

Picture = NDArray[np.uint8]

_FOLDER = Path(__file__).parent / "sprites"
_LENGTHS_M = {"sedan": 4.4, "hatch": 3.9, "suv": 4.6, "van": 5.4}  # of the models
_CARS = {"white": "sedan_white", "grey": "sedan_white", "red": "hatch_red", "blue": "hatch_red"}
_SHADOW = 0.45


@cache
def views(name: str) -> NDArray[np.float32]:
    """(2, 13, H, W, 4) of a sheet, colours premultiplied by alpha, 0 to 1."""
    picture = cv2.imread(str(_FOLDER / f"{name}.webp"), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise FileNotFoundError(f"sprites/{name}.webp: run driving_range/sprites/render.py")
    width, height = VIEW
    cells = picture.reshape(len(ELEVATIONS), height, len(AZIMUTHS), width, 4).swapaxes(1, 2)
    found = cells.astype(np.float32) / np.float32(255)
    found[..., :3] *= found[..., 3:]
    return found


def sheet_of(one: Actor) -> str:
    """The sheet that looks most like an actor."""
    match one.kind:
        case Kind.PERSON:
            return "walker"
        case Kind.MOTORBIKE | Kind.BICYCLE:
            bare = any("bare_head" in rider.traits for rider in one.riders)
            if len(one.riders) >= 3:
                return "bike_three"
            if len(one.riders) == 2:
                return "bike_two"
            if bare:
                return "scooter_bare"
            return "bike_one" if one.colour in ("blue", "red") else "scooter_one"
        case Kind.CAR:
            return _CARS.get(one.colour, "suv_black")
        case _:
            return "van_white"


@dataclass(frozen=True)
class Pasted:
    """Where a sprite lies in the picture: xyxy pixels around what of it is not see-through."""

    box: tuple[float, float, float, float]


def paste(
    picture: Picture, one: Actor, pose: FloatArray, poses: Poses, frame: int
) -> Pasted | None:
    """Draw an actor at a pose (x, z, heading); None where it is behind or out of the picture."""
    eye = poses.centres[frame]
    place = np.array([pose[0], one.foot_m, pose[1]])
    inside = poses.rotations[frame] @ (place - eye)
    if inside[2] < 1.5:
        return None
    scale = poses.focal_px / inside[2]
    foot = poses.pixels(inside[None, None])[0, 0]
    name = sheet_of(one)
    model = name.split("_")[0]
    size = one.size_m[0] / _LENGTHS_M[model] if model in _LENGTHS_M else 1.0
    if one.kind is Kind.PERSON:
        size = one.size_m[2] / 1.65
    _shade(picture, one, pose, poses, frame)
    off = place - eye
    azimuth = np.degrees(np.arctan2(off[0], off[2]) - pose[2])
    azimuth = (
        azimuth + 180
    ) % 360 - 180  # from where it is seen: 0 from behind, < 0 from the right
    elevation = np.degrees(np.arctan2(eye[1] - 0.7, np.hypot(off[0], off[2])))
    row = int(np.argmin([abs(elevation - known) for known in ELEVATIONS]))
    view = views(name)[row, round(abs(azimuth) / 15)]
    if azimuth > 0:
        view = view[:, ::-1]
    factor = float(scale * size / SHEETS[name][1])
    width, height = max(round(view.shape[1] * factor), 1), max(round(view.shape[0] * factor), 1)
    if width > 4 * picture.shape[1]:
        return None
    small = cv2.resize(
        view, (width, height), interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    )
    left = round(foot[0] - width / 2)
    top = round(foot[1] - height + FOOT * factor)
    return _blend(picture, small, left, top)


def _blend(picture: Picture, sprite: NDArray[np.float32], left: int, top: int) -> Pasted | None:
    height, width = picture.shape[:2]
    x1, y1 = max(left, 0), max(top, 0)
    x2, y2 = min(left + sprite.shape[1], width), min(top + sprite.shape[0], height)
    if x2 <= x1 or y2 <= y1:
        return None
    part = sprite[y1 - top : y2 - top, x1 - left : x2 - left]
    under = picture[y1:y2, x1:x2].astype(np.float32)
    mixed = under * (1 - part[..., 3:]) + part[..., :3] * 255
    picture[y1:y2, x1:x2] = np.clip(mixed, 0, 255).astype(np.uint8)
    solid = part[..., 3] > 0.3
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    if len(rows) == 0:
        return None
    return Pasted(
        (
            float(x1 + columns[0]),
            float(y1 + rows[0]),
            float(x1 + columns[-1] + 1),
            float(y1 + rows[-1] + 1),
        )
    )


def _shade(picture: Picture, one: Actor, pose: FloatArray, poses: Poses, frame: int) -> None:
    """Darken the ground under it."""
    along, across = one.size_m[0] * 0.5, one.size_m[1] * 0.55
    turn = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    a, b = along * np.cos(turn), across * np.sin(turn)
    sin, cos = np.sin(pose[2]), np.cos(pose[2])
    points = np.column_stack(
        [pose[0] + a * sin + b * cos, np.zeros(len(turn)), pose[1] + a * cos - b * sin]
    )
    inside = (points - poses.centres[frame]) @ poses.rotations[frame].T
    if (inside[:, 2] < 0.5).any():
        return
    ring = np.round(poses.pixels(inside[None])[0]).astype(np.int32)
    low = np.clip(ring.min(axis=0), 0, [picture.shape[1], picture.shape[0]])
    high = np.clip(ring.max(axis=0) + 1, 0, [picture.shape[1], picture.shape[0]])
    if (high - low < 1).any():
        return
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    cv2.fillConvexPoly(mask, ring - low.astype(np.int32), 255, cv2.LINE_AA)
    part = picture[low[1] : high[1], low[0] : high[0]]
    part[:] = (part * (1 - (1 - _SHADOW) * (mask[..., None] / 255))).astype(np.uint8)
