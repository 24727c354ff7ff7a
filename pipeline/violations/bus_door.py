"""Who boards a bus at rest or leaves it: tracks that end or begin beside it, inside of its outline.

Places and sizes are those of `illegal_pickup_dropoff`, whose docstring has the formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.scene.ground import Path
from pipeline.types import FloatArray, Track
from pipeline.violations.on_foot import Walk, pace
from pipeline.violations.riders import loads

_INSIDE = (0.06, 0.94)  # u of the middle of somebody beside it
_EDGE = 1.16  # ... of somebody at a door near its far end, who stands off its side
_OVERLAP = 0.8  # of a person's width within the bus's
_FEET = (-0.12, 0.34)  # v: on the ground beside it, from the nearest wheel to the far end
_EDGE_FEET = 0.46  # ... at the far end
_SIZES = (0.28, 0.95)  # s: from the far end of a coach to beside a minibus
_EDGE_SIZE = 0.24
_LEAST_LOOKS = 4
_STEPS = 0.6  # own heights that somebody walks to the door or from it
_GONE_S = 6.0  # nobody goes on there for so long
_OVERLAP_S = 0.5  # two numbers may lie on one person for so long
_REACH, _REACH_A_S = 0.6, 0.1  # own heights, and more a second: off the place at one's pace
_CLOSE, _WAITS_S = 0.55, 2.5  # own heights and seconds: stood there and was lost for so long
_DOOR = 0.14  # of the bus's width: uses of one door are within
_PAUSE = 0.45  # own heights a second: at the door they are slower; one walks at 0.7 to 0.9
_EDGE_PAUSE = 0.25  # ... at its far end, where others vanish who walk around it
_WALK, _SLACK = 1.6, 0.3  # own heights a second, and once: faster is no walk
_BACK = (0.6, 0.9)  # own heights, and more a second: who left may be the one who boards later
_RIDES = 0.4  # of the looks, aboard a motorbike


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody who boarded or left."""

    person: Walk
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

    def place(self, foot: FloatArray) -> tuple[float, float]:
        """u and v of a foot (2,)."""
        u = (foot[0] - self.left) / self.width
        return float(u), float((self.foot - foot[1]) / self.height)

    def beside(self, foot: FloatArray, width: float, height: float) -> bool:
        """Does somebody with this foot (2,) stand along the side that faces the camera?"""
        u, v = self.place(foot)
        common = min(foot[0] + width / 2, self.right) - max(foot[0] - width / 2, self.left)
        return bool(
            _INSIDE[0] <= u <= _INSIDE[1]
            and common >= _OVERLAP * width
            and _FEET[0] <= v <= _FEET[1]
            and _SIZES[0] <= height / self.height <= _SIZES[1]
        )

    def at_far_end(self, foot: FloatArray, height: float) -> bool:
        """Does somebody stand off a door near the end that is farther from the camera?"""
        u, v = self.place(foot)
        return bool(
            min(u, 1 - u) < 0.12
            and 1 - _EDGE <= u <= _EDGE
            and 0.02 <= v <= _EDGE_FEET
            and _EDGE_SIZE <= height / self.height <= _SIZES[1]
        )


def outline_of(bus: Path, span: tuple[float, float]) -> Outline:
    rows = (bus.times_s >= span[0]) & (bus.times_s <= span[1])
    x, foot = np.median(bus.feet[rows], axis=0)
    width, height = float(np.median(bus.widths[rows])), float(np.median(bus.heights[rows]))
    return Outline(float(x) - width / 2, float(x) + width / 2, float(foot), height)


def uses_of(
    walk: Walk,
    outline: Outline,
    span: tuple[float, float],
    walks: Sequence[Walk],
    focal_px: float,
) -> Iterable[Use]:
    """How this person used a door: not at all, or at one end of their way or the other."""
    if len(walk) < _LEAST_LOOKS or walk.times_s[-1] - walk.times_s[0] < 0.6:
        return
    for what, near, edge in (("boards", slice(-3, None), -1), ("leaves", slice(0, 3), 0)):
        at = float(walk.times_s[edge])
        # Outside of the rest the bus was not yet there, or nobody knows.
        if (
            span[0] + 0.3 <= at <= span[1] - 0.3
            and _stands_at_door(walk, near, outline)
            and not _goes_on(walk, walks, forward=what == "boards")
            and _has_walked(walk, edge, focal_px)
        ):
            x = float(np.median(walk.feet[near, 0]))
            yield Use(walk, what, at, (x - outline.left) / outline.width)


def _has_walked(walk: Walk, edge: int, focal_px: float) -> bool:
    """Some steps to the door or from it, and no faster than one walks."""
    away = walk.away(edge, focal_px)
    far = int(away.argmax())
    lasts = abs(float(walk.times_s[edge] - walk.times_s[far]))
    return bool(_STEPS <= away[far] <= _WALK * lasts + _SLACK)


def _stands_at_door(walk: Walk, rows: slice, outline: Outline) -> bool:
    """Whoever steps up or down is beside the bus, and slower there than one who walks."""
    feet, times = walk.feet[rows], walk.times_s[rows]
    height = float(np.median(walk.heights[rows]))
    slow = float(np.linalg.norm(feet[-1] - feet[0])) / max(float(times[-1] - times[0]), 1e-3)
    foot = np.median(feet, axis=0)
    if slow <= _EDGE_PAUSE * walk.tall and outline.at_far_end(foot, height):
        return True
    return slow <= _PAUSE * walk.tall and outline.beside(
        foot, float(np.median(walk.widths[rows])), height
    )


def _goes_on(walk: Walk, walks: Sequence[Walk], forward: bool) -> bool:
    """Is the same person seen again after the way ended, or before it began?

    Looked for where they would be at their pace, and where they were lost.
    """
    sign = 1.0 if forward else -1.0
    edge = -1 if forward else 0
    at, foot, tall = float(walk.times_s[edge]), walk.feet[edge], walk.tall
    speed = pace(walk.times_s, walk.feet, forward)
    for other in walks:
        if other is walk:
            continue
        row = 0 if forward else len(other) - 1
        later = sign * float(other.times_s[row] - at)
        if not -_OVERLAP_S < later <= _GONE_S:
            continue  # somebody else, who was seen together with this one, or long after
        since = max(later, 0.0)
        off_ahead = float(np.linalg.norm(other.feet[row] - (foot + sign * speed * since)))
        off_here = float(np.linalg.norm(other.feet[row] - foot))
        if abs(float(np.log(other.tall / tall))) > 0.4:
            continue
        waited = since <= _WAITS_S and off_here <= _CLOSE * tall
        if waited or off_ahead <= (_REACH + _REACH_A_S * since) * tall:
            return True
    return False


def at_one_door(uses: Sequence[Use]) -> list[Use]:
    """The most uses by different people that are near each other along the bus."""
    best: list[Use] = []
    for use in uses:
        here: dict[tuple[int, ...], Use] = {}
        for other in uses:
            if abs(other.door - use.door) <= _DOOR:
                here.setdefault(other.person.ids, other)
        different = _different(list(here.values()))
        if len(different) > len(best):
            best = different
    return best


def _different(uses: list[Use]) -> list[Use]:
    """Without those who board that may be one who left before: a driver who stretched his legs."""
    left = [use for use in uses if use.what == "leaves"]
    kept = []
    for use in sorted(uses, key=lambda use: use.time_s):
        if use.what == "boards":
            back = next((one for one in left if _may_be_one(one.person, use.person)), None)
            if back is not None:
                left.remove(back)
                continue
        kept.append(use)
    return kept


def _may_be_one(gone: Walk, come: Walk) -> bool:
    since = float(come.times_s[0] - gone.times_s[-1])
    off = float(np.linalg.norm(come.feet[0] - gone.feet[-1]))
    return since > -_OVERLAP_S and off <= (_BACK[0] + _BACK[1] * max(since, 0.0)) * gone.tall


def riders_of(tracks: Sequence[Track]) -> set[int]:
    """People who are aboard a motorbike in a good part of their looks."""
    looks: dict[int, int] = {}
    for load in loads(tracks):
        for aboard in load.riders:
            for one in aboard:
                looks[one] = looks.get(one, 0) + 1
    return {t.id for t in tracks if looks.get(t.id, 0) > _RIDES * len(t)}
