"""Tụ tập thành đoàn: convoys over the width of the road; and traffic, queues, parked rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from driving_range.actors import Actor, actor
from driving_range.camera import Camera, at_the_wheel, in_a_hand, on_a_stand
from driving_range.case import Case
from driving_range.observe import Observed, observe
from driving_range.traffic import some_size, some_weather
from driving_range.views import views
from driving_range.world import World, lanes
from pipeline.types import FloatArray, Kind

RULE = "group_riding"
_POSITIVES = 20
_EACH = 4  # negatives of a sort
_AT_ONCE, _FOR_S = 9, 5.0  # seen so many at once for so long, or nobody sees a group
_LEAST_PX = 34.0  # root of the box's area at 640 pixels of width: seen well enough
_TRIES = 40  # to stage one that is seen so; then it comes towards a camera above the road
ENDS = ("comes", "goes", "goes, pan", "drive")
_ROAD = lanes(2, 4.0, oncoming=2, centre="dashed")  # they ride over it: no act of other rules


def cases(seed: int) -> Iterator[Case]:
    rng = np.random.default_rng([seed, 23])
    for index in range(_POSITIVES):
        yield convoy(rng, index)
    for name, stage in QUIET.items():
        for _ in range(_EACH):
            yield stage(rng).case(name, RULE)


def world_of(rng: np.random.Generator, duration_s: float) -> World:
    return World(duration_s, _ROAD, some_weather(rng), riders_seen=False)


def formation(
    world: World,
    rng: np.random.Generator,
    number: int,
    abreast: int,
    z: float,
    speed: float,
    middle: float | None = None,
) -> list[Actor]:
    """Rows of `abreast`, the nearest at z, each a little off its place and its speed (m/s)."""
    side, row = rng.uniform(1.1, 1.7), rng.uniform(3.5, 5.5)
    centre = rng.uniform(-1.5, 1.5) if middle is None else middle
    made = []
    for index in range(number):
        x = centre + side * (index % abreast - (abreast - 1) / 2) + rng.normal(0, 0.15)
        along = z + row * (index // abreast) + rng.normal(0, 0.4)
        wobble, phase = rng.uniform(0, 0.3), rng.uniform(0, 6)
        own = speed + rng.normal(0, 0.15) if speed else 0.0
        made.append(rides(world, rng, x, along, own, wobble if speed else 0.0, phase))
    return made


def rides(
    world: World,
    rng: np.random.Generator,
    x: float,
    z: float,
    speed: float,
    wobble: float = 0.2,
    phase: float = 0.0,
    kind: Kind = Kind.MOTORBIKE,
) -> Actor:
    def way(t: FloatArray) -> FloatArray:
        return np.column_stack(
            [x + wobble * np.sin(0.7 * t + phase), z + speed * t + wobble * np.cos(0.5 * t + phase)]
        )

    return world.add(actor(kind, way, rng))


def standing_camera(rng: np.random.Generator, heading: float = 0.0) -> Camera:
    """Above or beside the road: on a bridge, a balcony, a kerb."""
    return replace(on_a_stand(rng, heading=heading), size=some_size(rng))


def turning_camera(rng: np.random.Generator) -> Camera:
    return replace(in_a_hand(rng, height_m=rng.uniform(1.5, 3.0)), size=some_size(rng))


def driving_camera(rng: np.random.Generator, speed: float) -> Camera:
    return replace(at_the_wheel(rng, x=0.0, speed_mps=speed), size=some_size(rng))


def convoy(rng: np.random.Generator, index: int) -> Case:
    """A group of 10 to 24, three to five abreast: coming, going, followed by a pan or a drive.

    Those that hide one another, or are too far away, until fewer than nine are seen well at once
    for four seconds are drawn again: there nobody sees the group.
    """
    for tries in range(1000):
        world, camera, group, speed = _convoy(rng, index if tries < _TRIES else 0)
        if _at_once(world, camera, group) >= _FOR_S:
            break
    seen = observe(world, camera, rng)
    truth = {} if ENDS[index % 4] == "drive" else {"group_speed": abs(speed) * 3.6}
    case = seen.case(f"convoy {ENDS[index % 4]}: {len(group)}", RULE, group[0], truth)
    culprits = tuple(t.id for t in seen.tracks if seen.views[seen.owners[t.id]].actor in group)
    return replace(case, culprits=culprits)


def _at_once(world: World, camera: Camera, group: list[Actor]) -> float:
    """Seconds for which enough of the group are seen well."""
    times = np.arange(0, world.duration_s, 0.5)
    counts = np.zeros(len(times))
    for view in views(world, camera.poses(times), times):
        if view.actor in group:
            sides = np.nan_to_num(view.shown[:, 2:] - view.shown[:, :2]) * 640 / camera.size[0]
            large = np.sqrt(np.prod(sides, axis=1)) > _LEAST_PX * world.noise**0.5
            counts += large & (view.shares > 0.5)
    return float((counts >= _AT_ONCE).sum() * 0.5)


def _convoy(rng: np.random.Generator, index: int) -> tuple[World, Camera, list[Actor], float]:
    number, abreast = int(rng.integers(10, 25)), int(rng.integers(3, 6))
    way, deep = ENDS[index % 4], 5 * number // abreast
    if way == "comes":
        world, camera = world_of(rng, 28.0), standing_camera(rng)
        speed = -rng.uniform(3, 6)
        group = formation(world, rng, number, abreast, 75, speed)
    elif way in ("goes", "goes, pan"):
        world = world_of(rng, 26.0)
        camera = standing_camera(rng) if way == "goes" else turning_camera(rng)
        speed = rng.uniform(3, 6)
        group = formation(world, rng, number, abreast, -speed * 4 - deep, speed)
    else:
        ego = rng.uniform(5, 12)
        world, camera = world_of(rng, 14.0), driving_camera(rng, ego)
        speed = ego + rng.uniform(-0.2, 0.3)
        group = formation(world, rng, number, abreast, rng.uniform(6, 9), speed)
    # From a bridge or a balcony, with a phone's second lens: others show no nine at a time.
    if way != "drive":
        camera = replace(
            camera,
            focal=float(rng.uniform(1.3, 2.4)),
            height_m=float(rng.uniform(3.5, 7.0)),
            pitch=float(rng.uniform(0.08, 0.16)),
        )
    if index % 3 == 0:  # somebody comes the other way
        for place in range(3):
            rides(world, rng, -5.5, 60 + 30 * place, -9)
    return world, camera, group, speed


# --- what only looks like it ---------------------------------------------------------------------


def _dense(rng: np.random.Generator, sigma: float) -> Observed:
    """Motorbikes all over the road that keep coming, each at its own speed."""
    world = world_of(rng, 22.0)
    rate, mean = rng.uniform(1.5, 3.0), rng.uniform(6, 9)
    time, away = -10.0, rng.random() < 0.5
    while time < world.duration_s:
        time += rng.exponential(1 / rate)
        speed = max(rng.normal(mean, sigma), 2.5)
        way = speed if away else -speed
        x, z = rng.uniform(-4, 4), (1.0 if away else 60.0) - way * time
        one = rides(world, rng, x, z, way, 0.2, rng.uniform(0, 6))
        world.actors[-1] = replace(one, from_s=time - 1, until_s=time + 75 / speed)
    return observe(world, standing_camera(rng), rng)


def _stream(rng: np.random.Generator) -> Observed:
    return _dense(rng, rng.uniform(1.2, 2))


def _even_stream(rng: np.random.Generator) -> Observed:
    return _dense(rng, 0.15)


def _platoon(rng: np.random.Generator) -> Observed:
    """Let go by a green light."""
    world = world_of(rng, 25.0)
    for _ in range(int(rng.integers(14, 40))):
        speed = max(rng.normal(7, rng.uniform(1.2, 2)), 3)
        rides(world, rng, rng.uniform(-4, 4), -speed * 3 - rng.uniform(0, 20), speed)
    return observe(world, standing_camera(rng), rng)


def _queue(rng: np.random.Generator) -> Observed:
    """Waiting at a light."""
    world = world_of(rng, 15.0)
    camera = standing_camera(rng) if rng.random() < 0.5 else turning_camera(rng)
    formation(world, rng, int(rng.integers(10, 25)), int(rng.integers(3, 6)), 7, 0.0)
    return observe(world, camera, rng)


def _parked(rng: np.random.Generator) -> Observed:
    """Rows at the kerb that a camera drives past."""
    speed = rng.uniform(1, 10)
    world = world_of(rng, 15.0)
    for index in range(int(rng.integers(30, 60))):
        x = 3.5 + 1.4 * (index % 3) + rng.normal(0, 0.1)
        rides(world, rng, x, 8 + 0.9 * index + rng.normal(0, 0.1), 0.0, 0.0)
    return observe(world, driving_camera(rng, speed), rng)


def _dense_drive(rng: np.random.Generator) -> Observed:
    """The camera rides in dense traffic."""
    ego = rng.uniform(4, 9)
    world = world_of(rng, 20.0)
    for _ in range(int(rng.integers(25, 50))):
        speed = ego + rng.normal(0, rng.uniform(1.2, 2))
        x = rng.uniform(-4, 4)
        rides(world, rng, x, rng.uniform(3 if abs(x) < 1.2 else -15, 45), speed, 0.3, speed)
    return observe(world, driving_camera(rng, ego), rng)


def _pairs(rng: np.random.Generator) -> Observed:
    """Many, but one or two abreast."""
    number, abreast = int(rng.integers(8, 16)), int(rng.integers(1, 3))
    if rng.random() < 0.5:
        ego = rng.uniform(5, 12)
        world = world_of(rng, 14.0)
        formation(world, rng, number, abreast, 9, ego)
        return observe(world, driving_camera(rng, ego), rng)
    world = world_of(rng, 25.0)
    formation(world, rng, number, abreast, 60, -6.0)
    return observe(world, standing_camera(rng), rng)


def _family(rng: np.random.Generator) -> Observed:
    """Three to six, three abreast."""
    ego = rng.uniform(5, 12)
    world = world_of(rng, 14.0)
    formation(world, rng, int(rng.integers(3, 7)), 3, 9, ego)
    return observe(world, driving_camera(rng, ego), rng)


def _oncoming(rng: np.random.Generator) -> Observed:
    ego = rng.uniform(5, 10)
    world = world_of(rng, 16.0)
    for index in range(45):
        rides(world, rng, rng.uniform(-7, -3), 20 + 6 * index, -rng.normal(8, 1))
    return observe(world, driving_camera(rng, ego), rng)


def _mixed(rng: np.random.Generator) -> Observed:
    """Motorbikes that keep their places, with cars among them."""
    ego = rng.uniform(5, 10)
    world = world_of(rng, 14.0)
    formation(world, rng, int(rng.integers(10, 20)), 3, 8, ego)
    for index in range(4):
        rides(world, rng, rng.choice([-2.8, 0, 2.8]), 11 + 4 * index, ego, 0.1, kind=Kind.CAR)
    return observe(world, driving_camera(rng, ego), rng)


def _passed_by(rng: np.random.Generator) -> Observed:
    """The camera rides within traffic of one speed: others come from behind and fall back."""
    ego = rng.uniform(4, 9)
    world = world_of(rng, 18.0)
    for index in range(int(rng.integers(30, 50))):
        faster = rng.random() < 0.5
        speed = ego + (rng.uniform(0.8, 3) if faster else -rng.uniform(0.2, 2))
        z = -20 + 1.2 * index if faster else 5.0 + index
        rides(world, rng, rng.choice([-1, 1]) * rng.uniform(0.9, 4), z, speed)
    return observe(world, driving_camera(rng, ego), rng)


def _pan_over_parked(rng: np.random.Generator) -> Observed:
    world = world_of(rng, 15.0)
    for index in range(int(rng.integers(10, 30))):
        rides(world, rng, -4 + 0.9 * (index % 10), 9 + 2.5 * (index // 10), 0.0, 0.0)
    return observe(world, turning_camera(rng), rng)


QUIET: dict[str, Callable[[np.random.Generator], Observed]] = {
    "stream": _stream,
    "even stream": _even_stream,
    "platoon from a light": _platoon,
    "queue": _queue,
    "parked, camera drives": _parked,
    "dense traffic, camera drives": _dense_drive,
    "two abreast": _pairs,
    "family": _family,
    "oncoming": _oncoming,
    "cars among them": _mixed,
    "passed by": _passed_by,
    "pan over parked": _pan_over_parked,
}
