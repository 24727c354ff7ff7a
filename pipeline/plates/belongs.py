"""Whose plate is it: by where it sits on a vehicle, and by moving with it.

A plate inside two boxes belongs to the vehicle that its size, its place and its kind fit; where two
fit about as well it belongs to nobody, for a plate given to the wrong vehicle is worse than none.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.types import Kind, PlateKind, PlateReading, Track

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Fit:
    """What is usual on one kind of vehicle: shares of the vehicle's box."""

    width: tuple[float, float]  # plate width over vehicle width, from least to most
    height: tuple[float, float]  # where its centre is, 0 at the top of the box and 1 at the bottom
    plates: frozenset[PlateKind]


_CAR_PLATES = frozenset(PlateKind) - {PlateKind.MOTORBIKE}
# Widths from the plates' (0.19 m on a motorbike, 0.33 to 0.52 m elsewhere) and the vehicles' own
# (0.7 m; 1.8 m; 2.5 m), with room for views from the side and for riders inside the box.
_USUAL = {
    Kind.MOTORBIKE: _Fit((0.08, 0.75), (0.25, 1.08), frozenset(PlateKind) - {PlateKind.TRAILER}),
    Kind.CAR: _Fit((0.05, 0.45), (0.35, 1.05), _CAR_PLATES),
    Kind.TRUCK: _Fit((0.03, 0.40), (0.35, 1.05), _CAR_PLATES),
    Kind.BUS: _Fit((0.03, 0.40), (0.35, 1.05), _CAR_PLATES),
}
_MOTORBIKE_NEVER = frozenset({PlateKind.CAR})
_BESIDE = 0.06  # of the vehicle's size: a plate may stand out of its box by as much
_NESTED_WORTH = 0.5  # nats for each e-fold of area: the smaller box is the nearer vehicle
_CLEAR_MARGIN = 0.6  # nats between the best vehicle and the second
_STEADY = 0.15  # of the vehicle's size: how far a plate may wander on it


def fit(reading: PlateReading, box: Box, kind: Kind) -> float:
    """How badly a plate sits on a vehicle, in nats; infinite where it cannot be its plate."""
    usual = _USUAL.get(kind)
    if usual is None:
        return math.inf
    width, height = box[2] - box[0], box[3] - box[1]
    if width <= 0 or height <= 0:
        return math.inf
    x, y = relative(reading.box, box)
    if not (-_BESIDE <= x <= 1 + _BESIDE and usual.height[0] <= y <= usual.height[1]):
        return math.inf
    share = (reading.box[2] - reading.box[0]) / width
    if not usual.width[0] <= share <= usual.width[1]:
        return math.inf
    if reading.text is not None:
        plate = reading.text.kind
        if plate not in usual.plates or (kind is Kind.MOTORBIKE and plate in _MOTORBIKE_NEVER):
            # The text may be wrong, and with it the kind: the surer, the worse the fit.
            if reading.confidence > 0.5:
                return math.inf
            return _NESTED_WORTH * math.log(width * height) + 2.0
    return _NESTED_WORTH * math.log(width * height)


def relative(plate: Box, vehicle: Box) -> tuple[float, float]:
    """The plate's centre in the vehicle's box: (0, 0) upper left corner, (1, 1) lower right."""
    width, height = vehicle[2] - vehicle[0], vehicle[3] - vehicle[1]
    x = (plate[0] + plate[2]) / 2 - vehicle[0]
    y = (plate[1] + plate[3]) / 2 - vehicle[1]
    return x / width, y / height


def owner(reading: PlateReading, tracks: Iterable[Track]) -> Track | None:
    """The vehicle that carries the plate in the frame it was read from, or None where unsure."""
    fits = []
    for track in tracks:
        box = _box_at(track, reading.frame)
        if box is not None:
            cost = fit(reading, box, track.kind)
            if math.isfinite(cost):
                fits.append((cost, track.id, track))
    fits.sort(key=lambda one: one[:2])
    if not fits or (len(fits) > 1 and fits[1][0] - fits[0][0] < _CLEAR_MARGIN):
        return None
    return fits[0][2]


def assign(
    readings: Sequence[PlateReading], tracks: Sequence[Track]
) -> dict[int, list[PlateReading]]:
    """The readings of each track by its id: those that sit on it and move with it, sorted by time.

    Readings must be of frames in which the track was observed (`PlateReading.frame` is
    `Frame.index`). Readings without a clear owner are in no list.
    """
    owned: dict[int, list[PlateReading]] = defaultdict(list)
    by_id = {track.id: track for track in tracks}
    for reading in readings:
        track = owner(reading, tracks)
        if track is not None:
            owned[track.id].append(reading)
    result = {}
    for track_id, its in owned.items():
        steady = _moving_with(by_id[track_id], its)
        if steady:
            result[track_id] = sorted(steady, key=lambda one: one.time_s)
    return result


def _moving_with(track: Track, readings: Sequence[PlateReading]) -> list[PlateReading]:
    """Of the readings on one vehicle, those at the one place where its plate stays.

    Where two places are held about equally (two plates in one box), none: nobody can say which.
    """
    spots = []
    for reading in readings:
        box = _box_at(track, reading.frame)
        assert box is not None, "a reading owned by a track is of one of its frames"
        spots.append(relative(reading.box, box))
    points = np.array(spots)
    near = np.abs(points[:, None] - points[None]).max(axis=2) <= _STEADY
    support = near.sum(axis=1)
    centre = int(support.argmax())
    kept, others = near[centre], ~near[centre]
    rival = int((near & others[None])[others].sum(axis=1).max()) if others.any() else 0
    if rival >= 0.67 * int(kept.sum()):
        return []
    return [reading for reading, keep in zip(readings, kept, strict=True) if keep]


def _box_at(track: Track, frame: int) -> Box | None:
    index = int(np.searchsorted(track.frames, frame))
    if index >= len(track) or int(track.frames[index]) != frame:
        return None
    x1, y1, x2, y2 = (float(value) for value in track.boxes[index])
    return x1, y1, x2, y2
