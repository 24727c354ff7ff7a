"""GPS from the box that BlackVue cameras add: `gps ` inside of `free`, an NMEA log.

Each line is `[1623057074211]$GPRMC,…`: the camera's clock in milliseconds since 1970, which need
not be UTC, and what the receiver said. `sttm` beside it holds that clock at the start of the file.
(Layout as read by ExifTool and by mapillary_tools.)
"""

from __future__ import annotations

import re
import struct
from itertools import islice
from typing import BinaryIO

from pipeline.footage.boxes import Box, boxes, content, first, whole
from pipeline.footage.fixes import Fix
from pipeline.footage.nmea import read_nmea

_LARGEST_LOG = 16 * 1024 * 1024
_MOST_HOLDERS = 4096
_MOST_CHILDREN = 64
_LONGEST_FILE_S = 86_400.0
_LINE = re.compile(rb"\[(\d{1,15})\]\s*(\$[A-Z]{2}(RMC|GGA),([0-9.]*),[^\r\n\[$\0]*)")


def find_log(file: BinaryIO) -> Box | None:
    """The `free` or `skip` box whose `gps ` holds an NMEA log, or None."""
    free = (box for box in boxes(file, whole(file)) if box.kind in (b"free", b"skip"))
    for holder in islice(free, _MOST_HOLDERS):
        for box in islice(boxes(file, holder), _MOST_CHILDREN):
            if box.kind == b"gps " and _LINE.search(content(file, box, 4096)):
                return holder
    return None


def read_blackvue(file: BinaryIO, holder: Box) -> tuple[list[tuple[float, Fix]], int]:
    """Fixes (file time, position) of the log, and how many lines had no satellites."""
    log = first(file, holder, b"gps ")
    if log is None:
        return [], 0
    lines = [
        (int(match[1]), match[3], match[4], match[2])
        for match in _LINE.finditer(content(file, log, _LARGEST_LOG))
    ]
    if not lines:
        return [], 0
    heights = {second: line for _, kind, second, line in lines if kind == b"GGA"}
    zero_ms = _start_ms(file, holder, lines[0][0])
    points: list[tuple[float, Fix]] = []
    lost = 0
    for told_ms, kind, second, line in lines:
        if kind != b"RMC":
            continue
        try:
            fixes = read_nmea(line + b"\n" + heights.get(second, b""))
        except ValueError:
            continue
        time_s = (told_ms - zero_ms) / 1000
        if not fixes:
            lost += 1
        elif abs(time_s) <= _LONGEST_FILE_S:
            points.append((time_s, fixes[0]))
    return points, lost


def _start_ms(file: BinaryIO, holder: Box, first_ms: int) -> int:
    """The camera's clock at the start of the file; the first line's where the box tells nonsense"""
    box = first(file, holder, b"sttm")
    told = content(file, box, 8) if box else b""
    if len(told) == 8:
        (start_ms,) = struct.unpack(">Q", told)
        if abs(first_ms - start_ms) <= _LONGEST_FILE_S * 1000:
            return int(start_ms)
    return first_ms
