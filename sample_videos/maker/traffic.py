"""Road users that move: what they are, and the path of each over time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from motorbikes import motorbike
from people import Clothes, rider
from vehicles import car

Path2 = Callable[[float], tuple[float, float]]  # seconds to x, y in metres


@dataclass(slots=True)
class Mover:
    """A vehicle of the scene. `rule` is the act that it commits, if any."""

    name: str
    kind: str  # as the pipeline's `Kind`: "car", "motorbike", "bus" (the van has 16 seats)
    colour: str
    plate: str
    root: Any
    path: Path2
    riders: list[Any] = field(default_factory=list)
    rule: str | None = None

    def pose(self, time_s: float) -> tuple[float, float, float]:
        """x, y and heading (radians about Z, 0 along +Y)."""
        x, y = self.path(time_s)
        ahead, behind = self.path(time_s + 0.05), self.path(time_s - 0.05)
        dx, dy = ahead[0] - behind[0], ahead[1] - behind[1]
        still = np.hypot(dx, dy) < 1e-4
        heading = self.root.get("heading", 0.0) if still else float(np.arctan2(-dx, dy))
        return x, y, heading

    def travelled(self, time_s: float) -> float:
        """Metres along the path since the clip began, for the wheels."""
        x, y = self.path(time_s)
        start = self.path(0.0)
        return float(np.hypot(x - start[0], y - start[1])) * (1.0 if time_s >= 0 else -1.0)


def steady(x: float, y: float, speed: float, sway: float = 0.0, phase: float = 0.0) -> Path2:
    """Along the road at `speed` m/s (negative: towards -Y), from (x, y) at time 0."""
    return lambda t: (x + sway * np.sin(0.9 * t + phase), y + speed * t)


def at_rest(x: float, y: float) -> Path2:
    return lambda t: (x, y)


def aside(path: Path2, moves: tuple[tuple[float, float, float], ...]) -> Path2:
    """`path` with sideways moves: each (from y, to y, by metres) is a smooth step."""

    def moved(t: float) -> tuple[float, float]:
        x, y = path(t)
        for start, end, by in moves:
            s = float(np.clip((y - start) / (end - start), 0, 1))
            x += by * s * s * (3 - 2 * s)
        return x, y

    return moved


def make_car(
    name: str, shape: str, colour: str, plate: str, path: Path2, folder: Path, **more: Any
) -> Mover:
    rule = more.pop("rule", None)
    heading = more.pop("heading", 0.0)
    root = car(shape, colour, plate, folder, **more)
    root["heading"] = heading
    named = "grey" if colour == "silver" else colour
    return Mover(
        name, "bus" if shape == "van" else "car", named, _plain(plate), root, path, rule=rule
    )


def make_bike(
    name: str,
    model: str,
    colour: str,
    plate: str,
    path: Path2,
    folder: Path,
    people: tuple[Clothes, ...],
    heights: tuple[float, ...] = (1.65, 1.6, 1.62),
    rule: str | None = None,
    looks: tuple[float, ...] = (0, 0, 0),
    heading: float = 0.0,
) -> Mover:
    root = motorbike(model, colour, plate, folder)
    root["heading"] = heading
    riders = [
        rider(place, len(people), clothes, root, heights[place], looks[place])
        for place, clothes in enumerate(people)
    ]
    return Mover(name, "motorbike", colour, _plain(plate), root, path, riders, rule)


def _plain(plate: str) -> str:
    return "".join(letter for letter in plate if letter.isalnum())
