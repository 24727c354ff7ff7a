"""Polygons into cells, and cells into the file that `pipeline.places.grid` reads."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.places.grid import SIDE, Cells

Ring = NDArray[np.float64]  # (n, 2): longitude, latitude


class Canvas:
    """A map to be painted, from `south` and `west` in cells of `step` degrees."""

    def __init__(self, south: float, west: float, rows: int, columns: int, step: float) -> None:
        self.south, self.west, self.step = south, west, step
        self.cells = np.zeros((-(-rows // SIDE) * SIDE, -(-columns // SIDE) * SIDE), np.uint16)

    def paint(self, rings: Iterable[Ring], number: int) -> None:
        """Give every cell whose centre lies inside (even-odd rule) that number."""
        crossed = [self._crossings(ring) for ring in rings]
        rows = np.concatenate([part[0] for part in crossed])
        places = np.concatenate([part[1] for part in crossed])
        order = np.lexsort((places, rows))
        rows, places = rows[order][::2], np.ceil(places[order]).astype(int)
        firsts = np.clip(places[::2], 0, self.cells.shape[1])
        lasts = np.clip(places[1::2], 0, self.cells.shape[1])
        for row, first, last in zip(rows, firsts, lasts, strict=True):
            self.cells[row, first:last] = number

    def _crossings(self, ring: Ring) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Where the ring crosses the centre lines of rows: row, and column as a fraction.

        The centre of a cell is at a whole number.
        """
        x = (ring[:, 0] - self.west) / self.step - 0.5
        y = (ring[:, 1] - self.south) / self.step - 0.5
        x, y = np.append(x, x[0]), np.append(y, y[0])
        low, high = np.minimum(y[:-1], y[1:]), np.maximum(y[:-1], y[1:])
        first = np.clip(np.ceil(low).astype(int), 0, self.cells.shape[0])
        last = np.clip(np.ceil(high).astype(int), 0, self.cells.shape[0])
        many = last - first
        edge = np.repeat(np.arange(len(many)), many)
        rows = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(many) - many, many)
        part = (rows - y[edge]) / (y[edge + 1] - y[edge])
        return rows, x[edge] + part * (x[edge + 1] - x[edge])

    def write(self, path: Path) -> int:
        """The map as a file; returns how many bytes it has."""
        tall, wide = (size // SIDE for size in self.cells.shape)
        tiles = [
            encode_tile(self.cells[r * SIDE : (r + 1) * SIDE, c * SIDE : (c + 1) * SIDE])
            for r in range(tall)
            for c in range(wide)
        ]
        about = {
            "south": self.south,
            "west": self.west,
            "step": self.step,
            "tiles": len(tiles),
            "columns": wide,
        }
        heads, moves = [tile[0] for tile in tiles], [tile[1] for tile in tiles]
        lengths = np.array([len(part) for part in (*heads, *moves)], "<u4").tobytes()
        content = json.dumps(about).encode() + b"\n" + lengths + b"".join((*heads, *moves))
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "pb": 0}]
        path.write_bytes(lzma.compress(content, check=lzma.CHECK_CRC32, filters=filters))
        return path.stat().st_size


def encode_tile(tile: Cells) -> tuple[bytes, bytes]:
    """Head and moves of a tile; the format is told in `pipeline.places.grid`."""
    areas = np.unique(tile)
    if len(areas) == 1:
        return (int(areas[0]).to_bytes(2, "little") if areas[0] else b""), b""
    head = bytearray(len(areas).to_bytes(2, "little")) + areas.astype("<u2").tobytes()
    moves = bytearray()
    starts: list[int] = []
    indices: list[int] = []
    alike = 0
    for row in np.searchsorted(areas, tile):
        at = np.concatenate([[0], np.flatnonzero(np.diff(row)) + 1])
        new_starts, new_indices = at.tolist(), row[at].tolist()
        if len(new_starts) > 255:
            raise ValueError("more than 255 borders in a row of a tile; take a smaller step")
        left, right = _shared(indices, new_indices)
        if new_indices == indices:
            alike += 1
        else:
            put = len(new_indices) - left - right
            head += bytes([alike])
            head += bytes([left, len(indices) - left - right, put])
            for run in range(left, left + put):
                head += bytes([new_starts[run], *divmod(new_indices[run], 256)])
            alike = 0
        moved = [*range(1, left), *range(-right, 0)]
        moves += bytes((new_starts[run] - starts[run]) % SIDE for run in moved)
        starts, indices = new_starts, new_indices
    return bytes(head) + bytes([alike]), bytes(moves)


def _shared(before: list[int], after: list[int]) -> tuple[int, int]:
    """How many items two lists have in common at their start, and then at their end."""
    most = min(len(before), len(after))
    left = next((i for i in range(most) if before[i] != after[i]), most)
    rest = most - left
    right = next((i for i in range(rest) if before[-1 - i] != after[-1 - i]), rest)
    return left, right
