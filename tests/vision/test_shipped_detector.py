"""The detector in models/: whole, refused when changed, and of use on real footage."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.resources import shipped
from pipeline.settings import VisionSettings
from pipeline.types import KINDS, Kind
from pipeline.vision import registry as registry_module
from pipeline.vision.backends import load_detector
from pipeline.vision.detector import Detector
from pipeline.vision.registry import Entry, registry
from pipeline.vision.weights import SHIPPED_DETECTOR, checked, sha256_of

VIDEO = Path(__file__).resolve().parents[3] / "shared" / "data" / "video"
LIMIT_BYTES = 12_000_000

footage = pytest.mark.skipif(
    not VIDEO.is_dir(), reason="the footage to measure with (../shared/data/video) is not here"
)


@pytest.fixture(scope="module")
def entry() -> Entry:
    return registry()[SHIPPED_DETECTOR]


@pytest.fixture(scope="module")
def detector(entry: Entry) -> Detector:
    return load_detector(checked(entry), VisionSettings())


def frames(name: str, every_s: float) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    wanted = 0.0
    with av.open(str(VIDEO / name)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= wanted:
                wanted = frame.time + every_s
                yield frame.time, np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def test_the_registry_tells_the_truth_about_the_file(entry: Entry) -> None:
    assert entry.is_shipped
    assert entry.path.stat().st_size == entry.bytes <= LIMIT_BYTES
    assert sha256_of(entry.path) == entry.sha256
    assert entry.licence == "AGPL-3.0-only"
    assert entry.threshold is not None and 0 < entry.threshold < 1
    assert entry.card is not None
    card = (shipped("models") / entry.card).read_text(encoding="utf-8")
    assert entry.sha256 in card, "the card describes another file than the one that ships"


def test_a_changed_file_is_refused(
    entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytearray(entry.path.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / entry.file).write_bytes(content)
    monkeypatch.setattr(registry_module, "shipped", lambda folder: tmp_path)
    with pytest.raises(ModelError, match=r"road_users\.onnx: its sha256 is"):
        checked(entry)
    (tmp_path / entry.file).unlink()
    with pytest.raises(ModelError, match="is missing"):
        checked(entry)


def test_its_threshold_is_the_default(entry: Entry, detector: Detector) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (480, 854, 3), np.uint8)
    assert detector.weights.confidence == entry.threshold
    everything = load_detector(
        dataclasses.replace(checked(entry), confidence=None), VisionSettings(confidence=1e-9)
    )
    assert len(everything.detect([noise])[0]) > 0
    assert len(detector.detect([noise])[0]) == 0


@pytest.mark.parametrize("shape", [(1920, 1080), (240, 320), (97, 61)])
def test_any_shape_of_picture(detector: Detector, shape: tuple[int, int]) -> None:
    height, width = shape
    found = detector.detect([np.full((height, width, 3), 128, np.uint8)])[0]
    assert len(found) == 0


@footage
def test_the_motorbike_of_the_phone_clip(detector: Detector) -> None:
    """In view and near from 1.5 s on, with three people on it."""
    seen, people, count = 0, 0, 0
    for time_s, image in frames("phone_three_on_motorbike_vn.mp4", 0.2):
        if time_s < 1.5:
            continue
        count += 1
        kinds = [KINDS[index] for index in detector.detect([image])[0].kinds]
        seen += Kind.MOTORBIKE in kinds
        people += Kind.PERSON in kinds
    assert count >= 15
    assert seen >= 0.9 * count
    assert people >= 0.9 * count


@footage
@pytest.mark.parametrize(
    ("name", "least"), [("dashcam_solid_right_line.mp4", 0.95), ("highway_overpass.mp4", 0.8)]
)
def test_the_cars_of_the_motorways(detector: Detector, name: str, least: float) -> None:
    """Cars are near in nearly every sampled frame; nobody walks or rides a motorbike there."""
    with_cars, others, count = 0, 0, 0
    for _, image in frames(name, 0.5):
        kinds = [KINDS[index] for index in detector.detect([image])[0].kinds]
        with_cars += sum(kind in (Kind.CAR, Kind.TRUCK, Kind.BUS) for kind in kinds) >= 1
        others += Kind.PERSON in kinds or Kind.MOTORBIKE in kinds
        count += 1
    assert count >= 15
    assert with_cars >= least * count
    assert others <= 0.05 * count
