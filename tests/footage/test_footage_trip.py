"""Which loop files are one recording, and which only look like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from pipeline.footage.trip import camera_of, join, starts
from pipeline.settings import FootageSettings
from pipeline.types import Clock, Footage, TimeCandidate
from tests.footage.recordings import SETTINGS, footage

START = datetime(2023, 11, 5, 14, 30, tzinfo=timezone(timedelta(hours=7)))


def at(seconds: float, name: str | None = None, **others: Any) -> Footage:
    """A file named by its time, as most dashcams do."""
    start = START + timedelta(seconds=seconds)
    return footage(name or f"{start:%Y%m%d_%H%M%S}.mp4", start, **others)


def names(items: Sequence[Footage], settings: FootageSettings = SETTINGS) -> list[list[str]]:
    return [[item.path.name for item in trip.footage] for trip in join(items, settings)]


def sizes(items: Sequence[Footage]) -> list[int]:
    return [len(trip.footage) for trip in join(items, SETTINGS)]


def test_files_that_follow_each_other_are_one_trip_in_order() -> None:
    items = [at(120), at(0), at(60)]
    [trip] = join(items, SETTINGS)
    assert trip.footage == (items[1], items[2], items[0])
    assert trip.offsets_s == (0.0, 60.0, 120.0)
    assert trip.duration_s == 180.0


def test_nothing_gives_nothing() -> None:
    assert join([], SETTINGS) == []


def test_names_are_cut_to_seconds() -> None:
    """Files of 59.93 s named 60 s apart follow without a hole: an act over the seam goes on."""
    [trip] = join([at(0, duration_s=59.93), at(60, duration_s=59.93), at(119)], SETTINGS)
    assert trip.offsets_s == pytest.approx((0.0, 59.93, 119.86))


@pytest.mark.parametrize(("hole", "joined"), [(0, 1), (2, 1), (4, 1), (5, 2), (60, 2), (-3, 2)])
def test_holes(hole: float, joined: int) -> None:
    assert len(join([at(0), at(60 + hole)], SETTINGS)) == joined


def test_the_largest_hole_is_a_setting() -> None:
    assert len(join([at(0), at(65)], FootageSettings(joint_gap_s=5))) == 1


def test_a_real_hole_is_kept_in_the_offsets() -> None:
    [trip] = join([at(0), at(63)], SETTINGS)
    assert trip.offsets_s == (0.0, 63.0)
    precise: dict[str, Any] = {"source": "gps", "uncertainty_s": 0.2}
    [trip] = join([at(0, **precise), at(61.5, **precise), at(121.6, **precise)], SETTINGS)
    assert trip.offsets_s == pytest.approx((0.0, 61.5, 121.5))


@pytest.mark.parametrize(
    "other",
    [
        {"size": (1280, 720)},
        {"codec": "hevc"},
        {"rotation": 180},
        {"rate": 25.0},
        {"name": "20231105_143100.mov"},
        {"source": "gps"},
    ],
)
def test_another_camera_is_another_trip(other: dict[str, Any]) -> None:
    assert sizes([at(0), at(60, **other)]) == [1, 1]


def test_the_average_rate_may_differ_by_a_dropped_picture() -> None:
    assert sizes([at(0, rate=30.0), at(60, rate=29.97)]) == [2]


@pytest.mark.parametrize(
    ("pattern", "front", "rear"),
    [
        ("NO{t:%Y%m%d-%H%M%S}-00001{n}{c}.MP4", "F", "B"),
        ("{t:%Y_%m%d_%H%M%S}_00{n}{c}.MP4", "A", "B"),
        ("{t:%Y%m%d_%H%M%S}_N{c}.mp4", "F", "R"),
        ("{t:%Y%m%d_%H%M%S}_{c}.mp4", "front", "rear"),
        ("{t:%y%m%d_%H%M%S}_01{n}_{c}H.MP4", "F", "R"),
        ("{t:%Y-%m-%d_%H-%M-%S}-{c}.mp4", "left_repeater", "right_repeater"),
        ("{c}_{t:%Y%m%d_%H%M%S}.mp4", "FRONT", "REAR"),
        ("{t:%Y%m%d_%H%M%S}_00{n}1_N_{c}.mp4", "A", "B"),
    ],
)
def test_front_and_rear_are_two_trips(pattern: str, front: str, rear: str) -> None:
    items = [
        at(60 * n, pattern.format(t=START + timedelta(seconds=60 * n), n=n, c=camera))
        for n in (1, 0, 2)
        for camera in (rear, front)
    ]
    trips = join(items, SETTINGS)
    assert [len(trip.footage) for trip in trips] == [3, 3]
    for trip in trips:
        assert len({camera_of(item) for item in trip.footage}) == 1


@pytest.mark.parametrize(
    ("front", "rear"), [("Front", "Back"), ("F", "R"), ("Movie_F", "Movie_R"), ("CH1", "CH2")]
)
def test_front_and_rear_in_folders_of_their_own(front: str, rear: str) -> None:
    """Names are the same in both; each folder is a camera."""
    items = [at(60 * n, folder=f"/card/{folder}") for n in (1, 0, 2) for folder in (rear, front)]
    trips = join(items, SETTINGS)
    assert [len(trip.footage) for trip in trips] == [3, 3]
    assert {camera_of(trip.footage[0]) for trip in trips} == {
        front.split("_")[-1].upper(), rear.split("_")[-1].upper(),
    }  # fmt: skip


def test_an_event_file_of_the_same_camera_goes_on() -> None:
    items = [at(0, "20231105_143000_NF.mp4"), at(60, "20231105_143100_EF.mp4")]
    assert sizes(items) == [2]


@pytest.mark.parametrize("name", ["20231105_143000", "GOPR0123", "sofa", "clipF", "a_B2"])
def test_names_without_a_camera(name: str) -> None:
    assert camera_of(footage(f"{name}.mp4")) == ""


def test_copies_in_two_folders_stay_two_trips() -> None:
    items = [at(60 * n, folder=folder) for n in range(3) for folder in ("/card", "/copy")]
    trips = join(items, SETTINGS)
    assert [len(trip.footage) for trip in trips] == [3, 3]
    assert all(len({item.path.parent for item in trip.footage}) == 1 for trip in trips)


def test_one_start_time_said_for_all_joins_none() -> None:
    assert sizes([at(0, f"clip_{n}.mp4", source="option") for n in (1, 2)]) == [1, 1]


def test_the_containers_time_joins_only_consecutive_names() -> None:
    container = {"source": "container", "uncertainty_s": 5.0}
    assert sizes([at(0, "MOV_0012.mp4", **container), at(60, "MOV_0013.mp4", **container)]) == [2]
    assert sizes([at(0, "MOV_0012.mp4", **container), at(60, "IMG_0013.mp4", **container)]) == [
        1,
        1,
    ]
    assert sizes([at(0, "MOV_0012.mp4", **container), at(90, "MOV_0013.mp4", **container)]) == [
        1,
        1,
    ]


# --- without a clock ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("clip_001", "clip_002", True),
        ("MOV_0009", "MOV_0010", True),
        ("GX010123", "GX020123", True),  # chapters of one recording
        ("GH010123", "GH010124", False),  # the next recording
        ("GX010123", "GL020123", False),
        ("clip_001", "clip_003", False),
        ("clip_001", "clap_002", False),
        ("clip_1_1", "clip_2_2", False),
        ("a", "b", False),
        ("clip_001F", "clip_002R", False),
    ],
)
def test_consecutive_numbers(first: str, second: str, joined: bool) -> None:
    items = [footage(f"{second}.mp4"), footage(f"{first}.mp4")]
    assert names(items) == (
        [[f"{first}.mp4", f"{second}.mp4"]]
        if joined
        else [[name] for name in sorted((f"{first}.mp4", f"{second}.mp4"))]
    )


def test_numbers_in_two_folders_are_no_evidence() -> None:
    assert sizes([footage("clip_1.mp4", folder="/a"), footage("clip_2.mp4", folder="/b")]) == [1, 1]


def test_a_file_with_a_clock_does_not_follow_one_without() -> None:
    assert sizes([footage("clip_1.mp4"), at(0, "clip_2.mp4")]) == [1, 1]


def test_trips_are_in_order_of_time_and_those_without_come_last() -> None:
    items = [footage("clip_1.mp4"), at(7200), at(0), at(3600)]
    assert names(items) == [
        ["20231105_143000.mp4"], ["20231105_153000.mp4"], ["20231105_163000.mp4"], ["clip_1.mp4"],
    ]  # fmt: skip


def test_a_thousand_files_are_quick() -> None:
    [trip] = join([at(60 * n) for n in range(1000)], SETTINGS)
    assert len(trip.footage) == 1000


def test_a_start_that_is_told_moves_every_file_by_as_much() -> None:
    first, second, later = at(0), at(60), at(10_800)
    trips = join([first, second, later], SETTINGS)
    told = START - timedelta(minutes=7)
    assert starts(trips, told) == {
        first.path: told,
        second.path: told + timedelta(seconds=60),
        later.path: told + timedelta(hours=3),
    }


def test_without_clocks_only_the_trip_that_is_told_of_has_a_start() -> None:
    first, other = footage("a.mp4", None), footage("b.mp4", None)
    trips = join([first, other], SETTINGS)
    assert len(trips) == 2
    assert starts(trips, START) == {first.path: START}


# --- satellites in some files only ---------------------------------------------------------------


def named(seconds: float, gps_after_s: float | None = None, name: str | None = None) -> Footage:
    """A file dated by its name, and by satellites that say the name is wrong by `gps_after_s`."""
    item = at(seconds, name)
    assert item.clock.start is not None
    candidates = [TimeCandidate("filename", item.clock.start, 2.0)]
    clock = Clock(item.clock.start, "filename", 2.0, tuple(candidates))
    if gps_after_s is not None:
        start = item.clock.start + timedelta(seconds=gps_after_s)
        candidates.insert(0, TimeCandidate("gps", start, 1.0))
        clock = Clock(start, "gps", 1.0, tuple(candidates))
    return replace(item, clock=clock)


def test_a_recording_goes_on_where_the_satellites_are_found() -> None:
    [trip] = join([named(0), named(60, 0.6), named(120, 0.4)], SETTINGS)
    assert [item.clock.source for item in trip.footage] == ["filename", "gps", "gps"]
    assert trip.offsets_s == (0.0, 60.0, 120.0)


@pytest.mark.parametrize("off", [240.0, -240.0, 7 * 3600.0])
def test_a_wrong_clock_is_set_right_by_the_file_beside(off: float) -> None:
    items = [named(0), named(60, off), named(120, off), named(180)]
    [trip] = join(items, SETTINGS)
    assert trip.offsets_s == (0.0, 60.0, 120.0, 180.0)
    for number, item in enumerate(trip.footage):
        assert item.path == items[number].path
        assert item.clock.source == "gps"
        assert item.clock.start == START + timedelta(seconds=60 * number + off)
    first = trip.footage[0].clock
    assert first.uncertainty_s == 3.0
    side = "slow" if off > 0 else "fast"
    assert (
        f"the camera's clock was {abs(off):.0f} s {side} in 20231105_143100.mp4"
        in (first.warnings[-1])
    )
    assert [item.source for item in first.candidates] == ["gps", "filename"]


def test_a_clock_is_not_moved_by_a_file_of_another_day_or_folder() -> None:
    far = named(-14 * 3600, 240)
    other = replace(named(60, 240), path=Path("/other/20231105_143100.mp4"))
    for items in ([named(0), far], [named(0), other]):
        starts_found = [trip.footage[0].clock for trip in join(items, SETTINGS)]
        assert [clock.start for clock in starts_found if clock.source == "filename"] == [START]


def test_an_act_over_the_seam_has_one_place_in_time() -> None:
    """Trip time runs on over the seam; a moment behind it lies in the second file."""
    [trip] = join([at(0, duration_s=59.97), at(60, duration_s=59.97)], SETTINGS)
    assert trip.locate(59.0) == (0, 59.0)
    index, file_time_s = trip.locate(61.0)
    assert index == 1
    assert file_time_s == pytest.approx(1.03)
    before, behind = trip.at(59.9), trip.at(60.1)
    assert before is not None
    assert behind is not None
    assert timedelta() < behind - before < timedelta(seconds=0.5)
