"""The world without its road users as a camera sees it: road, paint, pavement, houses, sky.

Every pixel's ray meets the ground or one of two rows of houses, whose colours are functions of the
place that is met: perspective is exact, and what the camera passes moves as it should.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from driving_range.camera import Poses
from driving_range.world import World
from pipeline.types import FloatArray

Grid = NDArray[np.floating]
Picture = NDArray[np.uint8]

_LINE_M, _STOP_M = 0.15, 0.4  # widths of paint
_PAVEMENT_M = 3.5  # between the kerb and the houses
_BLOCK_M = 6.0  # of one house's front
_WHITE, _YELLOW = (215.0, 218.0, 218.0), (70.0, 180.0, 215.0)
_LAMP = {"red": (40, 40, 235), "yellow": (40, 200, 240), "green": (110, 220, 60)}


class Scenery:
    """Draws the background of one world for one size of picture."""

    def __init__(self, world: World, poses: Poses) -> None:
        self._world, self._poses = world, poses
        width, height = poses.size
        x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / poses.focal_px
        y = (np.arange(height, dtype=np.float32) + 0.5 - height / 2) / poses.focal_px
        across, down = np.meshgrid(x, y)
        self._rays = np.stack([across, down, np.ones_like(across)], axis=-1)

    def picture(self, frame: int, time_s: float) -> Picture:
        """(H, W, 3) BGR at one of the poses."""
        eye = self._poses.centres[frame]
        rays = self._rays @ self._poses.rotations[frame].astype(np.float32)
        dx, dy, dz = rays[..., 0], rays[..., 1], rays[..., 2]
        image = _sky(dy)
        with np.errstate(divide="ignore", invalid="ignore"):
            ground = np.where(dy < -1e-4, -eye[1] / dy, np.inf).astype(np.float32)
            walls = np.full_like(ground, np.inf)
            for x in self._walls():
                t = (x - eye[0]) / dx
                walls = np.where((t > 0) & (t < walls), t, walls)
        z_wall = eye[2] + walls * dz
        up = eye[1] + walls * dy
        with np.errstate(invalid="ignore"):
            on_wall = (walls < ground) & (up < _roof(z_wall)) & (walls < 400)
        image[on_wall] = _house(z_wall[on_wall], up[on_wall], walls[on_wall])
        low = (ground < walls) & (ground < 400)
        t = ground[low]
        image[low] = self._ground(eye[0] + t * dx[low], eye[2] + t * dz[low], t)
        picture = np.clip(image, 0, 255).astype(np.uint8)
        self._lights(picture, frame, time_s)
        return picture

    def _walls(self) -> tuple[float, float]:
        road = self._world.road
        return road.left_kerb - _PAVEMENT_M, road.right_kerb + _PAVEMENT_M

    def _ground(self, x: Grid, z: Grid, far: Grid) -> Grid:
        """(N, 3) colours of places on the ground, `far` metres away."""
        road = self._world.road
        fade = np.exp(-far / 25)
        shade = 96 + fade * (14 * (_noise(x / 0.07, z / 0.07) - 0.5) + 10 * _patches(x, z))
        colour = np.repeat(shade[:, None], 3, axis=1)
        aside = (x < road.left_kerb) | (x > road.right_kerb)
        tile = 132 + 22 * _noise(np.floor(x / 0.6), np.floor(z / 0.6)) * fade
        colour[aside] = (tile[:, None] * np.array([0.94, 0.98, 1.0]))[aside]
        along = np.asarray(z, np.float64)
        pixel = far / self._poses.focal_px  # metres that a pixel spans sideways
        for paint in road.lines:
            beside = np.abs(x - paint.x - road.middle(along))
            share = np.clip((_LINE_M / 2 - beside) / np.maximum(pixel, 1e-6) + 0.5, 0, 1)
            share *= np.minimum(_LINE_M / np.maximum(pixel, 1e-6), 1)
            share = np.where(paint.painted(along), share * 0.92, 0)
            ink = np.array(_YELLOW if paint.colour == "yellow" else _WHITE)
            colour += share[:, None] * (ink - colour)
        for mark in self._world.stop_marks:
            on = (np.abs(z - mark.z) < _STOP_M / 2) & (x > mark.left) & (x < mark.right)
            colour[on] = _WHITE
        kerbs = np.minimum(np.abs(x - road.left_kerb), np.abs(x - road.right_kerb))
        colour[kerbs < 0.12] = 165
        return colour.astype(np.float32)

    def _lights(self, picture: Picture, frame: int, time_s: float) -> None:
        for light in self._world.lights:
            half = np.array([light.width_m / 2, light.height_m / 2, 0])
            centre = np.array([light.x, light.y, light.z])
            points = np.stack([centre - half, centre + half])
            inside = (points - self._poses.centres[frame]) @ self._poses.rotations[frame].T
            pixels = self._poses.pixels(inside[None])[0]
            if not np.isfinite(pixels).all():
                continue
            (x1, y1), (x2, y2) = pixels.min(axis=0), pixels.max(axis=0)
            cv2.rectangle(picture, (round(x1), round(y1)), (round(x2), round(y2)), (25, 25, 25), -1)
            state = light.state(time_s)
            for place, name in enumerate(("red", "yellow", "green")):
                at = (round((x1 + x2) / 2), round(y1 + (y2 - y1) * (place + 0.5) / 3))
                lamp = _LAMP[name] if name == state else (40, 40, 40)
                cv2.circle(picture, at, max(round((x2 - x1) * 0.36), 1), lamp, -1, cv2.LINE_AA)


def _sky(dy: Grid) -> Grid:
    rise = np.clip(dy * 2.2, 0, 1)[..., None]
    low, high = np.array([232, 226, 216], np.float32), np.array([222, 176, 128], np.float32)
    return np.asarray(low + rise * (high - low), np.float32)


def _roof(z: Grid) -> Grid:
    return np.asarray(5.0 + 7.0 * _noise(np.floor(z / _BLOCK_M), 3.0 + 0 * z))


def _house(z: Grid, up: Grid, far: Grid) -> Grid:
    """(N, 3) colours of places on house fronts."""
    block = np.floor(z / _BLOCK_M)
    tint = np.stack([_noise(block, 7.0 + k + 0 * z) for k in range(3)], axis=1)
    colour = 120 + 75 * tint
    along, floor = np.mod(z, 2.0), np.mod(up, 3.2)
    window = (along > 0.5) & (along < 1.5) & (floor > 1.1) & (floor < 2.5) & (up > 0.3)
    colour[window] = (55 + 40 * _noise(np.floor(z / 2), np.floor(up / 3.2)))[window, None]
    door = (up < 2.6) & (np.mod(z, _BLOCK_M) > 1.0) & (np.mod(z, _BLOCK_M) < 4.8)
    colour[door] = colour[door] * 0.45
    seam = np.mod(z, _BLOCK_M) < 0.25
    colour[seam] *= 0.7
    fade = np.exp(-far / 40)[:, None]
    return np.asarray(colour + 10 * fade * (_noise(z / 0.15, up / 0.15)[:, None] - 0.5), np.float32)


def _noise(a: FloatArray | Grid, b: FloatArray | Grid) -> Grid:
    """(N,) 0 to 1, one value for each cell of one by one."""
    i, j = np.floor(a).astype(np.int64), np.floor(b).astype(np.int64)
    mixed = (i * 73856093) ^ (j * 19349663)
    mixed = (mixed ^ (mixed >> 13)) * 1274126177
    return np.asarray(((mixed ^ (mixed >> 16)) & 0xFFFF) / 65535.0, np.float32)


def _patches(x: Grid, z: Grid) -> Grid:
    """(N,) darker and lighter patches of asphalt, cracks and seams, -1 to 1."""
    coarse = _noise(x / 1.7, z / 2.3) - 0.5
    crack = (np.mod(z + 0.4 * np.sin(x * 2.1), 11.0) < 0.05).astype(np.float32)
    return np.asarray(coarse - 2.2 * crack, np.float32)
