"""One vehicle passes another, on a road of two directions: ways, and cameras that see it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from driving_range.actors import Actor
from driving_range.camera import Camera, at_the_wheel, on_a_stand
from driving_range.observe import RATE_HZ
from driving_range.traffic import some_size
from driving_range.views import View, views
from driving_range.ways import Way
from driving_range.world import Road, World, lanes
from pipeline.types import FloatArray, Kind

# Root of a box's area at 640 pixels of width, from which the detector finds most of them.
_LEAST_PX = {kind: 34.0 if kind in (Kind.MOTORBIKE, Kind.BICYCLE) else 20.0 for kind in Kind}
_CLEAR = 0.5  # share of it that is to be seen


@dataclass(frozen=True)
class Swing:
    """Out of the lane at x `inside` to x `outside`, past one in front, and back (or not).

    Places are z at time 0; gaps are from rear to rear when it begins to go out and to come back.
    """

    inside: float
    outside: float
    z: float
    speed_mps: float
    passed_z: float
    passed_mps: float
    out_gap_m: float
    back_gap_m: float
    lasts_s: float  # of each change of lane
    comes_back: bool = True

    @property
    def gains_mps(self) -> float:
        return self.speed_mps - self.passed_mps

    @property
    def out_s(self) -> float:
        return (self.passed_z - self.z - self.out_gap_m) / self.gains_mps

    @property
    def level_s(self) -> float:
        return (self.passed_z - self.z) / self.gains_mps

    @property
    def back_s(self) -> float:
        return (self.passed_z - self.z + self.back_gap_m) / self.gains_mps

    def way(self, times: FloatArray) -> FloatArray:
        gone = _step((times - self.out_s) / self.lasts_s)
        if self.comes_back:
            gone = gone - _step((times - self.back_s) / self.lasts_s)
        x = self.inside + (self.outside - self.inside) * gone
        return np.column_stack([x, self.z + self.speed_mps * times])

    def beyond(self, line_x: float, until_s: float) -> tuple[float, float]:
        """From when to when its middle is on the other side of a line."""
        times = np.arange(0.0, until_s, 0.01)
        away = np.sign(self.outside - line_x)
        there = np.flatnonzero((self.way(times)[:, 0] - line_x) * away > 0)
        return (float(times[there[0]]), float(times[there[-1]])) if len(there) else (0.0, 0.0)


def mirrored(way: Way, z: float) -> Way:
    """The same way as traffic of the other direction drives it, from `z` towards the camera."""

    def turned(times: FloatArray) -> FloatArray:
        places = np.array(way(times)[:, :2], float)
        return np.column_stack([-places[:, 0], z - places[:, 1]])

    return turned


def two_ways(
    rng: np.random.Generator,
    centre: str,
    number: int = 1,
    shoulder_m: float = 0.5,
    colour: str = "yellow",
) -> Road:
    """`number` lanes each way; outside of the edge lines `shoulder_m` more."""
    width = float(rng.uniform(3.2, 3.75))
    road = lanes(number, width, oncoming=number, centre=centre, colour=colour)
    kerb = number * width + shoulder_m
    return replace(road, left_kerb=-kerb, right_kerb=kerb)


def lane_width(road: Road) -> float:
    return min(line.x for line in road.lines if line.x > 0.5)


def follower(rng: np.random.Generator, road: Road, speed_mps: float) -> Camera:
    """A dashcam in the lane beside the middle line."""
    lane = lane_width(road) / 2 + float(rng.normal(0, 0.1))
    return replace(at_the_wheel(rng, x=lane, speed_mps=speed_mps), size=some_size(rng))


def watcher(rng: np.random.Generator, road: Road, left: bool = False) -> Camera:
    """A camera on a post at the kerb that looks along the road, or one over it."""
    if rng.random() < 0.3:
        x, high = float(rng.uniform(-2, 2)), float(rng.uniform(4.0, 6.0))
        made = on_a_stand(rng, x=x, heading=float(rng.normal(0, 0.03)), height_m=high, pitch=0.12)
    else:
        aside, turn = float(rng.uniform(0.3, 1.5)), float(rng.uniform(0.05, 0.2))
        x = road.left_kerb - aside if left else road.right_kerb + aside
        high = float(rng.uniform(2.4, 4.5))
        made = on_a_stand(rng, x=x, heading=turn if left else -turn, height_m=high)
    return replace(made, size=some_size(rng))


@dataclass(frozen=True, eq=False)
class Sight:
    """What is to be seen of a world, before anybody looks: so that acts are drawn that show."""

    camera: Camera
    views: tuple[View, ...]

    @classmethod
    def of(cls, world: World, camera: Camera) -> Sight:
        times = np.arange(round(world.duration_s * RATE_HZ) + 1) / RATE_HZ
        return cls(camera, tuple(views(world, camera.poses(times), times)))

    def view(self, one: Actor) -> View:
        return next(v for v in self.views if v.actor is one and v.rider is None)

    def clear(self, one: Actor) -> FloatArray:
        """(F,) 1 where it is to be seen well: large enough, whole enough."""
        view = self.view(one)
        sides = np.nan_to_num(view.shown[:, 2:] - view.shown[:, :2])
        size = np.sqrt(np.prod(sides, axis=1)) * 640 / max(self.camera.size)
        return np.asarray((size > _LEAST_PX[one.kind]) & (view.shares > _CLEAR), float)

    def both_sides(self, one: Actor, other: Actor, least_m: float, looks: int = 4) -> bool:
        """Are both seen well in the same looks, before and after one has passed the other?"""
        both = (self.clear(one) * self.clear(other)) > 0
        ahead = self.view(one).depths - self.view(other).depths
        before, after = both & (ahead < -least_m), both & (ahead > least_m)
        return int(before.sum()) >= looks and int(after.sum()) >= looks


def _step(share: FloatArray) -> FloatArray:
    s = np.clip(share, 0, 1)
    return np.asarray(s * s * (3 - 2 * s))
