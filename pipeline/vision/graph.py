"""What the exported networks have in common: a letterboxed picture in, a raw head out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.settings import VisionSettings
from pipeline.types import Detections
from pipeline.vision.detector import DEFAULT_CONFIDENCE, ModelMeta
from pipeline.vision.heads import Head
from pipeline.vision.letterbox import Letterbox
from pipeline.vision.weights import Weights


class GraphDetector(ABC):
    """A YOLO network that some runtime runs; a subclass says how in `_infer`."""

    def __init__(
        self,
        weights: Weights,
        settings: VisionSettings,
        meta: ModelMeta,
        fixed: tuple[int, int] | None,
    ) -> None:
        """`fixed` is the input's (height, width) where the graph takes no other."""
        self.weights = weights
        self._fixed = fixed
        self._longer, self._stride = settings.input_size, meta.stride
        confidence = settings.confidence or weights.confidence or DEFAULT_CONFIDENCE
        self._head = Head(meta.kind_table(weights.path), confidence, settings.iou, weights.path)

    @abstractmethod
    def _infer(self, blob: NDArray[np.float32]) -> Any:
        """The graph's first output, with its batch axis, for (1, 3, H, W) RGB in 0..1."""

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        return [self._detect_one(image) for image in images]

    def _detect_one(self, image: NDArray[np.uint8]) -> Detections:
        height, width = image.shape[:2]
        if self._fixed:
            frame = Letterbox.fit(height, width, *self._fixed)
        else:
            frame = Letterbox.around(height, width, self._longer, self._stride)
        output = self._infer(frame.blob(image))
        return self._head.read(np.asarray(output, np.float32)[0], frame, height, width)
