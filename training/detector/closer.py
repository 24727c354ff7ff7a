"""A teacher that looks closer: at the picture, and at four overlapping parts of it at full size.

A detector sees a picture at 640 pixels. In parts of it, it sees what is small or stands behind
something else far better than in the whole. So its labels are independent enough of what it finds
in the whole to measure by, once an eye has gone over them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.types import Detections
from pipeline.vision.boxes import suppress
from pipeline.vision.detector import Detector

PART = 0.6  # of each side
EDGE_PX = 4  # a box that ends this near to a part's inner edge is cut by it
SAME_IOU = 0.55
SMALL = 0.5  # of a part's sides: what is larger is better seen in the whole


def closer(detector: Detector, image: NDArray[np.uint8]) -> Detections:
    """What the detector sees in a picture (H, W, 3) BGR, in the whole and in its parts."""
    height, width = image.shape[:2]
    part = np.array([round(width * PART), round(height * PART)])
    found = [detector.detect([image])[0]]
    for left in (0, width - part[0]):
        for top in (0, height - part[1]):
            view = np.ascontiguousarray(image[top : top + part[1], left : left + part[0]])
            seen = detector.detect([view])[0]
            boxes = seen.boxes
            cut = np.zeros(len(boxes), bool)
            cut |= (left > 0) & (boxes[:, 0] < EDGE_PX)
            cut |= (top > 0) & (boxes[:, 1] < EDGE_PX)
            cut |= (left + part[0] < width) & (boxes[:, 2] > part[0] - EDGE_PX)
            cut |= (top + part[1] < height) & (boxes[:, 3] > part[1] - EDGE_PX)
            small = ((boxes[:, 2:] - boxes[:, :2]) < SMALL * part).all(1)
            kept = seen.select(~cut & small)
            offset = np.array([left, top, left, top], np.float32)
            found.append(Detections(kept.boxes + offset, kept.confidences, kept.kinds))
    together = Detections(
        np.concatenate([each.boxes for each in found]),
        np.concatenate([each.confidences for each in found]),
        np.concatenate([each.kinds for each in found]),
    )
    return suppress(together, SAME_IOU)
