"""Goods in an open bed that stand above its sides: what pours and what does not."""

from __future__ import annotations

import numpy as np
from paints import Paints
from shapes import Floats, Mesh, Part, heap


def pieces(
    rng: np.random.Generator,
    mesh: Mesh,
    paints: Paints,
    inner: float,
    back: float,
    front: float,
    rim: float,
) -> bool:
    """Goods over the sides without a cover; whether they are of the kind that falls off."""
    kind = rng.random()
    over = rng.uniform(0.25, 1.2) * (0.7 if inner < 0.95 else 1.0)
    if kind < 0.14:  # bricks
        tops = rng.uniform(0.6, 1.0, 4) * over
        ys = np.linspace(back + 0.1, front - 0.1, 5)
        stone = paints.bricks()
        for a, b, z in zip(ys[:-1], ys[1:], tops, strict=True):
            mesh.box((-inner, a, rim - 0.3), (inner, b, rim + z), Part.LOAD, stone)
        return True
    if kind < 0.27:  # straw or branches: wider than the truck
        hay = paints.straw()
        points = heap(
            rng,
            inner + rng.uniform(0, 0.4),
            back - rng.uniform(0, 0.5),
            front,
            rim,
            over * 1.3,
            0.09,
            26,
        )
        mesh.grid(points, Part.LOAD, hay)
        return True
    if kind < 0.4:  # scrap, rubbish: small pieces on a heap
        tones = [paints.thing() for _ in range(6)]
        base: Floats = heap(rng, inner, back + 0.05, front - 0.05, rim - 0.05, over * 0.7, 0.08)
        mesh.grid(base, Part.LOAD, tones[0])
        for _ in range(int(rng.integers(60, 200))):
            i, j = rng.integers(1, base.shape[0] - 1, 2)
            size = rng.uniform(0.05, 0.35, 3)
            low = base[i, j] - size / 2
            mesh.box(
                low, low + size, Part.LOAD, tones[rng.integers(6)], lean=float(rng.normal(0, 0.05))
            )
        return True
    if kind < 0.56:  # logs, pipes, poles
        tone = paints.straw() if rng.random() < 0.5 else paints.thing()
        for _ in range(int(rng.integers(8, 40))):
            r = rng.uniform(0.05, 0.22)
            x = rng.uniform(-inner + r, inner - r)
            z = rim - 0.2 + rng.random() * (over + 0.2) * (1 - (x / inner) ** 2)
            shift = rng.normal(0, 0.15)
            end = front - rng.uniform(0, 1)
            mesh.tube((x, back - shift, z), (x, end, z), r, Part.LOAD, tone, 8)
        return False
    tones = [paints.thing() for _ in range(int(rng.integers(1, 6)))]
    if kind < 0.74:  # one machine: a few big blocks
        for _ in range(int(rng.integers(2, 7))):
            size = rng.uniform(0.4, 1.6, 3)
            x, y = rng.uniform(-inner, inner - 0.4), rng.uniform(back, front - 1.6)
            mesh.box(
                (x, y, rim - 0.4),
                (min(x + size[0], inner), y + size[1], rim + over * size[2]),
                Part.LOAD,
                tones[rng.integers(len(tones))],
                narrow=float(rng.uniform(0, 0.2)),
            )
        return False
    size = rng.uniform(0.25, 0.6, 3) * (1, 1.4, 0.7)  # bags or boxes of one size, in layers
    for z in np.arange(rim - 0.3, rim + over, size[2]):
        for x in np.arange(-inner, inner - size[0] * 0.8, size[0]):
            for y in np.arange(back, front - size[1] * 0.8, size[1]):
                if rng.random() < 0.06:
                    continue
                wobble = rng.normal(0, 0.015, 3)
                mesh.box(
                    (x + wobble[0], y + wobble[1], z),
                    (x + size[0] * 0.97, y + size[1] * 0.97, z + size[2] * 0.96),
                    Part.LOAD,
                    tones[rng.integers(len(tones))],
                )
    return False
