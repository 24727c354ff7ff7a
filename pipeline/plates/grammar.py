"""From what a reader said to what a plate can say: correction by position, with costs.

Each template of the rules is laid over the characters that were read. The cost of a plate text is
the negative logarithm (natural) of the probability that this text stands there and that a reader
then says what it said:

    cost = -log share(text) - sum_i log P(said_i | text_i) + what was left over or out of place

with the likelihoods of `observe`. Differences of costs are therefore log odds, and `odds` turns
them into probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.types import PlateText

from .base import Guesses
from .observe import Observed, observe
from .rules import ALPHABET, Field, PlateRules, Template, plate_rules

# Costs in nats (3 nats: one in twenty).
_DROPPED_AT_END = 3.0  # a rivet or the border read as a character
_DROPPED_INSIDE = 5.0
_WRONG_LINES = 3.0  # a template of two lines seen in one, or the other way round
_DOT_OUT_OF_PLACE = 3.5  # a dot is printed before the last two of five digits, and nowhere else
_DASH_OUT_OF_PLACE = 2.0
_SPACE_OUT_OF_PLACE = 0.7
_MOST_DROPPED = 2
_WORST = 20.0  # dearer texts are words, names, numbers of other kinds
_KEPT_WORDS = 4
_ONE_LINE_ASPECT = 2.6  # between 330 x 165 mm (two lines) and 470 x 110 mm (one)


class Parse(NamedTuple):
    """A plate text that may stand behind what was read, and what it costs to believe so (nats)."""

    text: PlateText
    cost: float


def parse(
    text: str,
    *,
    lines: Sequence[str] | None = None,
    aspect: float | None = None,
    guesses: Sequence[Sequence[Guesses]] = (),
    rules: PlateRules | None = None,
    best: int = 5,
) -> list[Parse]:
    """What plates `text` may be, cheapest first; empty where it cannot be one.

    `lines`: its lines, where known, instead of `text`; `aspect`: width over height of the plate in
    the picture; `guesses`: for each line and each character, the reader's own probabilities.
    """
    rules = rules or plate_rules()
    rows = list(lines) if lines else [text]
    observed = [
        observe(row, guesses[index] if index < len(guesses) else (), rules)
        for index, row in enumerate(rows)
    ]
    observed = [row for row in observed if len(row)]
    if not observed or len(observed) > 2:
        return []
    seen = len(observed)
    if lines is None:
        seen = 0 if aspect is None else (1 if aspect > _ONE_LINE_ASPECT else 2)
    return parse_observed(observed, seen, rules, best)


def parse_observed(
    observed: Sequence[Observed], seen: int, rules: PlateRules, best: int = 5
) -> list[Parse]:
    """As `parse`, of lines whose likelihoods are known; `seen` of them, 0 where that is not."""
    found: dict[str, Parse] = {}
    for template in rules.templates:
        extra = 0.0
        if seen and seen not in template.lines:
            extra += _WRONG_LINES
        for normalized, laid in _lay(template, observed):
            cost = laid + extra + rules.cost(template, normalized)
            if cost > _WORST:
                continue
            known = found.get(normalized)
            if known is None or cost < known.cost:
                found[normalized] = Parse(template.text(normalized), cost)
    return sorted(found.values(), key=lambda one: one.cost)[:best]


def odds(parses: Sequence[Parse]) -> list[float]:
    """Probabilities of the parses among themselves; they sum to one."""
    if not parses:
        return []
    costs = np.array([one.cost for one in parses])
    weights = np.exp(costs.min() - costs)
    return [float(weight) for weight in weights / weights.sum()]


def _lay(template: Template, observed: Sequence[Observed]) -> list[tuple[str, float]]:
    """The cheapest texts of `template` behind the lines, with up to two characters left out."""
    if len(observed) == 2:
        heads = _lay_part(template.head, observed[0], 0, template)
        tails = _lay_part(template.tail, observed[1], template.head_length, template)
    else:
        heads = _lay_part((*template.head, *template.tail), observed[0], 0, template)
        tails = [("", 0.0)]
    pairs = [(h + t, a + b) for h, a in heads for t, b in tails]
    return sorted(pairs, key=lambda pair: pair[1])[:_KEPT_WORDS]


def _lay_part(
    fields: Sequence[Field], line: Observed, start: int, template: Template
) -> list[tuple[str, float]]:
    """The cheapest texts of `fields` (which begin at character `start`) behind one line."""
    length = sum(field.length for field in fields)
    surplus = len(line) - length
    if not 0 <= surplus <= _MOST_DROPPED:
        return []
    best: dict[str, float] = {}
    for dropped in combinations(range(len(line)), surplus):
        kept = [index for index in range(len(line)) if index not in dropped]
        extra = sum(
            line.clear[index] + (_DROPPED_INSIDE if kept[0] < index < kept[-1] else _DROPPED_AT_END)
            for index in dropped
        )
        extra += _misplaced(template.written, start, [line.marks[index] for index in kept])
        texts = [("", extra)]
        at = 0
        for field in fields:
            words = _words(field, line.costs[kept[at : at + field.length]])
            texts = sorted(
                ((text + word, a + b) for text, a in texts for word, b in words),
                key=lambda pair: pair[1],
            )[: 2 * _KEPT_WORDS]
            at += field.length
        for text, cost in texts:
            if cost < best.get(text, math.inf):
                best[text] = cost
    return sorted(best.items(), key=lambda pair: pair[1])[:_KEPT_WORDS]


def _words(field: Field, costs: NDArray[np.float64]) -> list[tuple[str, float]]:
    """The cheapest words of a field, given the costs (length, len(ALPHABET)) of its characters."""
    if field.words:
        totals = costs[np.arange(field.length), field.codes].sum(axis=1)
        order = np.argsort(totals)[:_KEPT_WORDS]
        return [(field.words[index], float(totals[index])) for index in order]
    digits = costs[:, :10]
    order = np.argsort(digits, axis=1)[:, :2]
    first = "".join(ALPHABET[index] for index in order[:, 0])
    total = float(np.take_along_axis(digits, order[:, :1], axis=1).sum())
    words = [(first, total)]
    for place, (one, other) in enumerate(order):
        word = first[:place] + ALPHABET[other] + first[place + 1 :]
        words.append((word, total + float(digits[place, other] - digits[place, one])))
    return sorted(words, key=lambda pair: pair[1])[:_KEPT_WORDS]


def _misplaced(written: str, start: int, marks: Sequence[str]) -> float:
    """What dots and dashes cost that were read where the template prints none."""
    printed = _printed(written)
    cost = 0.0
    for place, mark in enumerate(marks):
        if place == 0:
            continue  # before a line: dirt, the border
        expected = printed[start + place]
        if "." in mark and expected != ".":
            cost += _DOT_OUT_OF_PLACE if expected == "" else _DASH_OUT_OF_PLACE
        elif "-" in mark and expected == "":
            cost += _DASH_OUT_OF_PLACE
        elif " " in mark and expected == "":
            cost += _SPACE_OUT_OF_PLACE
    return cost


@lru_cache(maxsize=64)
def _printed(written: str) -> tuple[str, ...]:
    """For each character of a display form, the mark before it."""
    marks, mark = [], ""
    for character in written:
        if character == "*":
            marks.append(mark)
            mark = ""
        else:
            mark = "." if character == "." else "-"
    return tuple(marks)
