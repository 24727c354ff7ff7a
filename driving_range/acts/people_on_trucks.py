"""`passenger_overload`: people in beds, on roofs and at doors, and people who only seem to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from driving_range.actors import Actor, Rider, actor
from driving_range.camera import Camera, at_the_wheel, on_a_stand
from driving_range.case import Case
from driving_range.observe import observe
from driving_range.views import views
from driving_range.ways import standing, straight
from driving_range.world import World, lanes
from pipeline.types import Kind

RULE = "passenger_overload"
Rng = np.random.Generator
_POSITIVES, _NEGATIVES = 24, 48
_LEAST_SHARE, _LEAST_PX, _LEAST_S = 0.5, 32.0, 2.0  # of somebody: seen well enough to be told
_REACHES_OUT = 0.25  # own widths beyond the vehicle's outline, of somebody at a door


def cases(seed: int) -> Iterator[Case]:
    """24 with people outside of a vehicle that drives, 48 without."""
    rng = np.random.default_rng([seed, 71])
    made = 0
    while made < _POSITIVES:
        case = _shown(rng, ("bed", "roof", "door")[made % 3])
        if case is not None:
            made += 1
            yield case
    for index in range(_NEGATIVES):
        name, stage = list(_QUIET.items())[index % len(_QUIET)]
        world, camera = stage(rng)
        _traffic(world, rng)
        yield observe(world, camera, rng).case(name, RULE)


def _shown(rng: Rng, where: str) -> Case | None:
    """None where nobody outside is seen well enough."""
    # At a door they are told by reaching out over the outline: from behind.
    world, camera, speed = _street(rng, following=where == "door" or rng.random() < 0.6)
    kind = Kind.BUS if where == "roof" or (where == "door" and rng.random() < 0.5) else Kind.TRUCK
    vehicle = world.add(_carrying(_ahead(kind, rng, camera, speed), where, rng))
    if _clear_s(world, camera, vehicle, where == "door") < _LEAST_S:
        return None
    _traffic(world, rng)
    seen = observe(world, camera, rng)
    truth = {"people": float(len(vehicle.riders))} if where == "roof" else {}
    return seen.case(f"{where}, {camera.motion}", RULE, vehicle, truth)


def _clear_s(world: World, camera: Camera, vehicle: Actor, at_door: bool) -> float:
    """For how long the best seen of those outside is large, in view, and past the outline."""
    times = np.arange(0, world.duration_s, 0.2)
    bodies = [v for v in views(world, camera.poses(times), times) if v.actor is vehicle]
    body = next(view.shown for view in bodies if view.rider is None)
    best = 0.0
    for view in bodies:
        if view.rider is None:
            continue
        box = view.shown
        own = box[:, 2] - box[:, 0]
        out = np.maximum(body[:, 0] - box[:, 0], box[:, 2] - body[:, 2])
        with np.errstate(invalid="ignore"):
            clear = (box[:, 3] - box[:, 1]) * 640 / camera.size[0] > _LEAST_PX * world.noise**0.5
            clear &= view.shares > _LEAST_SHARE
            clear &= (out > _REACHES_OUT * own) | (not at_door)
        best = max(best, float(clear.sum()) * 0.2)
    return best


def _street(rng: Rng, following: bool | None = None) -> tuple[World, Camera, float]:
    world = World(10.0, lanes(2, oncoming=1), noise=float(rng.choice([1.0, 1.0, 1.6])))
    speed = float(rng.uniform(5, 13))
    if following or (following is None and rng.random() < 0.6):
        return world, at_the_wheel(rng, x=1.75, speed_mps=speed), speed
    return world, on_a_stand(rng, x=float(rng.uniform(7.6, 9)), heading=-0.2), speed


def _ahead(kind: Kind, rng: Rng, camera: Camera, speed: float) -> Actor:
    """A vehicle that the camera follows, or that passes before a camera at the kerb."""
    if camera.motion == "driving":
        way = straight(1.75 + rng.normal(0, 0.2), rng.uniform(9, 16), speed + rng.normal(0, 0.3))
    else:  # that passed it a moment ago: from the side nobody at a door is told from a painting
        way = straight(float(rng.uniform(3, 4.5)), float(rng.uniform(9, 14)), speed * 0.5)
    one = actor(kind, way, rng)
    return replace(one, size_m=(one.size_m[0], one.size_m[1], min(one.size_m[2], 2.7)))


def _carrying(vehicle: Actor, where: str, rng: Rng) -> Actor:
    length, width, height = vehicle.size_m
    number = int(rng.integers(1, 6)) if where != "door" else int(rng.integers(1, 3))
    riders = []
    for index in range(number):
        along = -length / 2 + (0.5 + index * 0.9) * length / 2 / max(number, 1)
        tall = float(np.clip(rng.normal(1.65, 0.07), 1.45, 1.85))
        match where:
            case "bed":  # floor at 1.1 m, sides up to 1.7 m hide the legs
                rider = Rider(along, float(rng.uniform(-0.35, 0.35) * width), 1.7, tall - 0.6)
            case "roof":
                across = float(rng.uniform(-0.35, 0.35) * width)
                rider = Rider(along, across, height, 0.9)
            case _:
                side = 1 if rng.random() < 0.8 else -1
                rider = Rider(along, side * (width / 2 + 0.2), 0.45, tall)
        riders.append(rider)
    return replace(vehicle, riders=tuple(riders))


def _traffic(world: World, rng: Rng) -> None:
    for _ in range(int(rng.integers(1, 4))):
        kind = Kind.MOTORBIKE if rng.random() < 0.6 else Kind.CAR
        world.add(actor(kind, straight(-1.75, rng.uniform(30, 120), -rng.uniform(6, 12)), rng))
    for _ in range(int(rng.integers(0, 3))):
        x = float(rng.choice([-4.5, 8.2]))
        way = straight(x, rng.uniform(10, 60), rng.normal(0, 1.2))
        world.add(actor(Kind.PERSON, way, rng))


# --- what only looks like it ---------------------------------------------------------------------


def _walkers_behind(rng: Rng) -> tuple[World, Camera]:
    """Pedestrians on the far pavement, over whose view trucks pass."""
    world = World(10.0, lanes(2, oncoming=1))
    for _ in range(int(rng.integers(3, 8))):
        way = straight(-4.6, rng.uniform(5, 30), rng.normal(0, 1.3))
        world.add(actor(Kind.PERSON, way, rng))
    for index in range(3):
        way = straight(1.75, -10 - 25 * index, rng.uniform(5, 10))
        world.add(actor(Kind.TRUCK, way, rng))
    return world, on_a_stand(rng, x=9.0, heading=-0.7)


def _parked(rng: Rng) -> tuple[World, Camera]:
    """People in the bed of a truck that stands."""
    world = World(10.0, lanes(2, oncoming=1))
    place = standing(6.2, float(rng.uniform(12, 25)))
    world.add(_carrying(actor(Kind.TRUCK, place, rng), "bed", rng))
    if rng.random() < 0.5:
        return world, at_the_wheel(rng, x=1.75, speed_mps=float(rng.uniform(3, 9)))
    return world, on_a_stand(rng, x=9.0, heading=-0.2)


def _inside(kind: Kind, foot_m: float, tall_m: float) -> Callable[[Rng], tuple[World, Camera]]:
    def stage(rng: Rng) -> tuple[World, Camera]:
        world, camera, speed = _street(rng)
        one = _ahead(kind, rng, camera, speed)
        length, width, height = one.size_m
        riders = tuple(
            Rider(
                float(rng.uniform(-0.3, 0.3) * length),
                float(rng.uniform(-0.3, 0.3) * width),
                foot_m * height,
                tall_m * height,
            )
            for _ in range(int(rng.integers(1, 5)))
        )
        world.add(replace(one, riders=riders))
        return world, camera

    return stage


def _rider_beside(rng: Rng) -> tuple[World, Camera]:
    """Motorbikes that keep pace with a truck, before it or on its far side."""
    world, camera, speed = _street(rng)
    truck = world.add(_ahead(Kind.TRUCK, rng, camera, speed))
    start = truck.way(np.zeros(1))[0]
    pace = float(truck.way(np.ones(1))[0, 1] - start[1])
    for _ in range(2):
        x = start[0] + rng.choice([-2.2, 2.2])
        way = straight(x, start[1] + rng.uniform(-3, 9), pace + rng.normal(0, 0.6))
        world.add(actor(Kind.MOTORBIKE, way, rng, riders=int(rng.integers(1, 3))))
    return world, camera


def _queue_of_people(rng: Rng) -> tuple[World, Camera]:
    """People at the kerb whom a bus passes closely."""
    world, camera, speed = _street(rng)
    world.add(_ahead(Kind.BUS, rng, camera, speed))
    for _ in range(6):
        way = standing(float(rng.uniform(7.7, 8.6)), float(rng.uniform(12, 40)))
        world.add(actor(Kind.PERSON, way, rng))
    return world, camera


def _crossing(rng: Rng) -> tuple[World, Camera]:
    """People who cross before and behind a truck that waits."""
    world = World(10.0, lanes(2, oncoming=1))
    world.add(actor(Kind.TRUCK, standing(1.75, 16.0), rng))
    for _ in range(4):
        z = float(rng.choice([10.5, 21.0]))
        way = straight(rng.uniform(-6, 3), z, 0.0, rng.uniform(0.7, 1.5))
        world.add(actor(Kind.PERSON, way, rng))
    return world, on_a_stand(rng, x=1.0)


_QUIET: dict[str, Callable[[Rng], tuple[World, Camera]]] = {
    "walkers behind trucks": _walkers_behind,
    "people in a parked truck": _parked,
    "driver behind the windscreen": _inside(Kind.TRUCK, 0.45, 0.4),
    "passengers of a bus": _inside(Kind.BUS, 0.4, 0.4),
    "people in a car": _inside(Kind.CAR, 0.4, 0.5),
    "riders beside a truck": _rider_beside,
    "people whom a bus passes": _queue_of_people,
    "people who cross at a truck": _crossing,
}
