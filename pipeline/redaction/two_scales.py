"""A detector that looks twice: as usual for what is near, and larger for what is far.

Seen larger, a small car in the distance is found that is lost else. But a network that was trained
on pictures of the usual size takes leaves and road for vehicles as large as half the picture then,
so of the larger look only what is small, or sure, is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.settings import VisionSettings
from pipeline.types import Detections
from pipeline.vision.backends import load_detector
from pipeline.vision.detector import Detector
from pipeline.vision.weights import Weights, choose_weights

DETECT_ABOVE = 0.1
_FAR_SIZE, _FAR_LEAST = 1280, 1.2  # longer side that the second look sees; and times the first's
_STRIDE = 32
_FAR_ABOVE = 0.12
_FAR_SHARE = 0.16  # of the picture's longer side: boxes of the second look are smaller
_NEAR_SHARE, _NEAR_ABOVE = 0.3, 0.15  # boxes of the first look as large as this are surer
_SURE = 0.5
_SAME = 0.6  # overlap (of the union) from which both looks saw the same


class TwoScales:
    """A detector at two sizes of the picture; what both see is kept once.

    `far` makes the detector for a longer side in pixels; None: there is no second look.
    """

    def __init__(
        self, near: Detector, far: Callable[[int], Detector] | None, near_size: int = 640
    ) -> None:
        self._near, self._make_far, self._near_size = near, far, near_size
        self._far: dict[int, Detector] = {}
        self.weights: Weights = near.weights

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        return [self._look(image) for image in images]

    def _look(self, image: NDArray[np.uint8]) -> Detections:
        side = max(image.shape[:2])
        near = self._near.detect([image])[0]
        near = near.select(
            (_longest(near) < _NEAR_SHARE * side) | (near.confidences >= _NEAR_ABOVE)
        )
        size = min(-(-side // _STRIDE) * _STRIDE, _FAR_SIZE)  # enlarged, leaves become lorries
        if self._make_far is None or size < _FAR_LEAST * self._near_size:
            return near
        if size not in self._far:
            self._far[size] = self._make_far(size)
        far = self._far[size].detect([image])[0]
        small = (_longest(far) < _FAR_SHARE * side) & (far.confidences >= _FAR_ABOVE)
        far = far.select(small | (far.confidences >= _SURE))
        far = far.select(~_seen_in(far, near))
        return Detections(
            np.concatenate([near.boxes, far.boxes]),
            np.concatenate([near.confidences, far.confidences]),
            np.concatenate([near.kinds, far.kinds]),
        )


def close_look(settings: VisionSettings) -> TwoScales:
    """The program's detector as `redact` uses it: at two scales, and with what is unsure.

    Raises ModelError, MissingExtraError.
    """
    near = settings.model_copy(update={"confidence": DETECT_ABOVE})
    weights = choose_weights(near)
    if weights.path.is_dir() or weights.path.suffix == ".xml":  # exported for one size
        return TwoScales(load_detector(weights, near), None)

    def far(size: int) -> Detector:
        return load_detector(weights, near.model_copy(update={"input_size": size}))

    return TwoScales(load_detector(weights, near), far, near.input_size)


def _longest(found: Detections) -> NDArray[np.float32]:
    if not len(found):
        return np.empty(0, np.float32)
    return (found.boxes[:, 2:] - found.boxes[:, :2]).max(axis=1)


def _seen_in(some: Detections, others: Detections) -> NDArray[np.bool_]:
    """(N,) which of `some` overlap one of `others` of the same kind."""
    if not len(some) or not len(others):
        return np.zeros(len(some), bool)
    one, other = some.boxes[:, None], others.boxes[None]
    low = np.maximum(one[..., :2], other[..., :2])
    high = np.minimum(one[..., 2:], other[..., 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=-1)
    union = (
        np.prod(one[..., 2:] - one[..., :2], axis=-1)
        + np.prod(other[..., 2:] - other[..., :2], axis=-1)
        - shared
    )
    alike = some.kinds[:, None] == others.kinds[None]
    return np.asarray(((shared / np.maximum(union, 1e-6) >= _SAME) & alike).any(axis=1))
