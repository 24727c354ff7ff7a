"""A motorbike is followed by its rider where the detector loses it; nobody else takes its place."""

import numpy as np

from pipeline.types import Kind, Track
from pipeline.violations.ridden_on import joined
from tests.violations import scenes

BIKE = (400.0, 500.0, 50.0, 70.0)  # middle, foot, width, height


def bike(identity: int, start_s: float, end_s: float, x: float = BIKE[0]) -> Track:
    places = scenes.standing(x, *BIKE[1:])
    return scenes.track(identity, Kind.MOTORBIKE, places, start_s, end_s)


def rider(
    x: float, start_s: float, end_s: float, foot: float = 475.0, height: float = 78.0
) -> Track:
    places = scenes.standing(x, foot, 32, height)
    return scenes.track(50, Kind.PERSON, places, start_s, end_s)


def test_a_rider_keeps_a_motorbike_in_view() -> None:
    (track,) = joined([bike(1, 0, 2), rider(402, 2, 8), bike(2, 8.4, 10)])
    assert track.id == 1
    assert np.diff(track.times_s).max() < 0.5
    during = track.boxes[(track.times_s > 3) & (track.times_s < 7)]
    assert np.allclose(during[:, 3] - during[:, 1], 70)
    assert np.allclose((during[:, 0] + during[:, 2]) / 2, 402, atol=0.5)


def test_without_a_rider_it_is_two() -> None:
    assert len(joined([bike(1, 0, 2), bike(2, 8.4, 10)])) == 2


def test_somebody_beside_or_behind_is_no_rider() -> None:
    beside, far = rider(440, 2, 8), rider(402, 2, 8, foot=430.0, height=30.0)
    for other in (beside, far):
        (first, _) = joined([bike(1, 0, 2), other, bike(2, 8.4, 10)])
        assert first.end_s < 2.5


def test_people_are_no_vehicles() -> None:
    assert joined([rider(402, 0, 4)]) == []
