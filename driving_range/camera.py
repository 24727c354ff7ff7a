"""A pinhole camera on its way through the world.

World axes: x right, y up, z ahead. Yaw turns it to the right, pitch down, roll clockwise, in
radians. Pixels: x to the right, y down; the axis meets the middle of the picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from driving_range.ways import Way, posed, standing
from pipeline.types import CameraMotion, FloatArray

Shake = Callable[[FloatArray], FloatArray]  # times (N,) to yaw, pitch, roll (N, 3), radians
_NEAR_M = 0.3


def _calm(times: FloatArray) -> FloatArray:
    return np.zeros((len(times), 3))


@dataclass(frozen=True)
class Camera:
    """`focal` is in picture widths; `way` has x, z and heading; `shake` is added to its angles."""

    height_m: float = 1.3
    focal: float = 0.9
    pitch: float = 0.0  # down
    way: Way = field(default_factory=lambda: standing(0.0, 0.0))
    motion: CameraMotion = CameraMotion.STILL  # what it is meant to do
    shake: Shake = _calm
    size: tuple[int, int] = (1280, 720)

    def poses(self, times: FloatArray) -> Poses:
        pose = posed(self.way, times)
        angles = self.shake(times)
        yaw, pitch, roll = (pose[:, 2] + angles[:, 0], self.pitch + angles[:, 1], angles[:, 2])
        zero = np.zeros_like(yaw)
        right = np.column_stack([np.cos(yaw), zero, -np.sin(yaw)])
        ahead = np.column_stack(
            [np.sin(yaw) * np.cos(pitch), -np.sin(pitch), np.cos(yaw) * np.cos(pitch)]
        )
        down = np.column_stack(
            [-np.sin(yaw) * np.sin(pitch), -np.cos(pitch), -np.cos(yaw) * np.sin(pitch)]
        )
        c, s = np.cos(roll)[:, None], np.sin(roll)[:, None]
        rotations = np.stack([c * right + s * down, c * down - s * right, ahead], axis=1)
        centres = np.column_stack([pose[:, 0], np.full(len(times), self.height_m), pose[:, 1]])
        return Poses(centres, rotations, self.focal * self.size[0], self.size)


@dataclass(frozen=True)
class Poses:
    """A camera at F moments: centres (F, 3), rotations (F, 3, 3) from world to camera axes."""

    centres: FloatArray
    rotations: FloatArray
    focal_px: float
    size: tuple[int, int]

    def seen_from(self, points: FloatArray) -> FloatArray:
        """(F, P, 3) camera axes (right, down, ahead) of world points (F or 1, P, 3)."""
        offset = points - self.centres[:, None]
        return np.asarray(np.einsum("fij,fpj->fpi", self.rotations, offset))

    def pixels(self, inside: FloatArray) -> FloatArray:
        """(F, P, 2) of points in camera axes; NaN for those behind."""
        depth = np.where(inside[..., 2] > _NEAR_M * 0.999, inside[..., 2], np.nan)
        return np.asarray(
            inside[..., :2] / depth[..., None] * self.focal_px + np.array(self.size) / 2
        )

    def project(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Pixels (F, P, 2) and depths (F, P) of world points (F or 1, P, 3)."""
        inside = self.seen_from(points)
        return self.pixels(inside), inside[..., 2]

    def boxes(self, points: FloatArray) -> FloatArray:
        """(F, 4) xyxy around the convex body with corners (F, P, 3), what is behind cut off."""
        inside = self.seen_from(points)
        pixels = self.pixels(inside)
        behind = (inside[..., 2] < _NEAR_M).sum(axis=1)
        result = np.full((len(points), 4), np.nan)
        whole = behind == 0
        result[whole, :2] = pixels[whole].min(axis=1)
        result[whole, 2:] = pixels[whole].max(axis=1)
        for frame in np.flatnonzero((behind > 0) & (behind < inside.shape[1])):
            cut = self.pixels(_cut(inside[frame])[None])[0]
            result[frame] = [*cut.min(axis=0), *cut.max(axis=0)]
        return result

    def ground(self, x: FloatArray, z: FloatArray) -> FloatArray:
        """(F, P, 2) pixels of places (P,) on the road."""
        return self.project(np.column_stack([x, np.zeros_like(x), z])[None])[0]

    @property
    def matrix(self) -> FloatArray:
        """(3, 3) from camera axes to pixels."""
        width, height = self.size
        return np.array(
            [[self.focal_px, 0, width / 2], [0, self.focal_px, height / 2], [0, 0, 1.0]]
        )


def _cut(points: FloatArray) -> FloatArray:
    """Corners of the part before the near plane of the convex body with corners (P, 3)."""
    front, back = points[points[:, 2] >= _NEAR_M], points[points[:, 2] < _NEAR_M]
    share = (front[:, None, 2] - _NEAR_M) / (front[:, None, 2] - back[None, :, 2])
    meets = front[:, None] + share[..., None] * (back[None] - front[:, None])
    return np.concatenate([front, meets.reshape(-1, 3)])


def trembling(
    rng: np.random.Generator, yaw: float, pitch: float, roll: float, most_hz: float = 2.0
) -> Shake:
    """Sways of up to `most_hz` with these standard deviations (radians)."""
    rates = rng.uniform(0.1 * most_hz, most_hz, (3, 5)) * 2 * np.pi
    phases = rng.uniform(0, 2 * np.pi, (3, 5))
    sizes = rng.uniform(0.4, 1.0, (3, 5)) / np.sqrt(rates)
    sizes *= np.array([yaw, pitch, roll])[:, None] / np.sqrt((sizes**2 / 2).sum(axis=1))[:, None]
    return lambda t: np.einsum("ak,nak->na", sizes, np.sin(t[:, None, None] * rates + phases))


def on_a_stand(
    rng: np.random.Generator,
    x: float = 0.0,
    z: float = 0.0,
    heading: float = 0.0,
    height_m: float | None = None,
    pitch: float | None = None,
    focal: float | None = None,
) -> Camera:
    """A camera that stands: at the kerb, or on an overpass."""
    tall = float(rng.uniform(1.3, 4.5)) if height_m is None else height_m
    return Camera(
        tall,
        float(rng.uniform(0.75, 1.1)) if focal is None else focal,
        float(rng.uniform(0.0, 0.08) + 0.03 * (tall - 1.3)) if pitch is None else pitch,
        standing(x, z, heading),
        CameraMotion.STILL,
        trembling(rng, 0.0002, 0.0002, 0.0001),
    )


def in_a_hand(
    rng: np.random.Generator,
    x: float = 0.0,
    z: float = 0.0,
    heading: float = 0.0,
    follow: Way | None = None,
    height_m: float | None = None,
) -> Camera:
    """A phone held by somebody who stands, and who turns about or after `follow`."""
    swing = trembling(rng, float(rng.uniform(0.01, 0.06)), 0.01, 0.006, most_hz=0.5)
    hand = trembling(rng, 0.0015, 0.0015, 0.001)

    def way(times: FloatArray) -> FloatArray:
        turn = np.full(len(times), heading)
        if follow is not None:
            target = follow(times)
            turn = np.unwrap(np.arctan2(target[:, 0] - x, target[:, 1] - z))
        return np.column_stack([np.full(len(times), x), np.full(len(times), z), turn])

    return Camera(
        float(rng.uniform(1.3, 1.75)) if height_m is None else height_m,
        float(rng.uniform(0.75, 1.1)),
        float(rng.uniform(-0.02, 0.08)),
        way,
        CameraMotion.PANNING,
        lambda times: np.asarray(swing(times) + hand(times)),
    )


def at_the_wheel(
    rng: np.random.Generator,
    x: float = 1.75,
    z: float = 0.0,
    speed_mps: float = 11.0,
    way: Way | None = None,
    height_m: float | None = None,
) -> Camera:
    """A dashcam: keeps to the lane around x with a wander of a hand's breadth or two."""
    rates, phases = rng.uniform(0.08, 0.25, 3) * 2 * np.pi, rng.uniform(0, 6.3, 3)
    sizes = rng.uniform(0.03, 0.12, 3)

    def lane(times: FloatArray) -> FloatArray:
        wander = (sizes * np.sin(times[:, None] * rates + phases)).sum(axis=1)
        if way is None:
            return np.column_stack([x + wander, z + speed_mps * times])
        places = np.array(way(times)[:, :2], float)
        places[:, 0] += wander
        return places

    mount = float(rng.normal(0, 0.01))

    def shake(times: FloatArray) -> FloatArray:
        return np.asarray(nod(times) + np.array([mount, 0, 0]))

    nod = trembling(rng, 0.001, 0.0025, 0.0015)
    return Camera(
        float(rng.uniform(1.15, 1.5)) if height_m is None else height_m,
        float(rng.uniform(0.65, 1.0)),
        float(rng.uniform(-0.01, 0.06)),
        lane,
        CameraMotion.DRIVING,
        shake,
    )
