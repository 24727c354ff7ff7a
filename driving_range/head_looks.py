"""What the helmet network says of a head, as it was measured on sources it did not learn from.

The network errs by rider, not by look: who wears a helmet that looks like a cap wears it in every
picture. So a rider draws a log odds from those measured on held-out riders (quantiles, by true
class and by size), keeps it, and single looks scatter about it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from driving_range.actors import TraitAt
from pipeline.closeups.helmets import AGAIN_S, GROWN, LEAST_HEIGHT_PX
from pipeline.types import FloatArray

_SHARES = np.array([0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 1.0])
# Log odds of bare against helmet at those shares of the riders that were put aside
# (`training/helmet/evaluate.py --quantiles`, less the scatter of single looks): 95 bare heads of
# the shipped network's test; 56 helmets of that and 459 from Hanoi by the network that had not seen
# Hanoi. "small" are heads below 20 pixels, "large" those above.
_HELMET = {
    "small": np.array([-5.1, -4.7, -4.4, -4.2, -3.8, -3.3, -2.6, -1.8, -0.6, 0.7, 1.4, 1.7, 2.8]),
    "large": np.array([-6.0, -5.1, -4.8, -4.4, -4.0, -3.5, -2.9, -2.3, -1.6, -0.9, -0.3, 0.0, 2.1]),
}
_BARE = {
    "small": np.array([-2.5, -2.4, -2.4, -2.2, 0.0, 1.5, 2.5, 3.0, 3.3, 3.7, 4.2, 4.9, 5.4]),
    "large": np.array([-3.2, -1.0, -0.2, 0.3, 0.9, 1.8, 2.4, 2.9, 3.7, 4.1, 4.3, 4.4, 5.6]),
}
_SMALL_PX, _LARGE_PX = 85.0, 150.0  # heights to which the two belong; between them, both in parts
_SCATTER = 0.9  # of looks about their rider's own, one standard deviation
_UNCLEAR = 0.02  # of looks that tell nothing


def head(bare: bool, rng: np.random.Generator) -> TraitAt:
    """The trait `bare_head` of one rider."""
    table = _BARE if bare else _HELMET
    rank = float(rng.random())
    small, large = (float(np.interp(rank, _SHARES, table[size])) for size in ("small", "large"))
    seed = int(rng.integers(2**31))

    def looks(times: FloatArray, boxes: FloatArray) -> FloatArray:
        tall = boxes[:, 3] - boxes[:, 1]
        mine = np.random.default_rng([seed, len(times)])
        near = np.clip((tall - _SMALL_PX) / (_LARGE_PX - _SMALL_PX), 0, 1)
        odds = small + near * (large - small) + mine.normal(0, _SCATTER, len(times))
        said = 1 / (1 + np.exp(-odds))
        said[(mine.random(len(times)) < _UNCLEAR) | ~_looked(times, tall)] = np.nan
        return said

    return looks


def _looked(times: FloatArray, tall: FloatArray) -> NDArray[np.bool_]:
    """(N,) True where the close-up would look."""
    taken = np.zeros(len(times), bool)
    last_s, last_px = -np.inf, 0.0
    for index, (time_s, height) in enumerate(zip(times, tall, strict=True)):
        if height >= LEAST_HEIGHT_PX and (time_s - last_s >= AGAIN_S or height >= GROWN * last_px):
            taken[index] = True
            last_s, last_px = float(time_s), float(height)
    return taken
