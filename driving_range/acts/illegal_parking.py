"""Đỗ, để xe không đúng quy định: at rest in a lane or a zone; and all who wait, or may stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from driving_range import ways
from driving_range.actors import Actor, actor
from driving_range.camera import Camera, in_a_hand, on_a_stand
from driving_range.case import Case
from driving_range.observe import Observed, observe
from driving_range.passing import Sight, follower, lane_width, two_ways
from driving_range.traffic import some_size, some_weather
from driving_range.world import Area, Light, Road, StopMark, World, lanes
from pipeline.types import Kind

RULE = "illegal_parking"
_EACH = 7  # positives of a sort
_QUIET_EACH = 4
_DURATION_S = 24.0
_KINDS = (Kind.CAR, Kind.CAR, Kind.CAR, Kind.TRUCK, Kind.BUS)
_LEAST_S = 14.0  # that a rest goes on, in a positive case

Staged = tuple[Observed, Actor, dict[str, float], tuple[float, float]]


def cases(seed: int) -> Iterator[Case]:
    rng = np.random.default_rng([seed, 47])
    for name, act in _ACTS.items():
        made = 0
        while made < _EACH:
            staged = act(rng)
            if staged is not None and staged[0].ids(staged[1]):
                made += 1
                seen, culprit, truth, span = staged
                yield seen.case(name, RULE, culprit, truth, span)
    for name, stage in _QUIET.items():
        for _ in range(_QUIET_EACH):
            yield stage(rng).case(name, RULE)


def _kind(rng: np.random.Generator) -> Kind:
    return _KINDS[int(rng.integers(len(_KINDS)))]


def _camera(rng: np.random.Generator, road: Road, hand: bool = False) -> Camera:
    """On a post at the kerb, or held by somebody there."""
    x = road.right_kerb + float(rng.uniform(0.4, 1.5))
    turn = -float(rng.uniform(0.05, 0.2))
    if hand:
        made = in_a_hand(rng, x=x, heading=turn)
    else:
        made = on_a_stand(rng, x=x, heading=turn, height_m=float(rng.uniform(2.5, 4.5)))
    return replace(made, size=some_size(rng))


def _road(rng: np.random.Generator) -> Road:
    return lanes(2, float(rng.uniform(3.2, 3.6)), oncoming=2, centre="solid")


def _around(world: World, rng: np.random.Generator, x: float, z: float, number: int = 6) -> None:
    """Others of the lane at `x`, who swing to the left around whoever stands at z."""
    left = lane_width(world.road) * float(rng.uniform(0.85, 1.0))
    for index in range(number):
        speed, start = rng.uniform(6, 9), 1.0 + index * rng.uniform(3.0, 4.2)
        begin = z - 16 - speed * start
        way = ways.through(
            [
                (start - 3, x, begin + speed * (start - 3)),
                (start, x, z - 16),
                (start + 10 / speed, x - left, z - 6),
                (start + 22 / speed, x - left, z + 6),
                (start + 34 / speed, x, z + 18),
                (start + 34 / speed + 4, x, z + 18 + 4 * speed),
            ]
        )
        kind = Kind.MOTORBIKE if rng.random() < 0.3 else Kind.CAR
        world.add(actor(kind, way, rng))


def _in_a_lane(rng: np.random.Generator, hand: bool) -> Staged | None:
    """In the right lane, the others go around it."""
    road = _road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    x, z = 1.5 * lane_width(road), float(rng.uniform(15, 24))
    culprit = world.add(actor(_kind(rng), ways.standing(x + rng.normal(0, 0.15), z), rng))
    _around(world, rng, x, z)
    camera = _camera(rng, road, hand)
    if Sight.of(world, camera).clear(culprit).mean() < 0.6:
        return None
    return observe(world, camera, rng), culprit, {}, (0.0, _DURATION_S)


def _stops(rng: np.random.Generator) -> Staged | None:
    """Comes, stops in the lane and stays."""
    road = _road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    x, z, at = 1.5 * lane_width(road), float(rng.uniform(15, 24)), float(rng.uniform(3, 5))
    come = ways.through([(0, x, z - 8 * at), (at - 2, x, z - 9), (at, x, z), (at + 1, x, z)])
    culprit = world.add(actor(_kind(rng), come, rng))
    _around(world, rng, x, z)
    camera = _camera(rng, road)
    rests = Sight.of(world, camera).clear(culprit)[round(at * 5) :]
    if rests.mean() < 0.6:
        return None
    truth = {"rest_duration": _DURATION_S - at}
    return observe(world, camera, rng), culprit, truth, (at, _DURATION_S)


def _area(kind: str, z: float, reach_m: float, half_m: float = 25.0) -> Area:
    near, far = z - reach_m, z + reach_m
    ring = ((-half_m, near), (half_m, near), (half_m, far), (-half_m, far))
    return Area(kind, ring, "Chợ Thương")


def _with_heading(camera: Camera, rng: np.random.Generator) -> Camera:
    """The camera's car drove there a moment ago, so that its heading is known."""
    pose = camera.way(np.zeros(1))[0]
    speed, halt = 5.0, float(rng.uniform(1.5, 2.5))
    rest = ways.braking(
        float(pose[0]), float(pose[1]) - speed * (halt - 0.8), speed, halt - 1.6, 3.2
    )
    return replace(camera, way=lambda t: rest(t)[:, :2])


def _in_a_zone(rng: np.random.Generator) -> Staged | None:
    """At the kerb, where the map forbids to stop; nobody has to go around it."""
    road = two_ways(rng, "dashed", shoulder_m=2.5)
    world = World(_DURATION_S, road, some_weather(rng))
    z = float(rng.uniform(14, 22))
    culprit = world.add(actor(_kind(rng), ways.standing(road.right_kerb - 1.2, z), rng))
    world.areas = (_area("no_stopping", z, float(rng.uniform(18, 30)), 40.0),)
    camera = _with_heading(_camera(rng, road), rng)
    camera = replace(camera, way=_turned(camera, 0.0))
    if Sight.of(world, camera).clear(culprit)[20:].mean() < 0.8:
        return None
    seen = observe(world, camera, rng, satellites=True)
    return seen, culprit, {}, (3.0, _DURATION_S)


def _turned(camera: Camera, heading: float) -> ways.Way:
    """The same way, looking straight along the road."""

    def way(times: np.ndarray) -> np.ndarray:
        places = camera.way(times)[:, :2]
        return np.column_stack([places, np.full(len(times), heading)])

    return way


_ACTS: dict[str, Callable[[np.random.Generator], Staged | None]] = {
    "in a lane": lambda rng: _in_a_lane(rng, False),
    "in a lane, from the hand": lambda rng: _in_a_lane(rng, True),
    "stops in a lane": _stops,
    "in a zone": _in_a_zone,
}


# --- who waits, or may stand ---------------------------------------------------------------------


def _queue(rng: np.random.Generator) -> Observed:
    """A row before a stop line, the next lane flows."""
    return _at_the_line(rng, number=int(rng.integers(2, 5)), light=None)


def _at_the_line(
    rng: np.random.Generator, number: int, light: Callable[[float], str] | None
) -> Observed:
    road = _road(rng)
    width = lane_width(road)
    world = World(_DURATION_S, road, some_weather(rng))
    x, z = 1.5 * width, float(rng.uniform(22, 28))
    for index in range(number):
        world.add(actor(Kind.CAR, ways.standing(x, z - 3 - 7 * index), rng))
    world.stop_marks = (StopMark(z, 0.2, 2 * width),)
    if light is not None:
        world.lights = (Light(road.right_kerb + 0.5, 4.0, z + 12, light),)
    _around(world, rng, x, z - 6)
    return observe(world, _camera(rng, road), rng)


def _red_light(rng: np.random.Generator) -> Observed:
    """One alone waits at a red light."""
    return _at_the_line(rng, 1, lambda time: "red")


def _first_at_the_line(rng: np.random.Generator) -> Observed:
    """One alone at a stop line, the light out of view."""
    return _at_the_line(rng, 1, None)


def _red_far_from_a_line(rng: np.random.Generator) -> Observed:
    """Red for long, then green, and it sets off; the line is hidden."""
    road = _road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    x, z, turns = 1.5 * lane_width(road), float(rng.uniform(15, 22)), float(rng.uniform(14, 18))
    go = [(0, x, z), (turns + 1, x, z), (turns + 4, x, z + 9), (turns + 8, x, z + 40)]
    world.add(actor(_kind(rng), ways.through([(-1, x, z), *go]), rng))
    world.lights = (
        Light(road.right_kerb, 4.0, z + 15, lambda time: "red" if time < turns else "green"),
    )
    _around(world, rng, x, z)
    return observe(world, _camera(rng, road), rng)


def _lay_by(rng: np.random.Generator) -> Observed:
    """Parked beside the road, the traffic runs by in its lanes."""
    road = replace(_road(rng), right_kerb=_road(rng).right_kerb + 3.0)
    width = lane_width(road)
    world = World(_DURATION_S, road, some_weather(rng))
    place = 2 * width + 1.6
    world.add(actor(_kind(rng), ways.standing(place, float(rng.uniform(14, 24))), rng))
    for lane in (0.5, 1.5):
        for index in range(6):
            z = -10.0 - 20 * index + 5 * lane
            world.add(actor(_kind(rng), ways.straight(lane * width, z, rng.uniform(7, 9)), rng))
    return observe(world, _camera(rng, road), rng)


def _short_stop(rng: np.random.Generator) -> Observed:
    """Stops for a few seconds and drives on."""
    road = _road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    x, z, at = 1.5 * lane_width(road), float(rng.uniform(15, 24)), float(rng.uniform(4, 8))
    on = at + float(rng.uniform(2, 5))
    stop = [(0, x, z - 7 * at), (at - 2, x, z - 8), (at, x, z), (on, x, z), (on + 3, x, z + 9)]
    world.add(actor(_kind(rng), ways.through([*stop, (on + 7, x, z + 40)]), rng))
    _around(world, rng, x, z)
    return observe(world, _camera(rng, road), rng)


def _creeps(rng: np.random.Generator) -> Observed:
    """Rolls on at walking pace."""
    road = _road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    x, z = 1.5 * lane_width(road), float(rng.uniform(10, 14))
    world.add(actor(_kind(rng), ways.straight(x, z, float(rng.uniform(0.5, 0.9))), rng))
    _around(world, rng, x, z + 8)
    return observe(world, _camera(rng, road), rng)


def _may_stand(rng: np.random.Generator) -> Observed:
    """At rest where the map has a parking place or a bus stop."""
    road = two_ways(rng, "dashed", shoulder_m=2.5)
    world = World(_DURATION_S, road, some_weather(rng))
    z = float(rng.uniform(14, 22))
    world.add(actor(_kind(rng), ways.standing(road.right_kerb - 1.2, z), rng))
    world.areas = (
        _area("no_stopping", z, 30.0),
        _area(str(rng.choice(["parking", "bus_stop"])), z, 6.0, 12.0),
    )
    camera = _with_heading(_camera(rng, road), rng)
    return observe(world, replace(camera, way=_turned(camera, 0.0)), rng, satellites=True)


def _beside_the_zone(rng: np.random.Generator) -> Observed:
    """At rest a little before or behind the zone."""
    road = two_ways(rng, "dashed", shoulder_m=2.5)
    world = World(_DURATION_S, road, some_weather(rng))
    z = float(rng.uniform(14, 22))
    world.add(actor(_kind(rng), ways.standing(road.right_kerb - 1.2, z), rng))
    away = float(rng.choice([-1, 1])) * (20 + rng.uniform(4, 12))
    world.areas = (_area("no_stopping", z + away, 20.0),)
    camera = _with_heading(_camera(rng, road), rng)
    return observe(world, replace(camera, way=_turned(camera, 0.0)), rng, satellites=True)


def _driven_past(rng: np.random.Generator) -> Observed:
    """A row of parked cars that the camera drives past, in a zone that forbids it."""
    road = two_ways(rng, "dashed", shoulder_m=2.2)
    world = World(12.0, road, some_weather(rng))
    for index in range(6):
        world.add(actor(_kind(rng), ways.standing(road.right_kerb - 1.1, 20.0 + 16 * index), rng))
    world.areas = (_area("no_stopping", 60.0, 80.0),)
    return observe(world, follower(rng, road, float(rng.uniform(6, 10))), rng, satellites=True)


def _jam(rng: np.random.Generator) -> Observed:
    """Two lanes at rest in a zone that forbids to stop."""
    road = _road(rng)
    width = lane_width(road)
    world = World(_DURATION_S, road, some_weather(rng))
    for lane in (0.5, 1.5):
        for index in range(4):
            place = ways.standing(lane * width, 10.0 + 7.5 * index + rng.uniform(0, 2))
            world.add(actor(_kind(rng), place, rng))
    world.areas = (_area("no_stopping", 20.0, 60.0, 60.0),)
    return observe(world, _camera(rng, road), rng, satellites=True)


_QUIET: dict[str, Callable[[np.random.Generator], Observed]] = {
    "queue": _queue,
    "red light": _red_light,
    "first at the line": _first_at_the_line,
    "red, then green": _red_far_from_a_line,
    "lay-by": _lay_by,
    "short stop": _short_stop,
    "creeps": _creeps,
    "may stand": _may_stand,
    "beside the zone": _beside_the_zone,
    "driven past": _driven_past,
    "jam": _jam,
}
