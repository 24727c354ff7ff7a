"""Tránh, vượt sai quy định: overtaking over a solid line, into oncoming traffic, or on the right.

Observed: one vehicle passes another that drives the same way (`passing.passes`: their order along
the road changes), or the camera's own car (`passing.own_car`); and while it does so

- over a solid line: its middle is beyond the line that parts the directions, solid beyond doubt,
  while the one it passes keeps to its side;
- into oncoming traffic: likewise, whatever the line, and one that comes is so near that at the last
  moment on the wrong side the two would meet within `meeting_s`,

      t = (z_oncoming - z_fast) / (v_fast + v_oncoming),

  from front to front, both along the road. The law forbids overtaking where one comes the other way
  (Luật Trật tự, an toàn giao thông đường bộ 2024, điều 14); three seconds leave an oncoming driver
  little more than the time to react and to begin braking;
- on the right: a car, bus or truck passes beyond the right edge line, where no lane is. Passing on
  the right within lanes is ordinary on roads of many lanes, and motorbikes do it all day: silent.

Who is beyond a line: the middle of its near end, in metres from the line at the row of its foot,
m = (x - x_line) H / (y - h), by `_BEYOND_M` or more. Which line parts the directions: yellow, or by
the traffic on both sides (`passing.sides`).

It cannot tell: who is passed where one of the two is not seen before and after; bends, where lines
are not straight; that a sign or an officer allows it, that an obstacle forced it. From one that
drives without satellites it does not know who comes towards it, and who stands at the roadside
unless the distance to it hardly changes: it is silent there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from pydantic import Field

from pipeline.scene.course import Course, courses
from pipeline.scene.course_join import whole_courses
from pipeline.scene.lanes import road_lines
from pipeline.scene.road_ahead import roads
from pipeline.types import Abstention, Incident, Measure, Scene, Track
from pipeline.violations.base import Language, Rule, RuleSettings
from pipeline.violations.passing.overtaking import BEYOND_S, MEETING_S, Overtaking, overtakings
from pipeline.violations.registry import rule

_SOLID: dict[Language, str] = {
    "vi": (
        "{vehicle} vượt {passed} qua vạch liền, chạy trên phần đường ngược chiều ít nhất "
        "{other_side:.1f} giây."
    ),
    "en": (
        "The {vehicle} overtakes {passed} over a solid line and drives on the other side of the "
        "road for at least {other_side:.1f} seconds."
    ),
}
_ONCOMING: dict[Language, str] = {
    "vi": (
        "{vehicle} vượt {passed}, chạy trên phần đường ngược chiều ít nhất {other_side:.1f} giây "
        "khi có xe đang đi tới gần{meet}."
    ),
    "en": (
        "The {vehicle} overtakes {passed} and drives on the other side of the road for at least "
        "{other_side:.1f} seconds while another vehicle comes close{meet}."
    ),
}
_MEET: dict[Language, str] = {
    "vi": "; lúc trở về phần đường của mình, còn {oncoming_gap:.1f} giây nữa là hai xe gặp nhau",
    "en": "; they were {oncoming_gap:.1f} seconds from meeting when it came back",
}
_RIGHT: dict[Language, str] = {
    "vi": (
        "{vehicle} vượt {passed} về bên phải, chạy ngoài vạch mép phần đường xe chạy ít nhất "
        "{beyond_edge:.1f} giây."
    ),
    "en": (
        "The {vehicle} overtakes {passed} on the right, beyond the edge line of the carriageway, "
        "for at least {beyond_edge:.1f} seconds."
    ),
}
_PASSED: dict[bool, dict[Language, str]] = {
    True: {"vi": "xe của người quay", "en": "the camera's own vehicle"},
    False: {"vi": "xe khác", "en": "another vehicle"},
}


class ImproperOvertakingSettings(RuleSettings):
    meeting_s: float = Field(
        MEETING_S, gt=0, description="oncoming: they would meet within so long when it comes back"
    )
    beyond_s: float = Field(BEYOND_S, gt=0, description="beyond the line for at least so long")


@rule
class ImproperOvertaking(Rule[ImproperOvertakingSettings]):
    id = "improper_overtaking"
    names: ClassVar[dict[Language, str]] = {
        "vi": "Tránh, vượt sai quy định",
        "en": "Improper overtaking",
    }
    settings_type = ImproperOvertakingSettings
    sentence: ClassVar[dict[Language, str]] = {
        "vi": "{vehicle} vượt xe khác sai quy định.",
        "en": "The {vehicle} overtakes where or how it is not allowed.",
    }

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        times = scene.ego.times_s
        lines = road_lines(scene)
        stretches = list(roads(scene, tracks, lines)) if lines else []
        if not stretches and len(times):
            reason = "no lane line" if not lines else "the road cannot be measured"
            yield Abstention(self.id, float(times[0]), float(times[-1]), reason)
        found: dict[int, list[Overtaking]] = {}
        for road in stretches:
            everyone = whole_courses(courses(road, tracks, scene))
            for one in overtakings(
                road, everyone, lines, scene, self.settings.meeting_s, self.settings.beyond_s
            ):
                found.setdefault(one.fast.track.id, []).append(one)
        for same in found.values():
            yield self._incident(same, scene)

    def _incident(self, same: Sequence[Overtaking], scene: Scene) -> Incident:
        """One for each vehicle, of the overtaking that is surest; it may pass several."""
        best = max(same, key=lambda one: one.confidence)
        span = (min(one.start_s for one in same), max(one.end_s for one in same))
        step = 1 / scene.sample_rate_hz
        name = "beyond_edge" if best.form == "right" else "other_side"
        measures = [Measure(name, round(best.beyond_s, 1), "s", step)]
        told = best.meeting is not None and best.meeting.is_measured
        if best.meeting is not None and told:
            gap, sigma = best.meeting.gap_s, best.meeting.sigma_s
            measures.append(Measure("oncoming_gap", round(gap, 2), "s", round(sigma, 2)))
        if best.form == "solid":
            piece = best.line.piece_at(best.level_s)
            measures.append(
                Measure("line_duty", round(piece.duty, 3), "", round(piece.duty_sigma, 3))
            )
        template = {"solid": _SOLID, "oncoming": _ONCOMING, "right": _RIGHT}[best.form]
        meet = _MEET if told else {"vi": "", "en": ""}
        passed = _PASSED[best.slow is None]
        sentence: dict[Language, str] = {
            language: text.replace("{passed}", passed[language]).replace("{meet}", meet[language])
            for language, text in template.items()
        }
        others = [one.slow.track.id for one in same if one.slow is not None]
        if best.meeting is not None:
            others.append(best.meeting.other.track.id)
        return self.incident(
            best.fast.track,
            span,
            best.confidence,
            measures,
            [_nearest(best.fast, time) for time in (best.level_s, best.start_s, best.end_s)],
            list(dict.fromkeys(others)),
            sentence,
        )


def _nearest(course: Course, time_s: float) -> float:
    """The look of a vehicle that is nearest to a time."""
    return float(min(course.times_s, key=lambda time: abs(time - time_s)))
