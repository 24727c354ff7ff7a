"""Closer looks at who rides: whose riders they are, how often they are counted, what they cost."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.closeups.aboard import Aboard, cut, gain, together, told
from pipeline.types import KINDS, Detections, Frame, Kind

CLIP = Path(__file__).parents[3] / "shared/data/video/phone_three_on_motorbike_vn.mp4"
PERSON, MOTORBIKE = KINDS.index(Kind.PERSON), KINDS.index(Kind.MOTORBIKE)
Row = tuple[float, ...]


class Fake:
    """A detector that sees the same in every cut; remembers the cuts' sizes."""

    weights = None

    def __init__(self, *rows: Row) -> None:
        self.rows, self.cuts = rows, list[tuple[int, int]]()

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        self.cuts += [(image.shape[1], image.shape[0]) for image in images]
        return [seen(*self.rows) for _ in images]


def seen(*rows: Row) -> Detections:
    boxes = np.array([row[1:] for row in rows], np.float32).reshape(-1, 4)
    kinds = np.array([int(row[0]) for row in rows], np.int8)
    return Detections(boxes, np.full(len(rows), 0.8, np.float32), kinds)


def frame(index: int = 0) -> Frame:
    return Frame(np.zeros((1080, 1920, 3), np.uint8), index, index / 5, 0, index / 5)


def looker(*rows: Row) -> tuple[Aboard, Fake]:
    fake = Fake(*rows)
    return Aboard(fake), fake  # type: ignore[arg-type]


BIKE = (MOTORBIKE, 400.0, 400.0, 560.0, 500.0)
# In the picture; the cut of BIKE begins at 352, 310.
RIDERS = [(x - 25.0, 350.0, x + 25.0, 480.0) for x in (440.0, 480.0, 520.0)]


def in_cut(box: tuple[float, ...]) -> Row:
    return (PERSON, *(side - start for side, start in zip(box, (352, 310) * 2, strict=True)))


def test_the_cut_holds_the_motorbike_and_those_above_it() -> None:
    assert cut(np.array(BIKE[1:]), 1920, 1080) == (352, 310, 608, 510)
    assert cut(np.array([2.0, 5, 160, 105]), 170, 110) == (0, 0, 170, 110)
    assert gain(np.array(BIKE[1:]), 1920, 1080) == pytest.approx(224 / 256 * 3)


def test_three_are_counted_where_the_picture_showed_two() -> None:
    look, fake = looker(*map(in_cut, RIDERS))
    found = seen(BIKE, *((PERSON, *box) for box in RIDERS[:2]))
    values = look.look(frame(), found, np.array([7, 8, 9], np.int32))
    assert fake.cuts == [(256, 200)]
    assert values["aboard"][0] == 3 and np.isnan(values["aboard"][1:]).all()
    assert values["aboard_from"][0] == pytest.approx(-0.25)
    assert values["aboard_to"][0] == pytest.approx(0.25)
    assert values["aboard_feet"][0] == pytest.approx(0.8)


def test_one_around_two_and_one_around_each_are_two() -> None:
    both, each = (415.0, 350.0, 505.0, 480.0), RIDERS[:2]
    assert len(together(np.array([both]), np.array(each))) == 1
    assert len(together(np.array(RIDERS[:1]), np.array(RIDERS[2:]))) == 2
    count, *_ = told(np.array(BIKE[1:]), np.empty((0, 4)), np.array([both]), np.array(each))
    assert count == 2


def test_riders_of_the_next_motorbike_and_passers_by_are_not_counted() -> None:
    mine = np.array(BIKE[1:])
    next_one = mine + np.array([70.0, 10, 70, 10])
    people = np.array([RIDERS[0], (540.0, 360.0, 590.0, 490.0), (405.0, 460.0, 440.0, 560.0)])
    count, *_ = told(mine, next_one[None], np.empty((0, 4)), people)
    assert count == 1


def test_nobody_is_nobody() -> None:
    empty = np.empty((0, 4))
    count, *places = told(np.array(BIKE[1:]), empty, empty, empty)
    assert count == 0 and np.isnan(places).all()


def test_who_walks_is_not_looked_at_nor_who_is_small_or_cut() -> None:
    look, fake = looker()
    small, cut_off = (MOTORBIKE, 10, 10, 40, 40), (MOTORBIKE, 0, 400, 160, 500)
    ids = np.array([1, 2, 3], np.int32)
    assert look.look(frame(), seen(small, cut_off, (PERSON, 300, 300, 350, 450)), ids) == {}
    assert look.look(frame(1), seen(BIKE), np.array([-1], np.int32)) == {}
    assert fake.cuts == []


def test_one_rider_is_looked_at_seldom_and_nobody_in_every_frame() -> None:
    alone, fake = looker(in_cut(RIDERS[0]))
    found = seen(BIKE, (PERSON, *RIDERS[0]))
    for index in range(50):  # ten seconds
        alone.look(frame(index), found, np.array([1, 2], np.int32))
    assert 10 <= len(fake.cuts) <= 13
    full, fake = looker(*map(in_cut, RIDERS))
    for index in range(50):
        full.look(frame(index), found, np.array([1, 2], np.int32))
    assert 30 <= len(fake.cuts) <= 37


def test_the_fuller_motorbike_goes_first() -> None:
    look, _ = looker(in_cut(RIDERS[0]))
    other = (MOTORBIKE, 900.0, 300.0, 1300.0, 560.0)
    found = seen(other, BIKE, *((PERSON, *box) for box in RIDERS[:2]))
    values = look.look(frame(), found, np.array([1, 2, 3, 4], np.int32))
    assert np.isfinite(values["aboard"]).tolist() == [False, True, False, False]


@pytest.mark.skipif(not CLIP.exists(), reason="the shared clips are not here")
def test_the_shipped_detector_sees_three_men_more_often_in_the_cut() -> None:
    video = cv2.VideoCapture(str(CLIP))
    look, counts = Aboard(), []
    boxes = {84: (520, 317, 653, 417), 90: (470, 322, 621, 427), 96: (416, 322, 584, 433)}
    for index, box in boxes.items():
        video.set(cv2.CAP_PROP_POS_FRAMES, index)
        image = np.asarray(video.read()[1], np.uint8)
        shot = Frame(image, index, index / 30, 0, index / 30)
        values = look.look(shot, seen((MOTORBIKE, *map(float, box))), np.array([1], np.int32))
        if values:
            counts.append(float(values["aboard"][0]))
    assert max(counts) >= 3 and len(counts) >= 2
