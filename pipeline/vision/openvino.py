"""YOLO on OpenVINO: the backend of the extra `[openvino]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from pipeline.errors import MissingExtraError, ModelError
from pipeline.settings import VisionSettings
from pipeline.vision.detector import ModelMeta, parse_names
from pipeline.vision.graph import GraphDetector
from pipeline.vision.weights import Weights


class OpenVinoDetector(GraphDetector):
    """A YOLO detector exported to OpenVINO's IR: a folder with .xml, .bin and metadata.yaml."""

    def __init__(self, weights: Weights, settings: VisionSettings) -> None:
        try:
            import openvino
        except ImportError as error:
            raise MissingExtraError(f"{weights.path.name}: OpenVINO weights", "openvino") from error
        folder = weights.path if weights.path.is_dir() else weights.path.parent
        model_file = _model_file(weights.path)
        core = openvino.Core()
        try:
            model = core.read_model(model_file)
            properties = {"PERFORMANCE_HINT": "LATENCY"}
            if settings.threads:
                properties["INFERENCE_NUM_THREADS"] = str(settings.threads)
            shape = model.input(0).partial_shape
            fixed = None if shape.is_dynamic else (shape[2].get_length(), shape[3].get_length())
            self._model = core.compile_model(model, "CPU", properties)
        except RuntimeError as error:
            raise ModelError(f"{model_file}: not a usable OpenVINO model ({error})") from error
        super().__init__(weights, settings, _meta(folder), fixed)

    def _infer(self, blob: NDArray[np.float32]) -> Any:
        return self._model(blob)[0]


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
