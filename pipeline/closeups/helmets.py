"""Whether riders of motorbikes wear helmets: `bare_head`, by our own network (`models/helmet.md`).

Looked at are people who sit on a motorbike in the very frame, tall enough that a head has a dozen
pixels. A square at the upper end of their box goes through the network, which says helmet, bare or
"cannot tell"; the trait is the calibrated probability of bare against helmet. A hat, a cap or a
conical hat (nón lá) is no helmet.

A rider is looked at again after a third of a second, or once their box has grown by a fifth: looks
nearer together agree in their errors and would only cost time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import KINDS, Detections, FloatArray, Frame, Kind
from pipeline.vision.aboard import distinct, owners
from pipeline.vision.onnx_model import OnnxModel
from pipeline.vision.weights import Weights

SIDE = 64  # pixels of the network's picture
LEAST_HEIGHT_PX = 60.0  # of a rider's box: a head is a sixth of it
TEMPERATURE = 1.0  # of the logits, fitted on sources that were not trained on

_SQUARE = 0.54  # side of the look, in heights of the rider's box
_ABOVE = 0.08  # of that height: how far the square begins over the box
_UNCLEAR = 0.5  # probability of "cannot tell" from which nothing is told
AGAIN_S = 0.35
GROWN = 1.2
_FORGET_S = 5.0
_MOST = 12  # looks in one frame; the largest riders first


class Helmets:
    """The closer look at riders' heads. Raises ModelError where the shipped weights are damaged."""

    traits: ClassVar[tuple[str, ...]] = ("bare_head",)

    def __init__(self, network: OnnxModel | None = None) -> None:
        self._network = network or OnnxModel("helmet")
        self.weights: Weights | None = self._network.weights
        self._last: dict[
            int, tuple[float, float]
        ] = {}  # track id: time and height of the last look

    def look(
        self, frame: Frame, detections: Detections, ids: NDArray[np.int32]
    ) -> Mapping[str, NDArray[np.float32]]:
        """`bare_head` (N,): 0 a helmet, 1 none, NaN where nobody looked or nobody could tell."""
        bare = np.full(len(detections), np.nan, np.float32)
        chosen = self._due(frame.time_s, detections, ids)
        if len(chosen):
            squares = head_squares(detections.boxes[chosen].astype(np.float64))
            batch = np.stack([picture(frame.image, square) for square in squares])
            bare[chosen] = bare_heads(self._network(batch)[0])
        return {"bare_head": bare}

    def _due(self, time_s: float, seen: Detections, ids: NDArray[np.int32]) -> NDArray[np.intp]:
        """Indices of the riders to look at now, and a note that they were."""
        aboard = riders(seen)
        heights = (seen.boxes[:, 3] - seen.boxes[:, 1]).astype(np.float64)
        due: list[int] = []
        for index in aboard[np.argsort(-heights[aboard], kind="stable")]:
            height = float(heights[index])
            if height < LEAST_HEIGHT_PX or len(due) == _MOST:
                break
            last = self._last.get(int(ids[index]))
            if last is None or time_s - last[0] >= AGAIN_S or height >= GROWN * last[1]:
                due.append(int(index))
                if ids[index] >= 0:
                    self._last[int(ids[index])] = (time_s, height)
        if len(self._last) > 200:
            self._last = {
                one: last for one, last in self._last.items() if time_s - last[0] < _FORGET_S
            }
        return np.array(due, np.intp)


def riders(seen: Detections) -> NDArray[np.intp]:
    """Indices of the people who sit on a motorbike of the same frame."""
    people = np.flatnonzero(seen.kinds == KINDS.index(Kind.PERSON))
    bikes = np.flatnonzero(seen.kinds == KINDS.index(Kind.MOTORBIKE))
    if not len(people) or not len(bikes):
        return np.empty(0, np.intp)
    boxes = seen.boxes.astype(np.float64)
    people = people[distinct(boxes[people], seen.confidences[people].astype(np.float64))]
    belongs_to = owners(boxes[bikes], boxes[people])
    return people[[bool(owner) for owner in belongs_to]]


def head_squares(boxes: FloatArray) -> FloatArray:
    """(N, 3) left, top and side in pixels of the squares to look at for riders' boxes (N, 4).

    A rider's head is about a sixth of the box's height; the square is near three heads wide, for
    riders lean and turn.
    """
    tall = boxes[:, 3] - boxes[:, 1]
    side = _SQUARE * tall
    left = (boxes[:, 0] + boxes[:, 2] - side) / 2
    return np.column_stack([left, boxes[:, 1] - _ABOVE * tall, side])


def picture(image: NDArray[np.uint8], square: FloatArray) -> NDArray[np.float32]:
    """(3, SIDE, SIDE) what is in a square (left, top, side) of a picture, edges drawn out."""
    left, top, side = (float(value) for value in square)
    x1, y1 = round(left), round(top)
    size = max(round(side), 4)
    height, width = image.shape[:2]
    part: Any = image[max(y1, 0) : max(y1 + size, 1), max(x1, 0) : max(x1 + size, 1)]
    above, left_of = min(max(-y1, 0), size - 1), min(max(-x1, 0), size - 1)
    below, right_of = max(y1 + size - height, 0), max(x1 + size - width, 0)
    if above or left_of or below or right_of:
        part = cv2.copyMakeBorder(part, above, below, left_of, right_of, cv2.BORDER_REPLICATE)
    how = cv2.INTER_AREA if size > SIDE else cv2.INTER_LINEAR
    small = cv2.resize(part, (SIDE, SIDE), interpolation=how)
    return np.ascontiguousarray(small.transpose(2, 0, 1), np.float32)


def bare_heads(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N,) probabilities of bare against helmet from logits (N, 3) helmet, bare, cannot tell."""
    scaled = logits.astype(np.float64) / TEMPERATURE
    scaled -= scaled.max(axis=1, keepdims=True)
    likely = np.exp(scaled)
    likely /= likely.sum(axis=1, keepdims=True)
    bare = likely[:, 1] / (likely[:, 0] + likely[:, 1])
    bare[likely[:, 2] >= _UNCLEAR] = np.nan
    return np.asarray(bare, np.float32)
