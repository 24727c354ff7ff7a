"""Roads and what stands beside them: lines, kerbs, houses, trees, poles with their cables.

Roads are straight along +Y, the middle at x = 0; traffic keeps to the right (x > 0 goes to +Y).
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import bpy
import materials as m
import numpy as np
from facades import height_of, paint_facade
from PIL import Image, ImageDraw
from shapes import Body, block, ellipsoid, sweep

_WHITE = (0.70, 0.70, 0.68)
_YELLOW = (0.72, 0.42, 0.04)


def flat(
    body: Body, x: tuple[float, float], y: tuple[float, float], z: float, material: Any
) -> None:
    """A horizontal rectangle."""
    body.add_picture([(x[0], y[0], z), (x[1], y[0], z), (x[1], y[1], z), (x[0], y[1], z)], material)


def carriageway(half: float, start: float, end: float) -> None:
    body = Body()
    flat(body, (-half, half), (start, end), 0.0, m.asphalt())
    body.build("carriageway")


def line(
    x: float,
    start: float,
    end: float,
    colour: str = "white",
    dash: tuple[float, float] | None = None,
    width: float = 0.15,
) -> None:
    """A painted line along the road; `dash` is (painted, gap) in metres, None a solid one."""
    body = Body()
    paint = m.road_paint(colour, _WHITE if colour == "white" else _YELLOW)
    if dash is None:
        flat(body, (x - width / 2, x + width / 2), (start, end), 0.005, paint)
    else:
        for y in np.arange(start, end, sum(dash)):
            flat(body, (x - width / 2, x + width / 2), (y, y + dash[0]), 0.005, paint)
    body.build(f"line {x}")


def pavement(side: int, inner: float, outer: float, start: float, end: float) -> None:
    """Kerb stones and slabs from |x| = inner to outer."""
    body = Body()
    top = 0.14
    stone = m.ground("kerb stone", (0.24, 0.235, 0.22), (0.40, 0.39, 0.37), 3.0)
    for y in np.arange(start, end, 1.0):
        body.add(
            block((side * (inner + 0.1), y + 0.5, top / 2 - 0.02), (0.2, 0.985, top + 0.04), 0.02),
            stone,
        )
    x = sorted((side * (inner + 0.2), side * outer))
    flat(body, (x[0], x[1]), (start, end), top - 0.005, m.tiles())
    body.build("pavement")


def houses(side: int, front: float, start: float, end: float, seed: int, folder: Path) -> None:
    """A closed row of tube houses with their fronts at |x| = front."""
    random = np.random.default_rng(seed)
    y, number = start, 0
    while y < end:
        width = float(np.round(random.uniform(3.9, 5.4), 1))
        floors = int(random.integers(2, 5))
        _house(
            side,
            front + random.uniform(0, 0.4),
            y,
            width,
            floors,
            seed * 100 + number % 9,
            folder,
            random,
        )
        y += width + (0.02 if random.random() < 0.85 else random.uniform(1, 3))
        number += 1


def _house(
    side: int,
    x: float,
    y: float,
    width: float,
    floors: int,
    seed: int,
    folder: Path,
    random: np.random.Generator,
) -> None:
    body = Body()
    tall = height_of(floors)
    wall = m.ground(f"wall {seed % 5}", (0.42, 0.40, 0.35), (0.55, 0.52, 0.46), 0.8)
    body.add(block((side * (x + 4.02), y + width / 2, tall / 2), (8, width, tall)), wall, flat=True)
    face = m.picture(paint_facade(seed, width, floors, folder), 0.7)
    a, b = (y, y + width) if side < 0 else (y + width, y)
    front = side * x
    body.add_picture([(front, a, 0), (front, b, 0), (front, b, tall), (front, a, tall)], face)
    pale = m.plain("pale trim", (0.6, 0.58, 0.53), 0.7)
    iron = m.plain("iron", (0.03, 0.03, 0.032), 0.5)
    for floor in range(1, floors):
        z = 3.9 + 3.3 * (floor - 1)
        reach = random.choice((0.5, 0.9, 1.2))
        mid = side * (x - reach / 2)
        body.add(block((mid, y + width / 2, z - 0.08), (reach, width - 0.1, 0.16)), pale, flat=True)
        edge = side * (x - reach + 0.04)
        body.add(
            block((edge, y + width / 2, z + 0.95), (0.05, width - 0.15, 0.05)), iron, flat=True
        )
        for rail in np.arange(y + 0.15, y + width - 0.1, 0.16):
            body.add(block((edge, rail, z + 0.48), (0.022, 0.022, 0.95)), iron, flat=True)
        for _ in range(int(random.integers(0, 4))):  # pots of plants
            spot = y + random.uniform(0.3, width - 0.3)
            body.add(
                ellipsoid((edge + side * 0.15, spot, z + 0.35), (0.22, 0.22, 0.3), 6, 9),
                m.leaves("pot", (0.02, 0.08, 0.015), (0.10, 0.22, 0.04)),
                flat=True,
            )
    if random.random() < 0.6:  # an awning over the shop
        tint = [(0.30, 0.05, 0.04), (0.05, 0.13, 0.30), (0.06, 0.22, 0.12), (0.5, 0.5, 0.47)][
            int(random.integers(0, 4))
        ]
        cloth = m.plain(f"awning {tint}", tint, 0.8)
        inner, outer = side * (x - 0.02), side * (x - 1.5)
        body.add_picture(
            [(outer, a, 2.45), (outer, b, 2.45), (inner, b, 2.9), (inner, a, 2.9)], cloth
        )
    if random.random() < 0.5:
        body.add(
            sweep(
                [
                    (side * (x + 2), y + width / 2 - 0.7, tall + 0.6),
                    (side * (x + 2), y + width / 2 + 0.7, tall + 0.6),
                ],
                0.5,
            ),
            m.chrome(),
        )
    body.build("house")


def tree_mesh(seed: int, tall: float, spread: float, leaf_count: int = 3800) -> Any:
    """A broad-leaved street tree; the mesh is shared by every tree that stands."""
    random = np.random.default_rng(seed)
    body = Body()
    bark = m.ground("bark", (0.05, 0.035, 0.025), (0.16, 0.13, 0.10), 12.0)
    fork = tall * 0.42
    trunk = [
        (0, 0, -0.1),
        (random.normal(0, 0.06), random.normal(0, 0.06), fork * 0.5),
        (random.normal(0, 0.1), random.normal(0, 0.1), fork),
    ]
    body.add(sweep(trunk, (0.19, 0.15, 0.12), smooth=3, sides=10, side=(1, 0.2, 0)), bark)
    foot = np.array(trunk[-1])
    clumps = []
    for i in range(9):
        a = 2 * np.pi * i / 9 + random.normal(0, 0.3)
        out = spread * random.uniform(0.35, 0.95)
        tip = np.add(
            foot, (np.cos(a) * out, np.sin(a) * out, (tall - fork) * random.uniform(0.25, 0.85))
        )
        bend = (foot + tip) / 2 + [0, 0, -0.25]
        body.add(sweep((foot, bend, tip), (0.075, 0.05, 0.018), smooth=3, sides=7), bark)
        clumps += [tip, (bend + tip) / 2 + [0, 0, 0.5]]
    clumps.append(np.add(foot, (0, 0, (tall - fork) * 0.9)))
    centres = np.array(clumps)[random.integers(0, len(clumps), leaf_count)]
    ball = random.normal(size=(leaf_count, 3))
    ball *= (random.random(leaf_count) ** 0.4 / np.linalg.norm(ball, axis=1))[:, None]
    centres = centres + ball * np.array([spread * 0.42, spread * 0.42, spread * 0.30])
    size = random.uniform(0.09, 0.19, leaf_count)
    u = random.normal(size=(leaf_count, 3))
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    v = np.cross(u, random.normal(size=(leaf_count, 3)))
    v /= np.linalg.norm(v, axis=1, keepdims=True)
    corners = np.stack(
        [
            centres - u * size[:, None],
            centres - v * size[:, None] * 0.5,
            centres + u * size[:, None],
            centres + v * size[:, None] * 0.5,
        ],
        1,
    )
    faces = np.arange(leaf_count * 4).reshape(-1, 4).tolist()
    green = m.leaves(str(seed % 3), (0.015, 0.045, 0.008), (0.10 + 0.03 * (seed % 3), 0.19, 0.03))
    body.add((corners.reshape(-1, 3), faces), green, flat=True)
    return _as_mesh(body, f"tree {seed}")


def shrub_mesh(seed: int) -> Any:
    random = np.random.default_rng(seed)
    count = 700
    ball = random.normal(size=(count, 3))
    ball *= (random.random(count) ** 0.35 / np.linalg.norm(ball, axis=1))[:, None]
    centres = ball * [0.9, 0.9, 0.6] + [0, 0, 0.45]
    u, v = random.normal(size=(2, count, 3)) * 0.10
    corners = np.stack([centres - u, centres - v * 0.6, centres + u, centres + v * 0.6], 1)
    body = Body()
    body.add(
        (corners.reshape(-1, 3), np.arange(count * 4).reshape(-1, 4).tolist()),
        m.leaves("shrub", (0.02, 0.05, 0.01), (0.13, 0.20, 0.04)),
        flat=True,
    )
    return _as_mesh(body, f"shrub {seed}")


def place(
    mesh: Any, x: float, y: float, scale: float = 1.0, turn: float = 0.0, z: float = 0.0
) -> Any:
    thing = bpy.data.objects.new(mesh.name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    thing.location = (x, y, z)
    thing.scale = (scale,) * 3
    thing.rotation_euler = (0, 0, turn)
    return thing


def poles(x: float, start: float, end: float, step: float, seed: int, arm: float = -1.0) -> None:
    """Concrete poles with a street lamp each (on an arm of that length) and bundles of cables."""
    random = np.random.default_rng(seed)
    body = Body()
    concrete = m.ground("concrete", (0.28, 0.27, 0.25), (0.42, 0.41, 0.38), 4.0)
    black = m.plastic()
    spots = np.arange(start, end + 0.1, step)
    for y in spots:
        body.add(
            sweep([(x, y, -0.2), (x, y, 8.4)], (0.17, 0.10), sides=12, side=(1, 0, 0)), concrete
        )
        body.add(block((x, y, 7.6), (1.5, 0.09, 0.11)), concrete, flat=True)
        body.add(
            sweep([(x, y, 6.9), (x + arm * 0.5, y, 7.6), (x + arm * 1.7, y, 7.9)], 0.035, smooth=4),
            m.alloy(),
        )
        body.add(block((x + arm * 1.9, y, 7.88), (0.6, 0.2, 0.1), 0.04), m.alloy())
    for low, high in pairwise(spots):
        for wire in range(7):
            z = (7.75, 7.75, 7.75, 6.6, 6.4, 6.2, 5.9)[wire]
            off = (-0.65, 0.1, 0.65, 0.12, 0.14, 0.12, 0.15)[wire]
            sag = random.uniform(0.25, 0.7)
            t = np.linspace(0, 1, 9)
            path = np.stack(
                [0 * t + x + off, low + (high - low) * t, z - 4 * sag * t * (1 - t)], -1
            )
            body.add(sweep(path, 0.012 if wire < 3 else 0.022, sides=5), black)
    body.build("poles")


def sign_no_stopping(x: float, y: float, folder: Path, toward: int = -1) -> None:
    """Sign P.130 (no stopping, no parking): blue disc, red rim and cross, facing `toward` Y."""
    path = folder / "sign_p130.png"
    if not path.exists():
        image = Image.new("RGB", (256, 256), "#c8102e")
        draw = ImageDraw.Draw(image)
        draw.ellipse((26, 26, 230, 230), fill="#15489c")
        for a, b in (((60, 60), (196, 196)), ((196, 60), (60, 196))):
            draw.line((a, b), fill="#c8102e", width=24)
        image.save(path)
    body = Body()
    body.add(sweep([(x, y, 0), (x, y, 2.6)], 0.035, side=(1, 0, 0)), m.alloy())
    angle = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    disc = np.stack(
        [
            x + 0.33 * np.cos(angle) * -toward,
            0 * angle + y + 0.05 * toward,
            2.45 + 0.33 * np.sin(angle),
        ],
        -1,
    )
    face = Body()
    face.add((disc, [list(range(32))]), m.picture(path, 0.4), flat=True)
    body.build("sign post")
    thing = face.build("sign")
    layer = thing.data.uv_layers.new()
    for i, a in enumerate(angle):
        layer.data[i].uv = (0.5 + 0.48 * np.cos(a), 0.5 + 0.48 * np.sin(a))


def kilometre_stone(x: float, y: float) -> None:
    """The white stone with a red head that stands along national roads."""
    body = Body()
    body.add(
        block((x, y, 0.28), (0.34, 0.2, 0.6), 0.03), m.plain("stone white", (0.7, 0.7, 0.68), 0.7)
    )
    body.add(
        sweep([(x, y - 0.1, 0.58), (x, y + 0.1, 0.58)], 0.17, side=(1, 0, 0)),
        m.plain("stone red", (0.5, 0.03, 0.03), 0.6),
    )
    body.build("kilometre stone")


def median(half: float, start: float, end: float) -> None:
    """A low kerbed strip with shrubs between the directions."""
    body = Body()
    stone = m.ground("kerb stone", (0.24, 0.235, 0.22), (0.40, 0.39, 0.37), 3.0)
    for side in (-1, 1):
        for y in np.arange(start, end, 2.0):
            body.add(block((side * (half - 0.08), y + 1, 0.09), (0.16, 1.985, 0.22), 0.02), stone)
    flat(
        body,
        (-half, half),
        (start, end),
        0.16,
        m.ground("turf", (0.02, 0.05, 0.01), (0.10, 0.14, 0.04), 3.0),
    )
    body.build("median")


def countryside(inner: float, start: float, end: float, seed: int, folder: Path) -> None:
    """Verges, fields, rows of trees, shrubs, now and then houses: both sides of a road."""
    random = np.random.default_rng(seed)
    body = Body()
    verge = m.ground("verge", (0.05, 0.075, 0.02), (0.20, 0.17, 0.09), 1.2)
    field = m.ground("field", (0.05, 0.11, 0.015), (0.16, 0.22, 0.05), 0.25)
    for side in (-1, 1):
        x = sorted((side * inner, side * (inner + 9)))
        flat(body, (x[0], x[1]), (start, end), -0.03, verge)
        x = sorted((side * (inner + 9), side * 500))
        flat(body, (x[0], x[1]), (start, end + 400), -0.2, field)
    body.build("land")
    trees = [tree_mesh(seed + i, 6.5 + i, 2.6 + 0.3 * i) for i in range(3)]
    shrubs = [shrub_mesh(seed + i) for i in range(2)]
    for side in (-1, 1):
        for y in np.arange(start, end, 11.0):
            if random.random() < 0.75:
                place(
                    trees[int(random.integers(0, 3))],
                    side * (inner + random.uniform(4.5, 7)),
                    y + random.uniform(-3, 3),
                    random.uniform(0.8, 1.25),
                    random.uniform(0, 6),
                    -0.1,
                )
        for y in np.arange(start, end, 2.2):
            place(
                shrubs[int(random.integers(0, 2))],
                side * (inner + random.uniform(3.5, 9)),
                y,
                random.uniform(0.4, 1.0),
                random.uniform(0, 6),
                -0.1,
            )
        for _ in range(240):  # a far line of trees closes the horizon
            place(
                trees[int(random.integers(0, 3))],
                side * random.uniform(45, 140),
                random.uniform(start, end + 260),
                random.uniform(0.9, 1.6),
                random.uniform(0, 6),
                -0.3,
            )
    for _ in range(60):
        place(
            trees[int(random.integers(0, 3))],
            random.uniform(-60, 60),
            end + random.uniform(20, 120),
            random.uniform(1.0, 1.7),
            random.uniform(0, 6),
            -0.3,
        )


def _as_mesh(body: Body, name: str) -> Any:
    """The body's mesh alone, to be stood up with `place`."""
    thing = body.build(name)
    mesh = thing.data
    bpy.data.objects.remove(thing)
    return mesh
