"""Worlds for films, one moment of a street each: an act that the program must find, or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from driving_range import ways
from driving_range.actors import Actor, seated
from driving_range.camera import Camera, at_the_wheel, on_a_stand
from driving_range.film import Weather
from driving_range.world import World, lanes
from pipeline.types import FloatArray, Kind

CAR, BIKE, WALKER = (4.4, 1.78, 1.5), (1.92, 0.75, 1.1), (0.35, 0.5, 1.65)
SIZE = (854, 480)


@dataclass(frozen=True)
class Staged:
    """A world to be filmed; `rules`: what is true of it, none for a quiet one."""

    name: str
    world: World
    camera: Camera
    rules: tuple[str, ...] = ()
    also: tuple[str, ...] = ()  # shown too, neither wanted nor held against the program
    weather: Weather = "clear"
    sound: FloatArray | None = None  # (S,) the film's sound track, `sounds.RATE_HZ` a second


def car(way: ways.Way, colour: str = "white", **more: float) -> Actor:
    return Actor(Kind.CAR, way, CAR, colour=colour, **more)  # type: ignore[arg-type]


def bike(way: ways.Way, riders: int = 1, colour: str = "blue", seed: int = 0) -> Actor:
    people = seated(riders, np.random.default_rng(seed))
    return Actor(Kind.MOTORBIKE, way, BIKE, riders=people, colour=colour)


def behind_traffic(seed: int) -> tuple[World, Camera]:
    """A dashcam in the right of two lanes; a car ahead in the other one, cars oncoming."""
    rng = np.random.default_rng([seed, 3])
    world = World(10.0, lanes(2, 3.5, oncoming=2))
    speed = rng.uniform(9, 12)
    world.add(car(ways.straight(1.75, rng.uniform(14, 20), speed + 0.3), "white"))
    world.add(car(ways.straight(-1.75, rng.uniform(60, 90), -10), "black"))
    world.add(car(ways.straight(-5.2, rng.uniform(90, 140), -11), "red"))
    camera = at_the_wheel(rng, x=5.2, speed_mps=speed)
    return world, replace(camera, size=SIZE, focal=float(rng.uniform(0.7, 0.85)))


def weaves(seed: int) -> Staged:
    world, camera = behind_traffic(seed)
    rng = np.random.default_rng([seed, 4])
    speed = float(np.diff(camera.way(np.array([0.0, 10.0]))[:, 1])[0]) / 10
    base = ways.straight(4.6, rng.uniform(6.0, 7.0), speed + 0.05)
    width, pull = rng.uniform(1.8, 2.2), rng.uniform(3.5, 4.5)
    period = 2 * np.pi * float(np.sqrt(width / 2 / pull))
    world.add(bike(ways.weaving(base, width, period, 0.5, 9.5)))
    return Staged("weaves", world, camera, ("weaving",))


def rides_straight(seed: int) -> Staged:
    world, camera = behind_traffic(seed)
    speed = float(np.diff(camera.way(np.array([0.0, 10.0]))[:, 1])[0]) / 10
    world.add(bike(ways.straight(4.6, 6.5, speed + 0.05)))
    world.add(bike(ways.straight(6.3, 10.0, speed + 0.2), riders=2, colour="red"))
    return Staged("rides straight", world, camera)


def beside_a_street(seed: int) -> tuple[World, Camera]:
    """A camera on a stand at the kerb that looks across a street of one lane each way."""
    rng = np.random.default_rng([seed, 5])
    world = World(6.0, lanes(1, 3.5, oncoming=1))
    camera = on_a_stand(rng, x=5.6, heading=-1.05, height_m=1.5, pitch=0.06, focal=0.8)
    return world, replace(camera, size=SIZE)


def three_aboard(seed: int) -> Staged:
    world, camera = beside_a_street(seed)
    world.add(bike(ways.straight(1.0, -5.0, 2.8), riders=3))
    # Their heads are bare, but drawn ones: nobody measured what the network for heads says of them.
    return Staged("three aboard", world, camera, ("passenger_overload",), ("no_helmet",))


def two_aboard(seed: int) -> Staged:
    world, camera = beside_a_street(seed)
    world.add(bike(ways.straight(1.0, -5.0, 2.8), riders=2))
    world.add(Actor(Kind.PERSON, ways.straight(-3.2, 6.0, -1.2), WALKER))
    return Staged("two aboard", world, camera)


def _over_the_centre(seed: int, centre: str) -> tuple[World, Camera]:
    """A car ahead goes over to the oncoming lane, past a slow motorbike, and comes back."""
    rng = np.random.default_rng([seed, 6])
    world = World(10.0, lanes(1, 3.5, oncoming=1, centre=centre))
    speed, gap = rng.uniform(7, 9), rng.uniform(11, 14)

    def past(t: np.ndarray) -> np.ndarray:
        out = np.clip((t - 2.5) / 1.5, 0, 1) - np.clip((t - 6.5) / 1.5, 0, 1)
        aside = out * out * (3 - 2 * out)
        return np.column_stack([1.75 - 3.3 * aside, gap + (speed + 0.4) * t])

    world.add(car(past, "red"))
    world.add(bike(ways.straight(2.6, gap + 14, speed - 2.6)))
    camera = at_the_wheel(rng, x=1.75, speed_mps=speed)
    return world, replace(camera, size=SIZE, focal=0.8)


def crosses_a_solid_line(seed: int) -> Staged:
    return Staged("crosses a solid line", *_over_the_centre(seed, "solid"), ("wrong_lane",))


def crosses_dashes(seed: int) -> Staged:
    return Staged("crosses dashes", *_over_the_centre(seed, "dashed"))


STAGES: dict[str, Callable[[int], Staged]] = {
    stage.__name__: stage
    for stage in (
        weaves,
        rides_straight,
        three_aboard,
        two_aboard,
        crosses_a_solid_line,
        crosses_dashes,
    )
}
