"""The grid's file says what was painted, and painting puts areas where they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.places.grid import SIDE, Grid
from training.places.cells import Canvas, encode_tile


def written(canvas: Canvas, folder: Path) -> Grid:
    canvas.write(folder / "areas.grid.xz")
    return Grid.read(folder / "areas.grid.xz")


def rough_canvas(seed: int) -> Canvas:
    """Blobs with ragged borders, single cells and an empty part, over several tiles."""
    rng = np.random.default_rng(seed)
    canvas = Canvas(10.0, 105.0, 2 * SIDE, 3 * SIDE, 0.001)
    coarse = rng.integers(0, 5, (16, 24)) * 300
    cells = np.kron(coarse, np.ones((32, 32), int))
    rows, columns = np.indices(cells.shape)
    ragged = rng.integers(-3, 4, cells.shape)
    cells = cells[rows, np.clip(columns + ragged, 0, cells.shape[1] - 1)]
    specks = rng.random(cells.shape) < 0.002
    cells[specks] = rng.integers(1, 3000, specks.sum())
    cells[:SIDE, :SIDE] = 0
    cells[SIDE:, :SIDE] = 77
    canvas.cells[:] = cells
    return canvas


@pytest.mark.parametrize("seed", range(3))
def test_what_is_written_is_read(seed: int, tmp_path: Path) -> None:
    canvas = rough_canvas(seed)
    grid = written(canvas, tmp_path)
    reach = 40
    for row, column in ((100, 100), (SIDE, SIDE), (SIDE - 1, 2 * SIDE), (300, 700), (460, 40)):
        expected = canvas.cells[row - reach : row + reach + 1, column - reach : column + reach + 1]
        assert np.array_equal(grid.window(row, column, reach), expected)


def test_outside_of_the_grid_is_nothing(tmp_path: Path) -> None:
    canvas = Canvas(10.0, 105.0, SIDE, SIDE, 0.001)
    canvas.cells[:] = 5
    grid = written(canvas, tmp_path)
    assert not grid.window(-500, 10, 3).any()
    assert not grid.window(10, 5000, 3).any()
    corner = grid.window(0, 0, 1)
    assert corner.tolist() == [[0, 0, 0], [0, 5, 5], [0, 5, 5]]
    edge = grid.window(SIDE - 1, SIDE - 1, 1)
    assert edge.tolist() == [[5, 5, 0], [5, 5, 0], [0, 0, 0]]


def test_a_cell_is_found_by_its_position() -> None:
    canvas = Canvas(10.0, 105.0, SIDE, SIDE, 0.5)
    ring = np.array([[105.5, 10.5], [107.0, 10.5], [107.0, 11.5], [105.5, 11.5]])
    canvas.paint([ring], 9)
    painted = np.argwhere(canvas.cells == 9).tolist()
    assert painted == [[1, 1], [1, 2], [1, 3], [2, 1], [2, 2], [2, 3]]


def test_a_hole_stays_empty_and_a_slope_is_followed() -> None:
    canvas = Canvas(0.0, 0.0, SIDE, SIDE, 1.0)
    triangle = np.array([[0.0, 0.0], [200.0, 0.0], [0.0, 200.0], [0.0, 0.0]])
    hole = np.array([[20.0, 20.0], [40.0, 20.0], [40.0, 40.0], [20.0, 40.0]])
    canvas.paint([triangle, hole], 3)
    rows, columns = np.indices(canvas.cells.shape) + 0.5
    inside = (rows + columns < 200) & ~((rows > 20) & (rows < 40) & (columns > 20) & (columns < 40))
    differ = (canvas.cells == 3) != inside
    assert not differ[rows + columns != 200].any()


def test_many_areas_in_a_tile(tmp_path: Path) -> None:
    canvas = Canvas(0.0, 0.0, SIDE, SIDE, 1.0)
    canvas.cells[:] = np.kron(np.arange(1024).reshape(32, 32), np.ones((8, 8), int))
    assert np.array_equal(
        written(canvas, tmp_path).window(128, 128, 120), canvas.cells[8:249, 8:249]
    )


def test_a_row_of_nothing_but_borders_is_refused() -> None:
    tile = np.tile(np.arange(SIDE, dtype=np.uint16), (SIDE, 1))
    with pytest.raises(ValueError, match="smaller step"):
        encode_tile(tile)
