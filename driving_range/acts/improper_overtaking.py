"""Vượt sai quy định: over a solid line, into oncoming traffic, on the right; and lawful passing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from driving_range import ways
from driving_range.actors import Actor, actor
from driving_range.case import Case
from driving_range.observe import Observed, observe
from driving_range.passing import (
    Sight,
    Swing,
    follower,
    lane_width,
    mirrored,
    two_ways,
    watcher,
)
from driving_range.traffic import flow, some_weather
from driving_range.world import Road, World
from pipeline.types import Kind

RULE = "improper_overtaking"
_EACH = 3  # positives of a sort
_QUIET_EACH = 4
_DURATION_S = 12.0
_LEAST_M = 3.5  # ahead and behind, so that a pass is plain
_FOUR_WHEELS = (Kind.CAR, Kind.CAR, Kind.CAR, Kind.TRUCK, Kind.BUS)
_SLOW = (Kind.MOTORBIKE, Kind.CAR, Kind.CAR, Kind.TRUCK)
_OTHER_RULES = ("wrong_lane",)  # who goes over a solid line is its culprit too

Staged = tuple[Observed, Actor, dict[str, float], tuple[float, float]]


def cases(seed: int) -> Iterator[Case]:
    rng = np.random.default_rng([seed, 41])
    for name, act in _ACTS.items():
        made = 0
        while made < _EACH:
            staged = act(rng)
            if staged is None or not staged[0].ids(staged[1]):  # not followed at all
                continue
            seen, culprit, truth, span = staged
            made += 1
            yield seen.case(name, RULE, culprit, truth, span, _OTHER_RULES)
    for name, stage in _QUIET.items():
        for _ in range(_QUIET_EACH):
            yield replace(stage(rng).case(name, RULE), also=_OTHER_RULES)


def _pick(rng: np.random.Generator, kinds: tuple[Kind, ...]) -> Kind:
    return kinds[int(rng.integers(len(kinds)))]


def _swing(rng: np.random.Generator, road: Road, standing: bool, **change: float) -> Swing:
    """Past a slow one, seen from behind both."""
    width = lane_width(road)
    slow = rng.uniform(4.5, 8.0)
    first = rng.uniform(4, 7) if standing else rng.uniform(4, 9)
    values: dict[str, float] = {
        "inside": rng.uniform(0.5, 0.6) * width,
        "outside": -rng.uniform(0.4, 0.55) * width,
        "z": first,
        "speed_mps": slow + rng.uniform(3.5, 6.0),
        "passed_z": first + rng.uniform(13, 18),
        "passed_mps": slow,
        "out_gap_m": rng.uniform(11.5, 15),
        "back_gap_m": rng.uniform(7, 13),
        "lasts_s": rng.uniform(1.3, 2.2),
    }
    values.update(change)
    return Swing(**values, comes_back=bool(rng.random() < 0.8))


def _oncoming(
    world: World, rng: np.random.Generator, swing: Swing, road: Road, gap_s: float
) -> tuple[Actor, float]:
    """One that comes, `gap_s` from meeting it when it is back on its side; and its length."""
    speed = rng.uniform(7, 13)
    back = swing.beyond(0.0, _DURATION_S)[1]
    kind = _pick(rng, _FOUR_WHEELS)
    z = swing.z + swing.speed_mps * back + (swing.speed_mps + speed) * gap_s + speed * back
    one = world.add(actor(kind, ways.straight(-lane_width(road) / 2, z, -speed), rng))
    return one, one.size_m[0]


def _passed_at(rng: np.random.Generator, road: Road, swing: Swing, kind: Kind) -> ways.Way:
    """The slow one keeps to the right part of its lane where it is a motorbike."""
    width = lane_width(road)
    x = width * (rng.uniform(0.7, 0.85) if kind is Kind.MOTORBIKE else rng.uniform(0.48, 0.58))
    return ways.straight(float(x), swing.passed_z, swing.passed_mps)


def _over_the_line(
    rng: np.random.Generator, standing: bool, centre: str = "solid", gap_s: float | None = None
) -> Staged | None:
    road = two_ways(rng, centre, number=1 if rng.random() < 0.7 else 2)
    world = World(_DURATION_S, road, some_weather(rng))
    swing = _swing(rng, road, standing)
    kind = _pick(rng, _SLOW)
    culprit = world.add(actor(_pick(rng, _FOUR_WHEELS), swing.way, rng))
    slow = world.add(actor(kind, _passed_at(rng, road, swing, kind), rng))
    truth: dict[str, float] = {}
    span = swing.beyond(0.0, _DURATION_S)
    if gap_s is not None:
        swing_back = replace(swing, comes_back=True)
        culprit = replace(culprit, way=swing_back.way)
        world.actors[0] = culprit
        span = swing_back.beyond(0.0, _DURATION_S)
        other, length = _oncoming(world, rng, swing_back, road, gap_s)
        closing = swing.speed_mps - other.way(np.array([0.0, 1.0]))[:, 1] @ np.array([-1.0, 1.0])
        truth["oncoming_gap"] = gap_s - (culprit.size_m[0] + length) / 2 / closing
    camera = (
        watcher(rng, road)
        if standing
        else follower(rng, road, swing.passed_mps + rng.uniform(-0.5, 1.2))
    )
    sight = Sight.of(world, camera)
    if not sight.both_sides(culprit, slow, _LEAST_M):
        return None
    if gap_s is not None and sight.clear(world.actors[-1])[round(span[1] * 5) - 10 :].sum() < 6:
        return None
    satellites = gap_s is not None or bool(rng.random() < 0.7)
    return observe(world, camera, rng, satellites=satellites), culprit, truth, span


def _comes(rng: np.random.Generator) -> Staged | None:
    """Over the solid line towards a camera at the kerb."""
    road = two_ways(rng, "solid")
    world = World(_DURATION_S, road, some_weather(rng))
    swing = _swing(rng, road, True)
    far = float(rng.uniform(62, 75))
    kind = _pick(rng, _SLOW)
    culprit = world.add(actor(_pick(rng, _FOUR_WHEELS), mirrored(swing.way, far), rng))
    slow = actor(kind, mirrored(_passed_at(rng, road, swing, kind), far), rng)
    world.add(slow)
    flow(world, rng, lane_width(road) / 2, 9.0, first_z=-75, number=5)
    flow(world, rng, -lane_width(road) / 2, -8.0, first_z=90, number=5)
    camera = watcher(rng, road, left=bool(rng.random() < 0.5))
    if not Sight.of(world, camera).both_sides(slow, culprit, _LEAST_M):
        return None
    return observe(world, camera, rng), culprit, {}, swing.beyond(0.0, _DURATION_S)


def _past_the_camera(rng: np.random.Generator) -> Staged | None:
    """The camera's own car is passed over the solid line."""
    road = two_ways(rng, "solid")
    world = World(_DURATION_S, road, some_weather(rng))
    speed = rng.uniform(6, 12)
    swing = _swing(rng, road, False, z=-rng.uniform(14, 20), passed_z=0.0, passed_mps=speed)
    swing = replace(swing, speed_mps=speed + rng.uniform(3, 6))
    culprit = world.add(actor(_pick(rng, _FOUR_WHEELS), swing.way, rng))
    world.add(actor(Kind.CAR, ways.straight(lane_width(road) / 2, 45, speed), rng))
    camera = follower(rng, road, speed)
    sight = Sight.of(world, camera)
    beyond = sight.view(culprit).places[:, 0] < -0.5
    if (sight.clear(culprit) * beyond).sum() < 7:
        return None
    seen = observe(world, camera, rng, satellites=bool(rng.random() < 0.7))
    return seen, culprit, {}, swing.beyond(0.0, _DURATION_S)


def _on_the_right(rng: np.random.Generator, own: bool) -> Staged | None:
    """Over the edge line and along the shoulder, past another car or the camera's own."""
    road = two_ways(rng, "solid", shoulder_m=float(rng.uniform(2.6, 3.2)))
    width = lane_width(road)
    world = World(_DURATION_S, road, some_weather(rng))
    speed = rng.uniform(6, 11)
    inside, outside = width * rng.uniform(0.45, 0.55), width + rng.uniform(1.15, 1.5)
    swing = _swing(rng, road, False, inside=inside, outside=outside)
    if own:
        swing = replace(swing, z=-rng.uniform(14, 20), passed_z=0.0, passed_mps=speed)
        swing = replace(swing, speed_mps=speed + rng.uniform(3, 5))
    else:
        speed = swing.passed_mps
    culprit = world.add(actor(Kind.CAR, swing.way, rng))
    slow = culprit
    if not own:
        slow = actor(Kind.CAR, ways.straight(inside - 0.1, swing.passed_z, swing.passed_mps), rng)
        world.add(slow)
    flow(world, rng, -width / 2, -9.0, first_z=30, number=6)
    world.add(actor(Kind.CAR, ways.straight(inside, 60, speed), rng))
    camera = follower(rng, road, speed + (0 if own else rng.uniform(-0.5, 1.0)))
    sight = Sight.of(world, camera)
    beyond = sight.view(culprit).places[:, 0] > width + 0.6
    if (sight.clear(culprit) * beyond).sum() < 7:
        return None
    if not own and not sight.both_sides(culprit, slow, _LEAST_M):
        return None
    seen = observe(world, camera, rng, satellites=bool(rng.random() < 0.7))
    return seen, culprit, {}, swing.beyond(width, _DURATION_S)


_ACTS: dict[str, Callable[[np.random.Generator], Staged | None]] = {
    "over the line, driving": lambda rng: _over_the_line(rng, False),
    "over the line, standing": lambda rng: _over_the_line(rng, True),
    "over the line, coming": _comes,
    "into oncoming, driving": lambda rng: _over_the_line(
        rng, False, "dashed", float(rng.uniform(1.0, 2.2))
    ),
    "into oncoming, standing": lambda rng: _over_the_line(
        rng, True, "dashed", float(rng.uniform(1.0, 2.2))
    ),
    "past the camera": _past_the_camera,
    "on the right": lambda rng: _on_the_right(rng, False),
    "on the right of the camera": lambda rng: _on_the_right(rng, True),
}


# --- what only looks like it ---------------------------------------------------------------------


def _camera(rng: np.random.Generator, world: World, speed: float) -> Observed:
    standing = rng.random() < 0.4
    camera = watcher(rng, world.road) if standing else follower(rng, world.road, speed)
    return observe(world, camera, rng, satellites=bool(rng.random() < 0.7))


def _pair(
    rng: np.random.Generator, road: Road, **change: float
) -> tuple[World, Swing, Actor, Actor]:
    world = World(_DURATION_S, road, some_weather(rng))
    swing = _swing(rng, road, bool(rng.random() < 0.5), **change)
    fast = world.add(actor(_pick(rng, _FOUR_WHEELS), swing.way, rng))
    kind = _pick(rng, _SLOW)
    slow = world.add(actor(kind, _passed_at(rng, road, swing, kind), rng))
    return world, swing, fast, slow


def _dashed(rng: np.random.Generator) -> Observed:
    """Over a dashed line, nobody near."""
    road = two_ways(rng, "dashed")
    world, swing, _, _ = _pair(rng, road)
    if rng.random() < 0.5:
        _oncoming(world, rng, replace(swing, comes_back=True), road, float(rng.uniform(6, 8)))
    return _camera(rng, world, swing.passed_mps + rng.uniform(-0.5, 1.2))


def _own_lanes(rng: np.random.Generator) -> Observed:
    """On the left, in the next lane of one direction."""
    road = two_ways(rng, "solid", number=2)
    width = lane_width(road)
    world = World(_DURATION_S, road, some_weather(rng))
    swing = _swing(rng, road, False, inside=1.5 * width, outside=0.5 * width)
    world.add(actor(_pick(rng, _FOUR_WHEELS), swing.way, rng))
    slow = ways.straight(1.55 * width, swing.passed_z, swing.passed_mps)
    world.add(actor(_pick(rng, _SLOW), slow, rng))
    flow(world, rng, -width / 2, -10.0, first_z=30, number=6)
    return _camera(rng, world, swing.passed_mps)


def _right_lane(rng: np.random.Generator) -> Observed:
    """In the right lane past a slow one in the left: ordinary on a road of many lanes."""
    road = two_ways(rng, "solid", number=2)
    width = lane_width(road)
    world = World(_DURATION_S, road, some_weather(rng))
    swing = _swing(rng, road, False, inside=0.5 * width, outside=1.5 * width)
    world.add(actor(_pick(rng, _FOUR_WHEELS), swing.way, rng))
    slow = ways.straight(0.5 * width, swing.passed_z, swing.passed_mps)
    world.add(actor(Kind.CAR, slow, rng))
    return _camera(rng, world, swing.passed_mps)


def _around_a_parked_one(rng: np.random.Generator) -> Observed:
    """Around a car that stands at the kerb: over the line, but it passes nobody who drives."""
    road = two_ways(rng, "solid")
    width = lane_width(road)
    world = World(_DURATION_S, road, some_weather(rng))
    speed = rng.uniform(6, 9)
    place = rng.uniform(30, 45)
    swing = _swing(
        rng, road, False, passed_z=place, passed_mps=0.0, speed_mps=speed, outside=-0.25 * width
    )
    world.add(actor(Kind.CAR, swing.way, rng))
    world.add(actor(Kind.CAR, ways.standing(width * 0.7, place), rng))
    if rng.random() < 0.5:
        return observe(world, watcher(rng, road), rng)
    return observe(world, follower(rng, road, speed), rng, satellites=bool(rng.random() < 0.7))


def _turns_left(rng: np.random.Generator) -> Observed:
    """Over the solid line into a side street, while another drives on."""
    road = two_ways(rng, "solid")
    width = lane_width(road)
    world = World(_DURATION_S, road, some_weather(rng))
    z, speed = rng.uniform(25, 40), rng.uniform(6, 9)
    there = z / speed
    turn = [(0, width / 2, 8), (there - 2, width / 2, z - 6), (there, -width / 2, z + 2)]
    turn.append((there + 2, -2.5 * width, z + 5))
    world.add(actor(Kind.CAR, ways.through(turn), rng))
    world.add(actor(Kind.CAR, ways.straight(width / 2, 30, 0.9 * speed), rng))
    return _camera(rng, world, 0.9 * speed)


def _motorbikes(rng: np.random.Generator) -> Observed:
    """Motorbikes pass cars on the right, in the lane and along the shoulder."""
    road = two_ways(rng, "solid", shoulder_m=2.0)
    width = lane_width(road)
    world = World(_DURATION_S, road, some_weather(rng))
    speed = rng.uniform(5, 8)
    for index in range(4):
        world.add(actor(Kind.CAR, ways.straight(0.45 * width, 14 + 13 * index, speed), rng))
        x = float(rng.choice([0.85 * width, width + 0.8]))
        way = ways.straight(x, -10 + 12 * index, speed + rng.uniform(2, 5))
        world.add(actor(Kind.MOTORBIKE, way, rng))
    return _camera(rng, world, speed)


def _within_the_lane(rng: np.random.Generator) -> Observed:
    """Past a motorbike at the edge, the left wheels near the line but not over it."""
    road = two_ways(rng, "solid")
    width = lane_width(road)
    world = World(_DURATION_S, road, some_weather(rng))
    swing = _swing(rng, road, False, inside=0.5 * width, outside=1.15)
    world.add(actor(Kind.CAR, swing.way, rng))
    slow = ways.straight(0.88 * width, swing.passed_z, swing.passed_mps)
    world.add(actor(Kind.MOTORBIKE, slow, rng))
    flow(world, rng, -width / 2, -10.0, first_z=40, number=5)
    return _camera(rng, world, swing.passed_mps)


def _camera_passed(rng: np.random.Generator) -> Observed:
    """The camera's own car is passed over a dashed line, or in the next lane of its direction."""
    dashed = rng.random() < 0.5
    road = two_ways(rng, "dashed" if dashed else "solid", number=1 if dashed else 2)
    world = World(_DURATION_S, road, some_weather(rng))
    speed, width = rng.uniform(6, 12), lane_width(road)
    swing = _swing(rng, road, False, z=-rng.uniform(14, 20), passed_z=0.0, passed_mps=speed)
    swing = replace(swing, speed_mps=speed + rng.uniform(3, 6))
    lane = width / 2
    if not dashed:
        lane = 1.5 * width
        swing = replace(swing, inside=lane, outside=width / 2)
    world.add(actor(Kind.CAR, swing.way, rng))
    camera = replace(
        follower(rng, road, speed), way=ways.straight(lane + rng.normal(0, 0.1), 0.0, speed)
    )
    return observe(world, camera, rng, satellites=bool(rng.random() < 0.7))


def _meeting(rng: np.random.Generator) -> Observed:
    """Everybody keeps to their side; the two directions meet."""
    road = two_ways(rng, str(rng.choice(["solid", "dashed"])))
    width = lane_width(road)
    world = World(_DURATION_S, road, some_weather(rng))
    speed = rng.uniform(7, 12)
    flow(world, rng, width / 2, speed, first_z=5, number=6)
    flow(world, rng, -width / 2, -rng.uniform(6, 13), first_z=20, number=8, headway_s=1.5)
    return _camera(rng, world, speed)


def _pulls_over(rng: np.random.Generator) -> Observed:
    """The one in front goes over the edge line to a halt; the next drives on in the lane."""
    road = two_ways(rng, "solid", shoulder_m=2.8)
    width = lane_width(road)
    world = World(_DURATION_S, road, some_weather(rng))
    speed, z = rng.uniform(7, 10), rng.uniform(18, 26)
    stops = [(0, width / 2, z), (2, width / 2, z + 2 * speed), (4, width + 1.4, z + 3.4 * speed)]
    stops += [(6, width + 1.5, z + 4.2 * speed), (9, width + 1.5, z + 4.2 * speed)]
    world.add(actor(Kind.CAR, ways.through(stops), rng))
    world.add(actor(Kind.CAR, ways.straight(width / 2, z - 11, speed), rng))
    return _camera(rng, world, speed)


def _bends(rng: np.random.Generator) -> Observed:
    """A lawful pass on a road of two lanes each way that winds."""
    road = two_ways(rng, "solid", number=2)
    width = lane_width(road)
    long, wide, phase = rng.uniform(140, 240), rng.uniform(2, 6), rng.uniform(0, 6)
    road = replace(
        road,
        middle=lambda z: wide * (np.sin(2 * np.pi * z / long + phase) - np.sin(phase)),
    )
    world = World(_DURATION_S, road, some_weather(rng))
    swing = _swing(rng, road, False, inside=1.5 * width, outside=0.5 * width)
    slow = ways.straight(1.55 * width, swing.passed_z, swing.passed_mps)
    world.add(actor(Kind.CAR, ways.bent(swing.way, road.middle), rng))
    world.add(actor(Kind.CAR, ways.bent(slow, road.middle), rng))
    camera = follower(rng, road, swing.passed_mps)
    camera = replace(camera, way=ways.bent(camera.way, road.middle))
    return observe(world, camera, rng, satellites=bool(rng.random() < 0.7))


_QUIET: dict[str, Callable[[np.random.Generator], Observed]] = {
    "dashed, nobody near": _dashed,
    "lanes of one direction": _own_lanes,
    "right lane": _right_lane,
    "around a parked car": _around_a_parked_one,
    "turns left": _turns_left,
    "motorbikes on the right": _motorbikes,
    "within the lane": _within_the_lane,
    "camera passed lawfully": _camera_passed,
    "directions meet": _meeting,
    "pulls over": _pulls_over,
    "bends": _bends,
}
