"""The command `plates` from files to lines: pictures whole, videos by tracked vehicle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline import scan
from pipeline.errors import InputError
from pipeline.progress import Silent
from pipeline.settings import PlatesSettings, Settings
from pipeline.types import KINDS, Detections, Kind
from pipeline.vision.weights import Weights

from .conftest import Vehicle, film, street

BIKE = Vehicle(1, Kind.MOTORBIKE, (60, 220, 220, 480), 120, ("75-H1", "357.92"), 76)
CAR = Vehicle(2, Kind.CAR, (640, 160, 940, 420), -10, ("51G-971.62",), 120)
BARE = Vehicle(3, Kind.CAR, (330, 30, 490, 130), 30)
KEYS = {
    "source",
    "time_s",
    "box",
    "text",
    "normalized",
    "confidence",
    "kind",
    "province",
    "province_name",
    "alternatives",
}
SETTINGS = Settings(plates=PlatesSettings(looks=4))


class PaintFinder:
    """A detector for the drawn street: a vehicle is a patch of the paint it is drawn with."""

    weights = Weights(Path("paint"), "paint", "user", "0" * 64)

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        return [self._in(image) for image in images]

    def _in(self, image: NDArray[np.uint8]) -> Detections:
        painted = np.abs(image.astype(int) - (90, 60, 40)).max(axis=2) < 30
        outlines, _ = cv2.findContours(
            painted.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
        )
        boxes = [cv2.boundingRect(outline) for outline in outlines]
        boxes = [(x, y, x + w, y + h) for x, y, w, h in boxes if w > 60 and h > 60]
        kinds = [Kind.MOTORBIKE if y2 - y1 > x2 - x1 else Kind.CAR for x1, y1, x2, y2 in boxes]
        return Detections(
            np.array(boxes, np.float32).reshape(-1, 4),
            np.full(len(boxes), 0.9, np.float32),
            np.array([KINDS.index(kind) for kind in kinds], np.int8),
        )


def lines(paths: list[Path], failures: list[InputError] | None = None) -> list[dict[str, Any]]:
    seen: list[InputError] = [] if failures is None else failures
    found = list(scan.plates(paths, SETTINGS, seen.append, Silent()))
    if failures is None:
        assert not seen
    return json.loads(json.dumps(found))


@pytest.fixture
def no_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(settings: Settings) -> None:
        raise AssertionError("pictures need no detector")

    monkeypatch.setattr(scan, "_detector", refuse)


def test_every_plate_of_a_picture_is_a_line(tmp_path: Path, no_detector: None) -> None:
    path = tmp_path / "street.png"
    cv2.imwrite(str(path), street([BARE, CAR, BIKE], 0.0))
    found = {line["normalized"]: line for line in lines([path])}
    assert set(found) == {"75H135792", "51G97162"}
    car = found["51G97162"]
    assert set(car) == KEYS
    assert car["source"] == str(path)
    assert (car["text"], car["kind"], car["province"]) == ("51G-971.62", "car", "51")
    assert found["75H135792"]["text"] == "75-H1 357.92"
    assert car["confidence"] > 0.9
    assert np.abs(np.array(car["box"]) - CAR.plate_box_at(0.0)).max() < 12


def test_a_street_without_plates_gives_no_line(tmp_path: Path, no_detector: None) -> None:
    path = tmp_path / "bare.png"
    cv2.imwrite(str(path), street([BARE], 0.0))
    assert lines([path]) == []


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(
    tmp_path: Path, no_detector: None
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    (tmp_path / "b.jpg").write_bytes(b"")
    cv2.imwrite(str(tmp_path / "c.png"), street([CAR], 0.0))
    failures: list[InputError] = []
    found = lines([tmp_path / "gone.jpg", tmp_path], failures)
    assert [line["normalized"] for line in found] == ["51G97162"]
    assert [error.path.name for error in failures] == ["gone.jpg", "a.jpg", "b.jpg"]


def test_a_video_gives_one_line_a_vehicle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "_detector", lambda settings: PaintFinder())
    path = film([BARE, CAR, BIKE], tmp_path / "street.mp4")
    found = lines([path])
    assert sorted(line["normalized"] for line in found) == ["51G97162", "75H135792"]
    for line, vehicle in zip(
        sorted(found, key=lambda line: line["normalized"]), (CAR, BIKE), strict=True
    ):
        assert set(line) == {*KEYS, "looks", "agreeing", "track"}
        assert line["kind"] == vehicle.kind
        assert line["agreeing"] >= 3
        assert line["looks"] <= SETTINGS.plates.looks
        assert line["confidence"] > 0.9
        # The box is where the plate is at the time that the line names.
        assert np.abs(np.array(line["box"]) - vehicle.plate_box_at(line["time_s"])).max() < 12
