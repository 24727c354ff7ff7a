"""A lane that is not for this class of vehicle, by a map of the picture that the user draws.

For a camera that is fixed and never turns. In the configuration, corners as shares of the width and
of the height of the picture, left and top 0:

    rules:
      wrong_lane:
        lane_map:
          - name: làn xe mô tô
            polygon: [[0.62, 0.95], [0.95, 0.95], [0.60, 0.45], [0.55, 0.45]]
            kinds: [motorbike, bicycle]

A vehicle is in a lane with its foot: the middle part of its box's lower edge lies within.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipeline.scene.ground import is_whole
from pipeline.types import CameraMotion, FloatArray, Kind, Scene, Track
from pipeline.violations.base import spans

_FOOT = (0.3, 0.5, 0.7)  # places of the lower edge that have to be in the lane
_SURE_KIND = 0.75  # share of its looks that agree on its kind
_MOVED = 1.5  # own widths or heights of the way within the lane: whoever stands did not drive there
_BRIDGE_S = 0.65
_LEAST_LOOKS = 4


class MappedLane(BaseModel):
    """A lane as the user draws it: a polygon in shares of the picture, and who may drive in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field("", description="what it is called on the spot")
    polygon: tuple[tuple[float, float], ...] = Field(
        min_length=3, description="corners: shares of the picture's width and height"
    )
    kinds: tuple[Kind, ...] = Field(min_length=1, description="kinds of vehicle that may use it")

    @field_validator("polygon")
    @classmethod
    def _in_the_picture(
        cls, corners: tuple[tuple[float, float], ...]
    ) -> tuple[tuple[float, float], ...]:
        if any(not 0 <= share <= 1 for corner in corners for share in corner):
            raise ValueError("corners are shares of the picture, from 0 to 1")
        return corners

    def holds(self, points: FloatArray, scene: Scene) -> NDArray[np.bool_]:
        """(N,) which of the points (N, 2), pixels, lie in it."""
        ring = np.array(self.polygon) * [scene.width, scene.height]
        outline = ring.astype(np.float32).reshape(-1, 1, 2)
        inside = [cv2.pointPolygonTest(outline, (float(x), float(y)), False) for x, y in points]
        return np.array([side >= 0 for side in inside], bool)


@dataclass(frozen=True, slots=True)
class InLane:
    """A vehicle drove in a lane that is not for it: rows `hits` of its track."""

    track: Track
    lane: MappedLane
    hits: NDArray[np.intp]

    @property
    def span_s(self) -> tuple[float, float]:
        times = self.track.times_s
        return float(times[self.hits[0]]), float(times[self.hits[-1]])

    @property
    def duration_s(self) -> float:
        start, end = self.span_s
        return end - start

    @property
    def confidence(self) -> float:
        sure = float(np.mean(self.track.confidences[self.hits]))
        return min(1.0, 0.6 + 0.1 * self.duration_s) * self.track.kind_share * (0.5 + 0.5 * sure)


def is_fixed(scene: Scene) -> bool:
    """Did the camera stand still all the time? Only then a map of the picture holds."""
    states = scene.ego.states
    still = sum(state is CameraMotion.STILL for state in states)
    moved = any(state in (CameraMotion.PANNING, CameraMotion.DRIVING) for state in states)
    return bool(states) and not moved and still >= 0.8 * len(states)


def in_wrong_lanes(
    track: Track, lanes: Sequence[MappedLane], scene: Scene, least_s: float
) -> Iterator[InLane]:
    """Each stay of a vehicle in a lane of the map that is not for its kind."""
    if not track.kind.is_vehicle or track.kind_share < _SURE_KIND:
        return
    boxes = track.boxes.astype(np.float64)
    whole = is_whole(boxes, scene)
    for lane in lanes:
        if track.kind in lane.kinds:
            continue
        within = whole.copy()
        for share in _FOOT:
            x = boxes[:, 0] + share * (boxes[:, 2] - boxes[:, 0])
            within &= lane.holds(np.column_stack([x, boxes[:, 3]]), scene)
        for part in spans(within.tolist(), track.times_s.tolist(), _BRIDGE_S):
            hits = np.flatnonzero(within)
            hits = hits[(hits >= part.start) & (hits < part.stop)]
            stay = InLane(track, lane, hits)
            if len(hits) >= _LEAST_LOOKS and stay.duration_s >= least_s and _moves(boxes[hits]):
                yield stay


def _moves(boxes: FloatArray) -> bool:
    """Does it drive along the lane: over its own width across the picture, or height down it?"""
    third = max(len(boxes) // 3, 1)
    size = np.median(boxes[:, 2:] - boxes[:, :2], axis=0)
    feet = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]])
    step = np.abs(np.median(feet[-third:], axis=0) - np.median(feet[:third], axis=0))
    grown = np.median(boxes[-third:, 3] - boxes[-third:, 1]) / np.median(
        boxes[:third, 3] - boxes[:third, 1]
    )
    return bool((step > _MOVED * size).any() or abs(float(np.log(grown))) > 0.25)
