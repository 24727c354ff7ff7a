"""GPS in a text track: cameras that write the receiver's answer as subtitles nobody shows.

Sentences of NMEA (Nextbase, Thinkware and others), lines of its fields (Mini 0806), Garmin's binary
`PNDM`, lines of `$G:` and the drone's `GPS (longitude, latitude, …)`; as ExifTool's
QuickTimeStream.pl describes them.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from datetime import UTC, datetime
from math import nan

from pipeline.footage.fixes import Fix
from pipeline.footage.nmea import read_nmea
from pipeline.footage.samples import Sample

HANDLERS = {b"text", b"sbtl"}
_LARGEST_TEXT = 64 * 1024
_KNOT_MPS = 0.514444
_MPH_MPS = 0.44704
_KMH_MPS = 1 / 3.6
_RMC = re.compile(rb"\$?([A-Z]{2}RMC,[^\r\n$\0;~]*)")
_GGA = re.compile(rb"\$?([A-Z]{2}GGA,[^\r\n$\0;~]*)")
_DEGREES = re.compile(
    rb"\$G:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d-([NS])(\d{1,2}\.\d+)-([EW])(\d{1,3}\.\d+)-S(\d{1,4})"
)
_FIELDS = re.compile(rb"A,(\d{6}),(\d{6})\S*?,(\d{4}\.\d+),([NS]),(\d{5}\.\d+),([EW]),")
_DRONE = re.compile(
    rb"GPS \(([-+]?\d{1,3}\.\d+),\s*([-+]?\d{1,2}\.\d+)"
    rb"(?:[^\n]*?, H ([-+]?\d{1,5}\.?\d*)m)?(?:[^\n]*?, H\.S ([-+]?\d{1,3}\.?\d*)m/s)?"
)


def read_text_track(samples: Iterable[Sample]) -> tuple[list[tuple[float, Fix]], int]:
    """Fixes (track time, position) of a text track, and how many texts had no satellites."""
    found: list[tuple[float, Fix]] = []
    lost = 0
    for sample in samples:
        text = _text(sample.content[:_LARGEST_TEXT])
        fixes, void = _fixes(text)
        lost += void
        step = sample.duration_s / max(len(fixes), 1)
        found += [(sample.start_s + number * step, fix) for number, fix in enumerate(fixes)]
    return found, lost


def _text(content: bytes) -> bytes:
    """The text without the length before it, which not every camera writes."""
    if len(content) >= 2 and 0 < int.from_bytes(content[:2], "big") <= len(content) - 2:
        return content[2:]
    return content


def _fixes(text: bytes) -> tuple[list[Fix], int]:
    if text[4:8] == b"PNDM" and len(text) >= 24:
        return _garmin(text[4:]), 0
    if text[:4] == b"PNDM" and len(text) >= 20:
        return _garmin(text), 0
    sentences = _RMC.findall(text)
    if sentences:
        heights = _GGA.findall(text)
        lines = [b"$" + line for pair in (sentences, heights) for line in pair]
        try:
            fixes = read_nmea(b"\n".join(lines))
        except ValueError:
            return [], 0
        return fixes, len(sentences) - len(fixes)
    match = _DEGREES.search(text)
    if match is not None:
        place = _signed(float(match[2]), match[1]), _signed(float(match[4]), match[3])
        return [Fix(*place, float(match[5]) * _KMH_MPS)], 0  # its clock is the camera's
    match = _FIELDS.match(text)
    if match is not None:
        return _mini(match), 0
    match = _DRONE.search(text)
    if match is not None:
        height, speed = (float(part) if part else nan for part in match.groups()[2:])
        return [Fix(float(match[2]), float(match[1]), speed, height)], 0
    return [], 0


def _garmin(text: bytes) -> list[Fix]:
    """Miles an hour, and degrees as shares of half a turn, big-endian."""
    speed, latitude, longitude = struct.unpack_from(">H2x2i", text, 8)
    if (latitude, longitude) == (-(2**31), -(2**31)):
        return []
    share = 180 / 2**31
    return [Fix(latitude * share, longitude * share, speed * _MPH_MPS)]


def _mini(match: re.Match[bytes]) -> list[Fix]:
    try:
        moment = datetime.strptime((match[1] + match[2]).decode(), "%d%m%y%H%M%S")
    except ValueError:
        return []
    latitude = float(match[3][:2]) + float(match[3][2:]) / 60
    longitude = float(match[5][:3]) + float(match[5][3:]) / 60
    place = _signed(latitude, match[4]), _signed(longitude, match[6])
    return [Fix(*place, utc=moment.replace(tzinfo=UTC))]


def _signed(value: float, side: bytes) -> float:
    return -value if side in b"SW" else value
