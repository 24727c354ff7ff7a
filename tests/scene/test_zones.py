"""The user's map of zones: what is read, what is refused, and where a place lies in it."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.scene.zones import (
    Position,
    distance_m,
    edge_m,
    is_inside,
    position_at,
    read_zones,
    zones_at,
)
from pipeline.types import Positions, Zone, ZoneKind
from tests.violations.scenes import scene

LATITUDE, LONGITUDE = 21.2731, 106.1946  # Bắc Giang
METRE_NORTH = 1 / 111_195
METRE_EAST = METRE_NORTH / math.cos(math.radians(LATITUDE))


def ring(west_m: float, south_m: float, east_m: float, north_m: float) -> list[list[float]]:
    """A rectangle around the place above, in metres from it, as GeoJSON writes it."""
    corners = [(west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m)]
    corners.append(corners[0])
    return [[LONGITUDE + x * METRE_EAST, LATITUDE + y * METRE_NORTH] for x, y in corners]


def collection(**change: Any) -> dict[str, Any]:
    feature = {
        "type": "Feature",
        "properties": {"kind": "bus_stop", "name": "Trạm Xương Giang"},
        "geometry": {"type": "Polygon", "coordinates": [ring(-10, -3, 10, 3)]},
    }
    feature.update(change)
    return {"type": "FeatureCollection", "features": [feature]}


def written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "zones.geojson"
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_zone_is_read_as_it_is_written(tmp_path: Path) -> None:
    (zone,) = read_zones(written(tmp_path, collection()))
    assert zone.kind is ZoneKind.BUS_STOP and zone.name == "Trạm Xương Giang"
    assert zone.ring.shape == (4, 2)
    assert zone.ring[0] == pytest.approx([LONGITUDE - 10 * METRE_EAST, LATITUDE - 3 * METRE_NORTH])


@pytest.mark.parametrize("kind", ["no_stopping", "no_parking", "bus_stop", "parking", "crossing"])
def test_every_kind_is_known_and_a_name_is_not_needed(tmp_path: Path, kind: str) -> None:
    (zone,) = read_zones(written(tmp_path, collection(properties={"kind": kind})))
    assert zone.kind == kind and zone.name == ""


def test_heights_and_the_old_name_of_the_reference_are_passed_over(tmp_path: Path) -> None:
    corners = [[*point, 12.5] for point in ring(-10, -3, 10, 3)]
    content = collection(geometry={"type": "Polygon", "coordinates": [corners]})
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    (zone,) = read_zones(written(tmp_path, {**content, "crs": crs}))
    assert zone.ring.shape == (4, 2)


def polygon(*rings: Any) -> dict[str, Any]:
    return collection(geometry={"type": "Polygon", "coordinates": list(rings)})


SWAPPED = [[y, x] for x, y in ring(-10, -3, 10, 3)]
SQUARE = ring(-10, -3, 10, 3)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ([], "FeatureCollection"),
        ({"type": "Feature"}, "FeatureCollection"),
        ({"type": "FeatureCollection"}, "features"),
        ({"type": "FeatureCollection", "features": [3]}, "features[0]: no Feature"),
        (collection(properties=None), "properties.kind"),
        (collection(properties={"kind": "playground"}), "properties.kind"),
        (collection(properties={"kind": ["parking"]}), "properties.kind"),
        (collection(properties={"kind": "parking", "name": 7}), "properties.name"),
        (collection(geometry=None), "Polygon"),
        (collection(geometry={"type": "Point", "coordinates": [106, 21]}), "Polygon"),
        (collection(geometry={"type": "Polygon"}), "one ring"),
        (polygon(SQUARE, ring(-1, -1, 1, 1)), "without holes"),
        (polygon(SQUARE[:3]), "four positions"),
        (polygon(SQUARE[:-1]), "end where it begins"),
        (polygon([SQUARE[0]] * 5), "three different corners"),
        (polygon(SWAPPED), "longitude comes first"),
        (polygon([*SQUARE[:2], ["106", "21"], *SQUARE[3:]]), "coordinates[0][2]"),
        (polygon([*SQUARE[:2], [True, 21], *SQUARE[3:]]), "coordinates[0][2]"),
        (polygon([*SQUARE[:2], [math.nan, 21], *SQUARE[3:]]), "degrees"),
        (polygon([[-179, 0], [179, 0], [179, 1], [-179, 0]]), "around the world"),
        (
            {**collection(), "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::3405"}}},
            "WGS 84",
        ),
    ],
)
def test_anything_else_is_refused_with_its_place(tmp_path: Path, content: Any, says: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(ConfigError) as failure:
        read_zones(path)
    assert str(path) in str(failure.value) and says in str(failure.value)


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_zones(tmp_path / "none.geojson")


def zone_of(corners: list[list[float]], kind: ZoneKind = ZoneKind.PARKING) -> Zone:
    return Zone(kind, "", np.array(corners[:-1]))


@pytest.mark.parametrize(
    ("east_m", "north_m", "inside", "metres"),
    [
        (0, 0, True, 3.0),
        (9, 0, True, 1.0),
        (15, 0, False, 5.0),
        (0, -43, False, 40.0),
        (13, 7, False, 5.0),  # from a corner: 3, 4, 5
    ],
)
def test_inside_and_metres_from_the_edge(
    east_m: float, north_m: float, inside: bool, metres: float
) -> None:
    zone = zone_of(ring(-10, -3, 10, 3))
    place = (LATITUDE + north_m * METRE_NORTH, LONGITUDE + east_m * METRE_EAST)
    assert is_inside(zone, *place) is inside
    assert edge_m(zone, *place) == pytest.approx(metres, rel=0.01)
    assert distance_m(zone, *place) == pytest.approx(0.0 if inside else metres, rel=0.01)


def test_a_bay_of_the_outline_is_outside() -> None:
    """The shape of a U: the place between its arms is not in it."""
    outline = [(-10, -10), (10, -10), (10, 10), (5, 10), (5, -5), (-5, -5), (-5, 10), (-10, 10)]
    corners = [[LONGITUDE + x * METRE_EAST, LATITUDE + y * METRE_NORTH] for x, y in outline]
    zone = zone_of([*corners, corners[0]])
    assert not is_inside(zone, LATITUDE, LONGITUDE)
    assert is_inside(zone, LATITUDE, LONGITUDE - 7 * METRE_EAST)


@pytest.mark.parametrize(
    ("heading_deg", "ahead_m", "right_m", "east_m", "north_m"),
    [
        (0.0, 20.0, 3.0, 3.0, 20.0),
        (90.0, 20.0, 3.0, 20.0, -3.0),
        (180.0, 20.0, 3.0, -3.0, -20.0),
        (270.0, 20.0, -3.0, -20.0, -3.0),
    ],
)
def test_a_place_before_the_camera(
    heading_deg: float, ahead_m: float, right_m: float, east_m: float, north_m: float
) -> None:
    there = Position(LATITUDE, LONGITUDE, heading_deg).shifted(ahead_m, right_m)
    assert (there.longitude - LONGITUDE) / METRE_EAST == pytest.approx(east_m, abs=1e-6)
    assert (there.latitude - LATITUDE) / METRE_NORTH == pytest.approx(north_m, abs=1e-6)


def drive(speed_mps: Callable[[float], float]) -> Positions:
    """Ten seconds to the north at a speed that changes, from the place above."""
    times = scene(10).ego.times_s
    speeds = np.array([speed_mps(time) for time in times])
    north = np.concatenate([[0.0], np.cumsum(speeds[1:] * np.diff(times))])
    return Positions(
        times,
        LATITUDE + north * METRE_NORTH,
        np.full(len(times), LONGITUDE),
        speeds,
        np.where(speeds > 0, 0.0, 123.0),
    )


def test_the_zones_that_the_camera_is_in() -> None:
    stop = zone_of(ring(-5, 40, 5, 60), ZoneKind.BUS_STOP)
    here = replace(scene(10), positions=drive(lambda time: 10.0), zones=(stop,))
    assert zones_at(here, 0.0) == ()
    assert zones_at(here, 5.0) == (stop,)
    assert zones_at(here, 8.0) == ()
    assert zones_at(here, 8.0, within_m=25.0) == (stop,)


def test_between_two_known_positions_and_not_far_from_any() -> None:
    track = drive(lambda time: 10.0)
    latitudes = track.latitudes.copy()
    latitudes[6:] = np.nan  # known for the first second
    latitudes[3] = np.nan
    here = replace(scene(10), positions=replace(track, latitudes=latitudes))
    between = position_at(here, 0.6)
    assert between is not None
    assert (between.latitude - LATITUDE) / METRE_NORTH == pytest.approx(6.0, abs=0.05)
    assert position_at(here, 3.0) is not None
    assert position_at(here, 4.0) is None
    assert zones_at(replace(here, zones=(zone_of(ring(-500, -500, 500, 500)),)), 4.0) == ()


def test_a_camera_at_rest_keeps_the_heading_that_it_came_with() -> None:
    here = replace(scene(10), positions=drive(lambda time: 10.0 if time < 4 else 0.0))
    stopped = position_at(here, 9.0)
    assert stopped is not None and stopped.heading_deg == 0.0


def test_a_camera_that_never_moved_has_no_heading() -> None:
    here = replace(scene(10), positions=drive(lambda time: 0.0))
    stopped = position_at(here, 9.0)
    assert stopped is not None and math.isnan(stopped.heading_deg)


def test_without_satellites_nobody_knows() -> None:
    assert position_at(scene(10), 1.0) is None
    assert zones_at(replace(scene(10), zones=(zone_of(ring(-9, -9, 9, 9)),)), 1.0) == ()
