"""Lạng lách, đánh võng: swings; and lane changes, wobbles, bends, cameras that sway."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from driving_range import ways
from driving_range.actors import actor
from driving_range.camera import Camera, at_the_wheel, trembling
from driving_range.case import Case
from driving_range.observe import Observed, observe
from driving_range.traffic import Style, flow, lane_middles, some_camera, some_road, some_weather
from driving_range.views import views
from driving_range.world import World
from pipeline.types import CameraMotion, FloatArray, Kind

RULE = "weaving"
_POSITIVES = 20
_EACH = 4  # negatives of a sort
_DURATION_S = 15.0
_TRIES = 60  # to stage one that is seen well enough under a standing camera
_LEAST_PX = 42.0  # root of the box's area at 640 pixels of width: seen well enough
_MOST_UNKNOWN = 0.1  # of the samples, whose background could not be followed
_LEAST_SWINGS = 5  # between turning points that are seen in a row
_STYLES: tuple[Style, ...] = ("wheel", "wheel", "hand", "stand")


def cases(seed: int) -> Iterator[Case]:
    rng = np.random.default_rng([seed, 17])
    made = tries = 0
    while made < _POSITIVES:
        case = _swings(rng, _STYLES[made % len(_STYLES)] if tries < _TRIES else "wheel")
        tries += 1
        if case is not None:
            made, tries = made + 1, 0
            yield case
    for name, stage in _QUIET.items():
        for index in range(_EACH):
            yield stage(rng, _STYLES[index % len(_STYLES)]).case(
                f"{name}: {_STYLES[index % len(_STYLES)]}", RULE
            )


def _swings(rng: np.random.Generator, style: Style) -> Case | None:
    """One that swings; None where too few swings are seen well enough to speak of."""
    kind = Kind.MOTORBIKE if rng.random() < 0.8 else Kind.CAR
    width, pull = rng.uniform(1.4, 2.8), rng.uniform(2.5, 4.8)  # m crest to trough, m/s2 sideways
    if kind is Kind.CAR:
        width, pull = rng.uniform(1.8, 2.8), rng.uniform(2.0, 3.5)
    period = 2 * np.pi * (width / 2 / pull) ** 0.5
    start, swings = rng.uniform(0.5, 3.0), int(rng.integers(6, 11))
    end = start + swings * period / 2
    if end > _DURATION_S - 0.5:
        return None
    world, base, camera = _staged(rng, style, kind)
    way = ways.weaving(base, width, period, start, end)
    culprit = world.add(actor(kind, way, rng))
    turns = start + period / 4 + np.arange(swings) * period / 2
    view = next(v for v in views(world, camera.poses(turns), turns) if v.actor is culprit)
    sides = np.nan_to_num(view.shown[:, 2:] - view.shown[:, :2])
    clear = np.sqrt(np.prod(sides, axis=1)) * 640 / camera.size[0] > _LEAST_PX * world.noise**0.5
    if _longest(clear & (view.shares > 0.6)) < _LEAST_SWINGS + 1:
        return None
    seen = observe(world, camera, rng)
    if seen.scene.ego.states.count(CameraMotion.UNKNOWN) > _MOST_UNKNOWN * len(seen.times_s):
        return None
    return seen.case(f"swings: {kind} {style}", RULE, culprit, {"swing_width": width}, (start, end))


def _longest(flags: FloatArray) -> int:
    best = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        best = max(best, run)
    return best


def _staged(rng: np.random.Generator, style: Style, kind: Kind) -> tuple[World, ways.Way, Camera]:
    """Some traffic, a way for one of `kind` that is seen for long, and a camera."""
    road = some_road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    ahead, coming = lane_middles(road)
    lane = float(rng.choice(ahead))
    if style == "wheel":
        speed = rng.uniform(8, 16)
        gap = rng.uniform(6.5, 11) if kind is Kind.MOTORBIKE else rng.uniform(9, 22)
        way = ways.straight(lane, gap, speed + rng.uniform(-0.3, 0.3))
        camera = some_camera(rng, road, style, speed_mps=speed, lane_x=lane)
        _others(world, rng, ahead, coming, speed, keep_off=(-12, 35))
    else:
        # Filmed with a phone's second lens: without it, none is large for so many swings.
        speed, comes = rng.uniform(3, 5.5), rng.random() < 0.5
        way = ways.straight(lane, rng.uniform(5, 9), speed)
        if comes:
            way = ways.straight(float(rng.choice(coming)), 6.0 + 13 * speed, -speed)
        camera = some_camera(rng, road, style, follow=way)
        camera = replace(camera, focal=rng.uniform(1.8, 3.2))
        _others(world, rng, ahead, coming, rng.uniform(7, 11), keep_off=None, number=2)
    return world, way, camera


def _others(
    world: World,
    rng: np.random.Generator,
    ahead: list[float],
    coming: list[float],
    speed: float,
    keep_off: tuple[float, float] | None,
    number: int = 3,
) -> None:
    for x in ahead:
        own = rng.uniform(0.92, 1.1)
        flow(world, rng, x, speed * own, number=number, first_z=-80, keep_off=keep_off)
    for x in coming:
        flow(world, rng, x, -rng.uniform(0.8, 1.2) * speed, number=number, first_z=20)


# --- what only looks like it ---------------------------------------------------------------------


def _traffic(rng: np.random.Generator, style: Style) -> Observed:
    """Everybody keeps to their lane, one close ahead."""
    kind = Kind.MOTORBIKE if rng.random() < 0.7 else Kind.CAR
    world, way, camera = _staged(rng, style, kind)
    world.add(actor(kind, way, rng))
    return observe(world, camera, rng)


def _overtakes(rng: np.random.Generator, style: Style) -> Observed:
    """One lane change out and one back, quick."""
    return _moved(rng, style, Kind.MOTORBIKE, _steps([(3, 2.4), (3 + rng.uniform(2, 5), -2.4)]))


def _slalom_once(rng: np.random.Generator, style: Style) -> Observed:
    """Around three standing things: out, in, out, and straight on."""
    gap = rng.uniform(1.6, 2.6)
    shifts = [(3 + gap * index, 1.5 * (-1) ** index) for index in range(3)]
    return _moved(rng, style, Kind.MOTORBIKE, _steps(shifts))


def _filters(rng: np.random.Generator, style: Style) -> Observed:
    """Threads its way through slow traffic: many lane changes, none in a hurry."""
    time, shifts = 1.0, []
    for index in range(4):
        shifts.append((time, rng.uniform(0.8, 2.2) * (-1) ** index))
        time += rng.uniform(3.4, 5.0)
    return _moved(rng, style, Kind.MOTORBIKE, _steps(shifts, lasts_s=1.8))


def _wobbles(rng: np.random.Generator, style: Style) -> Observed:
    """An unsteady rider: swings of a hand's breadth or two."""
    width, period = rng.uniform(0.2, 0.5), rng.uniform(1.6, 3.0)
    phase = rng.uniform(0, 6)
    return _moved(
        rng, style, Kind.MOTORBIKE, lambda t: width / 2 * np.sin(2 * np.pi * t / period + phase)
    )


def _wanders(rng: np.random.Generator, style: Style) -> Observed:
    """Drifts across the lane and back, slowly."""
    width, period = rng.uniform(1.0, 2.5), rng.uniform(7.5, 11)
    kind = Kind.MOTORBIKE if rng.random() < 0.5 else Kind.CAR
    return _moved(rng, style, kind, lambda t: width / 2 * np.sin(2 * np.pi * t / period))


def _moved(
    rng: np.random.Generator,
    style: Style,
    kind: Kind,
    sideways: Callable[[FloatArray], FloatArray],
) -> Observed:
    world, base, camera = _staged(rng, style, kind)

    def way(times: FloatArray) -> FloatArray:
        places = np.array(base(times), float)
        places[:, 0] += sideways(times)
        return places

    world.add(actor(kind, way, rng))
    return observe(world, camera, rng)


def _steps(
    shifts: list[tuple[float, float]], lasts_s: float = 1.4
) -> Callable[[FloatArray], FloatArray]:
    """Sideways places with smooth steps of so many metres at so many seconds."""

    def sideways(times: FloatArray) -> FloatArray:
        total = np.zeros(len(times))
        for at, metres in shifts:
            s = np.clip((times - at) / lasts_s, 0, 1)
            total += metres * s * s * (3 - 2 * s)
        return total

    return sideways


def _bends(rng: np.random.Generator, style: Style) -> Observed:
    """A winding road that everybody follows, the camera too where it drives."""
    long, wide = rng.uniform(130, 220), rng.uniform(2.5, 6.0)
    phase = rng.uniform(0, 6)

    def middle(z: FloatArray) -> FloatArray:
        return np.asarray(wide * (np.sin(2 * np.pi * z / long + phase) - np.sin(phase)))

    world, way, camera = _staged(rng, style, Kind.MOTORBIKE)
    world.road = replace(world.road, middle=middle)
    world.add(actor(Kind.MOTORBIKE, way, rng))
    world.actors = [replace(one, way=ways.bent(one.way, middle)) for one in world.actors]
    if style == "wheel":
        camera = replace(camera, way=ways.bent(camera.way, middle))
    return observe(world, camera, rng)


def _shaken(rng: np.random.Generator, style: Style) -> Observed:
    """A camera that sways hard: a hand in the wind, a loose mount."""
    world, way, camera = _staged(rng, style, Kind.MOTORBIKE)
    world.add(actor(Kind.MOTORBIKE, way, rng))
    sway = trembling(rng, rng.uniform(0.02, 0.05), 0.01, 0.02, most_hz=0.6)
    calm = camera.shake
    shaken = replace(camera, shake=lambda t: np.asarray(sway(t) + calm(t)))
    return observe(world, shaken, rng)


def _camera_swerves(rng: np.random.Generator, style: Style) -> Observed:
    """The filming motorbike itself swings; those ahead keep straight."""
    road = some_road(rng)
    ahead, coming = lane_middles(road)
    lane, speed = float(rng.choice(ahead)), rng.uniform(7, 13)
    world = World(_DURATION_S, road, some_weather(rng))
    width, period = rng.uniform(0.6, 1.6), rng.uniform(2.2, 3.6)
    way = ways.weaving(ways.straight(lane, 0, speed), width, period, 1, 14)
    camera = at_the_wheel(rng, way=way)
    for place in (rng.uniform(8, 13), rng.uniform(14, 20)):
        kind = Kind.MOTORBIKE if rng.random() < 0.6 else Kind.CAR
        x = lane + rng.uniform(-1.2, 1.2)
        world.add(actor(kind, ways.straight(x, place, speed), rng))
    _others(world, rng, ahead, coming, speed, keep_off=(-12, 35))
    return observe(world, camera, rng)


def _half_hidden(rng: np.random.Generator, style: Style) -> Observed:
    """Motorbikes overtake it, now on its left and now on its right, and hide half of it."""
    world, way, camera = _staged(rng, style, Kind.CAR)
    world.add(actor(Kind.CAR, way, rng))
    x, z = (float(value) for value in way(np.zeros(1))[0][:2])
    speed = float(np.diff(way(np.array([0.0, 1.0]))[:, 1])[0])
    faster = speed + float(np.copysign(rng.uniform(2.5, 4.0), speed))
    for index in range(7):
        beside = x + (-1) ** index * rng.uniform(0.9, 1.4)
        meets = 1.0 + 2.0 * index  # when it is abreast
        start = z + speed * meets - faster * meets
        world.add(actor(Kind.MOTORBIKE, ways.straight(float(beside), start, faster), rng))
    return observe(world, camera, rng)


def _turns_off(rng: np.random.Generator, style: Style) -> Observed:
    """A U-turn, or off into a side street."""
    world, _, camera = _staged(rng, "stand", Kind.MOTORBIKE)
    z = rng.uniform(14, 25)
    around = ways.through(
        [(0, 2, z - 12), (2, 2, z - 3), (3, 0.5, z), (4, -1.5, z), (5, -2.5, z - 4), (8, -2.5, -4)]
    )
    if rng.random() < 0.5:
        around = ways.through([(0, 2, z - 12), (2, 2.2, z - 2), (3, 4, z), (6, 14, z + 1)])
    world.add(actor(Kind.MOTORBIKE, around, rng))
    return observe(world, camera, rng)


_QUIET: dict[str, Callable[[np.random.Generator, Style], Observed]] = {
    "traffic": _traffic,
    "overtakes": _overtakes,
    "slalom once": _slalom_once,
    "filters": _filters,
    "wobbles": _wobbles,
    "wanders": _wanders,
    "bends": _bends,
    "shaken camera": _shaken,
    "camera swerves": _camera_swerves,
    "half hidden": _half_hidden,
    "turns off": _turns_off,
}
