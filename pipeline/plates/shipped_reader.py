"""The plate reader that ships: locates plates, spells each from several cuts, asks the grammar.

The network gives a probability to each character of each slot. The cost of a plate text is

    cost(t) = -log share(t) - log P(structure of t) - sum_i log P(t_i | slot i)

with the share from the grammar's templates, so that a text is weighed against all others that a
plate can say, and differences of costs are log odds. Looks at the same pixels through different
cuts are averaged: they are hardly independent. What they tell is whether the text hangs on the cut.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.types import PlateReading, PlateText

from .base import Image, Quad
from .grammar import Parse, odds, parse_observed
from .locator import PlateLocator, PlateSpot
from .observe import Observed
from .quads import box_around
from .rules import POSITION, plate_rules
from .speller import Speller, Spelling, view_of

_GROWN = (0.0, 0.07, -0.04)  # cuts of one plate: as located, wider, narrower
_DROPPED = 6.0  # nats, for a character that the network saw and no plate has there
_LEAST_CONFIDENCE = 0.05
_ALTERNATIVES = 4
_CUT_FACTOR = 0.6  # a character at the border may be half of another, or not the last


@dataclass(frozen=True, slots=True)
class Spelt:
    """What is known of one reading beside its text; `probability` weighs it."""

    log_posterior: float  # of the text among those the grammar allows, and against none of them
    log_seen: float  # of the text by the network alone
    agreement: float  # 0..1, share of the cuts whose own best text it is
    height_px: float  # of a letter
    is_cut: bool


class ShippedReader:
    """Our own two networks. One instance may be used by several threads, one at a time.

    Raises ModelError where they are missing or not those of the registry.
    """

    name = "shipped"

    def __init__(self, threads: int = 0) -> None:
        threads = threads or os.cpu_count() or 1
        self.locator, self.speller = PlateLocator(threads), Speller(threads)
        self._lock = threading.Lock()

    def plates(self, image: Image) -> list[PlateReading]:
        """Every plate in a picture, surest first; boxes in its pixels, time and frame 0."""
        return [reading for reading, _ in self.examine(image)]

    def examine(
        self, image: Image, spots: Sequence[PlateSpot] | None = None
    ) -> list[tuple[PlateReading, Spelt]]:
        """As `plates`, each with what its confidence rests on; `spots` where they are known."""
        with self._lock:
            found = self.locator.find(image) if spots is None else spots
            views = [view_of(image, spot.quad, grown) for spot in found for grown in _GROWN]
            spellings = self.speller.spell(views)
        readings = []
        for number, spot in enumerate(found):
            looks = spellings[number * len(_GROWN) : (number + 1) * len(_GROWN)]
            reading = _weigh(spot, looks, image)
            if reading is not None and reading[0].confidence >= _LEAST_CONFIDENCE:
                readings.append(reading)
        return sorted(readings, key=lambda pair: -pair[0].confidence)


def _weigh(
    spot: PlateSpot, looks: Sequence[Spelling], image: Image
) -> tuple[PlateReading, Spelt] | None:
    together = _average(looks)
    parses = texts(together)
    if not parses:
        return None
    best = parses[0].text
    shares = odds(parses)
    singles = [texts(look) for look in looks]
    agreeing = [one for one in singles if one and one[0].text == best]
    rows = together.lines
    spelt = Spelt(
        log_posterior=math.log(max(shares[0], 1e-9)),
        log_seen=_seen(together, best),
        agreement=len(agreeing) / len(looks),
        height_px=float(np.linalg.norm(spot.quad[3] - spot.quad[0]))
        * (0.4 if len(rows) == 2 else 0.7),
        is_cut=_is_cut(spot.quad, image),
    )
    confidence = probability(spelt)
    left = 1.0 - confidence
    rest = sum(shares[1:])
    alternatives = tuple(
        (one.text, min(left, rest / shares[0] * confidence) * share / rest)
        for one, share in zip(parses[1 : 1 + _ALTERNATIVES], shares[1:], strict=False)
        if rest > 0
    )
    reading = PlateReading(
        raw=" ".join(rows),
        text=best,
        confidence=confidence,
        box=box_around([spot.quad]),
        alternatives=tuple(pair for pair in alternatives if pair[1] >= 0.001),
        lines=max(len(rows), 1),
        time_s=0.0,
        frame=0,
    )
    return reading, spelt


def texts(spelling: Spelling) -> list[Parse]:
    """What plates a look may show, cheapest first."""
    rules = plate_rules()
    best: dict[str, Parse] = {}
    for structure, log_chance in spelling.structures():
        rows = [_observed(costs) for costs in spelling.costs(structure)]
        for one in parse_observed(rows, len(rows), rules):
            cost = one.cost - log_chance
            known = best.get(one.text.normalized)
            if known is None or cost < known.cost:
                best[one.text.normalized] = Parse(one.text, cost)
    return sorted(best.values(), key=lambda one: one.cost)[:8]


def _observed(costs: NDArray[np.float64]) -> Observed:
    length = len(costs)
    return Observed(np.minimum(costs, 14.0), (_DROPPED,) * length, ("",) * (length + 1))


def _average(looks: Sequence[Spelling]) -> Spelling:
    """The mean of the log probabilities, made to sum to one again."""
    slots = np.mean([look.slots for look in looks], axis=0)
    slots = slots - np.log(np.exp(slots).sum(axis=1, keepdims=True))
    colours = np.mean([look.colours for look in looks], axis=0)
    return Spelling(slots, colours - np.log(np.exp(colours).sum()))


def _seen(spelling: Spelling, text: PlateText) -> float:
    """Log probability that the network gives to a text, over its structures; at least -20."""
    best = -20.0
    for structure, log_chance in spelling.structures():
        if sum(structure) != len(text.normalized):
            continue
        costs = np.concatenate(spelling.costs(structure))
        codes = [POSITION[c] for c in text.normalized]
        best = max(best, log_chance - float(costs[np.arange(len(codes)), codes].sum()))
    return best


def _is_cut(quad: Quad, image: Image) -> bool:
    """Does the plate reach the border of the picture?"""
    height, width = image.shape[:2]
    near = 0.02 * float(np.linalg.norm(quad[1] - quad[0]))
    low, high = quad.min(axis=0), quad.max(axis=0)
    return bool(low[0] < near or low[1] < near or high[0] > width - near or high[1] > height - near)


# Fitted by training/plates/calibrate.py on plates that the networks did not learn from.
_WEIGHTS = (0.32, 3.814, 0.847, 1.117)


def features(spelt: Spelt) -> tuple[float, ...]:
    """The numbers that the logistic model weighs."""
    seen = min(math.exp(spelt.log_seen + spelt.log_posterior), 1 - 1e-4)
    return (
        1.0,
        math.log(max(seen, 1e-5) / (1 - seen)) / 4.0,
        spelt.agreement,
        min(math.log2(max(spelt.height_px, 4.0) / 14.0), 1.0),
    )


def probability(spelt: Spelt) -> float:
    """Probability that the text is exactly right: a logistic model of the features."""
    score = sum(w * x for w, x in zip(_WEIGHTS, features(spelt), strict=True))
    value = 1.0 / (1.0 + math.exp(-score))
    return value * (_CUT_FACTOR if spelt.is_cut else 1.0)
