"""Lạng lách, đánh võng: a motorbike or car that swings from side to side.

Observed: the sideways place of the vehicle against the far background, in its own widths,

    u(t) = (x_foot(t) - x_background(t)) / w(t),

w smoothed over time; the background point is carried along by the ego-motion, so that a camera that
pans or turns does not count. u is followed from turning point to turning point; a swing is the way
between two of them. Enough swings in a row, alternating, each wide and quick enough, are a
candidate. Swings that other vehicles show at the same moment are the camera's own and are silent.

It cannot tell: what was dodged (a pothole, a pedestrian).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from pipeline.scene.ground import chained
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

_SMOOTH = 5  # samples over which the width is a median
_LEAST_WIDTH = 0.02  # of the picture's
_LEAST_SAMPLES = 12
_COMMON = 0.7  # correlation with other vehicles' sideways motion that makes it the camera's own
_LEAST_INLIERS = 0.45  # share of the background that must follow, or the place is not told
_WIDEST = 6.0  # own widths: no vehicle swings further, a lost background does
_MOST_UNKNOWN = 0.2  # of the frames, without a background to compare with


class WeavingSettings(RuleSettings):
    swings: int = Field(4, ge=2, description="alternating swings in a row")
    motorbike_widths: float = Field(1.1, gt=0, description="least swing, in widths of a motorbike")
    car_widths: float = Field(0.75, gt=0, description="least swing, in widths of a car")
    slowest_s: float = Field(3.0, gt=0, description="a slower swing is a bend or a lane change")


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
            "mỗi lần trung bình {amplitude:.1f} lần bề rộng của xe."
        ),
        "en": (
            "The {vehicle} swings from side to side {swings:.0f} times in "
            "{weave_duration:.1f} seconds, by {amplitude:.1f} of its own widths on average."
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
        sideways = {
            track.id: _sideways(track, scene)
            for track in tracks
            if track.kind in (Kind.MOTORBIKE, Kind.CAR) and len(track) >= _LEAST_SAMPLES
        }
        for track in tracks:
            u = sideways.get(track.id)
            if u is None:
                continue
            least = (
                self.settings.motorbike_widths
                if track.kind is Kind.MOTORBIKE
                else self.settings.car_widths
            )
            incident = self._judge(track, u, least, tracks, sideways, scene)
            if incident is not None:
                yield incident

    def _judge(
        self,
        track: Track,
        u: FloatArray,
        least: float,
        tracks: Sequence[Track],
        sideways: dict[int, FloatArray],
        scene: Scene,
    ) -> Incident | None:
        width = float(np.median(track.boxes[:, 2] - track.boxes[:, 0]))
        if width < _LEAST_WIDTH * scene.width:
            return None
        swings: list[int] = []
        for part in _followed(track, scene):
            turns = [part.start + turn for turn in turning_points(u[part], least)]
            swings = max(swings, self._longest(turns, track.times_s), key=len)
        if len(swings) - 1 < self.settings.swings:
            return None
        if _is_common(track, u, swings, tracks, sideways):
            return None
        sizes = np.abs(np.diff(u[swings]))
        if float(sizes.max()) > _WIDEST:
            return None
        start, end = float(track.times_s[swings[0]]), float(track.times_s[swings[-1]])
        sure = float(np.mean(track.confidences))
        surplus = (len(swings) - 1) / self.settings.swings
        confidence = (
            (1 - 0.4**surplus) * min(1.0, float(sizes.mean()) / least / 1.3) * (0.5 + 0.5 * sure)
        )
        return self.incident(
            track,
            (start, end),
            confidence,
            (
                Measure("swings", float(len(swings) - 1), ""),
                Measure(
                    "amplitude",
                    round(float(sizes.mean()), 2),
                    "widths",
                    round(float(sizes.std()), 2),
                ),
                Measure("weave_duration", round(end - start, 1), "s", 1 / scene.sample_rate_hz),
            ),
            [float(track.times_s[index]) for index in swings[1:-1]][:4],
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


def _followed(track: Track, scene: Scene) -> Iterator[slice]:
    """Stretches of the track over which the background was followed from look to look."""
    shares = scene.ego.inlier_shares
    start = 0
    for row in range(1, len(track)):
        between = shares[track.frames[row - 1] + 1 : track.frames[row] + 1]
        if float(between.min()) < _LEAST_INLIERS:
            yield slice(start, row)
            start = row
    yield slice(start, len(track))


def _sideways(track: Track, scene: Scene) -> FloatArray:
    """(N,) sideways place in own widths, against the far background."""
    boxes = track.boxes.astype(np.float64)
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    widths = boxes[:, 2] - boxes[:, 0]
    half = _SMOOTH // 2
    padded = np.pad(widths, half, mode="edge")
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(padded, _SMOOTH), axis=1)
    point = (scene.width / 2, float(boxes[0, 1]))
    background = chained(scene.ego, track.frames.tolist(), point)[:, 0]
    return np.asarray((middle - background) / smooth)


def _is_common(
    track: Track,
    u: FloatArray,
    swings: Sequence[int],
    tracks: Sequence[Track],
    sideways: dict[int, FloatArray],
) -> bool:
    """Do other vehicles swing with it? Then it is the camera that does."""
    inside = slice(swings[0], swings[-1] + 1)
    frames = track.frames[inside]
    for other in tracks:
        if other.id == track.id or other.id not in sideways:
            continue
        common, mine, its = np.intersect1d(frames, other.frames, return_indices=True)
        if len(common) < max(6, 0.6 * len(frames)):
            continue
        a = _detrended(u[inside][mine])
        b = _detrended(sideways[other.id][its])
        if a.std() > 0 and b.std() > 0.25 * a.std() and float(np.corrcoef(a, b)[0, 1]) > _COMMON:
            return True
    return False


def _detrended(values: FloatArray) -> FloatArray:
    steps = np.arange(len(values))
    return np.asarray(values - np.polyval(np.polyfit(steps, values, 1), steps))
