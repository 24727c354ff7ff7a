"""Zones of the road that the user draws: no stopping, bus stops, parking, crossings.

A GeoJSON file (RFC 7946): a FeatureCollection of Polygons in WGS 84, longitude first, each with
`properties.kind` (one of `ZONE_KINDS`) and, if it has one, `properties.name`:

    {"type": "FeatureCollection", "features": [{"type": "Feature",
      "properties": {"kind": "bus_stop", "name": "Trạm Bến Thành"},
      "geometry": {"type": "Polygon", "coordinates": [[[106.698, 10.772], ...]]}}]}

Whatever else such a file may hold is refused, with the place in it: a zone left out unseen would
turn a parking place into an accusation.

Distances are on a sphere, by the scale of latitude and longitude at the place asked about (an error
below a thousandth within kilometres). Where a vehicle stands is the camera's position and heading,
and the place it has on the ground before the camera.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import ConfigError
from pipeline.types import FloatArray, Scene, Zone, ZoneKind

ZONE_KINDS: tuple[str, ...] = tuple(kind.value for kind in ZoneKind)

_METRES_A_DEGREE = 111_195.0  # of latitude, on a sphere of 6371 km
_HOLE_S = 2.5  # from the nearest known position: farther away nobody knows
_HEADING_S = 60.0  # a camera that has come to rest keeps its heading for so long
_HEADING_MPS = 1.5  # slower, a receiver's heading is noise
_MOST_BYTES = 20_000_000
_SAME_CRS = ("CRS84", "EPSG::4326", "EPSG:4326")


@dataclass(frozen=True, slots=True)
class Position:
    """Where the camera is: degrees (WGS 84); heading clockwise from north, NaN where unknown."""

    latitude: float
    longitude: float
    heading_deg: float

    def shifted(self, ahead_m: float, right_m: float) -> Position:
        """The place so far ahead and to the right of it. Only with a known heading."""
        turn = math.radians(self.heading_deg)
        north = ahead_m * math.cos(turn) - right_m * math.sin(turn)
        east = ahead_m * math.sin(turn) + right_m * math.cos(turn)
        scale = math.cos(math.radians(self.latitude))
        return Position(
            self.latitude + north / _METRES_A_DEGREE,
            self.longitude + east / (_METRES_A_DEGREE * scale),
            self.heading_deg,
        )


def read_zones(path: Path) -> tuple[Zone, ...]:
    """The zones of a GeoJSON file. Raises ConfigError for whatever is not as described above."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ConfigError(f"{path}: larger than {_MOST_BYTES // 1_000_000} MB")
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: no JSON ({error})") from error
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        raise ConfigError(f"{path}: no GeoJSON FeatureCollection")
    _check_reference(path, content.get("crs"))
    features = content.get("features")
    if not isinstance(features, list):
        raise ConfigError(f"{path}: features: a list is missing")
    return tuple(_zone(path, index, feature) for index, feature in enumerate(features))


def is_inside(zone: Zone, latitude: float, longitude: float) -> bool:
    """Does the place lie in the zone? Even-odd rule."""
    x, y = zone.ring[:, 0], zone.ring[:, 1]
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    spans = (y > latitude) != (next_y > latitude)
    slope = np.divide(next_x - x, next_y - y, out=np.zeros(len(x)), where=spans)
    return bool(np.count_nonzero(spans & (longitude < x + slope * (latitude - y))) % 2)


def distance_m(zone: Zone, latitude: float, longitude: float) -> float:
    """Metres from the place to the zone; 0 inside of it."""
    return 0.0 if is_inside(zone, latitude, longitude) else edge_m(zone, latitude, longitude)


def edge_m(zone: Zone, latitude: float, longitude: float) -> float:
    """Metres from the place to the nearest point of the zone's edge, from inside or outside."""
    scale = _METRES_A_DEGREE * np.array([math.cos(math.radians(latitude)), 1.0])
    corners = (zone.ring - np.array([longitude, latitude])) * scale
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.maximum((sides**2).sum(axis=1), 1e-12)
    along = np.clip(-(corners * sides).sum(axis=1) / lengths, 0.0, 1.0)
    nearest = corners + along[:, None] * sides
    return float(np.linalg.norm(nearest, axis=1).min())


def position_at(scene: Scene, time_s: float) -> Position | None:
    """Where the camera is at a moment, or None where nobody knows.

    Between two known positions along the line between them; the heading is the last one known, for
    receivers tell none at rest.
    """
    track = scene.positions
    if track is None:
        return None
    clock = track.times_s
    known = np.isfinite(track.latitudes) & np.isfinite(track.longitudes)
    times = clock[known]
    if len(times) == 0 or float(np.abs(times - time_s).min()) > _HOLE_S:
        return None
    told = np.flatnonzero(
        np.isfinite(track.headings_deg)
        & (track.speeds_mps >= _HEADING_MPS)  # False for NaN
        & (clock <= time_s + 1e-6)
        & (clock >= time_s - _HEADING_S)
    )
    return Position(
        float(np.interp(time_s, times, track.latitudes[known])),
        float(np.interp(time_s, times, track.longitudes[known])),
        float(track.headings_deg[told[-1]]) if len(told) else math.nan,
    )


def zones_at(scene: Scene, time_s: float, within_m: float = 0.0) -> tuple[Zone, ...]:
    """The zones that the camera is in at a moment, or not farther than `within_m` from.

    Empty where the camera's position is not known: ask `position_at` to tell that from no zone.
    """
    here = position_at(scene, time_s)
    if here is None:
        return ()
    return tuple(zones_around(scene.zones, here, within_m))


def zones_around(zones: Sequence[Zone], place: Position, within_m: float = 0.0) -> Iterator[Zone]:
    """Those of `zones` that the place is in, or not farther than `within_m` from."""
    for zone in zones:
        if distance_m(zone, place.latitude, place.longitude) <= within_m:
            yield zone


# --- reading -----------------------------------------------------------------------------------


def _check_reference(path: Path, reference: Any) -> None:
    """Old files name a reference system; any but WGS 84 would put the zones elsewhere."""
    if reference is None:
        return
    properties = reference.get("properties") if isinstance(reference, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if not name.upper().endswith(_SAME_CRS):
        raise ConfigError(f"{path}: crs: only WGS 84 (longitude, latitude) can be used")


def _zone(path: Path, index: int, feature: Any) -> Zone:
    where = f"{path}: features[{index}]"
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise ConfigError(f"{where}: no Feature")
    properties = feature.get("properties")
    kind = properties.get("kind") if isinstance(properties, dict) else None
    if not isinstance(kind, str) or kind not in ZONE_KINDS:
        raise ConfigError(f"{where}: properties.kind: one of {', '.join(ZONE_KINDS)} is wanted")
    name = properties.get("name") or "" if isinstance(properties, dict) else ""
    if not isinstance(name, str):
        raise ConfigError(f"{where}: properties.name: a text is wanted")
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") != "Polygon":
        raise ConfigError(f"{where}: geometry: a Polygon is wanted")
    rings = geometry.get("coordinates")
    if not isinstance(rings, list) or len(rings) != 1:
        raise ConfigError(f"{where}: coordinates: one ring is wanted, without holes")
    return Zone(ZoneKind(kind), name, _ring(where, rings[0]))


def _ring(where: str, points: Any) -> FloatArray:
    """(P, 2) corners, the first not repeated."""
    if not isinstance(points, list) or len(points) < 4:
        raise ConfigError(f"{where}: coordinates: a ring has four positions or more")
    ring = np.array([_corner(where, index, point) for index, point in enumerate(points)])
    if not np.array_equal(ring[0], ring[-1]):
        raise ConfigError(f"{where}: coordinates: the ring does not end where it begins")
    if np.ptp(ring[:, 0]) > 180:
        raise ConfigError(f"{where}: coordinates: the ring goes around the world")
    if len(np.unique(ring[:-1], axis=0)) < 3:
        raise ConfigError(f"{where}: coordinates: a ring has three different corners or more")
    return np.asarray(ring[:-1], np.float64)


def _corner(where: str, index: int, point: Any) -> tuple[float, float]:
    place = f"{where}: coordinates[0][{index}]"
    numbers = point if isinstance(point, list) and 2 <= len(point) <= 3 else []
    if not numbers or any(type(number) not in (int, float) for number in numbers):
        raise ConfigError(f"{place}: longitude and latitude are wanted")
    longitude, latitude = float(numbers[0]), float(numbers[1])
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ConfigError(f"{place}: no longitude and latitude in degrees (longitude comes first)")
    return longitude, latitude
