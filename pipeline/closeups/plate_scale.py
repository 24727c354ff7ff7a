"""A plate of known size as a ruler: what a millimetre at the plate's distance measures in pixels.

The picture of a plate that is turned by yaw and pitch is, its depth being small against its
distance, a parallelogram (scaled orthography; Hartley and Zisserman, Multiple View Geometry, 6.3):
with s pixels a millimetre its sides are s W (cos yaw, 0) and s H (sin yaw sin pitch, cos pitch).
Three numbers that no roll of the camera and no lean of the vehicle changes, the two sides' lengths
and the angle between them, are compared with those of every outline a Vietnamese plate may have, in
every pose it may hang in. What the plate cannot tell (whether it is an old or a new one, how it is
turned) stays in the uncertainty: mean and spread of log s over all of them, weighted by how well
they fit and by how usual they are.

So the side that is foreshortened less decides, and where the two sides disagree neither is trusted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pipeline.plates.base import Quad
from pipeline.types import FloatArray, Kind

# Width and height in mm, and how many of those on the road are of this size: circular 81/2024 of
# the Ministry of Public Security (new ones: 520x110, 330x165, 190x140), and before August 2020
# 470x110 and 280x200.
_ONE_LINE = ((520.0, 110.0, 0.5), (470.0, 110.0, 0.5))
_TWO_LINES = ((330.0, 165.0, 0.5), (280.0, 200.0, 0.5))
_MOTORBIKE = ((190.0, 140.0, 1.0),)
_YAWS_DEG = np.arange(-60.0, 61.0, 4.0)
_PITCHES_DEG = np.arange(-40.0, 61.0, 4.0)
_YAW_SPREAD_DEG = 25.0
# A motorbike's plate hangs on a mudguard that leans back.
_PITCH_DEG = {Kind.MOTORBIKE: (18.0, 14.0)}
_PITCH_ELSEWHERE_DEG = (4.0, 10.0)
_EDGE_PX = 0.8  # error of a refined side's length, on real plates made smaller, outliers included
_FRAME = 0.025  # of its length: frames and the paint's own edge, which of two outlines was found
_ANGLE = 0.035  # radians: bent plates
_LEAST_FIT = 12.0  # of chi squared with three degrees: beyond, it is no plate of ours


@dataclass(frozen=True, slots=True)
class PlateScale:
    """How large things are at a plate's distance, across the line of sight."""

    mm_per_px: float
    sigma: float  # one standard deviation of it, mm per pixel
    yaw_deg: float  # how far the plate is turned from facing the camera, without its sign
    yaw_sigma_deg: float


def plate_scale(quad: Quad, two_lines: float, kind: Kind) -> PlateScale | None:
    """The scale by a plate with corners `quad` (4, 2) in pixels, on a vehicle of `kind`.

    `two_lines` is how likely it has two lines, 0 to 1. None where no outline fits.
    """
    across = (quad[1] + quad[2] - quad[0] - quad[3]) / 2
    down = (quad[2] + quad[3] - quad[0] - quad[1]) / 2
    width, height = float(np.linalg.norm(across)), float(np.linalg.norm(down))
    if width < 4 or height < 4:
        return None
    cosine = float(across @ down) / (width * height)
    sides, corner, pose = _poses(kind)
    scales, chi2 = [], []
    for wide, high, usual in _outlines(two_lines, kind):
        given = np.array([math.log(width / wide), math.log(height / high)])
        noise = np.hypot(_EDGE_PX / np.array([width, height]), _FRAME)
        # The scale that fits a pose best, and how badly it fits then.
        shifts = given - np.log(sides)  # (P, 2) log of pixels a millimetre by each side
        weights = noise**-2
        best = shifts @ weights / weights.sum()
        misfit = ((shifts - best[:, None]) ** 2 * weights).sum(axis=1)
        misfit += ((corner - cosine) / _ANGLE) ** 2
        scales.append(np.column_stack([best, np.full(len(best), weights.sum() ** -0.5)]))
        chi2.append(np.column_stack([misfit, pose - 2 * math.log(usual)]))
    logs, own = np.concatenate(scales).T
    fits, unusual = np.concatenate(chi2).T
    if float(fits.min()) > _LEAST_FIT:
        return None
    weight = np.exp(-(fits + unusual - (fits + unusual).min()) / 2)
    weight /= weight.sum()
    mean = float(weight @ logs)
    sigma = math.sqrt(float(weight @ ((logs - mean) ** 2 + own**2)))
    turn = np.tile(np.abs(_grid()[0]), len(scales))
    yaw = float(weight @ turn)
    mm_per_px = math.exp(-mean)
    spread = math.sqrt(float(weight @ (turn - yaw) ** 2))
    return PlateScale(mm_per_px, sigma * mm_per_px, yaw, spread)


def _outlines(two_lines: float, kind: Kind) -> tuple[tuple[float, float, float], ...]:
    if kind is Kind.MOTORBIKE:
        return _MOTORBIKE
    sure = min(max(two_lines, 0.02), 0.98)
    return tuple((w, h, share * sure) for w, h, share in _TWO_LINES) + tuple(
        (w, h, share * (1 - sure)) for w, h, share in _ONE_LINE
    )


def _grid() -> tuple[FloatArray, FloatArray]:
    """(P,) yaws and pitches in degrees."""
    yaw, pitch = np.meshgrid(_YAWS_DEG, _PITCHES_DEG, indexing="ij")
    return yaw.ravel(), pitch.ravel()


def _poses(kind: Kind) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of every pose: (P, 2) foreshortening of the sides, (P,) cosine between them, (P,) rarity."""
    yaw_deg, pitch_deg = _grid()
    yaw, pitch = np.radians(yaw_deg), np.radians(pitch_deg)
    across = np.cos(yaw)
    down = np.hypot(np.sin(yaw) * np.sin(pitch), np.cos(pitch))
    corner = np.sin(yaw) * np.sin(pitch) / down
    usual, spread = _PITCH_DEG.get(kind, _PITCH_ELSEWHERE_DEG)
    rarity = (yaw_deg / _YAW_SPREAD_DEG) ** 2 + ((pitch_deg - usual) / spread) ** 2
    return np.column_stack([across, down]), corner, rarity
