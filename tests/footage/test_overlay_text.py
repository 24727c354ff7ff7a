"""Dates, times, positions, speeds and names in the layouts that cameras use."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from pipeline.footage.overlay.coordinates import position_in
from pipeline.footage.overlay.place import may_lack_letters, name_in
from pipeline.footage.overlay.speed import speed_in
from pipeline.footage.overlay.stamps import stamp_in

TODAY = date(2026, 11, 25)
AFTERNOON = datetime(2023, 11, 5, 14, 30, 0)
MAY = datetime(2023, 5, 11, 14, 30, 0)


@pytest.mark.parametrize(
    "lines",
    [
        ["2023/11/05 14:30:00"],
        ["2023-11-05 14:30:00"],
        ["2023.11.05 14.30.00"],
        ["2023:11:05 14:30:00"],
        ["2023-11-05T14:30:00"],
        ["2023/11/0514:30:00"],
        ["2023/11/05 14:3000"],
        ["2023/11/05 1430:00"],
        ["20231105 143000"],
        ["20231105143000"],
        ["2023/11/05 02:30:00 PM"],
        ["2023/11/05 02:30:00PM"],
        ["2023/11/05 2:30:00 CH"],
        ["2023-11-05 Sun 14:30:00"],
        ["14:30:00 2023/11/05"],
        ["14:30:00.250 2023/11/05"],
        ["2023/11/05", "14:30:00"],
        ["14:30:00", "2023/11/05"],
        ["45 KM/H", "2023/11/05", "VIOFO A129", "14:30:00"],
        ["2O23/11/O5 14:3O:00"],
        ["2023/11/05  l4:30:00"],
        ["05.Nov 2023 14:30:00"],
        ["05.N0v 2023 14:30:00"],
        ["Nov 5, 2023 2:30:00 PM"],
        ["5 November 2023 14:30:00"],
        ["05 Thg 11 2023 14:30:00"],
        ["ngày 5 tháng 11, 2023 14:30:00"],
        ["2023年11月05日 14:30:00"],
        ["23-11-05 14:30:00"],
        ["VIOFO A129 2023/11/05 14:30:00 N21.02850 E105.85420 45KM/H"],
    ],
)
def test_a_moment_that_can_be_read_in_one_way(lines: list[str]) -> None:
    stamp = stamp_in(lines, TODAY)
    assert stamp is not None
    assert set(stamp.moments.values()) == {AFTERNOON}
    assert stamp.period_s == 1


@pytest.mark.parametrize(
    "line",
    [
        "05/11/2023 14:30:00",
        "05-11-2023 14:30:00",
        "05.11.2023 14.30.00",
        "05/11/202314:30:00",
        "14:30:0005/11/2023",
        "14:30:00:12 05/11/2023",
        "05/11/2023-14:30:00",
        "05/11/23 14:30:00",
    ],
)
def test_day_and_month_that_may_be_either_are_given_as_both(line: str) -> None:
    stamp = stamp_in([line], TODAY)
    assert stamp is not None
    assert stamp.moments == {"dmy": AFTERNOON, "mdy": MAY}


def test_a_day_after_the_twelfth_has_one_order() -> None:
    day_first, month_first = (
        stamp_in([line], TODAY) for line in ("16/09/2016 06:59:56", "09/16/2016 06:59:56 AM")
    )
    assert day_first and day_first.moments == {"dmy": datetime(2016, 9, 16, 6, 59, 56)}
    assert month_first and month_first.moments == {"mdy": datetime(2016, 9, 16, 6, 59, 56)}


def test_midnight_and_noon_of_twelve_hours() -> None:
    night = stamp_in(["2023/11/05 12:30:00 AM"], TODAY)
    noon = stamp_in(["2023/11/05 12:30:00 PM"], TODAY)
    assert night and night.moments["ymd"].hour == 0
    assert noon and noon.moments["ymd"].hour == 12


def test_a_clock_without_seconds_says_so() -> None:
    stamp = stamp_in(["2023/11/05 14:30"], TODAY)
    assert stamp is not None
    assert stamp.period_s == 60


@pytest.mark.parametrize(
    "lines",
    [
        ["2023/11/05"],
        ["14:30:00"],
        ["2023/11/05 25:30:00"],
        ["2023/11/05 14:61:00"],
        ["2023/13/45 14:30:00"],
        ["2031/11/05 14:30:00"],  # after today
        ["1980/01/01 00:00:12"],  # a clock that was never set
        ["59-P1", "664.80"],
        ["192.168.1.10 14:30:00"],
        ["2023/11/05 N21.028500 E105.123456"],
        ["BOSS SOLO DIZ"],
        [],
    ],
)
def test_what_is_no_moment(lines: list[str]) -> None:
    assert stamp_in(lines, TODAY) is None


def test_a_moment_leaves_what_stands_beside_it() -> None:
    stamp = stamp_in(["x", "D458D2D6 16/09/2016 06:59:56 NGUYEN HUE"], TODAY)
    assert stamp is not None
    assert stamp.lines == (1,)
    assert stamp.rest == "D458D2D6 NGUYEN HUE"


@pytest.mark.parametrize(
    ("text", "latitude", "longitude"),
    [
        ("N21.02850 E105.85420", 21.0285, 105.8542),
        ("N21.02850E105.85420 45KM/H", 21.0285, 105.8542),
        ("N:21.0285 E:105.8542", 21.0285, 105.8542),
        ("21.02850N 105.85420E", 21.0285, 105.8542),
        ("14:30:00 21.02850N 105.85420E", 21.0285, 105.8542),
        ("N21°01'42.6\" E105°51'15.12\"", 21.0285, 105.8542),
        ("N21o01'42.6\" E105*51'15.12\"", 21.0285, 105.8542),
        ("N 21 01.710 E 105 51.252", 21.0285, 105.8542),
        ("21°01.710'N 105°51.252'E", 21.0285, 105.8542),
        ("21.028500, 105.854200", 21.0285, 105.8542),
        ("Lat:21.0285 Lon:105.8542", 21.0285, 105.8542),
        ("LAT:N21.028500 LON:E105.854200", 21.0285, 105.8542),
        ("S33.86880 W070.12340", -33.8688, -70.1234),
        ("-33.868800, -70.123400", -33.8688, -70.1234),
    ],
)
def test_positions(text: str, latitude: float, longitude: float) -> None:
    found = position_in(text)
    assert found is not None
    assert found == pytest.approx((latitude, longitude), abs=1e-6)


@pytest.mark.parametrize(
    "text",
    ["N21 E105", "2023/11/05 14:30:00", "N99.02850 E105.85420", "N21°75.000' E105°51.252'", "21.5"],
)
def test_what_is_no_position(text: str) -> None:
    assert position_in(text) is None


@pytest.mark.parametrize(
    ("text", "km_h"),
    [
        ("45KM/H", 45), ("045 km/h", 45), ("45KMIH", 45), ("45 kmh", 45), ("4O0 km", None),
        ("0 km/h", 0), ("30 MPH", 48.28), ("N21.02850 E105.85420 45KM/H", 45), ("999 KM/H", None),
        ("105.85420KM/H", None), ("2023", None),
    ],
)  # fmt: skip
def test_speeds(text: str, km_h: float | None) -> None:
    found = speed_in(text)
    if km_h is None:
        assert found is None
    else:
        assert found is not None
        assert found * 3.6 == pytest.approx(km_h, abs=0.01)


@pytest.mark.parametrize(
    ("readings", "name"),
    [
        (["CMT8-BUI THI XUAN", "CMT8 -BUI THI XUAN"], "CMT8 - BUI THI XUAN"),
        (["Ton Duc Thang· Nguyen Hue"], "Ton Duc Thang - Nguyen Hue"),
        (["NGUYENCU TRINH", "NGUYEN CU TRINH"], "NGUYEN CU TRINH"),
        (["Ngã tư Hàng Xanh"], "Ngã tư Hàng Xanh"),
        (["VIOFO A129"], None),
        (["Camera 01"], None),
        (["D458D2D6"], None),
        (["45 KM/H"], None),
        (["N21.02850 E105.85420"], None),
        (["SUN"], None),
        ([""], None),
    ],
)
def test_names_of_places(readings: list[str], name: str | None) -> None:
    assert name_in(readings) == name


def test_a_name_with_marks_may_lack_letters() -> None:
    assert may_lack_letters("Đưng Nguyn Hu")
    assert not may_lack_letters("NGUYEN TRAI - NGUYEN CU TRINH")
