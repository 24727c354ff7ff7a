"""What close looks at one truck say together: columns of traits, the plate's scale, errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from pipeline.types import FloatArray, Incident, Kind, Track
from pipeline.violations.ruled import goes_on

_LEAST_KIND = 0.5  # share of its observations that call it a truck
# Correlation of the log-odds that looks at one truck from one side give, among trucks of one cargo:
# 0.55 to 0.8 on 200 drawn trucks that the network never saw (training/cargo/passages.py).
_ALIKE = 0.75
_LOST_S = 8.0  # a truck found again after less, at the same place, is the same


def is_truck(track: Track) -> bool:
    return track.kind is Kind.TRUCK and track.kind_share >= _LEAST_KIND


def column(track: Track, name: str) -> FloatArray:
    """(N,) a trait, NaN where nobody looked."""
    return np.asarray(track.trait(name), np.float64)


def fused(probabilities: FloatArray) -> float:
    """What looks at one truck say together, as a probability; those that are NaN say nothing.

    Independent looks would add their log-odds. Looks that err alike by a correlation r are worth
    n / (1 + (n - 1) r) of them, so that many looks are worth little more than one sure one.
    """
    known = probabilities[np.isfinite(probabilities)]
    if not len(known):
        return float("nan")
    safe = np.clip(known, 1e-4, 1 - 1e-4)
    worth = len(known) / (1 + (len(known) - 1) * _ALIKE)
    return float(1 / (1 + np.exp(-worth * np.mean(np.log(safe / (1 - safe))))))


def once(found: Iterable[Incident], tracks: Sequence[Track]) -> list[Incident]:
    """The surest finding of each truck; one that was lost and found again is one truck."""
    by_id = {track.id: track for track in tracks}
    kept: list[Incident] = []
    for incident in sorted(found, key=lambda one: -one.confidence):
        mine = by_id[incident.track_id]
        if not any(goes_on(mine, by_id[other.track_id], _LOST_S) for other in kept):
            kept.append(incident)
    return sorted(kept, key=lambda one: one.start_s)


def heights_px(track: Track) -> FloatArray:
    """(N,) of its boxes."""
    return np.asarray(track.boxes[:, 3] - track.boxes[:, 1], np.float64)


def height_m(track: Track) -> tuple[float, float] | None:
    """How high the box is at the plate's distance, metres, and one standard deviation.

    A plate of known size gives millimetres a pixel at some looks; with the box's height at the same
    look this is the same height each time, so that other looks can use it. None without a plate.
    """
    metres = column(track, "mm_per_px") * heights_px(track) / 1000
    spread = column(track, "mm_per_px_sigma") * heights_px(track) / 1000
    told = np.isfinite(metres)
    if not told.any():
        return None
    value = float(np.median(metres[told]))
    own = spread[told]
    own = own[np.isfinite(own)]
    return value, error(metres[told], float(np.median(own)) if len(own) else 0.1 * value)


def error(values: FloatArray, own: float) -> float:
    """One standard deviation of a median of looks that all share an error `own`."""
    return float(np.hypot(1.25 * np.std(values) / np.sqrt(len(values)), own))
