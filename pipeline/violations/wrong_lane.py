"""Đi không đúng phần đường, làn đường: over a solid line, against the traffic, on the hard
shoulder, in a lane that is not for this class of vehicle.

Over a solid line: the middle of a vehicle goes from plainly one side of a line that is solid beyond
doubt to plainly the other, or stays near the line (`lane_use.crossing`); or, where the road cannot
be measured, the line lies between the lower corners of its box, well inside, for long enough
(`lane_use.over_line`). What may be an edge line, the outermost white one with nobody of four wheels
beyond, is left out: it may be driven over where that is needed (QCVN 41:2019/BGTVT, annex G, line
3.1); not so who drives evenly on its far side for `shoulder_s`, before or after. A crossing that is
part of an overtaking is left to `improper_overtaking`, which names who is overtaken.

Against the traffic (`lane_use.against`): a vehicle moves over ground that at least `others` others
travel in the other direction, and none in its own. Told only from a camera that stands.

On the hard shoulder (`lane_use.shoulder`): a car, bus or truck drives along beyond the right edge
line, evenly, for `shoulder_s` or longer, and nobody else of four wheels does.

By a map (`lane_use.lane_map`): for a fixed camera the user draws lanes and says who may use them; a
vehicle of another kind drives in one for `lane_s` or longer.

It cannot tell: that a line may be crossed where a sign allows it, that something blocked the lane,
that an officer sent somebody onto the shoulder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from pydantic import Field

from pipeline.scene.course import Course, courses
from pipeline.scene.course_join import whole_courses
from pipeline.scene.ground import paths, stretches
from pipeline.scene.lanes import RoadLine, road_lines
from pipeline.scene.road_ahead import Road, roads
from pipeline.types import Abstention, Incident, Measure, Scene, Track
from pipeline.violations.base import Language, Rule, RuleSettings
from pipeline.violations.lane_use.against import Against, against, against_on_road
from pipeline.violations.lane_use.crossing import Crossing, crossings, drives_beyond
from pipeline.violations.lane_use.lane_map import InLane, MappedLane, in_wrong_lanes, is_fixed
from pipeline.violations.lane_use.over_line import OverLine, over_lines
from pipeline.violations.lane_use.sentences import ACROSS, AGAINST, MAPPED, SHOULDER
from pipeline.violations.lane_use.shoulder import OnShoulder, on_shoulder
from pipeline.violations.passing.overtaking import Overtaking, overtakings
from pipeline.violations.passing.sides import lines_of_road, may_be_edge
from pipeline.violations.registry import rule

Measured = tuple[Road, Sequence[Course]]  # a stretch of road, and who drives there

_LINE_CONFIDENCE = 0.5
_ABOUT_S = 1.5  # before and after an overtaking, in which a crossing is part of it


class WrongLaneSettings(RuleSettings):
    over_s: float = Field(0.8, gt=0, description="on the line for at least so long")
    stay_s: float = Field(2.0, gt=0, description="on it without crossing: for at least so long")
    others: int = Field(4, ge=2, description="vehicles that travel the same ground the other way")
    against_widths: float = Field(4.0, gt=0, description="own widths it goes against them")
    shoulder_s: float = Field(3.0, gt=0, description="on the hard shoulder for at least so long")
    leave_overtaking: bool = Field(
        True, description="a crossing that is part of an overtaking is left to improper_overtaking"
    )
    lane_map: tuple[MappedLane, ...] = Field(
        (), description="lanes of a fixed camera's picture, and the kinds that may use them"
    )
    lane_s: float = Field(1.0, gt=0, description="in a lane of the map for at least so long")


@rule
class WrongLane(Rule[WrongLaneSettings]):
    id = "wrong_lane"
    names: ClassVar[dict[Language, str]] = {
        "vi": "Đi không đúng phần đường, làn đường",
        "en": "On the wrong side or part of the road",
    }
    settings_type = WrongLaneSettings
    sentence: ClassVar[dict[Language, str]] = {
        "vi": "{vehicle} đè vạch liền trong {over_duration:.1f} giây.",
        "en": "The {vehicle} is over a solid line for {over_duration:.1f} seconds.",
    }

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        vehicles = [track for track in tracks if track.kind.is_vehicle]
        lines = road_lines(scene)
        measured: list[Measured] = [
            (road, whole_courses(courses(road, vehicles, scene)))
            for road in (roads(scene, tracks, lines) if lines else ())
        ]
        yield from self._over_lines(vehicles, lines, measured, scene)
        yield from map(self._against_incident, self._against(vehicles, measured, scene))
        for road, everyone in measured:
            for drives in on_shoulder(road, everyone, lines, scene, self.settings.shoulder_s):
                yield self._shoulder_incident(drives, scene)
        if self.settings.lane_map:
            yield from self._mapped(vehicles, scene)

    def _against(
        self, vehicles: Sequence[Track], measured: Sequence[Measured], scene: Scene
    ) -> Iterable[Against]:
        """Each vehicle's surest."""
        others, widths = self.settings.others, self.settings.against_widths
        found: list[Against | None] = []
        for stretch in stretches(scene.ego, 2.0):
            ways = [path for path in paths(vehicles, stretch, scene) if path.is_moving]
            found += [against(path, ways, scene, others, widths) for path in ways]
        for road, everyone in measured:
            found += [
                against_on_road(course, everyone, road, scene, others, widths)
                for course in everyone
            ]
        surest: dict[int, Against] = {}
        for one in found:
            held = surest.get(one.track.id) if one else None
            if one and (held is None or len(one.opposite) > len(held.opposite)):
                surest[one.track.id] = one
        return surest.values()

    def _over_lines(
        self,
        vehicles: Sequence[Track],
        lines: Sequence[RoadLine],
        measured: Sequence[Measured],
        scene: Scene,
    ) -> Iterator[Incident | Abstention]:
        solid = [
            line for line in scene.lines if line.is_solid and line.confidence >= _LINE_CONFIDENCE
        ]
        if not solid and len(scene.ego.times_s):
            start, end = float(scene.ego.times_s[0]), float(scene.ego.times_s[-1])
            yield Abstention(self.id, start, end, "no line that is solid beyond doubt")
        found: list[OverLine | Crossing] = []
        for road, everyone in measured:
            here = lines_of_road(road, lines)
            for course in everyone:
                for crossing in crossings(course, here, road, scene, self.settings.stay_s):
                    side = may_be_edge(
                        crossing.line, road, lines, everyone, scene, crossing.middle_s, (course,)
                    )
                    if side == 0 or drives_beyond(
                        crossing, side, road, scene, self.settings.shoulder_s
                    ):
                        found.append(crossing)
        for track in vehicles:
            for one in over_lines(track, solid, scene, self.settings.over_s, self.settings.stay_s):
                # Metres tell better than the corners of a box, where there are any.
                if not any(_holds(road, one.middle_s) for road, _ in measured):
                    found.append(one)
        over: dict[int, OverLine | Crossing] = {}  # the surest of each vehicle
        for item in found:
            held = over.get(item.track.id)
            if held is None or item.confidence > held.confidence:
                over[item.track.id] = item
        passing = self._overtakings(lines, measured, scene) if over else []
        for item in over.values():
            if any(_is_part(item, of) for of in passing):
                yield Abstention(self.id, item.start_s, item.end_s, "part of an overtaking")
            else:
                yield self._line_incident(item, scene)

    def _overtakings(
        self, lines: Sequence[RoadLine], measured: Sequence[Measured], scene: Scene
    ) -> list[Overtaking]:
        if not self.settings.leave_overtaking:
            return []
        return [
            one for road, everyone in measured for one in overtakings(road, everyone, lines, scene)
        ]

    def _line_incident(self, one: OverLine | Crossing, scene: Scene) -> Incident:
        line = one.piece
        times = one.track.times_s
        return self.incident(
            one.track,
            (one.start_s, one.end_s),
            one.confidence,
            (
                Measure("over_duration", round(one.duration_s, 2), "s", 1 / scene.sample_rate_hz),
                Measure("line_duty", round(line.duty, 3), "", round(line.duty_sigma, 3)),
            ),
            [float(min(times, key=lambda t: abs(t - at))) for at in (one.middle_s, one.start_s)],
            sentence=ACROSS if one.across else None,
        )

    def _against_incident(self, found: Against) -> Incident:
        return self.incident(
            found.track,
            (found.start_s, found.end_s),
            found.confidence,
            (
                Measure("against", float(len(found.opposite)), ""),
                Measure("against_length", round(found.length_widths, 1), "widths"),
            ),
            [found.best_s],
            found.opposite,
            AGAINST,
        )

    def _shoulder_incident(self, found: OnShoulder, scene: Scene) -> Incident:
        middle = (found.start_s + found.end_s) / 2
        seconds = found.end_s - found.start_s
        times = found.course.times_s
        return self.incident(
            found.track,
            (found.start_s, found.end_s),
            found.confidence,
            (
                Measure("shoulder_duration", round(seconds, 1), "s", 1 / scene.sample_rate_hz),
                Measure("beyond_edge_m", round(found.beyond_m, 2), "m", 0.3),
                Measure("within_edge", float(found.within), ""),
            ),
            [float(min(times, key=lambda t: abs(t - at))) for at in (middle, found.start_s)],
            sentence=SHOULDER,
        )

    def _mapped(self, vehicles: Sequence[Track], scene: Scene) -> Iterator[Incident | Abstention]:
        if not is_fixed(scene):
            times = scene.ego.times_s
            if len(times):
                reason = "the lane map is for a fixed camera, and this one moved"
                yield Abstention(self.id, float(times[0]), float(times[-1]), reason)
            return
        for track in vehicles:
            stays = list(in_wrong_lanes(track, self.settings.lane_map, scene, self.settings.lane_s))
            if stays:
                yield self._mapped_incident(max(stays, key=lambda stay: stay.duration_s), scene)

    def _mapped_incident(self, stay: InLane, scene: Scene) -> Incident:
        name = f" ({stay.lane.name})" if stay.lane.name else ""
        name = name.replace("{", "").replace("}", "")
        sentence: dict[Language, str] = {
            language: text.replace("{lane}", name) for language, text in MAPPED.items()
        }
        middle = stay.hits[len(stay.hits) // 2]
        return self.incident(
            stay.track,
            stay.span_s,
            stay.confidence,
            (Measure("lane_duration", round(stay.duration_s, 1), "s", 1 / scene.sample_rate_hz),),
            [float(stay.track.times_s[middle]), *stay.span_s],
            sentence=sentence,
        )


def _holds(road: Road, time_s: float) -> bool:
    return road.stretch.start_s <= time_s <= road.stretch.end_s


def _is_part(one: OverLine | Crossing, of: Overtaking) -> bool:
    """Is the crossing part of this overtaking?"""
    same = any(track.id == one.track.id for track, *_ in of.fast.tracks)
    return same and one.start_s <= of.end_s + _ABOUT_S and one.end_s >= of.start_s - _ABOUT_S
