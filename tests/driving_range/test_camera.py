"""The pinhole camera and its boxes, against arithmetic done by hand."""

import numpy as np
import pytest

from driving_range.camera import Camera
from driving_range.ways import braking, posed, standing, straight, through, weaving
from pipeline.types import CameraMotion


def test_a_point_on_the_road_lies_where_a_pinhole_puts_it() -> None:
    camera = Camera(height_m=1.5, focal=1.0, size=(1000, 600))
    pixels, depth = camera.poses(np.zeros(1)).project(np.array([[[2.0, 0.0, 20.0]]]))
    assert depth[0, 0] == pytest.approx(20)
    assert pixels[0, 0] == pytest.approx([500 + 1000 * 2 / 20, 300 + 1000 * 1.5 / 20])


def test_yaw_pitch_and_roll_turn_the_right_way() -> None:
    still = np.zeros(1)
    ahead = np.array([[[0.0, 1.5, 20.0]]])
    right = Camera(height_m=1.5, way=standing(0, 0, 0.1)).poses(still).project(ahead)[0]
    assert right[0, 0, 0] < 640 and right[0, 0, 1] == pytest.approx(360)
    down = Camera(height_m=1.5, pitch=0.1).poses(still).project(ahead)[0]
    assert down[0, 0, 1] < 360 and down[0, 0, 0] == pytest.approx(640)
    rolled = Camera(height_m=1.5, shake=lambda t: np.array([[0, 0, 0.1]]))
    aside = rolled.poses(still).project(np.array([[[2.0, 1.5, 20.0]]]))[0]
    assert aside[0, 0, 1] < 360  # clockwise: what is on the right rises


def test_a_body_half_behind_the_camera_is_cut_there() -> None:
    poses = Camera(height_m=1.5).poses(np.zeros(1))
    body = np.array([[x, y, z] for x in (1.0, 2.0) for y in (0.0, 1.4) for z in (-3.0, 4.0)])
    box = poses.boxes(body[None])[0]
    assert np.isfinite(box).all() and box[2] > 1280
    assert np.isnan(poses.boxes(body[None] - np.array([0, 0, 10]))[0]).all()


def test_ways() -> None:
    t = np.array([0.0, 1.0, 2.0, 3.0])
    assert posed(straight(1, 2, -3), t)[:, 1] == pytest.approx([2, -1, -4, -7])
    assert np.abs(posed(straight(1, 2, -3), t)[:, 2]) == pytest.approx([np.pi] * 4)
    halt = braking(0, 0, 10, 1.0, 5.0)(t)[:, 1]
    assert halt == pytest.approx([0, 10, 17.5, 20])
    corner = through([(0, 0, 0), (1, 0, 5), (2, 5, 5)])(t)
    assert corner[:3] == pytest.approx(np.array([[0, 0], [0, 5], [5, 5]]))
    fine = np.arange(0, 10, 0.01)
    swings = weaving(straight(0, 0, 10), 2.0, 2.5, 1, 9)(fine)[:, 0]
    assert np.ptp(swings) == pytest.approx(2.0, abs=0.02)


def test_the_cameras_word_for_its_motion_is_not_taken() -> None:
    """`motion` is what it is meant to do; what is recorded comes from what is seen."""
    assert Camera().motion is CameraMotion.STILL
