"""YOLO on ONNX Runtime: the default backend."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.settings import VisionSettings
from pipeline.vision.detector import ModelMeta, parse_names
from pipeline.vision.graph import GraphDetector
from pipeline.vision.weights import Weights


class OnnxDetector(GraphDetector):
    """A YOLO detector exported to ONNX."""

    def __init__(self, weights: Weights, settings: VisionSettings) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings.threads or os.cpu_count() or 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(weights.path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime raises a zoo of its own
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"{weights.path}: not a usable ONNX model ({reason})") from error
        self._input = self._session.get_inputs()[0]
        properties = self._session.get_modelmeta().custom_metadata_map
        meta = ModelMeta(
            parse_names(properties.get("names"), weights.path),
            int(properties.get("stride", 32)),
        )
        height, width = self._input.shape[2:]
        known = isinstance(height, int) and isinstance(width, int)
        super().__init__(weights, settings, meta, (height, width) if known else None)

    def _infer(self, blob: NDArray[np.float32]) -> Any:
        return self._session.run(None, {self._input.name: blob})[0]
