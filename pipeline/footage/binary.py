"""The FFmpeg executable: the one inside `imageio-ffmpeg`, else the system's.

In this order because packets must stay as they are: FFmpeg 5.1, which Debian 12 has, rewrites those
of HEVC in transport streams, where the wheel's 9.0 copies them (`tests/evidence/test_clip.py`).
"""

from __future__ import annotations

from functools import cache

from pipeline.errors import DashcamError


@cache
def ffmpeg_path() -> str:
    """Path of an FFmpeg that runs here; `IMAGEIO_FFMPEG_EXE` names another.

    Raises DashcamError where there is none.
    """
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
