"""Solid and dashed lines: rendered roads of known paint, and a real motorway."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from pipeline.scene.line_duty import duty_of
from pipeline.scene.lines import LineFinder
from pipeline.scene.small import Small
from pipeline.types import CameraMotion, LaneLine
from tests.footage_of import REAL_VIDEOS, sampled

WIDTH, HEIGHT = 960, 540
HORIZON, FOCAL, CAMERA_M = 260.0, 800.0, 1.4
NO_BOXES = np.empty((0, 4), np.float32)


def ground(x_m: float, z_m: float) -> tuple[float, float]:
    """Pixel of a point of the road `z_m` ahead and `x_m` to the right (pinhole camera)."""
    return WIDTH / 2 + FOCAL * x_m / z_m, HORIZON + FOCAL * CAMERA_M / z_m


def road(lines: list[tuple[float, float, float]], travelled_m: float, seed: int) -> np.ndarray:
    """A road with lines of (x in metres, dash in metres, hole in metres); hole 0: solid."""
    rng = np.random.default_rng(seed)
    picture = np.full((HEIGHT, WIDTH, 3), (190, 170, 150), np.uint8)
    asphalt = rng.normal(88, 6, (HEIGHT - int(HORIZON), WIDTH, 1)).clip(0, 255)
    picture[int(HORIZON) :] = asphalt.astype(np.uint8)
    for x, dash, hole in lines:
        marks = [(3.0, 80.0)]
        if hole:
            period = dash + hole
            first = 3.0 - travelled_m % period
            marks = [(first + k * period, first + k * period + dash) for k in range(60)]
        for near, far in marks:
            if far < 3.0 or near > 80:
                continue
            steps = np.geomspace(max(near, 3.0), min(far, 80.0), 8)
            for a, b in pairwise(steps):
                quad = [ground(x - 0.08, a), ground(x + 0.08, a)]
                quad += [ground(x + 0.08, b), ground(x - 0.08, b)]
                cv2.fillPoly(
                    picture,
                    [np.round(np.array(quad) * 16).astype(np.int32)],
                    (225, 225, 225),
                    cv2.LINE_AA,
                    4,
                )
    return picture


def found(pictures: list[np.ndarray], state: CameraMotion) -> list[LaneLine]:
    finder = LineFinder()
    for index, picture in enumerate(pictures):
        finder.update(Small.of(picture), NO_BOXES, state, index, index * 0.2)
    finder.close()
    return finder.lines


def near(lines: list[LaneLine], x_m: float, z_m: float = 6.0) -> list[LaneLine]:
    """Lines that run through a place of the road, within a quarter of a metre."""
    x, y = ground(x_m, z_m)
    result = []
    for line in lines:
        (x1, y1), (x2, y2) = line.points
        at = x1 + (x2 - x1) * (y - y1) / (y2 - y1)
        if abs(at - x) < FOCAL * 0.25 / z_m:
            result.append(line)
    return result


@pytest.mark.parametrize("speed_mps", [8.0, 17.0])
def test_a_driving_camera_tells_solid_from_dashed(speed_mps: float) -> None:
    pictures = [
        road([(-1.8, 3.0, 6.0), (1.8, 1.0, 0.0)], speed_mps * 0.2 * i, seed=i) for i in range(20)
    ]
    lines = found(pictures, CameraMotion.DRIVING)
    right, left = near(lines, 1.8), near(lines, -1.8)
    assert right and all(line.is_solid and line.in_picture for line in right)
    assert right[0].colour == "white"
    assert left and not any(line.is_solid for line in left)


def test_a_standing_camera_tells_solid_from_dashed() -> None:
    pictures = [road([(-1.8, 3.0, 6.0), (1.8, 1.0, 0.0)], 1.0, seed=i) for i in range(20)]
    lines = found(pictures, CameraMotion.STILL)
    right = near(lines, 1.8)
    assert right and right[0].is_solid and not right[0].in_picture
    assert not any(line.is_solid for line in near(lines, -1.8))


@pytest.mark.parametrize(("dash", "hole"), [(1.0, 3.0), (2.0, 2.0), (3.0, 9.0), (6.0, 3.0)])
def test_what_may_be_dashed_is_never_called_solid(dash: float, hole: float) -> None:
    for speed in (5.0, 11.0, 25.0):
        pictures = [road([(1.8, dash, hole)], speed * 0.2 * i, seed=i) for i in range(20)]
        lines = found(pictures, CameraMotion.DRIVING)
        assert not any(line.is_solid for line in lines), (dash, hole, speed)


def test_bare_asphalt_has_no_lines() -> None:
    assert found([road([], 0.0, seed=i) for i in range(20)], CameraMotion.STILL) == []


@pytest.mark.skipif(not REAL_VIDEOS.is_dir(), reason="no real footage beside the checkout")
def test_the_real_motorway_is_solid_on_the_right_and_dashed_on_the_left() -> None:
    finder = LineFinder()
    for index, (time, picture) in enumerate(sampled(REAL_VIDEOS / "dashcam_solid_right_line.mp4")):
        finder.update(Small.of(picture), NO_BOXES, CameraMotion.DRIVING, index, time)
    finder.close()

    def at_bottom(line: LaneLine) -> float:
        return float(line.points[0, 0])

    steep = [line for line in finder.lines if line.points[0, 1] > 480]
    right = [line for line in steep if at_bottom(line) > 600]
    left = [line for line in steep if 100 < at_bottom(line) < 350]
    assert right and left
    assert max(line.duty for line in right) > 0.85
    assert any(line.is_solid for line in right)
    assert all(line.duty < 0.5 and not line.is_solid for line in left)


def test_rows_that_traffic_hides_are_no_hole_in_a_line() -> None:
    seen = np.ones((10, 60), bool)
    painted = np.ones((10, 60), bool)
    seen[:, 25:35] = False  # somebody drives over it all the while
    hidden = duty_of(painted & seen, seen)
    bare = duty_of(painted & seen, np.ones((10, 60), bool))
    assert hidden is not None and hidden.share == 1.0
    assert bare is not None and bare.share < 0.7
