"""“Cơi nới” thành thùng: raised open sides; and factory sides, boxes, hoops, high loads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from driving_range import ways
from driving_range.actors import Actor
from driving_range.acts.spilling_cargo import closed_body, open_body, with_load
from driving_range.camera import Camera, at_the_wheel, on_a_stand
from driving_range.case import Case
from driving_range.observe import Observed, observe
from driving_range.traffic import flow, lane_middles, some_road, some_size, some_weather
from driving_range.trucks import Body, truck
from driving_range.ways import Way
from driving_range.world import World

RULE = "raised_cargo_sides"
_POSITIVES = 24
_EACH = 4  # negatives of a sort, from each of two views
_DURATION_S = 10.0
_LEAST_LOOKS = 4
_SEEN = {"behind": (-1.0, 15.0), "aside": (65.0, 115.0)}  # degrees from straight behind

Staged = tuple[World, Way, Camera]


def cases(seed: int) -> Iterator[Case]:
    rng = np.random.default_rng([seed, 43])
    made = 0
    while made < _POSITIVES:
        case = _raised_aside(rng) if made % 2 else _raised_behind(rng)
        if case is not None:
            made += 1
            yield case
    for name, body in _QUIET.items():
        for view, stage in (("aside", _across), ("behind", _ahead)):
            for _ in range(_EACH):
                world, way, camera = stage(rng)
                world.add(truck(body(rng), way, camera, rng))
                yield observe(world, camera, rng).case(f"{name}, {view}", RULE)


def _raised_aside(rng: np.random.Generator) -> Case | None:
    world, way, camera = _across(rng)
    body = _raised(rng)
    culprit = world.add(truck(body, way, camera, rng))
    truth = {"side_to_cab": body.side_top / body.cab_top}
    return _told(observe(world, camera, rng), culprit, "aside", truth)


def _raised_behind(rng: np.random.Generator) -> Case | None:
    world, way, camera = _ahead(rng)
    body = _raised(rng)
    if body.side_top - body.floor < 1.75:
        body = replace(body, side_top=body.floor + float(rng.uniform(1.75, 2.3)))
    culprit = world.add(truck(body, way, camera, rng))
    truth = {"side_height": body.side_top - body.floor}
    return _told(observe(world, camera, rng), culprit, "behind", truth)


def _raised(rng: np.random.Generator) -> Body:
    """Sides made so high that they reach over the cab."""
    cargo = str(rng.choice(["sunk", "heaped"], p=[0.7, 0.3]))
    body = open_body(rng, cargo)
    top = max(body.cab_top * float(rng.uniform(1.06, 1.25)), body.floor + 1.6 * body.wheel)
    body = replace(body, side_top=top)
    return with_load(body, cargo, 0.4) if cargo == "heaped" else body


def _told(seen: Observed, culprit: Actor, view: str, truth: dict[str, float]) -> Case | None:
    """The case, where it was seen from that view often enough for anybody to measure it."""
    low, high = _SEEN[view]
    for track in seen.tracks:
        if track.id not in seen.ids(culprit):
            continue
        azimuth = track.trait("true_azimuth")
        with np.errstate(invalid="ignore"):
            rows = np.flatnonzero((azimuth > low) & (azimuth < high))
        if view == "behind" and np.isfinite(track.trait("mm_per_px")).sum() < 2:
            continue
        if len(rows) >= _LEAST_LOOKS and track.times_s[rows[-1]] - track.times_s[rows[0]] > 1.4:
            return seen.case(f"raised, {view}", RULE, culprit, truth)
    return None


def _ahead(rng: np.random.Generator) -> Staged:
    """A dashcam follows the truck."""
    road = some_road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    ahead, coming = lane_middles(road)
    lane, speed = float(rng.choice(ahead)), float(rng.uniform(5, 14))
    start, end = rng.uniform(9, 22, 2)
    way = ways.straight(lane + rng.normal(0, 0.15), start, speed + (end - start) / _DURATION_S)
    camera = replace(at_the_wheel(rng, x=lane, speed_mps=speed), size=some_size(rng))
    for x in coming:
        flow(world, rng, x, -rng.uniform(6, 12), number=4, first_z=20)
    return world, way, camera


def _across(rng: np.random.Generator) -> Staged:
    """Somebody beside the road looks across it while the truck drives past."""
    road = some_road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    ahead, coming = lane_middles(road)
    lane = float(rng.choice([ahead[-1], coming[0]]))
    speed = float(rng.uniform(3, 6)) * np.sign(lane)
    off = float(rng.uniform(14, 22))
    way = ways.straight(lane, -speed * _DURATION_S / 2 + rng.normal(0, 2), speed)
    camera = on_a_stand(rng, x=lane + off, z=0.0, heading=-np.pi / 2 + rng.normal(0, 0.1))
    camera = replace(camera, size=some_size(rng))
    return world, way, camera


_QUIET: dict[str, Callable[[np.random.Generator], Body]] = {
    "as it left the factory": lambda rng: open_body(rng, "sunk"),
    "heap over factory sides": lambda rng: with_load(
        open_body(rng, "heaped"), "heaped", float(rng.uniform(0.3, 1.0))
    ),
    "goods over factory sides": lambda rng: with_load(
        open_body(rng, "goods"), "goods", float(rng.uniform(0.3, 1.2))
    ),
    "box": closed_body,
    "hoops under a tarpaulin": lambda rng: closed_body(rng, "covered"),
    "covered heap": lambda rng: with_load(open_body(rng, "covered"), "covered", 0.4),
}
