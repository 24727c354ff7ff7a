"""Where a file was recorded, as far as the file itself tells.

In order: telemetry that the camera left in the file, by our own readers; what ExifTool finds, where
it is installed; the one point that phones write (`docs/time-and-place.md` says why).
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import isfinite, nan
from pathlib import Path

import av.container

from pipeline.footage.embedded import read_embedded
from pipeline.footage.exiftool import read_with_exiftool
from pipeline.footage.fixes import Fix, sound, track_of
from pipeline.footage.opening import video_stream
from pipeline.footage.receiver import believed, is_local, own_dates, untimed
from pipeline.types import GpsTrack

_ISO6709 = re.compile(r"^([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?")
_SETTLED_S = 2.0  # clocks of single fixes that differ by more are not a clock
_FAR_DEGREES = 0.01  # a kilometre: no vehicle goes so far between two points of a track
_MOST_JUMPS = 500  # of a receiver that is merely bad


def read_gps(
    path: Path, container: av.container.InputContainer
) -> tuple[GpsTrack | None, tuple[str, ...]]:
    """The best track that the file holds, and warnings in words. Reads no pictures."""
    dates = own_dates(path.stem, container.metadata.get("creation_time"))
    duration_s = (container.duration or 0) / av.time_base
    try:
        # Unbuffered: a few bytes here and there are read, of files of gigabytes.
        with path.open("rb", buffering=0) as file:
            found = read_embedded(file, duration_s, _zero_s(container), dates)
    except OSError as error:
        return None, (f"GPS in the file is not read ({error.strerror or error})",)
    warnings = [*found.warnings]
    points = found.points
    if found.perhaps_local and is_local(points, path.stem, duration_s):
        points = untimed(points)
        warnings.append(
            "GPS: the receiver's time reads like the file's name, so it may be local time; not used"
        )
    track = track_from(found.source, points, dates, warnings)
    if track is None and not found.unreadable:
        points, more = read_with_exiftool(path)
        warnings += more
        track = track_from("exiftool", points, dates, warnings)
    if track is None:
        track = _location(container)
    return track, tuple(warnings)


def track_from(
    source: str,
    points: Sequence[tuple[float, Fix]],
    dates: Sequence[datetime],
    warnings: list[str],
) -> GpsTrack | None:
    """A track of what is sound among raw points (file time, fix); adds to `warnings`."""
    points = [(time_s, fix) for time_s, fix in points if isfinite(time_s)]
    jumps = sum(_far(a, b) for (_, a), (_, b) in pairwise(points))
    if jumps > _MOST_JUMPS:
        warnings.append(f"GPS: {jumps} jumps of a kilometre or more; the track is not used")
        return None
    kept, more = sound(points)
    kept, doubts = believed(kept, dates)
    warnings += (f"GPS: {text}" for text in (*more, *doubts))
    if not kept:
        return None
    start = _utc_start(kept)
    if start is None and any(fix.utc for _, fix in kept):
        warnings.append("GPS: the receiver's clock does not run with the footage; not used")
    return track_of(source, kept, start)


def _far(first: Fix, second: Fix) -> bool:
    return (
        abs(first.latitude - second.latitude) > _FAR_DEGREES
        or abs(first.longitude - second.longitude) > _FAR_DEGREES
    )


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


def _zero_s(container: av.container.InputContainer) -> float:
    """The track time of the first picture."""
    video = video_stream(container)
    return float(video.start_time * video.time_base) if video and video.start_time else 0.0


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
