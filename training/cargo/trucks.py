"""Trucks drawn by lot: cab, bed, its sides raised or not, what lies in it and what covers it.

The sizes are those of trucks on Vietnamese roads: 1 to 2.5 t (light), 5 to 8 t (medium), three and
four axles (heavy). The truth of each truck comes with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from beds import closed_body, open_bed
from cabs import cab, underneath
from loads import fill_bed
from numpy.typing import NDArray
from paints import Paints
from shapes import Floats, Mesh, Part


class Cargo(IntEnum):
    """What the body holds; the order is that of the network's second output."""

    CLOSED = 0  # box, container, tank, mixer, van: nothing to see
    COVERED = 1  # a tarpaulin or net over the load or over hoops
    SUNK = 2  # open, empty or filled below the rim
    HEAPED = 3  # open, loose stuff (sand, stones, scrap, straw) stands above the sides
    GOODS = 4  # open, things that do not pour (boxes, bags, machines, poles) stand above the sides


@dataclass(slots=True)
class Truck:
    """One truck's triangles and the truth about it (metres)."""

    corners: Floats
    parts: NDArray[np.int32]
    materials: NDArray[np.int32]
    paints: Paints
    cargo: Cargo
    raised: bool
    cab_top: float
    side_top: float
    side_bottom: float
    wheel: float  # diameter
    half_width: float
    tags: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Size:
    width: tuple[float, float]
    cab_top: tuple[float, float]
    cab_long: tuple[float, float]
    wheel: tuple[float, float]
    floor: tuple[float, float]
    bed: tuple[float, float]
    side: tuple[float, float]  # height of the sides as they left the factory


_SIZES = {
    "light": _Size(
        (1.6, 1.95), (1.95, 2.3), (1.3, 1.7), (0.6, 0.74), (0.7, 0.95), (2.8, 4.3), (0.35, 0.5)
    ),
    "medium": _Size(
        (2.0, 2.35), (2.3, 2.75), (1.6, 2.0), (0.78, 0.95), (0.95, 1.2), (4.0, 6.8), (0.4, 0.75)
    ),
    "heavy": _Size(
        (2.4, 2.5), (2.8, 3.3), (1.9, 2.4), (0.98, 1.1), (1.2, 1.5), (5.0, 9.5), (0.55, 1.05)
    ),
}


def draw_truck(rng: np.random.Generator) -> Truck:
    """A truck by lot; about a third closed, the others open, loaded, covered or raised."""
    size = _SIZES[str(rng.choice(["light", "medium", "heavy"], p=[0.3, 0.3, 0.4]))]
    pick = lambda span: float(rng.uniform(*span))  # noqa: E731
    paints = Paints(rng)
    mesh = Mesh()
    half = pick(size.width) / 2
    cab_top, cab_long = pick(size.cab_top), pick(size.cab_long)
    wheel, floor, bed = pick(size.wheel), pick(size.floor), pick(size.bed)
    back, front = -bed, 0.0
    gap = pick((0.05, 0.35))
    cab(rng, mesh, paints, half * pick((0.9, 1.0)), front + gap, cab_long, cab_top, wheel)
    style = str(rng.choice(["closed", "hooped", "open"], p=[0.25, 0.16, 0.59]))
    if style != "open" and half > 1.15 and rng.random() < 0.4:  # a trailer behind a tractor
        back -= rng.uniform(2, 5)
    if half > 1.0 and rng.random() < 0.2:  # the deflector on the cab's roof
        mesh.box(
            (-half * 0.8, front + gap, cab_top),
            (half * 0.8, front + gap + 0.9, cab_top + rng.uniform(0.2, 0.8)),
            Part.CAB,
            paints.cab,
            lean=0.2,
            narrow=0.1,
        )
    underneath(rng, mesh, paints, half, back, front + gap + cab_long, floor, wheel)
    side, raised, cargo = pick(size.side), False, Cargo.CLOSED
    side_top = floor + side
    if style == "closed":
        side_top = closed_body(rng, mesh, paints, half, back, front, floor, cab_top)
    else:
        raised = style == "open" and rng.random() < 0.4
        if raised:
            over = rng.uniform(0.35, 1.1) * (0.7 if half < 1 else 1.0)
            top = max(floor + side + over, cab_top * rng.uniform(0.92, 1.12))
            side_top = min(top, floor + 3.2 * side + 0.6)
        open_bed(rng, mesh, paints, half, back, front, floor, floor + side, side_top)
        cargo = fill_bed(
            rng, mesh, paints, half, back, front, floor, side_top, cab_top, style == "hooped"
        )
    corners, parts, materials = mesh.build()
    return Truck(
        corners, parts, materials, paints, cargo, raised, cab_top, side_top, floor, wheel, half
    )
