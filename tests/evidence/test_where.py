"""Where it was: of the act only, between the points, and a reason for what is not known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import pipeline.evidence.where as where_module
from pipeline.evidence.describe import PackageRequest, describe
from pipeline.evidence.incident import IncidentRecord, Place
from pipeline.evidence.window import parts
from pipeline.places.names import PlaceFound
from pipeline.settings import PlacesSettings, Settings
from pipeline.types import GpsTrack
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, gps_of, request_of, trip_of


def described(request: PackageRequest, settings: Settings) -> IncidentRecord:
    return describe(request, parts(request.trip, request.incident, settings.evidence), settings)


def with_gps(request: PackageRequest, gps: GpsTrack | None) -> PackageRequest:
    return replace(request, trip=trip_of(replace(request.trip.footage[0], gps=gps)))


def place_of(request: PackageRequest, settings: Settings) -> Place:
    place = described(request, settings).place
    assert place is not None
    return place


def test_only_the_place_of_the_act(request_whole: PackageRequest, settings: Settings) -> None:
    place = place_of(request_whole, settings)
    times = [point.file_time_s for point in place.points]
    assert min(times) >= 2.0 - 1 and max(times) <= 4.0 + 1
    assert len(times) == 9
    assert place.at_start.file_time_s == 2.0
    assert place.points[0].time is not None
    assert place.points[0].time.second == 9, "18:11:08 and one"


def test_a_track_that_goes_on_without_the_camera(
    request_whole: PackageRequest, settings: Settings
) -> None:
    """A sidecar holds the way there and the way home: neither is the clip's."""
    times = np.arange(-600.0, 600.0)
    way = times * 1e-4
    nothing = np.full(len(times), np.nan)
    gps = GpsTrack("gpx sidecar", times, 21.0 + way, 106.0 + way, nothing, nothing)
    early = replace(request_whole, incident=replace(request_whole.incident, start_s=0.2, end_s=7.8))
    longer = settings.evidence.model_copy(update={"lead_up_s": 60.0, "aftermath_s": 60.0})
    wide = settings.model_copy(update={"evidence": longer})
    found = [point.file_time_s for point in place_of(with_gps(early, gps), wide).points]
    assert found[0] == 0.0 and found[-1] <= request_whole.trip.duration_s
    assert len(found) in (8, 9)


def test_between_two_points(request_whole: PackageRequest, settings: Settings) -> None:
    between = replace(request_whole, incident=replace(request_whole.incident, start_s=2.25))
    here = place_of(between, settings).at_start
    assert here.latitude == pytest.approx(21.27 + 4.5e-4, abs=1e-7)
    assert here.longitude == pytest.approx(106.19 + 4.5e-4, abs=1e-7)
    # Steps of 1e-4 degrees both ways in half a second, 21.27 degrees north:
    east, north = 11.1195 * np.cos(np.radians(21.27)), 11.1195
    assert here.speed_mps == pytest.approx(2 * np.hypot(east, north), rel=0.01)
    assert here.heading_deg == pytest.approx(np.degrees(np.arctan2(east, north)), abs=0.5)
    assert here.uncertainty_m is not None and 4 < here.uncertainty_m < 10


def test_a_camera_at_rest_has_no_heading_and_says_why(
    request_whole: PackageRequest, settings: Settings
) -> None:
    gps = gps_of(8)
    gps.latitudes[:], gps.longitudes[:] = 21.27, 106.19
    place = place_of(with_gps(request_whole, gps), settings)
    assert place.at_start.speed_mps == 0.0 and place.at_start.heading_deg is None
    assert "heading_deg" in place.reasons and "speed_mps" not in place.reasons
    assert "hardly moved" in place.reasons["heading_deg"].en


def test_no_place_has_a_reason(request_whole: PackageRequest, settings: Settings) -> None:
    record = described(with_gps(request_whole, None), settings)
    assert record.place is None and record.place_reason is not None
    assert "no position" in record.place_reason.en
    times = np.array([-600.0, -599.0])  # the receiver went off before the tunnel
    nothing = np.full(2, np.nan)
    elsewhere = GpsTrack("gpmf", times, times * 0 + 21, times * 0 + 106, nothing, nothing)
    record = described(with_gps(request_whole, elsewhere), settings)
    assert record.place is None and record.place_reason is not None
    assert "not known" in record.place_reason.en


def test_where_the_start_is_not_known_the_nearest_point_tells_its_time(
    request_whole: PackageRequest, settings: Settings
) -> None:
    times = np.array([-500.0, 4.5, 400.0])
    nothing = np.full(3, np.nan)
    gps = GpsTrack("gpmf", times, times * 0 + 21, times * 0 + 106, nothing, nothing)
    place = place_of(with_gps(request_whole, gps), settings)
    assert place.at_start.file_time_s in (2.0, 4.5)
    assert [point.file_time_s for point in place.points] == [4.5]


def test_positions_that_are_none_are_left_out(
    request_whole: PackageRequest, settings: Settings
) -> None:
    gps = gps_of(8)
    gps.latitudes[:] = np.nan
    assert described(with_gps(request_whole, gps), settings).place is None


def test_a_phone_has_one_position_for_all(
    request_whole: PackageRequest, settings: Settings
) -> None:
    gps = gps_of(0.4, "quicktime:location")
    assert len(gps) == 1
    place = place_of(with_gps(request_whole, gps), settings)
    assert place.points == ()
    assert (place.at_start.latitude, place.at_start.longitude) == (21.27, 106.19)
    assert place.at_start.uncertainty_m is not None and place.at_start.uncertainty_m >= 30
    assert place.at_start.speed_mps is None and "speed_mps" in place.reasons


def test_over_a_seam_both_files_tell_their_part(film: Film, settings: Settings) -> None:
    first, second = (
        replace(footage_of(film("one.mp4", 4)), gps=gps_of(4)),
        replace(footage_of(film("two.mp4", 4, "-vf", "hue=h=60")), gps=gps_of(4)),
    )
    seam = first.duration_s
    place = place_of(request_of(trip_of(first, second), seam - 1, seam + 1), settings)
    assert {point.original for point in place.points} == {0, 1}
    for point in place.points:
        trip_s = point.file_time_s + (0, seam)[point.original]
        assert seam - 2 <= trip_s <= seam + 2


# --- names -------------------------------------------------------------------------------------


def test_names_now_and_before(request_whole: PackageRequest, settings: Settings) -> None:
    gps = gps_of(8)
    gps.latitudes[:], gps.longitudes[:] = 16.0678, 108.2208
    names = place_of(with_gps(request_whole, gps), settings).names
    assert names is not None
    assert names.commune == "Phường Hải Châu" and names.province == "Thành phố Đà Nẵng"
    assert names.district_former == "Quận Hải Châu"
    assert "Hải Châu" in names.text.vi and "2025" in names.text.vi


def test_nobody_is_asked_for_the_road(request_whole: PackageRequest, settings: Settings) -> None:
    place = place_of(request_whole, settings)
    assert place.road is None and "consent" in place.reasons["road"].en


def test_a_road_that_was_asked_for(
    request_whole: PackageRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[float, float]] = []

    def name_place(latitude: float, longitude: float, settings: PlacesSettings) -> PlaceFound:
        asked.append((latitude, longitude))
        return PlaceFound(None, "Quốc lộ 1", "geo.example.org", ())

    monkeypatch.setattr(where_module, "name_place", name_place)
    key = "https://geo.example.org/reverse?key=s3cret"
    asking = settings.model_copy(update={"places": PlacesSettings(geocoder=key, consent=True)})
    record = described(request_whole, asking)
    assert record.place is not None and record.place.road is not None
    assert (record.place.road.name, record.place.road.source) == ("Quốc lộ 1", "geo.example.org")
    assert len(asked) == 1
    assert "s3cret" not in record.as_text()
    assert "names" in record.place.reasons


def test_a_caption_in_the_picture(film: Film, settings: Settings) -> None:
    footage = replace(footage_of(film("whole.mp4")), overlay_place="Nguyễn Văn Linh")
    record = described(request_of(trip_of(footage)), settings)
    assert record.overlay_place == "Nguyễn Văn Linh" and record.place is None
