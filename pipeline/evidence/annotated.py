"""The annotated copy: a second film on which the vehicle is marked, for viewing only.

FFmpeg decodes the clip in one process and encodes in another; between them each picture is drawn on
in place, one at a time. Below the picture, covering nothing of it, stands a strip that says what
this is and when it was.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import av
import ffmpeg
import imageio_ffmpeg
import numpy as np

from pipeline.errors import InputError, OutputError
from pipeline.evidence.boxes import box_at
from pipeline.evidence.clip import Clip
from pipeline.evidence.marks import (
    AMBER,
    BLACK,
    RED,
    WHITE,
    Picture,
    draw_box,
    draw_label,
    label,
    paste,
    text_patch,
)
from pipeline.evidence.words import moment, number, term
from pipeline.footage.binary import ffmpeg_path, file_url
from pipeline.footage.opening import open_video
from pipeline.settings import Settings
from pipeline.types import Footage, Incident, Track, Trip

_MOST_FRAMES_PER_S = 15.0
_STRIP_SHARE = 0.11  # of the picture's height


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one file to be shown: its clip says from where to where."""

    footage_index: int
    clip: Clip


@dataclass(frozen=True, slots=True)
class _Layout:
    """Sizes in pixels; all even, as the encoder wants them."""

    width: int
    picture: int  # height of the picture alone
    strip: int
    scale: float  # from the original's pixels

    @property
    def height(self) -> int:
        return self.picture + self.strip


def annotate(
    trip: Trip,
    pieces: Sequence[Piece],
    incident: Incident,
    tracks: Sequence[Track],
    target: Path,
    settings: Settings,
) -> None:
    """Write the annotated copy of all pieces, one after another, to `target` (H.264 in MP4).

    Raises InputError where the footage cannot be decoded, OutputError where nothing can be written.
    """
    first = trip.footage[pieces[0].footage_index]
    layout = _layout(first, settings.evidence.annotated_height)
    rate = min(first.frame_rate or 25.0, _MOST_FRAMES_PER_S)
    painter = _Painter(trip, incident, tracks, layout, settings)
    canvas = np.zeros((layout.height, layout.width, 3), np.uint8)
    shown = 0
    with _encoder(target, layout, rate) as sink:
        for piece in pieces:
            with _decoder(piece.clip, layout, rate) as source:
                for count in _pictures(source, canvas[: layout.picture]):
                    time_s = trip.offsets_s[piece.footage_index] + piece.clip.start_s + count / rate
                    painter.draw(canvas, time_s)
                    sink.write(canvas.data)
                    shown += 1
    if not shown:
        raise InputError(first.path, "none of its pictures can be decoded", "check the recording")


class _Painter:
    """Draws on one picture after another."""

    def __init__(
        self,
        trip: Trip,
        incident: Incident,
        tracks: Sequence[Track],
        layout: _Layout,
        settings: Settings,
    ) -> None:
        by_id = {track.id: track for track in tracks}
        self._trip, self._incident, self._layout = trip, incident, layout
        self._language = settings.language
        self._vehicle = by_id.get(incident.track_id)
        self._others = [by_id[id_] for id_ in incident.other_track_ids if id_ in by_id]
        self._size = max(layout.picture // 36, 10)
        self._label = ""
        if self._vehicle is not None:
            self._label = label(self._vehicle, incident, self._language)

    def draw(self, canvas: Picture, time_s: float) -> None:
        picture = canvas[: self._layout.picture]
        scale = self._layout.scale
        for track in self._others:
            box = box_at(track, time_s)
            if box is not None:
                draw_box(picture, _scaled(box, scale), WHITE, 1, rim=False)
        acting = self._incident.start_s <= time_s <= self._incident.end_s
        box = box_at(self._vehicle, time_s) if self._vehicle is not None else None
        if box is not None:
            colour = RED if acting else AMBER
            scaled = _scaled(box, scale)
            draw_box(picture, scaled, colour, 3 if acting else 2)
            draw_label(picture, scaled, self._label, colour, self._size)
        self._draw_strip(canvas[self._layout.picture :], time_s)

    def _draw_strip(self, strip: Picture, time_s: float) -> None:
        strip[:] = 0
        height, width = strip.shape[:2]
        size = max(height // 4, 8)
        lines = (
            text_patch(term("report", "strip", self._language), size, AMBER, BLACK, width - 8),
            text_patch(self._when(time_s), size, WHITE, BLACK, width - 8),
        )
        for index, line in enumerate(lines):
            paste(strip, line, 4, (height // 2) * index + (height // 2 - line.shape[0]) // 2)

    def _when(self, time_s: float) -> str:
        language = self._language
        index, file_time_s = self._trip.locate(time_s)
        clock = self._trip.footage[index].clock
        seconds = number(max(file_time_s, 0.0), language, 1)
        place = term("report", "file_time", language, seconds=seconds)
        now = clock.at(max(file_time_s, 0.0))
        if now is None or clock.source is None:
            return place
        source = term("time_sources", clock.source, language)
        return f"{moment(now, language)} · {term('report', 'time_source', language)}: {source}"


def _layout(footage: Footage, most_lines: int) -> _Layout:
    room = most_lines / (1 + _STRIP_SHARE)
    scale = min(room / footage.height, 1.0)
    width, picture = (
        max(int(side * scale) // 2 * 2, 2) for side in (footage.width, footage.height)
    )
    strip = max(round(picture * _STRIP_SHARE) // 4 * 4, 24)
    return _Layout(width, picture, strip, picture / footage.height)


def _scaled(
    box: tuple[float, float, float, float], scale: float
) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = box
    return x1 * scale, y1 * scale, x2 * scale, y2 * scale


def _pictures(source: IO[bytes], picture: Picture) -> Iterator[int]:
    """Read one picture after another into `picture`; yields their numbers."""
    view = picture.reshape(-1).data
    count = 0
    while True:
        filled = 0
        while filled < len(view):
            got = source.readinto(view[filled:])  # type: ignore[attr-defined]
            if not got:
                return
            filled += got
        yield count
        count += 1


@contextmanager
def _decoder(clip: Clip, layout: _Layout, rate: float) -> Iterator[IO[bytes]]:
    """Upright pictures of the clip at a constant rate, the first at `Clip.start_s`."""
    output = (
        ffmpeg.input(file_url(clip.path))
        .video.filter("setpts", f"PTS-{_first_s(clip.path):.6f}/TB")
        .filter("fps", fps=f"{rate:.6f}", start_time=0)
        .filter("scale", layout.width, layout.picture, flags="area")
        .output("pipe:", format="rawvideo", pix_fmt="bgr24")
        .global_args("-hide_banner", "-nostdin", "-loglevel", "error")
    )
    command = ffmpeg.compile(output, cmd=ffmpeg_path())
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _first_s(clip: Path) -> float:
    """When the clip's first picture is shown, as FFmpeg counts: from the earliest of its streams.

    The first packets need not be the first that can be decoded, so pictures cannot tell.
    """
    with open_video(clip) as container:
        start_s = (container.start_time or 0) / av.time_base
        times = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
        base = container.streams.video[0].time_base or 0
        return float(min(times, default=0) * base) - start_s


@contextmanager
def _encoder(target: Path, layout: _Layout, rate: float) -> Iterator[IO[bytes]]:
    raw = ffmpeg.input(
        "pipe:",
        format="rawvideo",
        pix_fmt="bgr24",
        s=f"{layout.width}x{layout.height}",
        r=f"{rate:.6f}",
    )
    options: dict[str, Any] = {
        "c:v": "libx264",
        "preset": "veryfast",
        "crf": 23,
        "pix_fmt": "yuv420p",
        "movflags": "+faststart",
        "fflags": "+bitexact",
        "flags:v": "+bitexact",
    }
    output = raw.output(file_url(target), **options).global_args(
        "-hide_banner", "-loglevel", "error"
    )
    command = ffmpeg.compile(output, cmd=_encoding_binary(), overwrite_output=True)
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=complaints)
        assert process.stdin is not None
        try:
            yield process.stdin
            process.stdin.close()
            failed = process.wait() != 0
        except BrokenPipeError:
            failed = True
        finally:
            process.kill()
            process.wait()
            with suppress(BrokenPipeError):
                process.stdin.close()
        if failed:
            complaints.seek(0)
            lines = complaints.read().decode(errors="replace").strip().splitlines()
            reason = lines[-1] if lines else "the encoder stopped"
            raise OutputError(
                f"{target.parent}: the annotated copy cannot be written ({reason}); "
                "free some space or choose another folder with -o"
            )


@cache
def _encoding_binary() -> str:
    """The system's FFmpeg if it has x264, else the one of `imageio-ffmpeg`, which has."""
    path = ffmpeg_path()
    listed = subprocess.run(
        [path, "-hide_banner", "-encoders"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return path if b"libx264" in listed.stdout else str(imageio_ffmpeg.get_ffmpeg_exe())
