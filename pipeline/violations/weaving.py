"""Lạng lách, đánh võng: a motorbike or car that swings from side to side.

Observed: the sideways place of a vehicle against the far background, in metres, less what the road
does by itself (`pipeline.violations.sideways` has the formula and joins tracks that were lost in a
swing). It is followed from turning point to turning point; a swing is the way between two of them.
Enough swings in a row, alternating, each wide and quick enough, are a candidate. Silent are

- swings that others show at the same moment: they are the camera's own, or the road's;
- swings under a driving camera that turns left and right in the same rhythm itself;
- swings that a steady drift explains as well: the few changes of lane of who overtakes;
- swings of one edge of the box alone: somebody else hides the other edge;
- swings wider or quicker than any road user makes: the background was lost;
- vehicles seen from the side, or that cross the picture: what looks like swings there is how evenly
  they drive.

It cannot tell: what was dodged (a pothole, a pedestrian), and a single evasive swerve from the
start of a row; so it takes `swings` of them. No law says how many: four are two full weaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.types import (
    Abstention,
    CameraMotion,
    FloatArray,
    Incident,
    Kind,
    Measure,
    Scene,
    Track,
)
from pipeline.violations.base import Language, Rule, RuleSettings
from pipeline.violations.registry import rule
from pipeline.violations.sideways import SIDES_M, Sideways, sideways, strings, swerves

_LEAST_SCALE = 0.024  # of the picture's width a metre: smaller vehicles are not measured
_LEAST_SAMPLES = 12
_WINDOW_S, _HOP_S = 12.0, 4.0  # slow bends are taken out over so long
_COMMON = 0.7  # correlation with other vehicles' sideways motion that makes it the camera's own
_SHARED = 0.45  # of its swing, by which the others swing with it
_PLAIN = 0.75  # of the least swing, by which it swings about a straight way too
_BOTH_EDGES = 0.38  # of a swing's width, at least, by which each edge of the box swings
_LOST_S, _LOST_SHARE = 0.7, 0.6  # unseen for so long, over such a share of a swing
_LEAST_SEEN = 0.75  # of the swings
_MOST_PULL = 7.0  # m/s2 sideways: a lean of 35 degrees, which hardly any tyre holds
_WIDEST_M = 4.5  # no vehicle swings further, a lost background does
# Times as wide as seen from behind: its flank shows. (A car that parks or turns shows it, too.)
_BROADSIDE = {Kind.MOTORBIKE: 2.0, Kind.CAR: 1.75}
_CROSSES_MPS = 5.0  # sideways all the while: it drives across the picture
_CAMERA_TURNS_RAD = 0.035  # by which a driving camera that swings turns to and fro
_IN_STEP = 0.55  # correlation of its turning with the pace of a vehicle that seems to swing
_SCALE_SIGMA = 0.1  # of a metre in pixels, told by what its kind usually measures
_FOCAL = 0.9  # of the picture's width
_MOST_UNKNOWN = 0.2  # of the frames, without a background to compare with
_JUDGED = (Kind.MOTORBIKE, Kind.CAR)


class WeavingSettings(RuleSettings):
    swings: int = Field(4, ge=3, description="alternating swings in a row")
    least_m: float = Field(0.9, gt=0, description="each so wide from turn to turn, in metres")
    slowest_s: float = Field(2.6, gt=0, description="a slower swing is a bend or a lane change")


@rule
class Weaving(Rule[WeavingSettings]):
    id = "weaving"
    names: ClassVar[dict[Language, str]] = {
        "vi": "Lạng lách, đánh võng",
        "en": "Weaving",
    }
    settings_type = WeavingSettings
    sentence: ClassVar[dict[Language, str]] = {
        "vi": (
            "{vehicle} đảo sang hai bên {swings:.0f} lần trong {weave_duration:.1f} giây, "
            "mỗi lần trung bình khoảng {swing_width:.1f} m ({amplitude:.1f} lần bề rộng của xe)."
        ),
        "en": (
            "The {vehicle} swings from side to side {swings:.0f} times in "
            "{weave_duration:.1f} seconds, by about {swing_width:.1f} m on average "
            "({amplitude:.1f} of its own widths)."
        ),
    }

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        states = scene.ego.states
        unknown = np.array([state is CameraMotion.UNKNOWN for state in states], bool)
        if len(unknown) and unknown.mean() > _MOST_UNKNOWN:
            yield Abstention(
                self.id,
                float(scene.ego.times_s[0]),
                float(scene.ego.times_s[-1]),
                "too little of the background can be followed",
            )
            return
        ways = [way for row in strings(tracks) for way in sideways(row, scene)]
        found: dict[int, Incident] = {}
        for way in ways:
            if way.track.kind not in _JUDGED or len(way) < _LEAST_SAMPLES:
                continue
            incident = self._judge(way, ways, scene)
            known = found.get(way.track.id)
            if incident and (known is None or known.confidence < incident.confidence):
                found[way.track.id] = incident
        yield from found.values()

    def _judge(self, way: Sideways, ways: Sequence[Sideways], scene: Scene) -> Incident | None:
        if float(np.median(way.scales)) < _LEAST_SCALE * scene.width:
            return None
        best: Incident | None = None
        start = float(way.times_s[0])
        while True:
            rows = np.flatnonzero((way.times_s >= start) & (way.times_s <= start + _WINDOW_S))
            if len(rows) >= _LEAST_SAMPLES:
                incident = self._within(way, rows, ways, scene)
                if incident and (best is None or incident.confidence > best.confidence):
                    best = incident
            if start + _WINDOW_S >= way.times_s[-1]:
                return best
            start += _HOP_S

    def _within(
        self, way: Sideways, rows: NDArray[np.intp], ways: Sequence[Sideways], scene: Scene
    ) -> Incident | None:
        least, times = self.settings.least_m, way.times_s[rows]
        u = swerves(way.middles[rows], times, way.scales[rows])
        turns = self._longest(turning_points(u, least), times)
        for part in (_alternating_part, _plain_part):
            if len(turns) > self.settings.swings:
                turns = turns[part(way, rows[turns], least)]
        sizes = np.abs(np.diff(u[turns]))
        seen = _seen(times, u, turns)
        if int(seen.sum()) < self.settings.swings or float(seen.mean()) < _LEAST_SEEN:
            return None
        if float(sizes.max()) > _WIDEST_M or not _is_whole(way, rows, turns, sizes):
            return None
        pulls = sizes / 2 * (np.pi / np.diff(times[turns])) ** 2  # of a sine's crests
        if float(np.median(pulls)) > _MOST_PULL:
            return None
        span = rows[turns[0] : turns[-1] + 1]
        if _crosses(way, span):
            return None
        if _is_common(way, span, ways) or _camera_swings(way, span, len(turns) - 1, scene):
            return None
        start, end = float(times[turns[0]]), float(times[turns[-1]])
        surplus = (len(turns) - 1) / self.settings.swings
        # The first and the last lead from its usual place and back to it: no whole swings.
        size, sure = float(np.median(sizes[1:-1])), float(way.confidences[span].mean())
        confidence = (1 - 0.4**surplus) * min(1.0, size / least / 1.3) * (0.5 + 0.5 * sure)
        width = SIDES_M[way.track.kind][0]
        spread = float(sizes.std())
        return self.incident(
            way.track,
            (start, end),
            confidence,
            (
                Measure("swings", float(len(turns) - 1), ""),
                Measure(
                    "swing_width", round(size, 2), "m", round(max(spread, _SCALE_SIGMA * size), 2)
                ),
                Measure("amplitude", round(size / width, 2), "widths", round(spread / width, 2)),
                Measure("weave_duration", round(end - start, 1), "s", 1 / scene.sample_rate_hz),
            ),
            [float(times[turn]) for turn in turns[1:-1]][:4],
        )

    def _longest(self, turns: Sequence[int], times: FloatArray) -> list[int]:
        """The longest row of turning points that follow each other quickly enough."""
        best: list[int] = []
        row: list[int] = []
        for turn in turns:
            if row and times[turn] - times[row[-1]] > self.settings.slowest_s:
                row = []
            row.append(turn)
            if len(row) > len(best):
                best = list(row)
        return best


def turning_points(u: FloatArray, least: float) -> list[int]:
    """Indices where `u` turns back by at least `least`; the ends of the way are not counted.

    The two outermost are where the first swing starts and the last one ends.
    """
    if len(u) == 0:
        return []
    turns: list[int] = []
    low = high = 0
    direction = 0
    for index in range(1, len(u)):
        low = index if u[index] < u[low] else low
        high = index if u[index] > u[high] else high
        if direction >= 0 and u[high] - u[index] >= least:
            turns.append(high)
            direction, low = -1, index
        elif direction <= 0 and u[index] - u[low] >= least:
            turns.append(low)
            direction, high = 1, index
    last = high if direction > 0 else low
    if direction != 0 and turns and abs(u[last] - u[turns[-1]]) >= least:
        turns.append(last)
    return turns


def _is_whole(
    way: Sideways, rows: NDArray[np.intp], turns: Sequence[int], sizes: FloatArray
) -> bool:
    """Do both edges of the box swing, as they do of a vehicle that nobody hides?"""
    at = rows[list(turns)]
    signs = np.sign(np.diff(way.middles[at]))
    left, right = signs * np.diff(way.lefts[at]), signs * np.diff(way.rights[at])
    return float(np.median(np.minimum(left, right) / sizes)) >= _BOTH_EDGES


def _seen(times: FloatArray, u: FloatArray, turns: Sequence[int]) -> NDArray[np.bool_]:
    """(swings,) True where the vehicle was seen on the way, not lost before and found behind it.

    In a dense stream whoever is found may be the next one: pieces of several make a saw's teeth.
    """
    lost = np.where(np.diff(times) > _LOST_S, np.abs(np.diff(u)), 0.0)
    return np.array(
        [lost[a:b].max() < _LOST_SHARE * abs(u[b] - u[a]) for a, b in pairwise(turns)], bool
    )


def _alternating_part(way: Sideways, at: NDArray[np.intp], least: float) -> slice:
    """Turning points that lie to the left and to the right of their neighbours in turn.

    What takes out bends makes swings of somebody who keeps to another lane for a while; measured
    against its own neighbours, it lies on the same side twice.
    """
    times, places = way.times_s[at], way.middles[at]
    share = (times[1:-1] - times[:-2]) / (times[2:] - times[:-2])
    beside = places[1:-1] - (places[:-2] + share * (places[2:] - places[:-2]))
    sides = np.where(np.abs(beside) < _PLAIN * least, 0.0, np.sign(beside)).tolist()
    best, start = slice(0, 1), 0
    for inner, side in enumerate(sides):
        if side == 0:
            start = inner + 1
            continue
        if inner > start and side == sides[inner - 1]:
            start = inner
        if inner + 3 - start > best.stop - best.start:
            best = slice(start, inner + 3)
    return best


def _plain_part(way: Sideways, at: NDArray[np.intp], least: float) -> slice:
    """Turning points without the outer swings that a steady drift explains as well.

    What takes out bends puts a swing in before and behind a few changes of lane.
    """
    span = slice(int(at[0]), int(at[-1]) + 1)
    drift = np.polyfit(way.times_s[span], way.middles[span], 1)
    places = way.middles[at] - np.polyval(drift, way.times_s[at])
    first, last = 0, len(at) - 1
    while first < last and abs(places[first + 1] - places[first]) < _PLAIN * least:
        first += 1
    while first < last and abs(places[last] - places[last - 1]) < _PLAIN * least:
        last -= 1
    return slice(first, last + 1)


def _crosses(way: Sideways, span: NDArray[np.intp]) -> bool:
    """Is it seen from the side, or does it drive across the picture?"""
    width = float(np.median(way.rights[span] - way.lefts[span]))
    if width > _BROADSIDE[way.track.kind] * SIDES_M[way.track.kind][0]:
        return True
    drift = np.polyfit(way.times_s[span], way.middles[span], 1)[0]
    return abs(float(drift)) > _CROSSES_MPS


def _is_common(way: Sideways, span: NDArray[np.intp], ways: Sequence[Sideways]) -> bool:
    """Do other vehicles swing with it? Then it is the camera that does."""
    frames = way.frames[span]
    for other in ways:
        if set(other.ids) & set(way.ids):
            continue
        common, mine, its = np.intersect1d(frames, other.frames, return_indices=True)
        if len(common) < max(6, 0.6 * len(frames)):
            continue
        a = swerves(way.middles[span][mine], common.astype(float), way.scales[span][mine])
        b = swerves(other.middles[its], common.astype(float), other.scales[its])
        if a.std() == 0 or b.std() == 0 or float(np.corrcoef(a, b)[0, 1]) < _COMMON:
            continue
        # A camera that shifts moves all by the same metres, one that turns by the same pixels.
        zoom = float(np.median(other.scales[its]) / np.median(way.scales[span]))
        if b.std() * max(zoom, 1.0) > _SHARED * a.std():
            return True
    return False


def _camera_swings(way: Sideways, span: NDArray[np.intp], swings: int, scene: Scene) -> bool:
    """Does a driving camera turn to and fro about as often?"""
    frames = way.frames[span].astype(int)
    driven = [scene.ego.states[frame] is CameraMotion.DRIVING for frame in frames]
    if sum(driven) < 0.5 * len(driven):
        return False
    turned = way.background[span] / (_FOCAL * scene.width)
    turned = swerves(turned, way.times_s[span], np.ones(len(span)))
    if len(turning_points(turned, _CAMERA_TURNS_RAD)) - 1 < 0.6 * swings:
        return False
    # It heads to the right while it goes there: the background then goes left, and so does whoever
    # keeps to the lane. (A near vehicle that hides one side of the background drags the estimate
    # with it: that lies in phase with the vehicle's place.)
    u = swerves(way.middles[span], way.times_s[span], way.scales[span])
    pace = np.gradient(u, way.times_s[span])
    with_place = abs(float(np.corrcoef(turned, u)[0, 1]))
    return float(np.corrcoef(turned, pace)[0, 1]) > max(with_place, _IN_STEP)
