"""A map of areas as a grid of cells, each with the number of the area that it lies in.

A square tile of cells is kept row by row, as runs of one number. A row says what is new about it
against the row before: which runs are the same, and how far their starts have moved, which is what
a border does and packs well.

    file    = XZ of: one line of JSON, the length of each tile's head and moves (two uint32 arrays),
              all heads, all moves
    head    = nothing (no area) | uint16 (one area) | uint16 count, uint16 numbers, alike, change...
    alike   = how many rows follow with the same runs
    change  = runs kept at the left, runs replaced, runs put there, of each of these the start and
              the number's index (two bytes, the higher first), alike
    moves   = of each row, how far the starts of kept runs have moved (modulo the tile's width,
              so one byte each)

`training/places/cells.py` writes it.
"""

from __future__ import annotations

import json
import lzma
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIDE = 256  # cells; a start within a tile is one byte

Cells = NDArray[np.uint16]


class Grid:
    """Areas on a regular grid in degrees; row 0 is the southernmost."""

    def __init__(self, content: bytes) -> None:
        about, _, body = content.partition(b"\n")
        shape = json.loads(about)
        self.south: float = shape["south"]
        self.west: float = shape["west"]
        self.step: float = shape["step"]
        self._columns: int = shape["columns"]
        count: int = shape["tiles"]
        lengths = np.frombuffer(body, "<u4", 2 * count)
        ends = [8 * count, *(8 * count + np.cumsum(lengths, dtype=np.int64)).tolist()]
        self._heads, self._moves = ends[: count + 1], ends[count:]
        self._body = body
        self._tile = lru_cache(maxsize=16)(self._decoded)

    @classmethod
    def read(cls, path: Path) -> Grid:
        return cls(lzma.decompress(path.read_bytes()))

    def cell(self, latitude: float, longitude: float) -> tuple[int, int]:
        """Row and column of a position; they may lie outside of the grid."""
        return (
            int(np.floor((latitude - self.south) / self.step)),
            int(np.floor((longitude - self.west) / self.step)),
        )

    def window(self, row: int, column: int, reach: int) -> Cells:
        """The numbers around a cell, (2 reach + 1, 2 reach + 1); 0 where there is no area."""
        size = 2 * reach + 1
        top, left = row - reach, column - reach
        cells = np.zeros((size, size), np.uint16)
        for r in range(top // SIDE * SIDE, top + size, SIDE):
            for c in range(left // SIDE * SIDE, left + size, SIDE):
                rows = slice(max(top, r), min(top + size, r + SIDE))
                columns = slice(max(left, c), min(left + size, c + SIDE))
                tile = self._at(r // SIDE, c // SIDE)
                cells[_less(rows, top), _less(columns, left)] = tile[
                    _less(rows, r), _less(columns, c)
                ]
        return cells

    def _at(self, row: int, column: int) -> Cells:
        number = row * self._columns + column
        inside = 0 <= column < self._columns and 0 <= number < len(self._heads) - 1
        return self._tile(number) if inside else np.zeros((SIDE, SIDE), np.uint16)

    def _decoded(self, number: int) -> Cells:
        head = self._body[self._heads[number] : self._heads[number + 1]]
        if len(head) <= 2:
            return np.full((SIDE, SIDE), int.from_bytes(head, "little"), np.uint16)
        many = int.from_bytes(head[:2], "little")
        areas = np.frombuffer(head, "<u2", many, offset=2)
        changes, moves = iter(head[2 + 2 * many :]), iter(self._moves_of(number))
        cells = np.empty((SIDE, SIDE), np.uint16)
        starts: list[int] = []
        indices: list[int] = []
        alike = next(changes)
        for row in cells:
            new: list[tuple[int, int]] = []
            if alike:
                alike -= 1
                left = right = len(starts)
            else:
                left, replaced, put = next(changes), next(changes), next(changes)
                right = left + replaced
                new = [(next(changes), 256 * next(changes) + next(changes)) for _ in range(put)]
                alike = next(changes)
            starts = [
                *starts[: min(left, 1)],  # the first run starts at the tile's edge
                *((start + next(moves)) % SIDE for start in starts[1:left]),
                *(start for start, _ in new),
                *((start + next(moves)) % SIDE for start in starts[right:]),
            ]
            indices = [*indices[:left], *(index for _, index in new), *indices[right:]]
            for start, index in zip(starts, indices, strict=True):
                row[start:] = areas[index]
        return cells

    def _moves_of(self, number: int) -> bytes:
        return self._body[self._moves[number] : self._moves[number + 1]]


def _less(part: slice, by: int) -> slice:
    return slice(part.start - by, part.stop - by)
