"""The driver's cab, and frame and wheels under the whole truck."""

from __future__ import annotations

import numpy as np
from paints import Paints
from shapes import Mesh, Part


def cab(
    rng: np.random.Generator,
    mesh: Mesh,
    paints: Paints,
    half: float,
    back: float,
    long: float,
    top: float,
    wheel: float,
) -> None:
    paint, glass, dark = paints.cab, paints.glass, paints.dark
    front = back + long
    sill = wheel * rng.uniform(0.5, 0.75)
    belt = sill + (top - sill) * rng.uniform(0.42, 0.55)
    lean = rng.uniform(0.0, 0.25)
    mesh.box((-half, back, sill), (half, front, belt), Part.CAB, paint)
    mesh.box(
        (-half, back, belt), (half, front, top), Part.CAB, paint, narrow=rng.uniform(0.02, 0.12)
    )
    e = 0.015
    shield = [
        (-half * 0.9, front + e, belt),
        (half * 0.9, front + e, belt),
        (half * 0.86, front + e, top - 0.25),
        (-half * 0.86, front + e, top - 0.25),
    ]
    mesh.quad(shield, Part.CAB, glass)
    for s in (-1, 1):
        x = s * (half + e)
        mesh.quad(
            [
                (x, back + 0.35 * long, belt),
                (x, front - 0.12, belt),
                (x, front - 0.2 - lean * 0.3, top - 0.25),
                (x, back + 0.35 * long, top - 0.25),
            ],
            Part.CAB,
            glass,
        )
        mesh.box(
            (s * (half + 0.12) - 0.08, front - 0.1, belt + 0.1),
            (s * (half + 0.12) + 0.08, front, belt + 0.55),
            Part.CAB,
            dark,
        )
        mesh.box(
            (s * half * 0.75 - 0.15, front, sill + 0.08),
            (s * half * 0.75 + 0.15, front + 0.05, sill + 0.3),
            Part.CAB,
            paints.lamp,
        )
    if rng.random() < 0.5:  # rear window of the cab
        mesh.quad(
            [
                (-half * 0.5, back - e, belt),
                (half * 0.5, back - e, belt),
                (half * 0.5, back - e, top - 0.3),
                (-half * 0.5, back - e, top - 0.3),
            ],
            Part.CAB,
            glass,
        )
    grille = rng.uniform(0.2, 0.5)
    mesh.box(
        (-half * 0.6, front, sill + 0.1),
        (half * 0.6, front + 0.02, sill + 0.1 + grille),
        Part.CAB,
        dark,
    )
    mesh.box(
        (-half, front - 0.05, sill - 0.3),
        (half, front + 0.12, sill + 0.05),
        Part.CHASSIS,
        paints.bumper,
    )


def underneath(
    rng: np.random.Generator,
    mesh: Mesh,
    paints: Paints,
    half: float,
    back: float,
    front: float,
    floor: float,
    wheel: float,
) -> None:
    r = wheel / 2
    mesh.box(
        (-0.42, back + 0.1, wheel * 0.55),
        (0.42, front - 0.3, floor - 0.05),
        Part.CHASSIS,
        paints.frame,
    )
    rear = back + rng.uniform(0.5, 1.5)
    axles = [front - rng.uniform(0.6, 1.3), rear]
    if wheel > 0.95 and rng.random() < 0.75:
        axles.append(rear + wheel * rng.uniform(1.1, 1.35))
        if rng.random() < 0.4:
            axles.append(axles[0] - wheel * rng.uniform(1.3, 1.9))
    width = wheel * rng.uniform(0.22, 0.34)
    for i, y in enumerate(axles):
        for s in (-1, 1):
            double = i in (1, 2)
            x = s * (half - width * (1.0 if double else 0.5))
            mesh.wheel((x, y, r), r, width * (2.0 if double else 1.0), paints.rubber, paints.rim)
            if double and rng.random() < 0.6:
                mesh.box(
                    (s * half - 0.3 * s - 0.28, y - r - 0.12, r * 0.5),
                    (s * half - 0.3 * s + 0.28, y - r - 0.1, floor - 0.05),
                    Part.CHASSIS,
                    paints.dark,
                )
    bar = wheel * rng.uniform(0.4, 0.65)
    mesh.box(
        (-half * 0.95, back - 0.02, bar),
        (half * 0.95, back + 0.08, bar + 0.14),
        Part.CHASSIS,
        paints.bar,
    )
    for s in (-1, 1):
        mesh.box(
            (s * half * 0.8 - 0.18, back - 0.03, floor - 0.3),
            (s * half * 0.8 + 0.18, back, floor - 0.14),
            Part.CHASSIS,
            paints.tail,
        )
        if rng.random() < 0.6:  # guard between the axles, a tank, a box of tools
            mesh.box(
                (s * half * 0.95 - 0.05, rear + 0.9, wheel * 0.4),
                (s * half * 0.95 + 0.05, front - 2.2, floor - 0.15),
                Part.CHASSIS,
                paints.bar if rng.random() < 0.5 else paints.frame,
            )
    mesh.box(
        (-0.26, back - 0.04, floor - 0.32),
        (0.26, back - 0.02, floor - 0.14),
        Part.CHASSIS,
        paints.plate,
    )
