"""Closer looks at riders on the range: taken as the program takes them, wrong as it is measured."""

import numpy as np

from driving_range.actors import Actor, seated
from driving_range.camera import on_a_stand
from driving_range.observe import Observed, observe
from driving_range.ways import straight
from driving_range.world import World
from pipeline.types import Kind


def ridden(number: int, seed: int) -> Observed:
    rng = np.random.default_rng(seed)
    world = World(5.0)
    world.add(
        Actor(Kind.MOTORBIKE, straight(-2, 6, 0.8), (1.9, 0.75, 1.1), riders=seated(number, rng))
    )
    return observe(world, on_a_stand(rng, height_m=1.6, x=4.0, heading=-0.7), rng)


def counts(number: int) -> list[float]:
    found: list[float] = []
    for seed in range(6):
        for track in ridden(number, seed).tracks:
            if track.kind is Kind.MOTORBIKE:
                looks = track.trait("aboard")
                found += looks[np.isfinite(looks)].tolist()
            else:
                assert "aboard" not in track.traits
    return found


def test_closer_looks_see_at_most_who_is_there() -> None:
    one, three = counts(1), counts(3)
    assert len(one) >= 10 and len(three) >= 40
    assert max(one) <= 1 and max(three) == 3
    assert 0.1 < np.mean(np.array(three) >= 3) < 0.6


def test_a_full_motorbike_is_looked_at_more_often() -> None:
    assert len(counts(3)) > 1.5 * len(counts(1))


def test_the_rest_of_the_range_does_not_depend_on_it() -> None:
    first, again = ridden(2, 3), ridden(2, 3)
    for one, other in zip(first.tracks, again.tracks, strict=True):
        assert (one.boxes == other.boxes).all()
        assert np.array_equal(one.trait("aboard"), other.trait("aboard"), equal_nan=True)
