"""Everyday traffic to stage an act in: roads, cameras and others of many sorts, drawn at random."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np

from driving_range import ways
from driving_range.actors import Actor, actor
from driving_range.camera import Camera, at_the_wheel, in_a_hand, on_a_stand
from driving_range.world import Road, World, lanes
from pipeline.types import Kind

Style = Literal["stand", "hand", "wheel"]

_MIX = ((Kind.MOTORBIKE, 0.62), (Kind.CAR, 0.27), (Kind.TRUCK, 0.06), (Kind.BUS, 0.03))
_SIZES = ((1280, 720), (1920, 1080), (854, 480))


def some_road(rng: np.random.Generator) -> Road:
    """Two to six lanes, lines of all sorts."""
    each = int(rng.choice([1, 2, 3], p=[0.4, 0.45, 0.15]))
    return lanes(
        each,
        float(rng.uniform(3.0, 3.75)),
        oncoming=each,
        centre=str(rng.choice(["solid", "dashed", "none"], p=[0.5, 0.35, 0.15])),
        between=str(rng.choice(["dashed", "solid", "none"], p=[0.75, 0.1, 0.15])),
        edge=str(rng.choice(["solid", "none"])),
        colour=str(rng.choice(["yellow", "white"])),
    )


def some_weather(rng: np.random.Generator) -> float:
    """The noise of the day: mostly clear."""
    return float(rng.choice([1.0, 1.3, 1.8], p=[0.6, 0.25, 0.15]))


def some_size(rng: np.random.Generator) -> tuple[int, int]:
    width, height = _SIZES[int(rng.integers(len(_SIZES)))]
    return width, height


def some_camera(
    rng: np.random.Generator,
    road: Road,
    style: Style,
    *,
    speed_mps: float = 10.0,
    lane_x: float = 1.75,
    follow: ways.Way | None = None,
) -> Camera:
    """At the right kerb on a stand or in a hand, looking along the road; or in lane `lane_x`."""
    aside = road.right_kerb + float(rng.uniform(0.3, 2.0))
    if style == "stand":
        made = on_a_stand(rng, x=aside, heading=-float(rng.uniform(0.05, 0.3)))
    elif style == "hand":
        made = in_a_hand(rng, x=aside, heading=-float(rng.uniform(0.05, 0.3)), follow=follow)
    else:
        made = at_the_wheel(rng, x=lane_x, speed_mps=speed_mps)
    return replace(made, size=some_size(rng))


def lane_middles(road: Road) -> tuple[list[float], list[float]]:
    """x of the lanes' middles: those ahead, and those that come."""
    xs = sorted(
        {line.x for line in road.lines} | {0.0, road.left_kerb + 0.5, road.right_kerb - 0.5}
    )
    middles = [(a + b) / 2 for a, b in pairwise(xs) if b - a > 1.5]
    return [x for x in middles if x > 0], [x for x in middles if x < 0]


def some_kind(rng: np.random.Generator) -> Kind:
    kinds = [kind for kind, _ in _MIX]
    shares = np.array([share for _, share in _MIX])
    return kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]


def flow(
    world: World,
    rng: np.random.Generator,
    lane_x: float,
    speed_mps: float,
    *,
    first_z: float = -60.0,
    headway_s: float = 2.5,
    number: int = 12,
    keep_off: tuple[float, float] | None = None,
) -> list[Actor]:
    """Vehicles in one lane, one behind the other at about one speed; negative speeds come.

    Nobody starts with z in `keep_off`. Motorbikes keep to their part of the lane, others to its
    middle; a following vehicle's speed is within 4 % of the lane's, so that none runs into another.
    """
    made = []
    z = first_z
    for _ in range(number):
        kind = some_kind(rng)
        beside = rng.normal(0, 0.7 if kind is Kind.MOTORBIKE else 0.15)
        z += abs(speed_mps) * (0.9 + rng.exponential(headway_s)) + 5
        if keep_off is not None and keep_off[0] < z < keep_off[1]:
            continue
        way = ways.straight(lane_x + float(beside), z, speed_mps * float(rng.normal(1, 0.02)))
        made.append(world.add(actor(kind, way, rng)))
    return made
