"""The way of a road user or a plate through a clip, and where it may be at any moment of it.

Whoever is to be hidden must be hidden in every picture: between two looks the box is interpolated,
before the first and after the last it goes on for a while, and it is always taken a little larger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence.marks import Box
from pipeline.types import Kind

_LONGEST_HOLE_S = 1.5  # longer out of sight, and it is two ways
_MARGIN = 0.06  # of the box's sides, on each side
_MOVED_MARGIN = 0.1  # of what it moves between two looks: boxes do not move evenly
_UNSEEN_MARGIN = 0.25  # of the box's sides at the farthest from a look
_SPEED_OVER_S = 0.6  # looks this far apart at most tell its speed
_FIRM = 3  # looks from which a speed is believed

_LINK_S = 0.5  # a detection continues a way seen this short a time ago
_LINK_OVERLAP = 0.25
_REACH_S, _LEAST_REACH_S = 0.5, 0.1  # no farther than the way is long, at least this far
_SURE = 0.3  # one look so sure, or
_OFTEN = 8  # so many looks make a way of detections that are unsure


class Group(Enum):
    """What is told apart: a car that is called a truck for a moment is still the same."""

    PERSON = auto()
    TWO_WHEELER = auto()
    CAR = auto()  # and bus and truck
    PLATE = auto()
    MOVER = auto()  # it moves; nobody knows what it is


def group_of(kind: Kind) -> Group:
    match kind:
        case Kind.PERSON:
            return Group.PERSON
        case Kind.MOTORBIKE | Kind.BICYCLE:
            return Group.TWO_WHEELER
        case _:
            return Group.CAR


@dataclass(frozen=True, slots=True)
class Sight:
    """Where something is at one moment."""

    group: Group
    box: Box
    room: Box  # with the margin that makes sure of it
    away_s: float = 0.0  # from the nearest look, before the first or after the last
    last: Box | None = None  # that look

    @property
    def seen(self) -> bool:
        """Whether it is between looks."""
        return self.last is None


@dataclass(frozen=True, slots=True)
class Way:
    """Looks at one thing, sorted by time: N seconds of the clip, N boxes (xyxy, pixels)."""

    group: Group
    times_s: NDArray[np.float64]  # (N,)
    boxes: NDArray[np.float64]  # (N, 4)
    reach_s: float = 0.5  # it is believed to be there before its first and after its last look
    sure: bool = True  # one look at least was; else it is what was seen often

    def at(self, time_s: float) -> Sight | None:
        """Where it is then; None where it is not believed to be in the picture."""
        times = self.times_s
        after = int(np.searchsorted(times, time_s))
        if 0 < after < len(times) or (after < len(times) and times[after] == time_s):
            before = max(after - 1, 0)
            hole = float(times[after] - times[before])
            if hole <= _LONGEST_HOLE_S:
                share = (time_s - float(times[before])) / hole if hole else 1.0
                box = self.boxes[before] * (1 - share) + self.boxes[after] * share
                moved = np.abs(self.boxes[after] - self.boxes[before])
                slack = _MOVED_MARGIN * np.maximum(moved[:2], moved[2:])
                return Sight(self.group, _box(box), _grown(box, _MARGIN, slack))
        near = [index for index in (after - 1, after) if 0 <= index < len(times)]
        index = min(near, key=lambda one: abs(float(times[one]) - time_s))
        away = time_s - float(times[index])
        return self._unseen(index, away) if abs(away) <= self.reach_s + 1e-6 else None

    def _unseen(self, index: int, away_s: float) -> Sight:
        """`away_s` after (or, if negative, before) the look `index`, with nothing beyond it."""
        still = self.boxes[index]
        speed, firm = self._speed(index, forward=away_s < 0)
        box = still + speed * away_s
        wide = (
            box
            if firm
            else np.concatenate([np.minimum(box, still)[:2], np.maximum(box, still)[2:]])
        )
        margin = _MARGIN + _UNSEEN_MARGIN * abs(away_s) / max(self.reach_s, abs(away_s), 1e-6)
        room = _grown(wide, margin, np.zeros(2))
        return Sight(self.group, _box(box), room, abs(away_s), _box(still))

    def _speed(self, index: int, *, forward: bool) -> tuple[NDArray[np.float64], bool]:
        """Pixels a second around a look, and whether that is to be believed.

        Of the middle alone: sides are cut off by the picture's edge and by others.
        """
        apart = np.abs(self.times_s - self.times_s[index])
        later = self.times_s > self.times_s[index]
        side = np.flatnonzero((apart <= _SPEED_OVER_S) & (apart > 0) & (later == forward))
        if not len(side):
            return np.zeros(4), False
        other = int(side[-1] if forward else side[0])
        span = float(self.times_s[other] - self.times_s[index])
        moved = (self.boxes[other] - self.boxes[index]).reshape(2, 2).mean(axis=0)
        return np.tile(moved, 2) / span, len(side) >= _FIRM - 1


@dataclass(slots=True)
class Linker:
    """Makes ways of what is found in every single picture, in order of time."""

    _open: list[_Growing] = field(default_factory=list)
    _done: list[_Growing] = field(default_factory=list)

    def look(self, time_s: float, found: Iterable[tuple[Group, Sequence[float], float]]) -> None:
        """Take one picture's finds in: of each what it is, its box, and how sure that is."""
        for way in [one for one in self._open if time_s - one.times[-1] > _LINK_S]:
            self._open.remove(way)
            self._done.append(way)
        fresh = [(group, np.asarray(box, np.float64), sure) for group, box, sure in found]
        pairs = sorted(
            (
                (overlap(way.boxes[-1], box), number, index)
                for number, way in enumerate(self._open)
                for index, (group, box, _) in enumerate(fresh)
                if way.group is group
            ),
            key=lambda pair: -pair[0],
        )
        taken_ways: set[int] = set()
        taken: set[int] = set()
        for share, number, index in pairs:
            if share < _LINK_OVERLAP:
                break
            if number not in taken_ways and index not in taken:
                taken_ways.add(number)
                taken.add(index)
                self._open[number].add(time_s, *fresh[index][1:])
        for index, (group, box, sure) in enumerate(fresh):
            if index not in taken:
                self._open.append(_Growing(group, [time_s], [box], sure))

    def ways(self) -> list[Way]:
        whole = (*self._done, *self._open)
        return [one.way() for one in whole if one.surest >= _SURE or len(one.times) >= _OFTEN]


@dataclass(slots=True)
class _Growing:
    group: Group
    times: list[float]
    boxes: list[NDArray[np.float64]]
    surest: float

    def add(self, time_s: float, box: NDArray[np.float64], sure: float) -> None:
        self.times.append(time_s)
        self.boxes.append(box)
        self.surest = max(self.surest, sure)

    def way(self) -> Way:
        times, boxes = np.array(self.times), np.array(self.boxes)
        reach = min(max(float(times[-1] - times[0]), _LEAST_REACH_S), _REACH_S)
        return Way(self.group, times, boxes, reach, self.surest >= _SURE)


Sides = Sequence[float] | NDArray[np.float64]


def overlap(one: Sides, other: Sides) -> float:
    """Intersection over union of two boxes."""
    shared = common(one, other)
    return shared / max(area(one) + area(other) - shared, 1e-9)


def common(one: Sides, other: Sides) -> float:
    """Area that two boxes share."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return float(max(width, 0.0) * max(height, 0.0))


def area(box: Sides) -> float:
    return float(max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0))


def _grown(box: NDArray[np.float64], share: float, more: NDArray[np.float64]) -> Box:
    around = share * (box[2:] - box[:2]) + more
    return _box(np.concatenate([box[:2] - around, box[2:] + around]))


def _box(values: NDArray[np.float64]) -> Box:
    x1, y1, x2, y2 = (float(value) for value in values)
    return x1, y1, x2, y2
