"""Many looks at one vehicle's plate, one text with a probability that means something.

Each look is a distribution over texts: its own, its alternatives, and the rest, which is spread
over texts by how many characters they differ from it. Logarithms of these are added over the looks,
each look discounted by how much it repeats its neighbours; so evidence multiplies where looks
agree, and a look that is sure of itself on a smear cannot outweigh several that agree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.types import Kind, Plate, PlateKind, PlateReading, PlateText, Track

SINGLE_LOOK_CAP = 0.75
"""One look is never a fact, however sure: below `plates.fact_probability` of the settings."""

_MOST_SURE = 0.97  # no single look may count as surer
_OTHER_CHARACTER = (
    0.05  # a look's rest, for a text that differs from it in one character; and so on
)
_NOTHING = 1e-6
_CORRELATED_S = 0.8  # looks so close in time share their blur and their glare
_CORRELATED_SIZE = 0.25  # logarithm of the ratio of sizes over which looks become different ones
_COMMON = 0.12  # correlation of any two looks: same plate, same dirt, same reader
_WRONG_KIND = 2.0  # nats: a motorbike's plate on a car, a car's on a motorbike
_NONE_OF_THEM = 3.5  # nats behind a sure look: the right text is one that nobody read
_ALTERNATIVES = 4


def fuse(readings: Sequence[PlateReading], track: Track) -> Plate:
    """What all looks at the plate of `track` say together.

    The text is that of the greatest product of evidence, whoever read it first; `best` is the
    surest look that read exactly this text (where none did, the one that holds it likeliest), and
    the frame to show is the frame of that look.
    """
    looks = [reading for reading in readings if reading.text is not None]
    if not looks:
        return Plate(None, 0.0, (), len(readings), 0, None)
    texts = _texts(looks)
    weights = independence(looks)
    scores = np.array(
        [
            sum(w * math.log(_share(look, text)) for w, look in zip(weights, looks, strict=True))
            - (_WRONG_KIND if _is_wrong_kind(text, track) else 0.0)
            for text in texts
        ]
    )
    order = np.argsort(-scores)
    shares = _shares(scores, weights)
    best = texts[order[0]]
    agreeing = [look for look in looks if look.text == best]
    probability = float(shares[order[0]])
    cap = SINGLE_LOOK_CAP if len(agreeing) < 2 else 1.0
    return Plate(
        text=best,
        probability=min(probability, cap),
        alternatives=tuple(
            (texts[index], float(shares[index]))
            for index in order[1 : _ALTERNATIVES + 1]
            if shares[index] >= 0.001
        ),
        looks=len(readings),
        agreeing=len(agreeing),
        best=max(agreeing or looks, key=lambda look: (_share(look, best), _height(look))),
    )


def independence(looks: Sequence[PlateReading]) -> NDArray[np.float64]:
    """What each look is worth, 0..1: the less, the more it repeats the others."""
    times = np.array([look.time_s for look in looks])
    sizes = np.log([_height(look) for look in looks])
    apart = np.abs(times[:, None] - times[None]) / _CORRELATED_S
    apart = apart + np.abs(sizes[:, None] - sizes[None]) / _CORRELATED_SIZE
    correlation = np.maximum(np.exp(-apart), _COMMON)
    return np.asarray(1.0 / correlation.sum(axis=1))


def _texts(looks: Sequence[PlateReading]) -> list[PlateText]:
    texts: dict[PlateText, None] = {}
    for look in looks:
        assert look.text is not None
        texts[look.text] = None
        for other, _ in look.alternatives:
            texts.setdefault(other)
    return list(texts)


def _share(look: PlateReading, text: PlateText) -> float:
    """The probability that a look gives a text."""
    assert look.text is not None
    sure = min(look.confidence, _MOST_SURE)
    if text == look.text:
        return max(sure, _NOTHING)
    named = sum(share for other, share in look.alternatives if other == text)
    differing = _distance(look.text.normalized, text.normalized)
    unnamed = (1.0 - sure) * _OTHER_CHARACTER**differing
    return max(named, unnamed, _NOTHING)


def _distance(one: str, other: str) -> int:
    """Characters that differ, each one more or less counting as two."""
    return sum(a != b for a, b in zip(one, other, strict=False)) + 2 * abs(len(one) - len(other))


def _shares(scores: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of the texts, with room for a text that no look names."""
    nothing = -_NONE_OF_THEM * max(float(weights.sum()), 1.0)
    top = max(float(scores.max()), nothing)
    values = np.exp(scores - top)
    return np.asarray(values / (values.sum() + math.exp(nothing - top)))


def _is_wrong_kind(text: PlateText, track: Track) -> bool:
    if track.kind is Kind.MOTORBIKE:
        return text.kind is PlateKind.CAR
    return text.kind is PlateKind.MOTORBIKE


def _height(look: PlateReading) -> float:
    return max(look.box[3] - look.box[1], 1.0)
