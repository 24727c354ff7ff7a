"""Small real videos, encoded once a session by the FFmpeg that the program itself uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.footage.recordings import H264, Encode, run_ffmpeg


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Encode:
    """`videos(name, *output options, source=…, audio=…)`: a path, encoded at the first call."""
    folder = tmp_path_factory.mktemp("videos")

    def encode(
        name: str,
        *options: str,
        source: str = "testsrc2=s=320x180:r=30",
        seconds: float = 3.0,
        audio: bool = False,
    ) -> Path:
        path = folder / name
        if not path.exists():
            sound = ("-f", "lavfi", "-i", "sine=440") if audio else ()
            run_ffmpeg(
                "-f", "lavfi", "-i", source, *sound, "-t", str(seconds), *(options or H264),
                f"file:{path}",
            )  # fmt: skip
        return path

    return encode


@pytest.fixture(scope="session")
def plain(videos: Encode) -> Path:
    """3 s of H.264 in MP4, 320x180, 30 pictures a second, sound, a keyframe each second."""
    return videos("plain.mp4", *H264, audio=True)
