"""Places compared with the background over time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.scene.ground import from_its_place
from pipeline.types import CameraMotion, FloatArray, Scene
from tests.violations.scenes import scene

PAN_PX = 40.0  # a sample, to the left


def panned(seconds: float, unknown: tuple[int, ...] = ()) -> Scene:
    """A camera that pans; over the samples `unknown` the background could not be followed."""
    around = scene(seconds, CameraMotion.PANNING, PAN_PX)
    steps, states = around.ego.homographies.copy(), list(around.ego.states)
    for index in unknown:
        steps[index], states[index] = np.eye(3), CameraMotion.UNKNOWN
    return replace(around, ego=replace(around.ego, homographies=steps, states=tuple(states)))


def at_rest(count: int, x: float = 900.0) -> FloatArray:
    """(count, 4) boxes of somebody who stands while the camera pans."""
    left = x - PAN_PX * np.arange(count)
    return np.column_stack([left, np.full(count, 300.0), left + 80, np.full(count, 500.0)])


def test_who_stands_keeps_their_place_under_a_pan() -> None:
    part, moved = from_its_place(np.arange(12), at_rest(12), panned(4))
    assert part == slice(0, 12)
    np.testing.assert_allclose(moved, 0, atol=1e-6)


def test_across_a_picture_that_could_not_be_followed_nobody_is_compared() -> None:
    """The camera went on panning meanwhile: who stands would have seemed to jump."""
    part, moved = from_its_place(np.arange(12), at_rest(12), panned(4, unknown=(4,)))
    assert part == slice(4, 12)
    np.testing.assert_allclose(moved, 0, atol=1e-6)


def test_a_place_that_the_camera_has_left_behind_ends_the_comparison() -> None:
    """Somebody who keeps the middle of the picture goes along with the pan."""
    around = panned(12)
    boxes = np.tile([600.0, 300.0, 680.0, 500.0], (50, 1))
    part, moved = from_its_place(np.arange(50), boxes, around)
    assert 80 < moved.max() < around.width + PAN_PX
    assert part.stop < 50
