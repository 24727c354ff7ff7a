"""The FFmpeg executable: the system's where there is one, else the one inside `imageio-ffmpeg`."""

from __future__ import annotations

import shutil
from functools import cache

from pipeline.errors import DashcamError


@cache
def ffmpeg_path() -> str:
    """Path of an FFmpeg that runs here. Raises DashcamError where there is none."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    import imageio_ffmpeg  # only here: the decoder's process wants `file_url` alone

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise DashcamError(
            "no FFmpeg on this machine; install it, e.g. sudo apt-get install ffmpeg"
        ) from error


def file_url(path: object) -> str:
    """A path that FFmpeg cannot mistake for an option, a protocol or a pattern."""
    return f"file:{path}"
