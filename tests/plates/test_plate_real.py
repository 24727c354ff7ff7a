"""Real Vietnamese plates, where the shared pictures are at hand: none is lost again."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from pipeline.plates import PlateReader, fuse, read_plates
from pipeline.types import Kind, PlateReading

from .conftest import Vehicle

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "plates_vn"
PLATES = {
    "clip3.2_new_15.jpg": {"81AA04892", "81K53579"},  # a plate of four digits, one of two letters
    "clip3_new_5.jpg": {"75H135792", "66P189575", "84B136217"},  # three side by side, tilted
    "clip4_new_1.jpg": {"51G97162"},  # one line
    "clip4_new_14.jpg": {"51A19222"},  # a car's in two lines
}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared pictures are not here")


def read(name: str, reader: PlateReader, time_s: float = 0.0) -> list[PlateReading]:
    image = cv2.imread(str(FOLDER / name))
    assert image is not None
    return read_plates(image, reader, time_s=time_s)


@pytest.mark.parametrize("name", PLATES)
def test_real_plates_are_read_and_nothing_else(name: str, reader: PlateReader) -> None:
    confident = {
        reading.text.normalized
        for reading in read(name, reader)
        if reading.text is not None and reading.confidence >= 0.7
    }
    assert confident == PLATES[name]


def test_looks_of_a_real_plate_agree(reader: PlateReader) -> None:
    """Blurred, in glare, half out of the picture: together they are right."""
    looks = []
    for number, name in enumerate(("clip3_new_9.jpg", "clip3_new_10.jpg", "clip3_new_12.jpg")):
        readings = read(name, reader, 1.5 * number)
        looks.append(min(readings, key=lambda reading: reading.box[0]))  # the leftmost
    assert len({look.text for look in looks}) > 1, "one of them is a piece"
    plate = fuse(looks, Vehicle(1, Kind.MOTORBIKE, (0, 0, 400, 700)).track())
    assert plate.text is not None
    assert plate.text.normalized == "66P189575"
