"""Đỗ, để xe không đúng quy định: a vehicle at rest on the carriageway.

Observed: a vehicle whose foot stays in one place of the road (in anchored pixels, so that a camera
that pans does not matter) for `least_s` or longer, while at least `passing` others go past it and
at least as many use the lane that it stands in, before or behind it: so it is a lane in use and not
a verge, a lay-by or a queue. Lanes are lines along the road in metres (`pipeline.scene.road`). A
queue is silent: another vehicle rests in the same lane at the same time.

It cannot tell: a breakdown, a driver obeying an officer, a stop shorter than the footage. A camera
that drives sees no vehicle for long enough; the rule says so instead of guessing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from pipeline.scene.ground import Path, paths, stretches
from pipeline.scene.road import Lane, LevelGround, lane_under
from pipeline.types import Abstention, Incident, Kind, Measure, Scene, Track
from pipeline.violations.base import Language, Rule, RuleSettings, spans
from pipeline.violations.registry import rule

_REST = 0.14  # of its width: a foot that stays within is at rest, the rest is jitter of the box
_LEAST_WIDTH = 0.035  # of the picture's: smaller vehicles are too far away to tell
_BRIDGE_S = 4.0  # whoever passes in front hides it for so long
_ON_LANE_M = 1.2  # beside the line through it: within, a vehicle uses its lane
_BESIDE_M = 6.0  # farther off is another road
_ON_LANE_LOOKS = 3  # so many samples there are no chance
_TOLD_M = 45.0  # farther off one lane cannot be told from the next
_PAST_M = 2.5  # along the road: before and behind a vehicle begin here
_LEAST_SURE = 0.4  # mean confidence of the detections


class IllegalParkingSettings(RuleSettings):
    least_s: float = Field(8.0, gt=0, description="at rest for at least so long")
    passing: int = Field(2, ge=1, description="vehicles that go past, and that use its lane")


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
                incident = self._judge(path, span, movers, resting, scene)
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
        resting: Sequence[tuple[Path, tuple[float, float]]],
        scene: Scene,
    ) -> Incident | None:
        others = [
            mover
            for mover in movers
            if mover.track.id != path.track.id
            and mover.times_s[-1] >= span[0]
            and mover.times_s[0] <= span[1]
        ]
        ground = LevelGround.under([*others, path], scene.width)
        lane = lane_under(path, others, ground) if ground else None
        if ground is None or lane is None:
            return None
        passing = [mover for mover in others if _passes(mover, lane, ground)]
        using = [mover for mover in others if _uses(mover, lane, ground)]
        if min(len(passing), len(using)) < self.settings.passing:
            return None
        if _is_queue(path, span, resting, lane, ground):
            return None
        duration = span[1] - span[0]
        track = path.track
        sure = float(np.mean(track.confidences))
        confidence = (1 - 0.5 ** (len(passing) / self.settings.passing)) * (
            0.6 + 0.4 * (1 - self.settings.least_s / duration / 2)
        ) + 0.3 * sure
        rows = np.flatnonzero((track.times_s >= span[0]) & (track.times_s <= span[1]))
        areas = (track.boxes[rows, 2] - track.boxes[rows, 0]) * (
            track.boxes[rows, 3] - track.boxes[rows, 1]
        )
        best = rows[np.argsort(-(areas * track.confidences[rows]), kind="stable")]
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
            [float(track.times_s[best[0]]), span[0], span[1]],
            [mover.track.id for mover in passing],
        )


def _passes(mover: Path, lane: Lane, ground: LevelGround) -> bool:
    """Does it come by beside the vehicle, from before or behind it at least to its side?"""
    along, beside = lane.offsets(ground.place(mover.feet))
    near = along[np.abs(beside) <= _BESIDE_M]  # without what is too far away to be placed
    if len(near) < 2:
        return False
    return bool((near[0] < -_PAST_M and near.max() > 0) or (near[0] > _PAST_M and near.min() < 0))


def _uses(mover: Path, lane: Lane, ground: LevelGround) -> bool:
    """Does it travel in the vehicle's own lane, before or behind it?"""
    along, beside = lane.offsets(ground.place(mover.feet))
    distance = np.abs(along)
    on_lane = (np.abs(beside) <= _ON_LANE_M) & (distance > _PAST_M) & (distance < _TOLD_M)
    return int(on_lane.sum()) >= _ON_LANE_LOOKS


def _is_queue(
    path: Path,
    span: tuple[float, float],
    resting: Sequence[tuple[Path, tuple[float, float]]],
    lane: Lane,
    ground: LevelGround,
) -> bool:
    """Does another vehicle rest on the same strip at the same time, as in a queue?"""
    for other, its_span in resting:
        if other.track.id == path.track.id:
            continue
        common = min(span[1], its_span[1]) - max(span[0], its_span[0])
        if common < 0.5 * (span[1] - span[0]):
            continue
        along, beside = lane.offsets(ground.place(np.median(other.feet, axis=0, keepdims=True)))
        if abs(beside[0]) <= _ON_LANE_M and abs(along[0]) > _PAST_M:
            return True
    return False


def _drift(path: Path, span: tuple[float, float]) -> float:
    inside = (path.times_s >= span[0]) & (path.times_s <= span[1])
    feet = path.feet[inside]
    return float(np.linalg.norm(feet - np.median(feet, axis=0), axis=1).mean()) / float(
        np.median(path.widths)
    )
