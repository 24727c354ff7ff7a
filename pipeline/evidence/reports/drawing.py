"""Small drawings of a report, made of few shapes, which page and document set alike.

Lengths are millimetres, x to the right, y down, from the upper left corner.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Literal

Rgb = tuple[int, int, int]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    points: tuple[Point, ...]
    colour: Rgb
    width: float
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon."""

    points: tuple[Point, ...]
    colour: Rgb


@dataclass(frozen=True, slots=True)
class Circle:
    centre: Point
    radius: float
    fill: Rgb | None
    rim: Rgb
    width: float


@dataclass(frozen=True, slots=True)
class Label:
    """Text whose base line begins at, is centred on or ends at a point."""

    at: Point
    text: str
    size: float  # height of the letters' body
    colour: Rgb
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False


Shape = Line | Area | Circle | Label


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    shapes: tuple[Shape, ...]  # from the lowest to the uppermost; none juts out
    about: str  # what it shows, in words


def as_svg(drawing: Drawing) -> str:
    """The drawing as an element `svg` to stand within a page."""
    size = f'width="{_n(drawing.width)}mm" height="{_n(drawing.height)}mm"'
    box = f'viewBox="0 0 {_n(drawing.width)} {_n(drawing.height)}"'
    label = f'role="img" aria-label="{escape(drawing.about)}"'
    shapes = "".join(_svg(shape) for shape in drawing.shapes)
    return f"<svg {size} {box} {label}>{shapes}</svg>"


def _svg(shape: Shape) -> str:
    match shape:
        case Line():
            dash = ' stroke-dasharray="1.2 0.9"' if shape.dashed else ""
            return (
                f'<polyline points="{_points(shape.points)}" fill="none" '
                f'stroke="{_hex(shape.colour)}" stroke-width="{_n(shape.width)}" '
                f'stroke-linejoin="round" stroke-linecap="round"{dash}/>'
            )
        case Area():
            return f'<polygon points="{_points(shape.points)}" fill="{_hex(shape.colour)}"/>'
        case Circle():
            fill = "none" if shape.fill is None else _hex(shape.fill)
            return (
                f'<circle cx="{_n(shape.centre[0])}" cy="{_n(shape.centre[1])}" '
                f'r="{_n(shape.radius)}" fill="{fill}" stroke="{_hex(shape.rim)}" '
                f'stroke-width="{_n(shape.width)}"/>'
            )
        case Label():
            weight = ' font-weight="700"' if shape.bold else ""
            return (
                f'<text x="{_n(shape.at[0])}" y="{_n(shape.at[1])}" '
                f'font-size="{_n(shape.size)}" text-anchor="{shape.anchor}" '
                f'fill="{_hex(shape.colour)}"{weight}>{escape(shape.text)}</text>'
            )


def _points(points: tuple[Point, ...]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
