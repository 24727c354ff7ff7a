"""Which former commune a cell lay in: the outlines of 2009, read with the names of 2025.

No open outlines of the communes of June 2025 are known to us. The outlines of the census of 2009
are; most communes were still the same in 2025, and of those that were merged in between the names
are known. A cell of today's commune N that lay in M in 2009 belonged in 2025 to the one former
commune of N which is called like M, or which M went into.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.places.grid import Cells
from training.places.sources import Census, Commune, Former
from training.places.spelling import key, short

_FILL = 5  # cells: how far a hole between two sources' outlines is closed


def former_cells(
    now: Cells,
    then: Cells,
    communes: Sequence[Commune],
    census: Sequence[Census],
    numbers: dict[Former, int],
    aliases: dict[tuple[str, str, str], set[str]],
) -> Cells:
    """For each cell the number of its former commune, 0 where unknown.

    `now` and `then` hold numbers of `communes` and `census` from 1.
    """
    both = now.astype(np.uint32) << 16 | then
    pairs, places = np.unique(both, return_inverse=True)
    answers = np.zeros(len(pairs), np.uint16)
    for i, pair in enumerate(pairs.tolist()):
        n, m = pair >> 16, pair & 0xFFFF
        if n == 0:
            continue
        candidates = communes[n - 1].former
        if len(candidates) == 1:
            answers[i] = numbers[candidates[0]]
        elif m:
            found = _called_like(census[m - 1], candidates, aliases)
            answers[i] = numbers[found] if found else 0
    return _filled(answers[places].reshape(now.shape), now)


def _called_like(
    old: Census, candidates: Sequence[Former], aliases: dict[tuple[str, str, str], set[str]]
) -> Former | None:
    name, district = key(old.commune), key(old.district)

    def alias(one: Former) -> bool:
        known = aliases.get((key(one.province), key(one.district), key(one.commune)), set())
        return name in known or short(name) in known

    tests = (
        lambda one: key(one.commune) == name and short(key(one.district)) == short(district),
        lambda one: key(one.commune) == name,
        lambda one: short(key(one.commune)) == short(name),
        alias,
    )
    for test in tests:
        found = [one for one in candidates if test(one)]
        if len(found) == 1:
            return found[0]
    return None


def _filled(cells: Cells, now: Cells) -> Cells:
    """Holes closed from the sides, never over a border of today."""
    for _ in range(_FILL):
        before = cells.copy()
        for axis in (0, 1):
            for a, b in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))):
                to = (a, slice(None)) if axis == 0 else (slice(None), a)
                fro = (b, slice(None)) if axis == 0 else (slice(None), b)
                hole = (cells[to] == 0) & (before[fro] > 0) & (now[to] == now[fro])
                cells[to] = np.where(hole, before[fro], cells[to])
    return cells


def share_known(cells: NDArray[np.uint16], now: Cells) -> float:
    return float((cells[now > 0] > 0).mean())
