"""Đón, trả khách không đúng nơi: a bus at rest, people who board or leave, or are only near it.

Places are told along the bus (`u` metres from its middle, towards its front) and off its door side
(`v` metres): the camera stands on the pavement or across a lane and sees that side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from driving_range import ways
from driving_range.actors import Actor, actor
from driving_range.camera import Camera, at_the_wheel, in_a_hand, on_a_stand
from driving_range.case import Case
from driving_range.observe import Observed, observe
from driving_range.traffic import some_size, some_weather
from driving_range.views import views
from driving_range.world import World, lanes
from pipeline.types import FloatArray, Kind

RULE = "illegal_pickup_dropoff"
_POSITIVES = 24
_EACH = 4  # negatives of a sort
_WALK_MPS = 1.2
_SEEN = 2  # people whose way to or from the door is seen well enough to speak of
_LOOKS, _HOLE = 6, 10  # looks at such a way, and samples without one
_AT_DOOR_M, _STEPS_M = 0.8, 1.8  # from the door: a look within, and one beyond
_LEAST_TALL = 0.16  # of the picture's height: a smaller bus shows no people

Leg = tuple[float, float, float]  # time, u, v


@dataclass
class Stop:
    """A bus that comes, rests and goes, and the camera that sees its door side."""

    rng: np.random.Generator
    world: World
    bus: Actor
    camera: Camera
    z: float  # of its middle at rest
    rest: tuple[float, float]

    @property
    def side_x(self) -> float:
        return 1.75 + self.bus.size_m[1] / 2

    @property
    def long(self) -> float:
        return self.bus.size_m[0]

    def walk(self, legs: Sequence[Leg], from_s: float = -1e9, until_s: float = 1e9) -> Actor:
        """Somebody on their way, who is there from the first leg to the last at most."""
        points = [(t, self.side_x + v, self.z + u) for t, u, v in legs]
        start, end = max(legs[0][0], from_s), min(legs[-1][0], until_s)
        way = ways.through(points)
        return self.world.add(actor(Kind.PERSON, way, self.rng, from_s=start, until_s=end))

    def seen(self) -> Observed:
        return observe(self.world, self.camera, self.rng)


def stop(
    rng: np.random.Generator,
    *,
    rest: tuple[float, float] = (3.0, 18.0),
    hand: bool | None = None,
    duration_s: float = 22.0,
    driven: float | None = None,
) -> Stop:
    """A bus at the kerb of a street, seen from the pavement; or from a car that drives past."""
    world = World(duration_s, lanes(2, 3.5, oncoming=2), some_weather(rng))
    kind_long = float(rng.choice([7.0, 9.0, 11.5]))
    size = (kind_long, 2.3 if kind_long < 8 else 2.5, 2.7 if kind_long < 8 else 3.2)
    z = rng.uniform(13, 22)
    before, after = rng.uniform(12, 30, 2)
    way = ways.through(
        [
            (rest[0] - 3.5, 1.75, z - before),
            (rest[0], 1.75, z),
            (rest[0] + 0.01, 1.75, z),
            (rest[1] - 0.01, 1.75, z),
            (rest[1], 1.75, z),
            (rest[1] + 4, 1.75, z + after),
        ]
    )

    def headed(times: FloatArray) -> FloatArray:
        return np.column_stack([way(times), np.zeros(len(times))])

    bus = world.add(replace(actor(Kind.BUS, headed, rng), size_m=size))
    x = 3.0 + rng.uniform(5, 14)
    aim = np.arctan2(2.5 - x, z + rng.uniform(-1, 2))
    hand = bool(rng.random() < 0.4) if hand is None else hand
    camera = (
        in_a_hand(rng, x=x, heading=float(aim))
        if hand
        else on_a_stand(rng, x=x, heading=float(aim))
    )
    if driven is not None:
        camera = at_the_wheel(rng, x=5.2, z=-20.0, speed_mps=driven)
    return Stop(rng, world, bus, replace(camera, size=some_size(rng)), z, rest)


def boards(made: Stop, time: float, door: float) -> Actor:
    """Comes from the pavement or along it, and is gone inside after `time`."""
    u, v = _afar(made)
    lasts = float(np.hypot(u, v)) / _WALK_MPS
    at = door + made.rng.normal(0, 0.15)
    return made.walk(
        [(time - lasts, door + u, 0.5 + v), (time, at, 0.35), (time + 0.9, at, 0.3)], 0.0
    )


def leaves(made: Stop, time: float, door: float) -> Actor:
    u, v = _afar(made)
    lasts = float(np.hypot(u, v)) / _WALK_MPS
    at = door + made.rng.normal(0, 0.15)
    return made.walk(
        [(time, at, 0.3), (time + 0.8, at, 0.4), (time + 0.8 + lasts, door + u, 0.5 + v)]
    )


def _afar(made: Stop) -> tuple[float, float]:
    """Some metres along the bus and off it."""
    return float(made.rng.choice([-1, 1]) * made.rng.uniform(2.5, 6)), float(
        made.rng.uniform(0.3, 2.5)
    )


def cases(seed: int) -> Iterator[Case]:
    rng = np.random.default_rng([seed, 29])
    made = 0
    while made < _POSITIVES:
        case = _boarding(rng)
        if case is not None:
            made += 1
            yield case
    for name, stage in QUIET.items():
        for _ in range(_EACH):
            yield stage(rng).seen().case(name, RULE)


def _boarding(rng: np.random.Generator) -> Case | None:
    """Two to five people at one door: out first, then in. None where hardly any of it is seen."""
    made = stop(rng)
    if not _is_in_view(made):
        return None
    door = made.long * float(rng.choice([0.38, 0.05, -0.3]))
    time = made.rest[0] + rng.uniform(0.8, 2)
    number = int(rng.integers(2, 6))
    leaving = int(rng.integers(0, number + 1))
    people = []
    for index in range(number):
        people.append((leaves if index < leaving else boards)(made, time, door))
        time = min(time + rng.uniform(1.2, 2.6), made.rest[1] - 1.5)
    if rng.random() < 0.4:
        _walkers(made, 1)
    seen = made.seen()
    at = np.array([made.side_x + 0.35, made.z + door])
    if sum(_is_told(seen, one, at) for one in people) < _SEEN or not seen.ids(made.bus):
        return None
    truth = {"boarding": float(number - leaving), "leaving": float(leaving)}
    truth = {name: value for name, value in truth.items() if value}
    truth["stop_duration"] = made.rest[1] - made.rest[0]
    return seen.case(f"boarding: {number}", RULE, made.bus, truth, made.rest)


def _is_in_view(made: Stop) -> bool:
    """Is the bus at rest whole in the picture, and large enough?"""
    times = np.linspace(*made.rest, 5)
    shown = views(made.world, made.camera.poses(times), times)[0].shown
    width, height = made.camera.size
    if not np.isfinite(shown).all() or np.median(shown[:, 3] - shown[:, 1]) < _LEAST_TALL * height:
        return False
    return bool(np.median(shown[:, 0]) >= 4 and np.median(shown[:, 2]) <= width - 4)


def _is_told(seen: Observed, one: Actor, door: FloatArray) -> bool:
    """Do tracks show this person at the door, and some steps of the way to it or from it?

    Without both nobody who looks at the tracks can say that somebody boarded or left.
    """
    ids = set(seen.ids(one))
    frames = np.unique([f for track in seen.tracks if track.id in ids for f in track.frames])
    away = np.linalg.norm(seen.view(one).places - door, axis=1)
    for part in np.split(frames, np.flatnonzero(np.diff(frames) > _HOLE) + 1):
        if len(part) >= _LOOKS and away[part].min() < _AT_DOOR_M and away[part].max() > _STEPS_M:
            return True
    return False


# --- what only looks like it ---------------------------------------------------------------------


def _walkers(
    made: Stop, number: int, lost: bool = False, v: tuple[float, float] = (0.4, 2.0)
) -> None:
    """Walk past along the near side without a stop; or lost on the way for a while."""
    rng = made.rng
    reach = made.long / 2 + 5
    for _ in range(number):
        begin, side = rng.uniform(0, 9), rng.uniform(*v)
        way = float(rng.choice([-1, 1]))
        lasts = 2 * reach / (_WALK_MPS * rng.uniform(0.85, 1.3))
        legs = [(begin, -way * reach, side), (begin + lasts, way * reach, side)]
        if not lost:
            made.walk(legs)
            continue
        gone = begin + lasts * rng.uniform(0.3, 0.6)
        made.walk(legs, until_s=gone)
        made.world.actors.append(
            replace(
                made.world.actors[-1],
                from_s=gone + rng.uniform(1, 3.5),
                until_s=begin + lasts,
            )
        )


def _nobody(rng: np.random.Generator) -> Stop:
    return stop(rng)


def _passers_by(rng: np.random.Generator) -> Stop:
    made = stop(rng)
    _walkers(made, int(rng.integers(2, 7)))
    return made


def _passers_lost(rng: np.random.Generator) -> Stop:
    """Walk past on the near side, and are lost on the way by the detector or behind a post."""
    made = stop(rng)
    _walkers(made, int(rng.integers(2, 5)), lost=True)
    return made


def _far_side(rng: np.random.Generator) -> Stop:
    """Walk along the far side: vanish at one edge of the bus, are seen again at the other."""
    made = stop(rng)
    _walkers(made, int(rng.integers(2, 6)), v=(-made.bus.size_m[1] - 2, -made.bus.size_m[1] - 0.5))
    return made


def _behind(rng: np.random.Generator) -> Stop:
    """Cross before the bus or behind it and go on out of sight: never seen again."""
    made = stop(rng)
    for _ in range(int(rng.integers(2, 6))):
        begin = rng.uniform(2, 12)
        u = (made.long / 2 + rng.uniform(0.5, 1.5)) * float(rng.choice([-1, 1]))
        far = -made.bus.size_m[1] - 4
        legs = [(begin, u, 3.0), (begin + (3 - far) / _WALK_MPS, u, far)]
        if rng.random() < 0.5:
            legs = [(begin, u, far), (begin + (3 - far) / _WALK_MPS, u, 3.0)]
        made.walk(legs)
    return made


def _crossing(rng: np.random.Generator) -> Stop:
    """A crowd crosses between camera and bus, nearer to the camera, hiding one another."""
    made = stop(rng)
    _walkers(made, int(rng.integers(4, 9)), v=(2.5, 5.0))
    return made


def _waiting(rng: np.random.Generator) -> Stop:
    """People who stand at the kerb beside it and stay."""
    made = stop(rng)
    for _ in range(int(rng.integers(2, 6))):
        u, v = rng.uniform(-0.45, 0.45) * made.long, rng.uniform(0.4, 1.6)
        made.walk([(0, u, v), (made.world.duration_s, u + rng.normal(0, 0.2), v)])
    return made


def _windows(rng: np.random.Generator) -> Stop:
    """Passengers seen through the windows, now and then."""
    made = stop(rng)
    for _ in range(int(rng.integers(3, 8))):
        u, begin = rng.uniform(-0.4, 0.4) * made.long, rng.uniform(3, 14)
        one = made.walk([(begin, u, 0.02), (begin + 3, u + 0.5, 0.02)])
        made.world.actors[-1] = replace(one, foot_m=1.2, size_m=(0.3, 0.5, 1.0))
    return made


def _riders(rng: np.random.Generator) -> Stop:
    """Motorbikes with riders filter past the bus and stop beside it."""
    made = stop(rng)
    for _ in range(int(rng.integers(2, 6))):
        begin, v = rng.uniform(3, 12), rng.uniform(0.7, 1.8)
        x, speed = made.side_x + v, rng.uniform(2, 5)
        if rng.random() < 0.5:
            way = ways.straight(x, made.z - speed * begin - 8, speed)
        else:
            way = ways.braking(x, made.z - speed * begin - 3, speed, begin, 2.5)
        made.world.add(actor(Kind.MOTORBIKE, way, rng))
    return made


def _driving_past(rng: np.random.Generator) -> Stop:
    made = stop(rng, driven=rng.uniform(3, 8))
    for index in range(3):
        boards(made, 4.0 + 2.5 * index, 0.38 * made.long)
    return made


def _creeps(rng: np.random.Generator) -> Stop:
    """It hardly rests while people walk about it."""
    made = stop(rng, rest=(8.0, 9.0 + rng.uniform(0, 0.8)))
    _walkers(made, 3)
    return made


def _driver_gets_out(rng: np.random.Generator) -> Stop:
    """The driver looks at a tyre and comes back: one person, at one door, both ways."""
    made = stop(rng)
    door, away = 0.38 * made.long, rng.uniform(2.5, 5)
    lasts = away / _WALK_MPS
    made.walk(
        [
            (5, door, 0.3),
            (5.5, door, 0.4),
            (5.5 + lasts, door - away, 0.7),
            (7.5 + lasts, door - away, 0.7),
            (7.5 + 2 * lasts, door, 0.4),
            (8.2 + 2 * lasts, door, 0.3),
        ]
    )
    return made


def _milling(rng: np.random.Generator) -> Stop:
    """People of a market who wander and stand about."""
    made = stop(rng)
    for _ in range(int(rng.integers(2, 6))):
        u, time = rng.uniform(-0.8, 0.8) * made.long, 0.0
        legs = [(time, u, rng.uniform(0.5, 3))]
        while time < made.world.duration_s:
            walks = rng.uniform(0.6, 3)
            u += rng.choice([-1, 1]) * walks * _WALK_MPS * 0.8
            time += walks
            legs.append((time, u, rng.uniform(0.5, 3)))
            time += rng.exponential(1.5) + 0.1
            legs.append((time, u, legs[-1][2]))
        made.walk(legs)
    return made


QUIET: dict[str, Callable[[np.random.Generator], Stop]] = {
    "nobody": _nobody,
    "passers-by": _passers_by,
    "passers-by lost on the way": _passers_lost,
    "along the far side": _far_side,
    "vanish behind": _behind,
    "crossing": _crossing,
    "waiting": _waiting,
    "windows": _windows,
    "riders": _riders,
    "camera drives": _driving_past,
    "short stop": _creeps,
    "driver gets out": _driver_gets_out,
    "milling about": _milling,
}
