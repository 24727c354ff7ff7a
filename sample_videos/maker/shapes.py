"""Meshes from formulas: every body in the clips is swept, lofted or turned by these functions.

A *part* is `(vertices, faces)`: an (N, 3) array in metres and lists of vertex indices. `Body`
gathers parts with their materials and becomes one Blender object. Local axes of everything that
moves: +Y forward, +X to its right, +Z up, the origin on the ground.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import bpy
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Part = tuple[Floats, list[list[int]]]


def sweep(
    path: ArrayLike,
    widths: ArrayLike,
    heights: ArrayLike | None = None,
    sides: int = 14,
    exponent: float = 2.0,
    smooth: int = 0,
    side: ArrayLike = (1, 0, 0),
) -> Part:
    """A tube along `path` whose section is a superellipse of half axes `widths` and `heights`.

    `side` tells where the width points; `smooth` puts that many points between two given ones.
    """
    points = np.asarray(path, float)
    across = np.broadcast_to(np.asarray(widths, float), len(points)).astype(float)
    tall = across if heights is None else np.broadcast_to(np.asarray(heights, float), len(points))
    if smooth:
        points, across, tall = (spline(item, smooth) for item in (points, across, tall))
    tangents = np.gradient(points, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True) + 1e-12
    reference = np.asarray(side, float)
    u = reference - tangents * (tangents @ reference)[:, None]
    lost = np.linalg.norm(u, axis=1) < 0.2  # the path runs along `side`: take another axis
    if lost.any():
        other = np.array([0.0, 0.0, 1.0]) if abs(reference[2]) < 0.5 else np.array([0.0, 1.0, 0.0])
        u[lost] = other - tangents[lost] * (tangents[lost] @ other)[:, None]
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    v = np.cross(tangents, u)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    power = 2.0 / exponent
    c = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    s = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power
    rings = (
        points[:, None]
        + u[:, None] * (across[:, None] * c)[..., None]
        + v[:, None] * (np.asarray(tall)[:, None] * s)[..., None]
    )
    return _skin(rings, closed=True, caps=True)


def grid(surface: Callable[[Floats, Floats], ArrayLike], rows: int, columns: int) -> Part:
    """An open sheet: `surface(u, v)` gives points (..., 3) for u, v in 0..1."""
    u, v = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    return _skin(np.asarray(surface(u, v), float), closed=False, caps=False)


def ellipsoid(centre: ArrayLike, radii: ArrayLike, rings: int = 12, sides: int = 18) -> Part:
    a = np.linspace(0.02, np.pi - 0.02, rings)
    b = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    unit = np.stack(
        [
            np.sin(a)[:, None] * np.cos(b),
            np.sin(a)[:, None] * np.sin(b),
            np.broadcast_to(np.cos(a)[:, None], (rings, sides)),
        ],
        -1,
    )
    return _skin(np.asarray(centre) + unit[::-1] * np.asarray(radii), closed=True, caps=True)


def block(centre: ArrayLike, size: ArrayLike, bevel: float = 0.0) -> Part:
    """A box of full edge lengths `size`, its upright edges and rims rounded by `bevel`."""
    x, y, z = np.asarray(size, float) / 2
    b = min(bevel, x * 0.9, y * 0.9, z * 0.9)
    if b <= 0:
        corners = [(i * x, j * y, k * z) for k in (-1, 1) for i, j in _SQUARE]
        faces = [
            [3, 2, 1, 0],
            [4, 5, 6, 7],
            *([i, (i + 1) % 4, (i + 1) % 4 + 4, i + 4] for i in range(4)),
        ]
        return np.asarray(centre) + np.array(corners), faces
    outline = []
    for i, j, start in ((1, 1, 0), (-1, 1, 90), (-1, -1, 180), (1, -1, 270)):
        for degrees in (0, 30, 60, 90):
            t = np.radians(start + degrees)
            outline.append((i * (x - b), j * (y - b), np.cos(t), np.sin(t)))
    o = np.array(outline)
    rings = []
    for level, grow in (
        (-z, 0.0),
        (-z + 0.3 * b, 0.7),
        (-z + b, 1.0),
        (z - b, 1.0),
        (z - 0.3 * b, 0.7),
        (z, 0.0),
    ):
        ring = np.empty((len(o), 3))
        ring[:, :2] = o[:, :2] + o[:, 2:] * b * grow
        ring[:, 2] = level
        rings.append(ring)
    return _skin(np.asarray(centre) + np.array(rings), closed=True, caps=True)


_SQUARE = ((-1, -1), (1, -1), (1, 1), (-1, 1))


def ring(
    centre: ArrayLike, radius: float, thickness: float, width: float | None = None, around: int = 36
) -> Part:
    """A torus about the X axis (a tyre, a rim): section half axes `thickness` and `width`."""
    a = np.linspace(0, 2 * np.pi, around, endpoint=False)
    b = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    half = thickness if width is None else width
    r = radius + thickness * np.cos(b)[None]
    rings = np.stack(
        [
            np.broadcast_to(half * np.sin(b)[None], (around, 10)),
            r * np.cos(a)[:, None],
            r * np.sin(a)[:, None],
        ],
        -1,
    )
    rings = np.concatenate([rings, rings[:1]])
    return _skin(np.asarray(centre) + rings, closed=True, caps=False)


def quad(corners: ArrayLike) -> Part:
    return np.asarray(corners, float), [[0, 1, 2, 3]]


def spline(values: Floats, between: int) -> Floats:
    """Catmull-Rom through `values`, `between` new points in every gap."""
    p = np.asarray(values, float)
    p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    t = np.linspace(0, 1, between + 1, endpoint=False)
    t = t.reshape(-1, *([1] * (p.ndim - 1)))
    pieces = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate([*pieces, p[-2:-1]])


def mirrored(part: Part) -> Part:
    """The same part on the other side of the plane X = 0."""
    vertices, faces = part
    return vertices * [-1, 1, 1], [face[::-1] for face in faces]


def moved(part: Part, by: ArrayLike) -> Part:
    return part[0] + np.asarray(by), part[1]


def turned(part: Part, axis: str, degrees: float, about: ArrayLike = (0, 0, 0)) -> Part:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[i, i], matrix[i, j], matrix[j, i], matrix[j, j] = c, -s, s, c
    centre = np.asarray(about, float)
    return (part[0] - centre) @ matrix.T + centre, part[1]


def _skin(rings: Floats, closed: bool, caps: bool) -> Part:
    rows, columns = rings.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    right = np.roll(index, -1, axis=1)
    if not closed:
        index, right = index[:, :-1], right[:, :-1]
    quads = np.stack([index[:-1], right[:-1], right[1:], index[1:]], -1).reshape(-1, 4)
    faces = quads.tolist()
    if caps:
        whole = np.arange(rows * columns).reshape(rows, columns)
        faces += [whole[0][::-1].tolist(), whole[-1].tolist()]
    return rings.reshape(-1, 3), faces


class Body:
    """Parts of one object, each with its material."""

    def __init__(self) -> None:
        self._vertices: list[Floats] = []
        self._faces: list[list[int]] = []
        self._slots: list[Any] = []
        self._uses: list[int] = []
        self._flat: list[bool] = []
        self._uv: dict[int, list[tuple[float, float]]] = {}
        self._count = 0

    def add(self, part: Part, material: Any, both: bool = False, flat: bool = False) -> Body:
        """Adds a part (and its mirror image with `both`)."""
        for vertices, faces in (part, mirrored(part)) if both else (part,):
            slot = self._slot(material)
            self._faces += [[i + self._count for i in face] for face in faces]
            self._uses += [slot] * len(faces)
            self._flat += [flat] * len(faces)
            self._vertices.append(np.asarray(vertices, float))
            self._count += len(vertices)
        return self

    def add_painted(self, part: Part, materials: Sequence[Any], choice: ArrayLike) -> Body:
        """Adds a part whose face i has `materials[choice[i]]`."""
        vertices, faces = part
        slots = [self._slot(material) for material in materials]
        self._faces += [[i + self._count for i in face] for face in faces]
        self._uses += [slots[i] for i in np.asarray(choice, int)]
        self._flat += [False] * len(faces)
        self._vertices.append(np.asarray(vertices, float))
        self._count += len(vertices)
        return self

    def add_picture(
        self, corners: ArrayLike, material: Any, tiles: tuple[float, float] = (1, 1)
    ) -> Body:
        """A flat quad (lower left, lower right, upper right, upper left) with a picture on it."""
        u, v = tiles
        self._uv[len(self._faces)] = [(0, 0), (u, 0), (u, v), (0, v)]
        return self.add(quad(corners), material, flat=True)

    def build(self, name: str, parent: Any = None) -> Any:
        """The Blender object, linked to the scene."""
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata(np.concatenate(self._vertices).tolist(), [], self._faces)
        for material in self._slots:
            mesh.materials.append(material)
        mesh.polygons.foreach_set("material_index", self._uses)
        mesh.polygons.foreach_set("use_smooth", [not flat for flat in self._flat])
        if self._uv:
            layer = mesh.uv_layers.new()
            for face, corners in self._uv.items():
                start = mesh.polygons[face].loop_start
                for i, uv in enumerate(corners):
                    layer.data[start + i].uv = uv
        mesh.update()
        thing = bpy.data.objects.new(name, mesh)
        bpy.context.scene.collection.objects.link(thing)
        if parent is not None:
            thing.parent = parent
        return thing

    def _slot(self, material: Any) -> int:
        if material not in self._slots:
            self._slots.append(material)
        return self._slots.index(material)


def welded(thing: Any, voxel_m: float, smooth: int = 2) -> Any:
    """Melts the parts of an object into one skin, as cloth lies over a body."""
    remesh = thing.modifiers.new("weld", "REMESH")
    remesh.mode, remesh.voxel_size, remesh.use_smooth_shade = "VOXEL", voxel_m, True
    if smooth:
        soften = thing.modifiers.new("soften", "SMOOTH")
        soften.factor, soften.iterations = 0.5, smooth
    graph = bpy.context.evaluated_depsgraph_get()
    mesh = bpy.data.meshes.new_from_object(thing.evaluated_get(graph))
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    thing.modifiers.clear()
    thing.data = mesh
    return thing
