"""Đỗ, để xe không đúng quy định: a vehicle at rest on the carriageway, or in a zone where none may.

Observed: a vehicle whose foot stays in one place of the road (in anchored pixels, so that a camera
that pans does not matter) for `least_s` or longer, while at least `passing` others go past it and
at least as many use the lane that it stands in, before or behind it: so it is a lane in use and not
a verge, a lay-by or a queue. Lanes are lines along the road in metres (`pipeline.scene.road`). A
queue is silent: another vehicle rests in the same lane at the same time.

In a zone (`parking.zone`): the map forbids to stop, or it is a crossing, wherever the vehicle
may stand by the camera's position and heading; it rests for `zone_s` or longer, in a zone where
parking alone is forbidden for `parking_s`. Wherever it may stand in a parking place or at a bus
stop, it is silent.

Who waits is not parked (`parking.queue`): others rest in its lane, or anywhere where lanes are not
known or nobody drives past; it is the first before a stop line; a light in view is red, or was a
moment ago.

It cannot tell: a breakdown, a driver obeying an officer, a stop shorter than the footage. A camera
that drives sees no vehicle for long enough; the rule says so instead of guessing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from pipeline.scene.ground import Path, Stretch, paths, stretches
from pipeline.scene.road import Lane, LevelGround, lane_under
from pipeline.types import Abstention, Incident, Kind, Measure, Scene, Track, Zone, ZoneKind
from pipeline.violations.base import Language, Rule, RuleSettings, spans
from pipeline.violations.parking.queue import (
    ON_LANE_M,
    PAST_M,
    Rest,
    is_at_stop_line,
    is_behind_another,
    others_rest,
    unexplained_s,
)
from pipeline.violations.parking.zone import may_stand, places_of, zone_that_forbids
from pipeline.violations.registry import rule

_REST = 0.14  # of its width: a foot that stays within is at rest, the rest is jitter of the box
_LEAST_WIDTH = 0.035  # of the picture's: smaller vehicles are too far away to tell
_BRIDGE_S = 4.0  # whoever passes in front hides it for so long
_BESIDE_M = 6.0  # farther off is another road
_BY_M = 0.3  # before and after a vehicle's foot
_ON_LANE_LOOKS = 3  # so many samples there are no chance
_TOLD_M = 28.0  # farther off one lane cannot be told from the next
_LEAST_SURE = 0.4  # mean confidence of the detections


_IN_ZONE: dict[Language, str] = {
    "vi": "{vehicle} đứng yên ít nhất {rest_duration:.0f} giây {zone}.",
    "en": "The {vehicle} rests for at least {rest_duration:.0f} seconds {zone}.",
}
_ZONES: dict[ZoneKind, dict[Language, str]] = {
    ZoneKind.NO_STOPPING: {"vi": "ở nơi cấm dừng xe", "en": "where stopping is forbidden"},
    ZoneKind.NO_PARKING: {"vi": "ở nơi cấm đỗ xe", "en": "where parking is forbidden"},
    ZoneKind.CROSSING: {"vi": "trên phần đường người đi bộ qua đường", "en": "on a crossing"},
}


class IllegalParkingSettings(RuleSettings):
    least_s: float = Field(8.0, gt=0, description="at rest for at least so long")
    passing: int = Field(2, ge=1, description="vehicles that go past, and that use its lane")
    zone_s: float = Field(
        10.0, gt=0, description="at rest for at least so long where stopping is forbidden"
    )
    parking_s: float = Field(
        180.0, gt=0, description="at rest for at least so long where parking alone is forbidden"
    )


@rule
class IllegalParking(Rule[IllegalParkingSettings]):
    id = "illegal_parking"
    names: ClassVar[dict[Language, str]] = {
        "vi": "Dừng, đỗ xe không đúng quy định",
        "en": "Parked on the carriageway",
    }
    settings_type = IllegalParkingSettings
    sentence: ClassVar[dict[Language, str]] = {
        "vi": (
            "{vehicle} đứng yên trên phần đường xe chạy ít nhất {rest_duration:.0f} giây; "
            "{passing:.0f} xe khác đi vòng qua, {using:.0f} xe chạy trên chính làn đó."
        ),
        "en": (
            "The {vehicle} rests on the carriageway for at least {rest_duration:.0f} seconds; "
            "{passing:.0f} others go past it, {using:.0f} use the lane that it stands in."
        ),
    }

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        standing = stretches(scene.ego, self.settings.least_s)
        if not standing:
            times = scene.ego.times_s
            if len(times):
                yield Abstention(
                    self.id,
                    float(times[0]),
                    float(times[-1]),
                    f"the camera stands nowhere for {self.settings.least_s:g} s",
                )
            return
        for stretch in standing:
            ways = [
                path
                for path in paths(tracks, stretch, scene)
                if path.track.kind.is_vehicle and path.track.kind is not Kind.BICYCLE
            ]
            movers = [path for path in ways if path.is_moving]
            resting = [(path, span) for path in ways for span in self._rests(path, scene)]
            for path, span in resting:
                incident = self._judge(path, span, movers, resting, stretch, scene)
                if incident is not None:
                    yield incident

    def _rests(self, path: Path, scene: Scene) -> Iterable[tuple[float, float]]:
        """From when to when the vehicle is at rest, for long enough and large enough to tell."""
        width = float(np.median(path.widths))
        if width < _LEAST_WIDTH * scene.width or len(path) < 8:
            return
        if float(np.mean(path.track.confidences)) < _LEAST_SURE:
            return
        # Around the place where it is most of the time; whoever rests twice rests twice.
        place = np.median(path.feet, axis=0)
        still = np.linalg.norm(path.feet - place, axis=1) <= _REST * width
        for part in spans(still.tolist(), path.times_s.tolist(), _BRIDGE_S):
            start, end = float(path.times_s[part.start]), float(path.times_s[part.stop - 1])
            seen = part.stop - part.start
            if (
                end - start >= self.settings.least_s
                and seen >= 0.4 * (end - start) * scene.sample_rate_hz
            ):
                yield start, end

    def _judge(
        self,
        path: Path,
        span: tuple[float, float],
        movers: Sequence[Path],
        resting: Sequence[Rest],
        stretch: Stretch,
        scene: Scene,
    ) -> Incident | None:
        places = places_of(path, span, scene) if scene.zones else None
        if places is not None and may_stand(places, scene.zones):
            return None
        others = [
            mover
            for mover in movers
            if mover.track.id != path.track.id
            and mover.times_s[-1] >= span[0]
            and mover.times_s[0] <= span[1]
        ]
        ground = LevelGround.under([*others, path], scene.width)
        lane = lane_under(path, others, ground) if ground else None
        unexplained = unexplained_s(span, scene)
        if unexplained < self.settings.least_s:
            return None
        if is_at_stop_line(path, stretch, scene, lane, ground):
            return None
        passing, using = [], []
        if lane is not None and ground is not None:
            if is_behind_another(path, span, resting, lane, ground):
                return None
            passing = [mover for mover in others if _passes(mover, lane, ground)]
            using = [mover for mover in others if _uses(mover, lane, ground)]
        # Where nobody drives past, others at rest are a queue or a jam, whatever their lanes.
        if len(passing) < self.settings.passing and others_rest(path, span, resting):
            return None
        zone = zone_that_forbids(places, scene.zones) if places is not None else None
        if zone is not None and unexplained >= self._zone_s(zone):
            return self._in_zone(path, span, zone, scene)
        if min(len(passing), len(using)) < self.settings.passing:
            return None
        return self._on_carriageway(path, span, passing, using, scene)

    def _zone_s(self, zone: Zone) -> float:
        parking = zone.kind is ZoneKind.NO_PARKING
        return self.settings.parking_s if parking else self.settings.zone_s

    def _in_zone(self, path: Path, span: tuple[float, float], zone: Zone, scene: Scene) -> Incident:
        duration = span[1] - span[0]
        words = _ZONES[zone.kind]
        name = f" ({zone.name})".replace("{", "").replace("}", "") if zone.name else ""
        sentence: dict[Language, str] = {
            language: text.replace("{zone}", words[language] + name)
            for language, text in _IN_ZONE.items()
        }
        long = 1 - 0.5 ** (duration / self._zone_s(zone))
        sure = float(np.mean(path.track.confidences))
        return self.incident(
            path.track,
            span,
            0.5 * long + 0.4 * sure,
            (Measure("rest_duration", round(duration, 1), "s", 1 / scene.sample_rate_hz),),
            _best(path.track, span),
            sentence=sentence,
        )

    def _on_carriageway(
        self,
        path: Path,
        span: tuple[float, float],
        passing: Sequence[Path],
        using: Sequence[Path],
        scene: Scene,
    ) -> Incident:
        duration = span[1] - span[0]
        track = path.track
        sure = float(np.mean(track.confidences))
        confidence = (1 - 0.5 ** (len(passing) / self.settings.passing)) * (
            0.6 + 0.4 * (1 - self.settings.least_s / duration / 2)
        ) + 0.3 * sure
        return self.incident(
            track,
            span,
            confidence,
            (
                Measure("rest_duration", round(duration, 1), "s", 1 / scene.sample_rate_hz),
                Measure("passing", float(len(passing)), ""),
                Measure("using", float(len(using)), ""),
                Measure("drift", round(_drift(path, span), 3), "widths"),
            ),
            _best(track, span),
            [mover.track.id for mover in passing],
        )


def _passes(mover: Path, lane: Lane, ground: LevelGround) -> bool:
    """Does it come by beside the vehicle, from before or behind it at least to its side?

    A large vehicle hides it before and after: then some metres from one side of it to the other.
    """
    along, beside = lane.offsets(ground.place(mover.feet))
    near = along[np.abs(beside) <= _BESIDE_M]  # without what is too far away to be placed
    if len(near) < 2:
        return False
    if near.min() < -_BY_M and near.max() > _BY_M and abs(near[-1] - near[0]) > PAST_M:
        return True
    return bool((near[0] < -PAST_M and near.max() > 0) or (near[0] > PAST_M and near.min() < 0))


def _uses(mover: Path, lane: Lane, ground: LevelGround) -> bool:
    """Does it travel in the vehicle's own lane, before or behind it?"""
    along, beside = lane.offsets(ground.place(mover.feet))
    distance = np.abs(along)
    on_lane = (np.abs(beside) <= ON_LANE_M) & (distance > PAST_M) & (distance < _TOLD_M)
    return int(on_lane.sum()) >= _ON_LANE_LOOKS


def _best(track: Track, span: tuple[float, float]) -> list[float]:
    """The moment that shows it largest and surest, then the first and the last."""
    rows = np.flatnonzero((track.times_s >= span[0]) & (track.times_s <= span[1]))
    areas = (track.boxes[rows, 2] - track.boxes[rows, 0]) * (
        track.boxes[rows, 3] - track.boxes[rows, 1]
    )
    best = rows[np.argsort(-(areas * track.confidences[rows]), kind="stable")]
    return [float(track.times_s[best[0]]), span[0], span[1]]


def _drift(path: Path, span: tuple[float, float]) -> float:
    inside = (path.times_s >= span[0]) & (path.times_s <= span[1])
    feet = path.feet[inside]
    return float(np.linalg.norm(feet - np.median(feet, axis=0), axis=1).mean()) / float(
        np.median(path.widths)
    )
