"""What the camera does, on rendered pictures of known motion and on real footage."""

import math
from itertools import pairwise

import cv2
import numpy as np
import pytest

from pipeline.scene.ego import EgoEstimator, Motion
from pipeline.scene.small import Small
from pipeline.types import CameraMotion
from tests.footage_of import REAL_VIDEOS, sampled

NO_BOXES = np.empty((0, 4), np.float32)


def texture(seed: int = 0, size: tuple[int, int] = (700, 1400)) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 255, (*size, 3)).astype(np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 4)


def seen(world: np.ndarray, x: float, y: float = 100, roll_deg: float = 0.0) -> np.ndarray:
    """A window of 854x480 of the world, shifted and turned."""
    turn = cv2.getRotationMatrix2D((427, 240), roll_deg, 1.0)
    turn[:, 2] += turn[:, :2] @ (-x, -y)
    return cv2.warpAffine(world, turn, (854, 480))


def motions(pictures: list[np.ndarray], boxes: np.ndarray = NO_BOXES) -> list[Motion]:
    ego = EgoEstimator()
    return [ego.update(Small.of(picture), boxes) for picture in pictures]


def test_a_camera_at_rest_is_still() -> None:
    picture = seen(texture(), 100)
    found = motions([picture, picture, picture])
    assert [motion.state for motion in found[1:]] == [CameraMotion.STILL] * 2
    np.testing.assert_allclose(found[1].homography, np.eye(3), atol=1e-2)


def test_a_turn_is_a_pan_and_its_homography_follows_the_background() -> None:
    world = texture()
    found = motions([seen(world, 100 + 24 * i) for i in range(6)])
    assert all(motion.state is CameraMotion.PANNING for motion in found[1:])
    for motion in found[1:]:
        moved = motion.homography @ np.array([400.0, 240.0, 1.0])
        np.testing.assert_allclose(moved[:2] / moved[2], [376, 240], atol=1.0)


def looking(world: np.ndarray, yaw: float, nearer: float = 0.0) -> np.ndarray:
    """A camera of 683 pixels of focal length before a wall, turned (rad) and gone `nearer` to it.

    At first the wall is a focal length away.
    """
    focal, height, width = 683.0, 480, 854
    x, y = np.meshgrid(np.arange(width) - width / 2, np.arange(height) - height / 2)
    sin, cos = math.sin(yaw), math.cos(yaw)
    across, ahead = x * cos + focal * sin, focal * cos - x * sin
    far = focal * (1 - nearer)
    u, v = across / ahead * far, y / ahead * far
    size = world.shape[1] / 2, world.shape[0] / 2
    return cv2.remap(
        world, (u + size[0]).astype(np.float32), (v + size[1]).astype(np.float32), cv2.INTER_LINEAR
    )


def test_a_fast_pan_is_no_drive() -> None:
    """At a third of a radian a second what comes into view is wider than what goes."""
    world = texture(size=(1000, 2400))
    found = motions([looking(world, -0.18 + 0.06 * i) for i in range(7)])
    assert [motion.state for motion in found[1:]] == [CameraMotion.PANNING] * 6


def test_what_grows_while_the_camera_turns_is_driven_at() -> None:
    world = texture(size=(1000, 2400))
    found = motions([looking(world, -0.15 + 0.05 * i, 0.05 * i) for i in range(7)])
    assert [motion.state for motion in found[1:]] == [CameraMotion.DRIVING] * 6


def test_roll_is_followed() -> None:
    world = texture()
    found = motions([seen(world, 200, roll_deg=2.0 * i) for i in range(4)])
    jacobian = found[-1].homography[:2, :2]
    angle = math.degrees(math.atan2(jacobian[1, 0], jacobian[0, 0]))
    assert angle == pytest.approx(-2.0, abs=0.3)


def test_what_moves_inside_boxes_does_not_count() -> None:
    background = seen(texture(), 100)
    vehicle = texture(seed=1)
    pictures = []
    for index in range(5):
        picture = background.copy()
        picture[60:440, 100:600] = vehicle[60:440, 100 + 20 * index : 600 + 20 * index]
        pictures.append(picture)
    found = motions(pictures, np.array([[100, 60, 600, 440]], np.float32))
    assert all(motion.state is CameraMotion.STILL for motion in found[1:])


def test_darkness_is_unknown_and_moves_nothing() -> None:
    black = np.zeros((480, 854, 3), np.uint8)
    found = motions([black, black])
    assert found[1].state is CameraMotion.UNKNOWN
    np.testing.assert_array_equal(found[1].homography, np.eye(3))


@pytest.mark.skipif(not REAL_VIDEOS.is_dir(), reason="no real footage beside the checkout")
@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("dashcam_solid_right_line.mp4", CameraMotion.DRIVING),
        ("highway_overpass.mp4", CameraMotion.STILL),
        ("phone_three_on_motorbike_vn.mp4", CameraMotion.PANNING),
    ],
)
def test_real_cameras(name: str, state: CameraMotion) -> None:
    found = motions([frame for _, frame in sampled(REAL_VIDEOS / name)])[1:]
    share = sum(motion.state is state for motion in found) / len(found)
    assert share >= 0.9, [motion.state.value for motion in found]


@pytest.mark.skipif(not REAL_VIDEOS.is_dir(), reason="no real footage beside the checkout")
def test_a_real_pan_is_undone() -> None:
    """The homographies bring a picture onto the one before, far better than nothing does."""
    pictures = [f for _, f in sampled(REAL_VIDEOS / "phone_three_on_motorbike_vn.mp4")]
    found = motions(pictures)
    gains = []
    for (before, after), motion in zip(pairwise(pictures), found[1:], strict=True):
        back = cv2.warpPerspective(
            after, motion.homography, (854, 480), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        middle = np.s_[60:240, 250:600]  # trees and houses
        undone = float(cv2.absdiff(before[middle], back[middle]).mean())
        gains.append(undone / float(cv2.absdiff(before[middle], after[middle]).mean()))
    assert np.median(gains) < 0.5
