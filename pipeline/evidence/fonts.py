"""DejaVu Sans, which has every Vietnamese letter; it lies inside matplotlib's package."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from pipeline.errors import DashcamError

Style = Literal["", "B", "I", "mono"]
_FILES: dict[Style, str] = {
    "": "DejaVuSans.ttf",
    "B": "DejaVuSans-Bold.ttf",
    "I": "DejaVuSans-Oblique.ttf",
    "mono": "DejaVuSansMono.ttf",
}


@cache
def font_file(style: Style = "") -> Path:
    """The font of that style. Raises DashcamError where matplotlib was torn apart."""
    found = find_spec("matplotlib")  # the import itself would take a third of a second
    if found is not None and found.origin is not None:
        path = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / _FILES[style]
        if path.is_file():
            return path
    raise DashcamError("the font DejaVu Sans is missing; pip install --force-reinstall matplotlib")
