"""What is in a `freeGPS ` block, in the layouts that makers of dashcams use.

Novatek and other chips write such blocks among the media data, mostly one a second: four bytes of
size, `freeGPS `, four of a length, then a structure that each maker shaped anew. None is documented
by its maker; the layouts are as ExifTool's QuickTimeStream.pl describes them. A layout is known by
letters in fixed places: `A` or `V` (fix or none), `N` or `S`, `E` or `W`. Values are little-endian
and positions degrees times 100 plus minutes, where a function does not say otherwise.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite, nan

from pipeline.footage.fixes import Fix
from pipeline.footage.lucky import decipher
from pipeline.footage.nmea import read_nmea

LARGEST = 64 * 1024
_KNOT_MPS = 0.514444
_KMH_MPS = 1 / 3.6
_RMC = re.compile(rb"\$?([A-Z]{2}RMC,[^\0\r\n$]*)")
_GGA = re.compile(rb"\$([A-Z]{2}GGA,[^\0\r\n$]*)")


class Enciphered(ValueError):
    """A layout that is known, but whose positions nobody can read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one block says: fixes in order, spread evenly over the block's time."""

    layout: str
    fixes: tuple[Fix, ...]


def read_block(block: bytes, of_rexing: bool = False) -> Reading | None:
    """Fixes of one block, or None where it has none or is of no known layout.

    `of_rexing`: the file is of a camera that shifts and scales its positions. Raises Enciphered.
    """
    if len(block) < 82 or block[4:12] != b"freeGPS " or b"LIGOGPSINFO" in block[:128]:
        return None  # LIGOGPSINFO: enciphered, and left to ExifTool
    for layout, matches, read in _LAYOUTS:
        if matches(block):
            fixes = (_rexing_v1 if of_rexing and read is _viofo_a119s else read)(block)
            sound = tuple(fix for fix in fixes if isfinite(fix.latitude + fix.longitude))
            return Reading(layout, sound) if sound else None
    return None


# --- values ------------------------------------------------------------------------------------


def _place(latitude: float, north: bytes, longitude: float, east: bytes) -> tuple[float, float]:
    """Degrees from degrees times 100 plus minutes; NaN where a value cannot be."""
    return (
        _degrees(latitude, 90, -1 if north == b"S" else 1),
        _degrees(longitude, 180, -1 if east == b"W" else 1),
    )


def _degrees(value: float, most: float, sign: int) -> float:
    if not 0 <= value <= 100 * most:
        return nan
    whole, minutes = divmod(value, 100)
    return sign * (whole + minutes / 60) if minutes < 60 else nan


def _speed(value: float, unit: float) -> float:
    return value * unit if 0 <= value < 1e4 else nan


def _moment(
    year: int, month: int, day: int, hour: int, minute: int, second: float
) -> datetime | None:
    """A moment taken for UTC; None where there is no such. Years count from 2000 if below."""
    try:
        start = datetime(year + 2000 if year < 100 else year, month, day, hour, minute, tzinfo=UTC)
        return start + timedelta(seconds=second) if 0 <= second < 61 else None
    except (ValueError, OverflowError):
        return None


def _rmc(text: bytes) -> list[Fix]:
    """The fix of the first RMC sentence of a text, with the height of its GGA sentence."""
    sentence = _RMC.search(text)
    if sentence is None:
        return []
    height = _GGA.search(text)
    lines = [b"$" + sentence[1], b"$" + height[1] if height else b""]
    try:
        return read_nmea(b"\n".join(lines))[:1]
    except ValueError:
        return []


# --- layouts -----------------------------------------------------------------------------------


def _azdome(block: bytes) -> list[Fix]:
    """Azdome, EEEkit: digits behind an exclusive-or. Its clock is the camera's, not UTC."""
    plain = bytes(value ^ 0xAA for value in block[18 : 18 + 0x101])
    match = re.match(rb".{8}\d{14}.{16}([NS])(\d{8})([EW])(\d{9})(\d{8})?", plain, re.DOTALL)
    if match is None:
        return []
    speed = match[5]
    if speed is None:
        later = re.match(rb".{57}[-+]\d{4}(\d{3})", plain, re.DOTALL)
        speed = later[1] if later else None
    place = _place(int(match[2]) / 1e4, match[1], int(match[4]) / 1e4, match[3])
    return [Fix(*place, nan if speed is None else _speed(int(speed), _KMH_MPS))]


def _nextbase_512gw(block: bytes) -> list[Fix]:
    """The camera's clock in digits, then the receiver's own sentences."""
    return _rmc(block[66:])


def _viofo_a119v3(block: bytes) -> list[Fix]:
    """Time from 0x10, letters at 0x28, floats from 0x2c; knots. Kenwood: all 48 bytes later."""
    if block[40:41] not in (b"A", b"V") or block[37:40] != b"\0\0\0":
        block = block[48:]
    if len(block) < 0x3C:
        return []
    hour, minute, second, year, month, day = struct.unpack_from("<6I", block, 16)
    # Where Kenwood writes the full year, it writes local time.
    moment = _moment(year, month, day, hour, minute, second) if year < 100 else None
    north, east = block[41:42], block[42:43]
    texts = [block[start : start + 20].rstrip(b"\0") for start in (0x2C, 0x40)]
    if len(block) >= 0x5C and all(re.fullmatch(rb"[A-Za-z0-9+/]{8,20}={0,2}", t) for t in texts):
        texts = decipher(texts)  # E-ACE
        if not texts:
            raise Enciphered("E-ACE")
    if len(block) >= 0x5C and all(re.fullmatch(rb"\d{1,5}\.\d+", text) for text in texts):
        (knots,) = struct.unpack_from("<f", block, 0x54)
        place = _place(float(texts[0]), north, float(texts[1]), east)
    else:
        latitude, longitude, knots = struct.unpack_from("<3f", block, 0x2C)
        place = _place(latitude, north, longitude, east)
    return [Fix(*place, _speed(knots, _KNOT_MPS), utc=moment)]


def _akaso(block: bytes) -> list[Fix]:
    """Time from 0x30, floats at 0x40 and 0x48, km/h, date from 0x58."""
    hour, minute, second = struct.unpack_from("<3I", block, 0x30)
    latitude, longitude = struct.unpack_from("<f4xf", block, 0x40)
    speed, _, year, month, day = struct.unpack_from("<2f3I", block, 0x50)
    place = _place(latitude, block[68:69], longitude, block[76:77])
    return [
        Fix(*place, _speed(speed, _KMH_MPS), utc=_moment(year, month, day, hour, minute, second))
    ]


def _shifted_rmc(block: bytes) -> list[Fix]:
    """An RMC sentence, each letter 16 too high."""
    return _rmc(bytes(max(value - 16, 0) for value in block[60:140]))


def _unreadable(block: bytes) -> list[Fix]:
    raise Enciphered("Akaso V1, Redtiger F7N or EACHPAI")


def _vantrue_s1(block: bytes) -> list[Fix]:
    """Letters at 0x40, date and time from 0x44, longitude before latitude, knots."""
    year, month, day, hour, minute, second = struct.unpack_from("<6I", block, 0x44)
    longitude, latitude, knots, _, altitude = struct.unpack_from("<5f", block, 0x5C)
    place = _place(latitude, block[65:66], longitude, block[66:67])
    moment = _moment(year, month, day, hour, minute, second)
    return [Fix(*place, _speed(knots, _KNOT_MPS), altitude, moment)]


def _doubles(block: bytes) -> list[Fix]:
    """Time from 0x30, doubles at 0x40, 0x50 and 0x60 (knots), date from 0x70."""
    hour, minute, second = struct.unpack_from("<3I", block, 0x30)
    latitude, longitude, knots = struct.unpack_from("<d8xd8xd", block, 0x40)
    year, month, day = struct.unpack_from("<3I", block, 0x70)
    place = _place(latitude, block[72:73], longitude, block[88:89])
    moment = _moment(year, month, day, hour, minute, second)
    return [Fix(*place, _speed(knots, _KNOT_MPS), utc=moment)]


def _innovv(block: bytes) -> list[Fix]:
    """Records of 32 bytes from 0x10: letters, then floats; knots. No time."""
    fixes = []
    for start in range(16, len(block) - 31, 32):
        record = block[start : start + 32]
        if not re.match(rb"A[NS][EW]\0", record):
            break
        latitude, longitude, knots = struct.unpack_from("<3f", record, 4)
        place = _place(abs(latitude), record[1:2], abs(longitude), record[2:3])
        fixes.append(Fix(*place, _speed(knots, _KNOT_MPS)))
    return fixes


def _xbht(block: bytes) -> list[Fix]:
    """Records of 36 bytes from 0x10: local time, letters, ten-thousandths of minutes; km/h."""
    fixes = []
    for start in range(16, len(block) - 35, 36):
        record = block[start : start + 36]
        if not re.match(rb".{7}[\0-\x09]A[NS][EW]", record, re.DOTALL):
            break
        latitude, longitude, _, speed = struct.unpack_from("<3IH", record, 16)
        place = _place(latitude / 1e4, record[9:10], longitude / 1e4, record[10:11])
        fixes.append(Fix(*place, _speed(speed, _KMH_MPS)))
    return fixes


def _vantrue_n4(block: bytes) -> list[Fix]:
    """Time from 0x10, doubles at 0x20, 0x30 and 0x40 (knots), date from 0x50."""
    hour, minute, second = struct.unpack_from("<3I", block, 16)
    latitude, longitude, knots = struct.unpack_from("<d8xd8xd", block, 32)
    year, month, day = struct.unpack_from("<3I", block, 80)
    place = _place(abs(latitude), block[40:41], abs(longitude), block[56:57])
    moment = _moment(year, month, day, hour, minute, second)
    return [Fix(*place, _speed(knots, _KNOT_MPS), utc=moment)]


def _viofo_a119s(block: bytes) -> list[Fix]:
    """The commonest: time and date from 0x30, letters at 0x48, floats from 0x4c; knots.

    Cameras of this layout that differ: `IQS` has degrees times 1e7 as integers and m/s times 100;
    Transcend's body camera plain degrees and km/h, its Driver Pro doubles further on.
    """
    moment = _moment_at_0x30(block)
    if block[16:19] == b"IQS":
        latitude, longitude, speed = struct.unpack_from("<3i", block, 0x4C)
        place = _there(block, abs(latitude) / 1e7, abs(longitude) / 1e7)
        return [Fix(*place, _speed(speed / 100, 1.0), utc=moment)]
    latitude, longitude, speed = struct.unpack_from("<3f", block, 0x4C)
    if block[:4] == b"\0\0\x40\0" and 0 <= latitude <= 90 and 0 <= longitude <= 180:
        return [Fix(*_there(block, latitude, longitude), _speed(speed, _KMH_MPS), utc=moment)]
    altitude = nan
    if len(block) >= 0xB0:
        finer = struct.unpack_from("<d8xd", block, 0x70)
        if abs(finer[0] - latitude) < 1e-3 and abs(finer[1] - longitude) < 1e-3:
            latitude, longitude = finer
            (altitude,) = struct.unpack_from("<d", block, 0xA0)
    place = _place(latitude, block[73:74], longitude, block[74:75])
    return [Fix(*place, _speed(speed, _KNOT_MPS), altitude, moment)]


def _rexing_v1(block: bytes) -> list[Fix]:
    """As Viofo's A119S, but degrees, shifted and scaled by numbers that somebody found out."""
    latitude, longitude, speed = struct.unpack_from("<3f", block, 0x4C)
    latitude, longitude = (latitude - 187.982162849635) / 3, (longitude - 2199.19873715495) / 2
    place = _there(block, latitude, longitude)
    return [Fix(*place, _speed(speed, _KNOT_MPS), utc=_moment_at_0x30(block))]


def _moment_at_0x30(block: bytes) -> datetime | None:
    hour, minute, second, year, month, day = struct.unpack_from("<6I", block, 0x30)
    return _moment(year, month, day, hour, minute, second)


def _there(block: bytes, latitude: float, longitude: float) -> tuple[float, float]:
    """The place in degrees with the sides that the letters at 0x48 name; NaN off the globe."""
    return _on_globe(
        -latitude if block[73:74] == b"S" else latitude,
        -longitude if block[74:75] == b"W" else longitude,
    )


def _on_globe(latitude: float, longitude: float) -> tuple[float, float]:
    """The place if it is on the globe, else NaN."""
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else (nan, nan)


_XGODY = re.compile(
    rb".{23}(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d) "
    rb"([NS]):(\d+\.\d+) ([EW]):(\d+\.\d+)(?: (\d+\.\d+) km/h)?",
    re.DOTALL,
)


def _xgody(block: bytes) -> list[Fix]:
    """A line of text; degrees. Its "km/h" are knots. Whose clock it is, nobody says."""
    match = _XGODY.match(block)
    if match is None:
        return []
    latitude = float(match[8]) * (-1 if match[7] == b"S" else 1)
    longitude = float(match[10]) * (-1 if match[9] == b"W" else 1)
    speed = nan if match[11] is None else _speed(float(match[11]), _KNOT_MPS)
    return [Fix(*_on_globe(latitude, longitude), speed)]


def _70mai_a810(block: bytes) -> list[Fix]:
    """Signed integers, hundred-thousandths of minutes, from 0x1f; no time."""
    latitude, longitude, _, speed = struct.unpack_from("<4i", block, 31)
    place = (
        _degrees(abs(latitude) / 1e5, 90, -1 if latitude < 0 else 1),
        _degrees(abs(longitude) / 1e5, 180, -1 if longitude < 0 else 1),
    )
    return [Fix(*place, _speed(speed, _KMH_MPS))]


def _nextbase_512g(block: bytes) -> list[Fix]:
    """Records of 32 bytes from 0x30, big-endian; degrees times 1e7, UTC."""
    fixes = []
    for start in range(0x30, len(block) - 31, 32):
        if block[start : start + 2] != b"$S":
            break
        speed, _, year, month, day, hour, minute, tenths, latitude, longitude = struct.unpack_from(
            ">HhH4BHx2i", block, start + 2
        )
        moment = _moment(year, month, day, hour, minute, tenths / 10) if year >= 2000 else None
        place = _on_globe(latitude / 1e7, longitude / 1e7)
        if moment is not None:
            fixes.append(Fix(*place, _speed(speed, 0.01), utc=moment))
    return fixes


def _pattern(expression: bytes, least: int) -> Callable[[bytes], bool]:
    """A test: the block is that long, and its beginning is as the expression has it."""
    compiled = re.compile(expression, re.DOTALL)
    return lambda block: len(block) >= least and compiled.match(block) is not None


_LAYOUTS: tuple[tuple[str, Callable[[bytes], bool], Callable[[bytes], list[Fix]]], ...] = (
    ("Azdome", _pattern(rb".{18}\xaa\xaa\xf2\xe1\xf0\xee\x54\x54", 82), _azdome),
    ("Nextbase 512GW", _pattern(rb".{52}\d{14}", 82), _nextbase_512gw),
    ("Viofo A119 V3", _pattern(rb"(?:.{37}|.{85})\0\0\0A[NS][EW]\0", 82), _viofo_a119v3),
    ("Akaso", _pattern(rb".{60}A\0{3}.{4}[NS]\0{3}.{4}[EW]\0{3}", 100), _akaso),
    ("shifted RMC", _pattern(rb".{60}4W`b\]S<", 140), _shifted_rmc),
    (
        "enciphered",
        _pattern(rb".{64}[\x01-\x0c]\0{3}[\x01-\x1f]\0{3}A[NS][EW]\0{5}", 82),
        _unreadable,
    ),
    ("EACHPAI", _pattern(rb".{12}\xac\0\0\0.{44}4W`b", 82), _unreadable),
    ("Vantrue S1", _pattern(rb".{64}A[NS][EW]\0", 112), _vantrue_s1),
    ("doubles", _pattern(rb".{60}A\0.{10}[NS]\0.{14}[EW]\0", 136), _doubles),
    ("INNOVV", _pattern(rb".{16}A[NS][EW]\0", 82), _innovv),
    ("XBHT", _pattern(rb".{20}[\0-\x18][\0-\x3b]{2}[\0-\x09]A[NS][EW]", 82), _xbht),
    ("Vantrue N4", _pattern(rb".{28}A.{11}[NS].{15}[EW]", 92), _vantrue_n4),
    ("Viofo A119S", _pattern(rb".{72}A[NS][EW]\0", 92), _viofo_a119s),
    ("XGODY", _pattern(_XGODY.pattern, 82), _xgody),
    ("70mai A810", _pattern(rb".{30}A.{20}VV", 82), _70mai_a810),
    ("Nextbase 512G", _pattern(rb".{48}\$S", 82), _nextbase_512g),
)
