"""Swings from side to side, against the background and against the neighbours."""

import math

import numpy as np
import pytest

from pipeline.types import CameraMotion, Incident, Kind, Scene, Track
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


def test_turning_points() -> None:
    u = np.array([0, 1, 2, 1, 0, 0.2, 0, 1, 2, 2.1, 0])
    assert turning_points(u, 1.5) == [0, 2, 4, 9, 10] or turning_points(u, 1.5) == [0, 2, 6, 9, 10]
    assert turning_points(np.zeros(9), 1.0) == []
    assert turning_points(np.array([]), 1.0) == []
