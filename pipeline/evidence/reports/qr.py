"""A QR code (ISO/IEC 18004) as a drawing."""

from __future__ import annotations

from itertools import groupby

import segno

from pipeline.evidence.reports.drawing import Area, Drawing, Rgb

_BLACK: Rgb = (0, 0, 0)
_OVERLAP = 1.03  # of rows, so that no bright hair shows between them
_QUIET = 4  # modules of white around, as the standard wants


def qr_code(text: str, size: float, about: str) -> Drawing:
    """`text` in a square of `size` mm, read even where 15 % of it are soiled (level M)."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    module = size / (len(rows) + 2 * _QUIET)
    shapes = []
    for number, row in enumerate(rows):
        top, at = (number + _QUIET) * module, _QUIET
        for is_dark, run in groupby(row):
            length = len(list(run))
            if is_dark:
                left, right = at * module, (at + length) * module
                bottom = top + module * _OVERLAP
                corners = ((left, top), (right, top), (right, bottom), (left, bottom))
                shapes.append(Area(corners, _BLACK))
            at += length
    return Drawing(size, size, tuple(shapes), about)
