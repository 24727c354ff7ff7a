"""A network's raw output as detections.

Two layouts are in the wild: (4 + C, N) of YOLOv8 and YOLO11, centre and size with a score for each
class, which needs suppression; and (N, 6) of end-to-end heads such as YOLO26's: x1, y1, x2, y2,
score, class, best first, with nothing left to suppress.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.types import Detections
from pipeline.vision.boxes import one_kind_each, suppress
from pipeline.vision.letterbox import Letterbox


class Head:
    """Reads the output of one model."""

    def __init__(
        self, kinds: NDArray[np.int8], confidence: float, iou: float, source: Path
    ) -> None:
        self._kinds = kinds  # (C,) index into KINDS or -1
        self._used = np.flatnonzero(kinds >= 0)
        self._confidence = confidence
        self._iou = iou
        self._source = source

    def read(
        self, output: NDArray[np.float32], frame: Letterbox, height: int, width: int
    ) -> Detections:
        """Detections of one picture of `height` x `width` pixels; `output` without batch axis."""
        if output.ndim == 2 and output.shape[1] == 6:
            found = self._end_to_end(output)
        elif output.ndim == 2 and output.shape[0] == 4 + len(self._kinds):
            found = suppress(self._grid(output), self._iou)
        else:
            raise ModelError(
                f"{self._source}: an output of shape {output.shape} is not that of a YOLO detector "
                f"of {len(self._kinds)} classes; export it with task=detect"
            )
        found = one_kind_each(found)
        return Detections(frame.back(found.boxes, height, width), found.confidences, found.kinds)

    def _end_to_end(self, output: NDArray[np.float32]) -> Detections:
        output = output[output[:, 4] >= self._confidence]
        kinds = self._kinds[output[:, 5].astype(np.intp)]
        output, kinds = output[kinds >= 0], kinds[kinds >= 0]
        return Detections(output[:, :4], output[:, 4], kinds)

    def _grid(self, output: NDArray[np.float32]) -> Detections:
        # The best class among *ours*: a van that is 0.4 "train" and 0.3 "bus" is a bus to us.
        scores = output[4:][self._used]
        best = scores.argmax(axis=0)
        confidences = np.take_along_axis(scores, best[None], axis=0)[0]
        keep = confidences >= self._confidence
        centre, size = output[:2, keep].T, output[2:4, keep].T
        boxes = np.concatenate([centre - size / 2, centre + size / 2], axis=1)
        return Detections(boxes, confidences[keep], self._kinds[self._used[best[keep]]])
