"""GPX and GeoJSON: of the window only, and other programs read them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.evidence.describe import PackageRequest, describe
from pipeline.evidence.incident import IncidentRecord
from pipeline.evidence.package import make_package
from pipeline.evidence.track_files import GEOJSON, GPX, write_track_files
from pipeline.evidence.window import parts
from pipeline.footage.gpx import read_gpx
from pipeline.settings import Settings
from pipeline.types import GpsTrack
from tests.evidence.findings import START, gps_of, trip_of


def with_gps(request: PackageRequest, gps: GpsTrack | None) -> PackageRequest:
    return replace(request, trip=trip_of(replace(request.trip.footage[0], gps=gps)))


def recorded(request: PackageRequest, settings: Settings) -> IncidentRecord:
    return describe(request, parts(request.trip, request.incident, settings.evidence), settings)


def moving(duration_s: float = 8) -> GpsTrack:
    gps = gps_of(duration_s)
    return replace(gps, altitudes_m=np.full(len(gps), 9.5), speeds_mps=np.full(len(gps), 12.25))


def test_our_own_reader(request_whole: PackageRequest, settings: Settings, tmp_path: Path) -> None:
    record = recorded(with_gps(request_whole, moving()), settings)
    assert record.place is not None
    paths = write_track_files(record, tmp_path)
    assert [path.name for path in paths] == [GPX, GEOJSON]
    fixes = read_gpx(paths[0].read_bytes())
    assert [(fix.latitude, fix.longitude, fix.speed_mps, fix.altitude_m) for fix in fixes] == [
        (point.latitude, point.longitude, 12.25, 9.5) for point in record.place.points
    ]
    assert fixes[0].utc == START + timedelta(seconds=1)


def test_geojson_as_the_standard_has_it(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    record = recorded(with_gps(request_whole, moving()), settings)
    write_track_files(record, tmp_path)
    whole = json.loads((tmp_path / GEOJSON).read_text(encoding="utf-8"))
    assert whole["type"] == "FeatureCollection" and "crs" not in whole
    point, line = whole["features"]
    assert point["geometry"]["type"] == "Point"
    longitude, latitude, height = point["geometry"]["coordinates"]
    assert 106 < longitude < 107 and 21 < latitude < 22 and height == 9.5
    assert line["geometry"]["type"] == "LineString"
    count = len(line["geometry"]["coordinates"])
    assert count >= 2 and len(line["properties"]["coordTimes"]) == count
    assert line["properties"]["coordTimes"][0] == "2025-05-29T11:11:09.000Z"


@pytest.mark.skipif(not shutil.which("exiftool"), reason="no ExifTool here")
def test_exiftool_finds_the_place_of_a_picture_by_it(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    record = recorded(with_gps(request_whole, moving()), settings)
    write_track_files(record, tmp_path)
    picture = tmp_path / "a.jpg"
    cv2.imwrite(str(picture), np.zeros((8, 8, 3), np.uint8))
    tag = ["exiftool", "-q", "-geotag", str(tmp_path / GPX), "-geotime=2025:05:29 18:11:11+07:00"]
    subprocess.run([*tag, str(picture)], check=True, capture_output=True)
    ask = ["exiftool", "-n", "-s3", "-GPSLatitude", "-GPSSpeed", str(picture)]
    told = subprocess.run(ask, check=True, capture_output=True, text=True).stdout.split()
    assert float(told[0]) == pytest.approx(21.27 + 6e-4, abs=1e-6), "three seconds into the file"


def test_one_point_is_no_line(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    record = recorded(with_gps(request_whole, gps_of(0.4, "quicktime:location")), settings)
    write_track_files(record, tmp_path)
    (only,) = json.loads((tmp_path / GEOJSON).read_text(encoding="utf-8"))["features"]
    assert only["geometry"]["type"] == "Point"
    text = (tmp_path / GPX).read_text(encoding="utf-8")
    assert "<wpt " in text and "<trk" not in text


def test_no_place_no_files(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    assert write_track_files(recorded(with_gps(request_whole, None), settings), tmp_path) == []
    assert not list(tmp_path.iterdir())


def test_no_point_from_outside_the_window_in_any_file(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    """Home is where the trip began: of the way there, no file may hold a single coordinate."""
    times = np.arange(-300.0, 300.0, 0.5)
    nothing = np.full(len(times), np.nan)
    # Each point differs from every other in its third decimal, so that no rounding hides it, and
    # no drawing is as large as these numbers.
    gps = GpsTrack(
        "gpx sidecar", times, 86.0 + times * 0.002, 171.0 + times * 0.002, nothing, nothing
    )
    package = make_package(with_gps(request_whole, gps), tmp_path, settings)
    inside = (times >= 2.0 - 1) & (times <= 4.0 + 1)
    wanted = {f"{value:.3f}" for value in (*gps.latitudes[inside], *gps.longitudes[inside])}
    outside = {f"{value:.3f}" for value in (*gps.latitudes[~inside], *gps.longitudes[~inside])}
    numbers = re.compile(r"(?<![\d.])(?:85|86|170|171)\.\d{3}")
    seen: set[str] = set()
    for path in sorted(path for path in package.rglob("*") if path.is_file()):
        text = path.read_bytes().decode("latin-1")
        if path.suffix == ".pdf":
            text = (
                subprocess.run(
                    ["pdftotext", str(path), "-"], capture_output=True, check=True, text=True
                ).stdout
                if shutil.which("pdftotext")
                else ""
            )
        if path.suffix in (".jpg", ".png") and shutil.which("exiftool"):
            ask = ["exiftool", "-n", "-s3", "-GPSLatitude", "-GPSLongitude", str(path)]
            text = subprocess.run(ask, capture_output=True, check=True, text=True).stdout
        elif path.suffix in (".jpg", ".png", ".mp4"):
            continue
        found = set(numbers.findall(text))
        assert not found & (outside - wanted), path.name
        seen |= found
    assert len(seen & wanted) >= 10, "the search finds what is there"
