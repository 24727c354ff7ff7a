"""A close look at places that may be signal lamps: what shines there, if it is one.

The network (`training/light`) sees each place twice: *wide*, with the housing, the pole and the
neighbouring lamps, eight lamps across; and *near*, the lamp alone, for its shape. It says red,
yellow, green or no signal lamp for vehicles (walking men and numbers that count down are none), and
whether a lamp is an arrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.scene.light_lamps import Lamps
from pipeline.types import LightState
from pipeline.vision.onnx_model import OnnxModel

NETWORK = "traffic_light"  # in models/registry.yaml
SIDE = 32  # pixels of a look
WIDE, NEAR = 8.0, 2.6  # lamps' diameters that a look is wide
STATES = (LightState.UNKNOWN, LightState.RED, LightState.YELLOW, LightState.GREEN)
_TELLS_SHAPE_PX = 7.0  # a smaller lamp's arrow is a dot


@dataclass(frozen=True, slots=True)
class LampLooks:
    """What N places are: probabilities of `STATES` (the first: no signal lamp), and of an arrow."""

    states: NDArray[np.float32]  # (N, 4)
    arrows: NDArray[np.float32]  # (N,) NaN where the lamp is too small to tell


class LampReader:
    """The network that tells lamps; loaded when the first lamp is looked at."""

    def look(self, image: NDArray[np.uint8], lamps: Lamps) -> LampLooks:
        """Look at places of a BGR picture (H, W, 3). Raises ModelError if the network is gone."""
        if len(lamps) == 0:
            return LampLooks(np.empty((0, 4), np.float32), np.empty(0, np.float32))
        batch = np.empty((len(lamps), 6, SIDE, SIDE), np.float32)
        for index, ((x, y), diameter) in enumerate(
            zip(lamps.centres, lamps.diameters, strict=True)
        ):
            for first, lamps_wide in ((0, WIDE), (3, NEAR)):
                look = cut_out(image, float(x), float(y), lamps_wide * float(diameter))
                batch[index, first : first + 3] = look.transpose(2, 0, 1)
        logits = np.asarray(_network()(batch)[0], np.float32)
        colours = np.exp(logits[:, :4] - logits[:, :4].max(axis=1, keepdims=True))
        arrows = np.asarray(1 / (1 + np.exp(-logits[:, 4])), np.float32)
        arrows[lamps.diameters < _TELLS_SHAPE_PX] = np.nan
        return LampLooks(colours / colours.sum(axis=1, keepdims=True), arrows)


def cut_out(image: NDArray[np.uint8], x: float, y: float, side: float) -> NDArray[np.uint8]:
    """(SIDE, SIDE, 3) of the square of `side` pixels around a point, edges drawn out."""
    height, width = image.shape[:2]
    left, top = x - side / 2, y - side / 2
    x1, y1 = int(np.floor(left)), int(np.floor(top))
    x2, y2 = int(np.ceil(left + side)) + 1, int(np.ceil(top + side)) + 1
    patch = image[max(y1, 0) : min(y2, height), max(x1, 0) : min(x2, width)]
    if patch.size == 0:
        return np.zeros((SIDE, SIDE, 3), np.uint8)
    shrink = side / SIDE
    if shrink > 2.0:  # first by averaging, so that nothing is skipped
        less = 1.0 / np.floor(shrink)
        small = cv2.resize(patch, None, fx=less, fy=less, interpolation=cv2.INTER_AREA)
        patch = np.asarray(small, np.uint8)
    else:
        less = 1.0
    scale = SIDE / side
    matrix = np.array(
        [
            [scale / less, 0, (max(x1, 0) - left + 0.5) * scale - 0.5 * scale / less],
            [0, scale / less, (max(y1, 0) - top + 0.5) * scale - 0.5 * scale / less],
        ]
    )
    return np.asarray(
        cv2.warpAffine(patch, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


@lru_cache(maxsize=1)
def _network() -> OnnxModel:
    return OnnxModel(NETWORK)
