"""What a CTC network's steps say, and what else each character may be."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.plates.base import corners
from pipeline.plates.ctc import decode

ALPHABET = ["", "7", "1", "A"]
QUAD = corners(np.zeros((48, 100, 3), np.uint8))


def steps(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32)


def test_runs_are_one_character_and_blanks_part_them() -> None:
    scores = steps(
        (0.9, 0.05, 0.03, 0.02),
        (0.2, 0.6, 0.1, 0.1),  # 7
        (0.1, 0.7, 0.15, 0.05),  # the same 7, surer
        (0.8, 0.1, 0.05, 0.05),
        (0.1, 0.5, 0.3, 0.1),  # another 7
        (0.1, 0.1, 0.2, 0.6),  # A, at once
    )
    line = decode(scores, ALPHABET, QUAD)
    assert line.text == "77A"
    assert line.confidence == pytest.approx((0.7 + 0.5 + 0.6) / 3, abs=1e-6)
    assert [guesses[:2] for guesses in line.characters] == [
        (("7", pytest.approx(0.7)), ("1", pytest.approx(0.15))),
        (("7", pytest.approx(0.5)), ("1", pytest.approx(0.3))),
        (("A", pytest.approx(0.6)), ("1", pytest.approx(0.2))),
    ]
    assert all("" not in dict(guesses) for guesses in line.characters)


def test_nothing_but_blanks_is_an_empty_line() -> None:
    line = decode(steps((0.9, 0.1, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0)), ALPHABET, QUAD)
    assert (line.text, line.confidence, line.characters) == ("", 0.0, ())
