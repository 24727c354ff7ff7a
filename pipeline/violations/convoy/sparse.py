"""Means and medians over arrays in which NaN is "not seen", silent where nothing was."""

from __future__ import annotations

import warnings

import numpy as np

from pipeline.types import FloatArray


def nanmedian(values: FloatArray, axis: int) -> FloatArray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmedian(values, axis=axis))


def nanmean(values: FloatArray, axis: int) -> FloatArray:
    known = np.isfinite(values)
    with np.errstate(all="ignore"):
        return np.asarray(np.where(known, values, 0).sum(axis=axis) / known.sum(axis=axis))


def nanmin(values: FloatArray) -> FloatArray:
    return np.asarray(np.where(np.isfinite(values), values, np.inf).min(axis=1))


def nanmax(values: FloatArray) -> FloatArray:
    return np.asarray(np.where(np.isfinite(values), values, -np.inf).max(axis=1))


def filled(values: FloatArray) -> FloatArray:
    """The values with holes bridged by straight lines."""
    known = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(len(values)), known, values[known])
