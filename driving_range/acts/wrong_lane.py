"""Đi không đúng phần đường: over solid lines, against traffic, on the shoulder; lawful driving."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from driving_range import ways
from driving_range.actors import Actor, actor
from driving_range.camera import Camera, on_a_stand
from driving_range.case import Case
from driving_range.observe import Observed, observe
from driving_range.passing import Sight, follower, lane_width, two_ways, watcher
from driving_range.traffic import flow, lane_middles, some_size, some_weather
from driving_range.world import Paint, Road, World, lanes
from pipeline.types import FloatArray, Kind

RULE = "wrong_lane"
_EACH = 4  # positives of a sort
_QUIET_EACH = 4
_DURATION_S = 12.0
_FOUR_WHEELS = (Kind.CAR, Kind.CAR, Kind.CAR, Kind.TRUCK, Kind.BUS)

Staged = tuple[Observed, Actor, dict[str, float], tuple[float, float]]


def cases(seed: int) -> Iterator[Case]:
    rng = np.random.default_rng([seed, 43])
    for name, act in _ACTS.items():
        made = 0
        while made < _EACH:
            staged = act(rng)
            if staged is None or not staged[0].ids(staged[1]):  # not followed at all
                continue
            made += 1
            seen, culprit, truth, span = staged
            yield seen.case(name, RULE, culprit, truth, span)
    for name, stage in _QUIET.items():
        for _ in range(_QUIET_EACH):
            yield stage(rng).case(name, RULE)


def _kind(rng: np.random.Generator) -> Kind:
    return _FOUR_WHEELS[int(rng.integers(len(_FOUR_WHEELS)))]


def _shifted(x: float, z: float, speed: float, steps: list[tuple[float, float, float]]) -> ways.Way:
    """Along the road from (x, z), with shifts of (metres, from when, how long)."""

    def way(times: FloatArray) -> FloatArray:
        places = np.column_stack([np.full(len(times), x), z + speed * times])
        for metres, at, lasts in steps:
            s = np.clip((times - at) / lasts, 0, 1)
            places[:, 0] += metres * s * s * (3 - 2 * s)
        return places

    return way


def _seen(sight: Sight, one: Actor, when: tuple[float, float], share: float = 0.8) -> bool:
    """Is it to be seen well for that share of a time?"""
    rows = slice(round(when[0] * 5), round(when[1] * 5) + 1)
    return bool(sight.clear(one)[rows].mean() >= share)


def _camera(rng: np.random.Generator, world: World, speed: float, standing: bool) -> Camera:
    return watcher(rng, world.road) if standing else follower(rng, world.road, speed)


def _watch(rng: np.random.Generator, world: World, speed: float, standing: bool) -> Observed:
    camera = _camera(rng, world, speed, standing)
    return observe(world, camera, rng, satellites=bool(rng.random() < 0.7))


def _crosses(rng: np.random.Generator, road: Road, line_x: float, standing: bool) -> Staged | None:
    """From one side of a solid line to the other, and perhaps back; nobody is passed."""
    world = World(_DURATION_S, road, some_weather(rng))
    speed = rng.uniform(3.5, 6) if standing else rng.uniform(6, 12)
    away, at, lasts = rng.uniform(1.5, 1.9), rng.uniform(2.0, 3.5), rng.uniform(1.6, 2.6)
    steps = [(-2 * away, at, lasts)]
    if rng.random() < 0.5:
        steps.append((2 * away, at + lasts + rng.uniform(1.0, 2.5), lasts))
    gap = rng.uniform(5, 8) if standing else rng.uniform(8, 17)
    way = _shifted(line_x + away, gap, speed, steps)
    culprit = world.add(actor(_kind(rng), way, rng))
    camera = _camera(rng, world, speed + rng.uniform(-0.5, 0.5), standing)
    if not _seen(Sight.of(world, camera), culprit, (at - 0.6, at + lasts + 0.6), 0.95):
        return None
    seen = observe(world, camera, rng, satellites=bool(rng.random() < 0.7))
    last = steps[-1][1] + lasts
    return seen, culprit, {}, (at + 0.2 * lasts, last - 0.2 * lasts)


def _centre(rng: np.random.Generator, standing: bool) -> Staged | None:
    return _crosses(rng, two_ways(rng, "solid"), 0.0, standing)


def _between(rng: np.random.Generator) -> Staged | None:
    width = float(rng.uniform(3.2, 3.75))
    road = lanes(2, width, oncoming=2, centre="solid", between="solid")
    return _crosses(rng, road, width, False)


def _astride(rng: np.random.Generator) -> Staged | None:
    """On the middle line for seconds."""
    road = two_ways(rng, "solid")
    world = World(_DURATION_S, road, some_weather(rng))
    speed, at = rng.uniform(6, 12), rng.uniform(1.5, 3)
    long = rng.uniform(3.5, 6)
    steps = [(-1.8, at, 1.8), (1.8, at + 1.8 + long, 1.8)]
    way = _shifted(1.8 + rng.normal(0, 0.08), rng.uniform(8, 15), speed, steps)
    culprit = world.add(actor(_kind(rng), way, rng))
    camera = _camera(rng, world, speed, False)
    span = (at + 1.2, at + 2.4 + long)
    if not _seen(Sight.of(world, camera), culprit, span, 0.95):
        return None
    return observe(world, camera, rng), culprit, {}, span


def _against(rng: np.random.Generator) -> Staged | None:
    """Down the lane of those who come, before a camera over the road."""
    road = lanes(2, oncoming=2)
    _, coming = lane_middles(road)
    lane = float(rng.choice(coming))
    world = World(20.0, road, some_weather(rng))
    speed = rng.uniform(5, 8)
    others = rng.uniform(7, 11)
    for x in coming:
        for index in range(14):
            z = 10 + index * others * rng.uniform(1.3, 1.7)
            world.add(actor(_kind(rng), ways.straight(x + rng.normal(0, 0.15), z, -others), rng))
    start = rng.uniform(12, 14)
    way = ways.straight(lane, 8 - speed * start, speed)
    for one in list(world.actors):  # who comes in its lane gives way, and is not there
        there = one.way(np.arange(start, 20, 0.2))[:, :2]
        mine = way(np.arange(start, 20, 0.2))
        if (np.abs(there - mine) < [1.6, 6]).all(axis=1).any():
            world.actors.remove(one)
    kind = Kind.MOTORBIKE if rng.random() < 0.3 else Kind.CAR
    culprit = world.add(actor(kind, way, rng))
    camera = replace(
        on_a_stand(rng, x=lane + rng.uniform(-2, 2), height_m=5.0, pitch=0.14), size=some_size(rng)
    )
    sight = Sight.of(world, camera)
    met = [
        one
        for one in world.actors
        if one is not culprit
        and abs(one.way(np.zeros(1))[0, 0] - lane) < 0.5
        and sight.clear(one).sum() >= 6
    ]
    span = (start, 20.0)
    if len(met) < 6 or sight.clear(culprit).sum() < 14:
        return None
    return observe(world, camera, rng), culprit, {}, span


def _shoulder_road(rng: np.random.Generator) -> Road:
    number = int(rng.choice([1, 2]))
    shoulder = float(rng.uniform(2.5, 3.2))
    return two_ways(rng, "solid", number=number, shoulder_m=shoulder)


def _edge_x(road: Road) -> float:
    return max(line.x for line in road.lines)


def _shoulder(rng: np.random.Generator, standing: bool) -> Staged | None:
    """Along the shoulder past no one, others in the lanes."""
    road = _shoulder_road(rng)
    edge = _edge_x(road)
    world = World(_DURATION_S, road, some_weather(rng))
    speed = rng.uniform(5, 8) if standing else rng.uniform(7, 14)
    x = edge + rng.uniform(1.1, 1.35)  # in the middle of 2.2 to 2.7 m
    gap = rng.uniform(6, 9) if standing else rng.uniform(9, 18)
    culprit = world.add(actor(Kind.CAR, ways.straight(x, gap, speed), rng))
    lane, coming = edge - lane_width(road) / 2, lane_middles(road)[1]
    for index in range(6 if standing else 3):
        z = gap + rng.uniform(4, 7) - (10 if standing else -14) * index
        world.add(actor(_kind(rng), ways.straight(lane, z, speed * rng.uniform(0.97, 1.05)), rng))
    for x in coming:
        flow(world, rng, x, -9.0, first_z=30, number=4, headway_s=4.0)
    camera = _camera(rng, world, speed, standing)
    if not standing:
        keeps = ways.straight(lane + rng.normal(0, 0.1), 0.0, speed + rng.uniform(-0.5, 0.5))
        camera = replace(camera, way=keeps)
    sight = Sight.of(world, camera)
    span = (0.0, 6.0) if standing else (0.0, _DURATION_S)
    cars = [one for one in world.actors if one is not culprit and one.kind is not Kind.MOTORBIKE]
    within = sum(sight.clear(one).sum() >= 8 and one.way(np.zeros(1))[0, 0] > 0 for one in cars)
    if within < (5 if standing else 2) or not _seen(sight, culprit, (0.5, 5.5), 0.9):
        return None
    seen = observe(world, camera, rng, satellites=bool(rng.random() < 0.7))
    return seen, culprit, {}, span


_ACTS: dict[str, Callable[[np.random.Generator], Staged | None]] = {
    "over the middle, driving": lambda rng: _centre(rng, False),
    "over the middle, standing": lambda rng: _centre(rng, True),
    "over a line between lanes": _between,
    "astride": _astride,
    "against the traffic": _against,
    "shoulder, driving": lambda rng: _shoulder(rng, False),
    "shoulder, standing": lambda rng: _shoulder(rng, True),
}


# --- what only looks like it ---------------------------------------------------------------------


def _dashed(rng: np.random.Generator) -> Observed:
    """A lane change over a dashed line, or over the dashed middle."""
    road = lanes(2, oncoming=2) if rng.random() < 0.5 else two_ways(rng, "dashed")
    line = lane_width(road) if len(road.lines) > 3 else 0.0
    speed = rng.uniform(6, 12)
    world = World(_DURATION_S, road, some_weather(rng))
    way = _shifted(line + 1.75, rng.uniform(8, 15), speed, [(-3.5, rng.uniform(2, 5), 2.2)])
    world.add(actor(_kind(rng), way, rng))
    return _watch(rng, world, speed, bool(rng.random() < 0.4))


def _near_the_line(rng: np.random.Generator) -> Observed:
    """Wheels close to the solid line, but on their side."""
    road = two_ways(rng, "solid")
    speed = rng.uniform(6, 12)
    world = World(_DURATION_S, road, some_weather(rng))
    steps = [(-0.6, rng.uniform(2, 4), 2.0), (0.5, rng.uniform(7, 8), 2.0)]
    way = _shifted(1.75, rng.uniform(8, 18), speed, steps)
    world.add(actor(Kind.CAR, way, rng))
    flow(world, rng, -lane_width(road) / 2, -9.0, first_z=25, number=6)
    return _watch(rng, world, speed, bool(rng.random() < 0.4))


def _pulls_over(rng: np.random.Generator) -> Observed:
    """Over the edge line to a halt on the shoulder."""
    road = _shoulder_road(rng)
    edge, speed = _edge_x(road), rng.uniform(7, 11)
    world = World(_DURATION_S, road, some_weather(rng))
    z, inside = rng.uniform(10, 18), edge - lane_width(road) / 2
    stops = [(0, inside, z), (2, inside, z + 2 * speed), (4.5, edge + 1.4, z + 3.8 * speed)]
    stops += [(7, edge + 1.5, z + 4.6 * speed), (12, edge + 1.5, z + 4.6 * speed)]
    world.add(actor(_kind(rng), ways.through(stops), rng))
    flow(world, rng, inside, speed, first_z=z + 10, number=4)
    return _watch(rng, world, speed * 0.8, bool(rng.random() < 0.4))


def _joins(rng: np.random.Generator) -> Observed:
    """Sets off from the shoulder and joins the traffic."""
    road = _shoulder_road(rng)
    edge, speed = _edge_x(road), rng.uniform(6, 10)
    world = World(_DURATION_S, road, some_weather(rng))
    z, inside = rng.uniform(14, 24), edge - lane_width(road) / 2
    way = [(0, edge + 1.4, z), (1, edge + 1.4, z), (3, edge + 1.4, z + 7), (5, edge, z + 19)]
    way += [(7, inside, z + 19 + 2 * speed), (12, inside, z + 19 + 7 * speed)]
    world.add(actor(_kind(rng), ways.through(way), rng))
    flow(world, rng, inside, speed, first_z=60, number=4)
    return _watch(rng, world, speed * 0.5, bool(rng.random() < 0.5))


def _shoulder_users(rng: np.random.Generator) -> Observed:
    """Motorbikes ride on the shoulder, a car is parked on it."""
    road = _shoulder_road(rng)
    edge, speed = _edge_x(road), rng.uniform(7, 12)
    world = World(_DURATION_S, road, some_weather(rng))
    for index in range(3):
        rides = ways.straight(edge + 0.9, 10 + 14 * index, speed * rng.uniform(0.8, 1.0))
        world.add(actor(Kind.MOTORBIKE, rides, rng))
    for z in (35.0, 80.0, 120.0):
        world.add(actor(_kind(rng), ways.standing(edge + 1.5, z), rng))
    flow(world, rng, edge - lane_width(road) / 2, speed, first_z=25, number=4)
    return _watch(rng, world, speed, bool(rng.random() < 0.3))


def _turn_lane(rng: np.random.Generator) -> Observed:
    """Before a junction the lanes are parted by a solid line; in both of them one may drive."""
    width = float(rng.uniform(3.2, 3.6))
    road = lanes(2, width, oncoming=2, edge=str(rng.choice(["none", "solid"])))
    begins = rng.uniform(5, 25)
    lines = [line for line in road.lines if line.x != width]
    lines += [Paint(width, from_z=begins, until_z=begins + rng.uniform(30, 55))]
    lines += [Paint(width, 2.0, 4.0, until_z=begins)]
    world = World(_DURATION_S, replace(road, lines=tuple(lines)), some_weather(rng))
    speed = rng.uniform(5, 9)
    world.add(actor(_kind(rng), ways.straight(1.5 * width, rng.uniform(8, 18), speed), rng))
    flow(world, rng, 0.5 * width, speed, first_z=20, number=4)
    flow(world, rng, -0.5 * width, -8.0, first_z=20, number=5)
    return _watch(rng, world, speed, bool(rng.random() < 0.4))


def _right_lane(rng: np.random.Generator) -> Observed:
    """A lane behind a solid line and bounded by the kerb alone, that all of them use."""
    width = float(rng.uniform(3.2, 3.6))
    road = lanes(2, width, oncoming=1, between="solid", edge="none")
    world = World(_DURATION_S, road, some_weather(rng))
    speed = rng.uniform(6, 11)
    for lane in (0.5, 1.5):
        flow(world, rng, lane * width, speed, first_z=2 + 3 * lane, number=5, headway_s=1.0)
    return _watch(rng, world, speed, bool(rng.random() < 0.4))


def _own_sides(rng: np.random.Generator) -> Observed:
    """Dense traffic, each direction on its side."""
    road = lanes(2, oncoming=2)
    world = World(_DURATION_S, road, some_weather(rng))
    ahead, coming = lane_middles(road)
    for lane in ahead:
        flow(world, rng, lane, 8.0, first_z=-30, number=8, headway_s=1.2)
    for lane in coming:
        flow(world, rng, lane, -9.0, first_z=10, number=9, headway_s=1.2)
    return _watch(rng, world, 8.0, bool(rng.random() < 0.7))


def _turns_in_a_gap(rng: np.random.Generator) -> Observed:
    """To the left where the solid line is broken for it."""
    width, gap = float(rng.uniform(3.2, 3.7)), rng.uniform(28, 45)
    road = lanes(1, width, oncoming=1, centre="none")
    lines = (
        *road.lines,
        Paint(0.0, colour="yellow", until_z=gap - 6),
        Paint(0.0, colour="yellow", from_z=gap + 8),
    )
    world = World(_DURATION_S, replace(road, lines=lines), some_weather(rng))
    speed = rng.uniform(5, 8)
    there = gap / speed
    turn = [
        (0, width / 2, 8),
        (there - 2, width / 2, gap - 6),
        (there, 0, gap),
        (there + 1, -3, gap + 3),
    ]
    turn += [(there + 3, -12, gap + 5)]
    world.add(
        actor(Kind.CAR, ways.through([(float(t), float(x), float(z)) for t, x, z in turn]), rng)
    )
    return _watch(rng, world, speed * 0.7, bool(rng.random() < 0.6))


def _bends(rng: np.random.Generator) -> Observed:
    """Everybody keeps to the lane of a road that winds between solid lines."""
    road = two_ways(rng, "solid")
    long, wide, phase = rng.uniform(130, 220), rng.uniform(2, 6), rng.uniform(0, 6)
    road = replace(
        road, middle=lambda z: wide * (np.sin(2 * np.pi * z / long + phase) - np.sin(phase))
    )
    world = World(_DURATION_S, road, some_weather(rng))
    speed, width = rng.uniform(7, 12), lane_width(road)
    for z in (10.0, 24.0, 40.0):
        way = ways.straight(width / 2, z, speed * rng.uniform(0.95, 1.05))
        world.add(actor(_kind(rng), ways.bent(way, road.middle), rng))
    for z in (40.0, 75.0, 120.0):
        way = ways.straight(-width / 2, z, -speed)
        world.add(actor(_kind(rng), ways.bent(way, road.middle), rng))
    camera = follower(rng, road, speed)
    camera = replace(camera, way=ways.bent(camera.way, road.middle))
    return observe(world, camera, rng, satellites=bool(rng.random() < 0.7))


_QUIET: dict[str, Callable[[np.random.Generator], Observed]] = {
    "dashed": _dashed,
    "near the line": _near_the_line,
    "pulls over": _pulls_over,
    "joins": _joins,
    "shoulder users": _shoulder_users,
    "turn lane": _turn_lane,
    "right lane": _right_lane,
    "own sides": _own_sides,
    "turns in a gap": _turns_in_a_gap,
    "bends": _bends,
}
