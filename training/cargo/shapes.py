"""Bodies of trucks as triangles, each knowing what it is made of and which part it belongs to.

Local axes: x to the right, y forward, z up, metres, the origin on the ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]


class Part(IntEnum):
    """What a pixel of a truck's picture shows; the order is that of the network's channels."""

    BACKGROUND = 0
    CAB = 1
    BODY = 2  # sides, tailgate, floor, stakes, a closed box, a tank
    LOAD = 3  # what lies open
    COVER = 4  # tarpaulin or net over a load or over hoops
    WHEEL = 5
    CHASSIS = 6  # frame, bumper, mud guards, lamps below the body


class Mesh:
    """Triangles that are added one shape at a time."""

    def __init__(self) -> None:
        self._corners: list[Floats] = []
        self._parts: list[NDArray[np.int32]] = []
        self._materials: list[NDArray[np.int32]] = []

    def quad(self, corners: ArrayLike, part: int, material: int) -> None:
        """A flat quad of four corners in order."""
        a, b, c, d = np.asarray(corners, np.float32)
        self.triangles(np.stack([np.stack([a, b, c]), np.stack([a, c, d])]), part, material)

    def triangles(self, corners: Floats, part: int, material: int) -> None:
        self._corners.append(np.asarray(corners, np.float32))
        self._parts.append(np.full(len(corners), part, np.int32))
        self._materials.append(np.full(len(corners), material, np.int32))

    def box(
        self,
        low: Sequence[float],
        high: Sequence[float],
        part: int,
        material: int,
        lean: float = 0.0,
        narrow: float = 0.0,
    ) -> None:
        """A box; front and back come in by `lean` towards the top, the sides by `narrow`."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        bottom = np.array([[x0, y0, z0], [x1, y0, z0], [x1, y1, z0], [x0, y1, z0]], np.float32)
        top = np.array(
            [
                [x0 + narrow, y0 + lean, z1],
                [x1 - narrow, y0 + lean, z1],
                [x1 - narrow, y1 - lean, z1],
                [x0 + narrow, y1 - lean, z1],
            ],
            np.float32,
        )
        self.quad(bottom, part, material)
        self.quad(top, part, material)
        for i in range(4):
            j = (i + 1) % 4
            self.quad([bottom[i], bottom[j], top[j], top[i]], part, material)

    def grid(self, points: Floats, part: int, material: int) -> None:
        """A sheet of points (R, C, 3)."""
        a, b, c, d = points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]
        first = np.stack([a, b, c], 2).reshape(-1, 3, 3)
        second = np.stack([a, c, d], 2).reshape(-1, 3, 3)
        self.triangles(np.concatenate([first, second]), part, material)

    def tube(
        self,
        start: Sequence[float],
        end: Sequence[float],
        radius: float,
        part: int,
        material: int,
        sides: int = 12,
        squash: float = 1.0,
        caps: bool = True,
    ) -> None:
        """A cylinder; `squash` scales it upright (a tank's oval)."""
        a, b = np.asarray(start, np.float32), np.asarray(end, np.float32)
        axis = (b - a) / (np.linalg.norm(b - a) + 1e-9)
        other = np.array([0, 0, 1.0]) if abs(axis[2]) < 0.8 else np.array([1.0, 0, 0])
        u = np.cross(axis, other)
        u /= np.linalg.norm(u)
        v = np.cross(axis, u)
        angle = np.linspace(0, 2 * np.pi, sides + 1)
        ring = np.cos(angle)[:, None] * u + squash * np.sin(angle)[:, None] * v
        points = np.stack([a + radius * ring, b + radius * ring]).astype(np.float32)
        self.grid(points, part, material)
        if caps:
            for end_ring, centre in ((points[0], a), (points[1], b)):
                fan = np.stack(
                    [np.broadcast_to(centre, (sides, 3)), end_ring[:-1], end_ring[1:]], 1
                )
                self.triangles(fan, part, material)

    def wheel(
        self, centre: Sequence[float], radius: float, width: float, rubber: int, rim: int
    ) -> None:
        """A wheel about the x axis with its rim on both sides."""
        x, y, z = centre
        self.tube((x - width / 2, y, z), (x + width / 2, y, z), radius, Part.WHEEL, rubber, 18)
        for side in (-1, 1):
            at = x + side * (width / 2 + 0.01)
            self.tube((at, y, z), (at + side * 0.01, y, z), radius * 0.55, Part.WHEEL, rim, 14)

    def build(self) -> tuple[Floats, NDArray[np.int32], NDArray[np.int32]]:
        """Corners (T, 3, 3), parts (T,), materials (T,)."""
        return (
            np.concatenate(self._corners),
            np.concatenate(self._parts),
            np.concatenate(self._materials),
        )


def heap(
    rng: np.random.Generator,
    half_width: float,
    back: float,
    front: float,
    base: float,
    height: float,
    roughness: float,
    cells: int = 22,
) -> Floats:
    """A pile's surface (R, C, 3): falls to `base` at the rim, `height` higher in the middle."""
    u = np.linspace(-1, 1, cells)
    v = np.linspace(-1, 1, cells)
    x, y = np.meshgrid(u, v, indexing="ij")
    power = rng.uniform(1.2, 4.0)
    shape = (1 - np.abs(x) ** power) * (1 - np.abs(y) ** rng.uniform(1.5, 5.0))
    shape *= 1 + rng.uniform(-0.5, 0.5) * y + rng.uniform(-0.3, 0.3) * x
    if rng.random() < 0.3:  # several tips of a digger's bucket
        shape *= 0.75 + 0.25 * np.cos(y * rng.uniform(4, 9) + rng.uniform(0, 6))
    shape = shape / (np.abs(shape).max() + 1e-6)
    noise = rng.normal(0, roughness, (cells, cells))
    z = base + height * shape + noise * (1 - np.maximum(np.abs(x), np.abs(y)) ** 6)
    middle = (back + front) / 2
    return np.stack([x * half_width, middle + y * (front - back) / 2, z], -1).astype(np.float32)
