"""What of a picture is hidden before it is published, and what of it must stay.

People: head and shoulders. Vehicles other than the reported one: all of them below the roof, which
is plates and whoever sits behind the glass. The reported vehicle: who sits on or in it, but never
its lower part, where its plate is. Where two lie over each other, the nearer one, whose box ends
lower in the picture, decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.evidence.marks import Box
from pipeline.redaction.ways import Group, Sight, Way, area, common, overlap

_SAME = 0.5  # overlap from which two boxes of a kind are one and the same vehicle
_LIKE = 0.4  # the same between a box of that very picture and one between two looks
_GOES_ON = 0.2  # overlap from which something seen is what was believed to be there
_GONE_S = 0.2  # after it crossed the edge of the picture
_PART = 0.9  # of a box that is a part of the other
_PART_SIZE, _PART_BOTTOM = 0.3, 0.15

_SLIM, _STOUT = 0.5, 0.75  # width by height: a whole person, one cut off at the waist
_HEAD_SLIM, _HEAD_STOUT = 0.4, 0.6  # share of the box's height that head and shoulders take
_SMALL = 60.0  # pixels: a person of fewer is hidden whole
_CUT = 4.0  # pixels from the edge of the picture: the box may go on beyond it
_HAIR = 0.1  # of the height, above a person's box

_ABOVE_BIKE = 0.7  # of a two-wheeler's box, which ends at the saddle, its rider has above
_RIDER_UNSEEN, _RIDER_SEEN = 0.35, 0.1  # how far below its upper edge heads may be
_GLASS = 0.42  # share of a car's height that has its windows
_ROOF = 0.04
_INSIDE = 0.1  # the reported vehicle's box without its margin, where others may show
_NEARER = 0.02  # of its height
_OWN_MOVER = 0.5  # of a moving part, within the reported vehicle and its riders
_SEATED = 0.4  # share of a person's lower half over a vehicle's box: they sit on it


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of the picture: to be hidden, or (`keep`) to be as it was whatever came before."""

    box: Box
    keep: bool = False
    cells: float = 4.0  # across its longer side, at most


@dataclass(frozen=True, slots=True)
class Bystanders:
    """All ways through one clip, and which of them is the reported vehicle."""

    reported: Sequence[Way]  # its stretches
    others: Sequence[Way]
    width: int
    height: int
    show_riders: bool = False
    fixed: Sequence[Box] = ()  # hidden in every picture

    def patches(self, time_s: float) -> list[Patch]:
        """What is to be done with the picture of that moment, in this order."""
        sights = [sight for way in self.others if (sight := way.at(time_s)) is not None]
        known = (sight for way in self.reported if (sight := way.at(time_s)) is not None)
        here = min(known, key=lambda sight: sight.away_s, default=None)
        here = _exactly(here, sights) if here is not None else None
        sights = [one for one in sights if one.seen or self._is_believed(one, sights)]
        people = [one for one in sights if one.group is Group.PERSON]
        plates = [one for one in sights if one.group is Group.PLATE]
        vehicles = [one for one in sights if one.group in (Group.TWO_WHEELER, Group.CAR)]
        movers = [one for one in sights if one.group is Group.MOVER]
        if here is not None:
            movers = [one for one in movers if not _is_of(one, here)]
        # First: they are found with their shadows, and nothing of them may lie over the reported
        # vehicle, of whose box more is known.
        found = [Patch(one.room, cells=5) for one in movers]
        if here is not None and movers:
            found.append(Patch(here.room, keep=True))
        if here is not None:
            vehicles = [one for one in vehicles if not _is_same(one, here)]
            nearer = [one for one in vehicles if _is_nearer(one, here)]
            found += [self._vehicle(one) for one in vehicles if one not in nearer]
            keep = _plate_of(here)
            found.append(Patch(keep, keep=True))
            vehicles = nearer
            plates = _others_plates(plates, keep)
        found += [self._vehicle(one) for one in vehicles]
        found += [Patch(one.room, cells=2) for one in plates]
        if here is not None and self.show_riders:
            people = [one for one in people if not _sits_on(one.box, here.box)]
        elif here is not None:
            found.append(_people_of(here, people))
        for one in people:
            rider = here is not None and _sits_on(one.box, here.box)
            found.append(self._head(one, rider=rider))
        found += [Patch(box, cells=1) for box in self.fixed]
        return found

    def _is_believed(self, sight: Sight, sights: Sequence[Sight]) -> bool:
        """Whether something that nobody sees at this moment may yet be there."""
        alike = (one for one in sights if one.seen and one.group is sight.group)
        if any(overlap(one.box, sight.box) >= _GOES_ON for one in alike):
            return False
        return sight.away_s <= _GONE_S or not self._left(sight)

    def _left(self, sight: Sight) -> bool:
        """Whether its last look was at the edge of the picture, and it goes on beyond it."""
        assert sight.last is not None
        x1, y1, x2, y2 = sight.last
        left, top, right, bottom = sight.box
        return (
            (x1 < _CUT and left < x1)
            or (y1 < _CUT and top < y1)
            or (x2 > self.width - _CUT and right > x2)
            or (y2 > self.height - _CUT and bottom > y2)
        )

    def _vehicle(self, sight: Sight) -> Patch:
        x1, y1, x2, y2 = sight.room
        if sight.group is Group.TWO_WHEELER:
            return Patch((x1, y1 - _ABOVE_BIKE * (y2 - y1), x2, y2))
        return Patch((x1, y1 + _ROOF * (y2 - y1), x2, y2), cells=5)

    def _head(self, sight: Sight, *, rider: bool) -> Patch:
        """Of a rider of the reported vehicle never all: its plate is below."""
        x1, y1, x2, y2 = sight.room
        width, height = x2 - x1, y2 - y1
        top = y1 - _HAIR * height
        cut = y2 > self.height - _CUT
        slim = width / max(height, 1e-6)
        if not rider and (height < _SMALL or cut or slim > _STOUT):
            return Patch((x1, top, x2, y2), cells=3)
        share = _HEAD_SLIM if slim < _SLIM else _HEAD_STOUT
        around = 0.1 * width
        return Patch((x1 - around, top, x2 + around, y1 + share * height), cells=3)


def _exactly(here: Sight, sights: Sequence[Sight]) -> Sight:
    """The reported vehicle with the box of this very picture, where there is one."""
    alike = [one for one in sights if one.seen and one.group is here.group]
    best = max(alike, key=lambda one: overlap(one.box, here.box), default=None)
    if best is None or overlap(best.box, here.box) < _LIKE:
        return here
    return replace(here, box=best.box, room=best.room)


def _is_same(one: Sight, here: Sight) -> bool:
    """Whether it is the reported vehicle itself, found once more."""
    if one.group is not here.group:
        return False
    if overlap(one.box, here.box) >= _SAME:
        return True
    height = here.box[3] - here.box[1]
    return (
        common(one.box, here.box) >= _PART * area(one.box)
        and area(one.box) >= _PART_SIZE * area(here.box)
        and abs(one.box[3] - here.box[3]) <= _PART_BOTTOM * height
    )


def _is_of(mover: Sight, here: Sight) -> bool:
    """Whether what moves is the reported vehicle, or somebody on it."""
    x1, y1, x2, y2 = here.room
    if here.group is Group.TWO_WHEELER:
        y1 -= _ABOVE_BIKE * (y2 - y1)
    return common(mover.box, (x1, y1, x2, y2)) >= _OWN_MOVER * area(mover.box)


def _is_nearer(one: Sight, here: Sight) -> bool:
    """Whether it stands before the reported vehicle. What nobody saw there does not."""
    height = here.box[3] - here.box[1]
    return one.seen and one.box[3] > here.box[3] + _NEARER * height


def _plate_of(here: Sight) -> Box:
    """Where the reported vehicle's plate may be."""
    x1, y1, x2, y2 = here.box
    inside = _INSIDE * (x2 - x1)
    top = y1 + (_GLASS if here.group is Group.CAR else _RIDER_UNSEEN) * (y2 - y1)
    return x1 + inside, top, x2 - inside, y2


def _others_plates(plates: Sequence[Sight], keep: Box) -> list[Sight]:
    """Without the reported vehicle's own: of those within its part, the one nearest its middle."""
    own = [one for one in plates if common(one.box, keep) >= 0.5 * area(one.box)]
    if not own:
        return list(plates)
    middle = (keep[0] + keep[2]) / 2
    mine = min(own, key=lambda one: abs((one.box[0] + one.box[2]) / 2 - middle))
    return [one for one in plates if one is not mine and overlap(one.box, mine.box) < 0.3]


def _people_of(here: Sight, people: Sequence[Sight]) -> Patch:
    """Where the people on or in the reported vehicle have their heads, seen or not."""
    x1, y1, x2, y2 = here.room
    height = y2 - y1
    if here.group is Group.CAR:
        return Patch((x1, y1, x2, here.box[1] + _GLASS * (here.box[3] - here.box[1])), cells=4)
    seen = any(_sits_on(one.box, here.box) for one in people)
    below = _RIDER_SEEN if seen else _RIDER_UNSEEN
    bottom = here.box[1] + below * (here.box[3] - here.box[1])
    return Patch((x1, y1 - _ABOVE_BIKE * height, x2, bottom), cells=4)


def _sits_on(person: Box, vehicle: Box) -> bool:
    x1, y1, x2, y2 = person
    lower = (x1, (y1 + y2) / 2, x2, y2)
    return common(lower, vehicle) >= _SEATED * area(lower)
