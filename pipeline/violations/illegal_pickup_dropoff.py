"""Đón, trả khách không đúng nơi quy định: a bus at rest while people board or leave at its side.

Observed: a bus whose foot stays in one place (anchored pixels, `pipeline.scene.ground`) for
`least_s`, and people whose tracks end or begin *inside* its outline, their feet on the ground
beside it:

    u = (x_person - x1_bus) / w_bus,   v = (y2_bus - y_foot) / h_bus,   s = h_person / h_bus,

u well inside, v and s those of somebody who stands along the side that faces the camera; or, at
the far end, a little beyond it, standing still. Ways that broke in pieces are joined before, and
tracks that go over from one person to another are cut (`on_foot`). A way that ends there has
boarded, one that begins there has left, if

- it came from, or went to, a place some steps away, and is slow at the door;
- nobody goes on, later, where it would have gone, or came, earlier, from where it appears: whoever
  walks past is lost for a moment, or hidden, and seen again;
- it does not ride a motorbike.

At least `people` who board, or `people` who leave, at one door (their u are near each other) are a
candidate: one who comes and one who goes may be two who walked past, or one who came back. People
who cross behind or before the bus vanish at the edge of its outline, not inside of it.

Where buses may stop is told by the user's map (bus stops, `pipeline.scene.zones`) and the
satellites: a bus within `stop_within_m` of one is silent, for the place is the camera's and not the
bus's own. Without map or satellites every candidate says that no stop is known.

It cannot tell: a stop that the map lacks, one passenger alone from a person whom the detector lost
(so it takes two), a bus that the detector takes for a truck, what happens on a side that faces
away, a driver or a helper who gets out from passengers, a stop that an officer ordered. A camera
that drives sees no rest; the rule says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from pipeline.scene.ground import Path, paths, stretches
from pipeline.scene.zones import distance_m, position_at
from pipeline.types import (
    Abstention,
    FloatArray,
    Incident,
    Kind,
    Measure,
    Scene,
    Track,
    ZoneKind,
)
from pipeline.violations.base import Language, Rule, RuleSettings, spans
from pipeline.violations.bus_door import at_one_door, outline_of, riders_of, uses_of
from pipeline.violations.on_foot import Walk, walks_of
from pipeline.violations.registry import rule

_REST = 0.05  # of the bus's width: its foot stays within
_SHIFTED = 0.14  # ... and a rest goes on whose place shifts by so much at once
_LEAST_REST_S = 1.5
_BRIDGE_S = 2.5  # whoever passes in front changes its outline for so long
_LEAST_HEIGHT = 0.14  # of the picture's: a smaller bus shows no people
_MOST_SURE = 0.75
FOCAL = 0.9  # of the picture's width, as cameras usually have it


class IllegalPickupDropoffSettings(RuleSettings):
    people: int = Field(2, ge=1, description="board or leave at one door; 1 alarms more, and wrong")
    least_s: float = Field(3.0, gt=0, description="the bus is at rest for at least so long")
    stop_within_m: float = Field(
        60.0, gt=0, description="a stop of the map this near to the camera may be the bus's"
    )


_NO_STOP: dict[Language, str] = {
    "vi": (
        "{vehicle} đứng yên {stop_duration:.0f} giây, có {boarding:.0f} người lên và "
        "{leaving:.0f} người xuống ở bên xe. Điểm dừng gần nhất trên bản đồ cách nơi quay "
        "{nearest_stop:.0f} m."
    ),
    "en": (
        "The {vehicle} rests for {stop_duration:.0f} seconds while {boarding:.0f} people "
        "board and {leaving:.0f} leave at its side. The nearest stop on the map is "
        "{nearest_stop:.0f} m from the camera."
    ),
}


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
        riders = riders_of(tracks)
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
            walks = walks_of(paths(near, stretch, scene))
            for way in paths(buses, stretch, scene):
                for start, end in self._rests(way):
                    incident = self._judge(way, (start, end), walks, scene)
                    if incident is not None:
                        yield incident

    def _rests(self, way: Path) -> list[tuple[float, float]]:
        """From when to when the bus is at rest; several times where it goes on in between."""
        first = 0
        found: list[tuple[float, float, FloatArray]] = []
        wide = float(np.median(way.widths))
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
            if end - start < _LEAST_REST_S:
                first += part.start + 1
                continue
            first += part.stop
            before = found[-1] if found else None
            # Whoever stops in front of it shifts its outline, and it seems to step aside.
            if (
                before is not None
                and start - before[1] <= _BRIDGE_S
                and np.linalg.norm(place - before[2]) <= _SHIFTED * wide
            ):
                found[-1] = (before[0], end, before[2])
            else:
                found.append((start, end, place))
        return [(start, end) for start, end, _ in found if end - start >= self.settings.least_s]

    def _judge(
        self, bus: Path, span: tuple[float, float], walks: Sequence[Walk], scene: Scene
    ) -> Incident | None:
        outline = outline_of(bus, span)
        focal_px = FOCAL * scene.width
        uses = at_one_door(
            [use for walk in walks for use in uses_of(walk, outline, span, walks, focal_px)]
        )
        boarding = sum(use.what == "boards" for use in uses)
        # One who comes and one who goes may be two who walked past and were lost at the bus.
        if max(boarding, len(uses) - boarding) < self.settings.people:
            return None
        nearest = _nearest_stop_m(scene, (span[0] + span[1]) / 2)
        if nearest is not None and nearest <= self.settings.stop_within_m:
            return None
        rate = scene.sample_rate_hz
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
                Measure("known_stops", float(_stops(scene)), ""),
                *(() if nearest is None else (Measure("nearest_stop", round(nearest), "m"),)),
            ),
            times,
            [one for use in uses for one in use.person.ids],
            None if nearest is None else _NO_STOP,
        )


def _stops(scene: Scene) -> int:
    return sum(zone.kind is ZoneKind.BUS_STOP for zone in scene.zones)


def _nearest_stop_m(scene: Scene, time_s: float) -> float | None:
    """Metres from the camera to the map's nearest bus stop; None where map or place is unknown."""
    here = position_at(scene, time_s)
    stops = [zone for zone in scene.zones if zone.kind is ZoneKind.BUS_STOP]
    if here is None or not stops:
        return None
    return min(distance_m(zone, here.latitude, here.longitude) for zone in stops)


def _is_large(track: Track, scene: Scene) -> bool:
    heights = track.boxes[:, 3] - track.boxes[:, 1]
    return len(track) >= 8 and float(np.median(heights)) >= _LEAST_HEIGHT * scene.height
