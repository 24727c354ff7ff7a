"""Who boards a bus at rest or leaves it: tracks that end or begin beside it, inside of its outline.

Places and sizes are those of `illegal_pickup_dropoff`, whose docstring has the formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.scene.ground import Path
from pipeline.types import FloatArray, Track
from pipeline.violations.riders import loads

_INSIDE = (0.06, 0.94)  # u of the middle of somebody beside it
_OVERLAP = 0.8  # of a person's width within the bus's
_FEET = (-0.12, 0.34)  # v: on the ground beside it, from the nearest wheel to the far end
_SIZES = (0.28, 0.95)  # s: from the far end of a coach to beside a minibus
_LEAST_LOOKS = 4
_STEPS = 0.6  # own heights that somebody walks to the door or from it
_GONE_S = 6.0  # nobody goes on there for so long
_OVERLAP_S = 0.5  # two numbers may lie on one person for so long
_REACH, _REACH_A_S = 0.6, 0.1  # own heights, and more a second: off the place at one's pace
_CLOSE, _WAITS_S = 0.55, 2.5  # own heights and seconds: stood there and was lost for so long
_DOOR = 0.14  # of the bus's width: uses of one door are within
_PAUSE = 0.55  # own heights a second: at the door they are slower; one walks at 0.7 to 0.9
_WALK = 1.6  # own heights a second: faster is no walk
_RIDES = 0.4  # of the looks, aboard a motorbike


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody who boarded or left."""

    person: Path
    what: str  # "boards" or "leaves"
    time_s: float
    door: float  # u


@dataclass(frozen=True, slots=True)
class Outline:
    """Where a bus at rest stands, in anchored pixels."""

    left: float
    right: float
    foot: float
    height: float

    @property
    def width(self) -> float:
        return self.right - self.left

    def beside(self, foot: FloatArray, width: float, height: float) -> bool:
        """Does somebody with this foot (2,) stand along the side that faces the camera?"""
        u = (foot[0] - self.left) / self.width
        v = (self.foot - foot[1]) / self.height
        common = min(foot[0] + width / 2, self.right) - max(foot[0] - width / 2, self.left)
        return bool(
            _INSIDE[0] <= u <= _INSIDE[1]
            and common >= _OVERLAP * width
            and _FEET[0] <= v <= _FEET[1]
            and _SIZES[0] <= height / self.height <= _SIZES[1]
        )


def outline_of(bus: Path, span: tuple[float, float]) -> Outline:
    rows = (bus.times_s >= span[0]) & (bus.times_s <= span[1])
    x, foot = np.median(bus.feet[rows], axis=0)
    width, height = float(np.median(bus.widths[rows])), float(np.median(bus.heights[rows]))
    return Outline(float(x) - width / 2, float(x) + width / 2, float(foot), height)


def uses_of(
    walk: Path, outline: Outline, span: tuple[float, float], walks: Sequence[Path]
) -> Iterable[Use]:
    """How this person used a door: not at all, or at one end of their way or the other."""
    if len(walk) < _LEAST_LOOKS or walk.times_s[-1] - walk.times_s[0] < 0.6:
        return
    for what, near, edge in (("boards", slice(-3, None), -1), ("leaves", slice(0, 3), 0)):
        boards = what == "boards"
        at = float(walk.times_s[edge])
        # Outside of the rest the bus was not yet there, or nobody knows.
        if (
            span[0] + 0.3 <= at <= span[1] - 0.3
            and _placed(walk, near, outline)
            and _pauses(walk, near)
            and _continued(walk, walks, forward=boards) is None
            and _has_walked(walk, _continued(walk, walks, forward=not boards), edge)
        ):
            x = float(np.median(walk.feet[near, 0]))
            yield Use(walk, what, at, (x - outline.left) / outline.width)


def _has_walked(walk: Path, rest: Path | None, edge: int) -> bool:
    """Some steps, and no faster than one walks; `rest` is more of the way under another number."""
    other = rest or walk
    far = 0 if edge else -1
    tall = float(np.median(walk.heights))
    way = float(np.linalg.norm(walk.feet[edge] - other.feet[far]))
    lasts = abs(float(walk.times_s[edge] - other.times_s[far]))
    return _STEPS * tall <= way <= _WALK * tall * lasts


def _pauses(walk: Path, rows: slice) -> bool:
    """Whoever steps up or down is slower there than one who walks."""
    feet, times = walk.feet[rows], walk.times_s[rows]
    pace = np.linalg.norm(feet[-1] - feet[0]) / max(float(times[-1] - times[0]), 1e-3)
    return bool(pace <= _PAUSE * np.median(walk.heights))


def _placed(walk: Path, rows: slice, outline: Outline) -> bool:
    foot = np.median(walk.feet[rows], axis=0)
    return outline.beside(
        foot, float(np.median(walk.widths[rows])), float(np.median(walk.heights[rows]))
    )


def _continued(walk: Path, walks: Sequence[Path], forward: bool) -> Path | None:
    """The same person seen again after the track ended, or before it began.

    Looked for where they would be at their pace, and where they were lost.
    """
    tall = float(np.median(walk.heights))
    sign = 1.0 if forward else -1.0
    edge = -1 if forward else 0
    at, foot = float(walk.times_s[edge]), walk.feet[edge]
    some = min(len(walk) - 1, 6)
    other_row = edge - some if forward else some
    pace = (foot - walk.feet[other_row]) / max(abs(at - float(walk.times_s[other_row])), 0.2)
    for other in walks:
        if other.track.id == walk.track.id:
            continue
        later = sign * (other.times_s - at)
        row = 0 if forward else len(other) - 1
        if not -_OVERLAP_S < later[row] <= _GONE_S:
            continue  # somebody else, who was seen together with this one, or long after
        since = max(float(later[row]), 0.0)
        off_ahead = float(np.linalg.norm(other.feet[row] - (foot + pace * since)))
        off_here = float(np.linalg.norm(other.feet[row] - foot))
        grown = abs(float(np.log(np.median(other.heights) / tall)))
        if grown > 0.4:
            continue
        waited = since <= _WAITS_S and off_here <= _CLOSE * tall
        if waited or off_ahead <= (_REACH + _REACH_A_S * since) * tall:
            return other
    return None


def at_one_door(uses: Sequence[Use]) -> list[Use]:
    """The most uses that are near each other along the bus."""
    best: list[Use] = []
    for use in uses:
        here: dict[int, Use] = {}
        for other in uses:
            if abs(other.door - use.door) <= _DOOR:
                here.setdefault(other.person.track.id, other)
        if len(here) > len(best):
            best = list(here.values())
    return best


def riders_of(tracks: Sequence[Track]) -> set[int]:
    """People who are aboard a motorbike in a good part of their looks."""
    looks: dict[int, int] = {}
    for load in loads(tracks):
        for aboard in load.riders:
            for one in aboard:
                looks[one] = looks.get(one, 0) + 1
    return {t.id for t in tracks if looks.get(t.id, 0) > _RIDES * len(t)}
