"""Where the `freeGPS ` blocks of a file are, and which file time each belongs to.

The box `gps ` in `moov` lists their offsets and sizes. Files without it are looked through at each
32 kB, where such blocks begin, as long as the first of them lies near the front of the media data.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from pipeline.footage.boxes import Box, boxes, content, find, first, stretch, whole
from pipeline.footage.fixes import Fix
from pipeline.footage.freegps import LARGEST, Enciphered, Reading, read_block

_MOST_BLOCKS = 90_000  # a day, one a second
_GRID = 0x8000
_SEARCHED = 20_000_000  # bytes of media data in which the first block must lie
_NEAR_ONE = (0.8, 1.25)  # seconds, or blocks a second
_RUNS_WITH_S = 2.0  # a receiver's clock that strays further from the blocks' count is not used


@dataclass(frozen=True, slots=True)
class Blocks:
    """What the blocks of a file say: fixes in file time, and what was not to be had."""

    layout: str
    points: list[tuple[float, Fix]]
    blocks: int
    empty: int  # blocks without a fix, or of an unknown layout
    enciphered: str | None  # the layout, where a block cannot be read by anyone


def read_novatek(file: BinaryIO, duration_s: float) -> Blocks | None:
    """Fixes of all `freeGPS ` blocks of the file; None where it has none of these."""
    of_rexing = _is_rexing(file)
    readings: list[Reading | None] = []
    enciphered = None
    for block in _blocks(file):
        try:
            readings.append(read_block(block, of_rexing))
        except Enciphered as error:
            enciphered = str(error)
            readings.append(None)
    if not readings:
        return None
    layouts = Counter(reading.layout for reading in readings if reading)
    layout = layouts.most_common(1)[0][0] if layouts else ""
    # One camera has one layout: a block that looks like another one is damaged.
    same = [reading if reading and reading.layout == layout else None for reading in readings]
    points = _timed(same, duration_s)
    return Blocks(layout, points, len(same), same.count(None), enciphered)


def _timed(readings: list[Reading | None], duration_s: float) -> list[tuple[float, Fix]]:
    """Points in file time, by the count of the blocks.

    The receiver's own clock is finer where a block is missing: it is used where it runs with the
    count.
    """
    step = _step_s(readings, duration_s)
    points = []
    for number, reading in enumerate(readings):
        fixes = reading.fixes if reading else ()
        points += [((number + part / len(fixes)) * step, fix) for part, fix in enumerate(fixes)]
    return _by_clock(points)


def _step_s(readings: list[Reading | None], duration_s: float) -> float:
    """Seconds of the footage from block to block.

    One, if the receiver's clock or the footage's length says so about. Else blocks are spread over
    the footage: some cameras write several a second, and a time lapse writes fewer.
    """
    timed = [
        (number, reading.fixes[0].utc)
        for number, reading in enumerate(readings)
        if reading and reading.fixes[0].utc
    ]
    if len(timed) > 1:
        (first, begin), (last, end) = timed[0], timed[-1]
        if _NEAR_ONE[0] <= (end - begin).total_seconds() / (last - first) <= _NEAR_ONE[1]:
            return 1.0
    if duration_s <= 0 or _NEAR_ONE[0] <= len(readings) / duration_s <= _NEAR_ONE[1]:
        return 1.0
    return duration_s / len(readings)


def _by_clock(points: list[tuple[float, Fix]]) -> list[tuple[float, Fix]]:
    moments = [fix.utc for _, fix in points if fix.utc is not None]
    if not moments or len(moments) < len(points) or len(set(moments)) < len(moments):
        return points
    zero = moments[0] - timedelta(seconds=points[0][0])
    clocked = [(_seconds(zero, moment), fix) for moment, (_, fix) in zip(moments, points)]  # noqa: B905
    strays = any(
        abs(told - counted) > _RUNS_WITH_S
        for (told, _), (counted, _) in zip(clocked, points, strict=True)
    )
    return points if strays else clocked


def _seconds(zero: datetime, moment: datetime) -> float:
    return (moment - zero).total_seconds()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """The blocks in the order of the file's index, else in the order in which they lie."""
    listed = False
    left = whole(file).end  # true blocks do not overlap
    for index in find(file, whole(file), b"moov", b"gps "):
        for position, size in _entries(content(file, index, 8 + 8 * _MOST_BLOCKS)):
            left -= min(size, LARGEST)
            if left < 0:
                break
            block = stretch(file, position, min(size, LARGEST))
            if block[4:12] == b"freeGPS ":
                listed = True
                yield block
    if not listed:
        yield from _unlisted(file)


def _entries(index: bytes) -> Iterator[tuple[int, int]]:
    if len(index) < 16:
        return
    (count,) = struct.unpack_from(">I", index, 4)
    for number in range(min(count, (len(index) - 8) // 8)):
        yield struct.unpack_from(">II", index, 8 + 8 * number)


def _unlisted(file: BinaryIO) -> Iterator[bytes]:
    """Blocks that are boxes beside the media data, or lie on the grid inside of it."""
    count = 0
    for box in boxes(file, whole(file)):
        if box.kind == b"free" and stretch(file, box.start, 4) == b"GPS ":
            yield stretch(file, box.start - 8, min(box.end - box.start + 8, LARGEST))
            count += 1
        elif box.kind == b"mdat":
            for block in _on_grid(file, box):
                yield block
                count += 1
                if count >= _MOST_BLOCKS:
                    return


def _on_grid(file: BinaryIO, media: Box) -> Iterator[bytes]:
    found = False
    for position in range(-(-media.start // _GRID) * _GRID, media.end, _GRID):
        if not found and position - media.start > _SEARCHED:
            return
        if stretch(file, position, 12)[4:] == b"freeGPS ":
            found = True
            (size,) = struct.unpack(">I", stretch(file, position, 4))
            yield stretch(file, position, min(max(size, 16), LARGEST))


def _is_rexing(file: BinaryIO) -> bool:
    """Whether the file is of a Rexing V1 camera, known by the version in its `frea` box."""
    version = first(file, whole(file), b"frea", b"ver ")
    return version is not None and content(file, version, 16).rstrip(b"\0") == b"3.01.054"
