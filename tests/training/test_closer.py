"""The teacher that looks closer finds what the whole picture hides, and each thing once."""

import numpy as np
from numpy.typing import NDArray

from pipeline.types import Detections
from training.detector.closer import closer


class Squares:
    """Finds white squares, as long as the picture is at most 13 times as high."""

    def detect(self, images: list[NDArray[np.uint8]]) -> list[Detections]:
        return [self._look(image) for image in images]

    def _look(self, image: NDArray[np.uint8]) -> Detections:
        white = image[..., 0] > 0
        boxes = []
        for left, top in _corners(white):
            row = white[top, left:]
            column = white[top:, left]
            width = int(row.argmin() if not row.all() else len(row))
            height = int(column.argmin() if not column.all() else len(column))
            if image.shape[0] <= 13 * height:
                boxes.append([left, top, left + width, top + height])
        return Detections(
            np.array(boxes, np.float32).reshape(-1, 4),
            np.full(len(boxes), 0.9, np.float32),
            np.zeros(len(boxes), np.int8),
        )


def _corners(white: NDArray[np.bool_]) -> list[tuple[int, int]]:
    padded = np.pad(white, 1)
    corner = white & ~padded[:-2, 1:-1] & ~padded[1:-1, :-2]
    return [(int(x), int(y)) for y, x in np.argwhere(corner)]


def picture(*squares: tuple[int, int, int]) -> NDArray[np.uint8]:
    image = np.zeros((200, 400, 3), np.uint8)
    for x, y, side in squares:
        image[y : y + side, x : x + side] = 255
    return image


def test_small_ones_are_found_in_the_parts_alone() -> None:
    image = picture((20, 30, 10), (350, 170, 12))
    assert len(Squares().detect([image])[0]) == 0
    found = closer(Squares(), image)
    assert sorted(found.boxes.tolist()) == [[20, 30, 30, 40], [350, 170, 362, 182]]


def test_what_several_parts_see_is_one() -> None:
    found = closer(Squares(), picture((195, 95, 10)))  # in all four parts
    assert found.boxes.tolist() == [[195, 95, 205, 105]]


def test_what_a_part_cuts_is_taken_whole() -> None:
    found = closer(Squares(), picture((225, 60, 40)))  # the left parts end at 240
    assert found.boxes.tolist() == [[225, 60, 265, 100]]
