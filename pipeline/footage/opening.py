"""How a file is opened for reading, everywhere alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import av.container
import av.logging

from pipeline.footage.binary import file_url

PATIENCE_S = 60.0  # a hostile file may not hold us for longer

# What cameras and phones write. Play lists and scripts that point at other files are not among
# them: footage may come from strangers, and must not make us open anything else.
_FORMATS = "mov,matroska,webm,avi,mpegts,mpeg,flv,asf,h264,hevc,m4v,mjpeg,ogg"

# What is wrong with a file is said in our own words. PyAV's own callback is not used either: it
# wants the interpreter's lock, which whoever closes a decoder holds while waiting for its threads.
av.logging.set_libav_level(av.logging.PANIC)
av.logging.restore_default_callback()


def open_video(path: Path) -> av.container.InputContainer:
    """The file at `path` and nothing but a file. Raises av.FFmpegError, OSError, ValueError."""
    return av.open(
        file_url(path),
        "r",
        container_options={"protocol_whitelist": "file", "format_whitelist": _FORMATS},
        metadata_errors="replace",
        timeout=PATIENCE_S,
    )


def video_stream(container: av.container.InputContainer) -> Any:
    """The stream that holds the footage: the first video that is not a cover picture, or None."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    return None
