"""The closer look at trucks: when it looks, what it measures, and what the network tells."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.closeups import cargo
from pipeline.closeups.cargo import CargoLooks, measured, picture
from pipeline.types import KINDS, Detections, Frame, Kind

# Drawn by training/cargo from a seed that the network never saw: 5 rows of 8 crops, their parts,
# and what each holds (closed, covered, sunk, heaped, goods).
DRAWN = Path(__file__).with_name("trucks.jpg")
PARTS = Path(__file__).with_name("trucks_parts.png")
HELD = "4303320201011023131020012413011312141121"


def frame(time_s: float, size: tuple[int, int] = (720, 1280)) -> Frame:
    return Frame(np.full((*size, 3), 90, np.uint8), round(time_s * 5), time_s, 0, time_s)


def seen(*boxes: tuple[float, float, float, float], kind: Kind = Kind.TRUCK) -> Detections:
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(len(boxes), 0.8, np.float32),
        np.full(len(boxes), KINDS.index(kind), np.int8),
    )


def ids(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def test_it_looks_twice_a_second_and_then_only_at_what_has_grown() -> None:
    looks = CargoLooks()
    still = seen((300, 200, 500, 400))
    told = [bool(looks.look(frame(i / 5), still, ids(4))) for i in range(60)]
    assert [i for i, value in enumerate(told) if value] == [0, 3, 6, 9, 12, 15]
    assert not looks.look(frame(13), seen((300, 200, 510, 410)), ids(4))
    assert looks.look(frame(14), seen((300, 200, 530, 430)), ids(4))


@pytest.mark.parametrize(
    "boxes",
    [
        (300, 200, 360, 260),  # 60 px high
        (0, 200, 200, 400),  # cut by the picture's edge
        (300, 520, 500, 720),
    ],
)
def test_it_does_not_look_at_small_or_cut_trucks(boxes: tuple[float, ...]) -> None:
    x1, y1, x2, y2 = boxes
    assert not CargoLooks().look(frame(0), seen((x1, y1, x2, y2)), ids(4))


def test_it_looks_at_tracked_trucks_alone() -> None:
    box = (300.0, 200.0, 500.0, 400.0)
    assert not CargoLooks().look(frame(0), seen(box, kind=Kind.BUS), ids(4))
    assert not CargoLooks().look(frame(0), seen(box), ids(-1))
    assert not CargoLooks().look(frame(0), seen(), ids())


def test_it_does_not_look_at_a_truck_behind_a_nearer_one() -> None:
    both = seen((300, 200, 500, 400), (380, 220, 640, 520))
    values = CargoLooks().look(frame(0), both, ids(1, 2))["heaped"]
    assert np.isnan(values[0]) and np.isfinite(values[1])


def test_two_largest_of_a_frame() -> None:
    boxes = [(20 + 300 * i, 100, 220 + 300 * i, 200 + 40 * i) for i in range(4)]
    values = CargoLooks().look(frame(0), seen(*boxes), ids(1, 2, 3, 4))["heaped"]
    assert np.isfinite(values).tolist() == [False, False, True, True]


def test_parts_become_shares_of_the_box() -> None:
    parts = np.zeros((96, 128), np.intp)  # rows 5.14 to 90.86 are the box
    parts[10:80, 90:120] = cargo.CAB
    parts[25:60, 10:88] = cargo.BODY
    parts[15:25, 20:80] = cargo.LOAD
    cv2.circle(wheel := np.zeros((96, 128), np.uint8), (30, 80), 10, 1, -1)
    parts[wheel > 0] = cargo.WHEEL
    logits = np.array([0, 0, 0, 5.0, 0], np.float32), np.array([0, 0, 4.0, 0], np.float32)
    # A pixel of the crop is 2.24 by 2.24 of the picture's.
    found = measured(parts, *logits, np.array([256.0, 192.0]))
    share = lambda row: row / 96 * 1.12 - 0.06  # noqa: E731
    assert found["cab_top"] == pytest.approx(share(10))
    assert found["body_top"] == pytest.approx(share(25))
    assert found["body_bottom"] == pytest.approx(share(60))
    assert found["load_top"] == pytest.approx(share(15))
    assert found["wheel_px"] == pytest.approx(21 * 2.24, abs=2.3)
    assert found["heaped"] > 0.95 and found["open_bed"] > 0.95 and found["covered"] < 0.02
    assert found["seen_aside"] > 0.9
    assert found["load_share"] == pytest.approx(600 / (parts > 0).sum())
    assert found["cover_share"] == 0


def test_what_is_not_there_has_no_value() -> None:
    found = measured(
        np.zeros((96, 128), np.intp), np.zeros(5, np.float32), np.zeros(4, np.float32), np.ones(2)
    )
    assert set(found) == {
        "heaped",
        "covered",
        "open_bed",
        "seen_aside",
        "seen_behind",
        "load_share",
        "cover_share",
    }


def test_the_network_tells_drawn_trucks_that_it_never_saw() -> None:
    drawn = np.asarray(cv2.imread(str(DRAWN)), np.uint8)
    exact = cv2.imread(str(PARTS), cv2.IMREAD_GRAYSCALE)
    network = CargoLooks()._network
    right = heaps = false = 0
    common, either = np.zeros(7), np.zeros(7)
    for index, held in enumerate(HELD):
        y, x = index // 8 * 96, index % 8 * 128
        crop = drawn[y : y + 96, x : x + 128].transpose(2, 0, 1)[None].astype(np.float32)
        parts, cargoes, view = (found[0] for found in network(crop))
        told, true = parts.argmax(axis=0), exact[y : y + 96, x : x + 128]
        for part in range(7):
            common[part] += ((told == part) & (true == part)).sum()
            either[part] += ((told == part) | (true == part)).sum()
        right += int(cargoes.argmax()) == int(held)
        sure = measured(told, cargoes, view, np.array([114.0, 86.0]))["heaped"] >= 0.7
        heaps += sure and held == "3"
        false += sure and held != "3"
    share = common / either
    assert right >= 22, right
    assert heaps >= 2 and false <= 2, (heaps, false)
    assert share[cargo.BODY] > 0.65 and share[cargo.CAB] > 0.6, share.round(2)


def test_a_crop_at_the_edge_of_the_picture_is_drawn_out() -> None:
    image = np.zeros((100, 200, 3), np.uint8)
    image[:, :100] = 200
    crop = picture(image, np.array([0.0, 10.0, 100.0, 90.0]))
    assert crop.shape == (96, 128, 3)
    assert (crop[:, :100] == 200).all()
