"""Which piece goes on from which: the cheapest first, one each."""

from pipeline.violations.chains import chains

COSTS = {(0, 1): 0.5, (0, 2): 0.2, (1, 3): 0.1, (2, 3): 0.3, (2, 4): 0.4}


def test_the_cheapest_pair_comes_first_and_nobody_goes_on_twice() -> None:
    found = chains(6, lambda one, other: COSTS.get((one, other)))
    assert found == [[0, 2, 4], [1, 3], [5]]


def test_no_pieces_make_no_chains() -> None:
    assert chains(0, lambda one, other: None) == []
