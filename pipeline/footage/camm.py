"""GPS from a Camera Motion Metadata track (Google's CAMM specification,
https://developers.google.com/streetview/publish/camm-spec).

A packet is two bytes of nothing, two of a type, then little-endian values. Type 5 is a bare
position; type 6 is the receiver's whole answer. Some cameras put several packets in one sample.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import hypot, isfinite

from pipeline.footage.fixes import Fix
from pipeline.footage.samples import Sample

_SIZES = {0: 16, 1: 12, 2: 16, 3: 16, 4: 16, 5: 28, 6: 60, 7: 16}  # with the head, by type
SMALLEST = 28  # bytes of a sample with a position
_POSITION = struct.Struct("<3d")
_RECEIVER = struct.Struct("<di2d7f")
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_GPS = datetime(1980, 1, 6, tzinfo=UTC)
# The satellites' time runs without leap seconds: so far ahead of UTC from each of these moments.
_LEAPS = (
    (datetime(2017, 1, 1, tzinfo=UTC), 18),
    (datetime(2015, 7, 1, tzinfo=UTC), 17),
    (datetime(2012, 7, 1, tzinfo=UTC), 16),
)
_NEAR = timedelta(days=2)  # of two dates that mean the same day somewhere


def read_camm(
    samples: Iterable[Sample], dates: Sequence[datetime] = ()
) -> tuple[list[tuple[float, Fix]], int]:
    """Fixes (track time, position), and how many packets had no satellites.

    `dates` are the days that the file names for itself: type 6 tells seconds since 1980 by the
    specification, but some cameras write those since 1970, and only a date tells which.
    """
    full: list[tuple[float, Fix]] = []
    bare: list[tuple[float, Fix]] = []
    lost = 0
    for sample in samples:
        for kind, values in _packets(sample.content):
            if kind == 5:
                latitude, longitude, altitude = _POSITION.unpack(values)
                bare.append((sample.start_s, Fix(latitude, longitude, altitude_m=altitude)))
            elif kind == 6:
                seconds, fix, latitude, longitude, altitude, _, _, east, north, _, _ = (
                    _RECEIVER.unpack(values)
                )
                if fix not in (2, 3):
                    lost += 1
                    continue
                moment = _moment(seconds, dates)
                speed = hypot(east, north)
                full.append((sample.start_s, Fix(latitude, longitude, speed, altitude, moment)))
    return full or bare, lost


def _packets(content: bytes) -> Iterable[tuple[int, bytes]]:
    position = 0
    while position + 4 <= len(content):
        (kind,) = struct.unpack_from("<H", content, position + 2)
        size = _SIZES.get(kind)
        if size is None or position + size > len(content):
            return
        yield kind, content[position + 4 : position + size]
        position += size


def _moment(seconds: float, dates: Sequence[datetime]) -> datetime | None:
    """UTC of the receiver, by the epoch that fits one of the file's own dates."""
    if not isfinite(seconds) or not 0 < seconds < 4e9:
        return None
    satellites = _GPS + timedelta(seconds=seconds)
    leap = next((lead for since, lead in _LEAPS if satellites >= since), 15)
    for moment in (satellites - timedelta(seconds=leap), _UNIX + timedelta(seconds=seconds)):
        if any(abs(moment - date) <= _NEAR for date in dates):
            return moment
    return None
