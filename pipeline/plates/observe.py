"""A line that was read, as evidence: how likely its characters are where other ones stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .base import Guesses
from .rules import ALPHABET, POSITION, PlateRules, plate_rules

_CLEAR_COST = 4.0  # nats, for a character that is no stroke and that the reader is sure of
_CONFUSED_BEYOND_GUESSES = 0.3
_UNKNOWN = 0.02  # about one in the length of the alphabet
_LOOKALIKES = {"|": "1", "!": "1", "[": "1", "]": "1", "Ð": "Đ", "О": "O", "口": "0", "〇": "0"}
_SMALL = {"l": "1", "b": "6", "g": "9", "q": "9", "đ": "Đ"}
_STROKES = "1IJLT7"  # what rivets and borders are read as
_DOTS, _DASHES = ".,·•:;", "-–—_~=一'\"*/ "


@dataclass(frozen=True, slots=True)
class Observed:
    """What was read in one line: for each character its log-likelihood under every true one."""

    costs: NDArray[np.float64]  # (N, len(ALPHABET)): -log P(said i | t)
    clear: tuple[float, ...]  # N: what it costs on top to call the character dirt
    marks: tuple[str, ...]  # N + 1 of them: what stood before each character, and after the last

    def __len__(self) -> int:
        return len(self.costs)


def observe(
    text: str, guesses: Sequence[Guesses] = (), rules: PlateRules | None = None
) -> Observed:
    """Take a line apart: characters with their likelihoods, dots and dashes between them."""
    said = (rules or plate_rules()).said
    rows: list[NDArray[np.float64]] = []
    marks: list[str] = []
    clear: list[float] = []
    mark = ""
    for index, character in enumerate(text):
        if character in _DOTS or character in _DASHES:
            mark += "." if character in _DOTS else (" " if character == " " else "-")
            continue
        if index < len(guesses):
            # The reader weighed its guesses already: only part of the confusions comes on top.
            likelihood = _likelihood(guesses[index], said, _CONFUSED_BEYOND_GUESSES)
        else:
            likelihood = _likelihood(((character, 1.0),), said, 1.0)
        rows.append(likelihood)
        sure = guesses[index][0][1] if index < len(guesses) else 1.0
        clear.append(0.0 if _fold(character) in (None, *_STROKES) else sure * _CLEAR_COST)
        marks.append(mark)
        mark = ""
    costs = -np.log(rows) if rows else np.empty((0, len(ALPHABET)))
    return Observed(np.asarray(costs), tuple(clear), (*marks, mark))


def _likelihood(
    options: Guesses, said: NDArray[np.float64], confused: float
) -> NDArray[np.float64]:
    """P(these guesses | t) for every true t: sum over c of q(c) said(c | t).

    `confused` scales the confusions: 1 for a reader that gives no guesses of its own. What the
    alphabet lacks speaks for nothing in particular.
    """
    result = np.zeros(len(ALPHABET))
    total = 0.0
    for character, probability in options:
        folded = _fold(character)
        if folded is not None:
            place = POSITION[folded]
            column = confused * said[place]
            column[place] = 1.0 - confused * (1.0 - said[place, place])
            result += probability * column
            total += probability
    floor = float(said.min())
    return np.maximum(result + (1.0 - min(total, 1.0)) * _UNKNOWN, floor)


def _fold(character: str) -> str | None:
    character = _LOOKALIKES.get(character, _SMALL.get(character, character))
    character = character if character in POSITION else character.upper()
    return character if character in POSITION else None
