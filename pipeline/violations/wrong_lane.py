"""Đi không đúng phần đường: over a solid line, or against the traffic.

Over a solid line: the line, solid beyond doubt, lies between the lower corners of a vehicle's box,
well inside of them, for long enough, and the vehicle goes over from one side to the other or stays
on it. The corners are those of the box, not the wheels, so only the middle part of the lower edge
counts.

Against the traffic: a vehicle moves over ground that at least `others` vehicles travel in the other
direction, and none in its own. Told only from a camera that stands.

It cannot tell: that a line may be crossed where a sign allows it, that something blocked the lane.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from pipeline.scene.ground import Path, paths, stretches
from pipeline.types import Abstention, Incident, LaneLine, Measure, Scene, Track
from pipeline.violations.base import Language, Rule, RuleSettings, spans
from pipeline.violations.registry import rule

_MIDDLE = (0.25, 0.75)  # of the lower edge: a line here lies under the vehicle
_MIDDLE_DRIVING = (0.32, 0.68)  # the camera's own wandering makes the line's place less sure
_LEAST_WIDTH = 0.045  # of the picture's
_EDGE_PX = 3.0
_BESIDE = 0.45  # widths: ways closer than this run over the same ground
_BEHIND = 0.08  # heights: likewise, across the picture
_LINE_CONFIDENCE = 0.5
_OUTLASTS_S = 2.0
_LOOKS_BESIDE = 3  # so many looks before and after, a vehicle has come from its side and gone to it
_END_MARGIN = 0.08  # of a line's height in the picture: its ends are not trusted


_ACROSS: dict[Language, str] = {
    "vi": "{vehicle} đè vạch liền trong {over_duration:.1f} giây và đi sang bên kia vạch.",
    "en": "The {vehicle} is over a solid line for {over_duration:.1f} seconds and goes across it.",
}
_AGAINST: dict[Language, str] = {
    "vi": "{vehicle} đi ngược chiều với {against:.0f} xe khác trên cùng phần đường.",
    "en": "The {vehicle} travels against {against:.0f} other vehicles on the same side.",
}


class WrongLaneSettings(RuleSettings):
    over_s: float = Field(0.8, gt=0, description="on the line for at least so long")
    stay_s: float = Field(2.0, gt=0, description="on it without crossing: for at least so long")
    others: int = Field(4, ge=2, description="vehicles that travel the same ground the other way")
    against_widths: float = Field(4.0, gt=0, description="own widths it goes against them")


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
        solid = [
            line for line in scene.lines if line.is_solid and line.confidence >= _LINE_CONFIDENCE
        ]
        if not solid and len(scene.ego.times_s):
            yield Abstention(
                self.id,
                float(scene.ego.times_s[0]),
                float(scene.ego.times_s[-1]),
                "no line that is solid beyond doubt",
            )
        over = [incident for track in vehicles for incident in self._over(track, solid, scene)]
        yield from _merged(over)
        for stretch in stretches(scene.ego, 2.0):
            ways = [path for path in paths(vehicles, stretch, scene) if path.is_moving]
            for path in ways:
                incident = self._against(path, ways, scene)
                if incident is not None:
                    yield incident

    def _over(self, track: Track, lines: Sequence[LaneLine], scene: Scene) -> Iterable[Incident]:
        boxes = track.boxes.astype(np.float64)
        widths = boxes[:, 2] - boxes[:, 0]
        usable = (
            (widths >= _LEAST_WIDTH * scene.width)
            & (boxes[:, 0] > _EDGE_PX)
            & (boxes[:, 2] < scene.width - _EDGE_PX)
            & (boxes[:, 3] < scene.height - _EDGE_PX)
        )
        for line in lines:
            # Where a standing camera saw a line, it still is a little before and after.
            longer = 0.0 if line.in_picture else _OUTLASTS_S
            rows = np.flatnonzero(
                usable
                & (track.times_s >= line.start_s - longer)
                & (track.times_s <= line.end_s + longer)
            )
            if len(rows) < 2:
                continue
            (near_x, near_y), (far_x, far_y) = line.points[0], line.points[-1]
            feet = boxes[rows, 3]
            margin = _END_MARGIN * (near_y - far_y)
            on_line = (feet > far_y + margin) & (feet < near_y)
            x = far_x + (near_x - far_x) * (feet - far_y) / (near_y - far_y)
            share = (x - boxes[rows, 0]) / widths[rows]  # 0 at the left corner, 1 at the right
            low, high = _MIDDLE_DRIVING if line.in_picture else _MIDDLE
            under = on_line & (share > low) & (share < high)
            for part in spans(under.tolist(), track.times_s[rows].tolist(), 0.45):
                hits = rows[part][under[part]]
                duration = float(track.times_s[hits[-1]] - track.times_s[hits[0]])
                if len(hits) < 3 or duration < self.settings.over_s:
                    continue
                before, after = share[: part.start], share[part.stop :]
                crosses = _crosses(share[part], before, after)
                if not crosses and duration < self.settings.stay_s:
                    continue
                yield self._line_incident(track, line, hits, duration, crosses, scene)

    def _line_incident(
        self,
        track: Track,
        line: LaneLine,
        hits: np.ndarray,
        duration: float,
        crosses: bool,
        scene: Scene,
    ) -> Incident:
        middle = hits[len(hits) // 2]
        sure = float(np.mean(track.confidences[hits]))
        confidence = min(1.0, 0.45 + 0.2 * duration) * line.confidence * (0.5 + 0.5 * sure)
        return self.incident(
            track,
            (float(track.times_s[hits[0]]), float(track.times_s[hits[-1]])),
            confidence * (1.0 if crosses else 0.85),
            (
                Measure("over_duration", round(duration, 2), "s", 1 / scene.sample_rate_hz),
                Measure("line_duty", round(line.duty, 3), "", round(line.duty_sigma, 3)),
            ),
            [float(track.times_s[middle]), float(track.times_s[hits[0]])],
            sentence=_ACROSS if crosses else None,
        )

    def _against(self, path: Path, ways: Sequence[Path], scene: Scene) -> Incident | None:
        if float(np.median(path.widths)) < _LEAST_WIDTH * scene.width or len(path) < 5:
            return None
        heading = _headings(path)
        same: set[int] = set()
        opposite: dict[int, int] = {}
        for other in ways:
            if other.track.id == path.track.id:
                continue
            cosines = _meeting_cosines(path, heading, other)
            if len(cosines) == 0:
                continue
            if (cosines > 0.5).any():
                same.add(other.track.id)
            elif int((cosines < -0.7).sum()) >= 3:
                opposite[other.track.id] = len(cosines)
        if same or len(opposite) < self.settings.others:
            return None
        length = path.length_px / float(np.median(path.widths))
        if length < self.settings.against_widths or not _is_steady(path):
            return None
        track = path.track
        sure = float(np.mean(track.confidences))
        largest = np.argsort(-path.widths, kind="stable")
        return self.incident(
            track,
            (float(path.times_s[0]), float(path.times_s[-1])),
            (1 - 0.75 ** len(opposite)) * (0.5 + 0.5 * sure),
            (
                Measure("against", float(len(opposite)), ""),
                Measure("against_length", round(length, 1), "widths"),
            ),
            [float(path.times_s[largest[0]])],
            sorted(opposite),
            _AGAINST,
        )


def _crosses(inside: np.ndarray, before: np.ndarray, after: np.ndarray) -> bool:
    """Does the line go from one side of the vehicle to the other, within a few looks?"""
    start = before[-_LOOKS_BESIDE] if len(before) >= _LOOKS_BESIDE else [*before, *inside][0]
    end = after[_LOOKS_BESIDE - 1] if len(after) >= _LOOKS_BESIDE else [*inside, *after][-1]
    return bool(abs(end - start) >= 0.6 and (start - 0.5) * (end - 0.5) < 0)


def _headings(path: Path) -> np.ndarray:
    """(N, 2) unit vectors of where the way goes at each of its points."""
    steps = np.gradient(path.feet, axis=0)
    return np.asarray(steps / np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-6))


def _meeting_cosines(path: Path, heading: np.ndarray, other: Path) -> np.ndarray:
    """Cosines between two ways at the places that both run over."""
    apart = np.abs(path.feet[:, None] - other.feet[None])
    reach_x = _BESIDE * path.widths[:, None]
    reach_y = _BEHIND * path.heights[:, None]
    # A way is a line between its points: the tolerance along it is the distance of these.
    stride = np.abs(np.gradient(other.feet, axis=0)) / 2
    close = (apart[..., 0] <= reach_x + stride[None, :, 0]) & (
        apart[..., 1] <= reach_y + stride[None, :, 1]
    )
    its_heading = _headings(other)
    cosines = heading @ its_heading.T
    nearest = np.where(close, apart.sum(axis=2), np.inf).argmin(axis=1)
    rows = np.flatnonzero(close.any(axis=1))
    return np.asarray(cosines[rows, nearest[rows]])


def _is_steady(path: Path) -> bool:
    """Does it keep one direction, as a vehicle does and a box that jumps does not?"""
    steps = np.linalg.norm(np.diff(path.feet, axis=0), axis=1)
    return path.length_px > 0.85 * float(steps.sum())


def _merged(incidents: Sequence[Incident]) -> Iterable[Incident]:
    """One incident for each vehicle and act, however many pieces of line it was seen over."""
    by_track: dict[int, Incident] = {}
    for incident in incidents:
        held = by_track.get(incident.track_id)
        if held is None or incident.confidence > held.confidence:
            by_track[incident.track_id] = incident
    return by_track.values()
