"""Names for positions in Vietnam, offline, from the table in `configs/places/`."""

from __future__ import annotations

import csv
import gzip
from functools import lru_cache
from lzma import LZMAError
from math import cos, isfinite, radians
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.errors import DashcamError
from pipeline.places.grid import Grid
from pipeline.places.place import PlaceNames
from pipeline.resources import shipped

METRES_PER_DEGREE = 111_195.0  # of latitude, on a sphere of 6371 km
FARTHEST_M = 1000.0  # no farther is looked for another commune
ASHORE_M = 100.0  # a position outside of every commune is named after one that is this near
MAP_M = 60.0  # what the map may be wrong by: half a cell's diagonal, and its source


class _Commune(NamedTuple):
    name: str
    province: str
    former: tuple[int, ...]


class _Former(NamedTuple):
    commune: str
    district: str
    province: str


class Gazetteer:
    """Communes and provinces of Vietnam, of today and of 30 June 2025.

        Gazetteer.shipped().name(16.0678, 108.2208).commune   # "Phường Hải Châu"

    Reading it takes some hundredths of a second; `shipped` does so once.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._map = Grid.read(folder / "communes.grid.xz")
            self._former_map = Grid.read(folder / "former.grid.xz")
            self._communes = [
                _Commune(name, province, tuple(int(number) for number in former.split()))
                for _, name, province, former in _table(folder / "communes.csv.gz")
            ]
            self._former = [_Former(*row) for row in _table(folder / "former.csv.gz")]
        except (OSError, EOFError, LZMAError, ValueError) as error:
            raise DashcamError(
                f"{folder}: the table of place names is missing or damaged; install anew"
            ) from error

    @classmethod
    @lru_cache(maxsize=1)
    def shipped(cls) -> Gazetteer:
        """The one that came with the program."""
        return cls(shipped("configs") / "places")

    def name(
        self, latitude: float, longitude: float, *, uncertainty_m: float = 15.0
    ) -> PlaceNames | None:
        """The names of a WGS-84 position in degrees that may be wrong by `uncertainty_m`.

        None outside of Vietnam, at sea, and for what is no position.
        """
        if not (isfinite(latitude) and isfinite(longitude)):
            return None
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):
            return None
        distances = self._distances(latitude, longitude)
        if not distances:
            return None
        number, own_m = min(distances.items(), key=lambda item: item[1])
        if own_m > ASHORE_M:
            return None
        others = sorted((metres, other) for other, metres in distances.items() if other != number)
        nearest_m = others[0][0] if others else FARTHEST_M
        doubt_m = MAP_M + uncertainty_m
        commune = self._communes[number - 1]
        former, former_certain = self._former_of(commune, latitude, longitude)
        return PlaceNames(
            commune=commune.name,
            province=commune.province,
            commune_former=(former.commune or None) if former else None,
            district_former=former.district or None if former else None,
            province_former=former.province or None if former else None,
            certain=own_m == 0 and nearest_m > doubt_m,
            former_certain=former_certain,
            distance_m=round(nearest_m, 1),
            neighbours=tuple(
                self._beside(other, commune) for metres, other in others if metres <= doubt_m
            ),
        )

    def _distances(self, latitude: float, longitude: float) -> dict[int, float]:
        """How far each commune around is, in metres; 0 for the one of the position's own cell."""
        row, column = self._map.cell(latitude, longitude)
        step = self._map.step
        tall_m = step * METRES_PER_DEGREE
        wide_m = tall_m * max(cos(radians(latitude)), 0.1)
        reach = int(FARTHEST_M / wide_m) + 1
        cells = self._map.window(row, column, reach)
        # from the position to the nearest edge of each cell
        inside_y = (latitude - self._map.south) / step - row
        inside_x = (longitude - self._map.west) / step - column
        away = np.arange(-reach, reach + 1)
        up_m = np.maximum(np.maximum(away - inside_y, inside_y - away - 1), 0) * tall_m
        aside_m = np.maximum(np.maximum(away - inside_x, inside_x - away - 1), 0) * wide_m
        metres = np.hypot(up_m[:, None], aside_m[None, :])
        return {
            int(number): float(metres[cells == number].min())
            for number in np.unique(cells[metres <= FARTHEST_M])
            if number
        }

    def _former_of(
        self, commune: _Commune, latitude: float, longitude: float
    ) -> tuple[_Former | None, bool]:
        """The former commune, and whether it is certain. What all had in common stays known."""
        candidates = [self._former[number - 1] for number in commune.former]
        if len(candidates) == 1:
            return candidates[0], True
        row, column = self._former_map.cell(latitude, longitude)
        number = int(self._former_map.window(row, column, 0)[0, 0])
        if number in commune.former:
            return self._former[number - 1], False
        districts = {(one.district, one.province) for one in candidates}
        if len(districts) == 1:
            return candidates[0]._replace(commune=""), True
        if len({province for _, province in districts}) == 1:
            return _Former("", "", candidates[0].province), True
        return None, False

    def _beside(self, number: int, commune: _Commune) -> str:
        """A neighbour's name, with its province where that is another."""
        other = self._communes[number - 1]
        same = other.province == commune.province
        return other.name if same else f"{other.name}, {other.province}"


def _table(path: Path) -> list[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))[1:]
