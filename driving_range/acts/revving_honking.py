"""Rú ga, nẹt pô, bấm còi liên tục: revving, bangs, horns; and all the noise that is none of these.

Each case is a waveform that the program listens to itself, with the pictures that go with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from driving_range import noises, sounds, ways
from driving_range.actors import Actor, actor
from driving_range.camera import Camera
from driving_range.case import Case
from driving_range.observe import observe
from driving_range.traffic import Style, flow, lane_middles, some_camera, some_road, some_weather
from driving_range.views import views
from driving_range.world import World
from pipeline.sound.listen import heard_in
from pipeline.types import FloatArray, Kind, SoundEvent

RULE = "revving_honking"
_DURATION_S = 16.0
_LENGTH = round(_DURATION_S * sounds.RATE_HZ)
_LOUD_DB = {"revving": (10, 22), "bangs": (16, 26), "both": (14, 24)}  # over the road's noise
_HORN_KINDS = {Kind.CAR: "car", Kind.MOTORBIKE: "motorbike"}


def cases(seed: int) -> Iterator[Case]:
    rng = np.random.default_rng([seed, 23])
    for index in range(9):
        yield engine_heard(rng, "revving", "wheel" if index % 3 else "hand")
    for _ in range(4):
        yield engine_heard(rng, "bangs", "wheel" if rng.random() < 0.5 else "hand")
    for _ in range(4):
        yield engine_heard(rng, "both", "wheel" if rng.random() < 0.5 else "hand")
    for index in range(6):
        yield comes_honking(rng, long=index % 2 == 0)
    for name, make in QUIET.items():
        for _ in range(2):
            yield noise_beside(rng, name, make(rng), _some_style(rng))
    for _ in range(2):
        yield noise_beside(rng, "revving, nobody in view", _revs(rng, 5)[0], "wheel", bikes=0)
        yield noise_beside(rng, "revving in a swarm", _revs(rng, 5)[0], "wheel", bikes=7)
        yield noise_beside(rng, "revving, two as near", _revs(rng, 5)[0], "wheel", bikes=2)
        yield noise_beside(rng, "no sound", None, _some_style(rng))
        yield own_horn(rng, long=True)
        yield own_horn(rng, long=False)


def _some_style(rng: np.random.Generator) -> Style:
    return "wheel" if rng.random() < 0.6 else "hand"


# --- sounds --------------------------------------------------------------------------------------


def _bed(rng: np.random.Generator, style: Style) -> FloatArray:
    """What is always to be heard: the road, at times weather or a radio."""
    bed = noises.road(rng, _DURATION_S) * 10 ** (rng.uniform(-30, -18) / 20)
    extra = rng.random()
    if extra < 0.12:
        bed += noises.rain(rng, _DURATION_S) * 10 ** (rng.uniform(-34, -24) / 20)
    elif extra < 0.24:
        bed += noises.wind(rng, _DURATION_S) * 10 ** (rng.uniform(-24, -14) / 20)
    elif extra < 0.36 and style == "wheel":
        bed += noises.music(rng, _DURATION_S) * 10 ** (rng.uniform(-36, -26) / 20)
    elif extra < 0.48:
        bed += noises.speech(rng, _DURATION_S) * 10 ** (rng.uniform(-32, -22) / 20)
    return bed


def _recorded(rng: np.random.Generator, sound: FloatArray) -> tuple[SoundEvent, ...]:
    """What the program hears of it, after a camera's microphone and encoder."""
    sound = sound / max(float(np.abs(sound).max()), 1.0)
    if rng.random() < 0.7:
        sound = sounds.through_codec(sound, bit_rate=int(rng.choice([32_000, 48_000, 64_000])))
    return heard_in(sound.astype(np.float32))


def _revs(rng: np.random.Generator, number: int) -> tuple[FloatArray, tuple[float, float]]:
    starts = rng.uniform(1.0, 3.0) + np.cumsum(rng.uniform(0.8, 1.7, number))
    rpm, load = sounds.rev_bursts(rng, _DURATION_S, list(starts))
    cylinders = int(rng.choice([1, 1, 2]))
    return sounds.engine(rng, rpm, load, cylinders=cylinders), (starts[0], starts[-1] + 0.8)


def _bangs(rng: np.random.Generator, number: int) -> tuple[FloatArray, tuple[float, float]]:
    starts = rng.uniform(1.0, 3.0) + np.cumsum(rng.uniform(0.35, 1.6, number))
    total = np.zeros(_LENGTH)
    for start in starts:
        bang = sounds.exhaust_bang(rng) * rng.uniform(0.7, 1.0)
        total += sounds.placed(_LENGTH, bang, float(start))
    return total, (float(starts[0]), float(starts[-1]) + 0.3)


# --- pictures ------------------------------------------------------------------------------------


def _stage(rng: np.random.Generator, style: Style, bikes: int) -> tuple[World, list[Actor], Camera]:
    """A road with motorbikes near the camera, the first of them nearest, and others far off."""
    road = some_road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    ahead, coming = lane_middles(road)
    lane = float(rng.choice(ahead))
    made: list[Actor] = []
    if style == "wheel":
        speed = rng.uniform(6, 13)
        gaps = [rng.uniform(6, 10), *rng.uniform(24, 34, max(bikes - 1, 0))]
        if bikes in (2, 7):
            gaps = list(rng.uniform(8, 10 if bikes == 2 else 13, bikes))
        for index, gap in enumerate(gaps[:bikes]):
            beside = rng.uniform(-1.2, 1.2) if index == 0 else (-1.3, 1.3)[index % 2]
            if bikes == 7:
                beside = 1.1 * (index - 3)
            way = ways.straight(lane + beside, gap, speed + rng.uniform(-0.15, 0.15))
            made.append(world.add(actor(Kind.MOTORBIKE, way, rng)))
        camera = some_camera(rng, road, style, speed_mps=speed, lane_x=lane)
        for x in coming[:1]:
            _cars(world, rng, x, -speed)
    else:
        for index in range(bikes):
            z = rng.uniform(6, 9) if index == 0 else rng.uniform(25, 35)
            made.append(
                world.add(
                    actor(
                        Kind.MOTORBIKE, ways.standing(road.right_kerb - rng.uniform(1, 2.5), z), rng
                    )
                )
            )
        camera = some_camera(rng, road, style)
        _cars(world, rng, coming[0], -rng.uniform(8, 12))
    return world, made, camera


def _cars(world: World, rng: np.random.Generator, x: float, speed: float) -> None:
    """Some cars of a lane; motorbikes would be near as well."""
    before = len(world.actors)
    flow(world, rng, x, speed, number=4, first_z=30)
    world.actors[before:] = [one for one in world.actors[before:] if one.kind is not Kind.MOTORBIKE]


def _heard(
    rng: np.random.Generator, style: Style, sound: FloatArray, db: float
) -> tuple[SoundEvent, ...]:
    if style == "wheel":
        sound = sounds.in_cabin(sound, rng)
    return _recorded(rng, sounds.over(_bed(rng, style), sound, db))


def engine_heard(rng: np.random.Generator, form: str, style: Style) -> Case:
    """A motorbike ahead that is revved, or bangs, or both."""
    world, bikes, camera = _stage(rng, style, 1 if rng.random() < 0.7 else 3)
    revs, span = _revs(rng, int(rng.integers(5, 8)))
    bangs, bang_span = _bangs(rng, int(rng.integers(5, 9)))
    if form == "bangs":
        sound, span = bangs, bang_span
    else:
        sound = revs if form == "revving" else revs + 1.5 * bangs
    world.sounds = _heard(rng, style, sound, rng.uniform(*_LOUD_DB[form]))
    seen = observe(world, camera, rng)
    return seen.case(f"{form}: {style}", RULE, bikes[0], {}, span)


def comes_honking(rng: np.random.Generator, *, long: bool) -> Case:
    """A vehicle that comes towards a standing camera and honks all the way."""
    while True:
        case = _one_comes(rng, long=long)
        if case is not None:
            return case


def _one_comes(rng: np.random.Generator, *, long: bool) -> Case | None:
    """The case, or None where too little of the vehicle is seen while it honks."""
    road = some_road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    kind = Kind.CAR if rng.random() < 0.6 else Kind.MOTORBIKE
    speed = rng.uniform(2.5, 4.5)
    lane = lane_middles(road)[1][-1]
    culprit = world.add(actor(kind, ways.straight(lane, 9 + 12 * speed, -speed), rng))
    camera = replace(some_camera(rng, road, "stand"), focal=rng.uniform(1.0, 1.8))
    times = np.arange(0, _DURATION_S, 0.1)
    view = next(v for v in views(world, camera.poses(times), times) if v.actor is culprit)
    distance = np.hypot(view.depths, 3.0)
    end = float(times[int(np.argmin(np.abs(view.depths - 9.0)))])
    starts, length = [], 0.0
    if long:
        length = rng.uniform(5.0, 7.0)
        starts = [end - length]
    else:
        at = end - 8.0
        while at < end - 0.7:
            starts.append(at)
            at += rng.uniform(0.9, 1.3)
    whole = (view.shown[:, 3] - view.shown[:, 1] > 0.07 * camera.size[1]) & (view.shares > 0.8)
    honks = (times >= starts[0]) & (times <= end - 0.5)
    if starts[0] < 0.3 or whole[honks].mean() < 0.9:
        return None
    presses = [(start, length or rng.uniform(0.35, 0.7)) for start in starts]
    track = _pressed(rng, presses, _HORN_KINDS[kind])
    track *= 9.0 / np.interp(sounds.seconds(_DURATION_S), times, distance)
    world.sounds = _recorded(rng, sounds.over(_bed(rng, "stand"), track, rng.uniform(10, 20)))
    seen = observe(world, camera, rng)
    truth = {"longest_horn": length} if long else {"horns": float(len(starts))}
    name = f"{'long horn' if long else 'horns'}: comes"
    return seen.case(name, RULE, culprit, truth, (starts[0], end))


def noise_beside(
    rng: np.random.Generator, name: str, sound: FloatArray | None, style: Style, bikes: int = 1
) -> Case:
    """A noise that says nothing of the motorbikes in view, or not of which."""
    world, _, camera = _stage(rng, style, bikes)
    if sound is not None:
        world.sounds = _heard(rng, style, sound, rng.uniform(2, 18))
    return observe(world, camera, rng).case(f"{name}: {style}", RULE)


def own_horn(rng: np.random.Generator, *, long: bool) -> Case:
    """The filming vehicle's own horn, at somebody ahead who comes nearer."""
    road = some_road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    lane = float(rng.choice(lane_middles(road)[0]))
    speed = rng.uniform(4, 9)
    kind = Kind.CAR if rng.random() < 0.5 else Kind.MOTORBIKE
    slower = speed - rng.uniform(0.0, 1.0)
    world.add(actor(kind, ways.straight(lane, rng.uniform(12, 24), slower), rng))
    presses = [(3.0, rng.uniform(3.5, 6))] if long else [(2.0 + n, 0.5) for n in range(8)]
    world.sounds = _recorded(rng, sounds.over(_bed(rng, "wheel"), _pressed(rng, presses), 15.0))
    camera = some_camera(rng, road, "wheel", speed_mps=speed, lane_x=lane)
    name = f"own {'long horn' if long else 'horns'}"
    return observe(world, camera, rng).case(name, RULE)


def _pressed(
    rng: np.random.Generator, presses: Sequence[tuple[float, float]], kind: str = ""
) -> FloatArray:
    """One horn, pressed at given times for given seconds."""
    longest = max(length for _, length in presses)
    horn, _ = sounds.horn(rng, kind or str(rng.choice(["car", "motorbike", "truck"])), longest)
    total = np.zeros(_LENGTH)
    for start, length in presses:
        press = horn[: round(length * sounds.RATE_HZ)]
        press = press * sounds.edges(len(press), 1e-4, 0.03)
        total += sounds.placed(_LENGTH, press, start)
    return total


def _single_rev(rng: np.random.Generator) -> FloatArray:
    rpm, load = sounds.rev_bursts(rng, _DURATION_S, [rng.uniform(2, 12)])
    return sounds.engine(rng, rpm, load)


def _gentle_revs(rng: np.random.Generator) -> FloatArray:
    rpm, load = sounds.rev_bursts(rng, _DURATION_S, [2.0, 3.5, 5.0, 7.0], gentle=True)
    return sounds.engine(rng, rpm, load)


def _doors(rng: np.random.Generator) -> FloatArray:
    thuds = [sounds.placed(_LENGTH, noises.door(rng), at) for at in (2.0, 3.1, 5.5, 6.3)]
    return np.sum(thuds, axis=0)


def _potholes(rng: np.random.Generator) -> FloatArray:
    thuds = [sounds.placed(_LENGTH, noises.pothole(rng), at) for at in rng.uniform(1, 14, 8)]
    return np.sum(thuds, axis=0)


def _bells(rng: np.random.Generator) -> FloatArray:
    return np.sum(
        [sounds.placed(_LENGTH, noises.bell(rng), at) for at in (2.0, 3.0, 4.2, 8.0, 8.8)], axis=0
    )


QUIET: dict[str, Callable[[np.random.Generator], FloatArray]] = {
    "road": lambda rng: noises.road(rng, _DURATION_S),
    "rain": lambda rng: noises.rain(rng, _DURATION_S),
    "wind": lambda rng: noises.wind(rng, _DURATION_S),
    "talk": lambda rng: noises.speech(rng, _DURATION_S, int(rng.integers(1, 5))),
    "music": lambda rng: noises.music(rng, _DURATION_S),
    "wail": lambda rng: noises.siren(rng, _DURATION_S, "wail"),
    "yelp": lambda rng: noises.siren(rng, _DURATION_S, "yelp"),
    "two-tone siren": lambda rng: noises.siren(rng, _DURATION_S, "two-tone"),
    "reversing beeps": lambda rng: noises.reversing_beeps(rng, _DURATION_S),
    "indicator": lambda rng: noises.indicator(rng, _DURATION_S),
    "road works": lambda rng: noises.jackhammer(rng, _DURATION_S),
    "pulls away": lambda rng: noises.passing(rng, _DURATION_S),
    "motorbike passes": lambda rng: noises.passing(rng, _DURATION_S, cylinders=1),
    "one rev": _single_rev,
    "gentle revs": _gentle_revs,
    "doors": _doors,
    "potholes": _potholes,
    "bells": _bells,
    "two bangs": lambda rng: _bangs(rng, 2)[0],
    "short horn": lambda rng: _pressed(rng, [(4.0, 0.5)]),
    "two horns": lambda rng: _pressed(rng, [(4.0, 0.6), (5.2, 0.4)]),
}
