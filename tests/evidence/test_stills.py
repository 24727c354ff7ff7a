"""The stills: which moments, and that each picture is cut from the very frame it names."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.evidence.boxes import box_at
from pipeline.evidence.stills import Moment, choose_moments, save_stills
from pipeline.footage.pick import frames_at
from pipeline.settings import EvidenceSettings, Settings
from pipeline.types import Incident, Kind, Plate, Track, Trip
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, incident_of, plate_of, track_of, trip_of


@pytest.fixture(scope="module")
def trip(film: Film) -> Trip:
    return trip_of(footage_of(film("a.mp4")))


def chosen(
    trip: Trip, incident: Incident, track: Track | None, plate: Plate | None = None, stills: int = 6
) -> list[Moment]:
    settings = EvidenceSettings(lead_up_s=3, aftermath_s=3, stills=stills)
    return choose_moments(trip, incident, track, plate, settings)


def test_each_still_has_a_reason(trip: Trip) -> None:
    incident = incident_of(3.0, 5.0, best=(4.0,))
    found = chosen(trip, incident, track_of(7, Kind.CAR, 2.0, 6.0), plate_of(0.9, 5.6))
    by_reason = {reason: one.time_s for one in found for reason in one.shows}
    assert found[0].shows[0] == "act_best"
    assert by_reason["act_best"] == 4.0
    assert by_reason["plate"] == 5.6, "the look that was read best, even after the act"
    assert by_reason["act_start"] == pytest.approx(3.0)
    assert by_reason["act_end"] == pytest.approx(5.0)
    assert by_reason["surroundings"] == pytest.approx(1.0)
    assert 3 <= len(found) <= 6


def test_one_still_may_serve_twice(trip: Trip) -> None:
    incident = incident_of(3.0, 5.0, best=(3.05,))
    found = chosen(trip, incident, track_of(7, Kind.CAR, 2.0, 6.0), plate_of(0.9, 3.0))
    assert {"act_best", "plate", "act_start"} <= set(found[0].shows)
    assert min(abs(a.time_s - b.time_s) for a, b in combinations(found, 2)) >= 0.15


def test_the_whole_vehicle_is_one_that_no_edge_cuts(trip: Trip) -> None:
    track = track_of(7, Kind.CAR, 2.0, 6.0)
    boxes = track.boxes.copy()
    boxes[5] += (-20, -20, 20, 20)  # larger, and still inside
    boxes[9] = (0, 0, 300, 200)  # the largest, cut by two edges
    found = chosen(trip, incident_of(3.0, 5.0, best=(4.6,)), replace(track, boxes=boxes))
    (whole,) = (one.time_s for one in found if "vehicle" in one.shows)
    assert whole == pytest.approx(float(track.times_s[5]))


def test_surroundings_are_in_the_clip(trip: Trip) -> None:
    """Before the act, or after it where there is nothing before; nothing where there is neither."""
    early = chosen(trip, incident_of(0.1, 3.0), track_of(7, Kind.CAR, 0.0, 4.0))
    (after,) = (one.time_s for one in early if "surroundings" in one.shows)
    assert after == pytest.approx(5.0)
    whole = chosen(trip, incident_of(0.0, trip.duration_s), None)
    assert not any("surroundings" in one.shows for one in whole)


def test_few_are_wanted_the_most_telling_stay(trip: Trip) -> None:
    incident = incident_of(3.0, 5.0, best=(4.0,))
    track = track_of(7, Kind.CAR, 2.0, 6.0)
    (only,) = chosen(trip, incident, track, plate_of(0.9, 5.6), stills=1)
    assert only.shows[0] == "act_best"


def test_many_are_wanted_they_are_spread_over_the_act(trip: Trip) -> None:
    track = track_of(7, Kind.CAR, 2.0, 6.0)
    found = chosen(trip, incident_of(2.0, 6.0, best=(5.0,)), track, stills=10)
    assert len(found) == 10
    spread = [one.time_s for one in found if not one.shows]
    assert spread and all(np.isclose(track.times_s, time).any() for time in spread)


def test_a_short_act_has_fewer(trip: Trip) -> None:
    found = chosen(trip, incident_of(2.0, 2.3, best=(2.0,)), None)
    times = sorted(one.time_s for one in found)
    assert times == pytest.approx([0.0, 2.0, 2.3]) and len(found) == 3


def test_boxes_between_the_looks() -> None:
    track = track_of(7, Kind.CAR, 2.0, 6.0)
    assert box_at(track, 2.0) == pytest.approx(tuple(track.boxes[0]))
    between = box_at(track, 2.1)
    assert between == pytest.approx(tuple((track.boxes[0] + track.boxes[1]) / 2))
    assert box_at(track, 1.9) is not None and box_at(track, 1.5) is None
    assert box_at(track, 6.5) is None


def test_no_box_while_nobody_saw_it() -> None:
    track = track_of(7, Kind.CAR, 2.0, 6.0)
    seen = (track.times_s < 3.0) | (track.times_s > 5.0)
    hidden = replace(track, times_s=track.times_s[seen], boxes=track.boxes[seen])
    assert box_at(hidden, 4.0) is None
    assert box_at(hidden, 2.5) is not None


def noisy(film: Film) -> Path:
    """No two frames are alike anywhere."""
    return film("noisy.mp4", 8, "-vf", "noise=alls=60:allf=t")


@pytest.fixture
def saved(film: Film, tmp_path: Path) -> dict[str, Path]:
    stills = save_stills(
        trip_of(footage_of(noisy(film))),
        incident_of(2.0, 6.0, best=(4.0,)),
        [track_of(7, Kind.MOTORBIKE, 2.0, 6.0)],
        plate_of(0.9, 2.4),
        tmp_path,
        Settings(),
    )
    assert all(still.path.is_file() for still in stills)
    return {still.path.name: still.path for still in stills}


def test_what_is_written(saved: dict[str, Path]) -> None:
    numbered = {f"still-{number}.jpg" for number in range(1, 6)}
    others = {"marked.jpg", "vehicle.jpg", "plate.png", "plate-enlarged.png"}
    assert set(saved) == numbered | others


def test_the_plate_is_cut_from_the_frame_that_was_read(saved: dict[str, Path], film: Film) -> None:
    """Beside "93 %" an officer must see the look that gave it, and no later smear."""
    trip = trip_of(footage_of(noisy(film)))
    crop = cv2.imread(str(saved["plate.png"]))
    matches = []
    for time_s in (2.36, 2.4, 2.44):
        (frame,) = frames_at(trip, [(0, time_s)])
        area = frame.image[100 - 5 : 124 + 5, 100 - 5 : 140 + 5]
        found = cv2.matchTemplate(crop, np.ascontiguousarray(area[3:-3, 3:-3]), cv2.TM_SQDIFF)
        matches.append(float(found.min()))
    assert matches[1] == 0.0, "without loss, pixel for pixel"
    assert matches[0] > 0 and matches[2] > 0


def test_the_enlargement_invents_nothing(saved: dict[str, Path]) -> None:
    small, large = (cv2.imread(str(saved[f"plate{tail}.png"])) for tail in ("", "-enlarged"))
    factor = large.shape[1] // small.shape[1]
    assert large.shape[:2] == (small.shape[0] * factor, small.shape[1] * factor)
    back = cv2.resize(large, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(back.astype(int) - small).mean() < 10  # of noise that strong


def test_full_frames_are_unmarked(film: Film, tmp_path: Path) -> None:
    trip = trip_of(footage_of(film("a.mp4")))
    track = track_of(7, Kind.MOTORBIKE, 2.0, 6.0)
    incident = incident_of(2.0, 6.0, best=(4.0,))
    stills = save_stills(trip, incident, [track], None, tmp_path, Settings())
    for still in stills:
        (frame,) = frames_at(trip, [(0, still.file_time_s)])
        image = cv2.imread(str(still.path))
        if still.role == "still":
            assert np.abs(image.astype(int) - frame.image).mean() < 4
        if still.role == "marked":
            assert still.file_time_s == pytest.approx(4.0)
            difference = np.abs(image.astype(int) - frame.image).max(axis=2)
            assert (difference > 100).sum() > 500


def test_no_plate_no_picture_of_one(film: Film, tmp_path: Path) -> None:
    trip = trip_of(footage_of(film("a.mp4")))
    unread = replace(plate_of(0.1, 2.4), text=None)
    for plate in (None, unread):
        stills = save_stills(trip, incident_of(2, 4), [], plate, tmp_path, Settings())
        assert {still.role for still in stills} == {"still"}
