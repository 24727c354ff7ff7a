"""YOLO through Ultralytics itself: the backend of the extra `[ultralytics]`, for `.pt` files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import MissingExtraError, ModelError
from pipeline.privacy import silence_libraries
from pipeline.settings import VisionSettings
from pipeline.types import Detections
from pipeline.vision.boxes import one_kind_each
from pipeline.vision.detector import DEFAULT_CONFIDENCE, ModelMeta, parse_names
from pipeline.vision.weights import Weights


class UltralyticsDetector:
    """A `.pt` checkpoint run by Ultralytics and PyTorch.

    A checkpoint is a pickle: loading one runs code from it. Only trusted files belong here.
    """

    def __init__(self, weights: Weights, settings: VisionSettings) -> None:
        silence_libraries()
        try:
            from ultralytics import YOLO
        except ImportError as error:
            raise MissingExtraError(f"{weights.path.name}: .pt weights", "ultralytics") from error
        self.weights = weights
        self._settings = settings
        self._confidence = settings.confidence or weights.confidence or DEFAULT_CONFIDENCE
        try:
            self._model = YOLO(str(weights.path), task="detect")
            names = parse_names(self._model.names, weights.path)
        except ModelError:
            raise
        except Exception as error:  # unpickling fails in every possible way
            raise ModelError(f"{weights.path}: not a usable checkpoint ({error})") from error
        self._kinds = ModelMeta(names).kind_table(weights.path)

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        results = self._model.predict(
            list(images),
            imgsz=self._settings.input_size,
            conf=self._confidence,
            iou=self._settings.iou,
            classes=np.flatnonzero(self._kinds >= 0).tolist(),
            verbose=False,
        )
        return [self._read(result.boxes) for result in results]

    def _read(self, boxes: object) -> Detections:
        kinds = self._kinds[boxes.cls.cpu().numpy().astype(np.intp)]  # type: ignore[attr-defined]
        return one_kind_each(
            Detections(
                boxes.xyxy.cpu().numpy().astype(np.float32),  # type: ignore[attr-defined]
                boxes.conf.cpu().numpy().astype(np.float32),  # type: ignore[attr-defined]
                kinds,
            )
        )
