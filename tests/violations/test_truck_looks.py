"""Looks at one truck add up, but to less than as many independent ones."""

import numpy as np
import pytest

from pipeline.violations.truck_looks import fused


def test_one_look_says_what_it_says() -> None:
    assert fused(np.array([0.8, np.nan])) == pytest.approx(0.8)


def test_looks_that_agree_are_surer_than_one_and_less_sure_than_independent_ones() -> None:
    together = fused(np.full(6, 0.8))
    assert 0.8 < together < 0.9
    assert together < 0.8**6 / (0.8**6 + 0.2**6)


def test_looks_that_contradict_each_other_leave_it_open() -> None:
    assert fused(np.array([0.9, 0.1, 0.7, 0.3])) == pytest.approx(0.5)


def test_no_look_says_nothing() -> None:
    assert np.isnan(fused(np.full(3, np.nan)))
