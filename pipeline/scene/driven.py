"""Whether the satellites saw the camera move, where the picture cannot tell or is mistaken.

A receiver measures its speed to some tenths of a metre per second; its positions creep about by
metres. So a camera moves where its speed is well above that, and rests where it is near nothing
for a while; in between, or with a hole in the track, nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.types import FloatArray, GpsTrack, Trip

MOVING_MPS = 2.0  # above, it drives
_AT_REST_MPS = 0.5  # below, it stands, if it goes on for so long:
_STEADY_S = 1.5  # before and after
_HOLE_S = 2.5  # from the nearest point: farther away the track tells nothing
_STEP_S = 0.5
_REACH_S = 1.0  # speed from positions is measured from so long before to so long after
_METRES_A_DEGREE = 111_195.0  # of latitude, on a sphere of 6371 km


@dataclass(frozen=True, slots=True)
class _Profile:
    """Speeds of one file at even steps: (N,) from `start_s`; NaN where nobody knows."""

    start_s: float
    speeds_mps: FloatArray

    def moves(self, file_time_s: float) -> bool | None:
        at = round((file_time_s - self.start_s) / _STEP_S)
        if not 0 <= at < len(self.speeds_mps) or not np.isfinite(self.speeds_mps[at]):
            return None
        if self.speeds_mps[at] > MOVING_MPS:
            return True
        reach = round(_STEADY_S / _STEP_S)
        around = self.speeds_mps[max(at - reach, 0) : at + reach + 1]
        return False if bool(np.all(around < _AT_REST_MPS)) else None  # NaN is not below


class Driven:
    """Tells of every moment of a trip whether the camera moved through the world."""

    def __init__(self, trip: Trip) -> None:
        self._profiles = [_profile(footage.gps) for footage in trip.footage]

    def moves(self, footage_index: int, file_time_s: float) -> bool | None:
        """True: it drove; False: it stood; None: not known. Without GPS always None."""
        profile = self._profiles[footage_index]
        return None if profile is None else profile.moves(file_time_s)


def _profile(track: GpsTrack | None) -> _Profile | None:
    if track is None:
        return None
    known = np.isfinite(track.latitudes) & np.isfinite(track.longitudes)
    times = track.times_s[known]
    if len(times) < 2:  # a phone's one position tells no motion
        return None
    grid = np.arange(times[0], times[-1] + _STEP_S / 2, _STEP_S)
    north = np.interp(grid, times, track.latitudes[known]) * _METRES_A_DEGREE
    east = np.interp(grid, times, np.unwrap(track.longitudes[known], period=360.0))
    east *= _METRES_A_DEGREE * np.cos(np.radians(track.latitudes[known][0]))
    reach = round(_REACH_S / _STEP_S)
    index = np.arange(len(grid))
    before, after = np.maximum(index - reach, 0), np.minimum(index + reach, len(grid) - 1)
    way = np.hypot(east[after] - east[before], north[after] - north[before])
    seconds = np.maximum((after - before) * _STEP_S, _STEP_S)
    speeds = way / seconds
    told = np.isfinite(track.speeds_mps[known])
    if told.any():
        measured = np.interp(grid, times[told], track.speeds_mps[known][told])
        speeds = np.where(_nearest_s(grid, times[told]) <= _HOLE_S, measured, speeds)
    return _Profile(float(grid[0]), np.where(_nearest_s(grid, times) <= _HOLE_S, speeds, np.nan))


def _nearest_s(grid: FloatArray, times: FloatArray) -> FloatArray:
    """How far the nearest of `times` is from each of `grid`."""
    after = np.clip(np.searchsorted(times, grid), 1, max(len(times) - 1, 1))
    right = times[np.minimum(after, len(times) - 1)]
    nearest: FloatArray = np.minimum(np.abs(grid - times[after - 1]), np.abs(right - grid))
    return nearest
