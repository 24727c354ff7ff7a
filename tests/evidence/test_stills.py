"""The stills: which moments, and that each picture is cut from the very frame it names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.evidence.boxes import box_at
from pipeline.evidence.stills import choose_times, save_stills
from pipeline.footage.pick import frames_at
from pipeline.settings import Settings
from pipeline.types import Kind
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, incident_of, plate_of, track_of, trip_of


def test_the_best_moments_come_first_then_the_farthest() -> None:
    incident = incident_of(2.0, 6.0, best=(5.0, 5.1, 2.4))
    times = choose_times(incident, track_of(7, Kind.CAR, 2.0, 6.0), 4)
    assert times[:2] == [5.0, 2.4], "5.1 shows the same as 5.0"
    assert times[2] == pytest.approx(3.7, abs=0.15)
    assert len(times) == 4


def test_a_short_act_has_fewer() -> None:
    times = choose_times(incident_of(2.0, 2.3, best=(2.0,)), None, 6)
    assert times == pytest.approx([2.0, 2.3])


def test_moments_are_those_that_were_looked_at() -> None:
    track = track_of(7, Kind.CAR, 2.0, 6.0)
    times = choose_times(incident_of(2.0, 6.0), track, 6)
    assert all(np.isclose(track.times_s, time).any() for time in times)


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
    numbered = {f"still-{number}.jpg" for number in range(1, 5)}
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
