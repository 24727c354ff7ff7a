"""Films show what the world has, where a pinhole camera sees it."""

from pathlib import Path

import av
import numpy as np

from driving_range.actors import Actor
from driving_range.camera import Camera
from driving_range.film import film, pictures
from driving_range.scenery import Scenery
from driving_range.sounds import RATE_HZ
from driving_range.ways import standing
from driving_range.world import Light, Paint, Road, World
from pipeline.types import Kind

CAMERA = Camera(height_m=1.4, focal=0.9, size=(320, 180))


def test_paint_lies_where_the_road_has_it() -> None:
    world = World(1.0, Road((Paint(1.0),)))
    poses = CAMERA.poses(np.zeros(1))
    picture = Scenery(world, poses).picture(0, 0.0)
    for z in (5.5, 7.0, 9.0):
        (x, y) = poses.ground(np.array([1.0]), np.array([z]))[0, 0]
        row = picture[round(y)].astype(int).sum(axis=1)
        painted = np.flatnonzero(row[60:260] > 450) + 60
        assert abs(painted.mean() + 0.5 - x) <= 1.5


def test_a_car_is_drawn_where_its_box_is() -> None:
    empty, full = World(0.2), World(0.2)
    full.add(Actor(Kind.CAR, standing(-0.5, 10.0), (4.4, 1.78, 1.5)))
    (without,) = pictures(empty, CAMERA, rate=5)
    (drawn,) = pictures(full, CAMERA, rate=5)
    differs = np.abs(drawn.astype(int) - without).sum(axis=2) > 60
    rows, columns = np.nonzero(differs)
    (x, y) = CAMERA.poses(np.zeros(1)).ground(np.array([-0.5]), np.array([10.0]))[0, 0]
    assert abs(np.median(columns) - x) < 4
    assert 40 < np.ptp(columns) < 75  # 1.78 m at eight to ten metres: 51 to 64 pixels
    assert abs(rows.max() - y) < 12


def test_lights_change_with_time() -> None:
    light = Light(0.0, 2.5, 8.0, lambda t: "red" if t < 0.5 else "green")
    scenery = Scenery(World(1.0, lights=(light,)), CAMERA.poses(np.zeros(1)))
    changed = np.abs(scenery.picture(0, 0.0).astype(int) - scenery.picture(0, 1.0)).sum(axis=2)
    assert 4 < (changed > 100).sum() < 800


def test_weather_and_the_file(tmp_path: Path) -> None:
    world = World(1.0)
    bright = {
        weather: float(np.mean(next(iter(pictures(world, CAMERA, weather=weather)))))  # type: ignore[arg-type]
        for weather in ("clear", "fog", "rain", "night")
    }
    assert bright["night"] < 0.5 * bright["clear"] < bright["fog"]
    path = film(world, CAMERA, tmp_path / "one.mp4", rate=5)
    with av.open(str(path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 5


def test_the_sound_track_lies_where_it_was_staged(tmp_path: Path) -> None:
    beep = np.sin(2 * np.pi * 800 * np.arange(2 * RATE_HZ) / RATE_HZ)
    beep[: RATE_HZ // 2] = 0
    path = film(World(2.0), CAMERA, tmp_path / "heard.mp4", rate=5, sound=0.5 * beep)
    with av.open(str(path)) as container:
        assert len(container.streams.video) == 1
        parts = [(f.time, f.to_ndarray()[0]) for f in container.decode(audio=0)]
    times = np.concatenate([time + np.arange(len(part)) / RATE_HZ for time, part in parts])
    loud = np.abs(np.concatenate([part for _, part in parts])) > 0.2
    assert abs(times[loud].min() - 0.5) < 0.1
    assert abs(times[loud].max() - 2.0) < 0.1
    silent = film(World(0.4), CAMERA, tmp_path / "silent.mp4", rate=5)
    with av.open(str(silent)) as container:
        assert not container.streams.audio
