"""Chở vật liệu dễ rơi vãi: open heaps; and covers, sunk loads, tied goods, closed bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from driving_range import ways
from driving_range.actors import Actor
from driving_range.camera import Camera
from driving_range.case import Case
from driving_range.observe import Observed, observe
from driving_range.traffic import Style, flow, lane_middles, some_camera, some_road, some_weather
from driving_range.trucks import Body, truck
from driving_range.ways import Way
from driving_range.world import World

RULE = "spilling_cargo"
_POSITIVES = 24
_EACH = 8  # negatives of a sort
_DURATION_S = 10.0
_LEAST_LOOKS = 5  # at a truck that is seen well enough to speak of
_LEAST_S = 2.5
_SHOWS = 0.03  # of the truck's height


def cases(seed: int) -> Iterator[Case]:
    rng = np.random.default_rng([seed, 41])
    made = 0
    while made < _POSITIVES:
        case = _heap(rng)
        if case is not None:
            made += 1
            yield case
    for name, body in _QUIET.items():
        for _ in range(_EACH):
            world, way, camera = _staged(rng)
            world.add(truck(body(rng), way, camera, rng))
            yield observe(world, camera, rng).case(name, RULE)


def open_body(rng: np.random.Generator, cargo: str) -> Body:
    """A tipper or a truck with drop sides as it left the factory."""
    heavy = rng.random() < 0.6
    cab = float(rng.uniform(2.7, 3.2) if heavy else rng.uniform(2.0, 2.5))
    floor = float(rng.uniform(1.2, 1.45) if heavy else rng.uniform(0.75, 1.0))
    side = float(rng.uniform(0.6, 1.05) if heavy else rng.uniform(0.35, 0.55))
    side = min(side, 0.88 * cab - floor)
    return Body(
        length=float(rng.uniform(7, 9.5) if heavy else rng.uniform(4.8, 6.5)),
        width=float(rng.uniform(2.4, 2.5) if heavy else rng.uniform(1.7, 2.1)),
        cab_top=cab,
        cab_long=float(rng.uniform(1.6, 2.2)),
        floor=floor,
        side_top=floor + side,
        wheel=float(rng.uniform(0.98, 1.08) if heavy else rng.uniform(0.65, 0.8)),
        cargo=cargo,
    )


def with_load(body: Body, cargo: str, over: float) -> Body:
    """The same with something in it that ends `over` metres above its sides."""
    return replace(body, cargo=cargo, load_top=body.side_top + over)


def closed_body(rng: np.random.Generator, cargo: str = "closed") -> Body:
    """A box, a container, or hoops under their tarpaulin: far higher than any open side.

    Hoops stand on sides as the factory made them; the tarpaulin is no side.
    """
    body = open_body(rng, cargo)
    top = body.floor + float(rng.uniform(1.5, 2.5))
    if cargo == "covered":
        return replace(body, load_top=top)
    return replace(body, side_top=top)


def _heap(rng: np.random.Generator) -> Case | None:
    world, way, camera = _staged(rng)
    over = float(rng.uniform(0.35, 1.0))
    body = with_load(open_body(rng, "heaped"), "heaped", over)
    culprit = world.add(truck(body, way, camera, rng))
    return _told(observe(world, camera, rng), culprit)


def _told(seen: Observed, culprit: Actor) -> Case | None:
    """The case, where the heap was over the sides in the picture often enough for anybody to see.

    From low behind the tailgate hides a flat heap.
    """
    for track in seen.tracks:
        if track.id in seen.ids(culprit):
            with np.errstate(invalid="ignore"):
                rows = np.flatnonzero(track.trait("true_shows") > _SHOWS)
            if len(rows) < _LEAST_LOOKS:
                continue
            if track.times_s[rows[-1]] - track.times_s[rows[0]] < _LEAST_S:
                continue
            return seen.case("heap", RULE, culprit)
    return None


def _staged(rng: np.random.Generator) -> tuple[World, Way, Camera]:
    """A truck ahead of a dashcam, or one that drives past somebody at the kerb."""
    road = some_road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    ahead, coming = lane_middles(road)
    if rng.random() < 0.6:
        lane, speed = float(rng.choice(ahead)), float(rng.uniform(6, 15))
        start, end = rng.uniform(10, 24, 2)
        way = ways.straight(lane + rng.normal(0, 0.15), start, speed + (end - start) / _DURATION_S)
        camera = some_camera(rng, road, "wheel", speed_mps=speed, lane_x=lane)
    else:
        lane, speed = float(ahead[-1]), float(rng.uniform(2.5, 5))
        way = ways.straight(lane, float(rng.uniform(2, 8)), speed)
        style: Style = "stand" if rng.random() < 0.5 else "hand"
        camera = some_camera(rng, road, style, follow=way)
    for x in ahead:
        if x != lane:
            flow(world, rng, x, speed * rng.uniform(0.9, 1.15), number=3, first_z=-40)
    for x in coming:
        flow(world, rng, x, -rng.uniform(6, 12), number=4, first_z=20)
    return world, way, camera


_QUIET: dict[str, Callable[[np.random.Generator], Body]] = {
    "covered heap": lambda rng: with_load(
        open_body(rng, "covered"), "covered", float(rng.uniform(0.1, 0.9))
    ),
    "load below the rim": lambda rng: with_load(
        open_body(rng, "sunk"), "sunk", -float(rng.uniform(0.05, 0.3))
    ),
    "empty": lambda rng: open_body(rng, "sunk"),
    "tied goods": lambda rng: with_load(
        open_body(rng, "goods"), "goods", float(rng.uniform(0.3, 1.2))
    ),
    "box": closed_body,
    "hoops under a tarpaulin": lambda rng: closed_body(rng, "covered"),
}
