"""Riders of one motorbike followed by their place on it, with what was seen of their heads.

Tracks of riders jump from one to the other: they overlap, and the tracker sees them five times a
second. A rider is therefore followed by the place on the motorbike, from one frame to the next, and
by the track's id only while it keeps to that place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.types import Kind, Track
from pipeline.violations.riders import Load

HEAD_OF_PERSON = 0.17  # height of a head in heights of a rider's box

_JUMP = 0.3  # motorbike widths from one look to the next: farther away it is somebody else
_APART_S = 1.2  # after so long a place says nothing


@dataclass(slots=True)
class Look:
    """One look at one head that told something."""

    row: int  # of the motorbike's track
    bare: float  # likelihood of bare against helmet as a probability, both equally likely before
    head_px: float  # height of the head


@dataclass(slots=True)
class Head:
    """One rider over time."""

    looks: list[Look] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)  # of the motorbike's track: aboard in these
    ids: set[int] = field(default_factory=set)  # tracks of the person
    feet: list[float] = field(default_factory=list)  # lower ends, in motorbike heights from its top
    place: float = 0.0  # last one, in motorbike widths from its middle
    last_s: float = 0.0


def heads(load: Load, people: Mapping[int, Track]) -> list[Head]:
    """Every rider of a motorbike; their looks are what the trait `bare_head` says of them."""
    found: list[Head] = []
    for row, (places, ids) in enumerate(zip(load.offsets, load.riders, strict=True)):
        time_s, frame = float(load.track.times_s[row]), int(load.track.frames[row])
        taken: set[int] = set()
        for place, person in zip(places, ids, strict=True):
            head = _same(found, taken, place, person, time_s)
            if head is None:
                found.append(Head())
                head = len(found) - 1
            taken.add(head)
            one = found[head]
            one.rows.append(row)
            one.ids.add(person)
            one.place, one.last_s = place, time_s
            at = int(np.searchsorted(people[person].frames, frame))
            bike = load.track.boxes[row]
            one.feet.append(float((people[person].boxes[at, 3] - bike[1]) / (bike[3] - bike[1])))
            look = _look(people[person], at, row)
            if look is not None:
                one.looks.append(look)
    return found


def persons(tracks: Sequence[Track]) -> dict[int, Track]:
    return {track.id: track for track in tracks if track.kind is Kind.PERSON}


def _same(
    found: Sequence[Head], taken: set[int], place: float, person: int, time_s: float
) -> int | None:
    """Index of the rider who sat here last, one of the same track before others."""
    near = [
        (person not in head.ids, abs(head.place - place), index)
        for index, head in enumerate(found)
        if index not in taken
        and time_s - head.last_s <= _APART_S
        and abs(head.place - place) <= _JUMP
    ]
    return min(near)[2] if near else None


def _look(person: Track, at: int, row: int) -> Look | None:
    column = person.traits.get("bare_head")
    if column is None or not np.isfinite(column[at]):
        return None
    height = float(person.boxes[at, 3] - person.boxes[at, 1])
    return Look(row, float(column[at]), HEAD_OF_PERSON * height)
