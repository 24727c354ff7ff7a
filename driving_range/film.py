"""A world as a video file, for the whole program to watch and hear: `film(world, camera, path)`.

The background is traced pixel by pixel (`scenery`), road users are sprites of the project's own
models seen from the nearest of 24 sides (`sheets`), drawn from far to near. The detector finds them
as it finds rendered ones. Bends of the road are drawn in its paint alone. The sound track is a
waveform of `sounds` and `noises`, as a camera's encoder keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from driving_range.camera import Camera
from driving_range.scenery import Scenery
from driving_range.sheets import paste
from driving_range.sounds import RATE_HZ
from driving_range.ways import posed
from driving_range.world import World
from pipeline.types import FloatArray

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
    sound: FloatArray | None = None,
) -> Path:
    """Write an H.264 file of the world's duration at `rate` pictures a second.

    `sound` (S,) becomes its track (AAC, mono, `RATE_HZ`), its loudest moment -1..1; None: no track.
    """
    width, height = camera.size
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": "21", "preset": "veryfast"}
        heard = None if sound is None else _microphone(container)
        for picture in pictures(world, camera, rate=rate, weather=weather, seed=seed):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if heard is not None and sound is not None:
            samples = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
            whole = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
            whole.sample_rate = RATE_HZ
            container.mux([*heard.encode(whole), *heard.encode(None)])
    return path


def _microphone(container: Any) -> Any:
    """A stream for sound, which must be there before the first packet of any other."""
    stream = container.add_stream("aac", rate=RATE_HZ, layout="mono")
    stream.bit_rate = 64_000
    return stream


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
