"""A picture into the rectangle a network wants, and boxes back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_PAD = 114  # the grey that YOLO models were trained to ignore


@dataclass(frozen=True, slots=True)
class Letterbox:
    """The affine map from a picture to the network's input: scale, then shift."""

    height: int  # of the input
    width: int
    scale: float
    left: int
    top: int

    @classmethod
    def fit(cls, image_height: int, image_width: int, height: int, width: int) -> Letterbox:
        """Centre a picture in a fixed input."""
        scale = min(height / image_height, width / image_width)
        left = round((width - image_width * scale) / 2)
        top = round((height - image_height * scale) / 2)
        return cls(height, width, scale, left, top)

    @classmethod
    def around(cls, image_height: int, image_width: int, longer: int, stride: int) -> Letterbox:
        """The smallest input with sides in multiples of `stride` and a longer side of `longer`."""
        scale = longer / max(image_height, image_width)
        height = -(-round(image_height * scale) // stride) * stride
        width = -(-round(image_width * scale) // stride) * stride
        return cls.fit(image_height, image_width, height, width)

    def blob(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(1, 3, height, width) float32 RGB in 0..1 of a BGR picture."""
        inner_height = min(max(round(image.shape[0] * self.scale), 1), self.height)
        inner_width = min(max(round(image.shape[1] * self.scale), 1), self.width)
        canvas = np.full((self.height, self.width, 3), _PAD, np.uint8)
        view = canvas[self.top : self.top + inner_height, self.left : self.left + inner_width]
        # Resized straight into the canvas: no second copy.
        cv2.resize(image, (view.shape[1], view.shape[0]), dst=view, interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.dnn.blobFromImage(canvas, 1 / 255, swapRB=True), np.float32)

    def back(
        self, boxes: NDArray[np.float32], image_height: int, image_width: int
    ) -> NDArray[np.float32]:
        """Boxes (N, 4) of the input as boxes of the picture, cut at its edges."""
        shift = np.array([self.left, self.top] * 2, np.float32)
        limits = np.array([image_width, image_height] * 2, np.float32)
        return np.clip((boxes - shift) / np.float32(self.scale), 0, limits)
