"""Không chấp hành hiệu lệnh của đèn tín hiệu: over the stop line while the light is red.

Observed, from a camera that stands or turns about itself: a light that faces it, a stop line below
that light, and a vehicle that drives away from the camera over the line. On level ground the foot
of a vehicle in the picture is where its rear wheels are; its front goes over the line earlier, when
the foot is still a vehicle's length before it. The act is there when

    front at the line  >=  light red  +  `grace_s`  (and two standard deviations of when it began)

where the front is taken to be there as early as the longest of such vehicles would bring it; and
when every look around that moment tells red, and when the vehicle goes on: it gets `beyond_m` past
the line, or could not stop before, and does not come to rest on the crossing. Metres along the road
come from the level ground that the traffic tells (`pipeline.scene.road`), else from the vehicle's
own width: f W / w, with what vehicles usually measure. A vehicle that was lost near the line and
found again is one way (`found_again`); a track that goes over from one who waits to one who passes
is left out, for nobody knows whose plate it would show.

That the light and the line hold for this direction is not told by the picture alone: someone must
be seen to wait at the line while it is red, or the reporter's own car waits there. (The line is
marking 7.1 of QCVN 41:2019/BGTVT: who has a red light stops before it.)

It cannot tell: that an arrow, a sign or an officer lets the vehicle pass (right turns are left out
for that reason), a vehicle with priority, a light that only others see. Two lights that disagree,
arrows alone, a camera that drives, a red that was not surely seen: silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from pipeline.scene.ground import Path, Stretch, paths, stretches
from pipeline.scene.light_look import NETWORK as LIGHTS_NETWORK
from pipeline.types import Abstention, CameraMotion, Incident, Measure, Scene, Track, TrafficLight
from pipeline.violations.approaches import Approach, approaches
from pipeline.violations.base import Language, Rule, RuleSettings
from pipeline.violations.crossings import Crossing, crossing
from pipeline.violations.found_again import whole_ways
from pipeline.violations.registry import rule
from pipeline.violations.rests import waits
from pipeline.violations.same_motorbike import one_each
from pipeline.violations.signals import Red, contradicted, red_at

_LEAST_WIDTH = 0.012  # of the picture's: smaller vehicles are too far away
_LEAST_SURE = 0.4  # mean confidence of its detections
_UNPROVEN = 0.9  # confidence of a light that was never seen to change
_TURN_DEG = 32.0  # to the right, after the line
_TURNING_MPS = 8.0  # nobody turns right at a junction faster: over 0.6 g on an arc of ten metres
_LEAST_BEYOND_M = 2.0  # rear wheels past the line
_BRAKING_MPS2 = 4.0
_AFTER_S = 0.6  # the light still is red so long after


class RedLightSettings(RuleSettings):
    grace_s: float = Field(1.0, ge=0, description="red for at least so long at the line")
    beyond_m: float = Field(
        5.0, gt=0, description="rear wheels get this far past the line, or would even if it braked"
    )
    light_confidence: float = Field(0.7, gt=0, le=1, description="of the light's looks, on average")
    line_confidence: float = Field(0.5, gt=0, le=1, description="of the stop line")


@rule
class RedLight(Rule[RedLightSettings]):
    id = "red_light"
    names: ClassVar[dict[Language, str]] = {
        "vi": "Không chấp hành hiệu lệnh của đèn tín hiệu giao thông",
        "en": "Over the stop line at a red light",
    }
    settings_type = RedLightSettings
    networks: ClassVar[tuple[str, ...]] = (LIGHTS_NETWORK,)
    sentence: ClassVar[dict[Language, str]] = {
        "vi": (
            "{vehicle} vượt qua vạch dừng khi đèn tín hiệu đã đỏ ít nhất {red_for:.1f} giây "
            "và đi tiếp khoảng {beyond:.0f} m."
        ),
        "en": (
            "The {vehicle} goes over the stop line when the light has been red for at least "
            "{red_for:.1f} seconds, and drives on for about {beyond:.0f} m."
        ),
    }

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        if len(scene.ego.times_s) == 0:
            return
        start, end = float(scene.ego.times_s[0]), float(scene.ego.times_s[-1])
        lights = [light for light in scene.lights if not light.is_arrow]
        if not lights:
            told = "only arrows, which hold for one turn alone" if scene.lights else "no light"
            yield Abstention(self.id, start, end, told)
            return
        if not scene.stop_lines:
            yield Abstention(self.id, start, end, "no stop line")
            return
        vehicles = [track for track in tracks if track.kind.is_vehicle]
        best: dict[int, Incident] = {}
        for stretch in stretches(scene.ego, 2.0):
            for incident in self._in_stretch(vehicles, lights, stretch, scene):
                held = best.get(incident.track_id)
                if held is None or incident.confidence > held.confidence:
                    best[incident.track_id] = incident
        yield from one_each(best.values(), vehicles)

    def _in_stretch(
        self,
        vehicles: Sequence[Track],
        lights: Sequence[TrafficLight],
        stretch: Stretch,
        scene: Scene,
    ) -> Iterator[Incident]:
        pieces = paths(vehicles, stretch, scene)
        reporter_waits = _drove_before(scene, stretch)
        for approach in approaches(scene, stretch, pieces, self.settings.line_confidence):
            ways = whole_ways(pieces, approach)
            waiting = [way for way in ways if self._waits(way, approach, lights)]
            for way in ways:
                others = [one.track.id for one in waiting if one is not way]
                if not others and not (reporter_waits and approach.is_ahead):
                    continue
                found = crossing(way, approach)
                if found is not None and self._is_followed(way, scene):
                    incident = self._incident(found, approach, lights, others)
                    if incident is not None:
                        yield incident

    def _is_followed(self, way: Path, scene: Scene) -> bool:
        wide = float(np.median(way.widths)) >= _LEAST_WIDTH * scene.width
        return wide and float(np.mean(way.track.confidences)) >= _LEAST_SURE

    def _goes_on(self, found: Crossing) -> bool:
        """Is it well past the line, or on its way there too fast to stop on the crossing?"""
        braking_m = max(found.speed_mps, 0.0) ** 2 / (2 * _BRAKING_MPS2)
        return found.beyond_m >= _LEAST_BEYOND_M and (
            found.beyond_m + braking_m >= self.settings.beyond_m
        )

    def _waits(self, way: Path, approach: Approach, lights: Sequence[TrafficLight]) -> bool:
        """Does it rest before the line while a light is red?"""
        return any(
            red_at(light, moment) is not None for moment in waits(way, approach) for light in lights
        )

    def _incident(
        self,
        found: Crossing,
        approach: Approach,
        lights: Sequence[TrafficLight],
        others: Sequence[int],
    ) -> Incident | None:
        too_fast = np.isnan(found.turn_deg) and found.speed_mps > _TURNING_MPS
        if not (found.turn_deg <= _TURN_DEG or too_fast):
            return None
        if found.rests or not self._goes_on(found):
            return None
        red = _surest(lights, found.front_s, approach)
        if red is None or red.confidence < self.settings.light_confidence:
            return None
        if not red.proven and red.confidence < _UNPROVEN:
            return None
        moments = (found.front_s, found.rear_s, found.rear_s + _AFTER_S)
        if any(contradicted(lights, moment) for moment in moments):
            return None
        if found.front_s - red.since_s - 2 * red.sigma_s < self.settings.grace_s:
            return None
        sigma = float(np.hypot(red.sigma_s, found.sigma_s))
        red_for = found.rear_s - red.since_s
        track = found.way.track
        sure = float(np.mean(track.confidences))
        confidence = red.confidence * (0.6 + 0.4 * approach.confidence) * (0.6 + 0.4 * sure)
        confidence *= 1.0 if red.proven else 0.85
        return self.incident(
            track,
            (found.front_s, found.end_s),
            confidence,
            (
                Measure("red_for", round(red_for, 2), "s", round(sigma, 2)),
                Measure("beyond", round(found.beyond_m, 1), "m", round(found.beyond_sigma_m, 1)),
                Measure("light_confidence", round(red.confidence, 3), ""),
                Measure("waiting", float(len(others)), ""),
            ),
            [found.rear_s, found.front_s, found.end_s],
            others,
        )


def _surest(lights: Sequence[TrafficLight], time_s: float, approach: Approach) -> Red | None:
    """The red light above the line that is told best."""
    reds = [
        red
        for light in lights
        if approach.is_below(light, time_s) and (red := red_at(light, time_s)) is not None
    ]
    # Of several, the one that is known to have been red for the shortest time counts.
    return max(reds, key=lambda red: (red.proven, red.since_s), default=None)


def _drove_before(scene: Scene, stretch: Stretch) -> bool:
    """Did the camera come here by road, so that it waits at the line itself?"""
    return any(
        state is CameraMotion.DRIVING
        for state in scene.ego.states[max(stretch.first - 5, 0) : stretch.first]
    )
