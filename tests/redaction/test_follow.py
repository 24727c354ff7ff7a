"""What was seen for a while is followed to where nobody recognised it, and not beyond."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.redaction.everyone import surely
from pipeline.redaction.follow import FOLLOW_S, followed, moved
from pipeline.redaction.two_scales import TwoScales
from pipeline.redaction.ways import Group, Way, overlap
from pipeline.types import KINDS, Detections, Kind
from pipeline.vision.weights import Weights

Image = NDArray[np.uint8]
RATE, FRAMES = 25, 60
CHANCE = np.random.default_rng(6)


def texture(height: int, width: int) -> Image:
    rough = CHANCE.integers(0, 255, (height // 4 + 1, width // 4 + 1, 3), np.uint8)
    return np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


ROAD, CAR = texture(240, 480), texture(40, 60)


def place(frame: int) -> NDArray[np.float64]:
    """It goes to the right and grows, as what comes nearer does."""
    x, y, scale = 40 + 4.0 * frame, 60 + 1.0 * frame, 1 + 0.01 * frame
    return np.array([x, y, x + 60 * scale, y + 40 * scale])


def film(*, hidden_from: int = FRAMES) -> Iterator[tuple[float, Image]]:
    for frame in range(FRAMES):
        image = ROAD.copy()
        if frame < hidden_from:
            x1, y1, x2, y2 = (round(side) for side in place(frame))
            car = cv2.resize(CAR, (x2 - x1, y2 - y1))
            part = image[y1:y2, x1:x2]
            part[:] = car[: part.shape[0], : part.shape[1]]
        yield frame / RATE, image


def seen(first: int, last: int, group: Group = Group.CAR) -> Way:
    frames = range(first, last + 1, 2)
    times = np.array([frame / RATE for frame in frames])
    return Way(group, times, np.array([place(frame) for frame in frames]), reach_s=0.1)


def box_at(way: Way, frame: int) -> Sequence[float] | None:
    sight = way.at(frame / RATE)
    return sight.box if sight is not None and sight.seen else None


def test_before_and_after() -> None:
    (way,) = followed([seen(26, 30)], film(), follow_s=0.8)
    for frame in range(8, 49):
        box = box_at(way, frame)
        assert box is not None and overlap(box, place(frame)) > 0.65, frame
    assert way.at(2 / RATE) is None and way.at(56 / RATE) is None, "no farther than asked"
    assert 0 < FOLLOW_S < 5


def test_it_stops_where_it_is_gone() -> None:
    (way,) = followed([seen(20, 24)], film(hidden_from=34))
    assert box_at(way, 32) is not None
    assert way.at(40 / RATE) is None


def test_what_was_found_again_is_not_followed_twice() -> None:
    one, other = followed([seen(10, 14), seen(20, 24)], film())
    assert float(one.times_s[-1]) < 20 / RATE, "the second goes on from there"
    assert float(other.times_s[0]) > 14 / RATE


def test_a_plain_wall_is_no_thing_to_follow() -> None:
    grey = np.full((240, 480), 128, np.uint8)
    assert moved(grey, grey, np.array([100.0, 100, 160, 140])) is None
    (way,) = followed(
        [seen(26, 30)], ((n / RATE, np.full((240, 480, 3), 90, np.uint8)) for n in range(FRAMES))
    )
    assert len(way.times_s) == 3


# --- whose track it is -------------------------------------------------------------------------


def track(*spans: tuple[float, float, float]) -> Way:
    """Stretches (from, to, x) of one track, looked at five times a second."""
    times = [np.arange(start, end + 1e-6, 0.2) for start, end, _ in spans]
    boxes = [
        np.tile([x, 100.0, x + 100, 200.0], (len(one), 1))
        for one, (_, _, x) in zip(times, spans, strict=True)
    ]
    return Way(Group.CAR, np.concatenate(times), np.concatenate(boxes))


def test_a_track_without_a_break_is_one() -> None:
    own, doubtful = surely(track((0, 4, 100)), [], (1, 2))
    assert len(own) == 1 and not doubtful


def test_after_a_break_it_may_be_another() -> None:
    whole = track((0, 2, 100), (3.2, 4, 110))
    own, doubtful = surely(whole, [], (0.5, 1.5))
    assert [len(own), len(doubtful)] == [1, 1] and doubtful[0].times_s[0] == pytest.approx(3.2)


def test_unless_something_leads_there() -> None:
    whole = track((0, 2, 100), (3.2, 4, 110))
    own, doubtful = surely(whole, [track((1, 3.6, 104))], (0.5, 1.5))
    assert len(own) == 2 and not doubtful
    own, doubtful = surely(whole, [track((1, 1.9, 104), (3.0, 3.6, 104))], (0.5, 1.5))
    assert len(doubtful) == 1, "what leads there has a break itself"


def test_stretches_of_the_act_are_all_it() -> None:
    own, doubtful = surely(track((0, 2, 100), (3.2, 4, 110)), [], (0.5, 3.8))
    assert len(own) == 2 and not doubtful
    own, doubtful = surely(track((0, 2, 100)), [], (8, 9))
    assert not own and len(doubtful) == 1


# --- two scales --------------------------------------------------------------------------------


class Sees:
    weights = Weights("none", "none", "user", "00" * 32)  # type: ignore[arg-type]

    def __init__(self, *found: tuple[Sequence[float], float]) -> None:
        self.found = found

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        boxes = np.array([box for box, _ in self.found], np.float32).reshape(-1, 4)
        sure = np.array([sure for _, sure in self.found], np.float32)
        kinds = np.full(len(sure), KINDS.index(Kind.CAR), np.int8)
        return [Detections(boxes, sure, kinds) for _ in images]


def test_small_and_unsure_counts_large_and_unsure_does_not() -> None:
    small, same = (10, 10, 60, 50), (300, 300, 420, 400)
    large, sure = (0, 0, 600, 500), (600, 100, 1100, 600)
    near = Sees((same, 0.4), (large, 0.12))
    far = Sees((small, 0.16), (same, 0.5), (large, 0.2), (sure, 0.6))
    image = np.zeros((720, 1280, 3), np.uint8)
    sizes = []

    def looks(size: int) -> Sees:
        sizes.append(size)
        return far

    twice = TwoScales(near, looks)
    found = twice.detect([image])[0]
    assert sorted(map(tuple, found.boxes.tolist())) == sorted([same, small, sure])
    twice.detect([image, np.zeros((1080, 1920, 3), np.uint8), image[:480, :640]])
    assert sizes == [1280], "made once; nothing is enlarged, and small pictures are seen once"
    assert len(TwoScales(near, None).detect([image])[0]) == 1
