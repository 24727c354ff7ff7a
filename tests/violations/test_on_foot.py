"""People whose tracks break, or go over from one to another."""

from collections.abc import Callable

import numpy as np

from pipeline.scene.ground import paths, stretches
from pipeline.types import Kind, Track
from pipeline.violations.on_foot import Walk, walks_of
from tests.violations.scenes import scene, track

TALL, FOCAL = 100.0, 1150.0


def person(
    number: int,
    x: Callable[[float], float],
    start_s: float,
    end_s: float,
    tall: Callable[[float], float] = lambda time: TALL,
) -> Track:
    def box(time: float) -> tuple[float, float, float, float]:
        return x(time) - 18, 500 - tall(time), x(time) + 18, 500.0

    return track(number, Kind.PERSON, box, start_s, end_s, jitter_px=0.8)


def walks(*tracks: Track) -> list[Walk]:
    of = scene(20.0)
    return walks_of(paths(tracks, stretches(of.ego)[0], of))


def steps(time: float) -> float:
    return 300 + 70 * time  # 0.7 of one's height a second


def test_pieces_of_one_way_are_joined() -> None:
    (walk,) = walks(person(1, steps, 0, 3), person(2, steps, 4, 7))
    assert walk.ids == (1, 2) and len(walk) == 32


def test_pieces_of_others_are_not() -> None:
    assert len(walks(person(1, steps, 0, 3), person(2, steps, 6, 9))) == 2  # too long
    assert len(walks(person(1, steps, 0, 3), person(2, lambda t: 900 - steps(t), 4, 7))) == 2
    child = person(2, steps, 4, 7, lambda time: 60.0)
    assert len(walks(person(1, steps, 0, 3), child)) == 2


def test_a_track_that_goes_over_to_somebody_else_is_cut() -> None:
    def jumps(time: float) -> float:
        return steps(time) if time < 3 else 700 - steps(time - 3) / 3

    assert [walk.ids for walk in walks(person(1, jumps, 0, 6))] == [(1,), (1,)]

    def nearer(time: float) -> float:
        return TALL if time < 3 else 1.5 * TALL

    assert len(walks(person(1, lambda t: 400.0, 0, 6, nearer))) == 2
    assert len(walks(person(1, steps, 0, 6))) == 1


def test_a_way_along_the_line_of_sight_is_told_by_its_height() -> None:
    """Twelve heights away, then nine: three heights of way, less what is unsure."""
    (walk,) = walks(person(1, lambda t: 400.0, 0, 6, lambda t: FOCAL / (12 - t / 2)))
    assert 1.8 < walk.away(-1, FOCAL)[0] < 3.2
    (stands,) = walks(person(1, lambda t: 400.0, 0, 6))
    assert np.max(stands.away(-1, FOCAL)) < 0.3
