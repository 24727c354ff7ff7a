"""The clip: the original's own packets with lead-up and aftermath, never encoded again.

It begins at a keyframe at or before the wanted start. Pictures and sound are copied; everything
else (telemetry, GPS, subtitles, names, serial numbers) is left out, since a package holds the place
of the act only, never of the trip.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import ffmpeg

from pipeline.errors import InputError, OutputError
from pipeline.evidence.left_out import inside, left_out
from pipeline.evidence.packets import Identity, packets_are_identical
from pipeline.footage.binary import ffmpeg_path, file_url
from pipeline.footage.opening import open_video, video_stream
from pipeline.types import Footage

# By FFmpeg's name of the original's container: the suffixes that stand for it, the usual one first,
# and other containers for codecs that its writer does not take.
_CONTAINERS = {
    "mov": ((".mp4", ".m4v", ".mov", ".3gp"), (".mov", ".mkv")),
    "matroska": ((".mkv", ".webm"), (".mkv",)),
    "mpegts": ((".ts", ".mts", ".m2ts"), (".mkv",)),
    "avi": ((".avi",), (".mkv",)),
}
# Some containers have no index, and a seek may come out late: then seek this much earlier.
_STEPS_BACK_S = (0.0, 1.0, 4.0, 16.0, float("inf"))
_LATE_S = 0.05
_NO_SPACE = "No space left on device"
_SOURCE = "file:SOURCE"


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip that was cut, and what was left out of it."""

    path: Path
    start_s: float  # of its first picture, in file time of the original
    end_s: float  # of its last picture
    identity: Identity
    left_out: tuple[str, ...]  # streams and names of metadata, never their values
    inside: tuple[str, ...] = ()  # kinds of messages within its packets, which stay


def cut_clip(
    footage: Footage, start_s: float, end_s: float, stem: Path, *, keep_metadata: bool = False
) -> Clip:
    """Copy `start_s` to `end_s` (file time) of `footage` to `stem` plus a suffix.

    `keep_metadata` keeps the texts that the container has (serial numbers, owners, places), which
    are left out else. Raises InputError where the footage cannot be copied, OutputError where
    nothing can be written.
    """
    plan = _plan(footage.path, start_s, keep_metadata)
    reason = ""
    for suffix in _suffixes(footage):
        target = stem.with_name(stem.name + suffix)
        for back_s in _STEPS_BACK_S:
            from_s = max(plan.key_s - back_s, 0.0)
            reason = _copy(footage.path, target, plan, from_s, end_s)
            if reason:
                break
            identity = packets_are_identical(target, footage.path, near_s=from_s)
            first = from_s if identity.start_s is None else identity.start_s
            last = end_s if identity.end_s is None else identity.end_s
            if first <= start_s + _LATE_S or from_s == 0:
                return Clip(target, first, last, identity, plan.left_out, inside(target))
        target.unlink(missing_ok=True)
        if _NO_SPACE in reason:
            raise OutputError(f"{stem.parent}: the disk is full; free some space and run it again")
    raise InputError(footage.path, f"no clip can be cut from it ({reason})", "check the recording")


def _copy(source: Path, target: Path, plan: _Plan, from_s: float, end_s: float) -> str:
    """Let FFmpeg copy; returns what went wrong, or nothing."""
    command = _command(source, target, plan, from_s, end_s)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    complaints = done.stderr.decode(errors="replace").strip()
    if _NO_SPACE in complaints:
        return _NO_SPACE
    if done.returncode == 0 and _has_picture(target):
        return ""
    return complaints.splitlines()[-1] if complaints else "nothing was copied"


@dataclass(frozen=True, slots=True)
class _Plan:
    video: int  # index of its stream
    sounds: tuple[int, ...]
    left_out: tuple[str, ...]
    zero_s: float  # file time 0, counted from where the container begins
    key_s: float  # the keyframe to begin at, in file time
    keep_metadata: bool


def _plan(path: Path, start_s: float, keep_metadata: bool) -> _Plan:
    try:
        with open_video(path) as container:
            video = video_stream(container)
            if video is None:
                raise InputError(path, "no video in it", "choose another file")
            sounds = tuple(stream.index for stream in container.streams.audio)
            zero = video.start_time or 0
            key = _keyframe(container, video, zero + round(start_s / video.time_base))
            return _Plan(
                video.index,
                sounds,
                left_out(container, path, {video.index, *sounds}, keep_metadata=keep_metadata),
                float(zero * video.time_base) - (container.start_time or 0) / av.time_base,
                float((key - zero) * video.time_base),
                keep_metadata,
            )
    except (av.FFmpegError, OSError) as error:
        raise InputError(path, f"cannot be read ({error.strerror})", "copy it again") from error


def _keyframe(container: Any, video: Any, wanted: int) -> int:
    """Pts of the last keyframe at or before `wanted`; of the first picture if there is none."""
    zero = int(video.start_time or 0)
    for target in (wanted, zero):
        found: int | None = None
        try:
            container.seek(max(target, zero), stream=video)
            for packet in container.demux(video):
                if packet.pts is None:
                    continue
                if packet.is_keyframe and packet.pts <= max(wanted, zero):
                    found = int(packet.pts)
                elif packet.dts is not None and packet.dts > wanted:
                    break
        except av.FFmpegError:
            pass  # no index to seek by: from the beginning, then
        if found is not None:
            return found
    return zero


def _suffixes(footage: Footage) -> list[str]:
    """Of the original's own container where it can be written again, then of others.

    A file is believed by its content: some cameras write transport streams named .mp4.
    """
    family = footage.container.split(",")[0]
    usual, others = _CONTAINERS.get(family, ((".mkv",), ()))
    suffix = footage.path.suffix.lower()
    return list(dict.fromkeys((suffix if suffix in usual else usual[0], *others)))


def _command(source: Path, target: Path, plan: _Plan, from_s: float, end_s: float) -> list[str]:
    """FFmpeg's arguments. It counts from where the container begins, which sound may do first."""
    cut = ffmpeg.input(
        _SOURCE,  # put in below: a camera's name need not be text, which the builder wants
        ss=f"{plan.zero_s + from_s:.6f}",
        protocol_whitelist="file",  # footage that points at other files or hosts is not followed
    )
    options: dict[str, Any] = {
        "c": "copy",
        "t": f"{end_s - from_s:.6f}",
        "fflags": "+bitexact",
        "avoid_negative_ts": "make_zero",
    }
    if not plan.keep_metadata:
        options |= {"map_metadata": -1, "map_metadata:s": -1, "map_chapters": -1}
    if target.suffix in (".mp4", ".mov", ".3gp"):
        tags = "+use_metadata_tags" if plan.keep_metadata else ""
        options |= {"movflags": f"+faststart{tags}", "write_tmcd": 0}
    output = ffmpeg.output(
        *(cut[str(index)] for index in (plan.video, *plan.sounds)), file_url(target), **options
    ).global_args("-hide_banner", "-nostdin", "-loglevel", "error")
    command = ffmpeg.compile(output, cmd=ffmpeg_path(), overwrite_output=True)
    return [file_url(source) if argument == _SOURCE else argument for argument in command]


def _has_picture(path: Path) -> bool:
    try:
        with open_video(path) as container:
            return any(packet.size for packet in container.demux(video=0))
    except (av.FFmpegError, OSError, IndexError):
        return False
