"""Swings from side to side, against the background and against the neighbours."""

import math
from dataclasses import replace

import numpy as np
import pytest

from pipeline.types import CameraMotion, Incident, Kind, Scene, Track
from pipeline.violations.sideways import strings
from pipeline.violations.weaving import Weaving, WeavingSettings, turning_points
from tests.violations.scenes import Box, scene, track


def judged(tracks: list[Track], around: Scene | None = None) -> list[Incident]:
    rule = Weaving(WeavingSettings())
    return [i for i in rule.judge(tracks, around or scene(10)) if isinstance(i, Incident)]


def swinging(
    amplitude_widths: float, period_s: float, track_id: int = 1, kind: Kind = Kind.MOTORBIKE
) -> Track:
    """From crest to trough it swings by `amplitude_widths` of its own widths."""
    width = 60.0

    def box_at(time: float) -> Box:
        x = 600 + 6 * time + width * amplitude_widths / 2 * math.sin(2 * math.pi * time / period_s)
        return (x - width / 2, 300, x + width / 2, 420)

    return track(track_id, kind, box_at, 0, 9, jitter_px=1.5)


def test_quick_wide_swings_are_a_candidate() -> None:
    (incident,) = judged([swinging(1.8, 2.4)])
    values = {measure.name: measure.value for measure in incident.measures}
    assert values["swings"] >= 5
    assert values["amplitude"] == pytest.approx(1.8, rel=0.15)


def test_small_swings_are_none() -> None:
    assert judged([swinging(0.6, 2.4)]) == []


def test_slow_swings_are_a_winding_road() -> None:
    assert judged([swinging(3.0, 8.0)]) == []


def test_one_lane_change_is_none() -> None:
    def box_at(time: float) -> Box:
        x = 500 + 150 / (1 + math.exp(-3 * (time - 4)))
        return (x - 30, 300, x + 30, 420)

    assert judged([track(1, Kind.MOTORBIKE, box_at, 0, 9, jitter_px=1.5)]) == []


def test_out_into_another_lane_and_back_again_is_none() -> None:
    """What takes out slow bends leaves four swings of it."""

    def box_at(time: float) -> Box:
        out = 1 / (1 + math.exp(-4 * (time - 3.0))) - 1 / (1 + math.exp(-4 * (time - 7.2)))
        metre = 64 * (1 - 0.03 * time)  # it draws away
        x = 600 - 3.3 * out * metre
        return (x - 0.9 * metre, 400 - 1.5 * metre, x + 0.9 * metre, 400)

    car = track(1, Kind.CAR, box_at, 0, 9.8, jitter_px=1.5)
    assert judged([car]) == []


def test_swings_of_the_camera_are_nobodys() -> None:
    """The homographies tell of the camera's swings: what follows them does not swing."""
    around = scene(10, CameraMotion.PANNING)
    x = [60 * math.sin(2 * math.pi * t / 2.4) for t in around.ego.times_s]
    around.ego.homographies[1:, 0, 2] = np.diff(x)
    assert judged([swinging(2.0, 2.4)], around) == []


def test_swings_that_neighbours_share_are_the_cameras() -> None:
    tracks = [swinging(1.8, 2.4), swinging(1.8, 2.4, track_id=2, kind=Kind.CAR)]
    assert judged(tracks) == []


def test_a_background_that_is_lost_tells_no_swings() -> None:
    around = scene(10)
    around.ego.inlier_shares[5::6] = 0.0
    assert judged([swinging(1.8, 2.4)], around) == []


def test_swings_too_wide_for_a_vehicle_are_a_failure_of_the_camera() -> None:
    assert judged([swinging(9.0, 2.4)]) == []


def test_a_parked_car_beside_it_does_not_hide_it() -> None:
    still = track(2, Kind.CAR, lambda t: (100, 300, 220, 400), 0, 9, jitter_px=1.5)
    assert len(judged([swinging(1.8, 2.4), still])) == 1


def test_a_rider_lost_in_a_swing_and_found_again_is_one() -> None:
    whole = swinging(1.8, 2.4)
    first, second = part(whole, 0, 22, 1), part(whole, 25, 46, 7)
    assert [[t.id for t in row] for row in strings([first, second])] == [[1, 7]]
    (incident,) = judged([first, second])
    assert {m.name: m.value for m in incident.measures}["swings"] >= 5


def test_riders_who_come_one_after_another_are_no_swings_of_one() -> None:
    """Each leans to the left on the way, and the next one is found to the right of where it was."""
    ways = [(0.0, 1.0, -1.0, -1.9), (2.4, 4.0, 0.1, -0.8), (5.2, 6.2, 0.6, -0.3), (7.4, 9, 0.9, 0)]

    def rider(number: int, start: float, end: float, first_m: float, last_m: float) -> Track:
        def box_at(time: float) -> Box:
            x = 640 + 60 * (first_m + (last_m - first_m) * (time - start) / (end - start))
            return (x - 23, 300, x + 23, 390)

        return track(number, Kind.MOTORBIKE, box_at, start, end, jitter_px=1)

    assert judged([rider(number, *way) for number, way in enumerate(ways, 1)]) == []


def test_whom_two_could_be_is_not_joined() -> None:
    whole = swinging(1.8, 2.4)
    beside = track(9, Kind.MOTORBIKE, lambda t: (640, 300, 700, 420), 3.0, 9)
    rows = strings([part(whole, 0, 14, 1), part(whole, 16, 46, 7), beside])
    assert sorted(len(row) for row in rows) == [1, 1, 1]


def test_a_number_that_jumps_to_another_vehicle_is_cut_there() -> None:
    whole = swinging(1.8, 2.4)
    whole.boxes[20:26] = (300, 250, 420, 310)  # a car farther away
    rows = strings([whole])
    assert max(len(row) for row in rows) == 2 and sum(map(len, rows)) == 3


def test_swings_quicker_than_tyres_hold_are_a_failure_of_the_camera() -> None:
    assert judged([swinging(4.0, 1.6)]) == []


def test_half_hidden_now_left_now_right_is_no_swing() -> None:
    boxes = np.tile(np.array([500, 300, 680, 420], np.float32), (46, 1))
    for index in range(46):
        boxes[index, 0 if (index // 6) % 2 else 2] += 150 if (index // 6) % 2 else -150
    car = track(1, Kind.CAR, lambda t: tuple(boxes[min(round(t * 5), 45)]), 0, 9)
    assert judged([car]) == []


def part(whole: Track, first: int, last: int, track_id: int) -> Track:
    rows = slice(first, last)
    return replace(
        whole,
        id=track_id,
        frames=whole.frames[rows],
        times_s=whole.times_s[rows],
        boxes=whole.boxes[rows],
        confidences=whole.confidences[rows],
    )


def test_turning_points() -> None:
    u = np.array([0, 1, 2, 1, 0, 0.2, 0, 1, 2, 2.1, 0])
    assert turning_points(u, 1.5) == [0, 2, 4, 9, 10] or turning_points(u, 1.5) == [0, 2, 6, 9, 10]
    assert turning_points(np.zeros(9), 1.0) == []
    assert turning_points(np.array([]), 1.0) == []
