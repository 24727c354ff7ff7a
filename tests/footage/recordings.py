"""What the tests of the footage room record, and footage that was never recorded."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import numpy as np

from pipeline.footage.binary import ffmpeg_path
from pipeline.settings import FootageSettings
from pipeline.types import Clock, Footage, Frame, Trip

Encode = Callable[..., Path]
SETTINGS = FootageSettings()
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p")


def run_ffmpeg(*arguments: str | Path) -> None:
    command = [ffmpeg_path(), "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def footage(
    name: str = "clip.mp4",
    start: datetime | None = None,
    source: str | None = "filename",
    duration_s: float = 60.0,
    folder: str = "/card",
    uncertainty_s: float = 2.0,
    size: tuple[int, int] = (1920, 1080),
    codec: str = "h264",
    rotation: int = 0,
    rate: float = 30.0,
) -> Footage:
    """Footage of which only what is probed matters; there is no such file."""
    clock = Clock(start, source if start else None, uncertainty_s if start else None)
    return Footage(
        path=Path(folder, name),
        container="mov",
        size_bytes=1,
        duration_s=duration_s,
        width=size[0],
        height=size[1],
        rotation_deg=rotation,
        frame_rate=rate,
        video_codec=codec,
        audio_codec=None,
        streams=(),
        clock=clock,
        gps=None,
    )


def alone(item: Footage) -> Trip:
    return Trip((item,), (0.0,))


def copies(frames: Iterable[Frame]) -> list[tuple[float, np.ndarray]]:
    """Times and pictures of frames, kept beyond the next one."""
    return [(frame.time_s, frame.image.copy()) for frame in frames]
