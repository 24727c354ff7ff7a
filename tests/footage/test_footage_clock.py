"""When a recording began: what names and containers say, which is believed, and the warnings."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from pipeline.footage.clock import AS_WRITTEN, ORDER, read_clock, with_candidates
from pipeline.settings import FootageSettings
from pipeline.types import Clock, GpsTrack, TimeCandidate
from tests.footage.recordings import SETTINGS

VIETNAM = timezone(timedelta(hours=7))
MOMENT = datetime(2023, 11, 5, 14, 30, 7)


def clock(
    name: str = "clip.mp4",
    metadata: dict[str, str] | None = None,
    gps: datetime | None = None,
    start_time: datetime | None = None,
    settings: FootageSettings = SETTINGS,
    duration_s: float = 0.0,
) -> Clock:
    """The clock of a file that was changed on disk yesterday."""
    folder = Path(os.environ["PYTEST_CLOCK_FOLDER"])
    path = folder / name
    path.touch()
    track = None
    if gps is not None:
        one = np.zeros(1)
        track = GpsTrack("gpmf", one, one, one, one, one, utc_start=gps)
    return read_clock(path, metadata or {}, track, settings, start_time, duration_s=duration_s)


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


def source(clock: Clock, name: str) -> TimeCandidate:
    [item] = [item for item in clock.candidates if item.source == name]
    return item


@pytest.mark.parametrize("witness", ["filename", "gps", "quicktime:creationdate", "overlay"])
def test_local_time_marked_as_utc_is_read_as_another_source_shows(witness: str) -> None:
    metadata = {"creation_time": "2023-11-05T14:30:07Z"}
    if witness == "quicktime:creationdate":
        metadata["com.apple.quicktime.creationdate"] = "2023-11-05T14:30:07+0700"
    found = clock(
        NAME if witness == "filename" else "clip.mp4",
        metadata,
        gps=LOCAL if witness == "gps" else None,
    )
    if witness == "overlay":
        found = with_candidates(found, [TimeCandidate("overlay", LOCAL, 0.5)], SETTINGS)
    assert (found.start, found.source) == (LOCAL, witness)
    assert source(found, "container").start == LOCAL
    assert source(found, "container").note == f"local time marked as UTC, as {witness} shows"
    assert source(found, AS_WRITTEN).start == datetime(2023, 11, 5, 14, 30, 7, tzinfo=UTC)
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("written", "note"),
    [
        ("2023-11-05T07:30:07Z", "UTC"),
        ("2023-11-05T07:33:07Z", "UTC, of the last frame"),
        ("2023-11-05T14:33:07Z", "local time marked as UTC, of the last frame"),
    ],
)
def test_the_time_of_the_last_frame_is_known_by_the_length(written: str, note: str) -> None:
    found = clock(NAME, {"creation_time": written}, duration_s=180.0)
    assert source(found, "container").start == LOCAL
    assert source(found, "container").note == f"{note}, as filename shows"
    assert found.warnings == ()


def test_a_camera_left_in_the_zone_of_its_factory() -> None:
    found = clock("clip.mp4", {"creation_time": "2023-11-05T15:30:07Z"}, gps=LOCAL)
    assert source(found, "container").note == (
        "local time of a zone +8 h from UTC, marked as UTC, as gps shows"
    )
    assert found.warnings == ()


def test_android_writes_the_time_of_the_last_frame() -> None:
    found = clock(
        "clip.mp4",
        {"creation_time": "2023-11-05T07:33:07Z", "com.android.version": "13"},
        duration_s=180.0,
    )
    assert (found.start, found.source, found.uncertainty_s) == (LOCAL, "container", 5.0)
    assert "last frame" in source(found, "container").note
    assert found.warnings == ()


def test_an_apple_phone_writes_utc() -> None:
    found = clock(
        "IMG_4711.mov",
        {"creation_time": "2023-11-05T07:30:07Z", "com.apple.quicktime.make": "Apple"},
    )
    assert (found.start, found.uncertainty_s, found.warnings) == (LOCAL, 5.0, ())


def test_a_container_alone_may_be_off_by_the_zone() -> None:
    found = clock("clip.mp4", {"creation_time": "2023-11-05T14:30:07Z"}, duration_s=60.0)
    assert found.start == LOCAL + timedelta(hours=7)
    assert found.uncertainty_s == 7 * 3600
    [warning] = found.warnings
    assert "2023-11-05T21:30:07+07:00" in warning
    assert "2023-11-05T14:30:07+07:00" in warning
    assert "--start-time" in warning


def test_the_end_of_writing_on_disk_shows_what_the_container_means(tmp_path: Path) -> None:
    """A file off the card keeps when it was last written, which is when its recording ended."""
    path = tmp_path / "clip.mp4"
    path.touch()
    end = (LOCAL + timedelta(seconds=60)).timestamp()
    os.utime(path, (end, end))
    metadata = {"creation_time": "2023-11-05T14:30:07Z"}
    found = read_clock(path, metadata, None, SETTINGS, duration_s=60.0)
    assert (found.start, found.source, found.uncertainty_s) == (LOCAL, "container", 5.0)
    assert "as the time of change on disk shows" in source(found, "container").note


def test_a_container_that_nothing_explains_is_a_warning() -> None:
    found = clock(NAME, {"creation_time": "2023-11-05T09:11:22Z"}, duration_s=60.0)
    assert found.start == LOCAL
    [warning] = found.warnings
    assert "filename says 2023-11-05T14:30:07+07:00" in warning
    assert "container says 2023-11-05T09:11:22+00:00" in warning


# --- candidates that come later ------------------------------------------------------------------


def test_the_overlay_is_chosen_before_the_name_and_after_a_phones_date() -> None:
    seen = TimeCandidate("overlay", LOCAL + timedelta(seconds=1), 0.3, "5 pictures read")
    name = with_candidates(clock(NAME), [seen], SETTINGS)
    assert (name.source, name.uncertainty_s) == ("overlay", 0.3)
    assert name.start == seen.start
    phone = {"com.apple.quicktime.creationdate": "2023-11-05T14:30:08+0700"}
    assert with_candidates(clock(NAME, phone), [seen], SETTINGS).source == "quicktime:creationdate"
    assert with_candidates(clock(NAME, gps=LOCAL), [seen], SETTINGS).source == "gps"
    told = clock(NAME, start_time=MOMENT)
    assert with_candidates(told, [seen], SETTINGS).source == "option"
    assert with_candidates(told, [], SETTINGS) is told


def test_an_overlay_that_disagrees_is_a_warning_with_both_values() -> None:
    seen = TimeCandidate("overlay", LOCAL + timedelta(minutes=3), 0.3)
    found = with_candidates(clock(NAME), [seen], SETTINGS)
    assert found.start == seen.start
    assert found.warnings == (
        "overlay says 2023-11-05T14:33:07+07:00, filename says 2023-11-05T14:30:07+07:00",
    )


def test_choosing_again_forgets_no_candidate_and_doubles_none() -> None:
    first = clock(NAME, {"creation_time": "2023-11-05T14:33:07Z"}, duration_s=180.0)
    seen = TimeCandidate("overlay", LOCAL, 0.3)
    for duration_s in (180.0, 0.0):
        again = with_candidates(first, [seen], SETTINGS, duration_s)
        again = with_candidates(again, [seen], SETTINGS, duration_s)
        assert [item.source for item in again.candidates] == [
            "overlay", "filename", "container", AS_WRITTEN, "file",
        ]  # fmt: skip
        assert source(again, "container").start == LOCAL
        assert again.warnings == ()


def test_a_name_that_is_refused_is_said() -> None:
    found = clock("05112023_143007.mp4")
    assert found.source is None
    assert "its day may be 2023-05-11 or 2023-11-05" in found.warnings[0]
    seen = TimeCandidate("overlay", LOCAL, 0.3)
    assert found.warnings[0] in with_candidates(found, [seen], SETTINGS).warnings


# --- satellites --------------------------------------------------------------------------------


def test_a_satellite_time_tells_how_far_the_cameras_clock_is_off() -> None:
    [warning] = clock(NAME, gps=LOCAL + timedelta(minutes=4)).warnings
    assert warning == (
        "gps says 2023-11-05T14:34:07+07:00, filename says 2023-11-05T14:30:07+07:00: "
        "the camera's clock is 4 min slow"
    )
    [warning] = clock(NAME, gps=LOCAL - timedelta(seconds=45)).warnings
    assert warning.endswith("the camera's clock is 45 s fast")


def test_a_satellite_time_before_2000_is_not_chosen() -> None:
    found = clock(NAME, gps=datetime(1980, 1, 6, 0, 0, 14, tzinfo=UTC))
    assert (found.source, found.start) == ("filename", LOCAL)
    [warning] = found.warnings
    assert warning.startswith("gps says 1980-01-06T00:00:14+00:00, before 2000")
    assert source(found, "gps").start.year == 1980
    alone = clock("clip.mp4", gps=datetime(1999, 8, 22, tzinfo=UTC))
    assert alone.start is None


def test_a_week_number_that_rolled_over_is_not_chosen() -> None:
    container = {"creation_time": "2023-11-05T07:30:07Z"}
    found = clock(NAME, container, gps=LOCAL - timedelta(weeks=1024))
    assert (found.source, found.start) == ("filename", LOCAL)
    assert "1024 weeks from what filename says" in found.warnings[0]
    one_agrees = clock(
        NAME, {"creation_time": "2004-03-21T07:30:07Z"}, gps=LOCAL - timedelta(weeks=1024)
    )
    assert one_agrees.source == "gps"
    assert len(one_agrees.warnings) == 1


def test_the_order_is_the_one_that_the_docs_name() -> None:
    assert ORDER == (
        "option", "gps", "quicktime:creationdate", "overlay", "filename", "sidecar", "container",
    )  # fmt: skip


def test_sources_that_agree_make_no_warning() -> None:
    assert clock(NAME, {"creation_time": "2023-11-05T07:30:12Z"}).warnings == ()


@pytest.mark.parametrize("text", ["1904-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "junk", ""])
def test_a_container_without_a_clock(text: str) -> None:
    assert clock("clip.mp4", {"creation_time": text}).source is None


def test_a_clock_that_was_never_set_is_doubted() -> None:
    [warning] = clock("2018_0101_000312_001.mp4").warnings
    assert "never set" in warning
    assert clock("2018_0101_080312_001.mp4").warnings == ()


def test_a_time_in_the_future_is_doubted() -> None:
    year = datetime.now(UTC).year + 1
    assert "in the future" in clock(f"{year}1231_120000.mp4").warnings[0]


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="no time zone is called 'Hanoi'"):
        FootageSettings(time_zone="Hanoi")
