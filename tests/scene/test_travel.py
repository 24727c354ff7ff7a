"""Who moves over the ground, and who only seems to because the camera does."""

from dataclasses import replace

import pytest

from pipeline.scene.travel import moves
from pipeline.types import CameraMotion, Kind, Scene, Track
from tests.violations.scenes import Box, scene, standing, track

DRIVING, PANNING = CameraMotion.DRIVING, CameraMotion.PANNING


def parked_beside_the_way() -> Track:
    """It grows as the camera comes nearer."""

    def box_at(time: float) -> Box:
        size = 100 * 1.3**time
        return (700 + size, 500 - size, 700 + 2 * size, 500)

    return track(1, Kind.TRUCK, box_at, 0, 2, jitter_px=1)


def seen_by(*states: CameraMotion) -> Scene:
    """Each for an equal part of four seconds."""
    around = scene(4)
    count = len(around.ego.states)
    each = [states[min(index * len(states) // count, len(states) - 1)] for index in range(count)]
    return replace(around, ego=replace(around.ego, states=tuple(each)))


def whole(track_: Track) -> slice:
    return slice(0, len(track_))


def test_what_grows_before_a_camera_that_turns_comes_nearer() -> None:
    truck = parked_beside_the_way()
    assert moves(truck, whole(truck), seen_by(PANNING))


@pytest.mark.parametrize("states", [(PANNING, PANNING, DRIVING), (DRIVING, PANNING, PANNING)])
def test_what_looks_like_a_pan_between_drives_is_one_more(states: tuple[CameraMotion, ...]) -> None:
    """At a walking pace, and where it sets off, a drive looks like a pan."""
    truck = parked_beside_the_way()
    assert not moves(truck, whole(truck), seen_by(*states))


def test_who_stands_before_a_camera_at_rest_does_not_move() -> None:
    car = track(1, Kind.CAR, standing(600, 500, 120, 90), 0, 3, jitter_px=2)
    assert not moves(car, whole(car), seen_by(CameraMotion.STILL))
