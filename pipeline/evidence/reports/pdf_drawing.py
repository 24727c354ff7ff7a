"""A drawing set into a document as vectors."""

from __future__ import annotations

from fpdf import FPDF
from fpdf.enums import RenderStyle

from pipeline.evidence.reports.drawing import Area, Circle, Drawing, Label, Line, Shape

_POINTS_A_MM = 72 / 25.4


def set_drawing(page: FPDF, drawing: Drawing, x: float, y: float, font: str) -> None:
    """Draw on the current page with the upper left corner at x, y (mm); `font` for its text."""
    for shape in drawing.shapes:
        _set(page, shape, x, y, font)
    page.set_line_width(0.2)


def _set(page: FPDF, shape: Shape, x: float, y: float, font: str) -> None:
    match shape:
        case Line():
            page.set_draw_color(*shape.colour)
            page.set_line_width(shape.width)
            if shape.dashed:
                page.set_dash_pattern(dash=1.2, gap=0.9)
            page.polyline([(x + px, y + py) for px, py in shape.points])
            page.set_dash_pattern()
        case Area():
            page.set_fill_color(*shape.colour)
            page.polygon([(x + px, y + py) for px, py in shape.points], style=RenderStyle.F)
        case Circle():
            page.set_draw_color(*shape.rim)
            page.set_line_width(shape.width)
            style = RenderStyle.D
            if shape.fill is not None:
                page.set_fill_color(*shape.fill)
                style = RenderStyle.DF
            page.circle(x + shape.centre[0], y + shape.centre[1], shape.radius, style)
        case Label():
            page.set_font(font, "B" if shape.bold else "", shape.size * _POINTS_A_MM)
            page.set_text_color(*shape.colour)
            width = page.get_string_width(shape.text)
            back = {"start": 0.0, "middle": width / 2, "end": width}[shape.anchor]
            page.text(x + shape.at[0] - back, y + shape.at[1], shape.text)
