"""How long a motorbike is too full: sums of looks for and against, and what ends a stretch."""

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.types import CameraMotion, Kind
from pipeline.violations.fullness import ONE_FEWER, evidence, stretches
from pipeline.violations.rides import creeps, rides
from tests.violations.scenes import Box, scene, standing, track


def found(counts: list[int], least: float = 4.0, step_s: float = 0.2) -> list[tuple[int, int]]:
    number = len(counts)
    times = np.asarray(np.arange(number) * step_s, np.float64)
    parts = stretches(np.array(counts, np.int32), np.ones(number, bool), times, 3, least)
    return [(part.start, part.stop) for part in parts]


def test_looks_speak_for_and_against() -> None:
    assert evidence(np.array([3, 4, 2, 1]), 3) == pytest.approx(2 + ONE_FEWER)


def test_misses_in_between_do_not_break_a_stretch() -> None:
    assert found([1, 1, 3, 2, 3, 1, 3, 3, 2, 3, 2, 2]) == [(2, 10)]


def test_three_looks_are_too_few_and_many_at_two_end_it() -> None:
    assert found([2, 3, 3, 3, 2, 2]) == []
    apart = [3] * 5 + [2] * 14 + [3] * 5
    assert found(apart) == [(0, 5), (19, 24)]


def test_what_is_not_seen_for_long_is_two_stretches() -> None:
    assert found([3] * 5, step_s=2.0) == []
    assert found([3, 3, 3, 3, 3], step_s=0.4) == [(0, 5)]


def test_riding_creeping_and_standing() -> None:
    def at(speed: float) -> Callable[[float], Box]:
        return lambda time: (100 + speed * time, 300.0, 260 + speed * time, 400.0)

    quick, slow = (track(1, Kind.MOTORBIKE, at(speed), 0, 4) for speed in (250.0, 90.0))
    stands = track(1, Kind.MOTORBIKE, standing(300, 400, 160, 100), 0, 4)
    part, still = slice(3, 9), scene(4)
    assert rides(quick, part, still) and not creeps(quick, part, still)
    assert rides(slow, part, still) and creeps(slow, part, still)
    assert not rides(stands, part, still) and creeps(stands, part, still)


def test_who_stood_while_looked_at_does_not_ride_though_it_leaves_later() -> None:
    def leaves(time: float) -> Box:
        x = 100 + 300 * max(time - 2.0, 0)
        return (x, 300, x + 160, 400)

    made = track(1, Kind.MOTORBIKE, leaves, 0, 4)
    assert not rides(made, slice(0, 8), scene(4)) and rides(made, slice(9, 16), scene(4))


def test_a_camera_that_drives_cannot_tell_a_pace() -> None:
    stands = track(1, Kind.MOTORBIKE, standing(300, 400, 160, 100), 0, 4)
    assert not creeps(stands, slice(0, 10), scene(4, CameraMotion.DRIVING))
