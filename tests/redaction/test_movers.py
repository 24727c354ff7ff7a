"""What moves against the background is found; what sways, and a camera that drives, is not."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.redaction.bystanders import Bystanders
from pipeline.redaction.movers import Movers
from pipeline.redaction.ways import Group, Way, overlap

Image = NDArray[np.uint8]
EVERY_S = 0.067
CHANCE = np.random.default_rng(3)


def texture(height: int, width: int, cell: int = 6) -> Image:
    rough = CHANCE.integers(40, 215, (height // cell + 1, width // cell + 1, 3), np.uint8)
    return np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


ROAD, CAR = texture(400, 700), texture(40, 70)


def ways_of(
    place: Callable[[int], tuple[int, int] | None], pan: int = 0, light: int = 0
) -> list[Way]:
    """Ways found while a car is at `place` and the camera turns `pan` pixels a look."""
    movers = Movers()
    for look in range(24):
        image = ROAD.copy()
        spot = place(look)
        if spot is not None:
            x, y = spot
            image[y : y + 40, x : x + 70] = CAR
        image = image[20:380, 20 + pan * look : 540 + pan * look]
        image = np.clip(image.astype(np.int16) + light * (look % 7), 0, 255).astype(np.uint8)
        movers.look(look * EVERY_S, image)
    return movers.ways()


def test_a_car_that_drives_by() -> None:
    for pan in (0, 4):
        (way,) = ways_of(lambda look: (100 + 12 * look, 150), pan=pan)
        assert way.group is Group.MOVER and len(way.times_s) >= 15
        for time_s, box in zip(way.times_s, way.boxes, strict=True):
            look = round(float(time_s) / EVERY_S)
            x = 100 + 12 * look - 20 - pan * look
            assert overlap(box, (x, 130, x + 70, 170)) > 0.35, time_s


def test_silence() -> None:
    assert ways_of(lambda look: None) == []
    assert ways_of(lambda look: (300, 150), pan=4) == [], "parked; the camera turns"
    assert ways_of(lambda look: (300 + 4 * (look % 2), 150)) == [], "it sways"
    assert ways_of(lambda look: None, light=6) == [], "the light changes"


def test_a_camera_that_drives() -> None:
    """Near things shift more than far ones: no one homography explains it, so nothing is said."""
    movers = Movers()
    layers = [texture(120, 1500) for _ in range(3)]
    for look in range(24):
        shifts = (2 * look, 11 * look, 37 * look)
        strips = [one[:, at : at + 500] for one, at in zip(layers, shifts, strict=True)]
        movers.look(look * EVERY_S, np.vstack(strips))
    assert movers.ways() == []


def test_it_never_covers_the_reported_vehicle() -> None:
    times = np.arange(0, 1.01, 0.1)
    car = Way(Group.CAR, times, np.tile([100.0, 100, 200, 180], (11, 1)))
    itself = Way(Group.MOVER, times, np.tile([95.0, 120, 205, 190], (11, 1)))
    other = Way(Group.MOVER, times, np.tile([150.0, 40, 400, 170], (11, 1)))
    patches = Bystanders((car,), [itself, other], 640, 360).patches(0.5)
    hidden = [patch.box for patch in patches if not patch.keep]
    assert not any(overlap(box, (95, 120, 205, 190)) > 0.5 for box in hidden)
    order = [patch.keep for patch in patches]
    assert order.index(True) > [overlap(p.box, (150, 40, 400, 170)) > 0.6 for p in patches].index(
        True
    ), "its plate is put back over what moves behind it"
