"""Plates of known size as rulers: millimetres a pixel at the distance of a vehicle's plate.

A look finds the plate in the vehicle's crop (the shipped locator), moves its sides to where the
brightness changes (`plate_edges`), and weighs every size and pose that it may have (`plate_scale`).
A ruler must be beyond doubt: it counts only where the reader spells a plate of the vehicle's own
class on it, at this look or at an earlier one at the same place of the vehicle. So lamps, lettering
and the plate of a motorbike in front of a truck give no scale.

Looks are dear (tens of milliseconds) and grow better with size: at most one a frame, one a second
for each vehicle, and after the first few only when the vehicle has grown. Trucks and buses are
always looked at, others where their box says that something stands out.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.closeups.plate_edges import refined
from pipeline.closeups.plate_scale import PlateScale, plate_scale
from pipeline.plates.base import Image, Quad
from pipeline.plates.locator import PlateSpot
from pipeline.plates.shipped_reader import ShippedReader
from pipeline.types import KINDS, Detections, Frame, Kind, PlateKind
from pipeline.vision.weights import Weights

_LEAST_WIDTH = {Kind.TRUCK: 100.0, Kind.BUS: 100.0, Kind.CAR: 90.0, Kind.MOTORBIKE: 48.0}
# Width of the vehicle in the picture that the locator gets: plates are some 40 pixels wide there.
_SEEN_WIDTH = {Kind.TRUCK: 290.0, Kind.BUS: 290.0, Kind.CAR: 200.0, Kind.MOTORBIKE: 160.0}
_MOST_ENLARGED = 2.0
_FROM = {Kind.MOTORBIKE: 0.0}  # share of the height from which down a plate may hang
_FROM_ELSEWHERE = 0.35
_BESIDE = 0.04  # of the width, and below it: the box may cut the plate off
_WIDE_MOTORBIKE = 0.85  # width over height: seen from behind and wider, something stands out
_TALL_CAR = 1.1  # height over width: something on the roof
_EVERY_S = 1.0
_GROWN = 1.15
_FIRST_LOOKS = 6  # taken without the vehicle growing
_SAME_PLACE = 0.1  # of the vehicle's size
_LEAST_SCORE = 0.45  # of the locator
_LEAST_READ = 0.1  # confidence of the reader that there is such a plate at all
_TRIED = 2  # spots of a crop that are read
_PLATE_SHARE = {Kind.MOTORBIKE: (0.08, 0.75)}  # of the vehicle's width
_PLATE_SHARE_ELSEWHERE = (0.05, 0.42)


@dataclass(slots=True)
class _Known:
    """What is known of one track's plate."""

    time_s: float = -math.inf
    height_px: float = 0.0
    looks: int = 0
    place: tuple[float, float] | None = None  # of the plate that was read, in the vehicle's box


class PlateRulers:
    """Traits `mm_per_px`, across the line of sight at the plate, and its standard deviation."""

    traits: ClassVar[tuple[str, ...]] = ("mm_per_px", "mm_per_px_sigma")
    weights: Weights | None

    def __init__(self, reader: ShippedReader | None = None) -> None:
        self._reader = reader or ShippedReader(threads=1)
        self.weights = self._reader.locator.weights
        self._known: dict[int, _Known] = defaultdict(_Known)

    def look(
        self, frame: Frame, detections: Detections, ids: NDArray[np.int32]
    ) -> Mapping[str, NDArray[np.float32]]:
        """(N,) scales, finite for one detection at most."""
        which = self._due(frame, detections, ids)
        if which is None:
            return {}
        known = self._known[int(ids[which])]
        box = detections.boxes[which].astype(np.float64)
        known.time_s, known.height_px = frame.time_s, float(box[3] - box[1])
        known.looks += 1
        scale = self._scale(frame.image, detections, which, known)
        if scale is None:
            return {}
        values = np.full((2, len(detections)), np.nan, np.float32)
        values[:, which] = scale.mm_per_px, scale.sigma
        return dict(zip(self.traits, values, strict=True))

    def _due(self, frame: Frame, detections: Detections, ids: NDArray[np.int32]) -> int | None:
        """The vehicle that it is worth looking at now: of those due, the one in want of a look."""
        best, most = None, 0.0
        height, width = frame.image.shape[:2]
        for index in np.flatnonzero(ids >= 0):
            kind = KINDS[int(detections.kinds[index])]
            x1, y1, x2, y2 = (float(value) for value in detections.boxes[index])
            if x2 - x1 < _LEAST_WIDTH.get(kind, math.inf) or not _is_of_interest(
                kind, x2 - x1, y2 - y1
            ):
                continue
            if x1 < 2 or x2 > width - 2 or y2 > height - 2:
                continue  # cut by the picture: it cannot be measured anyway
            known = self._known[int(ids[index])]
            if frame.time_s - known.time_s < _EVERY_S:
                continue
            grown = (y2 - y1) / max(known.height_px, 1.0)
            if known.looks >= _FIRST_LOOKS and grown < _GROWN:
                continue
            want = min(grown, 4.0) / (1 + known.looks)
            if want > most:
                best, most = int(index), want
        return best

    def _scale(
        self, image: Image, detections: Detections, which: int, known: _Known
    ) -> PlateScale | None:
        box = detections.boxes[which].astype(np.float64)
        kind = KINDS[int(detections.kinds[which])]
        spots = [spot for spot in self._spots(image, box, kind) if _hangs_on(spot.quad, box, kind)]
        spots = [spot for spot in spots if not _is_anothers(spot.quad, detections, which)]
        for spot in sorted(spots, key=lambda one: -one.score)[:_TRIED]:
            place = _place(spot.quad, box)
            if not _is_same(place, known.place):
                if not self._reads(image, spot, kind):
                    continue
                known.place = place
            outline = refined(image, spot.quad)
            return None if outline is None else plate_scale(outline, spot.two_lines, kind)
        return None

    def _spots(self, image: Image, box: NDArray[np.float64], kind: Kind) -> list[PlateSpot]:
        """What the locator finds in a vehicle's crop, in pixels of the picture."""
        width, height = box[2] - box[0], box[3] - box[1]
        top = box[1] + _FROM.get(kind, _FROM_ELSEWHERE) * height
        x1, y1 = max(int(box[0] - _BESIDE * width), 0), max(int(top), 0)
        x2, y2 = int(box[2] + _BESIDE * width) + 1, int(box[3] + _BESIDE * width) + 1
        crop = image[y1:y2, x1:x2]
        factor = min(_SEEN_WIDTH[kind] / width, _MOST_ENLARGED)
        how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
        seen = np.asarray(cv2.resize(crop, None, fx=factor, fy=factor, interpolation=how), np.uint8)
        corner = np.array([x1, y1])
        return [
            PlateSpot(spot.quad / factor + corner, spot.score, spot.two_lines)
            for spot in self._reader.locator.find(seen)
            if spot.score >= _LEAST_SCORE
        ]

    def _reads(self, image: Image, spot: PlateSpot, kind: Kind) -> bool:
        """Is a plate of the vehicle's class spelt there?"""
        found = self._reader.examine(image, [spot])
        if not found or found[0][0].confidence < _LEAST_READ or found[0][0].text is None:
            return False
        return (found[0][0].text.kind is PlateKind.MOTORBIKE) == (kind is Kind.MOTORBIKE)


def _is_of_interest(kind: Kind, width: float, height: float) -> bool:
    if kind is Kind.MOTORBIKE:
        return width > _WIDE_MOTORBIKE * height
    return kind is not Kind.CAR or height > _TALL_CAR * width


def _place(quad: Quad, box: NDArray[np.float64]) -> tuple[float, float]:
    """The plate's middle in the vehicle's box: 0 to 1 from the left and from the top."""
    x, y = (quad.mean(axis=0) - box[:2]) / (box[2:] - box[:2])
    return float(x), float(y)


def _is_same(one: tuple[float, float], other: tuple[float, float] | None) -> bool:
    return other is not None and max(abs(one[0] - other[0]), abs(one[1] - other[1])) < _SAME_PLACE


def _hangs_on(quad: Quad, box: NDArray[np.float64], kind: Kind) -> bool:
    """Is it as wide, against the vehicle, as its plate may be?"""
    least, most = _PLATE_SHARE.get(kind, _PLATE_SHARE_ELSEWHERE)
    share = float(np.ptp(quad[:, 0]) / (box[2] - box[0]))
    x, y = _place(quad, box)
    return least <= share <= most and 0 <= x <= 1 and y <= 1.05


def _is_anothers(quad: Quad, detections: Detections, which: int) -> bool:
    """Does it lie on another vehicle that stands before this one?"""
    x, y = quad.mean(axis=0)
    for index, (x1, y1, x2, y2) in enumerate(detections.boxes):
        if index == which or not KINDS[int(detections.kinds[index])].is_vehicle:
            continue
        if not (x1 <= x <= x2 and y1 <= y <= y2):
            continue
        mine = detections.boxes[which]
        if (x2 - x1) * (y2 - y1) < 0.8 * (mine[2] - mine[0]) * (mine[3] - mine[1]):
            return True
    return False
