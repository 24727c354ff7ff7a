"""How full a motorbike is seen to be, frame by frame, and for how long it is too full.

Each frame is one look, and where a closer look was taken (`pipeline.closeups.aboard`) the better of
the two: the detector misses riders who sit close far oftener than it invents one. Looks speak for
and against. One at `people` or more aboard counts 1; one at one fewer a little less than nothing,
for of three in a row one is often hidden or missed; one at still fewer says that they were seen
badly. A stretch is where the sum of them rises by `least` (the maximal segments of a sequence of
scores, Karlin and Altschul 1990): neither a chance miscount nor three looks at somebody who passes
gets there, and misses in between do not break it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.types import FloatArray
from pipeline.violations.riders import Load

ONE_FEWER, FEWER = -0.15, 0.0  # what a look at one fewer, at still fewer speaks
_DROP = 1.5  # so far below its best the sum has fallen where a stretch ends
_APART_S = 1.5  # without a look for so long it ends too


@dataclass(frozen=True, slots=True)
class Fullness:
    """Arrays of one length N, a row for each frame of a motorbike's track."""

    counts: NDArray[np.int32]  # (N,) people aboard by the look that saw more
    closer: NDArray[np.bool_]  # (N,) True where that was the closer look
    ends: FloatArray  # (N, 2) middles of the outermost riders, in motorbike widths from its middle
    feet: FloatArray  # (N,) lowest end of a rider, in motorbike heights from its top


def fullness(load: Load) -> Fullness:
    """What both looks say; NaN for places of nobody."""
    track, number = load.track, len(load.track)
    counts = load.counts.astype(np.int32)
    ends, feet = np.full((number, 2), np.nan), np.full(number, np.nan)
    for row, (places, lowest) in enumerate(zip(load.offsets, load.feet, strict=True)):
        if places:
            ends[row], feet[row] = (places[0], places[-1]), max(lowest)
    aboard = track.trait("aboard")
    closer = np.nan_to_num(aboard, nan=-1.0) > counts
    counts = np.where(closer, np.nan_to_num(aboard), counts).astype(np.int32)
    ends[closer, 0] = track.trait("aboard_from")[closer]
    ends[closer, 1] = track.trait("aboard_to")[closer]
    feet[closer] = track.trait("aboard_feet")[closer]
    return Fullness(counts, closer, ends, feet)


def evidence(counts: NDArray[np.int32], people: int) -> float:
    """What looks that saw `counts` (N,) say together for `people` or more."""
    return float(_values(counts, people).sum())


def stretches(
    counts: NDArray[np.int32],
    usable: NDArray[np.bool_],
    times_s: FloatArray,
    people: int,
    least: float,
) -> Iterator[slice]:
    """Rows over which looks at `people` or more outweigh the others by `least`, first to last."""
    values = _values(counts, people)
    start = best_at = -1
    total = best = 0.0
    last_s = -np.inf
    for row in np.flatnonzero(usable):
        ended = total < best - _DROP or total < 0 or times_s[row] - last_s > _APART_S
        if start >= 0 and ended:
            if best >= least:
                yield slice(start, best_at + 1)
            start = -1
        last_s = float(times_s[row])
        if start < 0:
            if values[row] <= 0:
                continue
            start, total, best = int(row), 0.0, 0.0
        total += float(values[row])
        if total > best:
            best, best_at = total, int(row)
    if start >= 0 and best >= least:
        yield slice(start, best_at + 1)


def _values(counts: NDArray[np.int32], people: int) -> FloatArray:
    return np.select([counts >= people, counts == people - 1], [1.0, ONE_FEWER], FEWER)
