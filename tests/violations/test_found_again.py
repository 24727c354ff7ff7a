"""Vehicles lost and found again: one way where it can only be one, else two."""

import numpy as np

from pipeline.scene.ground import Path, paths, stretches
from pipeline.types import Kind, Track
from pipeline.violations.approaches import Approach
from pipeline.violations.found_again import whole_ways
from tests.violations.scenes import WIDTH, scene, track
from tests.violations.test_red_light import pixel, seen_from_behind


def approach() -> Approach:
    return Approach(np.array(pixel(-3.5, 16.0)), np.array(pixel(5.0, 16.0)), 0.9, None, WIDTH)


def piece(
    number: int, start_s: float, end_s: float, x: float = 2.0, at_m: float = 6.0, kind=Kind.CAR
) -> Track:
    """Drives on at 6 m/s, its front `at_m` ahead of the camera at 0 s."""
    box = seen_from_behind(kind, lambda time: (x, at_m + 6.0 * time))
    return track(number, kind, box, start_s, end_s, jitter_px=0.4)


def ways(*tracks: Track) -> list[Path]:
    of = scene(10.0)
    return whole_ways(paths(tracks, stretches(of.ego)[0], of), approach())


def test_a_way_goes_on_where_it_leads() -> None:
    (whole,) = ways(piece(1, 0.6, 2.0), piece(2, 3.0, 5.0))
    assert len(whole) == 8 + 11
    assert whole.track.id == 2  # the longer one
    assert (np.diff(whole.times_s) > 0).all()


def test_others_are_not_joined() -> None:
    assert len(ways(piece(1, 0.6, 2.0), piece(2, 5.0, 7.0))) == 2  # too long
    assert len(ways(piece(1, 0.6, 2.0), piece(2, 3.0, 5.0, x=-3.0))) == 2  # another lane
    assert len(ways(piece(1, 0.6, 2.0), piece(2, 3.0, 5.0, at_m=22.0))) == 2  # farther on
    assert len(ways(piece(1, 0.6, 2.0), piece(2, 3.0, 5.0, kind=Kind.MOTORBIKE))) == 2


def test_each_end_has_one_beginning() -> None:
    found = ways(piece(1, 0.6, 2.0), piece(2, 3.0, 5.0), piece(3, 3.2, 5.0, x=2.6))
    assert sorted(len(way) for way in found) == [10, 19]
