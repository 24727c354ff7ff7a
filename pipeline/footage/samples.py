"""Samples of the metadata tracks of an MP4 file: where each lies and when it is shown.

Read from the sample tables (ISO/IEC 14496-12, 8.6 and 8.7) without FFmpeg, which gives such tracks
no codec. Tables that contradict themselves end the list early; nothing is read into memory but the
tables, and of them no more than a bound.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from pipeline.footage.boxes import Box, content, find, first, stretch, whole

_LARGEST_TABLE = 16 * 1024 * 1024
_LARGEST_SAMPLE = 4 * 1024 * 1024
_MOST_TELEMETRY = 512 * 1024 * 1024  # a GoPro writes 100 MB in half an hour
_MOST_SAMPLES = 2_000_000
_MOST_TRACKS = 64
_PICTURES = {b"vide", b"soun"}


@dataclass(frozen=True, slots=True)
class MetadataTrack:
    """A track that holds neither pictures nor sound."""

    handler: bytes  # four letters, e.g. b"camm", b"meta", b"text"
    format: bytes  # of the first sample description, e.g. b"camm", b"gpmd", b"text"
    name: str  # of the handler, e.g. "GoPro MET"
    timescale: int
    table: Box


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: its content, and the stretch of the track's time that it covers."""

    content: bytes
    start_s: float
    duration_s: float


def metadata_tracks(file: BinaryIO) -> list[MetadataTrack]:
    """The tracks of the file that may hold telemetry."""
    found = []
    for track in islice(find(file, whole(file), b"moov", b"trak"), _MOST_TRACKS):
        media = first(file, track, b"mdia")
        if media is None:
            continue
        handler = first(file, media, b"hdlr")
        table = first(file, media, b"minf", b"stbl")
        described = handler and content(file, handler, 1024)
        if not described or table is None or described[8:12] in _PICTURES:
            continue
        form = first(file, table, b"stsd")
        found.append(
            MetadataTrack(
                described[8:12],
                content(file, form, 16)[12:16] if form else b"",
                described[24:].decode("utf-8", "replace").strip("\0\t ").strip(),
                _timescale(file, media),
                table,
            )
        )
    return found


def samples(file: BinaryIO, track: MetadataTrack, smallest: int = 1) -> Iterator[Sample]:
    """The samples of the track in order; those below `smallest` bytes are passed over unread.

    True samples do not overlap: when more was read than the file holds, the list is a lie and ends.
    """
    end = whole(file).end
    left = min(end, _MOST_TELEMETRY)
    times = _durations(_table(file, track, b"stts"))
    now = 0
    for number, (position, size) in enumerate(_places(file, track)):
        if number >= _MOST_SAMPLES or position >= end:
            return
        length = next(times, None)
        if length is None:
            return
        if smallest <= size <= _LARGEST_SAMPLE:
            left -= size
            if left < 0:
                return
            taken = stretch(file, position, size)
            yield Sample(taken, now / track.timescale, length / track.timescale)
        now += length


def _places(file: BinaryIO, track: MetadataTrack) -> Iterator[tuple[int, int]]:
    """Position and size of each sample, from chunks and what is in them."""
    chunks = _table(file, track, b"stco")
    wide = not chunks
    if wide:
        chunks = _table(file, track, b"co64")
    runs = [
        struct.unpack_from(">II", entry) for entry in _entries(_table(file, track, b"stsc"), 12)
    ]
    sizes = _sizes(_table(file, track, b"stsz"))
    run = -1
    for number, entry in enumerate(_entries(chunks, 8 if wide else 4), 1):
        while run + 1 < len(runs) and runs[run + 1][0] <= number:
            run += 1
        position = int.from_bytes(entry, "big")
        for _ in range(runs[run][1] if run >= 0 else 0):
            size = next(sizes, None)
            if size is None:
                return
            yield position, size
            position += size


def _sizes(table: bytes) -> Iterator[int]:
    if len(table) < 12:
        return
    same, count = struct.unpack_from(">II", table, 4)
    if same:
        yield from (same for _ in range(min(count, _MOST_SAMPLES)))
    else:
        for position in range(12, min(12 + 4 * count, len(table) - 3), 4):
            yield int.from_bytes(table[position : position + 4], "big")


def _durations(table: bytes) -> Iterator[int]:
    for entry in _entries(table, 8):
        count, length = struct.unpack(">II", entry)
        yield from (length for _ in range(min(count, _MOST_SAMPLES)))


def _entries(table: bytes, size: int) -> Iterator[bytes]:
    """Entries of a table with a count at byte 4, no more than are there."""
    if len(table) < 8:
        return
    (count,) = struct.unpack_from(">I", table, 4)
    for number in range(min(count, (len(table) - 8) // size)):
        yield table[8 + number * size : 8 + (number + 1) * size]


def _table(file: BinaryIO, track: MetadataTrack, kind: bytes) -> bytes:
    box = first(file, track.table, kind)
    return content(file, box, _LARGEST_TABLE) if box else b""


def _timescale(file: BinaryIO, media: Box) -> int:
    box = first(file, media, b"mdhd")
    head = content(file, box, 32) if box else b""
    if len(head) < 24:
        return 1000
    (scale,) = struct.unpack_from(">I", head, 20 if head[0] == 1 else 12)
    return int(scale) or 1000
