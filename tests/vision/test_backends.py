"""Every backend of the detector, each where its extra is installed; none where it is not."""

import importlib.util
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from pipeline.errors import MissingExtraError, ModelError
from pipeline.settings import VisionSettings
from pipeline.types import Detections
from pipeline.vision.backends import load_detector
from pipeline.vision.boxes import iou
from pipeline.vision.registry import registry
from pipeline.vision.weights import SHIPPED_DETECTOR, Weights, checked, sha256_of

SAMPLES = Path(__file__).parents[2] / "sample_videos"


def weights(path: Path) -> Weights:
    return Weights(path, path.stem, "user", sha256_of(path) if path.exists() else "")


@pytest.fixture(scope="module")
def street() -> np.ndarray:
    """A picture with road users, from a clip of our own."""
    clip = cv2.VideoCapture(str(min(SAMPLES.glob("*overload.mp4"))))
    clip.set(cv2.CAP_PROP_POS_MSEC, 2500)
    _, picture = clip.read()
    return np.asarray(picture, np.uint8)


def test_onnx_finds_road_users(street: np.ndarray) -> None:
    found = load_detector(checked(registry()[SHIPPED_DETECTOR]), VisionSettings()).detect([street])
    assert len(found) == 1 and len(found[0]) >= 1


@pytest.mark.skipif(importlib.util.find_spec("openvino") is None, reason="extra [openvino]")
def test_openvino_finds_what_onnx_finds(street: np.ndarray, tmp_path: Path) -> None:
    import openvino

    shipped = checked(registry()[SHIPPED_DETECTOR])
    graph = openvino.convert_model(str(shipped.path))
    openvino.save_model(graph, tmp_path / "model.xml", compress_to_fp16=False)
    names = {0: "person", 1: "bicycle", 2: "motorcycle", 3: "car", 4: "bus", 5: "truck"}
    (tmp_path / "metadata.yaml").write_text(
        yaml.safe_dump({"names": names, "stride": 32}), encoding="utf-8"
    )
    settings = VisionSettings(confidence=0.4)
    mine = load_detector(weights(tmp_path), settings).detect([street])[0]
    theirs = load_detector(shipped, settings).detect([street])[0]
    assert_alike(mine, theirs)


def assert_alike(one: Detections, other: Detections) -> None:
    """Nearly the same boxes: runtimes round differently."""
    assert abs(len(one) - len(other)) <= 1
    overlaps = iou(one.boxes, other.boxes).max(axis=1)
    assert (overlaps > 0.9).mean() >= 0.8


@pytest.mark.skipif(importlib.util.find_spec("ultralytics") is None, reason="extra [ultralytics]")
def test_ultralytics_runs_a_checkpoint(street: np.ndarray, tmp_path: Path) -> None:
    from ultralytics import YOLO

    path = tmp_path / "untrained.pt"
    model = YOLO("yolo11n.yaml", task="detect")
    # A yaml names its classes 0, 1 and so on.
    model.model.names |= {0: "person", 2: "car", 3: "motorcycle"}
    model.save(path)
    detector = load_detector(weights(path), VisionSettings(confidence=1e-6))
    first, second = detector.detect([street, street])
    np.testing.assert_allclose(first.boxes, second.boxes)
    height, width = street.shape[:2]
    assert (first.boxes >= 0).all() and (first.boxes <= [width, height, width, height]).all()


@pytest.mark.skipif(importlib.util.find_spec("ultralytics") is None, reason="extra [ultralytics]")
def test_a_checkpoint_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.pt"
    path.write_bytes(b"no checkpoint")
    with pytest.raises(ModelError, match=r"broken\.pt"):
        load_detector(weights(path), VisionSettings())


@pytest.mark.parametrize(("suffix", "module"), [(".pt", "ultralytics"), (".xml", "openvino")])
def test_a_missing_extra_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, module: str
) -> None:
    path = tmp_path / f"weights{suffix}"
    path.touch()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"pip install 'dashcam-evidence\[{module}\]'"):
        load_detector(weights(path), VisionSettings())


@pytest.mark.parametrize("name", ["weights.onnx", "weights.weird"])
def test_weights_that_cannot_be_used_are_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError, match=name):
        load_detector(weights(path), VisionSettings())
