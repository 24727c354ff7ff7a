"""The course of each road user along the road before a camera, standing or driving, in metres.

Places are those of level ground (`pipeline.scene.road_ahead`). A driving camera nods, and the foot
of a vehicle goes up and down with it while its height in the picture does not; a vehicle's height
against its own foot is the same all along, so that each look gives its place twice, and the mean is
taken.

The middle of a box is not the middle of a vehicle: of one beside the axis of the camera a flank is
seen as well, whose far end lies nearer to the vanishing point. The edge towards it is moved out by
the usual length of its kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.ground import Path, paths
from pipeline.scene.lanes import RoadLine
from pipeline.scene.road_ahead import LEAST_BELOW_PX, Road
from pipeline.types import FloatArray, Kind, Scene, Track

# Metres that vehicles usually measure.
LENGTHS_M = {Kind.CAR: 4.4, Kind.BUS: 9.5, Kind.TRUCK: 7.0, Kind.MOTORBIKE: 1.9, Kind.BICYCLE: 1.8}
WIDTHS_M = {Kind.CAR: 1.8, Kind.BUS: 2.45, Kind.TRUCK: 2.2, Kind.MOTORBIKE: 0.75, Kind.BICYCLE: 0.6}
_EDGE_PX = 3.0
ON = 2.5
_MOST_OF_TRACK = 0.6  # of a track's looks: less, and it shows another one


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """A road user's way along the road: arrays of one length N, sorted by time."""

    tracks: tuple[tuple[Track, int, int], ...]  # with its looks here, and all in the stretch
    road: Road
    times_s: FloatArray
    ahead_m: FloatArray  # of the camera, the near end of the vehicle; NaN at the horizon
    rows_px: FloatArray  # of its foot
    middle_px: FloatArray  # column of the middle of its near end
    metres_px: FloatArray  # metres a pixel across the road at its foot
    whole: NDArray[np.bool_]  # not cut by the picture's edge
    boxes: FloatArray  # (N, 4)

    def __len__(self) -> int:
        return len(self.times_s)

    @property
    def track(self) -> Track:
        """The track that shows it: the longest of those that follow it for most of their time."""
        return max(self.tracks, key=lambda one: (_is_of_it(one), one[1]))[0]

    @property
    def has_track(self) -> bool:
        """Does any track follow it, and not rather another one?"""
        return any(_is_of_it(one) for one in self.tracks)

    @property
    def length_m(self) -> float:
        return LENGTHS_M.get(self.track.kind, 4.4)

    @property
    def width_m(self) -> float:
        return WIDTHS_M.get(self.track.kind, 1.8)

    def beside(self, line: RoadLine, on: float = ON) -> FloatArray:
        """(N,) metres of its middle to the right of a line.

        Beyond its far end a line goes on to the vanishing point; NaN at more than `on` times as
        far away as that end.
        """
        column, horizon = self.road.vanishing_px, self.road.horizon_px
        at = np.full(len(self), np.nan)
        for index, time in enumerate(self.times_s):
            row, far = self.rows_px[index], line.far_row(float(time))
            end = line.column(np.array([max(row, far)]), float(time))[0]
            if row >= far:
                at[index] = end
            elif row - horizon > max((far - horizon) / on, LEAST_BELOW_PX):
                at[index] = column + (end - column) * (row - horizon) / (far - horizon)
        return np.asarray((self.middle_px - at) * self.metres_px)

    @property
    def across_m(self) -> FloatArray:
        """(N,) metres of its middle to the right of the way to the vanishing point."""
        return (self.middle_px - self.road.vanishing_px) * self.metres_px

    def at(self, times: FloatArray, values: FloatArray, hole_s: float = 1.0) -> FloatArray:
        """Values of its looks at other times; NaN outside, and in holes of more than `hole_s`."""
        known = np.isfinite(values)
        if known.sum() < 2:
            return np.full(len(times), np.nan)
        clock = self.times_s[known]
        result = np.interp(times, clock, values[known], left=np.nan, right=np.nan)
        after = np.clip(np.searchsorted(clock, times), 1, len(clock) - 1)
        result[clock[after] - clock[after - 1] > hole_s + 1e-6] = np.nan
        return np.asarray(result)


def _is_of_it(one: tuple[Track, int, int]) -> bool:
    return one[1] >= _MOST_OF_TRACK * one[2]


def courses(road: Road, tracks: Sequence[Track], scene: Scene) -> list[Course]:
    """The courses of all vehicles seen at least five times in the road's stretch."""
    found = []
    for way in paths(tracks, road.stretch, scene):
        if way.track.kind.is_vehicle and len(way) >= 5:
            found.append(_course(road, way, scene))
    return found


def _course(road: Road, way: Path, scene: Scene) -> Course:
    track = way.track
    rows = np.flatnonzero(np.isin(track.times_s, way.times_s))
    boxes = track.boxes[rows].astype(np.float64)
    left, right = way.feet[:, 0] - way.widths / 2, way.feet[:, 0] + way.widths / 2
    foot = way.feet[:, 1]
    below = np.where(foot - road.horizon_px > LEAST_BELOW_PX, foot - road.horizon_px, np.nan)
    whole = way.whole > 0
    steady = below.copy()
    if whole.sum() >= 3 and np.isfinite(below[whole]).any():
        tallness = float(np.nanmedian(way.heights[whole] / below[whole]))
        steady[whole] = np.sqrt(below[whole] * way.heights[whole] / tallness)
    ahead = road.focal_px * road.camera_m / _calm(steady)
    length, width = LENGTHS_M.get(track.kind, 4.4), WIDTHS_M.get(track.kind, 1.8)
    metres = road.metres_a_pixel(foot)
    # The edge nearer to the vanishing point is that of the far end, unless it spans that column.
    stretch = 1 + length / np.maximum(np.nan_to_num(ahead, nan=1e3), 3.0)
    to_left, to_right = left - road.vanishing_px, right - road.vanishing_px
    far_right = np.where(whole & (to_right < 0), to_right * stretch, to_right)
    far_left = np.where(whole & (to_left > 0), to_left * stretch, to_left)
    face = np.maximum(far_right - far_left, 0.5 * (right - left))
    middle = np.where(to_right < 0, far_left + face / 2, far_right - face / 2)
    middle = np.where((to_right >= 0) & (to_left <= 0), (to_left + to_right) / 2, middle)
    # Of a box that the picture's edge cuts only the other edge is the vehicle's own.
    half = width / 2 / metres
    middle = np.where(boxes[:, 0] <= _EDGE_PX, to_right - half, middle)
    middle = np.where(boxes[:, 2] >= scene.width - _EDGE_PX, to_left + half, middle)
    return Course(
        ((track, len(rows), len(rows)),),
        road,
        way.times_s,
        ahead,
        foot,
        middle + road.vanishing_px,
        metres,
        whole,
        boxes,
    )


def _calm(values: FloatArray) -> FloatArray:
    """Each look's value as the median of it and its two neighbours."""
    if len(values) < 3:
        return values
    padded = np.pad(values, 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 3)
    return np.where(np.isfinite(values), np.sort(windows, axis=1)[:, 1], np.nan)
