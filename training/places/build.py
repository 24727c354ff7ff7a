"""Makes `configs/places/` from public sources; run from the top of the checkout:

    python -m training.places.build --provinces-database DIR --admin-units DIR --vietnam63 DIR

Each DIR is a checkout of a public repository (all under the MIT licence):

- `thanglequoc/vietnamese-provinces-database`: names and codes of the General Statistics Office,
  outlines of the 3,321 communes after the reference map of the Vietnam Natural Resources,
  Environment and Cartography Publishing House;
- `tranngocminhhieu/vietnamadminunits`: which former communes each commune was made of, and which
  communes were merged before 2025;
- `choisy/vietnam63`: outlines of the communes at the census of 2009.

Needs `rdata` beside the program's own libraries, and 4 GB of memory.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from training.places.cells import Canvas
from training.places.former import former_cells, share_known
from training.places.sources import read_aliases, read_census, read_communes

SOUTH, WEST, NORTH, EAST = 7.0, 102.0, 23.5, 118.0
STEP = 1 / 1800  # degrees: 62 m
STEP_FORMER = 1 / 500  # the outlines of 2009 are not much finer


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--provinces-database", type=Path, required=True)
    parser.add_argument("--admin-units", type=Path, required=True)
    parser.add_argument("--vietnam63", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=Path("configs/places"))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)

    communes = read_communes(options.provinces_database, options.admin_units)
    census = read_census(options.vietnam63 / "data" / "communes.rda")
    everyone = sorted(
        {former for commune in communes for former in commune.former},
        key=lambda one: (one.province, one.district, one.commune),
    )
    numbers = {former: number for number, former in enumerate(everyone, 1)}

    now = painted(STEP_FORMER, (commune.rings for commune in communes))
    then = painted(STEP_FORMER, (commune.rings for commune in census))
    then.cells = former_cells(
        now.cells, then.cells, communes, census, numbers, read_aliases(options.admin_units)
    )
    print(f"former commune known for {share_known(then.cells, now.cells):.1%} of the area")
    print("former.grid.xz", then.write(options.output / "former.grid.xz"), "bytes")
    del now, then
    fine = painted(STEP, (commune.rings for commune in communes))
    print("communes.grid.xz", fine.write(options.output / "communes.grid.xz"), "bytes")

    write_table(
        options.output / "communes.csv.gz",
        ("code", "name", "province", "former"),
        (
            (one.code, one.name, one.province, " ".join(str(numbers[old]) for old in one.former))
            for one in communes
        ),
    )
    write_table(
        options.output / "former.csv.gz",
        ("name", "district", "province"),
        ((one.commune, one.district, one.province) for one in everyone),
    )


def painted(step: float, areas: Iterable[Iterable[np.ndarray]]) -> Canvas:
    canvas = Canvas(SOUTH, WEST, round((NORTH - SOUTH) / step), round((EAST - WEST) / step), step)
    for number, rings in enumerate(areas, 1):
        canvas.paint(rings, number)
    return canvas


def write_table(path: Path, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    path.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
