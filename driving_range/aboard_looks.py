"""What the closer look at riders finds of them, as it was measured on real cuts of motorbikes.

The program's own `pipeline.closeups.aboard` decides whom to look at and whose riders they are; only
what the detector finds in the cut is drawn here. Measured with the shipped detector (sha256
7e4452d9…) on 88 motorbikes of TeerdhaTeerdha/Helmet-and-Triple-Riding-Detection (a public set that
the detector did not learn from; 248 riders whose heads are labelled), shown to it both as a part
of a whole picture and as a cut of 224 pixels: of riders that it found in the whole picture it found
`_AGAIN` in the cut, of those that it had missed `_AFTER_ALL`, by the motorbike's height in the
whole picture's 640 pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from driving_range.detector import Looks
from driving_range.views import View
from pipeline.closeups.aboard import Aboard, cut, told
from pipeline.types import KINDS, Detections, FloatArray, Frame, Kind, Track

_HEIGHTS = np.log([30.0, 45.0, 70.0])
_AGAIN = np.array([0.85, 0.87, 0.82])
_AFTER_ALL = np.array([0.59, 0.50, 0.36])
_LEAST_SHARE = 0.2  # of a body that is to be seen
_STICKY = 0.7  # correlation of misses from one fifth of a second to the next
_EDGE = 0.03  # of a box's size, one standard deviation
_INPUT_PX = 640.0


def with_aboard(
    tracks: Sequence[Track],
    views: Sequence[View],
    looks: Sequence[Looks],
    size: tuple[int, int],
    noise: float,
    rng: np.random.Generator,
) -> list[Track]:
    """The tracks, with the traits of `pipeline.closeups.aboard` where it would have looked."""
    look = _Drawn(views, looks, size, noise, rng)
    rows: dict[int, list[tuple[int, int]]] = {}
    for index, track in enumerate(tracks):
        for row, frame in enumerate(track.frames.tolist()):
            rows.setdefault(frame, []).append((index, row))
    traits: dict[int, dict[str, NDArray[np.float32]]] = {}
    for frame in sorted(rows):
        here = rows[frame]
        detections = Detections(
            np.array([tracks[i].boxes[row] for i, row in here], np.float32),
            np.array([tracks[i].confidences[row] for i, row in here], np.float32),
            np.array([KINDS.index(tracks[i].kind) for i, _ in here], np.int8),
        )
        ids = np.array([tracks[i].id for i, _ in here], np.int32)
        index, row = here[0]
        picture = Frame(look.picture, frame, float(tracks[index].times_s[row]), 0, 0.0)
        for name, values in look.look(picture, detections, ids).items():
            for member in np.flatnonzero(np.isfinite(values)):
                index, row = here[member]
                columns = traits.setdefault(index, {})
                empty = np.full(len(tracks[index]), np.nan, np.float32)
                columns.setdefault(name, empty)[row] = values[member]
    return [
        replace(track, traits={**track.traits, **traits[index]}) if index in traits else track
        for index, track in enumerate(tracks)
    ]


class _Drawn(Aboard):
    """The closer look with a detector that draws what it finds."""

    def __init__(
        self,
        views: Sequence[View],
        looks: Sequence[Looks],
        size: tuple[int, int],
        noise: float,
        rng: np.random.Generator,
    ) -> None:
        self._known = {}
        self._saved = 1.0
        self.weights = None
        self.picture = np.broadcast_to(np.zeros((1, 1, 3), np.uint8), (size[1], size[0], 3))
        self._noise, self._rng, self._frame = noise, rng, 0
        self._people = [
            (view, look)
            for view, look in zip(views, looks, strict=True)
            if view.kind is Kind.PERSON
        ]
        self._luck = [_walk(len(view.depths), rng) for view, _ in self._people]

    def look(
        self, frame: Frame, detections: Detections, ids: NDArray[np.int32]
    ) -> Mapping[str, NDArray[np.float32]]:
        self._frame = frame.index
        return super().look(frame, detections, ids)

    def tell(
        self, image: NDArray[np.uint8], seen: Detections, which: int
    ) -> tuple[float, float, float, float]:
        boxes = seen.boxes.astype(np.float64)
        mine, width, height = boxes[which], image.shape[1], image.shape[0]
        tall = np.log(max((mine[3] - mine[1]) * _INPUT_PX / max(width, height), 1.0))
        area = np.array(cut(mine, width, height), float)
        people, sure = [], []
        for (view, look), luck in zip(self._people, self._luck, strict=True):
            box = view.shown[self._frame]
            middle = (box[:2] + box[2:]) / 2
            if not ((middle > area[:2]) & (middle < area[2:])).all():
                continue
            likely = float(
                np.interp(tall, _HEIGHTS, _AGAIN if look.found[self._frame] else _AFTER_ALL)
            )
            likely = 1 - (1 - likely) ** (1 / self._noise**0.5)
            likely *= float(np.clip((view.shares[self._frame] - _LEAST_SHARE) / 0.3, 0, 1))
            if view.rider is not None and not look.found[self._frame]:
                likely *= view.rider.seen_share
            if 1 / (1 + np.exp(-1.702 * luck[self._frame])) < likely:
                extent = np.tile(box[2:] - box[:2], 2)
                people.append(box + extent * self._rng.normal(0, _EDGE, 4))
                sure.append(likely)
        is_person = seen.kinds == KINDS.index(Kind.PERSON)
        is_rival = seen.kinds == KINDS.index(Kind.MOTORBIKE)
        is_rival[which] = False
        whole = boxes[is_person][np.argsort(-seen.confidences[is_person], kind="stable")]
        closer = np.array(people, float).reshape(-1, 4)[np.argsort(sure)[::-1]]
        return told(mine, boxes[is_rival], whole, closer)


def _walk(count: int, rng: np.random.Generator) -> FloatArray:
    """(count,) standard normal, each correlated with the one before."""
    values = rng.normal(0, 1, count)
    for index in range(1, count):
        values[index] = _STICKY * values[index - 1] + (1 - _STICKY**2) ** 0.5 * values[index]
    return np.asarray(values)
