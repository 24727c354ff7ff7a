"""Chở hàng quá khổ: loads too high or too wide; tall legal trucks, sides that show, odd angles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from driving_range import ways
from driving_range.actors import Actor, Load, TraitAt, actor, seated
from driving_range.camera import Camera
from driving_range.case import Case
from driving_range.observe import Observed, observe
from driving_range.traffic import Style, flow, lane_middles, some_camera, some_road, some_weather
from driving_range.ways import Way, posed
from driving_range.world import World
from pipeline.types import FloatArray, Kind

RULE = "oversize_cargo"
_ALSO = ("wrong_lane",)  # legal trucks change lanes where the line may be solid
_POSITIVES = 24
_EACH = 4  # negatives of a sort
_DURATION_S = 10.0
_PLATES_MM = {Kind.TRUCK: ((330.0, 165.0), (280.0, 200.0)), Kind.MOTORBIKE: ((190.0, 140.0),)}
_PLATE_M = 0.8  # over the road
_LEAST_PLATE_PX = 7.0  # high
_MOST_TURNED = np.radians(50)
_LEAST_BOX_PX = {Kind.TRUCK: 100.0, Kind.MOTORBIKE: 48.0}
_FAILS = 0.15  # of looks
_COMMON, _EACH_LOOK = 0.025, 0.01  # of a scale: frames, kind, pose; edges; as their tests say
_EDGE_PX = 0.6
_WHOLE = 0.06  # of its size, from the picture's edges
_MOSTLY = 0.9  # of it in view
_MIDDLE_M = 4.0


def cases(seed: int) -> Iterator[Case]:
    rng = np.random.default_rng([seed, 23])
    made = 0
    acts = list(_ACTS.items())
    while made < _POSITIVES:
        name, stage = acts[made % len(acts)]
        case = stage(rng, name)
        if case is not None:
            made += 1
            yield case
    for name, quiet in _QUIET.items():
        for _ in range(_EACH):
            yield quiet(rng).case(name, RULE, also=_ALSO)


# --- what a plate tells ---------------------------------------------------------------------------


def _ruler(
    kind: Kind, way: Way, length_m: float, camera: Camera, rng: np.random.Generator
) -> Mapping[str, TraitAt]:
    """The traits of `pipeline.closeups.rulers`: of the end that faces the camera, now and then."""
    plates = _PLATES_MM[kind]
    width_mm, height_mm = plates[int(rng.integers(len(plates)))]
    common = rng.normal(0, _COMMON)
    seed = int(rng.integers(1 << 31))

    def looks(times: FloatArray, boxes: FloatArray) -> tuple[FloatArray, FloatArray]:
        noise = np.random.default_rng(seed)
        pose, poses = posed(way, times), camera.poses(times)
        ahead = np.column_stack([np.sin(pose[:, 2]), np.cos(pose[:, 2])])
        to_camera = poses.centres[:, [0, 2]] - pose[:, :2]
        facing = np.sign((ahead * to_camera).sum(axis=1))[:, None]
        place = pose[:, :2] + facing * ahead * length_m / 2
        points = np.column_stack([place[:, 0], np.full(len(times), _PLATE_M), place[:, 1]])
        depths = poses.seen_from(points[:, None])[:, 0, 2]
        true = 1000 * depths / poses.focal_px
        sight = poses.centres[:, [0, 2]] - place
        turn = np.arccos(
            np.clip((facing * ahead * sight).sum(axis=1) / np.linalg.norm(sight, axis=1), -1, 1)
        )
        due = _due(times, boxes, _LEAST_BOX_PX[kind])
        seen = due & (height_mm / true >= _LEAST_PLATE_PX) & (turn < _MOST_TURNED)
        seen &= noise.random(len(times)) > _FAILS
        edge = _EDGE_PX * true / width_mm / np.cos(turn)
        own = np.hypot(_EACH_LOOK, edge)
        scale = true * np.exp(common + own * noise.normal(0, 1, len(times)))
        sigma = scale * np.hypot(_COMMON, own)
        return np.where(seen, scale, np.nan), np.where(seen, sigma, np.nan)

    return {
        "mm_per_px": lambda times, boxes: looks(times, boxes)[0],
        "mm_per_px_sigma": lambda times, boxes: looks(times, boxes)[1],
    }


def _due(times: FloatArray, boxes: FloatArray, least_px: float) -> NDArray[np.bool_]:
    """(N,) True where the program would look: once a second, later only at what has grown."""
    due = np.zeros(len(times), bool)
    last_s, last_px, looks = -np.inf, 0.0, 0
    for index, (time, box) in enumerate(zip(times, boxes, strict=True)):
        height = box[3] - box[1]
        if box[2] - box[0] < least_px or time - last_s < 1.0:
            continue
        if looks >= 6 and height < 1.15 * last_px:
            continue
        due[index], last_s, last_px, looks = True, time, height, looks + 1
    return due


def _vehicle(
    kind: Kind,
    way: Way,
    size_m: tuple[float, float, float],
    camera: Camera,
    rng: np.random.Generator,
    load: Load | None = None,
) -> Actor:
    plain = actor(kind, way, rng, riders=1 if kind is Kind.MOTORBIKE else None)
    back = size_m[0] if load is None else max(size_m[0], -2 * load.back_m)
    return replace(
        plain, size_m=size_m, load=load, traits=_ruler(kind, way, min(back, size_m[0]), camera, rng)
    )


# --- where it happens -----------------------------------------------------------------------------


def _ahead(
    rng: np.random.Generator, gap: tuple[float, float], top_m: float = 0.0, half_m: float = 0.0
) -> tuple[World, Way, Camera]:
    """A way for one that the camera follows in its lane, and some traffic.

    Its rear is as far away as `gap` says, or farther, so that what is `top_m` high and reaches
    `half_m` to each side is in the picture; its middle, whose way it is, is some metres ahead.
    """
    road = some_road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    ahead, coming = lane_middles(road)
    lane, speed = float(rng.choice(ahead)), float(rng.uniform(6, 15))
    camera = some_camera(rng, road, "wheel", speed_mps=speed, lane_x=lane)
    up = camera.size[1] / camera.size[0] / 2 / camera.focal - camera.pitch
    nearest = max((top_m - camera.height_m) / up, half_m * 2 * camera.focal) * 1.15
    near, far = max(gap[0], nearest), max(gap[1], nearest + 2)
    start, end = rng.uniform(near, far, 2) + (_MIDDLE_M if top_m else 0.0)
    way = ways.straight(lane + rng.normal(0, 0.15), start, speed + (end - start) / _DURATION_S)
    for x in ahead:
        if x != lane:
            flow(world, rng, x, speed * rng.uniform(0.9, 1.15), number=4, first_z=-40)
    for x in coming:
        flow(world, rng, x, -speed * rng.uniform(0.8, 1.2), number=4, first_z=20)
    return world, way, camera


def _beside(rng: np.random.Generator, style: Style, comes: bool) -> tuple[World, Way, Camera]:
    """A way past a camera that stands at the kerb, and some traffic."""
    road = some_road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    ahead, coming = lane_middles(road)
    speed = float(rng.uniform(3, 6))
    if comes:
        way = ways.straight(float(coming[-1]), 50.0, -speed)
    else:
        way = ways.straight(float(ahead[-1]), -2.0, speed)
    camera = some_camera(rng, road, style, follow=way)
    for x in (*ahead, *coming):
        flow(world, rng, x, np.sign(x) * rng.uniform(7, 11), number=3, first_z=-60)
    return world, way, camera


# --- what exceeds ---------------------------------------------------------------------------------


def _told(seen: Observed, culprit: Actor, name: str, truth: Mapping[str, float]) -> Case | None:
    """The case, where its plate was seen often enough while all of it was in the picture."""
    view = seen.view(culprit)
    size = np.array(seen.camera.size)
    low, high = view.boxes[:, :2], view.boxes[:, 2:]
    margin = _WHOLE * (high - low)
    whole = ((low > margin) & (high < size - margin)).all(axis=1) & (view.shares > _MOSTLY)
    for track in seen.tracks:
        if track.id in seen.ids(culprit):
            ruled = np.isfinite(track.trait("mm_per_px")) & whole[track.frames]
            times = track.times_s[ruled]
            if len(times) >= 3 and times[-1] - times[0] > 1.5:
                return seen.case(name, RULE, culprit, truth, (0.0, _DURATION_S))
    return None


def _high(rng: np.random.Generator, name: str) -> Case | None:
    """A truck's load towers over it."""
    top = float(rng.uniform(5.0, 5.8))
    world, way, camera = _ahead(rng, (11, 20), top)
    size = (rng.uniform(6.5, 10.5), rng.uniform(2.25, 2.5), rng.uniform(2.6, 3.2))
    load = Load(-size[0] / 2, size[0] * 0.25, size[1], 1.2, top)
    culprit = world.add(_vehicle(Kind.TRUCK, way, size, camera, rng, load))
    return _told(observe(world, camera, rng), culprit, name, {"load_height": top})


def _high_seen_from_the_kerb(rng: np.random.Generator, name: str) -> Case | None:
    style: Style = "stand" if rng.random() < 0.5 else "hand"
    world, way, camera = _beside(rng, style, comes=rng.random() < 0.4)
    size = (rng.uniform(6.5, 10.5), rng.uniform(2.25, 2.5), float(rng.uniform(5.1, 5.8)))
    culprit = world.add(_vehicle(Kind.TRUCK, way, size, camera, rng))
    return _told(observe(world, camera, rng), culprit, name, {"load_height": size[2]})


def _light_and_high(rng: np.random.Generator, name: str) -> Case | None:
    """A light truck with foam, bottles or furniture up to the sky."""
    top = float(rng.uniform(4.15, 4.6))
    world, way, camera = _ahead(rng, (9, 15), top)
    size = (rng.uniform(4.6, 5.6), rng.uniform(1.6, 1.72), rng.uniform(1.9, 2.2))
    load = Load(-size[0] / 2, size[0] * 0.1, size[1], 0.9, top)
    culprit = world.add(_vehicle(Kind.TRUCK, way, size, camera, rng, load))
    return _told(observe(world, camera, rng), culprit, name, {"load_height": top})


def _wide(rng: np.random.Generator, name: str) -> Case | None:
    """A truck's load stands out on both sides."""
    width, top = float(rng.uniform(3.1, 3.9)), float(rng.uniform(2.6, 3.6))
    world, way, camera = _ahead(rng, (8, 17), top, width / 2)
    size = (rng.uniform(6.5, 9.5), rng.uniform(2.2, 2.5), rng.uniform(2.2, 2.6))
    load = Load(-size[0] / 2, size[0] * 0.3, width, 1.2, top)
    culprit = world.add(_vehicle(Kind.TRUCK, way, size, camera, rng, load))
    return _told(observe(world, camera, rng), culprit, name, {"load_width": width})


def _wide_motorbike(rng: np.random.Generator, name: str) -> Case | None:
    """Crates, baskets or sheets across a motorbike."""
    world, way, camera = _ahead(rng, (5, 9))
    size = (1.92, 0.75, 1.1)
    width = float(rng.uniform(1.5, 2.4))
    back = rng.uniform(-0.85, -0.5)
    load = Load(back, back + rng.uniform(0.3, 0.6), width, 0.6, rng.uniform(1.1, 1.7))
    culprit = world.add(_vehicle(Kind.MOTORBIKE, way, size, camera, rng, load))
    return _told(observe(world, camera, rng), culprit, name, {"load_width": width})


_ACTS: dict[str, Callable[[np.random.Generator, str], Case | None]] = {
    "high": _high,
    "wide": _wide,
    "wide motorbike": _wide_motorbike,
    "light and high": _light_and_high,
    "high, from the kerb": _high_seen_from_the_kerb,
    "high, again": _high,
    "wide, again": _wide,
    "wide motorbike, again": _wide_motorbike,
}


# --- what only looks like it ----------------------------------------------------------------------


def _tall_but_legal(rng: np.random.Generator) -> Observed:
    """Right at the limits: 3.9 to 4.3 m high (a container), 2.5 m wide."""
    world, way, camera = _ahead(rng, (13, 24))
    size = (rng.uniform(8, 12), rng.uniform(2.45, 2.5), rng.uniform(3.9, 4.3))
    world.add(_vehicle(Kind.TRUCK, way, size, camera, rng))
    return observe(world, camera, rng)


def _tall_from_the_kerb(rng: np.random.Generator) -> Observed:
    """The same, coming or going past a camera that stands: its side shows."""
    style: Style = "stand" if rng.random() < 0.5 else "hand"
    world, way, camera = _beside(rng, style, comes=rng.random() < 0.5)
    size = (rng.uniform(8, 12), rng.uniform(2.45, 2.5), rng.uniform(3.6, 4.2))
    world.add(_vehicle(Kind.TRUCK, way, size, camera, rng))
    return observe(world, camera, rng)


def _next_lane(rng: np.random.Generator) -> Observed:
    """A legal truck in the lane beside: its side doubles its width in the picture."""
    world, way, camera = _ahead(rng, (8, 20))
    aside = float(rng.choice([-1, 1]) * rng.uniform(3.0, 3.75))
    size = (rng.uniform(6, 11), rng.uniform(2.3, 2.5), rng.uniform(2.6, 3.8))
    moved: Way = lambda t: way(t) + np.array([aside, 0.0])  # noqa: E731
    world.add(_vehicle(Kind.TRUCK, moved, size, camera, rng))
    return observe(world, camera, rng)


def _changes_lane(rng: np.random.Generator) -> Observed:
    """A legal truck that pulls out: for a second or two it is turned."""
    world, way, camera = _ahead(rng, (10, 20))
    at, shift = rng.uniform(2, 6), float(rng.choice([-1, 1]) * rng.uniform(2.5, 3.5))

    def moved(times: FloatArray) -> FloatArray:
        places = np.array(way(times), float)
        places[:, 0] += shift / (1 + np.exp(-(times - at) * 1.8))
        return places

    size = (rng.uniform(6, 9), rng.uniform(2.2, 2.5), rng.uniform(2.6, 3.6))
    world.add(_vehicle(Kind.TRUCK, moved, size, camera, rng))
    return observe(world, camera, rng)


def _comes(rng: np.random.Generator) -> Observed:
    """Legal trucks towards us."""
    world, _, camera = _ahead(rng, (10, 20))
    size = (rng.uniform(6, 11), rng.uniform(2.3, 2.5), rng.uniform(3.0, 4.2))
    way = ways.straight(-rng.uniform(1.6, 4.5), rng.uniform(60, 140), -rng.uniform(6, 14))
    world.add(_vehicle(Kind.TRUCK, way, size, camera, rng))
    return observe(world, camera, rng)


def _parked_askew(rng: np.random.Generator) -> Observed:
    """Trucks parked beside the road at any angle."""
    world, _, camera = _ahead(rng, (10, 20))
    for _ in range(2):
        size = (rng.uniform(6, 9), rng.uniform(2.2, 2.5), rng.uniform(2.6, 4.0))
        x = world.road.right_kerb + rng.uniform(1.5, 4.0)
        way = ways.standing(x, rng.uniform(30, 120), rng.uniform(-0.8, 0.8))
        world.add(_vehicle(Kind.TRUCK, way, size, camera, rng))
    return observe(world, camera, rng)


def _light_and_legal(rng: np.random.Generator) -> Observed:
    """A light truck loaded to what is allowed."""
    world, way, camera = _ahead(rng, (10, 18))
    size = (rng.uniform(4.6, 5.8), rng.uniform(1.6, 1.95), rng.uniform(2.0, 2.4))
    load = Load(-size[0] / 2, size[0] * 0.1, size[1], 0.9, rng.uniform(2.6, 3.45))
    world.add(_vehicle(Kind.TRUCK, way, size, camera, rng, load))
    return observe(world, camera, rng)


def _motorbikes(rng: np.random.Generator) -> Observed:
    """One or two people on a motorbike, mirrors wide."""
    world, way, camera = _ahead(rng, (5, 10))
    size = (rng.uniform(1.85, 2.05), rng.uniform(0.7, 0.9), rng.uniform(1.05, 1.2))
    one = _vehicle(Kind.MOTORBIKE, way, size, camera, rng)
    world.add(replace(one, riders=seated(int(rng.integers(1, 3)), rng)))
    return observe(world, camera, rng)


def _side_bags(rng: np.random.Generator) -> Observed:
    """A motorbike loaded to what is allowed: 0.9 to 1 m."""
    world, way, camera = _ahead(rng, (5, 10))
    load = Load(-0.8, -0.3, float(rng.uniform(0.8, 1.0)), 0.5, rng.uniform(1.0, 1.5))
    world.add(_vehicle(Kind.MOTORBIKE, way, (1.92, 0.75, 1.1), camera, rng, load))
    return observe(world, camera, rng)


def _turning_motorbike(rng: np.random.Generator) -> Observed:
    """One that rides along and then turns off: its length shows."""
    world, way, camera = _ahead(rng, (6, 10))
    at, side = rng.uniform(3, 7), float(rng.choice([-1, 1]))

    def turning(times: FloatArray) -> FloatArray:
        places = np.array(way(times), float)
        late = np.maximum(times - at, 0)
        places[:, 0] += side * 2.2 * late**2 / 2
        return places

    world.add(_vehicle(Kind.MOTORBIKE, turning, (1.92, 0.8, 1.1), camera, rng))
    return observe(world, camera, rng)


def _parked_motorbikes(rng: np.random.Generator) -> Observed:
    """A row of them at the kerb, their plates towards the road, while we crawl past."""
    road = some_road(rng)
    world = World(_DURATION_S, road, some_weather(rng))
    ahead, _ = lane_middles(road)
    camera = some_camera(
        rng, road, "wheel", speed_mps=float(rng.uniform(2.5, 8)), lane_x=float(ahead[-1])
    )
    turn = float(rng.uniform(-1.2, 1.2))
    for index in range(6):
        way = ways.standing(road.right_kerb + 1.2, 12 + 1.1 * index, turn + rng.normal(0, 0.1))
        parked = _vehicle(Kind.MOTORBIKE, way, (1.92, 0.75, 1.1), camera, rng)
        world.add(replace(parked, riders=()))
    return observe(world, camera, rng)


def _half_hidden(rng: np.random.Generator) -> Observed:
    """A legal truck, a car between it and us."""
    world, way, camera = _ahead(rng, (18, 26))
    size = (rng.uniform(7, 10), 2.5, rng.uniform(3.2, 4.2))
    world.add(_vehicle(Kind.TRUCK, way, size, camera, rng))
    nearer: Way = lambda t: way(t) - np.array([rng_shift, 9.0])  # noqa: E731
    rng_shift = float(rng.uniform(-1.2, 1.2))
    world.add(actor(Kind.CAR, nearer, rng))
    return observe(world, camera, rng)


_QUIET: dict[str, Callable[[np.random.Generator], Observed]] = {
    "tall but legal": _tall_but_legal,
    "tall, from the kerb": _tall_from_the_kerb,
    "next lane": _next_lane,
    "changes lane": _changes_lane,
    "comes": _comes,
    "parked askew": _parked_askew,
    "light and legal": _light_and_legal,
    "motorbikes": _motorbikes,
    "side bags": _side_bags,
    "turning motorbike": _turning_motorbike,
    "parked motorbikes": _parked_motorbikes,
    "half hidden": _half_hidden,
}
