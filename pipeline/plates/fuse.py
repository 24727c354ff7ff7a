"""Many looks at one vehicle's plate, one text with a probability that means something.

Each look is a distribution over texts: its own, its alternatives, and the rest, which is spread
over texts by how many characters they differ from it. What the looks add to a text are their log
likelihood ratios against a text that is named by chance:

    score(t)    = log chance + sum_i w_i (log P_i(t) - log chance)
    score(none) =              sum_i w_i  log(1 - c_i)

with c_i the confidence of a look and w_i the less, the more it repeats its neighbours. So evidence
multiplies where looks agree; a doubtful look says little for its text and little against another;
and a look that is sure of itself on a smear cannot outweigh several that agree.
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
_OTHER_CHARACTER = 0.05  # of a look's rest, for a text one character away; its square for two
_CHANCE = 0.01  # of a look's rest, for a text far from it that another look names
_CORRELATED_S = 0.8  # looks so close in time share their blur and their glare
_CORRELATED_SIZE = 0.25  # logarithm of the ratio of sizes over which looks become different ones
_COMMON = 0.12  # correlation of any two looks: same plate, same dirt, same reader
_COMMON_ERROR = 0.005  # that all looks are wrong alike: the same dirt, the same reader
_WRONG_KIND = 2.0  # nats: a motorbike's plate on a car, a car's on a motorbike
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
            _score([_share(look, text) for look in looks], weights)
            - (_WRONG_KIND if _is_wrong_kind(text, track) else 0.0)
            for text in texts
        ]
    )
    order = np.argsort(-scores)
    none = sum(w * math.log(1.0 - _sure(look)) for w, look in zip(weights, looks, strict=True))
    shares = _shares(scores, none)
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
    """What each look is worth, 0..1: the less, the more it repeats the others.

    Looks that are near in time and size repeat each other, and so do two looks that are both
    doubtful: what spoils the one (glare, dirt, a cut) spoils the other in the same way.
    """
    times = np.array([look.time_s for look in looks])
    sizes = np.log([_height(look) for look in looks])
    sure = np.array([look.confidence for look in looks])
    apart = np.abs(times[:, None] - times[None]) / _CORRELATED_S
    apart = apart + np.abs(sizes[:, None] - sizes[None]) / _CORRELATED_SIZE
    doubt = 1.0 - np.maximum(sure[:, None], sure[None])
    correlation = np.maximum(np.maximum(np.exp(-apart), doubt), _COMMON)
    np.fill_diagonal(correlation, 1.0)
    return np.asarray(1.0 / correlation.sum(axis=1))


def _texts(looks: Sequence[PlateReading]) -> list[PlateText]:
    texts: dict[PlateText, None] = {}
    for look in looks:
        assert look.text is not None
        texts[look.text] = None
        for other, _ in look.alternatives:
            texts.setdefault(other)
    return list(texts)


def _sure(look: PlateReading) -> float:
    return min(look.confidence, _MOST_SURE)


def _share(look: PlateReading, text: PlateText) -> float:
    """The probability that a look gives a text."""
    assert look.text is not None
    rest = 1.0 - _sure(look)
    far = rest * _CHANCE
    if text == look.text:
        return max(_sure(look), far)
    named = sum(share for other, share in look.alternatives if other == text)
    differing = _distance(look.text.normalized, text.normalized)
    return max(named, rest * _OTHER_CHARACTER**differing, far)


def _score(shares: Sequence[float], weights: NDArray[np.float64]) -> float:
    chance = math.log(_CHANCE)
    return chance + sum(
        weight * (math.log(share) - chance) for share, weight in zip(shares, weights, strict=True)
    )


def _distance(one: str, other: str) -> int:
    """Characters that differ; one more or less (at an end that was cut) counts as two."""
    row = [2 * place for place in range(len(other) + 1)]
    for a in one:
        before, row[0] = row[0], row[0] + 2
        for place, b in enumerate(other, 1):
            before, row[place] = (
                row[place],
                min(before + (a != b), row[place] + 2, row[place - 1] + 2),
            )
    return row[-1]


def _shares(scores: NDArray[np.float64], none: float) -> NDArray[np.float64]:
    """Probabilities of the texts, with room for a text that no look names."""
    top = max(float(scores.max()), none)
    values = np.exp(scores - top)
    return np.asarray((1.0 - _COMMON_ERROR) * values / (values.sum() + math.exp(none - top)))


def _is_wrong_kind(text: PlateText, track: Track) -> bool:
    if track.kind is Kind.MOTORBIKE:
        return text.kind is PlateKind.CAR
    return text.kind is PlateKind.MOTORBIKE


def _height(look: PlateReading) -> float:
    return max(look.box[3] - look.box[1], 1.0)
