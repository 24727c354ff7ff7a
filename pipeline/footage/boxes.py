"""The boxes of an MP4 or MOV file (ISO/IEC 14496-12), read by seeking: no picture is loaded.

A box is four bytes of size, four letters of a kind, then its content, which may be boxes again. A
size of 1 means that eight bytes with the true size follow; 0 means to the end of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

# Bounds on one level, so that a file of nothing but tiny boxes does not hold us. Some cameras put a
# block a second beside the media data, a day of them at most.
_MOST_OUTSIDE = 90_000
_MOST_INSIDE = 4096


@dataclass(frozen=True, slots=True)
class Box:
    """One box: `start` and `end` bound its content in the file."""

    kind: bytes
    start: int
    end: int


def whole(file: BinaryIO) -> Box:
    """The file as if it were one box."""
    return Box(b"", 0, file.seek(0, 2))


def boxes(file: BinaryIO, parent: Box) -> Iterator[Box]:
    """The boxes directly inside `parent`; ends at the first that is damaged.

    A box that reaches beyond its parent, as the last one of a truncated file, is cut to fit.
    """
    position = parent.start
    for _ in range(_MOST_INSIDE if parent.kind else _MOST_OUTSIDE):
        if position + 8 > parent.end:
            return
        file.seek(position)
        head = file.read(16)
        if len(head) < 8:
            return
        size, kind = struct.unpack_from(">I4s", head)
        begin = 8
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack_from(">Q", head, 8)
            begin = 16
        elif size == 0:
            size = parent.end - position
        end = min(position + size, parent.end)
        if end < position + begin:  # also where the size is smaller than its own head
            return
        yield Box(kind, position + begin, end)
        position = end


def find(file: BinaryIO, parent: Box, *path: bytes) -> Iterator[Box]:
    """Every box that is reached from `parent` through the kinds of `path`."""
    for box in boxes(file, parent):
        if box.kind == path[0]:
            if len(path) == 1:
                yield box
            else:
                # `find` may be left while a seek lies between: each level seeks for itself.
                yield from find(file, box, *path[1:])


def first(file: BinaryIO, parent: Box, *path: bytes) -> Box | None:
    """The first box that `find` gives, or None."""
    return next(find(file, parent, *path), None)


def content(file: BinaryIO, box: Box, limit: int) -> bytes:
    """What is in the box, but no more than its first `limit` bytes."""
    return stretch(file, box.start, min(box.end - box.start, limit))


def stretch(file: BinaryIO, start: int, size: int) -> bytes:
    """`size` bytes from `start`; fewer where the file ends before."""
    file.seek(start)
    return file.read(max(size, 0))
