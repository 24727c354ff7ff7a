"""Where a file was recorded, as far as the file itself tells.

In order: a GoPro's telemetry stream; the one point that phones write; what ExifTool finds, where it
is installed.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import nan
from pathlib import Path
from typing import Any

import av.container

from pipeline.footage.exiftool import read_with_exiftool
from pipeline.footage.fixes import Fix, sound, track_of
from pipeline.footage.gpmf import Packet, read_gpmf
from pipeline.footage.opening import video_stream
from pipeline.types import GpsTrack

_ISO6709 = re.compile(r"^([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?")
_LARGEST_PACKET = 4 * 1024 * 1024
_SETTLED_S = 2.0  # clocks of single fixes that differ by more are not a clock


def read_gps(
    path: Path, container: av.container.InputContainer
) -> tuple[GpsTrack | None, tuple[str, ...]]:
    """The best track that the file holds, and warnings in words. Reads no pictures."""
    warnings: list[str] = []
    packets = _telemetry(path, container)
    points, lost = read_gpmf(packets)
    if lost:
        warnings.append(f"GPS without satellites for {lost} of {lost + len(points)} points")
    track = _track("gpmf", points, warnings)
    if track is None:
        track = _location(container)
    if track is None and not packets:
        points, more = read_with_exiftool(path)
        warnings += more
        track = _track("exiftool", points, warnings)
    return track, tuple(warnings)


def _track(
    source: str, points: Sequence[tuple[float, Fix]], warnings: list[str]
) -> GpsTrack | None:
    kept, more = sound(points)
    warnings += (f"GPS: {text}" for text in more)
    return track_of(source, kept, _utc_start(kept)) if kept else None


def _utc_start(points: Sequence[tuple[float, Fix]]) -> datetime | None:
    """The satellites' time at file time 0: the middle of what the fixes say, if they agree."""
    starts = [
        (fix.utc - timedelta(seconds=time_s)).timestamp() for time_s, fix in points if fix.utc
    ]
    if not starts:
        return None
    middle = statistics.median(starts)
    if statistics.median(abs(start - middle) for start in starts) > _SETTLED_S:
        return None
    return datetime.fromtimestamp(middle, UTC)


def _telemetry(path: Path, container: av.container.InputContainer) -> list[Packet]:
    """Packets of the GoPro telemetry stream, read from where the index says.

    FFmpeg gives `gpmd` no codec of its own, so the stream is known by its handler's name or by the
    letters its packets begin with. Reading by the index leaves gigabytes of pictures unread.
    """
    video = video_stream(container)
    zero_s = float(video.start_time * video.time_base) if video and video.start_time else 0.0
    for stream in container.streams:
        if stream.type != "data":
            continue
        named = "GoPro MET" in stream.metadata.get("handler_name", "")
        entries = [entry for entry in stream.index_entries if 8 <= entry.size <= _LARGEST_PACKET]
        if entries and (named or _starts_with_device(path, entries[0])):
            return _packets(path, entries, stream, zero_s)
    return []


def _packets(path: Path, entries: Sequence[Any], stream: Any, zero_s: float) -> list[Packet]:
    base = float(stream.time_base)
    starts = [entry.timestamp * base - zero_s for entry in entries]
    packets = []
    with path.open("rb") as file:
        for number, (entry, start_s) in enumerate(zip(entries, starts, strict=True)):
            file.seek(entry.pos)
            end_s = starts[number + 1] if number + 1 < len(starts) else start_s + 1.0
            packets.append(Packet(file.read(entry.size), start_s, max(end_s - start_s, 0.0)))
    return packets


def _starts_with_device(path: Path, entry: Any) -> bool:
    with path.open("rb") as file:
        file.seek(entry.pos)
        return file.read(4) == b"DEVC"


def _location(container: av.container.InputContainer) -> GpsTrack | None:
    """The one point that a phone writes beside its recording (ISO 6709)."""
    for name in ("com.apple.quicktime.location.ISO6709", "location", "location-eng"):
        match = _ISO6709.match(container.metadata.get(name, ""))
        if match:
            latitude, longitude, altitude = (
                float(text) if text else nan for text in match.groups()
            )
            kept, _ = sound([(0.0, Fix(latitude, longitude, nan, altitude))])
            if kept:
                return track_of("quicktime:location", kept)
    return None
