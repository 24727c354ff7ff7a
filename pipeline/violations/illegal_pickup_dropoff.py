"""Đón, trả khách không đúng nơi quy định: a bus at rest while people board or leave at its side.

Observed: a bus whose foot stays in one place (anchored pixels, `pipeline.scene.ground`) for
`least_s`, and people whose tracks end or begin *inside* its outline, their feet on the ground
beside it:

    u = (x_person - x1_bus) / w_bus,   v = (y2_bus - y_foot) / h_bus,   s = h_person / h_bus,

u well inside, v and s those of somebody who stands along the side that faces the camera. A track
that ends there has boarded, one that begins there has left, if

- it came from, or went to, a place some steps away, and is slow at the door;
- nobody goes on, later, where it would have gone, or came, earlier, from where it appears: whoever
  walks past is lost for a moment, or hidden, and seen again;
- it does not ride a motorbike.

At least `people` of them at one door (their u are near each other) are a candidate. People who
cross behind or before the bus vanish at the edge of its outline, not inside of it.

It cannot tell: where buses may stop (no list of stops is known here: every candidate says so), one
passenger alone from a person whom the detector lost (so it takes two), what happens on a side that
faces away, a driver or a helper who gets out from passengers, a stop that an officer ordered. A
camera that drives sees no rest; the rule says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from pipeline.scene.ground import Path, paths, stretches
from pipeline.types import Abstention, FloatArray, Incident, Kind, Measure, Scene, Track
from pipeline.violations.base import Language, Rule, RuleSettings, spans
from pipeline.violations.registry import rule
from pipeline.violations.riders import loads

_REST = 0.05  # of the bus's width: its foot stays within
_BRIDGE_S = 2.5  # whoever passes in front changes its outline for so long
_LEAST_HEIGHT = 0.14  # of the picture's: a smaller bus shows no people
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
_MOST_SURE = 0.75


class IllegalPickupDropoffSettings(RuleSettings):
    people: int = Field(2, ge=1, description="board or leave at one door; 1 alarms more, and wrong")
    least_s: float = Field(3.0, gt=0, description="the bus is at rest for at least so long")


@dataclass(frozen=True, slots=True)
class _Use:
    """Somebody who boarded or left."""

    person: Path
    what: str  # "boards" or "leaves"
    time_s: float
    door: float  # u


@rule
class IllegalPickupDropoff(Rule[IllegalPickupDropoffSettings]):
    id = "illegal_pickup_dropoff"
    names: ClassVar[dict[Language, str]] = {
        "vi": "Đón, trả khách không đúng nơi quy định",
        "en": "Picking up or setting down passengers where it is not allowed",
    }
    settings_type = IllegalPickupDropoffSettings
    sentence: ClassVar[dict[Language, str]] = {
        "vi": (
            "{vehicle} đứng yên {stop_duration:.0f} giây, có {boarding:.0f} người lên và "
            "{leaving:.0f} người xuống ở bên xe. Phần mềm không biết chỗ này có phải điểm dừng "
            "đón, trả khách hay không: cần kiểm tra."
        ),
        "en": (
            "The {vehicle} rests for {stop_duration:.0f} seconds while {boarding:.0f} people "
            "board and {leaving:.0f} leave at its side. No stop is known here: check whether "
            "there is one."
        ),
    }

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        buses = [track for track in tracks if track.kind is Kind.BUS and _is_large(track, scene)]
        if not buses:
            return
        riders = _riders(tracks)
        people = [t for t in tracks if t.kind is Kind.PERSON and t.id not in riders and len(t) > 1]
        standing = stretches(scene.ego, self.settings.least_s)
        for bus in buses:
            if bus.end_s - bus.start_s < self.settings.least_s:
                continue
            if not any(s.start_s < bus.end_s and bus.start_s < s.end_s for s in standing):
                yield Abstention(
                    self.id,
                    bus.start_s,
                    bus.end_s,
                    "a bus is in view, but the camera does not stand",
                )
        for stretch in standing:
            near = [
                person
                for person in people
                if person.start_s < stretch.end_s and stretch.start_s < person.end_s
            ]
            walks = paths(near, stretch, scene)
            for way in paths(buses, stretch, scene):
                for start, end in self._rests(way):
                    incident = self._judge(way, (start, end), walks, scene)
                    if incident is not None:
                        yield incident

    def _rests(self, way: Path) -> Iterable[tuple[float, float]]:
        """From when to when the bus is at rest; several times where it goes on in between."""
        first = 0
        while first < len(way):
            # What follows is at rest while it keeps to the place where it is just now.
            place = np.median(way.feet[first : first + 5], axis=0)
            still = np.linalg.norm(way.feet[first:] - place, axis=1)
            near = still <= _REST * float(np.median(way.widths[first : first + 5]))
            part = next(iter(spans(near.tolist(), way.times_s[first:].tolist(), _BRIDGE_S)), None)
            if part is None:
                first += 1
                continue
            start = float(way.times_s[first + part.start])
            end = float(way.times_s[first + part.stop - 1])
            if end - start >= self.settings.least_s:
                yield start, end
                first += part.stop
            else:
                first += part.start + 1

    def _judge(
        self, bus: Path, span: tuple[float, float], walks: Sequence[Path], scene: Scene
    ) -> Incident | None:
        outline = _outline(bus, span)
        uses = _at_one_door([use for walk in walks for use in _uses(walk, outline, span, walks)])
        if len(uses) < self.settings.people:
            return None
        rate = scene.sample_rate_hz
        boarding = sum(use.what == "boards" for use in uses)
        duration = span[1] - span[0]
        door = float(np.median([use.door for use in uses]))
        scatter = float(np.std([use.door for use in uses]))
        sure = float(np.mean(bus.track.confidences))
        confidence = (0.4 + 0.35 * (1 - 0.6 ** (len(uses) - 1))) * (0.6 + 0.5 * sure)
        times = sorted(use.time_s for use in uses)
        return self.incident(
            bus.track,
            span,
            min(confidence, _MOST_SURE),
            (
                Measure("stop_duration", round(duration, 1), "s", round(1 / rate, 2)),
                Measure("boarding", float(boarding), "people"),
                Measure("leaving", float(len(uses) - boarding), "people"),
                Measure("door_place", round(100 * door), "%", round(100 * scatter)),
                Measure("known_stops", 0.0, ""),
            ),
            times,
            [use.person.track.id for use in uses],
        )


@dataclass(frozen=True, slots=True)
class _Outline:
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


def _outline(bus: Path, span: tuple[float, float]) -> _Outline:
    rows = (bus.times_s >= span[0]) & (bus.times_s <= span[1])
    x, foot = np.median(bus.feet[rows], axis=0)
    width, height = float(np.median(bus.widths[rows])), float(np.median(bus.heights[rows]))
    return _Outline(float(x) - width / 2, float(x) + width / 2, float(foot), height)


def _uses(
    walk: Path, outline: _Outline, span: tuple[float, float], walks: Sequence[Path]
) -> Iterable[_Use]:
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
            yield _Use(walk, what, at, (x - outline.left) / outline.width)


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


def _placed(walk: Path, rows: slice, outline: _Outline) -> bool:
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


def _at_one_door(uses: Sequence[_Use]) -> list[_Use]:
    """The most uses that are near each other along the bus."""
    best: list[_Use] = []
    for use in uses:
        here: dict[int, _Use] = {}
        for other in uses:
            if abs(other.door - use.door) <= _DOOR:
                here.setdefault(other.person.track.id, other)
        if len(here) > len(best):
            best = list(here.values())
    return best


def _is_large(track: Track, scene: Scene) -> bool:
    heights = track.boxes[:, 3] - track.boxes[:, 1]
    return len(track) >= 8 and float(np.median(heights)) >= _LEAST_HEIGHT * scene.height


def _riders(tracks: Sequence[Track]) -> set[int]:
    """People who are aboard a motorbike in a good part of their looks."""
    looks: dict[int, int] = {}
    for load in loads(tracks):
        for aboard in load.riders:
            for one in aboard:
                looks[one] = looks.get(one, 0) + 1
    return {t.id for t in tracks if looks.get(t.id, 0) > _RIDES * len(t)}
