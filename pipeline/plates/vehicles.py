"""The plates of tracked vehicles: few frames, each fetched once, each vehicle's look cut from it.

What is read in one vehicle's crop may hang on the vehicle beside it: whose it is, is decided by
`belongs` over all tracks, not by whose crop it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from pipeline.footage.pick import frames_at
from pipeline.progress import Advance
from pipeline.settings import PlatesSettings
from pipeline.types import Frame, Kind, Plate, PlateReading, Track, Trip

from .base import AnyReader
from .belongs import assign
from .fuse import fuse
from .looks import choose_looks
from .quads import overlap
from .read import read_plates
from .readers import make_reader

Box = tuple[float, float, float, float]
Stage = Callable[[int], AbstractContextManager[Advance]]
"""Opens a stage of so many steps."""

# Vehicles narrower than this, in pixels, are passed over: a car's letters are 1/22 of its width
# (80 mm of 1.8 m), a motorbike's 1/12 (55 mm of 0.65 m), so they would be less than 4 pixels high.
_LEAST_WIDTH = {Kind.MOTORBIKE: 40.0, Kind.CAR: 80.0, Kind.BUS: 110.0, Kind.TRUCK: 110.0}
_MARGIN = 0.1  # of the box at each side: plates stand out, and text needs some room around it
_MOSTLY_WITHIN = 0.5  # of the smaller box: two vehicles that are read in one crop
_SAME_PLACE = 0.4  # of the smaller plate


@dataclass(slots=True)
class _Moment:
    """One frame to fetch and the parts of it to read."""

    time_s: float
    boxes: list[Box] = field(default_factory=list)


class PlateService:
    """Reads the plates of tracked vehicles.

    Raises MissingExtraError or ModelError where the reader of the settings cannot be had.
    """

    def __init__(self, settings: PlatesSettings, reader: AnyReader | None = None) -> None:
        self._settings = settings
        self._reader = reader or make_reader(settings)

    def read(
        self,
        trip: Trip,
        tracks: Sequence[Track],
        wanted: set[int],
        scene_size: tuple[int, int],
        stage: Stage,
    ) -> dict[int, Plate]:
        """The plate of each track in `wanted` by its id; one that was never legible has no text.

        `tracks` are all road users of the trip, for a plate may hang on a neighbour; `scene_size`
        is (width, height) in pixels. Only one frame is held at a time. Raises DecodeError.
        """
        chosen = [track for track in tracks if track.id in wanted]
        moments = _moments(chosen, scene_size, self._settings.looks)
        readings: list[PlateReading] = []
        if moments:
            with stage(len(moments)) as advance:
                asked = [(index, moments[index].time_s) for index in sorted(moments)]
                for done, frame in enumerate(frames_at(trip, asked), 1):
                    readings += self._look(frame, moments[frame.index].boxes)
                    advance(done)
        owned = assign(readings, tracks)
        return {track.id: fuse(owned.get(track.id, ()), track) for track in chosen}

    def _look(self, frame: Frame, boxes: Sequence[Box]) -> list[PlateReading]:
        """What is read in the parts of a frame."""
        height, width = frame.image.shape[:2]
        found: list[PlateReading] = []
        for box in boxes:
            x1, y1 = max(int(box[0]), 0), max(int(box[1]), 0)
            x2, y2 = min(int(box[2]) + 1, width), min(int(box[3]) + 1, height)
            if x2 <= x1 or y2 <= y1:
                continue
            found += read_plates(
                frame.image[y1:y2, x1:x2],
                self._reader,
                time_s=frame.time_s,
                frame=frame.index,
                offset=(float(x1), float(y1)),
            )
        return _each_once(found)


def _moments(
    tracks: Sequence[Track], scene_size: tuple[int, int], looks: int
) -> Mapping[int, _Moment]:
    """What to read for `tracks`, by `Frame.index`."""
    moments: dict[int, _Moment] = {}
    for track in tracks:
        least = _LEAST_WIDTH.get(track.kind)
        if least is None:
            continue  # bicycles and people carry no plates
        for index in choose_looks(track, scene_size, looks):
            x1, y1, x2, y2 = (float(value) for value in track.boxes[index])
            if x2 - x1 < least:
                continue
            x, y = _MARGIN * (x2 - x1), _MARGIN * (y2 - y1)
            moment = moments.setdefault(
                int(track.frames[index]), _Moment(float(track.times_s[index]))
            )
            moment.boxes.append((x1 - x, y1 - y, x2 + x, y2 + y))
    for moment in moments.values():
        moment.boxes = _joined(moment.boxes)
    return moments


def _joined(boxes: Sequence[Box]) -> list[Box]:
    """Boxes of which one lies mostly within another as the one box around them."""
    joined: list[Box] = []
    for box in boxes:
        whole = box
        while within := next((o for o in joined if overlap(whole, o) >= _MOSTLY_WITHIN), None):
            joined.remove(within)
            whole = (
                min(whole[0], within[0]),
                min(whole[1], within[1]),
                max(whole[2], within[2]),
                max(whole[3], within[3]),
            )
        joined.append(whole)
    return joined


def _each_once(readings: Sequence[PlateReading]) -> list[PlateReading]:
    """The surest reading at each place: a plate seen in two crops is one look, not two."""
    kept: list[PlateReading] = []
    for reading in sorted(readings, key=lambda one: one.confidence, reverse=True):
        if all(overlap(reading.box, other.box) < _SAME_PLACE for other in kept):
            kept.append(reading)
    return kept
