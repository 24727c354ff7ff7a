"""Where the camera was between the points of a track, how sure that is, and how it moved."""

from __future__ import annotations

from datetime import UTC, datetime
from math import cos, hypot, isfinite, nan, radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.footage.position import PHONE_M, RECEIVER_M, CameraPosition, position_at, window
from pipeline.types import GpsTrack

LATITUDE, LONGITUDE = 21.0285123, 105.8542456  # Hà Nội
METRES_A_DEGREE = 111_195.0


def track(
    times: list[float],
    east_m: list[float],
    north_m: list[float] | None = None,
    speeds: list[float] | None = None,
    heights: list[float] | None = None,
    source: str = "gpmf",
    at: tuple[float, float] = (LATITUDE, LONGITUDE),
) -> GpsTrack:
    """A track that begins at a place, by metres east and north of it."""
    nothing = [nan] * len(times)
    shrink = METRES_A_DEGREE * cos(radians(at[0]))
    longitudes = at[1] + np.array(east_m) / shrink
    return GpsTrack(
        source,
        np.array(times, float),
        at[0] + np.array(north_m or [0.0] * len(times)) / METRES_A_DEGREE,
        (longitudes + 180.0) % 360.0 - 180.0,
        np.array(speeds or nothing, float),
        np.array(heights or nothing, float),
        utc_start=datetime(2023, 11, 5, tzinfo=UTC),
    )


def found(points: GpsTrack, time_s: float) -> CameraPosition:
    position = position_at(points, time_s)
    assert position is not None
    return position


def metres(position: CameraPosition) -> tuple[float, float]:
    return (
        (position.longitude - LONGITUDE) * METRES_A_DEGREE * cos(radians(LATITUDE)),
        (position.latitude - LATITUDE) * METRES_A_DEGREE,
    )


EAST = track([0, 1, 2, 3, 4], [0, 10, 20, 30, 40])


@pytest.mark.parametrize("time_s", [0.0, 0.25, 1.0, 2.6, 4.0])
def test_the_place_is_interpolated(time_s: float) -> None:
    position = found(EAST, time_s)
    assert metres(position) == pytest.approx((10 * time_s, 0), abs=0.01)
    assert position.speed_mps == pytest.approx(10.0, rel=1e-3)
    assert position.heading_deg == pytest.approx(90.0, abs=0.1)
    assert position.altitude_m is None
    assert position.source == "gpmf"


@pytest.mark.parametrize(
    ("east", "north", "heading"),
    [(0, 10, 0), (10, 10, 45), (10, 0, 90), (0, -10, 180), (-10, 0, 270), (-10, 10, 315)],
)
def test_the_heading_is_clockwise_from_north(east: float, north: float, heading: float) -> None:
    there = track([0, 1, 2], [0, east, 2 * east], [0, north, 2 * north])
    position = found(there, 1.0)
    assert position.heading_deg is not None
    assert abs((position.heading_deg - heading + 180) % 360 - 180) < 0.1
    assert position.speed_mps == pytest.approx(hypot(east, north), rel=1e-3)


def test_a_point_itself_is_as_sure_as_the_receiver() -> None:
    assert found(EAST, 2.0).uncertainty_m == pytest.approx(RECEIVER_M)


def test_between_points_it_grows_with_the_way_between_them() -> None:
    far = track([0, 10, 20], [0, 150, 300])
    near, middle = found(far, 1.0), found(far, 5.0)
    assert RECEIVER_M < near.uncertainty_m < middle.uncertainty_m
    assert middle.uncertainty_m == pytest.approx(hypot(RECEIVER_M, 25.0))  # 2/2 * 5 * 5
    standing = track([0, 10, 20], [0, 1, 2])
    assert found(standing, 5.0).uncertainty_m < 10


def test_the_uncertainty_covers_a_drive_round_a_corner() -> None:
    """Ten points a second of a turn at 8 m/s; every fourth second is kept, the rest is truth."""
    seconds = np.arange(0, 24.01, 0.1)
    angle = np.clip((seconds - 8) / 4, 0, 1) * np.pi / 2
    east = np.concatenate([[0], np.cumsum(8 * np.cos(angle[:-1]) * 0.1)])
    north = np.concatenate([[0], np.cumsum(8 * np.sin(angle[:-1]) * 0.1)])
    kept = slice(0, None, 40)
    points = track(list(seconds[kept]), list(east[kept]), list(north[kept]))
    for time_s, x, y in zip(seconds, east, north, strict=True):
        position = found(points, float(time_s))
        off_m = hypot(metres(position)[0] - x, metres(position)[1] - y)
        assert off_m <= 2 * position.uncertainty_m


def test_the_sources_speed_goes_before_the_measured() -> None:
    position = found(track([0, 1, 2], [0, 10, 20], speeds=[8, 9, nan]), 0.5)
    assert position.speed_mps == pytest.approx(8.5)
    assert position.heading_deg == pytest.approx(90, abs=0.1)


def test_a_standing_camera_has_no_heading() -> None:
    noise = track([0, 1, 2], [0, 0.8, 0.1], [0, 0.3, -0.4])
    position = found(noise, 1.0)
    assert position.heading_deg is None
    assert position.speed_mps is not None
    assert position.speed_mps < 1.5
    jitter = track([0, 1, 2], [0, 4, 8], speeds=[0.1, 0.0, 0.1])
    assert found(jitter, 1.0).heading_deg is None


def test_heights_are_interpolated_where_they_are_known() -> None:
    heights = track([0, 1, 2, 60, 61], [0, 10, 20, 600, 610], heights=[10, 12, nan, nan, nan])
    assert found(heights, 0.5).altitude_m == pytest.approx(11)
    assert found(heights, 2.0).altitude_m == pytest.approx(12)
    assert found(heights, 60.0).altitude_m is None


@pytest.mark.parametrize(("time_s", "known"), [(10, True), (29, True), (31, False), (50, False)])
def test_a_hole_of_the_track(time_s: float, known: bool) -> None:
    """A tunnel: as long as one of its ends is near, there is a place, but no speed or heading."""
    hole = track([-1, 0, 100, 101], [-15, 0, 1500, 1515])
    position = position_at(hole, time_s)
    assert (position is not None) == known
    if position is not None:
        assert position.speed_mps is None
        assert position.heading_deg is None
        assert position.uncertainty_m > 50


@pytest.mark.parametrize("end", [0.0, 4.0])
def test_beyond_its_ends_the_drive_goes_on_for_a_while(end: float) -> None:
    side = -1 if end == 0 else 1
    position = found(EAST, end + side * 2.0)
    assert metres(position) == pytest.approx((10 * (end + side * 2), 0), abs=0.05)
    assert position.uncertainty_m == pytest.approx(hypot(RECEIVER_M, 4.0 + 2.0))
    assert found(EAST, end + side * 9.0).uncertainty_m > 80
    assert position_at(EAST, end + side * 11.0) is None


def test_a_phones_one_point_is_less_sure_and_less_so_every_second() -> None:
    point = track([0], [0], source="quicktime:location")
    start, later = found(point, 0.0), found(point, 20.0)
    assert start.uncertainty_m >= PHONE_M
    assert later.uncertainty_m == pytest.approx(hypot(PHONE_M, 200.0), rel=0.01)
    assert (start.speed_mps, start.heading_deg) == (None, None)
    assert metres(later) == pytest.approx((0, 0), abs=0.01)
    assert position_at(point, 121.0) is None


def test_decimals_that_were_cut_off_count() -> None:
    """A phone that writes four decimals tells a square of eleven metres."""
    rough = track([0, 1], [0, 0], at=(21.0285, 105.8542))
    fine = track([0, 1], [0, 0], at=(21.0285123, 105.8542456))
    assert found(rough, 0.0).uncertainty_m == pytest.approx(hypot(RECEIVER_M, 3.21), rel=0.01)
    assert found(fine, 0.0).uncertainty_m == pytest.approx(RECEIVER_M)


def test_nothing_is_known_of_an_empty_track() -> None:
    assert position_at(track([], []), 0.0) is None
    lost = track([0, 1], [0, 10])
    nowhere = GpsTrack(
        "gpmf", lost.times_s, np.full(2, nan), lost.longitudes, lost.speeds_mps, lost.altitudes_m
    )
    assert position_at(nowhere, 0.5) is None
    assert position_at(EAST, nan) is None


def test_over_the_date_line() -> None:
    position = found(track([0, 1, 2], [0, 20, 40], at=(-17.0000123, 179.9999)), 1.0)
    assert -180 <= position.longitude <= 180
    assert abs(abs(position.longitude) - 180) < 0.001
    assert position.heading_deg == pytest.approx(90, abs=0.1)
    assert position.speed_mps == pytest.approx(20, rel=1e-2)


# --- the act's window ----------------------------------------------------------------------------


def test_a_window_holds_the_points_within_and_no_other() -> None:
    part = window(EAST, 1.0, 3.0)
    np.testing.assert_array_equal(part.times_s, [1, 2, 3])
    np.testing.assert_array_equal(part.longitudes, EAST.longitudes[1:4])
    assert len(part.speeds_mps) == len(part.altitudes_m) == 3
    assert (part.source, part.utc_start) == (EAST.source, EAST.utc_start)
    assert len(window(EAST, 1.1, 1.9)) == 0
    assert len(window(EAST, 3.0, 1.0)) == 0


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(-20, 200), st.floats(-500, 500), st.floats(-500, 500), st.floats(0, 40)
        ),
        max_size=8,
        unique_by=lambda point: point[0],
    ),
    st.floats(-50, 250),
)
def test_any_track_gives_numbers_that_can_be(
    points: list[tuple[float, float, float, float]], time_s: float
) -> None:
    points = sorted(points)
    columns = [[point[n] for point in points] for n in range(4)]
    position = position_at(track(columns[0], columns[1], columns[2], columns[3]), time_s)
    if position is None:
        return
    assert -90 <= position.latitude <= 90
    assert -180 <= position.longitude <= 180
    assert position.uncertainty_m >= RECEIVER_M
    for value in (position.speed_mps, position.heading_deg, position.altitude_m):
        assert value is None or (isfinite(value) and value >= 0)
    assert position.heading_deg is None or position.heading_deg < 360
