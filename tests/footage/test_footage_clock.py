"""When a recording began: what names and containers say, which is believed, and the warnings."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from pipeline.footage.clock import read_clock, time_in_name
from pipeline.settings import FootageSettings
from pipeline.types import Clock, GpsTrack
from tests.footage.recordings import SETTINGS

VIETNAM = timezone(timedelta(hours=7))
MOMENT = datetime(2023, 11, 5, 14, 30, 7)

NAMES = {
    "NO20231105-143007-000012F": "70mai",
    "EV20231105-143007-000013B": "70mai",
    "2023_1105_143007_001": "Viofo, Novatek",
    "2023_1105_143007_001A": "Viofo, Novatek",
    "20231105143007_000123F": "Viofo, Novatek",
    "20231105143007_0060": "Viofo, Novatek",
    "FILE231105-143007F": "Novatek",
    "231105-143007": "Novatek",
    "231105_143007_012_FH": "Nextbase",
    "20231105_143007_NF": "BlackVue",
    "20231105_143007_E": "BlackVue",
    "20231105_143007": "Viofo, Novatek",  # Samsung's phones, too
    "VID_20231105_143007": "Android",
    "VID_20231105_143007_LS": "Android",
    "IMG_20231105_143007": "Android",
    "video_20231105_143007": "Android",
    "VM_20231105_143007": "Xiaomi, VietMap",
    "REC_20231105_143007_F": "Xiaomi, VietMap",
    "REC_2023_11_05_14_30_07_F": "dated",
    "2023-11-05_14-30-07-left_repeater": "dated",
    "2023-11-05 14.30.07": "dated",
    "video_2023-11-05_14-30-07": "dated",
    "signal-2023-11-05-143007": "dated",
    "Screen Recording 2023-11-05 at 14.30.07": "dated",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_that_tell_the_time(name: str) -> None:
    assert time_in_name(name) == (MOMENT, NAMES[name], False)


def test_a_pixel_phone_names_in_utc() -> None:
    assert time_in_name("PXL_20231105_073007123.TS") == (
        datetime(2023, 11, 5, 7, 30, 7),
        "Google Pixel",
        True,
    )
    assert clock("PXL_20231105_073007123.mp4").start == MOMENT.replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    "name",
    [
        "clip_001", "GOPR0123", "GX010123", "MOV_0012", "IMG_4711", "VID-20231105-WA0001", "",
        "20231305_143007", "20230230_143007", "20231105_256007", "NO20231105-143061-000012F",
        "12345678901234567890", "2023", "1980_0101_000000_1",
    ],
)  # fmt: skip
def test_names_that_tell_none(name: str) -> None:
    assert time_in_name(name) is None


def clock(
    name: str = "clip.mp4",
    metadata: dict[str, str] | None = None,
    gps: datetime | None = None,
    start_time: datetime | None = None,
    settings: FootageSettings = SETTINGS,
) -> Clock:
    """The clock of a file that was changed on disk yesterday."""
    folder = Path(os.environ["PYTEST_CLOCK_FOLDER"])
    path = folder / name
    path.touch()
    track = None
    if gps is not None:
        one = np.zeros(1)
        track = GpsTrack("gpmf", one, one, one, one, one, utc_start=gps)
    return read_clock(path, metadata or {}, track, settings, start_time)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_CLOCK_FOLDER", str(tmp_path))


NAME = "20231105_143007.mp4"
LOCAL = MOMENT.replace(tzinfo=VIETNAM)


def test_the_order_of_trust() -> None:
    container = {"creation_time": "2023-11-05T07:30:09.000000Z"}
    apple = {**container, "com.apple.quicktime.creationdate": "2023-11-05T14:30:08+0700"}
    satellites = LOCAL + timedelta(seconds=0.5)
    told = datetime(2023, 11, 5, 14, 30, 6)
    assert clock(NAME, apple, satellites, told).source == "option"
    assert clock(NAME, apple, satellites).source == "gps"
    assert clock(NAME, apple).source == "quicktime:creationdate"
    assert clock(NAME, container).source == "filename"
    assert clock("clip.mp4", container).source == "container"
    assert clock("clip.mp4").source is None
    every = clock(NAME, apple, satellites, told)
    assert [item.source for item in every.candidates] == [
        "option", "gps", "quicktime:creationdate", "filename", "container", "file",
    ]  # fmt: skip
    assert every.warnings == ()


def test_time_of_change_on_disk_is_never_believed() -> None:
    nothing = clock("clip.mp4")
    assert nothing.start is None
    assert nothing.uncertainty_s is None
    assert nothing.at(3.0) is None
    assert [item.source for item in nothing.candidates] == ["file"]
    assert nothing.warnings == ("no source tells the time",)


def test_all_starts_are_in_the_zone_of_the_settings() -> None:
    assert clock(NAME).start == LOCAL
    assert clock("clip.mp4", {"creation_time": "2023-11-05T07:30:07Z"}).start == LOCAL
    tokyo = clock(NAME, settings=FootageSettings(time_zone="Asia/Tokyo")).start
    assert tokyo is not None
    assert tokyo.isoformat() == "2023-11-05T14:30:07+09:00"
    assert clock(NAME, start_time=datetime(2023, 1, 2, 3, 4, 5, tzinfo=UTC)).start == datetime(
        2023, 1, 2, 10, 4, 5, tzinfo=VIETNAM
    )


def test_local_time_marked_as_utc_becomes_a_warning() -> None:
    found = clock(NAME, {"creation_time": "2023-11-05T14:30:07Z"})
    assert found.start == LOCAL
    [warning] = found.warnings
    assert "7 hours apart: one of them may be local time marked as UTC" in warning


def test_sources_that_agree_make_no_warning() -> None:
    assert clock(NAME, {"creation_time": "2023-11-05T07:30:12Z"}).warnings == ()


def test_sources_that_disagree_are_both_named() -> None:
    [warning] = clock(NAME, gps=LOCAL + timedelta(minutes=4)).warnings
    assert warning == (
        "gps says 2023-11-05T14:34:07+07:00, filename says 2023-11-05T14:30:07+07:00"
    )


@pytest.mark.parametrize("text", ["1904-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "junk", ""])
def test_a_container_without_a_clock(text: str) -> None:
    assert clock("clip.mp4", {"creation_time": text}).source is None


def test_a_clock_that_was_never_set_is_doubted() -> None:
    [warning] = clock("2018_0101_000312_001.mp4").warnings
    assert "never set" in warning
    assert clock("2018_0101_080312_001.mp4").warnings == ()


def test_a_time_in_the_future_is_doubted() -> None:
    year = datetime.now(UTC).year + 2
    assert "in the future" in clock(f"{year}0601_120000.mp4").warnings[0]


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="no time zone is called 'Hanoi'"):
        FootageSettings(time_zone="Hanoi")
