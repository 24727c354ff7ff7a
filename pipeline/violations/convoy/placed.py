"""Motorbikes and cars on level ground in metres, frame by frame, with their velocities.

With h the height of a box, y its foot and y0 the horizon, h = c (y - y0) (Hoiem, Efros and Hebert,
Putting Objects in Perspective, 2008, eq. 1); c is fitted within frames, so that a nodding camera
does not matter, y0 is then the median of y - h / c. A motorbike of `_TALL_M` gives the camera's
height `_TALL_M` / c, and

    ahead = focal * camera / (y - y0),   right = (x - middle) * camera / (y - y0).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.ground import chained
from pipeline.types import FloatArray, Kind, Scene, Track
from pipeline.violations.convoy.sparse import filled, nanmedian

_TALL_M, TALL_SHARE = 1.3, 0.15  # a motorbike's box, bare or with its riders, and how it varies
_FOCAL, FOCAL_SHARE = 0.9, 0.2  # of the picture's width, as in `pipeline.scene.road`
FARTHEST_M = 45.0  # beyond, velocities are noise
_CAMERA_M = (0.5, 12.0)  # a height outside of this is a wrong horizon
_HALF_WINDOW_S = 1.0  # velocities are fitted over so long before and after


@dataclass(frozen=True, slots=True)
class Placed:
    """Vehicles on level ground: F frames in a row by B tracks, NaN where one is not seen."""

    first: int  # frame
    times_s: FloatArray  # (F,)
    tracks: tuple[Track, ...]  # B
    places: FloatArray  # (F, B, 2) metres to the right and ahead
    velocities: FloatArray  # (F, B, 2) metres a second against the camera, without its pan
    seen: NDArray[np.bool_]  # (F, B) between its first and last look
    is_motorbike: NDArray[np.bool_]  # (B,)


def place(tracks: Sequence[Track], first: int, last: int, scene: Scene) -> Placed | None:
    """Where everyone is on the ground, or None where the sizes do not tell."""
    last = min(last, len(scene.ego.times_s) - 1)
    here = [t for t in tracks if t.frames[0] <= last and t.frames[-1] >= first]
    times = scene.ego.times_s[first : last + 1]
    boxes = np.full((len(times), len(here), 4), np.nan)
    seen = np.zeros((len(times), len(here)), bool)
    for column, track in enumerate(here):
        rows = np.flatnonzero((track.frames >= first) & (track.frames <= last))
        if len(rows):
            inside = track.frames[rows] - first
            boxes[inside, column] = track.boxes[rows]
            seen[inside[0] : inside[-1] + 1, column] = True
    is_motorbike = np.array([track.kind is Kind.MOTORBIKE for track in here], bool)
    x, foot = (boxes[..., 0] + boxes[..., 2]) / 2, boxes[..., 3]
    height = np.where(is_motorbike, foot - boxes[..., 1], np.nan)
    height[(foot > scene.height - 3) | (boxes[..., 0] < 3) | (boxes[..., 2] > scene.width - 3)] = (
        np.nan
    )
    slope = _slope(height, foot)
    if slope is None:
        return None
    with np.errstate(all="ignore"):
        horizon = filled(nanmedian(foot - height / slope, axis=1))
        camera = _TALL_M / slope
        below = foot - horizon[:, None]
        below[below < 2] = np.nan
        middle = chained(scene.ego, range(first, last + 1), (scene.width / 2, float(horizon[0])))
        places = np.stack(
            [(x - middle[:, :1]) * camera / below, _FOCAL * scene.width * camera / below], axis=-1
        )
        places[places[..., 1] > 1.6 * FARTHEST_M] = np.nan
    velocities = _velocities(places, times, scene.sample_rate_hz)
    velocities[places[..., 1] > FARTHEST_M] = np.nan
    return Placed(first, times, tuple(here), places, velocities, seen, is_motorbike)


def _slope(height: FloatArray, foot: FloatArray) -> float | None:
    """c of h = c (y - y0), fitted within frames; None where it is not told well enough."""
    known = np.isfinite(height) & (np.isfinite(height).sum(axis=1) >= 4)[:, None]
    if known.sum() < 30:
        return None
    h, y = np.where(known, height, np.nan), np.where(known, foot, np.nan)
    keep = known.any(axis=1)
    h, y = h[keep], y[keep]
    h, y = h - np.nanmean(h, axis=1, keepdims=True), y - np.nanmean(y, axis=1, keepdims=True)
    squares = float(np.nansum(y * y))
    if squares <= 0:
        return None
    slope = float(np.nansum(h * y)) / squares
    # What is off of one motorbike's height is off in all of its looks: as good as so many tracks.
    tracks = max(int(known.any(axis=0).sum()), 3)
    left = float(np.nanvar(h - slope * y)) * known.sum() / tracks
    sigma = np.sqrt(left / squares)
    if slope <= 0 or sigma > 0.3 * slope:
        return None
    return slope if _CAMERA_M[0] < _TALL_M / slope < _CAMERA_M[1] else None


def _velocities(places: FloatArray, times: FloatArray, rate: float) -> FloatArray:
    """(F, B, 2) slopes of straight lines through the places around each frame."""
    half = max(round(_HALF_WINDOW_S * rate), 1)
    padded = np.pad(places, ((half, half), (0, 0), (0, 0)), constant_values=np.nan)
    clock = np.pad(times, half, constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=0)
    moments = np.lib.stride_tricks.sliding_window_view(clock, 2 * half + 1)[:, None, None, :]
    known = np.isfinite(around)
    count = np.maximum(known.sum(axis=-1), 1)
    t = np.where(known, moments, 0.0)
    p = np.where(known, around, 0.0)
    t = np.where(known, t - (t.sum(axis=-1) / count)[..., None], 0.0)
    with np.errstate(all="ignore"):
        result = (t * p).sum(axis=-1) / (t * t).sum(axis=-1)
    result[(count < half + 1) | ~np.isfinite(places)] = np.nan
    return np.asarray(result)
