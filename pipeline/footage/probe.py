"""A file's streams, size, rotation, clock and GPS, without decoding its pictures."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import av
import av.container

from pipeline.errors import InputError
from pipeline.footage.clock import read_clock
from pipeline.footage.gps import read_gps
from pipeline.footage.opening import open_video, video_stream
from pipeline.footage.pictures import decoded
from pipeline.footage.sidecar import read_sidecar, sidecar_times
from pipeline.settings import FootageSettings
from pipeline.types import Footage, Stream

_LONGEST_SIDE = 8192
_PATIENCE_PACKETS = 300  # damaged ones at the beginning, before the look for a picture ends
_MATROSKA_DURATION = re.compile(r"(\d+):(\d\d):(\d\d\.\d+)$")
_BOXES_WITH_LENGTH = {b"ftyp", b"mdat", b"free", b"skip", b"wide", b"moov", b"uuid", b"moof"}


def probe(
    path: Path,
    settings: FootageSettings,
    *,
    start_time: datetime | None = None,
    gps_file: Path | None = None,
) -> Footage:
    """What the container tells. Raises InputError with what is wrong and what to do."""
    size = _size(path)
    try:
        with open_video(path) as container:
            return _read(path, size, container, settings, start_time, gps_file)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise _explain(path, error) from error


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            raise InputError(path, "a folder, not a file", "name it alone to take what is in it")
        if path.exists() and not path.is_file():
            raise InputError(
                path, "a device or a pipe, not a file", "save the video to a file first"
            )
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise InputError(path, "no such file", "check the path") from None
    except PermissionError:
        raise InputError(path, "no permission to read it", "check its permissions") from None
    except OSError as error:
        raise InputError(
            path, error.strerror or str(error), "check the card or the disk"
        ) from error
    if size == 0:
        raise InputError(path, "the file is empty", "copy it from the card again")
    return size


def _read(
    path: Path,
    size: int,
    container: av.container.InputContainer,
    settings: FootageSettings,
    start_time: datetime | None,
    gps_file: Path | None,
) -> Footage:
    video = video_stream(container)
    if video is None:
        kinds = sorted({stream.type for stream in container.streams})
        raise InputError(
            path, f"no video in it (only {', '.join(kinds) or 'nothing'})", "choose another file"
        )
    context = video.codec_context
    if context is None or not context.width or not context.height:
        raise InputError(
            path, "its pictures have no size", "the recording is damaged, copy it again"
        )
    if max(context.width, context.height) > _LONGEST_SIDE:
        raise InputError(
            path,
            f"pictures of {context.width}x{context.height} are larger than 8K",
            "scale it down first",
        )
    rotation = _rotation(container, video)
    upright = (context.width, context.height)
    if rotation in (90, 270):
        upright = upright[::-1]
    audio = next(iter(container.streams.audio), None)
    duration = _duration(container, video)
    gps, gps_warnings = read_gps(path, container)
    clock = read_clock(
        path,
        container.metadata,
        gps,
        settings,
        start_time,
        duration_s=duration,
        more=sidecar_times(path, gps_file, settings),
    )
    if gps_file is not None or gps is None or len(gps) < 2:
        beside, more = read_sidecar(path, gps_file, clock.start, duration)
        gps, gps_warnings = beside or gps, (*gps_warnings, *more)
    return Footage(
        path=path,
        container=container.format.name,
        size_bytes=size,
        duration_s=duration,
        width=upright[0],
        height=upright[1],
        rotation_deg=rotation,
        frame_rate=float(video.average_rate or video.guessed_rate or 0),
        video_codec=context.name,
        audio_codec=audio.codec_context.name if audio and audio.codec_context else None,
        streams=tuple(_stream(stream) for stream in container.streams),
        clock=clock,
        gps=gps,
        warnings=gps_warnings,
    )


def _stream(stream: Any) -> Stream:
    details: dict[str, Any] = {}
    if stream.type == "video" and stream.codec_context:
        details = {
            "width": stream.codec_context.width,
            "height": stream.codec_context.height,
            "frame_rate": float(stream.average_rate) if stream.average_rate else None,
            "pixel_format": stream.codec_context.pix_fmt,
        }
    elif stream.type == "audio" and stream.codec_context:
        details = {
            "sample_rate": stream.codec_context.sample_rate,
            "channels": stream.codec_context.channels,
        }
    handler = stream.metadata.get("handler_name", "").strip()
    if handler:
        details["handler"] = handler
    codec = stream.codec_context.name if stream.codec_context else None
    return Stream(stream.index, stream.type, codec, details)


def _duration(container: av.container.InputContainer, video: Any) -> float:
    told = _MATROSKA_DURATION.match(video.metadata.get("DURATION", ""))
    if told:
        hours, minutes, seconds = (float(part) for part in told.groups())
        return hours * 3600 + minutes * 60 + seconds
    if video.duration and video.time_base:
        return float(video.duration * video.time_base)
    if container.duration:
        return float(container.duration / av.time_base)
    rate = float(video.average_rate or 25)
    return video.frames / rate if video.frames else 0.0


def _rotation(container: av.container.InputContainer, video: Any) -> int:
    """Clockwise degrees that make the stored picture upright, from the first good picture.

    The display matrix counts counter-clockwise, and PyAV passes it on with pictures only.
    """
    damages = count()

    def on_damage() -> None:
        if next(damages) >= _PATIENCE_PACKETS:
            raise _GivenUp

    try:
        frame = next(decoded(container, video, on_damage), None)
    except _GivenUp:
        return 0
    return round(-frame.rotation / 90) * 90 % 360 if frame is not None else 0


class _GivenUp(Exception):
    """The file's beginning holds no good picture."""


def _explain(path: Path, error: Exception) -> InputError:
    """Why a file that exists and is not empty cannot be opened, in words."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if _is_text(head):
        return InputError(path, "a text file, not a video", "choose another file")
    boxes = _top_boxes(path)
    if boxes & {b"ftyp", b"mdat"} and b"moov" not in boxes and b"moof" not in boxes:
        return InputError(
            path,
            "the recording was cut off before its index was written (no moov)",
            "repair it with the camera or with untrunc, then try again",
        )
    reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
    return InputError(
        path, f"not a video that can be read ({reason})", "copy it from the card again"
    )


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter in "\r\n\t\f" for letter in text)


def _top_boxes(path: Path) -> set[bytes]:
    """Names of the outermost boxes of an MP4 or MOV file, as far as they can be followed."""
    names: set[bytes] = set()
    size = path.stat().st_size
    with path.open("rb") as stream:
        position = 0
        while position + 8 <= size and len(names) < 64:
            stream.seek(position)
            header = stream.read(16)
            length, name = int.from_bytes(header[:4]), header[4:8]
            if name not in _BOXES_WITH_LENGTH:
                break
            names.add(name)
            if length == 1 and len(header) == 16:
                length = int.from_bytes(header[8:16])
            if length < 8:
                break
            position += length
    return names
