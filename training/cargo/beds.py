"""Bodies: closed ones, and open beds with their sides, raised or not."""

from __future__ import annotations

import numpy as np
from paints import Paints
from shapes import Mesh, Part


def closed_body(
    rng: np.random.Generator,
    mesh: Mesh,
    paints: Paints,
    half: float,
    back: float,
    front: float,
    floor: float,
    cab_top: float,
) -> float:
    kind = rng.random()
    if kind < 0.14:  # tank
        radius = half * rng.uniform(0.7, 0.98)
        squash = rng.uniform(0.7, 1.0)
        z = floor + radius * squash
        mesh.tube((0, back, z), (0, front, z), radius, Part.BODY, paints.body, 24, squash)
        return float(z + radius * squash)
    if kind < 0.24:  # mixer: a drum that leans
        for a, b, r0 in ((0.0, 0.35, 0.8), (0.35, 0.75, 1.0), (0.75, 1.0, 0.6)):
            z = floor + half + 0.1
            y0, y1 = front + (back - front) * a, front + (back - front) * b
            mesh.tube(
                (0, y0, z + 0.5 * a), (0, y1, z + 0.5 * b), half * r0, Part.BODY, paints.body, 18
            )
        return float(floor + 2 * half + 0.6)
    top = floor + (rng.uniform(1.6, 2.6) if half > 1 else rng.uniform(1.2, 1.9))
    if kind < 0.34:  # a van: body and cab of one paint, the body down to the wheels
        paints.same(paints.body, paints.cab)
        mesh.box(
            (-half, back, floor * 0.6),
            (half, front + 0.4, cab_top * rng.uniform(0.95, 1.15)),
            Part.BODY,
            paints.body,
            narrow=rng.uniform(0.02, 0.12),
        )
        mesh.quad(
            [
                (-half * 0.8, back - 0.02, floor + 0.5),
                (half * 0.8, back - 0.02, floor + 0.5),
                (half * 0.75, back - 0.02, cab_top * 0.85),
                (-half * 0.75, back - 0.02, cab_top * 0.85),
            ],
            Part.BODY,
            paints.glass,
        )
        return cab_top
    mesh.box((-half, back, floor), (half, front, top), Part.BODY, paints.body)
    e = 0.012
    for x in (-half * 0.98, 0.0, half * 0.96):  # doors: posts and locking bars
        mesh.box((x, back - 2 * e, floor), (x + 0.04, back, top), Part.BODY, paints.trim)
    for x in rng.uniform(-half * 0.85, half * 0.85, rng.integers(0, 5)):
        mesh.box(
            (x, back - 3 * e, floor + 0.1), (x + 0.03, back - e, top - 0.1), Part.BODY, paints.trim
        )
    for _ in range(int(rng.integers(0, 5))):  # what is painted on: letters, stripes
        z, tall = floor + 0.2 + rng.random() * max(top - floor - 0.6, 0.1), rng.uniform(0.1, 0.6)
        x, wide = rng.uniform(-half * 0.8, half * 0.3), rng.uniform(0.2, half)
        mesh.quad(
            [
                (x, back - 4 * e, z),
                (min(x + wide, half), back - 4 * e, z),
                (min(x + wide, half), back - 4 * e, z + tall),
                (x, back - 4 * e, z + tall),
            ],
            Part.BODY,
            paints.letters,
        )
        y, run = rng.uniform(back, front - 0.5), rng.uniform(0.3, 2.5)
        for s in (-1, 1):
            mesh.quad(
                [
                    (s * (half + e), y, z),
                    (s * (half + e), min(y + run, front), z),
                    (s * (half + e), min(y + run, front), z + tall),
                    (s * (half + e), y, z + tall),
                ],
                Part.BODY,
                paints.letters,
            )
    return float(top)


def open_bed(
    rng: np.random.Generator,
    mesh: Mesh,
    paints: Paints,
    half: float,
    back: float,
    front: float,
    floor: float,
    side_top: float,
    top: float,
) -> None:
    """Floor, sides and tailgate up to `side_top`, and what was put on them up to `top`."""
    wall = 0.05
    tip = rng.uniform(0, 0.12) if rng.random() < 0.4 else 0.0
    if rng.random() < 0.2:
        _tub(rng, mesh, paints, half, back, front, floor, max(side_top, top))
        return
    mesh.box((-half, back, floor - 0.12), (half, front, floor), Part.BODY, paints.trim)
    whole = top > side_top + 0.05 and rng.random() < 0.35  # new sides of one piece
    lower = top if whole else side_top
    for s in (-1, 1):
        mesh.box(
            (s * half - wall / 2, back, floor),
            (s * half + wall / 2, front, lower),
            Part.BODY,
            paints.body,
        )
    mesh.box(
        (-half, back - tip, floor), (half, back + wall - tip, lower), Part.BODY, paints.tailgate
    )
    head = max(lower, floor + rng.uniform(0.6, 1.4))
    mesh.box((-half, front - wall, floor), (half, front, head), Part.BODY, paints.body)
    posts = int(rng.integers(0, 8))
    for y in np.linspace(back, front - 0.08, max(posts, 2)):
        for s in (-1, 1):
            mesh.box(
                (s * half - 0.05, y, floor),
                (s * half + 0.05, y + 0.08, lower + rng.choice([0, 0.03])),
                Part.BODY,
                paints.trim,
            )
    for x in np.linspace(-half, half - 0.08, int(rng.integers(2, 7))):
        mesh.box(
            (x, back - 0.05 - tip, floor), (x + 0.08, back - tip, lower), Part.BODY, paints.trim
        )
    if rng.random() < 0.4:
        mesh.box(
            (-half - 0.04, back - 0.06, lower - 0.1),
            (half + 0.04, back, lower),
            Part.BODY,
            paints.trim,
        )
    if whole or top <= side_top + 0.05:
        return
    if rng.random() < 0.65:  # boards
        for s in (-1, 1):
            mesh.box(
                (s * half - 0.03, back, side_top),
                (s * half + 0.03, front, top),
                Part.BODY,
                paints.boards,
            )
        mesh.box((-half, back, side_top), (half, back + 0.05, top), Part.BODY, paints.boards)
    else:  # rails between stakes
        for z in np.arange(side_top + 0.08, top, rng.uniform(0.15, 0.3)):
            for s in (-1, 1):
                mesh.box(
                    (s * half - 0.02, back, z),
                    (s * half + 0.02, front, z + 0.09),
                    Part.BODY,
                    paints.boards,
                )
            mesh.box((-half, back, z), (half, back + 0.04, z + 0.09), Part.BODY, paints.boards)
    for y in np.linspace(back, front - 0.08, int(rng.integers(2, 8))):
        for s in (-1, 1):
            mesh.box(
                (s * half - 0.04, y, side_top),
                (s * half + 0.04, y + 0.07, top),
                Part.BODY,
                paints.trim,
            )
    for x in np.linspace(-half, half - 0.06, int(rng.integers(2, 6))):
        mesh.box((x, back - 0.03, side_top), (x + 0.06, back, top), Part.BODY, paints.trim)


def _tub(
    rng: np.random.Generator,
    mesh: Mesh,
    paints: Paints,
    half: float,
    back: float,
    front: float,
    floor: float,
    top: float,
) -> None:
    """A tipper's tub: sides that come in towards the floor, ribs, a rim, a guard over the cab."""
    turned = rng.uniform(0.1, 0.4) * (top - floor)  # how far up the sides come in
    inside = half * rng.uniform(0.6, 0.85)
    gate = back - rng.uniform(0, 0.35)  # the tailgate's top, behind its foot
    for s in (-1, 1):
        for low, high, x0, x1 in (
            (floor, floor + turned, s * inside, s * half),
            (floor + turned, top, s * half, s * half),
        ):
            corners = [(x0, back, low), (x0, front, low), (x1, front, high), (x1, back, high)]
            mesh.quad(corners, Part.BODY, paints.body)
        ends = [(s * half, back, floor + turned), (s * half, back, top), (s * half, gate, top)]
        mesh.triangles(np.array([ends], np.float32), Part.BODY, paints.body)
        for y in np.linspace(back, front - 0.1, int(rng.integers(2, 9))):
            mesh.box(
                (s * half - 0.06, y, floor + turned * 0.7),
                (s * half + 0.06, y + 0.1, top),
                Part.BODY,
                paints.trim if rng.random() < 0.5 else paints.body,
            )
        rim = [(s * half - 0.07, gate, top - 0.12), (s * half + 0.07, front, top)]
        mesh.box(rim[0], rim[1], Part.BODY, paints.trim)
    mesh.quad(
        [(-inside, back, floor), (inside, back, floor), (half, gate, top), (-half, gate, top)],
        Part.BODY,
        paints.tailgate,
    )
    mesh.box((-inside, back, floor - 0.12), (inside, front, floor), Part.BODY, paints.trim)
    mesh.box((-half, front - 0.05, floor), (half, front, top), Part.BODY, paints.body)
    if rng.random() < 0.6:
        over = front + rng.uniform(0.4, 1.2)
        mesh.box((-half, front - 0.05, top), (half, over, top + 0.06), Part.BODY, paints.body)
    for x in np.linspace(-half * 0.7, half * 0.7, int(rng.integers(0, 4))):
        at = (back + gate) / 2 - 0.05
        mesh.box((x, at - 0.06, floor + turned), (x + 0.09, at, top), Part.BODY, paints.trim)
