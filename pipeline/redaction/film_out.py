"""A clip written again with its pictures changed: the same pictures at the same times.

Pictures stay in the colours they are stored in (planes, never BGR), so that what is not changed is
changed by the encoder alone. Nothing of the clip's metadata is taken over.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from pipeline.errors import InputError, OutputError
from pipeline.footage.binary import ffmpeg_path, file_url
from pipeline.footage.opening import open_video, video_stream
from pipeline.footage.pictures import Times, Upright, decoded

Plane = NDArray[np.uint8]
Paint = Callable[[float, Sequence[Plane]], None]
"""Called with seconds since the clip's first picture and its planes, upright, to be changed."""

_TICKS = 90_000  # a second
_PLANAR = ("yuv420p", "yuvj420p")
_REMEDY = "make the package again"


def pictures_of(
    clip: Path, rotation_deg: int
) -> Generator[tuple[float, NDArray[np.uint8]], None, None]:
    """Every picture of a clip: seconds since its first, and BGR, (H, W, 3), upright.

    The array is written again for the next one. Raises InputError.
    """
    upright = Upright(rotation_deg)
    image: NDArray[np.uint8] | None = None
    with closing(_frames(clip)) as frames:
        for time_s, frame in frames:
            if image is None:
                sides = frame.height, frame.width
                height, width = reversed(sides) if rotation_deg % 180 else sides
                image = np.empty((height, width, 3), np.uint8)
            upright.write(frame, image)
            yield time_s, image


def write_film(
    clip: Path, target: Path, paint: Paint, *, rotation_deg: int, quality: int, sound: bool
) -> int:
    """Write `clip` to `target` (MP4, H.264 at the given CRF) with each picture painted on.

    Returns how many pictures it has. Raises InputError, OutputError.
    """
    silent = target.with_name(f"silent-{target.name}") if sound else target
    try:
        count = _write(clip, silent, paint, rotation_deg, quality)
        if sound:
            _with_sound(silent, clip, target)
    finally:
        if sound:
            silent.unlink(missing_ok=True)
    return count


def _write(clip: Path, target: Path, paint: Paint, rotation_deg: int, quality: int) -> int:
    turns = -(rotation_deg // 90)
    stream: Any = None
    count, last = 0, -1
    canvas = np.empty(0, np.uint8)
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with (
        closing(_frames(clip)) as frames,
        av.open(file_url(target), "w", format="mp4", options=options) as out,
    ):
        for time_s, frame in frames:
            planes = _planes(frame, turns)
            if stream is None:
                height, width = (side // 2 * 2 for side in planes[0].shape)
                stream = _stream(out, frame, width, height, quality)
                canvas = np.empty(height * width * 3 // 2, np.uint8)
            views = _views(canvas, stream.width, stream.height)
            for view, plane in zip(views, planes, strict=True):
                view[:] = plane[: view.shape[0], : view.shape[1]]
            paint(time_s, views)
            picture = VideoFrame.from_ndarray(
                canvas.reshape(-1, stream.width), format=stream.pix_fmt
            )
            last = max(round(time_s * _TICKS), last + 1)
            picture.pts, picture.time_base = last, Fraction(1, _TICKS)
            picture.color_range = frame.color_range
            picture.colorspace = frame.colorspace
            out.mux(stream.encode(picture))
            count += 1
        if stream is None:
            raise InputError(clip, "none of its pictures can be decoded", _REMEDY)
        out.mux(stream.encode())
    return count


def _frames(clip: Path) -> Generator[tuple[float, VideoFrame], None, None]:
    """Pictures as they are stored, all of the size of the first."""
    try:
        with open_video(clip) as container:
            stream = video_stream(container)
            if stream is None:
                raise InputError(clip, "no video in it", _REMEDY)
            stream.thread_type = "AUTO"
            times: Times | None = None
            size = (0, 0)
            for frame in decoded(container, stream):
                if times is None:
                    times, size = Times(stream, frame), (frame.width, frame.height)
                same = (frame.width, frame.height) == size
                yield times.of(frame), frame if same else frame.reformat(*size)
    except (av.FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(clip, f"cannot be decoded ({reason})", _REMEDY) from error


def _planes(frame: VideoFrame, turns: int) -> list[Plane]:
    if frame.format.name not in _PLANAR:
        frame = frame.reformat(format="yuv420p")
    found = []
    for plane in frame.planes:
        lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        found.append(np.rot90(lines[: plane.height, : plane.width], turns))
    return found


def _views(canvas: Plane, width: int, height: int) -> list[Plane]:
    """Brightness and the two colours of a picture, as the encoder wants them one after another."""
    luma, chroma = width * height, width * height // 4
    half = height // 2, width // 2
    return [
        canvas[:luma].reshape(height, width),
        canvas[luma : luma + chroma].reshape(half),
        canvas[luma + chroma :].reshape(half),
    ]


def _stream(out: Any, frame: VideoFrame, width: int, height: int, quality: int) -> Any:
    stream = out.add_stream("libx264", options={"crf": str(quality), "preset": "fast"})
    stream.width, stream.height = width, height
    stream.pix_fmt = frame.format.name if frame.format.name in _PLANAR else "yuv420p"
    stream.codec_context.time_base = Fraction(1, _TICKS)
    stream.codec_context.color_range = frame.color_range
    stream.codec_context.colorspace = frame.colorspace
    return stream


def _with_sound(silent: Path, clip: Path, target: Path) -> None:
    """Put the clip's sound beside the new pictures, at its time; encoded again, without names."""
    command = [
        *(ffmpeg_path(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y"),
        *("-itsoffset", f"{_picture_after_s(clip):.6f}", "-i", file_url(silent)),
        *("-protocol_whitelist", "file", "-i", file_url(clip)),
        *("-map", "0:v:0", "-map", "1:a?", "-c:v", "copy", "-c:a", "aac", "-b:a", "160k"),
        *("-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1"),
        *("-fflags", "+bitexact", "-flags:a", "+bitexact", "-movflags", "+faststart"),
        file_url(target),
    ]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        complaints = done.stderr.decode(errors="replace").strip().splitlines()
        reason = complaints[-1] if complaints else "the encoder stopped"
        raise OutputError(
            f"{target.name}: the sound cannot be written ({reason}); leave out --keep-sound"
        )


def _picture_after_s(clip: Path) -> float:
    """How much later the clip's first picture is than the first of anything in it."""
    with open_video(clip) as container:
        stream = video_stream(container)
        if stream is None or stream.start_time is None:
            return 0.0
        start_s = float(stream.start_time * stream.time_base)
        return max(start_s - (container.start_time or 0) / av.time_base, 0.0)
