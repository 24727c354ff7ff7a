"""Chở quá số người: three or four on one motorbike; and two, neighbours, passers-by, who waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from driving_range import ways
from driving_range.actors import Actor, Rider, actor, seated
from driving_range.camera import Camera, at_the_wheel, in_a_hand, on_a_stand
from driving_range.case import Case
from driving_range.observe import Observed, observe
from driving_range.traffic import some_size, some_weather
from driving_range.views import views
from driving_range.world import World, lanes
from pipeline.types import FloatArray, Kind

RULE = "passenger_overload"
_POSITIVES = 20
_EACH = 5  # negatives of a sort
_DURATION_S = 8.0
_LEAST_SHARE, _LEAST_PX, _LEAST_S = 0.6, 40.0, 1.6  # of each rider: seen well enough to be counted

Stage = tuple[World, Camera, ways.Way]


def cases(seed: int) -> Iterator[Case]:
    rng = np.random.default_rng([seed, 31])
    made = tried = 0
    while made < _POSITIVES:
        case = _overloaded(rng, tried)
        tried += 1  # not `made`: from some places nobody's riders are ever seen well enough
        if case is not None:
            made += 1
            yield case
    for name, stage in QUIET.items():
        for _ in range(_EACH):
            yield stage(rng).case(name, RULE)


def _stage(rng: np.random.Generator, style: int) -> Stage:
    """A street seen from its side, and a way along it that is seen from aslant or abeam."""
    world = World(_DURATION_S, lanes(1, 3.5, oncoming=1), some_weather(rng))
    if style % 3 == 2:  # a motorbike that is passed by the camera, or the other way round
        ego = rng.uniform(5, 9)
        camera = at_the_wheel(rng, x=-1.0, speed_mps=ego)
        way = ways.straight(2.6, rng.uniform(5, 7), ego + rng.uniform(0.0, 0.5))
    else:
        aside = rng.uniform(4.5, 7.5)
        aim = -rng.uniform(0.8, 1.3)
        camera = (in_a_hand if style % 3 else on_a_stand)(rng, x=aside, heading=aim)
        speed = float(rng.choice([-1, 1]) * rng.uniform(2.5, 6))
        z = aside / np.tan(-aim)
        way = ways.straight(rng.uniform(-2.2, 0.5), z - speed * _DURATION_S / 2, speed)
        if style % 3:
            camera = in_a_hand(rng, x=aside, follow=way)
    return world, replace(camera, size=some_size(rng)), way


def _aboard(world: World, rng: np.random.Generator, way: ways.Way, number: int) -> Actor:
    one = actor(Kind.MOTORBIKE, way, rng, riders=number)
    return world.add(one)


def _overloaded(rng: np.random.Generator, index: int) -> Case | None:
    """Three or four; None where they hide one another, or are far away."""
    number = int(rng.choice([3, 4], p=[0.75, 0.25]))
    world, camera, way = _stage(rng, index)
    culprit = _aboard(world, rng, way, number)
    times = np.arange(0, _DURATION_S, 0.2)
    clear = np.ones(len(times), bool)
    for view in views(world, camera.poses(times), times):
        if view.rider is not None:
            sides = np.nan_to_num(view.shown[:, 2:] - view.shown[:, :2]) * 640 / camera.size[0]
            clear &= view.shares > _LEAST_SHARE
            clear &= np.sqrt(np.prod(sides, axis=1)) > _LEAST_PX * world.noise**0.5
    if clear.sum() < _LEAST_S * 5:
        return None
    if rng.random() < 0.5:
        _traffic(world, rng)
    start, end = float(times[clear][0]), float(times[clear][-1])
    seen = observe(world, camera, rng)
    return seen.case(
        f"overloaded: {number}", RULE, culprit, {"people": float(number)}, (start, end)
    )


def _traffic(world: World, rng: np.random.Generator) -> None:
    """Others on the far side of the road."""
    for _ in range(3):
        kind = Kind.MOTORBIKE if rng.random() < 0.7 else Kind.CAR
        way = ways.straight(-rng.uniform(3.5, 5), rng.uniform(-20, 40), -rng.uniform(5, 9))
        world.add(actor(kind, way, rng))


# --- what only looks like it ---------------------------------------------------------------------


def _one_or_two(rng: np.random.Generator) -> Observed:
    world, camera, way = _stage(rng, int(rng.integers(3)))
    _aboard(world, rng, way, int(rng.integers(1, 3)))
    _traffic(world, rng)
    return observe(world, camera, rng)


def _abreast(rng: np.random.Generator) -> Observed:
    """Two motorbikes side by side with two each, of one speed, one before the other."""
    world, camera, way = _stage(rng, int(rng.integers(3)))
    _aboard(world, rng, way, 2)
    off = np.array([float(rng.choice([-1, 1])) * rng.uniform(0.9, 1.5), rng.uniform(-1.2, 1.2)])
    _aboard(world, rng, beside(way, off), int(rng.integers(1, 3)))
    return observe(world, camera, rng)


def beside(way: ways.Way, off: FloatArray) -> ways.Way:
    return lambda times: np.asarray(way(times)[:, :2] + off)


def _overtaken(rng: np.random.Generator) -> Observed:
    """Slowly passed by another motorbike."""
    world, camera, way = _stage(rng, int(rng.integers(3)))
    _aboard(world, rng, way, 2)
    creeps = rng.uniform(0.4, 1.5) * float(rng.choice([-1, 1]))

    def passing(times: FloatArray) -> FloatArray:
        places = np.array(way(times)[:, :2], float)
        places[:, 0] += 1.1
        places[:, 1] += creeps * (times - _DURATION_S / 2)
        return places

    _aboard(world, rng, passing, 1)
    return observe(world, camera, rng)


def _pedestrians(rng: np.random.Generator) -> Observed:
    """Two ride past people who walk or stand along the road."""
    world, camera, way = _stage(rng, int(rng.integers(2)))
    _aboard(world, rng, way, 2)
    for _ in range(int(rng.integers(2, 6))):
        x = rng.uniform(-4.5, -2.8) if rng.random() < 0.6 else rng.uniform(2.5, 3.5)
        walk = ways.straight(x, rng.uniform(-2, 10), float(rng.choice([-1.2, 0.0, 1.2])))
        world.add(actor(Kind.PERSON, walk, rng))
    return observe(world, camera, rng)


def _companion(rng: np.random.Generator) -> Observed:
    """Two on a motorbike that creeps, somebody walks beside it."""
    world, camera, _ = _stage(rng, 0)
    way = ways.straight(-0.5, 2, 1.2)
    _aboard(world, rng, way, 2)
    off = np.array([float(rng.choice([-1, 1])) * 0.8, rng.uniform(-1.0, 0.6)])
    world.add(actor(Kind.PERSON, beside(way, off), rng))
    return observe(world, camera, rng)


def _waits(rng: np.random.Generator) -> Observed:
    """A motorbike that stands, people about it: a taxi rider and customers."""
    world, camera, _ = _stage(rng, 0)
    if rng.random() < 0.5:
        held = in_a_hand(rng, x=rng.uniform(4.5, 7.5), heading=-rng.uniform(0.8, 1.1))
        camera = replace(held, size=camera.size)
    _aboard(world, rng, ways.standing(-0.5, 4.0), 2)
    for _ in range(int(rng.integers(1, 4))):
        place = ways.standing(-0.5 + rng.uniform(-0.8, 0.8), 4 + rng.uniform(-0.9, 0.9))
        world.add(actor(Kind.PERSON, place, rng))
    return observe(world, camera, rng)


def _loaded(rng: np.random.Generator) -> Observed:
    """Two, and a load behind them that is now and then taken for a person."""
    world, camera, way = _stage(rng, int(rng.integers(3)))
    one = actor(Kind.MOTORBIKE, way, rng, riders=2)
    load = Rider(along_m=-0.75, foot_m=0.6, height_m=0.6, width_m=0.5, length_m=0.5)
    taken = replace(load, seen_share=float(rng.uniform(0.05, 0.15)))
    world.add(replace(one, riders=(*seated(2, rng), taken)))
    return observe(world, camera, rng)


def _queue(rng: np.random.Generator) -> Observed:
    """Motorbikes that start off together at a light, close by."""
    world, camera, _ = _stage(rng, 0)
    for index in range(6):
        start = 1.0 + rng.uniform(0, 0.5)
        x, z = -2.2 + 1.0 * (index % 3), 1.0 + 2.3 * (index // 3) + rng.uniform(-0.3, 0.3)
        way = ways.through([(0, x, z), (start, x, z), (start + 1.5, x, z + 2), (9, x, z + 35)])
        _aboard(world, rng, way, int(rng.integers(1, 3)))
    return observe(world, camera, rng)


QUIET: dict[str, Callable[[np.random.Generator], Observed]] = {
    "one or two": _one_or_two,
    "abreast": _abreast,
    "overtaken": _overtaken,
    "pedestrians": _pedestrians,
    "companion": _companion,
    "waits": _waits,
    "loaded": _loaded,
    "queue": _queue,
}
