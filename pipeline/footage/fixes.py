"""Positions as any source gives them, and what makes a sound track of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf, nan

import numpy as np

from pipeline.types import GpsTrack

_EARTH_RADIUS_M = 6_371_000.0
_FASTEST_MPS = 120.0  # faster than any road user: a jump of the receiver
_MOST_RUNS = 500  # pieces that no road user could join: a receiver that is merely bad has few
_JITTER_M = 50.0  # what a receiver may be off between two points


@dataclass(frozen=True, slots=True)
class Fix:
    """One position. Degrees, metres, metres per second; NaN where the source tells nothing."""

    latitude: float
    longitude: float
    speed_mps: float = nan
    altitude_m: float = nan
    utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """A position as a log holds it: `fix.utc`, or the footage's time, or a clock without a zone."""

    fix: Fix
    file_time_s: float = nan
    clock: datetime | None = None


def sound(points: Sequence[tuple[float, Fix]]) -> tuple[list[tuple[float, Fix]], list[str]]:
    """Points (file time, fix) in order of time without those that cannot be, and why they went.

    Left out: what lies outside the globe or at 0, 0, a second point at one time, and jumps that no
    road user makes. A track jumps where a *minority* lies apart, so that one wrong first point does
    not condemn the rest.
    """
    warnings = []
    there = [
        (time_s, fix)
        for time_s, fix in points
        if abs(fix.latitude) <= 90
        and abs(fix.longitude) <= 180
        and (abs(fix.latitude) > 1e-6 or abs(fix.longitude) > 1e-6)
    ]
    if len(there) < len(points):
        warnings.append(f"{len(points) - len(there)} points without a position left out")
    there.sort(key=lambda point: point[0])
    runs: list[list[tuple[float, Fix]]] = []
    latest = -inf
    for point in there:
        if point[0] <= latest:
            continue
        if len(runs) > _MOST_RUNS:
            return [], [*warnings, "it jumps about; not used"]
        latest = point[0]
        home = next((run for run in reversed(runs) if _reachable(run[-1], point)), None)
        if home is None:
            runs.append([point])
        else:
            home.append(point)
    if not runs:
        return [], warnings
    kept = max(runs, key=len)
    jumps = sum(len(run) for run in runs) - len(kept)
    if jumps:
        warnings.append(f"{jumps} points that jump impossibly far left out")
    return kept, warnings


def track_of(
    source: str, points: Sequence[tuple[float, Fix]], utc_start: datetime | None = None
) -> GpsTrack:
    """Arrays of the points (file time, fix), which are in order."""
    rows = np.array(
        [
            (time_s, fix.latitude, fix.longitude, fix.speed_mps, fix.altitude_m)
            for time_s, fix in points
        ],
        np.float64,
    ).reshape(-1, 5)
    times_s, latitudes, longitudes, speeds_mps, altitudes_m = rows.T
    return GpsTrack(
        source, times_s, latitudes, longitudes, speeds_mps, altitudes_m, utc_start=utc_start
    )


def distance_m(first: Fix, second: Fix) -> float:
    """Great-circle distance by the haversine formula, on a sphere."""
    phi = np.radians([first.latitude, second.latitude])
    half_phi = (phi[1] - phi[0]) / 2
    half_lambda = np.radians(second.longitude - first.longitude) / 2
    share = np.sin(half_phi) ** 2 + np.cos(phi[0]) * np.cos(phi[1]) * np.sin(half_lambda) ** 2
    return float(2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(min(share, 1.0))))


def _reachable(first: tuple[float, Fix], second: tuple[float, Fix]) -> bool:
    seconds = second[0] - first[0]
    return distance_m(first[1], second[1]) <= _FASTEST_MPS * seconds + _JITTER_M
