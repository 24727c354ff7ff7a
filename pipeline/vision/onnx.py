"""YOLO on ONNX Runtime: the default backend."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.settings import VisionSettings
from pipeline.types import Detections
from pipeline.vision.detector import DEFAULT_CONFIDENCE, ModelMeta, parse_names
from pipeline.vision.heads import Head
from pipeline.vision.letterbox import Letterbox
from pipeline.vision.weights import Weights


class OnnxDetector:
    """A YOLO detector exported to ONNX."""

    def __init__(self, weights: Weights, settings: VisionSettings) -> None:
        self.weights = weights
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
        sides = self._input.shape[2:]
        self._fixed = tuple(sides) if all(isinstance(side, int) for side in sides) else None
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
        output = self._session.run(None, {self._input.name: frame.blob(image)})[0]
        return self._head.read(np.asarray(output, np.float32)[0], frame, height, width)
