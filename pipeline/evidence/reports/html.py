"""The report as a page; its pictures lie beside it in the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from pipeline.evidence.reports.drawing import as_svg
from pipeline.evidence.reports.sheet import Sheet


def write_html(sheet: Sheet, path: Path) -> None:
    """Write the page to `path`, in the folder that `Picture.path` counts from. Raises OSError."""
    path.write_text(_template().render(sheet=sheet), encoding="utf-8")


@cache
def _template() -> Template:
    folder = Path(__file__).with_name("templates")
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["svg"] = lambda drawing: Markup(as_svg(drawing))  # escaped there
    return environment.get_template("report.html.j2")
