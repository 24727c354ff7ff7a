"""What lies in an open bed, and what is drawn over it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from goods import pieces
from paints import Paints
from shapes import Mesh, Part, heap

if TYPE_CHECKING:
    from trucks import Cargo


def fill_bed(
    rng: np.random.Generator,
    mesh: Mesh,
    paints: Paints,
    half: float,
    back: float,
    front: float,
    floor: float,
    rim: float,
    cab_top: float,
    hooped: bool,
) -> Cargo:
    """Loads an open bed by lot and says what can be seen of it (metres; `rim`: the sides' top)."""
    from trucks import Cargo

    if hooped:
        top = floor + (rng.uniform(1.4, 2.3) if half > 1 else rng.uniform(1.0, 1.7))
        if rng.random() < 0.85:
            if rng.random() < 0.4:  # slats between the sides and the tarpaulin
                rim = _slats(rng, mesh, paints, half, back, front, rim, top)
            _tent(rng, mesh, paints, half, back, front, rim, top)
            return Cargo.COVERED
        _hoops(rng, mesh, paints, half, back, front, rim, top)
        return Cargo.SUNK
    inner = half - 0.06
    kind = rng.random()
    if kind < 0.16:  # empty
        return Cargo.SUNK
    if kind < 0.32:  # filled below the rim
        level = rng.uniform(0.2, 0.85)
        base = floor + (rim - floor) * level
        rise = max(0.0, (rim - base) * rng.uniform(0, 0.9))
        points = heap(rng, inner, back + 0.06, front - 0.06, base, rise, 0.02)
        mesh.grid(points, Part.LOAD, paints.loose())
        return Cargo.SUNK
    covered = kind > 0.76
    if not covered and rng.random() < 0.55:
        pours = pieces(rng, mesh, paints, inner, back, front, rim)
        return Cargo.HEAPED if pours else Cargo.GOODS
    base = rim - rng.uniform(0.02, 0.12)
    high = rng.uniform(0.22, 1.1) * (0.7 if half < 1 else 1.0)
    rough = rng.uniform(0.01, 0.06)
    points = heap(rng, inner, back + 0.06, front - 0.06, base, high, rough)
    if not covered:
        mesh.grid(points, Part.LOAD, paints.loose())
        return Cargo.HEAPED
    _sheet(rng, mesh, paints, half, back, front, rim, points)
    return Cargo.COVERED


def _sheet(rng, mesh, paints, half, back, front, rim, points):  # type: ignore[no-untyped-def]
    """A tarpaulin over a heap (or taut over the sides), hanging down over them."""
    cloth = paints.sheet()
    over = points.copy()
    if rng.random() < 0.35:
        over[..., 2] = rim + (over[..., 2] - rim) * 0.15
    over[..., 2] += 0.04 + rng.normal(0, rng.uniform(0.002, 0.02), over.shape[:2])
    over[..., 0] *= (half + 0.05) / np.abs(over[..., 0]).max()
    over[..., 2] = np.maximum(over[..., 2], rim + 0.015)
    mesh.grid(over, Part.COVER, cloth)
    drop = rng.uniform(0.05, 0.5)
    waves = int(rng.integers(6, 26))
    low = rim - drop * rng.uniform(0.5, 1.0, waves + 1)
    for s in (-1, 1):
        y = np.linspace(back, front, waves + 1)
        x = s * (half + 0.05 + rng.uniform(0, 0.03, waves + 1))
        upper = np.stack([x, y, np.full(waves + 1, rim + 0.05)], -1)
        lower = np.stack([x, y, low], -1)
        mesh.grid(np.stack([upper, lower]).astype(np.float32), Part.COVER, cloth)
    x = np.linspace(-half - 0.05, half + 0.05, waves + 1)
    y = np.full(waves + 1, back - 0.08) - rng.uniform(0, 0.03, waves + 1)
    edge = np.maximum(over[:, 0, 2].mean(), rim + 0.02)
    upper = np.stack([x, y, np.full(waves + 1, edge)], -1)
    lower = np.stack([x, y, rim - drop * rng.uniform(0.4, 1.0, waves + 1)], -1)
    mesh.grid(np.stack([upper, lower]).astype(np.float32), Part.COVER, cloth)
    for at in np.linspace(back + 0.4, front - 0.4, int(rng.integers(0, 7))):  # ropes over it
        row = over[:, np.abs(over[0, :, 1] - at).argmin()]
        for a, b in pairwise(row):
            up = np.array([0, 0, 0.02])
            mesh.tube(a + up, b + up, 0.012, Part.COVER, paints.dark, 4, caps=False)


def _tent(rng, mesh, paints, half, back, front, rim, top):  # type: ignore[no-untyped-def]
    """The usual body with hoops: a tarpaulin from the sides up and over; its back may hang open."""
    cloth = paints.sheet()
    angle = np.linspace(0, np.pi, 13)
    bow = rng.uniform(0.05, 0.35)
    rows = []
    count = int(rng.integers(4, 14))
    for i, y in enumerate(np.linspace(back, front, count)):
        sag = 0.03 * (i % 2) * rng.random()
        x = np.concatenate(
            [
                [-half - 0.02],
                -half * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.4,
                [half + 0.02],
            ]
        )
        z = np.concatenate([[rim - 0.1], top - bow + bow * np.sin(angle) ** 0.7 - sag, [rim - 0.1]])
        rows.append(np.stack([x, np.full_like(x, y), z], -1))
    mesh.grid(np.array(rows, np.float32), Part.COVER, cloth)
    closed = rng.random()
    bottom = (
        rim - 0.05
        if closed < 0.7
        else min(rim + 0.2, top - 0.3) + 0.5 * rng.random() * max(top - rim - 0.5, 0)
    )
    back_cloth = cloth if rng.random() < 0.7 else paints.sheet()
    mesh.quad(
        [
            (-half, back - 0.02, bottom),
            (half, back - 0.02, bottom),
            (half, back - 0.02, top - bow * 0.6),
            (-half, back - 0.02, top - bow * 0.6),
        ],
        Part.COVER,
        back_cloth,
    )
    if closed >= 0.7:  # dark inside
        mesh.quad(
            [
                (-half, front - 0.2, rim - 0.3),
                (half, front - 0.2, rim - 0.3),
                (half, front - 0.2, top - bow),
                (-half, front - 0.2, top - bow),
            ],
            Part.BODY,
            paints.dark,
        )


def _hoops(rng, mesh, paints, half, back, front, rim, top):  # type: ignore[no-untyped-def]
    """The same body without its tarpaulin."""
    for y in np.linspace(back + 0.05, front - 0.05, int(rng.integers(3, 7))):
        for s in (-1, 1):
            mesh.tube(
                (s * half, y, rim), (s * half, y, top - 0.15), 0.03, Part.BODY, paints.trim, 5
            )
        mesh.tube((-half, y, top - 0.15), (0, y, top), 0.03, Part.BODY, paints.trim, 5)
        mesh.tube((half, y, top - 0.15), (0, y, top), 0.03, Part.BODY, paints.trim, 5)
    for s in (-1, 1):
        mesh.tube(
            (s * half, back, top - 0.15),
            (s * half, front, top - 0.15),
            0.025,
            Part.BODY,
            paints.trim,
            5,
        )


def _slats(rng, mesh, paints, half, back, front, rim, top):  # type: ignore[no-untyped-def]
    """Boards with gaps above the sides; returns how high they reach."""
    reach = rim + (top - rim) * rng.uniform(0.2, 0.6)
    for z in np.arange(rim + 0.08, reach, rng.uniform(0.16, 0.3)):
        for s in (-1, 1):
            mesh.box(
                (s * half - 0.02, back, z),
                (s * half + 0.02, front, z + 0.1),
                Part.BODY,
                paints.boards,
            )
        mesh.box((-half, back, z), (half, back + 0.04, z + 0.1), Part.BODY, paints.boards)
    mesh.quad(
        [
            (-half, front - 0.3, rim),
            (half, front - 0.3, rim),
            (half, front - 0.3, reach),
            (-half, front - 0.3, reach),
        ],
        Part.BODY,
        paints.dark,
    )
    return reach
