"""People who ride on the outside of a vehicle: in its bed, on its roof, hanging from its side.

With x1, y2, w, h of the vehicle's box in the same frame, somebody is at

    u = (middle - x1) / w,   head = (y2 - y_head) / h,   foot = (y2 - y_foot) / h.

Above: their head is about the vehicle's top or over it and what is seen of them ends well above the
road. Whoever sits inside and is seen through a window is below the top. At the side: they reach
out over the outline's edge with their feet off the road; over the middle of a side they may be
painted on it. They count where they keep their place on it as it moves: whoever walks or rides
behind it does not. People are lost and found again every second look, so each piece of a track
answers for itself (the slope of u and head over it, in own widths a second), or all looks together
for one person (how far they are from their median).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.types import FloatArray, Kind, Track
from pipeline.vision.aboard import owners

_KINDS = (Kind.TRUCK, Kind.BUS, Kind.CAR)
_LEAST_HEAD = {Kind.TRUCK: 0.9, Kind.BUS: 0.94, Kind.CAR: 1.06}  # a box's top is off by so much
_ACROSS = (0.02, 0.98)  # u of somebody above
_LEAST_FOOT = {Kind.TRUCK: 0.5, Kind.BUS: 0.75, Kind.CAR: 0.4}  # of somebody above
_LEAST_ABOVE = 0.28  # size of somebody not over the top: more than shows in a cab's window
_REACHES_OUT = 0.2  # own widths beyond the outline of somebody at the side
_SIDE_FOOT, _SIDE_HEAD, _LEAST_BESIDE = (0.1, 0.45), (0.5, 1.15), 0.35
_MOST_SIZE = 0.9  # of a person in heights of the vehicle
_LEAST_LOOKS = 3  # of a piece
_GROWS = 0.3  # logarithm: of their size in the vehicle's, over a piece; who only drives beside it
_STRAYS = 0.8  # own widths a second: a vehicle that turns shows its bed from another side
_SCATTER = 0.3  # own widths, from look to look; and more by what the vehicle's edges are off:
_EDGES = 0.035  # of its size
_LOOKS_AT_ONE_PLACE, _ONE_PLACE = 7, 0.35  # own widths from their median


@dataclass(frozen=True, slots=True)
class Carried:
    """What is seen on the outside of one vehicle: arrays of one length N, a row for each look."""

    track: Track  # of the vehicle
    above: NDArray[np.int32]  # (N,) people above it
    beside: NDArray[np.int32]  # (N,) people at its side
    people: tuple[int, ...]  # their track ids


def carried(tracks: Sequence[Track]) -> Iterator[Carried]:
    """Every vehicle with somebody on its outside who keeps their place there."""
    aboard = _riders(tracks)
    people = [track for track in tracks if track.kind is Kind.PERSON and track.id not in aboard]
    for vehicle in tracks:
        if vehicle.kind not in _KINDS or len(vehicle) < _LEAST_LOOKS:
            continue
        above = np.zeros(len(vehicle), np.int32)
        beside = np.zeros(len(vehicle), np.int32)
        ids = []
        places = [(person, _place(person, vehicle)) for person in people]
        found = [place for _, place in places if place is not None]
        proved = [above for above in (True, False) if _is_proved(found, above)]
        for person, place in places:
            if place is not None and place.above in proved:
                (above if place.above else beside)[place.rows] += 1
                ids.append(person.id)
        if ids:
            yield Carried(vehicle, above, beside, tuple(dict.fromkeys(ids)))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where on a vehicle somebody is seen, and in which rows of the vehicle's track."""

    rows: NDArray[np.intp]
    above: bool  # else at its side
    at: FloatArray  # (N, 2) across and up, own widths


def _is_proved(places: Sequence[_Place], above: bool) -> bool:
    """Was anybody seen long enough at one time, or often enough at one place?"""
    here = [place for place in places if place.above is above]
    if any(len(place.rows) >= _LEAST_LOOKS for place in here):
        return True
    looks = np.concatenate([place.at for place in here]) if here else np.empty((0, 2))
    if len(looks) < _LOOKS_AT_ONE_PLACE:
        return False
    return bool((np.median(np.abs(looks - np.median(looks, axis=0)), axis=0) <= _ONE_PLACE).all())


def _place(person: Track, vehicle: Track) -> _Place | None:
    """Where this person keeps their place on the vehicle, if they do."""
    _, mine, its = np.intersect1d(person.frames, vehicle.frames, return_indices=True)
    if len(mine) == 0:
        return None
    box, body = person.boxes[mine].astype(np.float64), vehicle.boxes[its].astype(np.float64)
    wide, tall = np.maximum(body[:, 2:] - body[:, :2], 1.0).T
    u = ((box[:, 0] + box[:, 2]) / 2 - body[:, 0]) / wide
    heads, feet = (body[:, 3] - box[:, 1]) / tall, (body[:, 3] - box[:, 3]) / tall
    own = float(np.median(box[:, 2] - box[:, 0]))
    head, foot, middle = (float(np.median(values)) for values in (heads, feet, u))
    out = np.maximum(body[:, 0] - box[:, 0], box[:, 2] - body[:, 2]) / own
    is_above = (
        _ACROSS[0] < middle < _ACROSS[1]
        and head >= _LEAST_HEAD[vehicle.kind]
        and foot >= _LEAST_FOOT[vehicle.kind]
        and (head >= 1.03 or head - foot >= _LEAST_ABOVE or foot >= _LEAST_FOOT[Kind.BUS])
    )
    at_side = (
        _REACHES_OUT < float(np.median(out)) < 1.0
        and _SIDE_FOOT[0] < foot < _SIDE_FOOT[1]
        and _SIDE_HEAD[0] < head < _SIDE_HEAD[1]
        and head - foot >= _LEAST_BESIDE
    )
    if not (is_above or at_side) or head - foot > _MOST_SIZE:
        return None
    # A vehicle that comes nearer grows, and so do places on it: those of a box of median size.
    times = person.times_s[mine]
    if not _is_as_large(times, np.log(np.maximum(heads - feet, 1e-3))):
        return None
    for places, size in ((u, wide), (heads, tall)):
        widths = float(np.median(size)) / own
        if not _is_steady(times, places * widths, _SCATTER + _EDGES * widths):
            return None
    return _Place(its, is_above, np.column_stack([u * wide, heads * tall]) / own)


def _is_steady(times: FloatArray, places: FloatArray, scatter: float) -> bool:
    """Neither strays nor scatters by much; `places` in own widths."""
    if len(places) < 2:
        return True
    slope, start = np.polyfit(times - times[0], places, 1)
    left = places - start - slope * (times - times[0])
    return abs(float(slope)) <= _STRAYS and float(np.std(left)) <= scatter


def _is_as_large(times: FloatArray, sizes: FloatArray) -> bool:
    """Does somebody grow and shrink with the vehicle? `sizes`: logarithms, in its heights."""
    if len(sizes) < _LOOKS_AT_ONE_PLACE:
        return True  # too few to tell a trend
    slope = float(np.polyfit(times, sizes, 1)[0])
    return abs(slope) * float(times[-1] - times[0]) <= _GROWS


def _riders(tracks: Sequence[Track]) -> set[int]:
    """People who are on a motorbike or a bicycle in a good part of their looks."""
    two_wheeled = [t for t in tracks if t.kind in (Kind.MOTORBIKE, Kind.BICYCLE)]
    bikes = _by_frame(two_wheeled)
    looks: dict[int, int] = defaultdict(int)
    people = {t.id: t for t in tracks if t.kind is Kind.PERSON}
    for frame, here in _by_frame(list(people.values())).items():
        if frame not in bikes:
            continue
        boxes = np.array([box for _, box in bikes[frame]], np.float64)
        persons = np.array([box for _, box in here], np.float64)
        for (track_id, _), mine in zip(here, owners(boxes, persons), strict=True):
            looks[track_id] += bool(mine)
    return {track_id for track_id, count in looks.items() if count > 0.3 * len(people[track_id])}


def _by_frame(tracks: Sequence[Track]) -> Mapping[int, list[tuple[int, NDArray[np.float32]]]]:
    found: dict[int, list[tuple[int, NDArray[np.float32]]]] = defaultdict(list)
    for track in tracks:
        for frame, box in zip(track.frames.tolist(), track.boxes, strict=True):
            found[frame].append((track.id, box))
    return found
