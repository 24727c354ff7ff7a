"""What close looks at one truck say together: columns of traits, the plate's scale, errors."""

from __future__ import annotations

import numpy as np

from pipeline.types import FloatArray, Kind, Track

_LEAST_KIND = 0.5  # share of its observations that call it a truck


def is_truck(track: Track) -> bool:
    return track.kind is Kind.TRUCK and track.kind_share >= _LEAST_KIND


def column(track: Track, name: str) -> FloatArray:
    """(N,) a trait, NaN where nobody looked."""
    return np.asarray(track.trait(name), np.float64)


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
