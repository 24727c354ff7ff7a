"""Stop lines: rendered junctions of known paint under a camera that stands or turns."""

import cv2
import numpy as np
import pytest

from pipeline.scene.ego import Motion
from pipeline.scene.small import Small
from pipeline.scene.stop_lines import StopLineFinder
from pipeline.types import CameraMotion, StopLine

WIDTH, HEIGHT = 960, 540
HORIZON, FOCAL, CAMERA_M = 180.0, 800.0, 4.0
NO_BOXES = np.empty((0, 4), np.float32)


def pixel(x_m: float, z_m: float) -> tuple[float, float]:
    return WIDTH / 2 + FOCAL * x_m / z_m, HORIZON + FOCAL * CAMERA_M / z_m


def painted(picture: np.ndarray, quad: list[tuple[float, float]], grey: int = 215) -> None:
    """A quad of places (x, z) in metres, painted on the road."""
    corners = np.array([pixel(x, z) for x, z in quad])
    cv2.fillPoly(
        picture, [np.round(corners * 16).astype(np.int32)], (grey, grey, grey), cv2.LINE_AA, 4
    )


def across(picture: np.ndarray, left: float, right: float, z: float, deep: float = 0.3) -> None:
    painted(picture, [(left, z), (right, z), (right, z + deep), (left, z + deep)])


def asphalt(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    picture = np.full((HEIGHT, WIDTH, 3), (190, 170, 150), np.uint8)
    ground = rng.normal(92, 7, (HEIGHT - int(HORIZON), WIDTH, 1)).clip(0, 255)
    picture[int(HORIZON) :] = ground.astype(np.uint8)
    return picture


def zebra(picture: np.ndarray, left: float, right: float, z: float) -> None:
    for x in np.arange(left, right, 1.0):
        painted(picture, [(x, z), (x + 0.45, z), (x + 0.45, z + 3.5), (x, z + 3.5)])


def found(
    pictures: list[np.ndarray],
    state: CameraMotion = CameraMotion.STILL,
    boxes: list[np.ndarray] | None = None,
    steps: list[np.ndarray] | None = None,
) -> list[StopLine]:
    finder = StopLineFinder()
    for index, picture in enumerate(pictures):
        motion = Motion(steps[index] if steps else np.eye(3), state, 1.0)
        of = boxes[index] if boxes else NO_BOXES
        finder.update(Small.of(picture), of, motion, index, index * 0.4)
    finder.close()
    return finder.lines


def with_line(seed: int, z: float = 14.0) -> np.ndarray:
    picture = asphalt(seed)
    across(picture, -5.0, 4.5, z)
    zebra(picture, -7.0, 7.0, z + 1.5)
    return picture


@pytest.mark.parametrize("z", [10.0, 14.0, 18.0])
def test_a_line_before_a_crossing_is_found_where_it_is(z: float) -> None:
    lines = found([with_line(seed, z) for seed in range(14)])
    assert len(lines) == 1
    (left, right) = lines[0].points
    assert left[0] == pytest.approx(pixel(-5.0, z)[0], abs=25)
    assert right[0] == pytest.approx(pixel(4.5, z)[0], abs=25)
    assert left[1] == pytest.approx(pixel(0, z + 0.15)[1], abs=5)
    assert lines[0].confidence > 0.7
    assert (lines[0].frame, lines[0].start_s) == (0, 0.0)


def test_a_zebra_crossing_alone_is_none() -> None:
    pictures = []
    for seed in range(14):
        picture = asphalt(seed)
        zebra(picture, -7.0, 7.0, 12.0)
        pictures.append(picture)
    assert found(pictures) == []


def test_lane_lines_and_bare_asphalt_are_none() -> None:
    pictures = []
    for seed in range(14):
        picture = asphalt(seed)
        for x in (-3.5, 0.0, 3.5):
            painted(picture, [(x - 0.08, 8), (x + 0.08, 8), (x + 0.08, 60), (x - 0.08, 60)])
        pictures.append(picture)
    assert found(pictures) == []
    assert found([asphalt(seed) for seed in range(14)]) == []


def test_a_dashed_line_across_is_none() -> None:
    pictures = []
    for seed in range(14):
        picture = asphalt(seed)
        for x in np.arange(-5.0, 5.0, 1.2):
            across(picture, x, x + 0.6, 13.0)
        pictures.append(picture)
    assert found(pictures) == []


def test_whoever_stands_on_it_hides_it_for_a_while_only() -> None:
    """A box covers most of the line in two looks of three; the paint between looks tells."""
    pictures, boxes = [], []
    x1, y = pixel(-5.0, 14.0)
    x2, _ = pixel(4.5, 14.0)
    for seed in range(24):
        picture, of = with_line(seed), NO_BOXES
        if seed % 6 >= 2:
            box = (x1 + 60, y - 120, x2 - 40, y + 30)
            cv2.rectangle(picture, (int(box[0]), int(box[1])), (int(box[2]), int(box[3])), 40, -1)
            of = np.array([box], np.float32)
        pictures.append(picture)
        boxes.append(of)
    lines = found(pictures, boxes=boxes)
    assert len(lines) == 1
    assert np.ptp(lines[0].points[:, 0]) > 0.8 * (x2 - x1)


def test_a_turning_camera_keeps_it_in_pixels_of_the_first_picture() -> None:
    pictures, steps = [], []
    for index in range(14):
        shift = np.array([[1, 0, -9.0 * index], [0, 1, 0.0], [0, 0, 1]])
        pictures.append(cv2.warpPerspective(with_line(index), shift, (WIDTH, HEIGHT)))
        steps.append(np.array([[1, 0, -9.0 if index else 0.0], [0, 1, 0.0], [0, 0, 1]]))
    lines = found(pictures, CameraMotion.PANNING, steps=steps)
    assert lines
    assert lines[0].points[0, 1] == pytest.approx(pixel(0, 14.15)[1], abs=6)


@pytest.mark.parametrize("state", [CameraMotion.DRIVING, CameraMotion.UNKNOWN])
def test_a_camera_that_drives_sees_none(state: CameraMotion) -> None:
    assert found([with_line(seed) for seed in range(14)], state) == []


def test_a_moment_is_too_short() -> None:
    assert found([with_line(seed) for seed in range(5)]) == []
