"""Who belongs to a convoy, and what it measures: number, rows, common velocity, evenness."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.types import FloatArray
from pipeline.violations.convoy.placed import FARTHEST_M, Placed
from pipeline.violations.convoy.sparse import nanmean, nanmedian

_BIKE_M = 0.75  # wide
_NEAR_M = (4.0, 8.0)  # sideways and along: so near is the next one of a group
_ROW_M = 3.5  # along the road: within, they ride in one row
_BESIDE_M = 0.6  # sideways: nearer is one motorbike seen twice
_LEAST_COMMON_S = 1.5  # two that are seen together for less are not compared


def groups(placed: Placed, apart: float) -> Iterator[NDArray[np.bool_]]:
    """(B,) masks of motorbikes that are near each other and keep their places."""
    columns = np.flatnonzero(placed.is_motorbike)
    places, velocities = placed.places[:, columns], placed.velocities[:, columns]
    count = len(columns)
    rate = 1 / max(float(np.median(np.diff(placed.times_s))), 1e-3)
    linked = np.zeros((count, count), bool)
    for one in range(count):
        rows = np.flatnonzero(np.isfinite(velocities[:, one, 0]))
        others = np.flatnonzero(
            np.isfinite(velocities[rows, :, 0]).sum(axis=0) >= _LEAST_COMMON_S * rate
        )
        if len(others) == 0:
            continue
        both = np.ix_(rows, others)
        offset = np.abs(places[both] - places[rows][:, [one]])
        apart_by = velocities[both] - velocities[rows][:, [one]]
        near = nanmedian(offset, axis=0) <= np.array(_NEAR_M)
        same = np.linalg.norm(nanmean(apart_by, axis=0), axis=-1) <= 1.5 * apart
        linked[one, others] = near.all(axis=-1) & same
    for component in _components(linked | linked.T):
        if len(component) < 4:
            continue
        velocity = nanmedian(velocities[:, component], axis=1)
        off = np.linalg.norm(nanmean(velocities[:, component] - velocity[:, None], axis=0), axis=-1)
        members = np.zeros(len(placed.tracks), bool)
        members[columns[component][off <= apart]] = True
        yield members


def _components(linked: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    left = np.ones(len(linked), bool)
    while left.any():
        inside = np.zeros(len(linked), bool)
        inside[int(np.flatnonzero(left)[0])] = True
        while True:
            grown = inside | linked[inside].any(axis=0)
            if bool((grown == inside).all()):
                break
            inside = grown
        left &= ~inside
        yield np.flatnonzero(inside)


def lasting(counts: NDArray[np.int64], samples: int) -> int:
    """The most that are in view for most of so many samples in a row."""
    if len(counts) < samples or samples < 1:
        return 0
    around = np.lib.stride_tricks.sliding_window_view(counts, samples)
    return int(np.median(around, axis=1).max())


def rows(places: FloatArray) -> tuple[float, float]:
    """Median over frames of how many ride in the widest row, and of its width in metres."""
    numbers, widths = [], []
    for frame in places:
        here = frame[np.isfinite(frame[:, 0]) & (frame[:, 1] < FARTHEST_M)]
        if len(here) < 4:
            continue
        best, width = 0, 0.0
        for ahead in here[:, 1]:
            row = np.sort(here[(here[:, 1] >= ahead) & (here[:, 1] <= ahead + _ROW_M), 0])
            count, last = 0, -np.inf
            for x in row:
                if x - last >= _BESIDE_M:
                    count, last = count + 1, x
            reach = float(row[-1] - row[0]) + _BIKE_M
            if (count, reach) > (best, width):
                best, width = count, reach
        numbers.append(best)
        widths.append(width)
    return (float(np.median(numbers)), float(np.median(widths))) if numbers else (0.0, 0.0)


def common(velocities: FloatArray) -> FloatArray:
    """(2,) the velocity that the members share, median over all looks."""
    return np.nan_to_num(nanmedian(velocities.reshape(-1, 2), axis=0))


def unevenness(velocities: FloatArray) -> float:
    """How far the members' mean velocities are off from the group's, m/s.

    The root of their mean square, by its median (of two normal components half lie within
    1.386 variances of one): one or two who are placed ill do not make a group uneven.
    """
    off = nanmean(velocities - nanmedian(velocities, axis=1)[:, None], axis=0)
    known = off[np.isfinite(off[:, 0])]
    return float(np.sqrt(2 * np.median((known**2).sum(axis=1)) / 1.386)) if len(known) else np.inf
