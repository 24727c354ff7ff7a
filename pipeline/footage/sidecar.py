"""Tracks in a file of their own, beside the footage or named by the user.

`.gpx`, `.nmea` and BlackVue's `.gps` are laid over the footage by the satellites' time (UTC) and
the footage's clock; subtitles (`.srt`) and tables (`.csv`) that count the footage's own seconds lie
on it already; a table with a clock that names no zone is tried in the footage's zone, then in UTC.
A track that does not belong to the footage is left alone, with a warning.
"""

from __future__ import annotations

import codecs
import re
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from math import isfinite
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from pipeline.errors import InputError
from pipeline.footage.csv_track import read_csv
from pipeline.footage.fixes import Fix, Logged, sound, track_of
from pipeline.footage.gpx import read_gpx
from pipeline.footage.nmea import read_nmea
from pipeline.footage.srt import TIMING, read_srt
from pipeline.settings import FootageSettings
from pipeline.types import FloatArray, GpsTrack, TimeCandidate

SIDECAR_SUFFIXES = (".gpx", ".nmea", ".gps", ".srt", ".csv")
_NAME_ONE = "name a .gpx, .nmea, .srt or .csv file"
_MARGIN_S = 5.0  # points this far outside the footage still help at its ends
_LARGEST = 256 * 1024 * 1024
_ROLL_OVERS = (1024, 2048, -1024)  # weeks that a receiver with old software is off
_SAME_CLOCK_S = 3600.0  # a camera's clock may have been set right by as much
_ZONE_S = 30.0  # within which two clocks are a zone apart and not two trips
_BLACKVUE = re.compile(r"^(\d{8}_\d{6}_[A-Z]+)[FRIO]$", re.I)  # one .gps for all its cameras

Points = list[tuple[float, Fix]]


def read_sidecar(
    path: Path, gps_file: Path | None, start: datetime | None, duration_s: float
) -> tuple[GpsTrack | None, tuple[str, ...]]:
    """The track of `gps_file`, or of a file named like the footage, and warnings in words.

    Without a clock (`start` is None) the track's first point is taken for the footage's start.
    Raises InputError where `gps_file` cannot be read; a file that merely lies beside the footage is
    left alone with a warning.
    """
    if gps_file is not None:
        return _laid_over(gps_file, _read(gps_file), start, duration_s)
    warnings: tuple[str, ...] = ()
    for beside in _beside(path):
        try:
            track, more = _laid_over(beside, _read(beside), start, duration_s)
        except InputError as error:
            track, more = None, (str(error),)
        warnings = (*warnings, *more)
        if track is not None:
            return track, warnings
    return None, warnings


def sidecar_times(
    path: Path, gps_file: Path | None, settings: FootageSettings
) -> tuple[TimeCandidate, ...]:
    """When the footage began by the clock in a subtitle file or table that counts its seconds."""
    for sidecar in [gps_file] if gps_file is not None else _beside(path):
        if gps_file is None and sidecar.suffix.lower() not in (".srt", ".csv"):
            continue
        try:
            start = _start_by_its_clock(_read(sidecar), ZoneInfo(settings.time_zone))
        except InputError:
            continue  # reading the track says what is wrong
        if start is not None:
            return (TimeCandidate("sidecar", start, 2.0, sidecar.name),)
    return ()


def _beside(path: Path) -> list[Path]:
    """`clip.gpx`, `clip.MP4.nmea`, `clip_NF.mp4` with `clip_N.gps`, in any case of letters."""
    stems = [path.stem, path.name]
    shared = _BLACKVUE.match(path.stem)
    wanted = [(stem + suffix).lower() for suffix in SIDECAR_SUFFIXES for stem in stems]
    if shared:
        wanted.append(f"{shared[1]}.gps".lower())
    try:
        found = {item.name.lower(): item for item in path.parent.iterdir()}
    except OSError:
        return []
    return [found[name] for name in wanted if name in found]


def _read(path: Path) -> list[Logged]:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(path, "larger than any GPS track", _NAME_ONE)
        content = path.read_bytes()
    except OSError as error:
        raise InputError(path, error.strerror or str(error), "check the path") from error
    try:
        logged = _parsed(content)
    except ValueError as error:
        raise InputError(path, f"not a GPS track that can be read ({error})", _NAME_ONE) from error
    if not logged:
        raise InputError(path, "no position in it", _NAME_ONE)
    return logged


def _parsed(content: bytes) -> list[Logged]:
    """Positions of any of the formats, known by the content and not by the name."""
    text = _text(content)
    if TIMING.search(text[:4096]):
        return read_srt(text)
    if "<" in text[:512]:
        return [Logged(fix) for fix in read_gpx(content)]
    if re.search(r"\$[A-Z]{2}(?:RMC|GGA|GSV|GSA|VTG|GLL),", text[:65_536]):
        return [Logged(fix) for fix in read_nmea(content)]
    return read_csv(text)


def _text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")


# --- over the footage ----------------------------------------------------------------------------


def _laid_over(
    path: Path, logged: Sequence[Logged], start: datetime | None, duration_s: float
) -> tuple[GpsTrack | None, tuple[str, ...]]:
    """The track in the footage's time, or why it is not used."""
    zone = start.tzinfo if start is not None and start.tzinfo else ZoneInfo("Asia/Ho_Chi_Minh")
    if any(isfinite(item.file_time_s) for item in logged):
        points, warnings = _by_own_seconds(logged, start, duration_s, zone)
    elif any(item.fix.utc is not None for item in logged):
        timed = [(item.fix.utc, item.fix) for item in logged if item.fix.utc is not None]
        points, warnings = _by_clock(timed, start, duration_s)
    elif any(item.clock is not None for item in logged):
        points, warnings = _by_clock_without_zone(logged, start, duration_s, zone)
    else:
        points, warnings = [], ["its points have no times; not used"]
    kept, more = sound(points)
    if points and not kept:
        more.append("no position that can be; not used")
    texts = tuple(f"{path.name}: {text}" for text in (*warnings, *more))
    if not kept:
        return None, texts
    return track_of(f"{path.suffix.lstrip('.').lower() or 'gps'} sidecar", kept), texts


def _by_own_seconds(
    logged: Sequence[Logged], start: datetime | None, duration_s: float, zone: tzinfo
) -> tuple[Points, list[str]]:
    """A log of another recording shows by its length or by its clock."""
    points = [(item.file_time_s, item.fix) for item in logged if isfinite(item.file_time_s)]
    last_s = max(time_s for time_s, _ in points)
    if last_s > duration_s + max(_MARGIN_S, 0.1 * duration_s):
        problem = f"it goes on to {last_s:.0f} s and the footage only to {duration_s:.0f} s"
        return [], [f"{problem}: it is of another recording; not used"]
    began = _start_by_its_clock(logged, zone)
    if began is not None and start is not None:
        apart_s = (began - start).total_seconds()
        off_s = abs(apart_s - 1800 * round(apart_s / 1800))
        zones = abs(apart_s) <= 14 * 3600 + _ZONE_S and off_s <= _ZONE_S
        if abs(apart_s) > _SAME_CLOCK_S and not zones:
            return [], [
                f"its clock says {began.isoformat()}, and the footage began at "
                f"{start.isoformat()}: it is of another recording; not used"
            ]
    return [point for point in points if -_MARGIN_S <= point[0] <= duration_s + _MARGIN_S], []


def _start_by_its_clock(logged: Sequence[Logged], zone: tzinfo) -> datetime | None:
    """When file time 0 was, by the log's own clock."""
    starts = [
        (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp() - item.file_time_s
        for item in logged
        if isfinite(item.file_time_s) and (moment := item.fix.utc or item.clock) is not None
    ]
    return datetime.fromtimestamp(statistics.median(starts), zone) if starts else None


def _by_clock_without_zone(
    logged: Sequence[Logged], start: datetime | None, duration_s: float, zone: tzinfo
) -> tuple[Points, list[str]]:
    timed = [(item.clock, item.fix) for item in logged if item.clock is not None]
    local = [(moment.replace(tzinfo=zone), fix) for moment, fix in timed]
    universal = [(moment.replace(tzinfo=UTC), fix) for moment, fix in timed]
    points, warnings = _by_clock(local, start, duration_s)
    if start is None:
        return points, warnings
    others, _ = _by_clock(universal, start, duration_s, roll_overs=())
    offset = local[0][0].utcoffset()
    if points and others and offset:
        return [], ["its times name no zone, and it covers the footage in two; not used"]
    if others and not points:
        return others, ["its times name no zone; they fit the footage as UTC"]
    return points, warnings


def _by_clock(
    timed: Sequence[tuple[datetime, Fix]],
    start: datetime | None,
    duration_s: float,
    roll_overs: Sequence[int] = _ROLL_OVERS,
) -> tuple[Points, list[str]]:
    """Aware moments over the footage's clock."""
    warnings: list[str] = []
    zero = start
    if zero is None:
        zero = min(moment for moment, _ in timed)
        warnings.append(
            "the footage has no clock, so its start is taken for the track's first point; name it "
            "with --start-time"
        )
    times_s = np.array([(moment - zero).total_seconds() for moment, _ in timed])
    inside = _inside(times_s, duration_s)
    for weeks in roll_overs:
        moved_s = times_s + timedelta(weeks=weeks).total_seconds()
        if not inside.any() and _inside(moved_s, duration_s).any():
            warnings.append(
                f"its dates are {abs(weeks)} weeks off (the receiver's week number rolled over); "
                "set right by the footage's clock"
            )
            times_s, inside = moved_s, _inside(moved_s, duration_s)
    if not inside.any():
        return [], [f"{_missed(times_s, duration_s)}; not used"]
    points = [
        (float(time_s), fix)
        for time_s, (_, fix), keep in zip(times_s, timed, inside, strict=True)
        if keep
    ]
    return points, warnings


def _inside(times_s: FloatArray, duration_s: float) -> np.ndarray:
    return (times_s >= -_MARGIN_S) & (times_s <= duration_s + _MARGIN_S)


def _missed(times_s: np.ndarray, duration_s: float) -> str:
    """How far a track lies from the footage, for a person to see which clock is wrong."""
    if times_s.min() > duration_s:
        apart, side = float(times_s.min() - duration_s), "after the footage ends"
    else:
        apart, side = float(-times_s.max()), "before the footage begins"
    text = f"{apart:.0f} s" if apart < 600 else f"{apart / 3600:.1f} hours"
    return f"the track lies {text} {side}"
