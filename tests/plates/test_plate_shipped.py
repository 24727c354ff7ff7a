"""The plate locator and the plate reader that ship: drawn plates, no plates, real plates."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.plates import WholePlateReader, make_reader, models_of, read_plates
from pipeline.plates.shipped_reader import ShippedReader
from pipeline.settings import PlatesSettings
from pipeline.vision import onnx_model as onnx_module
from pipeline.vision.onnx_model import OnnxModel
from pipeline.vision.registry import registry

from .conftest import plate_picture

REAL = Path(__file__).parents[3] / "shared" / "data" / "plates_vn"


@pytest.fixture(scope="module")
def shipped() -> ShippedReader:
    reader = make_reader(PlatesSettings(reader="shipped"))
    assert isinstance(reader, ShippedReader)
    return reader


def on_a_wall(lines: tuple[str, ...], width: int) -> np.ndarray:
    """A grey picture with a plate `width` pixels wide, its corner at (200, 100)."""
    plate = plate_picture(lines, 48)
    height = round(width * plate.shape[0] / plate.shape[1])
    image = np.full((360, 640, 3), 120, np.uint8)
    small = cv2.resize(plate, (width, height), interpolation=cv2.INTER_AREA)
    image[100 : 100 + height, 200 : 200 + width] = small
    return image


@pytest.mark.parametrize("width", [70, 100, 150])
@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("51A-192.22",), "51A19222"),
        (("59-V1", "793.79"), "59V179379"),
        (("30E-987.65",), "30E98765"),
        (("29C", "123.45"), "29C12345"),
    ],
)
def test_a_plate_is_located_and_read(
    shipped: ShippedReader, lines: tuple[str, ...], text: str, width: int
) -> None:
    (reading, *others) = read_plates(
        on_a_wall(lines, width), shipped, time_s=2.5, frame=7, offset=(1000.0, 500.0)
    )
    assert reading.text is not None and reading.text.normalized == text
    assert (reading.time_s, reading.frame, reading.lines) == (2.5, 7, len(lines))
    x1, y1, x2, y2 = reading.box
    assert x1 == pytest.approx(1200, abs=12) and x2 == pytest.approx(1200 + width, abs=12)
    assert y1 == pytest.approx(600, abs=12) and y2 < 600 + width
    assert all(other.confidence < 0.5 for other in others)


def test_nothing_is_read_where_nothing_is(shipped: ShippedReader) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)
    stripes = np.zeros((240, 320, 3), np.uint8)
    stripes[:, ::16] = 255
    for image in (noise, stripes, np.zeros((8, 8, 3), np.uint8), np.zeros((200, 3, 3), np.uint8)):
        assert all(reading.confidence < 0.5 for reading in shipped.plates(image))


def test_words_and_numbers_are_no_plates(shipped: ShippedReader) -> None:
    for words in (("0912.345.678",), ("HOANG", "LONG"), ("TAXI",)):
        for reading in shipped.plates(on_a_wall(words, 140)):
            assert reading.confidence < 0.8, (words, reading)


def test_it_is_a_whole_reader_and_says_what_it_is(shipped: ShippedReader) -> None:
    assert isinstance(shipped, WholePlateReader)
    names = [model[0] for model in models_of(PlatesSettings(reader="shipped"))]
    assert names == ["plate_locator", "plate_reader"]
    for name in names:
        assert registry()[name].bytes < 6_000_000


def test_a_model_that_was_changed_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    entry = registry()["plate_reader"]
    (tmp_path / entry.file).write_bytes(entry.path.read_bytes()[:-1] + b"!")
    monkeypatch.setattr("pipeline.vision.registry.shipped", lambda folder: tmp_path)
    with pytest.raises(ModelError, match="sha256"):
        OnnxModel("plate_reader")
    monkeypatch.setattr(onnx_module, "registry", dict)
    with pytest.raises(ModelError, match="no model is called plate_reader"):
        OnnxModel("plate_reader")


@pytest.mark.skipif(not REAL.is_dir(), reason="the shared pictures are not here")
def test_real_plates_are_read(shipped: ShippedReader) -> None:
    """Of 84 plates in 48 frames, none of which was learned from."""
    wanted: dict[str, set[str]] = defaultdict(set)
    with (REAL / "truth.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            wanted[row["file"]].add("".join(c for c in row["plate"].upper() if c.isalnum()))
    found, wrong = 0, []
    for name, plates in wanted.items():
        said = {
            reading.text.normalized: reading.confidence
            for reading in shipped.plates(cv2.imread(str(REAL / name)))
            if reading.text is not None
        }
        found += len(plates & said.keys())
        wrong += [(name, text) for text, sure in said.items() if sure >= 0.8 and text not in plates]
    assert found >= 82
    # This one is there and right, but the table does not list it: half of it lies in glare.
    assert set(wrong) <= {("clip3_new_4.jpg", "84B136217")}
