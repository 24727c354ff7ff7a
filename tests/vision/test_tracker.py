"""Identity over time: synthetic motion with known truth."""

import numpy as np
import pytest

from pipeline.types import KINDS, Detections, Frame, Kind, Track
from pipeline.vision.tracker import Tracker, affine_at

SIZE = (480, 854)
RATE = 5.0


def run(
    scene: list[list[tuple[Kind, float, float, float, float]]],
    homographies: list[np.ndarray] | None = None,
) -> list[Track]:
    tracker = Tracker(RATE)
    image = np.zeros((*SIZE, 3), np.uint8)
    for index, items in enumerate(scene):
        boxes = np.array([item[1:] for item in items], np.float32).reshape(-1, 4)
        found = Detections(
            boxes,
            np.full(len(items), 0.8, np.float32),
            np.array([KINDS.index(item[0]) for item in items], np.int8),
        )
        homography = homographies[index] if homographies else np.eye(3)
        tracker.update(Frame(image, index, index / RATE, 0, index / RATE), found, homography)
    return list(tracker.tracks())


def box(x: float, y: float, w: float = 60, h: float = 60) -> tuple[float, float, float, float]:
    return (x, y, x + w, y + h)


def test_a_rider_and_a_motorbike_keep_apart() -> None:
    scene = [
        [(Kind.MOTORBIKE, *box(100 + 20 * i, 200)), (Kind.PERSON, *box(105 + 20 * i, 170, 40, 80))]
        for i in range(12)
    ]
    tracks = run(scene)
    assert sorted(track.kind for track in tracks) == [Kind.MOTORBIKE, Kind.PERSON]
    assert all(len(track) >= 11 for track in tracks)


def test_two_cars_that_pass_each_other_keep_their_identity() -> None:
    scene = [
        [(Kind.CAR, *box(50 + 25 * i, 200, 80, 50)), (Kind.CAR, *box(650 - 25 * i, 240, 80, 50))]
        for i in range(24)
    ]
    tracks = [track for track in run(scene) if len(track) > 3]
    assert len(tracks) == 2
    for track in tracks:
        steps = np.diff(track.boxes[:, 0])
        assert (steps > 0).all() or (steps < 0).all()


def test_a_short_hiding_does_not_break_a_track() -> None:
    scene = [
        [(Kind.CAR, *box(50 + 20 * i, 200, 80, 50))] if not 8 <= i < 12 else [] for i in range(20)
    ]
    tracks = run(scene)
    assert len(tracks) == 1
    assert tracks[0].times_s[0] <= 0.2 and tracks[0].times_s[-1] == pytest.approx(19 / RATE)


def test_a_motorbike_that_comes_in_where_a_car_went_out_is_somebody_else() -> None:
    scene = [
        [(Kind.CAR, *box(600 + 30 * i, 200, 200, 200))]
        if i < 8
        else [(Kind.MOTORBIKE, *box(800 - 15 * (i - 8), 240, 54, 160))]
        for i in range(16)
    ]
    tracks = run(scene)
    assert [track.kind for track in tracks] == [Kind.CAR, Kind.MOTORBIKE]
    assert all(track.kind_share == 1.0 for track in tracks)


def test_the_camera_pans_and_a_parked_car_stays_one_track() -> None:
    shift = 70.0
    pan = np.array([[1, 0, -shift], [0, 1, 0], [0, 0, 1.0]])
    scene = [[(Kind.CAR, *box(700 - shift * i, 200, 60, 40))] for i in range(10)]
    with_motion = run(scene, [np.eye(3)] + [pan] * 9)
    assert len(with_motion) == 1 and len(with_motion[0]) >= 9


def test_the_kind_is_what_most_looks_say() -> None:
    scene = [
        [(Kind.TRUCK if i % 4 else Kind.CAR, *box(100 + 5 * i, 200, 120, 80))] for i in range(12)
    ]
    (track,) = run(scene)
    assert track.kind is Kind.TRUCK
    assert 0.6 < track.kind_share < 0.9


def test_an_empty_trip_has_no_tracks() -> None:
    assert run([[] for _ in range(5)]) == []


def test_affine_of_a_homography_is_exact_at_its_point() -> None:
    homography = np.array([[1.02, 0.01, -5], [-0.02, 0.99, 3], [1e-5, -2e-5, 1]])
    affine = affine_at(homography, 400, 240)
    truth = homography @ np.array([400, 240, 1])
    assert affine @ np.array([400, 240, 1]) == pytest.approx(truth[:2] / truth[2])
    near = homography @ np.array([410, 245, 1])
    assert affine @ np.array([410, 245, 1]) == pytest.approx(near[:2] / near[2], abs=0.05)
