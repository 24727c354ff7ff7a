"""Which courses are one vehicle's, lost and found again."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.scene.builder import settled
from pipeline.scene.course import Course
from pipeline.scene.course_join import whole_courses
from pipeline.scene.ground import stretches
from pipeline.scene.road_ahead import Road
from pipeline.types import CameraMotion, Kind
from tests.violations.scenes import RATE, scene, track

HORIZON, FOCAL, CAMERA_M = 200.0, 1000.0, 6.0
SPEED_MPS = -10.0  # towards the camera


def coming(number: int, start_s: float, from_m: float, last_is_cut: bool = False) -> Course:
    """A car that comes nearer for two seconds in the lane right of the camera's middle."""
    around = scene(8)
    road = Road(stretches(around.ego)[0], True, HORIZON, 640.0, FOCAL, CAMERA_M)

    def box_at(time_s: float) -> tuple[float, float, float, float]:
        ahead = from_m + SPEED_MPS * (time_s - start_s)
        foot, wide = HORIZON + FOCAL * CAMERA_M / ahead, FOCAL * 1.8 / ahead
        middle = 640 + FOCAL * 2.0 / ahead
        return middle - wide / 2, foot - 0.8 * wide, middle + wide / 2, foot

    car = track(number, Kind.CAR, box_at, start_s, start_s + 2)
    boxes = car.boxes.astype(float)
    whole = np.ones(len(car), bool)
    whole[-1] = not last_is_cut
    return Course(
        ((car, len(car), len(car)),),
        road,
        car.times_s,
        FOCAL * CAMERA_M / (boxes[:, 3] - HORIZON),
        boxes[:, 3],
        (boxes[:, 0] + boxes[:, 2]) / 2,
        CAMERA_M / (boxes[:, 3] - HORIZON),
        whole,
        boxes,
    )


@pytest.mark.parametrize(("cut", "vehicles"), [(False, 1), (True, 2)])
def test_who_left_the_picture_is_not_found_again_in_it(cut: bool, vehicles: int) -> None:
    """A second later somebody is where the first would be; lost in the picture it was the same."""
    pieces = [coming(1, 0, 70, last_is_cut=cut), coming(2, 2 + 5 / RATE, 40)]
    assert len(whole_courses(pieces)) == vehicles


def test_what_could_not_be_followed_is_not_settled_by_its_neighbours() -> None:
    """A film that is cut: still before, still after, and nothing in common."""
    still, unknown = CameraMotion.STILL, CameraMotion.UNKNOWN
    driving = CameraMotion.DRIVING
    assert settled([unknown, still, still, unknown, still, still])[3] is unknown
    assert settled([unknown, still, still, driving, still, still])[3] is still
