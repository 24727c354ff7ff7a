"""Closer looks at riders' heads: who is looked at, how often, and what the shipped network says."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.closeups.helmets import (
    SIDE,
    Helmets,
    bare_heads,
    head_squares,
    picture,
    riders,
)
from pipeline.types import KINDS, Detections, Frame, Kind

CLIP = Path(__file__).parents[3] / "shared/data/video/phone_three_on_motorbike_vn.mp4"
PERSON, MOTORBIKE = KINDS.index(Kind.PERSON), KINDS.index(Kind.MOTORBIKE)


class Fake:
    """Says what it is told to; remembers how many looks it was asked for."""

    weights = None

    def __init__(self, logits: tuple[float, float, float] = (0.0, 3.0, -3.0)) -> None:
        self.logits, self.asked = logits, [0]

    def __call__(self, batch: NDArray[np.float32]) -> list[Any]:
        assert batch.shape[1:] == (3, SIDE, SIDE) and batch.dtype == np.float32
        self.asked.append(len(batch))
        return [np.tile(np.array(self.logits, np.float32), (len(batch), 1))]


def seen(*rows: tuple[float, ...]) -> Detections:
    boxes = np.array([row[1:] for row in rows], np.float32).reshape(-1, 4)
    kinds = np.array([int(row[0]) for row in rows], np.int8)
    return Detections(boxes, np.full(len(rows), 0.8, np.float32), kinds)


def frame(time_s: float = 0.0) -> Frame:
    return Frame(np.zeros((480, 640, 3), np.uint8), round(time_s * 5), time_s, 0, time_s)


ABOARD = (
    (MOTORBIKE, 200.0, 240.0, 300.0, 380.0),
    (PERSON, 220.0, 140.0, 280.0, 340.0),  # on it
    (PERSON, 420.0, 140.0, 480.0, 360.0),  # on foot
)


def test_only_who_sits_on_a_motorbike_is_looked_at() -> None:
    assert riders(seen(*ABOARD)).tolist() == [1]
    values = Helmets(Fake()).look(frame(), seen(*ABOARD), np.array([5, 6, 7], np.int32))  # type: ignore[arg-type]
    assert np.isnan(values["bare_head"]).tolist() == [True, False, True]


def test_nobody_no_look() -> None:
    fake = Fake()
    values = Helmets(fake).look(frame(), Detections.empty(), np.empty(0, np.int32))  # type: ignore[arg-type]
    assert len(values["bare_head"]) == 0 and fake.asked == [0]


def test_a_small_rider_is_not_looked_at() -> None:
    small = seen((MOTORBIKE, 200, 240, 220, 270), (PERSON, 204, 220, 216, 262))
    fake = Fake()
    Helmets(fake).look(frame(), small, np.array([1, 2], np.int32))  # type: ignore[arg-type]
    assert fake.asked == [0]


def test_the_same_rider_is_looked_at_seldom_unless_nearer() -> None:
    fake = Fake()
    helmets = Helmets(fake)  # type: ignore[arg-type]
    ids = np.array([5, 6, 7], np.int32)
    for index in range(11):  # two seconds
        helmets.look(frame(index * 0.2), seen(*ABOARD), ids)
    assert 5 <= sum(fake.asked) <= 6
    nearer = seen((MOTORBIKE, 180, 230, 320, 420), (PERSON, 200, 90, 290, 370))
    helmets.look(frame(2.1), nearer, np.array([5, 6], np.int32))
    assert fake.asked[-1] == 1


def test_squares_are_at_the_upper_end() -> None:
    ((left, top, side),) = head_squares(np.array([[100.0, 50.0, 160.0, 250.0]]))
    assert left + side / 2 == pytest.approx(130)
    assert top == pytest.approx(50 - 0.08 * 200) and side == pytest.approx(0.54 * 200)


@pytest.mark.parametrize("corner", [(-20.0, -15.0), (600.0, -10.0), (590.0, 440.0), (-30.0, 450.0)])
def test_squares_beyond_the_picture_are_filled(corner: tuple[float, float]) -> None:
    image = np.full((480, 640, 3), 90, np.uint8)
    look = picture(image, np.array([*corner, 80.0]))
    assert look.shape == (3, SIDE, SIDE) and (look == 90).all()


def test_a_look_shows_what_is_there() -> None:
    image = np.zeros((480, 640, 3), np.uint8)
    image[100:196, 200:296] = (10, 20, 30)
    look = picture(image, np.array([200.0, 100.0, 96.0]))
    assert (look == np.array([10, 20, 30], np.float32)[:, None, None]).all()
    half = picture(image, np.array([152.0, 100.0, 96.0]))
    assert (half[:, :, : SIDE // 2 - 1] == 0).all() and (half[0, :, SIDE // 2 + 1 :] == 10).all()


def test_probabilities() -> None:
    logits = np.array([[0, 0, -9], [-2, 2, -9], [2, -2, -9], [0, 1, 6]], np.float32)
    bare = bare_heads(logits)
    assert bare[0] == pytest.approx(0.5)
    assert bare[1] == pytest.approx(1 - bare[2]) and bare[1] > 0.9
    assert np.isnan(bare[3])  # nobody can tell


def test_the_shipped_network_answers() -> None:
    helmets = Helmets()
    values = helmets.look(frame(), seen(*ABOARD), np.array([5, 6, 7], np.int32))
    told = values["bare_head"][1]
    assert np.isnan(told) or 0 <= told <= 1
    assert helmets.weights is not None and helmets.weights.name == "helmet"


# Frames of the clip, the motorbike there and the three men on it, none of whom wears a helmet.
THREE = {
    78: ((558, 318, 672, 405), [(592, 276, 652, 396), (641, 276, 684, 375)]),
    84: ((520, 317, 653, 417), [(564, 279, 623, 403), (617, 277, 661, 383)]),
    90: ((470, 322, 621, 427), [(528, 276, 586, 412), (591, 275, 630, 391), (565, 276, 605, 402)]),
    96: ((416, 322, 584, 433), [(481, 276, 546, 417), (546, 274, 593, 415), (515, 275, 563, 411)]),
}


@pytest.mark.skipif(not CLIP.exists(), reason="the shared clips are not here")
def test_three_men_without_helmets_are_seen_so() -> None:
    video = cv2.VideoCapture(str(CLIP))
    helmets, told = Helmets(), []
    for index, (bike, men) in THREE.items():
        video.set(cv2.CAP_PROP_POS_FRAMES, index)
        image = np.asarray(video.read()[1], np.uint8)
        found = seen((MOTORBIKE, *map(float, bike)), *((PERSON, *map(float, man)) for man in men))
        ids = np.full(len(found), -1, np.int32)
        told += helmets.look(Frame(image, index, index / 30, 0, index / 30), found, ids)[
            "bare_head"
        ][1:].tolist()
    assert len(told) == 10 and np.isfinite(told).mean() >= 0.8
    assert np.nanmedian(told) > 0.9 and np.nanmean(np.array(told) > 0.5) >= 0.8
