"""A world as a video file, for the whole program to watch: `film(world, camera, path)`.

The background is traced pixel by pixel (`scenery`), road users are sprites of the project's own
models seen from the nearest of 24 sides (`sheets`), drawn from far to near. The detector finds them
as it finds rendered ones. Bends of the road are drawn in its paint alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from driving_range.camera import Camera
from driving_range.scenery import Scenery
from driving_range.sheets import paste
from driving_range.ways import posed
from driving_range.world import World

Weather = Literal["clear", "rain", "fog", "night"]
Picture = NDArray[np.uint8]

_GRAIN = 2.5  # grey levels
_FARTHEST_M = 150.0


def film(
    world: World,
    camera: Camera,
    path: Path,
    *,
    rate: int = 10,
    weather: Weather = "clear",
    seed: int = 0,
) -> Path:
    """Write an H.264 file of the world's duration at `rate` pictures a second."""
    width, height = camera.size
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": "21", "preset": "veryfast"}
        for picture in pictures(world, camera, rate=rate, weather=weather, seed=seed):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def pictures(
    world: World,
    camera: Camera,
    *,
    rate: int = 10,
    weather: Weather = "clear",
    seed: int = 0,
) -> Iterator[Picture]:
    """The film's pictures (H, W, 3) BGR, one by one."""
    rng = np.random.default_rng(seed)
    times = np.arange(round(world.duration_s * rate)) / rate
    poses = camera.poses(times)
    scenery = Scenery(world, poses)
    tracks = [posed(one.way, times) for one in world.actors]
    for frame, time_s in enumerate(times):
        picture = scenery.picture(frame, float(time_s))
        ahead = poses.rotations[frame][2]
        eye = poses.centres[frame]
        depths = [
            float(ahead @ (np.array([pose[frame, 0], 0, pose[frame, 1]]) - eye)) for pose in tracks
        ]
        for index in np.argsort(depths)[::-1]:
            one = world.actors[index]
            if depths[index] < _FARTHEST_M and one.from_s <= time_s <= one.until_s:
                paste(picture, one, tracks[index][frame], poses, frame)
        yield _weathered(picture, weather, rng)


def _weathered(picture: Picture, weather: Weather, rng: np.random.Generator) -> Picture:
    """What air, darkness and the sensor add."""
    image: NDArray[np.floating] = picture.astype(np.float32)
    grain = _GRAIN
    if weather == "fog":
        image = image * 0.5 + 205 * 0.5
    elif weather == "night":
        image, grain = image * 0.32, 6.0
    elif weather == "rain":
        streaks = np.zeros(picture.shape[:2], np.uint8)
        for _ in range(picture.shape[1] // 4):
            x, y = rng.integers(0, picture.shape[1]), rng.integers(0, picture.shape[0])
            long = int(rng.integers(8, 22))
            cv2.line(streaks, (int(x), int(y)), (int(x) + 2, int(y) + long), 255, 1)
        image = np.asarray(cv2.GaussianBlur(image * 0.8 + 18, (3, 3), 0), np.float32)
        image += (streaks[..., None] / 255.0) * 45
    image += rng.normal(0, grain, (*picture.shape[:2], 1))
    return np.clip(image, 0, 255).astype(np.uint8)
