"""Raw network outputs of both layouts become the same detections."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.types import KINDS, Kind
from pipeline.vision.detector import ModelMeta, parse_names
from pipeline.vision.heads import Head
from pipeline.vision.letterbox import Letterbox

NAMES = {0: "person", 1: "boat", 2: "car", 3: "motorcycle"}
SOURCE = Path("test.onnx")
FRAME = Letterbox.fit(640, 640, 640, 640)


@pytest.fixture
def head() -> Head:
    return Head(ModelMeta(NAMES).kind_table(SOURCE), 0.25, 0.7, SOURCE)


def test_grid_layout(head: Head) -> None:
    output = np.zeros((8, 10), np.float32)
    output[:, 0] = [100, 100, 50, 80, 0.9, 0, 0.1, 0]  # a person
    output[:, 1] = [101, 100, 50, 80, 0.6, 0, 0, 0]  # the same person again
    output[:, 2] = [300, 300, 100, 60, 0, 0.5, 0.4, 0]  # rather a boat, but a car to us
    output[:, 3] = [500, 500, 10, 10, 0, 0, 0, 0.2]  # not sure enough
    found = head.read(output, FRAME, 640, 640)
    assert [KINDS[kind] for kind in found.kinds] == [Kind.PERSON, Kind.CAR]
    assert found.boxes.tolist() == [[75, 60, 125, 140], [250, 270, 350, 330]]
    assert found.confidences == pytest.approx([0.9, 0.4])


def test_end_to_end_layout(head: Head) -> None:
    output = np.zeros((300, 6), np.float32)
    output[0] = [75, 60, 125, 140, 0.9, 0]
    output[1] = [250, 270, 350, 330, 0.4, 2]
    output[2] = [10, 10, 90, 90, 0.8, 1]  # a boat
    found = head.read(output, FRAME, 640, 640)
    assert [KINDS[kind] for kind in found.kinds] == [Kind.PERSON, Kind.CAR]
    assert found.boxes.tolist() == [[75, 60, 125, 140], [250, 270, 350, 330]]


def test_an_output_of_another_task_is_refused(head: Head) -> None:
    with pytest.raises(ModelError, match="task=detect"):
        head.read(np.zeros((37, 10), np.float32), FRAME, 640, 640)


def test_weights_without_road_users_are_refused() -> None:
    with pytest.raises(ModelError, match="none of its classes"):
        ModelMeta({0: "cat", 1: "dog"}).kind_table(SOURCE)


@pytest.mark.parametrize(
    "raw", ["{0: 'person', 1: 'car'}", {0: "person", 1: "car"}, ["person", "car"]]
)
def test_names_in_every_form(raw: object) -> None:
    assert parse_names(raw, SOURCE) == {0: "person", 1: "car"}


@pytest.mark.parametrize("raw", [None, "__import__('os')", 7])
def test_names_that_cannot_be_read(raw: object) -> None:
    with pytest.raises(ModelError):
        parse_names(raw, SOURCE)
