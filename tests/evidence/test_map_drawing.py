"""The map: true to scale, north up, and nothing on it that was not measured."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from pipeline.evidence.incident import Here, Moment, Place, Position, When
from pipeline.evidence.reports.drawing import Area, Circle, Drawing, Label, Line, as_svg
from pipeline.evidence.reports.map_drawing import draw_map, online_map
from pipeline.evidence.reports.place_rows import compass_point

METRES_A_DEGREE = 111_195.0
RED, GREY, BLUE = (200, 30, 30), (110, 124, 142), (31, 58, 95)


def when(start_s: float = 4.0, end_s: float = 6.0) -> When:
    moments = [Moment(original=0, file_time_s=time_s, time=None) for time_s in (start_s, end_s)]
    return When(
        start=moments[0],
        end=moments[1],
        source=None,
        uncertainty_s=None,
        warnings=(),
        candidates=(),
    )


def place(
    east_mps: float,
    north_mps: float,
    heading_deg: float | None,
    uncertainty_m: float | None = 5.0,
    count: int = 11,
) -> Place:
    """Driven evenly for ten seconds; the act begins at second 4."""

    def at(time_s: float) -> dict[str, float | int | None]:
        shrink = np.cos(np.radians(21.0))
        return {
            "original": 0,
            "file_time_s": time_s,
            "latitude": 21.0 + north_mps * (time_s - 4) / METRES_A_DEGREE,
            "longitude": 105.8 + east_mps * (time_s - 4) / METRES_A_DEGREE / shrink,
            "speed_mps": None,
        }

    return Place.model_validate(
        {
            "source": "gpmf",
            "at_start": Here.model_validate(
                {**at(4.0), "heading_deg": heading_deg, "uncertainty_m": uncertainty_m}
            ),
            "points": [Position.model_validate(at(float(time))) for time in range(count)],
        }
    )


def line(drawing: Drawing, colour: tuple[int, int, int]) -> Line:
    return next(one for one in drawing.shapes if isinstance(one, Line) and one.colour == colour)


def mark(drawing: Drawing) -> Circle:
    return [one for one in drawing.shapes if isinstance(one, Circle)][-1]


def test_north_is_up_and_east_is_right() -> None:
    drawing = draw_map(place(0, 15, 0.0), when(), "vi")
    way = line(drawing, GREY).points
    assert way[-1][1] < way[0][1] and way[-1][0] == pytest.approx(way[0][0])
    drawing = draw_map(place(15, 0, 90.0), when(), "vi")
    way = line(drawing, GREY).points
    assert way[-1][0] > way[0][0] and way[-1][1] == pytest.approx(way[0][1], abs=0.01)


def test_the_scale_is_true() -> None:
    drawing = draw_map(place(9, 12, 36.9), when(), "en")
    way = line(drawing, GREY).points
    length_mm = np.hypot(way[-1][0] - way[0][0], way[-1][1] - way[0][1])
    bar = next(
        one for one in drawing.shapes if isinstance(one, Line) and one.colour == (26, 26, 26)
    )
    bar_mm = bar.points[2][0] - bar.points[1][0]
    text = next(one.text for one in drawing.shapes if isinstance(one, Label) and "m" in one.text)
    metres_a_mm = float(text.removesuffix(" m")) / bar_mm
    assert length_mm * metres_a_mm == pytest.approx(150.0, rel=0.005), "15 m/s for ten seconds"
    circle = next(one for one in drawing.shapes if isinstance(one, Circle))
    assert circle.radius * metres_a_mm == pytest.approx(5.0, rel=0.005)


def test_the_act_is_red_from_where_it_began() -> None:
    drawing = draw_map(place(10, 0, 90.0), when(4, 6), "vi")
    act, way = line(drawing, RED).points, line(drawing, GREY).points
    assert act[0] == pytest.approx(mark(drawing).centre)
    whole = way[-1][0] - way[0][0]
    assert act[-1][0] - act[0][0] == pytest.approx(whole * 0.2, rel=0.01)


def test_the_arrow_points_where_it_went() -> None:
    drawing = draw_map(place(-7, -7, 225.0), when(), "vi")
    head = next(one for one in drawing.shapes if isinstance(one, Area) and one.colour == BLUE)
    tip, here = head.points[0], mark(drawing).centre
    assert tip[0] < here[0] and tip[1] > here[1], "to the lower left"
    still = draw_map(place(0, 0, None), when(), "vi")
    assert not any(isinstance(one, Area) and one.colour == BLUE for one in still.shapes)


@pytest.mark.parametrize("speed", [0.0, 0.01, 1.0, 30.0, 3000.0])
@pytest.mark.parametrize("uncertainty", [None, 5.0, 150.0, 1200.0])
def test_nothing_juts_out(speed: float, uncertainty: float | None) -> None:
    drawing = draw_map(place(speed, speed / 3, None, uncertainty), when(), "en")
    for shape in drawing.shapes:
        match shape:
            case Line() | Area():
                points = shape.points
            case Circle():
                (x, y), r = shape.centre, shape.radius
                points = ((x - r, y - r), (x + r, y + r))
            case Label():
                points = (shape.at,)
        for x, y in points:
            assert -0.01 <= x <= drawing.width + 0.01 and -0.01 <= y <= drawing.height + 0.01


def test_one_point_is_a_dot_in_its_circle() -> None:
    alone = place(0, 0, None, 30.0, count=0)
    drawing = draw_map(alone, when(), "vi")
    assert len([one for one in drawing.shapes if isinstance(one, Circle)]) == 2
    assert not any(isinstance(one, Line) and one.colour in (RED, GREY) for one in drawing.shapes)
    unsure = draw_map(place(0, 0, None, None, count=0), when(), "vi")
    assert len([one for one in unsure.shapes if isinstance(one, Circle)]) == 1


def test_over_the_date_line() -> None:
    there = place(10, 0, 90.0)
    turned = there.model_copy(
        update={
            "at_start": there.at_start.model_copy(update={"longitude": 179.9999}),
            "points": tuple(
                point.model_copy(
                    update={
                        "longitude": (point.longitude - 105.8 + 179.9999 + 180.0) % 360.0 - 180.0
                    }
                )
                for point in there.points
            ),
        }
    )
    here, plain = draw_map(turned, when(), "en"), draw_map(there, when(), "en")
    assert np.allclose(line(here, GREY).points, line(plain, GREY).points, atol=1e-3)


def test_as_svg_it_is_sound_and_escaped() -> None:
    drawing = Drawing(10, 10, (Label((1, 2), 'a<b & "c"', 3, (0, 0, 0)),), 'x" y<z')
    root = ElementTree.fromstring(as_svg(drawing))
    assert root[0].text == 'a<b & "c"' and root.get("aria-label") == 'x" y<z'
    text = as_svg(draw_map(place(9, 12, 36.9), when(), "vi"))
    ElementTree.fromstring(text)
    assert "http" not in text and "href" not in text
    assert re.search(r">B</text>", text), "bắc"


def test_the_link_leads_there() -> None:
    assert online_map(place(1, 1, None)) == (
        "https://www.openstreetmap.org/?mlat=21.000000&mlon=105.800000#map=18/21.000000/105.800000"
    )


@pytest.mark.parametrize(
    "heading, vietnamese, english",
    [(0, "bắc", "north"), (359.9, "bắc", "north"), (47, "đông bắc", "north-east"),
     (180, "nam", "south"), (248, "tây", "west"), (247, "tây nam", "south-west")],
)  # fmt: skip
def test_the_compass(heading: float, vietnamese: str, english: str) -> None:
    assert compass_point(heading, "vi") == vietnamese
    assert compass_point(heading, "en") == english
