"""YOLO on OpenVINO: the backend of the extra `[openvino]`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from pipeline.errors import MissingExtraError, ModelError
from pipeline.settings import VisionSettings
from pipeline.types import Detections
from pipeline.vision.detector import DEFAULT_CONFIDENCE, ModelMeta, parse_names
from pipeline.vision.heads import Head
from pipeline.vision.letterbox import Letterbox
from pipeline.vision.weights import Weights


class OpenVinoDetector:
    """A YOLO detector exported to OpenVINO's IR: a folder with .xml, .bin and metadata.yaml."""

    def __init__(self, weights: Weights, settings: VisionSettings) -> None:
        try:
            import openvino
        except ImportError as error:
            raise MissingExtraError(f"{weights.path.name}: OpenVINO weights", "openvino") from error
        self.weights = weights
        folder = weights.path if weights.path.is_dir() else weights.path.parent
        model_file = _model_file(weights.path)
        core = openvino.Core()
        try:
            model = core.read_model(model_file)
            properties = {"PERFORMANCE_HINT": "LATENCY"}
            if settings.threads:
                properties["INFERENCE_NUM_THREADS"] = str(settings.threads)
            shape = model.input(0).partial_shape
            sides = [shape[2], shape[3]]
            self._fixed = (
                None if shape.is_dynamic else (sides[0].get_length(), sides[1].get_length())
            )
            self._model = core.compile_model(model, "CPU", properties)
        except RuntimeError as error:
            raise ModelError(f"{model_file}: not a usable OpenVINO model ({error})") from error
        meta = _meta(folder)
        self._longer, self._stride = settings.input_size, meta.stride
        confidence = settings.confidence or weights.confidence or DEFAULT_CONFIDENCE
        self._head = Head(meta.kind_table(weights.path), confidence, settings.iou, weights.path)

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        return [self._detect_one(image) for image in images]

    def _detect_one(self, image: NDArray[np.uint8]) -> Detections:
        height, width = image.shape[:2]
        if self._fixed:
            frame = Letterbox.fit(height, width, *self._fixed)
        else:
            frame = Letterbox.around(height, width, self._longer, self._stride)
        output = self._model(frame.blob(image))[0]
        return self._head.read(np.asarray(output, np.float32)[0], frame, height, width)


def _model_file(path: Path) -> Path:
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.xml"))
    if len(files) != 1:
        raise ModelError(f"{path}: an OpenVINO folder holds one .xml file, this one {len(files)}")
    return files[0]


def _meta(folder: Path) -> ModelMeta:
    try:
        raw = yaml.safe_load((folder / "metadata.yaml").read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ModelError(
            f"{folder}: metadata.yaml with the class names cannot be read; export it again"
        ) from error
    return ModelMeta(parse_names(raw.get("names"), folder), int(raw.get("stride", 32)))
