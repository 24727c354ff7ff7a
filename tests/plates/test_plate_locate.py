"""From lines and rectangles to places worth a second look."""

from __future__ import annotations

import numpy as np

from pipeline.plates.base import Image, TextLine
from pipeline.plates.locate import places, stacking_cost
from pipeline.plates.quads import Strip, overlap, rectify
from pipeline.plates.shapes import plate_shapes

NOTHING = np.zeros((720, 1280, 3), np.uint8)


def line(text: str, x: float, y: float, width: float, height: float, tilt: float = 0.0) -> TextLine:
    turn = np.radians(tilt)
    along = np.array([np.cos(turn), np.sin(turn)])
    down = np.array([-along[1], along[0]])
    strip = Strip(np.array([x, y], float), along, down, width, height)
    return TextLine(text, 0.99, strip.moved(0.0, width))


def texts(lines: list[TextLine], image: Image = NOTHING) -> list[list[str | None]]:
    return [[one and one.text for one in place.lines] for place in places(lines, image)]


def test_two_stacked_lines_are_one_plate() -> None:
    upper, lower = line("75-H1", 300, 300, 90, 44), line("357.92", 300, 340, 110, 44)
    assert texts([lower, upper]) == [["75-H1", "357.92"]]


def test_tilted_lines_are_joined_across_their_tilt() -> None:
    upper, lower = line("84-B1", 300, 300, 90, 44, -9), line("362.17", 306, 339, 110, 44, -8)
    assert texts([upper, lower])[0] == ["84-B1", "362.17"]


def test_plates_side_by_side_are_never_merged() -> None:
    found = texts(
        [
            line("66-P1", 300, 300, 90, 44),
            line("895.75", 300, 340, 110, 44),
            line("84-B1", 440, 300, 90, 44),
            line("362.17", 440, 340, 110, 44),
        ]
    )
    assert len(found) == 2
    assert ["66-P1", "895.75"] in found
    assert ["84-B1", "362.17"] in found


def test_lines_of_different_size_or_tilt_are_not_one_plate() -> None:
    upper = Strip.of(line("75-H1", 300, 300, 90, 44).quad)
    good = stacking_cost(upper, Strip.of(line("357.92", 300, 340, 110, 44).quad))
    for other in (
        line("357.92", 300, 325, 40, 15),
        line("357.92", 300, 340, 110, 44, 25),
        line("357.92", 300, 440, 110, 44),
        line("357.92", 390, 340, 110, 44),
    ):
        assert stacking_cost(upper, Strip.of(other.quad)) > good + 4


def test_a_lost_digit_moves_the_lower_line_and_costs() -> None:
    upper = Strip.of(line("66-P1", 300, 300, 90, 44).quad)
    whole = stacking_cost(upper, Strip.of(line("895.75", 300, 340, 110, 44).quad))
    cut = stacking_cost(upper, Strip.of(line("95.75", 315, 340, 88, 44).quad))
    assert cut > whole + 0.4


def test_a_line_plate_stands_alone_and_badges_do_not_stand_at_all() -> None:
    found = texts(
        [
            line("51G-971.62", 600, 500, 200, 44),
            line("KIA", 600, 300, 60, 30),
            line("BABY", 900, 200, 60, 20),
            line("16/09/2016 06:59:56", 1000, 700, 260, 20),
        ]
    )
    assert found[0] == ["51G-971.62"]
    assert not any("KIA" in place or "BABY" in place for place in found)


def test_half_a_plate_gets_the_strip_of_its_other_half() -> None:
    (place,) = places([line("357.92", 300, 340, 110, 44)], NOTHING)
    assert place.lines[0] is None
    assert place.quads[0].mean(axis=0)[1] < 310 < place.quads[1].mean(axis=0)[1]
    (place,) = places([line("75-H1", 300, 300, 90, 44)], NOTHING)
    assert place.lines[1] is None


def test_bright_rectangles_of_a_plates_shape_are_looked_into() -> None:
    image = np.full((720, 1280, 3), 40, np.uint8)
    image[300:400, 500:640] = 220  # two lines
    image[500:545, 800:1000] = 220  # one line
    image[100:110, 100:1000] = 220  # a stripe
    found = plate_shapes(image)
    assert sorted(len(quads) for quads in found) == [1, 2]
    two = next(quads for quads in found if len(quads) == 2)
    assert np.allclose(np.concatenate(two).mean(axis=0), [570, 350], atol=4)


def test_a_strip_is_cut_upright() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    quad = line("x", 150, 100, 120, 30, 20).quad
    image[:] = 50
    flat = rectify(image, quad, margin=0.5)
    assert flat.shape == (30, 150, 3)
    assert int(flat.min()) == int(flat.max()) == 50


def test_overlap_is_a_share_of_the_smaller_box() -> None:
    assert overlap((0, 0, 10, 10), (0, 0, 5, 5)) == 1.0
    assert overlap((0, 0, 10, 10), (20, 0, 30, 10)) == 0.0
