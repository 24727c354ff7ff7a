"""Pictures into the network's rectangle and boxes back."""

import numpy as np
import pytest

from pipeline.vision.letterbox import Letterbox


@pytest.mark.parametrize("size", [(480, 854), (1080, 1920), (1920, 1080), (33, 4000), (640, 640)])
def test_boxes_come_back_where_they_were(size: tuple[int, int]) -> None:
    height, width = size
    for frame in (
        Letterbox.fit(height, width, 640, 640),
        Letterbox.around(height, width, 640, 32),
    ):
        box = np.array([[0.2 * width, 0.3 * height, 0.6 * width, 0.9 * height]], np.float32)
        shift = np.array([frame.left, frame.top] * 2, np.float32)
        there = box * np.float32(frame.scale) + shift
        assert frame.back(there, height, width) == pytest.approx(box, abs=0.01)


def test_a_wide_picture_gets_a_wide_input() -> None:
    frame = Letterbox.around(1080, 1920, 640, 32)
    assert (frame.height, frame.width) == (384, 640)


def test_a_mark_lands_where_the_map_says() -> None:
    image = np.zeros((480, 854, 3), np.uint8)
    image[100:140, 300:380] = (255, 0, 0)  # blue in BGR
    frame = Letterbox.around(480, 854, 640, 32)
    blob = frame.blob(image)
    assert blob.shape == (1, 3, frame.height, frame.width)
    blue = blob[0, 2]  # RGB: the last plane
    x = round(340 * frame.scale) + frame.left
    y = round(120 * frame.scale) + frame.top
    assert blue[y, x] > 0.9
    assert blob[0, 0, y, x] < 0.1
    assert blob[0, 0, 0, 0] == pytest.approx(114 / 255)


def test_boxes_are_cut_at_the_edges() -> None:
    frame = Letterbox.fit(480, 854, 640, 640)
    back = frame.back(np.array([[-50, -50, 900, 900]], np.float32), 480, 854)
    assert back.tolist() == [[0, 0, 854, 480]]
