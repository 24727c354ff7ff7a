"""Against the traffic: over ground that others travel in the other direction, and none in its own.

Told only from a camera that stands; in metres of the road where it is measured, which a track that
jumps to another vehicle does not mislead, else along the ways in the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.scene.course import Course
from pipeline.scene.ground import Path
from pipeline.scene.road_ahead import Road
from pipeline.types import FloatArray, Scene, Track
from pipeline.violations.lane_use.over_line import LEAST_WIDTH
from pipeline.violations.passing.passes import heading_of

_BESIDE = 0.45  # widths: ways closer than this run over the same ground
_BEHIND = 0.08  # heights: likewise, across the picture
_LEAST_LOOKS = 8
_LEAST_WIDTH = 0.02  # of the picture's, on a road that is measured
_OPPOSITE_M, _SAME_M = 0.9, 1.6  # across the road: those who use its strip; those who may
_WANDERS_M = 0.7


@dataclass(frozen=True, slots=True)
class Against:
    """Whom a vehicle drove against, and how far, in its own widths."""

    track: Track
    start_s: float
    end_s: float
    best_s: float  # when it is largest
    opposite: tuple[int, ...]  # tracks
    length_widths: float

    @property
    def confidence(self) -> float:
        sure = float(np.mean(self.track.confidences))
        return float((1 - 0.75 ** len(self.opposite)) * (0.5 + 0.5 * sure))


def against(
    path: Path, ways: Sequence[Path], scene: Scene, others: int, least_widths: float
) -> Against | None:
    """Whom this vehicle drives against, if `others` or more come and none goes its way."""
    if float(np.median(path.widths)) < LEAST_WIDTH * scene.width or len(path) < 5:
        return None
    heading = _headings(path)
    same: set[int] = set()
    opposite: set[int] = set()
    for other in ways:
        if other.track.id == path.track.id:
            continue
        cosines = _meeting_cosines(path, heading, other)
        if len(cosines) == 0:
            continue
        if (cosines > 0.5).any():
            same.add(other.track.id)
        elif int((cosines < -0.7).sum()) >= 3:
            opposite.add(other.track.id)
    if same or len(opposite) < others:
        return None
    length = path.length_px / float(np.median(path.widths))
    if length < least_widths or not _is_steady(path):
        return None
    largest = np.argsort(-path.widths, kind="stable")[0]
    return Against(
        path.track,
        float(path.times_s[0]),
        float(path.times_s[-1]),
        float(path.times_s[largest]),
        tuple(sorted(opposite)),
        length,
    )


def against_on_road(
    course: Course,
    courses: Sequence[Course],
    road: Road,
    scene: Scene,
    others: int,
    least_widths: float,
) -> Against | None:
    """The same on a road that is measured, by where everybody drives across it."""
    widths = course.boxes[:, 2] - course.boxes[:, 0]
    heading = _heads(course, road, scene)
    across = _place(course)
    if not road.standing or heading == 0 or across is None or not course.has_track:
        return None
    if float(np.median(widths)) < _LEAST_WIDTH * scene.width or len(course) < _LEAST_LOOKS:
        return None
    opposite: set[int] = set()
    for other in courses:
        its = _place(other)
        if other is course or its is None:
            continue
        goes = _heads(other, road, scene)
        if goes == heading and abs(its - across) < _SAME_M:
            return None
        if goes == -heading and abs(its - across) < _OPPOSITE_M:
            opposite.add(other.track.id)
    length = float(np.nanmax(course.ahead_m) - np.nanmin(course.ahead_m)) / course.width_m
    if len(opposite) < others or length < least_widths:
        return None
    return Against(
        course.track,
        float(course.times_s[0]),
        float(course.times_s[-1]),
        float(course.times_s[int(np.argmax(widths))]),
        tuple(sorted(opposite)),
        length,
    )


def _heads(course: Course, road: Road, scene: Scene) -> int:
    return heading_of(course, road, scene, float(course.times_s[0]), float(course.times_s[-1]))


def _place(course: Course) -> float | None:
    """Metres across the road, of one that keeps to its lane."""
    across = course.across_m[np.isfinite(course.across_m)]
    if len(across) < 5 or float(np.std(across)) > _WANDERS_M:
        return None
    return float(np.median(across))


def _headings(path: Path) -> FloatArray:
    """(N, 2) unit vectors of where the way goes at each of its points."""
    steps = np.gradient(path.feet, axis=0)
    return np.asarray(steps / np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-6))


def _meeting_cosines(path: Path, heading: FloatArray, other: Path) -> FloatArray:
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
