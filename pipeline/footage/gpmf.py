"""GPS from GoPro's telemetry stream (GPMF, https://github.com/gopro/gpmf-parser).

A packet is a tree of elements: four letters of a key, one of a type, size of a structure (1 byte),
how many of them (2 bytes), then the values, big-endian, filled up to four bytes. In a stream
(`STRM`) the last element holds the samples and those before it tell how to read them: `SCAL`
divisors, `TYPE` the fields of a structure, `GPSF` whether there is a fix, `GPSU` the time.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import hypot

from pipeline.footage.fixes import Fix
from pipeline.footage.samples import Sample

_FORMATS = {
    "b": "b", "B": "B", "s": "h", "S": "H", "l": "i", "L": "I",
    "j": "q", "J": "Q", "f": "f", "d": "d",
}  # fmt: skip
_DAY_ZERO = datetime(2000, 1, 1, tzinfo=UTC)
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_FIXED = (2, 3)  # dimensions; 0 means no satellites
_GPS_KEYS = (b"GPS5", b"GPS9", b"GLPI")
_MOST_ELEMENTS = 4_000_000  # of all packets of a file; a GoPro writes some 300 a second

Packet = Sample  # as the format calls it


@dataclass(frozen=True, slots=True)
class _Element:
    key: str
    type: str
    size: int  # of a structure
    content: bytes


class _Allowance:
    """How many elements may still be read: a file of nothing but heads must not hold us."""

    def __init__(self) -> None:
        self.left = _MOST_ELEMENTS


def read_gpmf(packets: Iterable[Packet]) -> tuple[list[tuple[float, Fix]], int]:
    """Fixes (file time, position) of all packets, and how many had no satellites.

    Samples are spread evenly over their packet, as the format has it. Damaged elements end the
    reading of their packet only.
    """
    found: list[tuple[float, Fix]] = []
    lost = 0
    allowance = _Allowance()
    for packet in packets:
        if not any(key in packet.content for key in _GPS_KEYS):
            continue
        clock = _boot_clock(packet.content, allowance)
        best: list[Fix | None] = []
        for stream in _streams(packet.content, allowance):
            samples = _samples(stream, clock)
            # Old cameras wrote GPS5, new ones GPS9 or both; the drone writes its position (GLPI).
            if len(samples) > len(best):
                best = samples
        step = packet.duration_s / max(len(best), 1)
        for number, fix in enumerate(best):
            if fix is None:
                lost += 1
            else:
                found.append((packet.start_s + number * step, fix))
    return found, lost


def _samples(stream: dict[str, _Element], boot_clock: float | None) -> list[Fix | None]:
    if "GPS9" in stream:
        return [_gps9(row) for row in _rows(stream, "GPS9")]
    if "GPS5" in stream:
        return _gps5(stream)
    if "GLPI" in stream:
        return [_glpi(row, boot_clock) for row in _rows(stream, "GLPI")]
    return []


def _gps5(stream: dict[str, _Element]) -> list[Fix | None]:
    """Latitude, longitude, altitude, speed over ground, speed in space."""
    rows = _rows(stream, "GPS5")
    fix = _first(stream.get("GPSF"))
    if fix is not None and fix not in _FIXED:
        return [None] * len(rows)
    moment = _gpsu(stream.get("GPSU"))
    return [
        Fix(row[0], row[1], row[3], row[2], moment if number == 0 else None)
        if len(row) >= 5
        else None
        for number, row in enumerate(rows)
    ]


def _gps9(row: list[float]) -> Fix | None:
    """As GPS5, then days since 2000, seconds of the day, dilution of precision, fix (0, 2, 3)."""
    if len(row) < 9 or row[8] not in _FIXED:
        return None
    moment = _after(_DAY_ZERO, row[5] * 86_400 + row[6])
    return Fix(row[0], row[1], row[3], row[2], moment)


def _glpi(row: list[float], boot_clock: float | None) -> Fix | None:
    """Seconds since boot, latitude, longitude, altitude, height, speeds north, east and down."""
    if len(row) < 8:
        return None
    moment = None
    if boot_clock is not None:
        moment = _after(_UNIX, boot_clock + row[0])
    return Fix(row[1], row[2], hypot(row[5], row[6]), row[3], moment)


def _after(zero: datetime, seconds: float) -> datetime | None:
    """The moment that lies so far after `zero`; None for what is no number or centuries away."""
    return zero + timedelta(seconds=seconds) if 0 < seconds < 1e10 else None


def _boot_clock(content: bytes, allowance: _Allowance) -> float | None:
    """Unix time of the device's boot, from a `SYST` element (seconds since boot, Unix time)."""
    if b"SYST" not in content:
        return None
    for stream in _streams(content, allowance):
        for row in _rows(stream, "SYST"):
            if len(row) == 2 and 1e9 < row[1] < 1e10:
                return row[1] - row[0]
    return None


def _gpsu(element: _Element | None) -> datetime | None:
    """`yymmddhhmmss.sss`, UTC."""
    if element is None:
        return None
    text = element.content[:16].decode("ascii", "replace").strip("\0 ")
    try:
        moment = datetime.strptime(text, "%y%m%d%H%M%S.%f")
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC)


def _streams(content: bytes, allowance: _Allowance) -> Iterator[dict[str, _Element]]:
    """The elements of each stream of each device, by key."""
    for device in _elements(content, allowance):
        if device.key == "DEVC":
            for stream in _elements(device.content, allowance):
                if stream.key == "STRM":
                    inside = _elements(stream.content, allowance)
                    yield {element.key: element for element in inside}


def _elements(content: bytes, allowance: _Allowance) -> Iterator[_Element]:
    position = 0
    while position + 8 <= len(content):
        if allowance.left <= 0:
            return
        allowance.left -= 1
        key, kind, size, count = struct.unpack_from(">4scBH", content, position)
        length = size * count
        position += 8
        if position + length > len(content) or not key.isalnum():
            return
        yield _Element(
            key.decode("ascii"),
            "" if kind == b"\0" else kind.decode("latin-1"),
            size,
            content[position : position + length],
        )
        position += (length + 3) // 4 * 4


def _rows(stream: dict[str, _Element], key: str) -> list[list[float]]:
    """Scaled values of the samples, a list for each structure; empty where they cannot be read."""
    samples = stream.get(key)
    if samples is None or not samples.size:
        return []
    kinds = samples.type
    if kinds == "?":
        told = stream.get("TYPE")
        kinds = told.content.decode("latin-1").strip("\0") if told else ""
    if not 0 < len(kinds) <= samples.size or any(kind not in _FORMATS for kind in kinds):
        return []
    if samples.type != "?":
        kinds *= samples.size // struct.calcsize(">" + _FORMATS[kinds])
    layout = struct.Struct(">" + "".join(_FORMATS[kind] for kind in kinds))
    if layout.size != samples.size or not layout.size:
        return []
    divisors = _numbers(stream.get("SCAL")) or [1.0]
    if len(divisors) == 1:
        divisors *= len(kinds)
    if len(divisors) != len(kinds):
        return []
    return [
        [value / (divisor or 1.0) for value, divisor in zip(row, divisors, strict=True)]
        for row in layout.iter_unpack(samples.content)
    ]


def _numbers(element: _Element | None) -> list[float]:
    if element is None or element.type not in _FORMATS:
        return []
    form = _FORMATS[element.type]
    count = len(element.content) // struct.calcsize(">" + form)
    size = struct.calcsize(f">{count}{form}")
    return [float(value) for value in struct.unpack(f">{count}{form}", element.content[:size])]


def _first(element: _Element | None) -> float | None:
    return next(iter(_numbers(element)), None)
