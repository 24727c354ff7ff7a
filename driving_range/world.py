"""A world in metres: a road along z, what is painted on it, who moves over it, what stands by it.

x is to the right, z ahead along the road, y up; the road's middle is at x = 0 (or `Road.middle(z)`
where it bends). Times are seconds from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from driving_range.actors import Actor
from pipeline.types import FloatArray, SoundEvent


@dataclass(frozen=True)
class Paint:
    """A line along the road. `hole_m` 0 is solid; else `mark_m` painted, `hole_m` not."""

    x: float
    mark_m: float = 1.0
    hole_m: float = 0.0
    colour: str = "white"
    from_z: float = -1e4
    until_z: float = 1e4

    @property
    def is_solid(self) -> bool:
        return self.hole_m == 0.0

    def painted(self, z: FloatArray) -> FloatArray:
        """(N,) True where there is paint at places along the road."""
        inside = (z >= self.from_z) & (z <= self.until_z)
        if self.is_solid:
            return np.asarray(inside)
        return np.asarray(inside & (np.mod(z, self.mark_m + self.hole_m) < self.mark_m))


@dataclass(frozen=True)
class Road:
    """Lines along it, and its kerbs; lanes lie between neighbouring `edges`."""

    lines: tuple[Paint, ...] = ()
    left_kerb: float = -5.5
    right_kerb: float = 5.5
    middle: Callable[[FloatArray], FloatArray] = np.zeros_like


@dataclass(frozen=True)
class StopMark:
    """A stop line across the road at z, from x `left` to `right`."""

    z: float
    left: float
    right: float


@dataclass(frozen=True)
class Light:
    """Traffic lights at a place; `state(t)` is "red", "yellow", "green" or "off"."""

    x: float
    y: float
    z: float
    state: Callable[[float], str]
    height_m: float = 0.9
    width_m: float = 0.35


@dataclass(frozen=True)
class Area:
    """A zone on the ground: its ring (P, 2) of x, z in metres."""

    kind: str  # a Zone's kind
    ring: Sequence[tuple[float, float]]
    name: str = ""


@dataclass
class World:
    """Everything there is; `noise` is the weather: 1 a clear day, 2 rain or dusk."""

    duration_s: float
    road: Road = field(default_factory=Road)
    noise: float = 1.0
    actors: list[Actor] = field(default_factory=list)
    stop_marks: tuple[StopMark, ...] = ()
    lights: tuple[Light, ...] = ()
    areas: tuple[Area, ...] = ()
    riders_seen: bool = True  # False: crowds, where nobody counts riders and time matters
    sounds: tuple[SoundEvent, ...] | None = None  # None: the film has no sound
    origin: tuple[float, float] = (10.7769, 106.7009)  # latitude, longitude of x = z = 0
    bearing_deg: float = 20.0  # of the z axis, clockwise from north

    def add(self, one: Actor) -> Actor:
        self.actors.append(one)
        return one


def lanes(
    number: int,
    width_m: float = 3.5,
    *,
    oncoming: int = 0,
    centre: str = "solid",
    between: str = "dashed",
    edge: str = "solid",
    colour: str = "yellow",
) -> Road:
    """`number` lanes ahead to the right of x = 0 and `oncoming` ones to the left of it.

    "solid", "dashed" or "none" for the line that parts the directions (at x = 0, of `colour`),
    those between lanes of one direction, and those along the kerbs. Dashes are 2 m, holes 4 m.
    """
    lines: list[Paint] = []

    def draw(x: float, kind: str, shade: str = "white") -> None:
        if kind == "solid":
            lines.append(Paint(x, colour=shade))
        elif kind == "dashed":
            lines.append(Paint(x, 2.0, 4.0, shade))

    if oncoming:
        draw(0.0, centre, colour)
    else:
        draw(0.0, edge)
    for side, count in ((1, number), (-1, oncoming)):
        for lane in range(1, count):
            draw(side * lane * width_m, between)
        if count:
            draw(side * count * width_m, edge)
    return Road(tuple(lines), -oncoming * width_m - 0.5, number * width_m + 0.5)
