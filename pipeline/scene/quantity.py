"""Values with one standard deviation, and what formulas and averages make of them.

To first order the variance of f(x) is the sum of (df/dx_i)^2 var(x_i), for errors that have nothing
to do with each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value and one standard deviation of it."""

    value: float
    sigma: float = 0.0


def propagated(formula: Callable[..., float], *given: Quantity) -> Quantity:
    """`formula` of the values, with the uncertainties propagated to first order.

    Derivatives are differences over one standard deviation to both sides.
    """
    values = [one.value for one in given]
    variance = 0.0
    for index, one in enumerate(given):
        if one.sigma > 0:
            high, low = list(values), list(values)
            high[index] += one.sigma
            low[index] -= one.sigma
            variance += ((formula(*high) - formula(*low)) / 2) ** 2
    return Quantity(float(formula(*values)), math.sqrt(variance))


def combined(estimates: Sequence[Quantity]) -> Quantity | None:
    """The mean of independent estimates of one thing, weighted by their inverse variances.

    Where they disagree by more than they may, its uncertainty grows by as much (the Birge ratio;
    Birge, Physical Review 40, 1932). None of none.
    """
    known = [one for one in estimates if math.isfinite(one.value) and one.sigma > 0]
    if not known:
        return None
    weights = np.array([one.sigma**-2 for one in known])
    values = np.array([one.value for one in known])
    mean = float(np.average(values, weights=weights))
    sigma = float(weights.sum() ** -0.5)
    if len(known) > 1:
        chi2 = float((weights * (values - mean) ** 2).sum())
        sigma *= max(1.0, math.sqrt(chi2 / (len(known) - 1)))
    return Quantity(mean, sigma)
