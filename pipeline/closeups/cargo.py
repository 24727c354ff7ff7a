"""What a truck carries and how, by our own network (`models/truck_parts.md`).

Looked at are trucks in the full picture, at least `LEAST_HEIGHT_PX` tall and not cut by its edge: a
truck in focus twice a second at most, and after the first few looks only once it has grown. The
network tells for each pixel of the crop which part of a truck it shows (cab, body, open load,
cover, wheel, frame), and for the whole crop what the body holds and from where it is seen.

Traits, each NaN where nobody looked or the part is not there:

- `cab_top`, `body_top`, `body_bottom`, `load_top`: how far down from the box's top, in shares of
  its height: 0 at the top, 1 at the bottom, where the wheels stand;
- `wheel_px`: diameter of the largest wheel seen whole, pixels of the picture;
- `load_share`, `cover_share`: open load, and tarpaulin or net, as shares of all that is seen of the
  truck;
- `heaped`: probability that loose stuff stands above the sides without a cover; `covered`: that a
  tarpaulin or net lies over load or hoops; `open_bed`: that the body is open above;
- `seen_aside`, `seen_behind`: probability that it is seen from the side, straight from behind. Only
  there cab, wheel and sides are at one distance, or the sides at that of the plate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import KINDS, Detections, FloatArray, Frame, Kind
from pipeline.vision.onnx_model import OnnxModel
from pipeline.vision.weights import Weights

WIDTH, HEIGHT = 128, 96  # pixels of the network's picture
MARGIN = 0.06  # of the box, added on each side
LEAST_HEIGHT_PX = 64.0

# The order of the network's channels, as in training/cargo/shapes.py and trucks.py.
BACKGROUND, CAB, BODY, LOAD, COVER, WHEEL, CHASSIS = range(7)
CLOSED, COVERED, SUNK, HEAPED, GOODS = range(5)
BEHIND, BEHIND_ASIDE, ASIDE, AHEAD = range(4)

TRAITS = (
    "cab_top",
    "body_top",
    "body_bottom",
    "load_top",
    "wheel_px",
    "load_share",
    "cover_share",
    "heaped",
    "covered",
    "open_bed",
    "seen_aside",
    "seen_behind",
)

_AGAIN_S = 0.5
_GROWN = 1.12
_FIRST_LOOKS = 6  # taken without the truck growing
_MOST = 2  # looks in one frame: the largest due
_FORGET_S = 20.0
_EDGE_PX = 2.0  # a box so near the picture's edge is cut by it
_HIDDEN = 0.25  # of the box: so much of it behind a nearer vehicle tells nothing
_LEAST_SHARE = 0.012  # of the crop: a part with fewer pixels is not there
_ROW = 0.3  # of a part's widest row: rows with less are posts, mirrors, noise

Bytes = NDArray[np.uint8]
Row = Mapping[str, float]


class CargoLooks:
    """The closer look at trucks. Raises ModelError where the shipped weights are damaged."""

    traits: ClassVar[tuple[str, ...]] = TRAITS

    def __init__(self) -> None:
        self._network = OnnxModel("truck_parts")
        self.weights: Weights | None = self._network.weights
        self._last: dict[int, tuple[float, float, int]] = {}  # by track: time, height, looks

    def look(
        self, frame: Frame, detections: Detections, ids: NDArray[np.int32]
    ) -> Mapping[str, NDArray[np.float32]]:
        """The traits (N,) of this frame; nothing at all where no truck was due."""
        due = self._due(frame, detections, ids)
        if not due:
            return {}
        values = {name: np.full(len(detections), np.nan, np.float32) for name in TRAITS}
        for index in due:
            box = detections.boxes[index].astype(np.float64)
            for name, value in self.tell(frame.image, box).items():
                values[name][index] = value
        return values

    def tell(self, image: Bytes, box: NDArray[np.float64]) -> Row:
        """What is seen of the truck in `box` (xyxy, pixels of `image`)."""
        crop = picture(image, box)
        parts, cargo, view = self._network(crop.transpose(2, 0, 1)[None].astype(np.float32))
        return measured(parts[0].argmax(axis=0), cargo[0], view[0], box[2:] - box[:2])

    def _due(self, frame: Frame, seen: Detections, ids: NDArray[np.int32]) -> list[int]:
        """Indices of the trucks to look at now, and a note that they were."""
        trucks = np.flatnonzero((seen.kinds == KINDS.index(Kind.TRUCK)) & (ids >= 0))
        if not len(trucks):
            return []
        heights = (seen.boxes[:, 3] - seen.boxes[:, 1]).astype(np.float64)
        height, width = frame.image.shape[:2]
        due: list[int] = []
        for index in trucks[np.argsort(-heights[trucks], kind="stable")]:
            tall = float(heights[index])
            if tall < LEAST_HEIGHT_PX or len(due) == _MOST:
                break
            time_s, before, looks = self._last.get(int(ids[index]), (-np.inf, 0.0, 0))
            if frame.time_s - time_s < _AGAIN_S:
                continue
            if looks >= _FIRST_LOOKS and tall < _GROWN * before:
                continue
            if _is_cut(seen.boxes[index], width, height) or _is_hidden(seen, int(index)):
                continue
            due.append(int(index))
            self._last[int(ids[index])] = (frame.time_s, max(tall, before), looks + 1)
        if len(self._last) > 200:
            self._last = {
                one: last for one, last in self._last.items() if frame.time_s - last[0] < _FORGET_S
            }
        return due


def picture(image: Bytes, box: NDArray[np.float64]) -> Bytes:
    """(96, 128, 3) the network's picture of `box` and a margin around it, edges drawn out."""
    around = MARGIN * (box[2:] - box[:2])
    x1, y1 = np.floor(box[:2] - around).astype(int)
    x2, y2 = np.ceil(box[2:] + around).astype(int)
    height, width = image.shape[:2]
    crop = image[max(y1, 0) : max(y2, 1), max(x1, 0) : max(x2, 1)]
    beyond = (max(-y1, 0), max(y2 - height, 0), max(-x1, 0), max(x2 - width, 0))
    if any(beyond):
        crop = np.asarray(cv2.copyMakeBorder(crop, *beyond, cv2.BORDER_REPLICATE), np.uint8)
    shrinks = crop.shape[0] > HEIGHT or crop.shape[1] > WIDTH
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (WIDTH, HEIGHT), interpolation=how), np.uint8)


def measured(
    parts: NDArray[np.intp], cargo: NDArray[np.float32], view: NDArray[np.float32], size: FloatArray
) -> Row:
    """Traits from parts (96, 128), logits of cargo (5,) and view (4,), and the box's size in px."""
    held, seen_from = _likely(cargo), _likely(view)
    seen = max(int((parts != BACKGROUND).sum()), 1)
    values = {
        "heaped": float(held[HEAPED]),
        "covered": float(held[COVERED]),
        "open_bed": float(held[SUNK] + held[HEAPED] + held[GOODS]),
        "seen_aside": float(seen_from[ASIDE]),
        "seen_behind": float(seen_from[BEHIND]),
        "load_share": float((parts == LOAD).sum() / seen),
        "cover_share": float((parts == COVER).sum() / seen),
    }
    for part, top, bottom in (
        (CAB, "cab_top", None),
        (BODY, "body_top", "body_bottom"),
        (LOAD, "load_top", None),
    ):
        rows = _rows(parts == part)
        if rows is not None:
            values[top] = _share(rows[0])
            if bottom is not None:
                values[bottom] = _share(rows[1])
    wheel = _wheel(parts == WHEEL, size * (1 + 2 * MARGIN) / (WIDTH, HEIGHT))
    if wheel is not None:
        values["wheel_px"] = wheel
    return values


def _rows(mask: NDArray[np.bool_]) -> tuple[float, float] | None:
    """Upper and lower edge of a part, in rows of the crop, or None where it is not there."""
    counts = mask.sum(axis=1)
    if counts.sum() < _LEAST_SHARE * mask.size:
        return None
    wide = np.flatnonzero(counts >= _ROW * counts.max())
    return float(wide[0]), float(wide[-1] + 1)


def _share(row: float) -> float:
    """A row of the crop as a share of the box's height."""
    return row / HEIGHT * (1 + 2 * MARGIN) - MARGIN


def _wheel(mask: NDArray[np.bool_], pixel: FloatArray) -> float | None:
    """Height of the largest wheel that is seen whole; `pixel` is a pixel's width and height."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    best = 0.0
    for _, top, width, height, area in stats[1:count]:
        # Two wheels that touch are wider than one, one behind a guard is not round.
        round_share = (width * pixel[0]) / (height * pixel[1])
        is_whole = area > 0.6 * width * height and 0.6 < round_share < 1.3 and height >= 8
        if is_whole and top + height > 0.8 * HEIGHT:
            best = max(best, float(height * pixel[1]))
    return best or None


def _likely(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    values = np.exp(logits.astype(np.float64) - float(logits.max()))
    return np.asarray(values / values.sum(), np.float64)


def _is_cut(box: NDArray[np.float32], width: int, height: int) -> bool:
    x1, y1, x2, y2 = (float(value) for value in box)
    return bool(x1 < _EDGE_PX or y1 < _EDGE_PX or x2 > width - _EDGE_PX or y2 > height - _EDGE_PX)


def _is_hidden(seen: Detections, which: int) -> bool:
    """Does a nearer vehicle (its foot is lower in the picture) stand before it?"""
    x1, y1, x2, y2 = (float(value) for value in seen.boxes[which])
    hidden = 0.0
    for index, (a1, b1, a2, b2) in enumerate(seen.boxes.astype(np.float64)):
        if index == which or b2 <= y2 or not KINDS[int(seen.kinds[index])].is_vehicle:
            continue
        hidden += max(0.0, min(x2, a2) - max(x1, a1)) * max(0.0, min(y2, b2) - max(y1, b1))
    return hidden > _HIDDEN * (x2 - x1) * (y2 - y1)
