"""Không đội mũ bảo hiểm: bare heads on motorbikes that ride; helmets, bare heads too far, others.

What the network says of each head is drawn from what it said of riders it had not learned from
(`driving_range.head_looks`), so its errors are in these figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from driving_range import ways
from driving_range.actors import Actor, Rider, actor
from driving_range.camera import Camera, at_the_wheel, in_a_hand, on_a_stand
from driving_range.case import Case
from driving_range.head_looks import head
from driving_range.observe import Observed, observe
from driving_range.traffic import some_size, some_weather
from driving_range.views import views
from driving_range.world import World, lanes
from pipeline.types import Kind

RULE = "no_helmet"
_ALSO = ("passenger_overload",)  # some carry three
_POSITIVES = 24
_EACH = 5  # negatives of a sort
_DURATION_S = 8.0
_LEAST_SHARE, _LEAST_PX, _LEAST_S = 0.55, 115.0, 2.6  # of a bare rider: seen well enough to be told

Stage = tuple[World, Camera, ways.Way]


def cases(seed: int) -> Iterator[Case]:
    rng = np.random.default_rng([seed, 47])
    made = 0
    while made < _POSITIVES:
        case = _without(rng, made)
        if case is not None:
            made += 1
            yield case
    for name, stage in QUIET.items():
        for _ in range(_EACH):
            yield stage(rng).case(name, RULE, also=_ALSO)


def _stage(rng: np.random.Generator, style: int) -> Stage:
    """A street, a camera and a way that it sees well: ahead of a dashcam, or along a kerb."""
    world = World(_DURATION_S, lanes(1, 3.5, oncoming=1), some_weather(rng))
    if style % 2:
        ego = rng.uniform(5, 10)
        camera = at_the_wheel(rng, x=1.75, speed_mps=ego)
        ahead = rng.uniform(6.5, 10)
        way = ways.straight(rng.uniform(1.2, 3.0), ahead, ego + rng.uniform(-0.3, 0.5))
    else:
        aside = rng.uniform(4.5, 7.5)
        aim = -rng.uniform(0.6, 1.2)
        speed = float(rng.choice([-1, 1]) * rng.uniform(2.0, 5))
        way = ways.straight(
            rng.uniform(-2.2, 0.5), aside / np.tan(-aim) - speed * _DURATION_S / 2, speed
        )
        if rng.random() < 0.5:
            camera = on_a_stand(rng, x=aside, heading=aim)
        else:
            camera = in_a_hand(rng, x=aside, follow=way)
    return world, replace(camera, size=some_size(rng)), way


def mounted(
    world: World,
    rng: np.random.Generator,
    way: ways.Way,
    bare: Sequence[bool],
    kind: Kind = Kind.MOTORBIKE,
) -> Actor:
    """A motorbike with a rider for each of `bare`, driver first."""
    one = actor(kind, way, rng, riders=len(bare))
    riders = tuple(
        replace(rider, traits={"bare_head": head(without, rng)})
        for rider, without in zip(one.riders, bare, strict=True)
    )
    return world.add(replace(one, riders=riders))


def _without(rng: np.random.Generator, index: int) -> Case | None:
    """One to three aboard, some of them bare; None where their heads are not seen well."""
    world, camera, way = _stage(rng, index)
    number = int(rng.choice([1, 2, 3], p=[0.5, 0.4, 0.1]))
    bare = rng.random(number) < 0.75
    if not bare.any():
        return None
    culprit = mounted(world, rng, way, bare.tolist())
    times = np.arange(0, _DURATION_S, 0.2)
    clear = np.ones(len(times), bool)
    for view in views(world, camera.poses(times), times):
        if view.rider is not None and bare[culprit.riders.index(view.rider)]:
            tall = np.nan_to_num(view.shown[:, 3] - view.shown[:, 1])
            clear &= (view.shares > _LEAST_SHARE) & (tall > _LEAST_PX)
    if clear.sum() < _LEAST_S * 5:
        return None
    if rng.random() < 0.6:
        _traffic(world, rng)
    start, end = float(times[clear][0]), float(times[clear][-1])
    seen = observe(world, camera, rng)
    truth = {"bare_heads": float(bare.sum())}
    return seen.case(f"bare: {bare.sum()} of {number}", RULE, culprit, truth, (start, end), _ALSO)


def _traffic(world: World, rng: np.random.Generator) -> None:
    """Others on the far side of the road, all with helmets."""
    for _ in range(3):
        way = ways.straight(-rng.uniform(3.0, 4.5), rng.uniform(-20, 40), -rng.uniform(5, 9))
        if rng.random() < 0.7:
            mounted(world, rng, way, [False] * int(rng.integers(1, 3)))
        else:
            world.add(actor(Kind.CAR, way, rng))


# --- what only looks like it ---------------------------------------------------------------------


def _helmets(rng: np.random.Generator) -> Observed:
    """One to three, all with helmets, as well seen as the culprits are."""
    world, camera, way = _stage(rng, int(rng.integers(2)))
    mounted(world, rng, way, [False] * int(rng.integers(1, 4)))
    _traffic(world, rng)
    return observe(world, camera, rng)


def _stream(rng: np.random.Generator) -> Observed:
    """Many motorbikes around a dashcam, everyone with a helmet."""
    world, camera, way = _stage(rng, 1)
    mounted(world, rng, way, [False])
    for _ in range(6):
        off = np.array([rng.uniform(-1.2, 1.8), rng.uniform(3, 25)])
        mounted(world, rng, beside(way, off), [False] * int(rng.integers(1, 3)))
    return observe(world, camera, rng)


def beside(way: ways.Way, off: np.ndarray) -> ways.Way:
    return lambda times: np.asarray(way(times)[:, :2] + off)


def _far(rng: np.random.Generator) -> Observed:
    """Bare heads too far off to be told."""
    world, camera, _ = _stage(rng, 1)
    way = ways.straight(rng.uniform(1, 3), rng.uniform(45, 70), rng.uniform(6, 9))
    mounted(world, rng, way, [True] * int(rng.integers(1, 3)))
    return observe(world, camera, rng)


def _waits(rng: np.random.Generator) -> Observed:
    """Somebody without a helmet sits on a motorbike that stands at the kerb."""
    world, camera, _ = _stage(rng, 0)
    mounted(world, rng, ways.standing(-0.5, 4.0 + rng.uniform(-1, 1)), [True])
    _traffic(world, rng)
    return observe(world, camera, rng)


def _on_foot(rng: np.random.Generator) -> Observed:
    """People on foot without helmets, passed by riders with them."""
    world, camera, way = _stage(rng, 0)
    mounted(world, rng, way, [False])
    for _ in range(4):
        x = float(rng.choice([rng.uniform(-4.5, -2.8), rng.uniform(1.5, 3.5)]))
        walk = ways.straight(x, rng.uniform(-2, 10), float(rng.choice([-1.2, 0.0, 1.2])))
        person = actor(Kind.PERSON, walk, rng, traits={"bare_head": head(True, rng)})
        world.add(person)
    return observe(world, camera, rng)


def _pushed(rng: np.random.Generator) -> Observed:
    """Somebody bareheaded walks beside a rider who creeps along."""
    world, camera, _ = _stage(rng, 0)
    way = ways.straight(-0.5, 2, 1.2)
    mounted(world, rng, way, [False])
    off = np.array([float(rng.choice([-1, 1])) * 0.9, rng.uniform(-1.0, 0.6)])
    walker = actor(Kind.PERSON, beside(way, off), rng, traits={"bare_head": head(True, rng)})
    world.add(walker)
    return observe(world, camera, rng)


def _glimpse(rng: np.random.Generator) -> Observed:
    """Bare heads that cross the picture in less than a second."""
    world, camera, _ = _stage(rng, 0)
    z, speed = rng.uniform(3, 7), float(rng.choice([-1, 1])) * rng.uniform(16, 20)
    cross = ways.straight(-1.5, z - speed * 4.0, speed)
    mounted(world, rng, cross, [True])
    return observe(world, camera, rng)


def _bicycle(rng: np.random.Generator) -> Observed:
    """A cyclist without a helmet, now and then taken for a motorbike's rider."""
    world, camera, way = _stage(rng, 0)
    one = actor(Kind.BICYCLE, way, rng, riders=1)
    rider: Rider = replace(one.riders[0], traits={"bare_head": head(True, rng)})
    world.add(replace(one, riders=(rider,)))
    return observe(world, camera, rng)


QUIET: dict[str, Callable[[np.random.Generator], Observed]] = {
    "helmets": _helmets,
    "helmets again": _helmets,
    "stream": _stream,
    "far": _far,
    "waits": _waits,
    "on foot": _on_foot,
    "pushed": _pushed,
    "glimpse": _glimpse,
    "bicycle": _bicycle,
}
