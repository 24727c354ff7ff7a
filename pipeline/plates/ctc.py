"""Greedy reading of a CTC network's output, keeping what else each character may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import Guesses, Quad, TextLine

BLANK = 0
_GUESSES = 4


def decode(scores: NDArray[Any], alphabet: Sequence[str], quad: Quad) -> TextLine:
    """A line from probabilities (steps, symbols); symbol 0 is the blank.

    Each run of one symbol is a character, told by its surest step.
    """
    symbols = scores.argmax(axis=1)
    text, characters, confidences = [], [], []
    step = 0
    while step < len(symbols):
        end = step
        while end < len(symbols) and symbols[end] == symbols[step]:
            end += 1
        if symbols[step] != BLANK:
            peak = step + int(scores[step:end, symbols[step]].argmax())
            guesses = _guesses(scores[peak], alphabet)
            text.append(guesses[0][0])
            characters.append(guesses)
            confidences.append(guesses[0][1])
        step = end
    confidence = float(np.mean(confidences)) if confidences else 0.0
    return TextLine("".join(text), confidence, quad, tuple(characters))


def _guesses(scores: NDArray[Any], alphabet: Sequence[str]) -> Guesses:
    count = min(_GUESSES + 1, len(scores))
    best = np.argpartition(scores, -count)[-count:]
    best = best[np.argsort(scores[best])[::-1]]
    return tuple((alphabet[i], float(scores[i])) for i in best if i != BLANK)
