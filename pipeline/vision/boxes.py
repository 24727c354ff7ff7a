"""Arithmetic of bounding boxes, and the suppression of duplicates."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import KINDS, Detections, Kind

# One vehicle is often seen as a car and as a truck at once. Motorbikes and bicycles likewise.
_FAMILIES = ((Kind.CAR, Kind.BUS, Kind.TRUCK), (Kind.BICYCLE, Kind.MOTORBIKE))
_SAME_OBJECT_IOU = 0.8


def areas(boxes: NDArray[Any]) -> NDArray[np.float64]:
    """(N,) areas in square pixels of xyxy boxes (N, 4)."""
    sides = np.clip(boxes[:, 2:].astype(np.float64) - boxes[:, :2], 0, None)
    return np.asarray(sides[:, 0] * sides[:, 1])


def intersections(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.float64]:
    """(N, M) areas common to each of `a` (N, 4) and each of `b` (M, 4)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.clip(high.astype(np.float64) - low, 0, None)
    return np.asarray(sides[..., 0] * sides[..., 1])


def iou(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.float64]:
    """(N, M) intersection over union of each of `a` (N, 4) with each of `b` (M, 4)."""
    common = intersections(a, b)
    union = areas(a)[:, None] + areas(b)[None] - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def suppress(detections: Detections, threshold: float) -> Detections:
    """Non-maximum suppression within each kind, at IoU `threshold`."""
    if len(detections) < 2:
        return detections
    boxes = detections.boxes.astype(np.float64)
    boxes[:, 2:] -= boxes[:, :2]  # OpenCV wants x, y, width, height
    keep = cv2.dnn.NMSBoxesBatched(
        boxes.tolist(),
        detections.confidences.tolist(),
        detections.kinds.astype(int).tolist(),
        0.0,
        threshold,
    )
    return detections.select(np.sort(np.asarray(keep, np.intp).reshape(-1)))


def one_kind_each(detections: Detections) -> Detections:
    """Of boxes of kindred kinds on the same object, the most confident alone."""
    if len(detections) < 2:
        return detections
    family = np.full(len(KINDS), -1)
    for index, kinds in enumerate(_FAMILIES):
        for kind in kinds:
            family[KINDS.index(kind)] = index
    families = family[detections.kinds]
    rivals = (
        (iou(detections.boxes, detections.boxes) > _SAME_OBJECT_IOU)
        & (families[:, None] == families[None])
        & (families[:, None] >= 0)
    )
    rank = np.empty(len(detections), np.intp)
    rank[np.argsort(-detections.confidences, kind="stable")] = np.arange(len(detections))
    beaten = (rivals & (rank[None] < rank[:, None])).any(axis=1)
    return detections.select(~beaten)
