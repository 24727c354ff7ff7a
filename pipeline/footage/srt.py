"""Positions in subtitle files (`.srt`) that cameras write: DJI's drones, dashcam apps, dashcams.

Known by their words, for no two firmwares agree: `[latitude: …] [longitude: …]` of newer drones
(some write `longtitude`), `GPS(longitude, latitude, …)` and `RTK (…)` of older ones, words for
latitude and longitude in apps, letters of the hemispheres, and sentences of NMEA. The times of the
subtitles are the footage's own. A bare pair of numbers is no position.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from math import isfinite, nan

from pipeline.footage.fixes import Fix, Logged
from pipeline.footage.nmea import read_nmea
from pipeline.footage.written import degrees_in, moments_in, speed_unit

TIMING = re.compile(
    r"(\d{1,3}):(\d\d):(\d\d)[,.](\d{1,3})\s*-->\s*(\d{1,3}):(\d\d):(\d\d)[,.](\d{1,3})"
)
_REPEATED_S = 0.99  # the same place again within this time is the same answer of the receiver
_TAG = re.compile(r"<[^<>]{0,200}>")
_NUMBER = r"[-+]?\d{1,3}(?:\.\d+)?"
_MINUTES = r"(?:\s*\d{1,2}(?:\.\d+)?\s*['′](?:\s*[\d.]+\s*[\"″])?)?"
_SIDE = r"(?-i:[NSEW])"  # capital letters only
_ANGLE = rf"(?:{_SIDE}\s*)?{_NUMBER}\s*°?{_MINUTES}(?:\s*{_SIDE}\b)?(?![A-Za-z\d]|\.\d)"
_LATITUDE = re.compile(
    rf"(?<![a-z])(?:gps[ _]?)?(?:lat|latitude|breitengrad|vĩ độ)\s*[:=]\s*({_ANGLE})", re.I
)
_LONGITUDE = re.compile(
    r"(?<![a-z])(?:gps[ _]?)?(?:lon|lng|long|longitude|longtitude|längengrad|kinh độ)\s*[:=]\s*"
    rf"({_ANGLE})",
    re.I,
)
_TUPLE = re.compile(rf"(?:GPS|RTK)\s*\(\s*({_NUMBER})\s*,\s*({_NUMBER})\s*(?:,[^()]*)?\)")
_SIDE_FIRST = re.compile(
    r"(?<![A-Za-z0-9])([NS])\s*:?\s*(\d{1,2}\.\d+)°?[\s,;/]+([EW])\s*:?\s*(\d{1,3}\.\d+)"
)
_SIDE_LAST = re.compile(
    r"(?<![\d.])(\d{1,2}\.\d+)\s*°?\s*([NS])[\s,;/]+(\d{1,3}\.\d+)\s*°?\s*([EW])(?![A-Za-z])"
)
_HEIGHT = re.compile(r"\b(?:abs_alt|altitude|höhe)\s*[:=]\s*([-+]?\d+(?:\.\d+)?)", re.I)
_SPEED = re.compile(
    r"(?:H\.S\s*|(?:speed|spd|geschwindigkeit|tốc độ)\s*[:=]\s*)"
    r"(\d{1,3}(?:\.\d+)?)\s*(km/h|kmh|kph|mph|m/s|kn|kts|knots)\b",
    re.I,
)
_PLAIN_SPEED = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d+)?)\s*(km/h|kmh|kph|mph)\b", re.I)


def read_srt(content: str) -> list[Logged]:
    """The positions of a subtitle file, in the footage's time, with the camera's clock beside them.

    Raises ValueError where the text holds no subtitles.
    """
    cues = list(_cues(content))
    if not cues:
        raise ValueError("no subtitles")
    moments = moments_in([text[:400] for _, text in cues])
    found: list[Logged] = []
    for number, (start_s, text) in enumerate(cues):
        fix = _fix(text)
        if fix is None:
            continue
        last = found[-1] if found else None
        if (
            last is not None
            and 0 <= start_s - last.file_time_s < _REPEATED_S
            and (fix.latitude, fix.longitude) == (last.fix.latitude, last.fix.longitude)
        ):
            continue
        moment = moments[number] if moments else None
        found.append(Logged(fix, start_s, moment))
    return found


def _cues(content: str) -> Iterator[tuple[float, str]]:
    """Start of each subtitle in seconds, and its text without tags."""
    matches = list(TIMING.finditer(content))
    for number, match in enumerate(matches):
        end = matches[number + 1].start() if number + 1 < len(matches) else len(content)
        hours, minutes, seconds = (int(part) for part in match.groups()[:3])
        thousandths = int(match[4].ljust(3, "0"))
        span = timedelta(hours=hours, minutes=minutes, seconds=seconds, milliseconds=thousandths)
        yield span.total_seconds(), _TAG.sub(" ", content[match.end() : end])


def _fix(text: str) -> Fix | None:
    if "RMC," in text:
        try:
            return next(iter(read_nmea(text.encode("ascii", "replace"))), None)
        except ValueError:
            return None
    place = _place(text)
    if place is None or not (isfinite(place[0]) and isfinite(place[1])):
        return None
    height = _HEIGHT.search(text)
    return Fix(*place, _speed(text), float(height[1]) if height else nan)


def _place(text: str) -> tuple[float, float] | None:
    latitude, longitude = _LATITUDE.search(text), _LONGITUDE.search(text)
    if latitude and longitude:
        return degrees_in(latitude[1]), degrees_in(longitude[1])
    pair = _TUPLE.search(text)
    if pair:
        return float(pair[2]), float(pair[1])  # longitude first
    sides = _SIDE_FIRST.search(text)
    if sides:
        return degrees_in(sides[2], sides[1]), degrees_in(sides[4], sides[3])
    sides = _SIDE_LAST.search(text)
    if sides:
        return degrees_in(sides[1], sides[2]), degrees_in(sides[3], sides[4])
    return None


def _speed(text: str) -> float:
    """Where the unit stands beside it; a number alone may be anything."""
    match = _SPEED.search(text) or _PLAIN_SPEED.search(text)
    return float(match[1]) * speed_unit(match[2]) if match else nan
