"""A sampled picture as small as the scene needs it, in colour and in grey; shrunk once for all."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WORKING_WIDTH = 480  # pixels: flows and line widths of the scene are measured at this width


@dataclass(frozen=True, slots=True)
class Small:
    """`scale` times a full picture's pixel is a pixel here."""

    bgr: NDArray[np.uint8]  # (h, w, 3)
    grey: NDArray[np.uint8]  # (h, w)
    scale: float

    @classmethod
    def of(cls, image: NDArray[np.uint8]) -> Small:
        """Shrink a BGR picture (H, W, 3) to `WORKING_WIDTH`."""
        scale = min(1.0, WORKING_WIDTH / image.shape[1])
        size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        bgr = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        return cls(bgr, np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8), scale)
