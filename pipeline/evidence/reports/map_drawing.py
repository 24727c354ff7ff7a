"""A small map of the act, drawn from the package's own points: nothing is fetched for it.

The camera's way within the clip, the part of it that the act took, where the act began with the
circle of its uncertainty, the heading, a scale and north. The globe is taken as flat around the
place (equirectangular), which over a kilometre is right to a centimetre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, floor, hypot, log10, radians, sin

from pipeline.evidence.incident import Place, Position, When
from pipeline.evidence.reports.drawing import Area, Circle, Drawing, Label, Line, Point, Rgb, Shape
from pipeline.evidence.words import number, term
from pipeline.wording import Language

_METRES_A_DEGREE = 111_195.0  # of latitude, on a sphere of 6371 km
_MARGIN = 7.0  # mm, as all lengths of the drawing
_LEAST_M = 60.0  # across: nearer, a receiver's noise would look like a way
_SAME_M = 0.3  # points nearer to the one before are not drawn
_ARROW = 9.0
_PAPER: Rgb = (246, 247, 249)
_GRID: Rgb = (225, 229, 235)
_FRAME: Rgb = (170, 180, 192)
_WAY: Rgb = (110, 124, 142)
_ACT: Rgb = (200, 30, 30)
_BLUE: Rgb = (31, 58, 95)
_INK: Rgb = (26, 26, 26)
_WHITE: Rgb = (255, 255, 255)
_DOUBT: Rgb = (250, 226, 222)

_Key = tuple[int, float]


def online_map(place: Place) -> str:
    """The address of a map of the place; whoever opens it tells that server of the place."""
    where = f"{place.at_start.latitude:.6f}", f"{place.at_start.longitude:.6f}"
    return (
        f"https://www.openstreetmap.org/?mlat={where[0]}&mlon={where[1]}"
        f"#map=18/{where[0]}/{where[1]}"
    )


def draw_map(
    place: Place, when: When, language: Language, width: float = 84.0, height: float = 54.0
) -> Drawing:
    """The map in a frame of `width` by `height` millimetres, north up."""
    way = [_metres(place, point) for point in place.points]
    act = _during(place, when)
    sheet = _Fit.of([(0.0, 0.0), *way], place.at_start.uncertainty_m or 0.0, width, height)
    bar_m = _round_length(sheet.metres(width) / 3.2)
    shapes: list[Shape] = [Area(_box(width, height), _PAPER), *_grid(sheet, bar_m)]
    here = sheet.at((0.0, 0.0))
    if place.at_start.uncertainty_m:
        radius = place.at_start.uncertainty_m / sheet.metres_a_mm
        shapes.append(Circle(here, radius, _DOUBT, _ACT, 0.2))
    shapes += _lines(sheet, way, _WAY, 0.9)
    shapes += _lines(sheet, act, _ACT, 1.3)
    if place.at_start.heading_deg is not None:
        shapes += _arrow(here, place.at_start.heading_deg)
    shapes.append(Circle(here, 1.5, _ACT, _WHITE, 0.5))
    shapes += _scale(sheet, bar_m, language)
    shapes += _north(width, language)
    shapes.append(Line((*_box(width, height), (0.0, 0.0)), _FRAME, 0.3))
    return Drawing(width, height, tuple(shapes), term("report", "map_about", language))


@dataclass(frozen=True, slots=True)
class _Fit:
    """From metres (east, north of the act's start) to the drawing."""

    middle: Point
    metres_a_mm: float
    width: float
    height: float

    @classmethod
    def of(cls, points: Sequence[Point], around_m: float, width: float, height: float) -> _Fit:
        """Whatever there is fits, the circle of `around_m` about the first point, too."""
        easts = [point[0] for point in points] + [-around_m, around_m]
        norths = [point[1] for point in points] + [-around_m, around_m]
        middle = (min(easts) + max(easts)) / 2, (min(norths) + max(norths)) / 2
        scale = max(
            (max(easts) - min(easts)) / (width - 2 * _MARGIN),
            (max(norths) - min(norths)) / (height - 2 * _MARGIN),
            _LEAST_M / (width - 2 * _MARGIN),
        )
        return cls(middle, scale, width, height)

    def at(self, metres: Point) -> Point:
        return (
            self.width / 2 + (metres[0] - self.middle[0]) / self.metres_a_mm,
            self.height / 2 - (metres[1] - self.middle[1]) / self.metres_a_mm,
        )

    def metres(self, length: float) -> float:
        return length * self.metres_a_mm


def _metres(place: Place, point: Position) -> Point:
    """East and north of where the act began."""
    here = place.at_start
    shrink = cos(radians((here.latitude + point.latitude) / 2))
    turn = (point.longitude - here.longitude + 180.0) % 360.0 - 180.0  # over the date line, too
    return turn * _METRES_A_DEGREE * shrink, (point.latitude - here.latitude) * _METRES_A_DEGREE


def _during(place: Place, when: When) -> list[Point]:
    """The way from where the act began to where it ended, as far as there are points."""
    start: _Key = (when.start.original, when.start.file_time_s)
    end: _Key = (when.end.original, when.end.file_time_s)
    inside = [
        _metres(place, point)
        for point in place.points
        if start <= (point.original, point.file_time_s) <= end
    ]
    return [(0.0, 0.0), *inside] if inside else []


def _lines(sheet: _Fit, way: Sequence[Point], colour: Rgb, width: float) -> list[Shape]:
    kept: list[Point] = []
    for point in way:
        if not kept or hypot(point[0] - kept[-1][0], point[1] - kept[-1][1]) >= _SAME_M:
            kept.append(point)
    if len(kept) < 2:
        return []
    return [Line(tuple(sheet.at(point) for point in kept), colour, width)]


def _grid(sheet: _Fit, step_m: float) -> list[Shape]:
    """Squares as wide as the scale, counted from where the act began."""
    step, (x, y) = step_m / sheet.metres_a_mm, sheet.at((0.0, 0.0))
    lines: list[Shape] = []
    for count in range(-floor(x / step), floor((sheet.width - x) / step) + 1):
        at = x + count * step
        lines.append(Line(((at, 0.0), (at, sheet.height)), _GRID, 0.15))
    for count in range(-floor(y / step), floor((sheet.height - y) / step) + 1):
        at = y + count * step
        lines.append(Line(((0.0, at), (sheet.width, at)), _GRID, 0.15))
    return lines


def _arrow(here: Point, heading_deg: float) -> list[Shape]:
    """From the mark outwards, where the camera's vehicle was going."""
    ahead = sin(radians(heading_deg)), -cos(radians(heading_deg))
    aside = -ahead[1], ahead[0]

    def at(along: float, across: float) -> Point:
        return (
            here[0] + along * ahead[0] + across * aside[0],
            here[1] + along * ahead[1] + across * aside[1],
        )

    head = (at(_ARROW, 0), at(_ARROW - 3.4, 1.7), at(_ARROW - 2.6, 0), at(_ARROW - 3.4, -1.7))
    return [Line((here, at(_ARROW - 2.8, 0)), _BLUE, 0.7), Area(head, _BLUE)]


def _scale(sheet: _Fit, bar_m: float, language: Language) -> list[Shape]:
    left, y, length = 3.0, sheet.height - 3.0, bar_m / sheet.metres_a_mm
    text = (
        f"{number(bar_m, language)} m" if bar_m < 1000 else f"{number(bar_m / 1000, language)} km"
    )
    ground = ((1.5, y - 5.2), (left + length + 1.5, y - 5.2))
    under = ((left + length + 1.5, y + 1.8), (1.5, y + 1.8))
    return [
        Area((*ground, *under), _PAPER),
        Line(((left, y - 1.2), (left, y), (left + length, y), (left + length, y - 1.2)), _INK, 0.4),
        Label((left + length / 2, y - 1.6), text, 2.8, _INK, "middle"),
    ]


def _north(width: float, language: Language) -> list[Shape]:
    x, top = width - 6.0, 6.2
    arrow = ((x, top), (x + 1.9, top + 6.0), (x, top + 4.6), (x - 1.9, top + 6.0))
    text = term("report", "north", language)
    return [Area(arrow, _INK), Label((x, top - 1.2), text, 3.2, _INK, "middle", bold=True)]


def _round_length(most_m: float) -> float:
    """The longest of 1, 2, 5, 10, 20, 50 … metres that is not over `most_m`."""
    power = 10.0 ** floor(log10(most_m))
    return max(factor * power for factor in (1, 2, 5) if factor * power <= most_m * 1.000001)


def _box(width: float, height: float) -> tuple[Point, Point, Point, Point]:
    return (0.0, 0.0), (width, 0.0), (width, height), (0.0, height)
