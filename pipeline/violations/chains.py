"""Pieces of ways put together: which piece goes on from which."""

from __future__ import annotations

from collections.abc import Callable


def chains(number: int, cost: Callable[[int, int], float | None]) -> list[list[int]]:
    """Pieces 0 to `number` - 1, each in one chain, those that go on from one another in a row.

    `cost(one, other)` says how ill `other` goes on from `one`, None: not at all. The cheapest pair
    comes first; no piece has two that go on from it, or goes on from two.
    """
    pairs = sorted(
        (found, one, other)
        for one in range(number)
        for other in range(number)
        if one != other and (found := cost(one, other)) is not None
    )
    after: dict[int, int] = {}
    taken: set[int] = set()
    for _, one, other in pairs:
        if one not in after and other not in taken:
            after[one] = other
            taken.add(other)
    found_chains = []
    for first in range(number):
        if first in taken:
            continue
        chain = [first]
        while chain[-1] in after:
            chain.append(after[chain[-1]])
        found_chains.append(chain)
    return found_chains
