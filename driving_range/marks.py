"""Stop lines, lights, zones and positions as the program records them."""

from __future__ import annotations

import math

import numpy as np

from driving_range.camera import Camera, Poses
from driving_range.ways import posed
from driving_range.world import Area, Light, World
from pipeline.types import (
    CameraMotion,
    EgoMotion,
    FloatArray,
    LightState,
    Positions,
    StopLine,
    TrafficLight,
    Zone,
    ZoneKind,
)

_METRES_A_DEGREE = 111_195.0
_WINDOW_S = 4.0
_NEAREST_M, _FARTHEST_M = 2.0, 28.0  # of a stop line that can be seen as one
_LEAST_LIGHT_PX = 9.0  # of a housing's height at 1280 pixels of width
_DRIFT_M, _SPEED_ERROR_MPS, _HEADING_ERROR_DEG = 2.0, 0.2, 2.0


def stop_lines(
    world: World, poses: Poses, ego: EgoMotion, rng: np.random.Generator
) -> tuple[StopLine, ...]:
    """Each stop line in each window of a camera that does not drive, where both ends are seen."""
    width, height = poses.size
    found = []
    for mark in world.stop_marks:
        first = 0
        while first < len(ego.times_s):
            last = first
            while (
                last + 1 < len(ego.times_s)
                and ego.times_s[last + 1] - ego.times_s[first] < _WINDOW_S
            ):
                last += 1
            # Wide lines run out of the picture: what is seen of them is between its edges.
            x = np.linspace(mark.left, mark.right, 60)
            at = poses.ground(x, np.full(60, mark.z))[first]
            ahead = mark.z - poses.centres[first, 2]
            inside = (at[:, 0] > 0) & (at[:, 0] < width) & (at[:, 1] < 0.96 * height)
            standing = all(
                s in (CameraMotion.STILL, CameraMotion.PANNING)
                for s in ego.states[first : last + 1]
            )
            if inside.sum() >= 20 and _NEAREST_M < abs(ahead) < _FARTHEST_M and standing:
                ends = at[inside][[0, -1]]
                ends = ends[np.argsort(ends[:, 0])] + rng.normal(0, 1.5 * width / 1280, (2, 2))
                found.append(
                    StopLine(
                        ends,
                        first,
                        float(ego.times_s[first]),
                        float(ego.times_s[last]),
                        float(rng.uniform(0.5, 0.95)),
                    )
                )
            first = last + 1
    return tuple(found)


def lights(
    world: World, poses: Poses, times: FloatArray, rng: np.random.Generator
) -> tuple[TrafficLight, ...]:
    """Each light wherever it is in the picture and large enough, with looks that cannot tell."""
    return tuple(
        light
        for one in world.lights
        if (light := _light(one, world, poses, times, rng)) is not None
    )


def _light(
    one: Light, world: World, poses: Poses, times: FloatArray, rng: np.random.Generator
) -> TrafficLight | None:
    width, height = poses.size
    half = np.array([one.width_m / 2, one.height_m / 2, 0])
    centre = np.array([one.x, one.y, one.z])
    points = np.stack([centre - half, centre + half])[None]
    pixels, depth = poses.project(points)
    low, high = pixels.min(axis=1), pixels.max(axis=1)
    boxes = np.concatenate([low, high], axis=1)
    with np.errstate(invalid="ignore"):
        tall = boxes[:, 3] - boxes[:, 1]
        seen = (boxes[:, :2] > 0).all(axis=1) & (boxes[:, 2:] < [width, height]).all(axis=1)
        seen &= (tall > _LEAST_LIGHT_PX * width / 1280) & (depth[:, 0] > 1)
    seen &= rng.random(len(times)) > 0.08 * world.noise
    rows = np.flatnonzero(seen)
    if len(rows) < 2:
        return None
    states, sure = [], []
    for row in rows:
        told = rng.random() > 0.06 * world.noise
        states.append(LightState(one.state(float(times[row]))) if told else LightState.UNKNOWN)
        sure.append(rng.uniform(0.6, 0.98) if told else 0.2)
    noisy = boxes[rows] + rng.normal(0, 0.04, (len(rows), 4)) * tall[rows, None]
    return TrafficLight(
        times[rows], noisy.astype(np.float32), tuple(states), np.array(sure, np.float32)
    )


def zones(world: World) -> tuple[Zone, ...]:
    return tuple(Zone(ZoneKind(area.kind), area.name, _ring(world, area)) for area in world.areas)


def positions(
    world: World, camera: Camera, times: FloatArray, rng: np.random.Generator
) -> Positions:
    """The camera's way as satellites tell it: places drift by metres, speeds err by decimetres."""
    pose = posed(camera.way, times)
    step = 0.1
    speed = np.linalg.norm(
        (camera.way(times + step)[:, :2] - camera.way(times - step)[:, :2]) / (2 * step), axis=1
    )
    rates, phases = rng.uniform(0.01, 0.05, 2) * 2 * np.pi, rng.uniform(0, 6.3, 2)
    drift = rng.normal(0, _DRIFT_M, 2) + 0.5 * np.sin(times[:, None] * rates + phases)
    places = _degrees(world, pose[:, :2] + drift)
    way = step_heading(camera, times)
    heading = world.bearing_deg + np.degrees(way) + rng.normal(0, _HEADING_ERROR_DEG, len(times))
    return Positions(
        times,
        places[:, 1],
        places[:, 0],
        np.maximum(speed + rng.normal(0, _SPEED_ERROR_MPS, len(times)), 0),
        np.where(speed > 1.0, heading % 360, np.nan),
    )


def step_heading(camera: Camera, times: FloatArray) -> FloatArray:
    """(N,) radians: where the camera moves to, not where it looks."""
    return posed(lambda t: camera.way(t)[:, :2], times)[:, 2]


def _ring(world: World, area: Area) -> FloatArray:
    return _degrees(world, np.array(area.ring, float))


def _degrees(world: World, places: FloatArray) -> FloatArray:
    """(N, 2) longitude and latitude of places x, z."""
    turn = math.radians(world.bearing_deg)
    east = places[:, 0] * math.cos(turn) + places[:, 1] * math.sin(turn)
    north = places[:, 1] * math.cos(turn) - places[:, 0] * math.sin(turn)
    latitude = world.origin[0] + north / _METRES_A_DEGREE
    longitude = world.origin[1] + east / (
        _METRES_A_DEGREE * math.cos(math.radians(world.origin[0]))
    )
    return np.column_stack([longitude, latitude])
