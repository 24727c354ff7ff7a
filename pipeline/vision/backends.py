"""The choice of a backend for given weights.

A new backend is one class with one method and one line here (`docs/architecture.md`, "How to add a
backend").
"""

from __future__ import annotations

from pipeline.errors import ModelError
from pipeline.settings import VisionSettings
from pipeline.vision.detector import Detector
from pipeline.vision.weights import Weights


def load_detector(weights: Weights, settings: VisionSettings) -> Detector:
    """The backend that runs `weights`: ONNX Runtime, OpenVINO or Ultralytics.

    Raises ModelError for weights that cannot be used, MissingExtraError for an absent extra.
    """
    if weights.path.is_dir():
        from pipeline.vision.openvino import OpenVinoDetector

        return OpenVinoDetector(weights, settings)
    match weights.path.suffix.lower():
        case ".onnx":
            from pipeline.vision.onnx import OnnxDetector

            return OnnxDetector(weights, settings)
        case ".xml":
            from pipeline.vision.openvino import OpenVinoDetector

            return OpenVinoDetector(weights, settings)
        case ".pt":
            from pipeline.vision.ultralytics import UltralyticsDetector

            return UltralyticsDetector(weights, settings)
        case suffix:
            raise ModelError(
                f"{weights.path}: weights of an unknown form ({suffix or 'no suffix'}); "
                "give a .onnx or .pt file or an OpenVINO folder"
            )
