"""Tụ tập thành đoàn: many motorbikes that ride as one group, spread over the road.

Observed: motorbikes placed on level ground, frame by frame (`convoy.placed` has the formula). Those
that are near each other and keep their places (difference of their velocities, over a second
and more) are a group. A group is a candidate when it is large, several abreast, seen for long, and
set apart: ordinary traffic in Vietnam is hundreds of motorbikes that move together and lawfully,
but each rides at a speed of its own, with cars among them, and neither front nor end is seen. So
silent are: motorbikes of the same direction that do not keep with the group in number, cars and
trucks inside of it, members that come and go at the picture's edge, a stream without a gap.

That they ride is told against the background: under a camera that stands, by their way in metres;
under one that drives, by how much slower they grow than the background does (what is parked grows
faster than what lies behind it).

It cannot tell: a lawful convoy (a funeral, a wedding, a club on tour), who belongs to whom, a
group from dense traffic that happens to keep its places; nor speed under a lens that is zoomed in:
along the line of sight it is as many times too low as the lens is longer than a phone's usual one.
Its confidence never exceeds `_MOST_SURE`.
The number of 8 is no law's: fewer are a family or friends, and leave a platoon from a green light
too little to be told from; whoever wants fewer sets fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.scene.travel import background_growth
from pipeline.types import Abstention, CameraMotion, Incident, Kind, Measure, Scene, Track
from pipeline.violations.base import Language, Rule, RuleSettings, spans
from pipeline.violations.convoy.members import common, groups, lasting, rows, unevenness
from pipeline.violations.convoy.placed import FOCAL_SHARE, TALL_SHARE, Placed, place
from pipeline.violations.convoy.traffic import (
    GAP_S,
    among,
    change,
    ends,
    outside,
    turnover,
)
from pipeline.violations.registry import rule

_LEAST_PX = 14.0  # smaller boxes are too far away to place
_BLOCK_S = 60.0  # longer times full of motorbikes are judged piece by piece
_BRIDGE_S = 1.5
_STRAGGLE_S = 4.0  # the first and the last are seen so long before and after the bulk
_MOST_OUTSIDE = 0.25  # of the looks at motorbikes of that direction: more is traffic
_MOST_AMONG = 0.1  # cars for each motorbike
_MOST_TURNOVER = 0.05  # comings and goings at the edge, a second and member
_RIDES_MPS = 1.0  # by the usual lens; a longer one makes three of it
_RECEDES = 0.02  # a second: so much slower than the background it grows, or it may be parked
_MOST_SURE = 0.65
_CARS = (Kind.CAR, Kind.BUS, Kind.TRUCK)

_DRIVEN: dict[Language, str] = {
    "vi": (
        "Ít nhất {motorbikes:.0f} xe mô tô đi thành nhóm phía trước xe quay phim trong "
        "{together:.1f} giây, dàn {abreast:.0f} xe ngang nhau, rộng khoảng {spread:.1f} m. "
        "Cần xem lại: có thể là dòng xe đông."
    ),
    "en": (
        "At least {motorbikes:.0f} motorbikes ride as a group ahead of the filming vehicle for "
        "{together:.1f} seconds, {abreast:.0f} abreast, about {spread:.1f} m wide. "
        "Check it: it may be dense traffic."
    ),
}


class GroupRidingSettings(RuleSettings):
    motorbikes: int = Field(8, ge=4, description="so many seen at once are a group")
    abreast: int = Field(3, ge=2, description="of them side by side")
    least_s: float = Field(6.0, gt=0, description="the group is in view for at least so long")
    apart_mps: float = Field(
        1.0, gt=0, description="velocities that differ by less (m/s) are one group's"
    )
    uneven_mps: float = Field(
        0.42, gt=0, description="the members' velocities scatter by at most so much (m/s, rms)"
    )


@rule
class GroupRiding(Rule[GroupRidingSettings]):
    id = "group_riding"
    names: ClassVar[dict[Language, str]] = {
        "vi": "Tụ tập thành đoàn",
        "en": "Riding as a group over the width of the road",
    }
    settings_type = GroupRidingSettings
    sentence: ClassVar[dict[Language, str]] = {
        "vi": (
            "Ít nhất {motorbikes:.0f} xe mô tô đi thành nhóm trong {together:.1f} giây với tốc độ "
            "chung khoảng {group_speed:.0f} km/h (nếu ống kính không phóng to), dàn {abreast:.0f} "
            "xe ngang nhau, rộng khoảng {spread:.1f} m. Cần xem lại: có thể là dòng xe đông."
        ),
        "en": (
            "At least {motorbikes:.0f} motorbikes ride as a group for {together:.1f} seconds at "
            "a common speed of about {group_speed:.0f} km/h (if the lens was not zoomed), "
            "{abreast:.0f} abreast, about {spread:.1f} m wide. Check it: it may be dense traffic."
        ),
    }

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        bikes = [track for track in tracks if track.kind is Kind.MOTORBIKE and _is_usable(track)]
        cars = [track for track in tracks if track.kind in _CARS and _is_usable(track)]
        for first, last in _blocks(bikes, self.settings.motorbikes, scene):
            yield from self._block(bikes, cars, first, last, scene)

    def _block(
        self, bikes: Sequence[Track], cars: Sequence[Track], first: int, last: int, scene: Scene
    ) -> Iterator[Incident | Abstention]:
        times = scene.ego.times_s
        start, end = float(times[first]), float(times[last])
        if end - start < self.settings.least_s:
            return
        margin = round((GAP_S + _STRAGGLE_S) * scene.sample_rate_hz)
        placed = place([*bikes, *cars], max(first - margin, 0), last + margin, scene)
        if placed is None:
            yield Abstention(
                self.id, start, end, "the motorbikes do not tell how far away each of them is"
            )
            return
        for members in groups(placed, self.settings.apart_mps):
            found = self._judge(placed, members, scene)
            if isinstance(found, str):
                yield Abstention(self.id, start, end, found)
            elif found is not None:
                yield found

    def _judge(
        self, placed: Placed, members: NDArray[np.bool_], scene: Scene
    ) -> Incident | str | None:
        """A candidate, or why it cannot be told, or None where it is none."""
        settings = self.settings
        rate = scene.sample_rate_hz
        counts = (placed.seen & members).sum(axis=1)
        most = max(settings.motorbikes / 2, 3)
        parts = list(spans((counts >= most).tolist(), placed.times_s.tolist(), _BRIDGE_S))
        if not parts:
            return None
        part = max(parts, key=lambda one: one.stop - one.start)
        times = placed.times_s[part]
        together = float(times[-1] - times[0])
        number = lasting(counts[part], round(2 * rate))
        if together < settings.least_s or number < settings.motorbikes:
            return None
        abreast, spread = rows(placed.places[part][:, members])
        if abreast < settings.abreast:
            return None
        uneven = unevenness(placed.velocities[:, members])
        if uneven > settings.uneven_mps:
            return None  # each at a speed of their own: traffic, or a platoon from a light
        velocity = common(placed.velocities[part][:, members])
        states = scene.ego.states[placed.first + part.start : placed.first + part.stop]
        unknown, driving = (
            float(np.mean([state is wanted for state in states]))
            for wanted in (CameraMotion.UNKNOWN, CameraMotion.DRIVING)
        )
        if unknown > 0.4:
            return "too little of the background can be followed"
        driven = driving > 0.4
        speed = float(np.linalg.norm(velocity))
        if driven:
            growth = background_growth(scene, placed.first + part.start, placed.first + part.stop)
            growing = -change(placed.places[part][:, members, 1], times)
            if growth < _RECEDES:
                return "the background does not show how the camera drives"
            if growth - growing < _RECEDES:
                return None  # parked, for all that can be seen
        elif speed < _RIDES_MPS:
            return None
        outsiders = outside(placed, members, velocity, part, driven)
        if outsiders > _MOST_OUTSIDE or among(placed, members, part) > _MOST_AMONG * number:
            return None
        if driven:
            if turnover(placed, members, part, scene) > _MOST_TURNOVER * number * together:
                return None
        else:
            reason = ends(placed, members, velocity, number, rate)
            if reason is not None:
                return reason or None
        return self._incident(
            placed,
            members,
            part,
            number,
            abreast,
            spread,
            uneven,
            outsiders,
            None if driven else speed,
            rate,
        )

    def _incident(
        self,
        placed: Placed,
        members: NDArray[np.bool_],
        part: slice,
        number: int,
        abreast: float,
        spread: float,
        uneven: float,
        outsiders: float,
        speed: float | None,
        rate: float,
    ) -> Incident:
        settings = self.settings
        times = placed.times_s[part]
        together = float(times[-1] - times[0])
        measures = [
            Measure("motorbikes", float(number), ""),
            Measure("together", round(together, 1), "s", 1 / rate),
            Measure("abreast", float(round(abreast)), ""),
            Measure("spread", round(spread, 1), "m", round(TALL_SHARE * spread, 1)),
            Measure("unevenness", round(uneven, 2), "m/s"),
            Measure("outsiders", round(100 * outsiders, 0), "%"),
        ]
        if speed is not None:
            sigma = 3.6 * speed * float(np.hypot(TALL_SHARE, FOCAL_SHARE))
            measures.append(Measure("group_speed", round(3.6 * speed, 1), "km/h", round(sigma, 1)))
        confidence = (
            0.42
            + 0.08 * min((number - settings.motorbikes) / 6, 1)
            + 0.08 * min((together - settings.least_s) / 6, 1)
            + 0.07 * min((abreast - settings.abreast) / 2, 1)
        ) * (1 - outsiders)
        lengths = (placed.seen[part] & members).sum(axis=0)
        order = np.argsort(-lengths, kind="stable")[: int(members.sum())]
        ids = [placed.tracks[index].id for index in order]
        lead = placed.tracks[int(order[0])]
        sizes = np.nansum(
            np.where(members, 1 / np.maximum(placed.places[part][..., 1], 1.0), 0), axis=1
        )
        best = float(times[int(sizes.argmax())])
        return self.incident(
            lead,
            (float(times[0]), float(times[-1])),
            min(confidence, _MOST_SURE),
            measures,
            [best, float(times[0]), float(times[-1])],
            ids[1:],
            None if speed is not None else _DRIVEN,
        )


def _is_usable(track: Track) -> bool:
    heights = track.boxes[:, 3] - track.boxes[:, 1]
    return len(track) >= 6 and float(np.median(heights)) >= _LEAST_PX


def _blocks(bikes: Sequence[Track], least: int, scene: Scene) -> Iterator[tuple[int, int]]:
    """First and last frames between which half a group or more is in view."""
    total = len(scene.ego.times_s)
    steps = np.zeros(total + 1, np.int64)
    for track in bikes:
        steps[track.frames[0]] += 1
        steps[min(int(track.frames[-1]) + 1, total)] -= 1
    counts = np.cumsum(steps)[:total]
    for part in spans((counts >= least / 2).tolist(), scene.ego.times_s.tolist(), _BRIDGE_S):
        if counts[part].max() < least:
            continue
        piece = max(round(_BLOCK_S * scene.sample_rate_hz), 1)
        for first in range(part.start, part.stop, piece):
            yield first, min(first + piece, part.stop) - 1
