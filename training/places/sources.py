"""Reads the sources that the table of places is made of."""

from __future__ import annotations

import csv
import json
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.places.cells import Ring
from training.places.spelling import key, same_but_for_tone_place

_MISPRINTS = {"06970": "06978"}  # Xã Ba Chẽ


@dataclass(frozen=True, slots=True)
class Former:
    """A commune as it was on 30 June 2025."""

    commune: str  # empty where a district had none
    district: str
    province: str


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today, its rings (longitude, latitude), and those that it was made of."""

    code: str
    name: str
    province: str
    rings: tuple[Ring, ...]
    former: tuple[Former, ...]


@dataclass(frozen=True, slots=True)
class Census:
    """A commune as it was in 2009."""

    commune: str
    district: str
    rings: tuple[Ring, ...]


def read_communes(database: Path, admin_units: Path) -> list[Commune]:
    """The communes of today, sorted by code."""
    changes = _rows(admin_units / "data" / "interim" / "convert_legacy_2025_simple.csv")
    made_of: dict[str, list[Former]] = {}
    spelt: dict[str, dict[str, str]] = {}
    for row in changes:
        code = _MISPRINTS.get(row["newWardCode"], row["newWardCode"])
        made_of.setdefault(code, []).append(Former(row["ward"], row["district"], row["province"]))
        spelt[code] = row
    (units,) = (database / "json").glob("vn_only_simplified_json_*.json")
    rings = _rings(database / "json" / "geojson")
    communes = []
    for province in json.loads(units.read_text(encoding="utf-8")):
        for ward in province["Wards"]:
            row = spelt[ward["Code"]]
            communes.append(
                Commune(
                    ward["Code"],
                    _usual(ward["FullName"], row["newWard"]),
                    _usual(province["FullName"], row["newProvince"]),
                    rings[ward["Code"]],
                    tuple(dict.fromkeys(made_of[ward["Code"]])),
                )
            )
    return sorted(communes, key=lambda commune: commune.code)


def read_aliases(admin_units: Path) -> dict[tuple[str, str, str], set[str]]:
    """Names that went into a commune between 2009 and 2025, by the keys of that commune."""
    aliases: dict[tuple[str, str, str], set[str]] = {}
    for row in _rows(admin_units / "data" / "alias_keywords" / "legacy" / "alias_ward.csv"):
        where = key(row["province_key"]), key(row["district_key"]), key(row["ward_key"])
        aliases.setdefault(where, set()).add(key(row["alias_keyword"]))
    return aliases


def read_census(path: Path) -> list[Census]:
    """The communes of 2009 from `communes.rda`, an R object of the class SpatialPolygons."""
    import rdata

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # classes of R that stay namespaces
        converter = rdata.conversion.SimpleConverter(
            default_encoding="utf8", force_default_encoding=True
        )
        table = converter.convert(rdata.parser.parse_file(path))["communes"]
    return [
        Census(
            str(row.commune_vn),
            str(row.district_vn),
            tuple(np.asarray(part.coords) for part in shape.Polygons),
        )
        for row, shape in zip(table.data.itertuples(), table.polygons, strict=True)
    ]


def _rings(folder: Path) -> dict[str, tuple[Ring, ...]]:
    found: dict[str, list[Ring]] = {}
    for path in sorted(folder.glob("*/wards/*.geojson")):
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            shape = feature["geometry"]
            several = shape["type"] == "MultiPolygon"
            polygons = shape["coordinates"] if several else [shape["coordinates"]]
            rings = [np.array(ring)[:, :2] for polygon in polygons for ring in polygon]
            found.setdefault(feature["properties"]["code"], []).extend(rings)
    return {code: tuple(rings) for code, rings in found.items()}


def _usual(official: str, other: str) -> str:
    """The spelling of most documents (Hòa, not Hoà); the official name where it is another."""
    name = other if same_but_for_tone_place(official, other) else official
    return name[0].upper() + name[1:]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))
