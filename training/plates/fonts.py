"""Letters to paint plates with: shapes like those of Vietnamese plates, out of free fonts.

The real letters are pressed by the police and belong to nobody's font; narrow sans-serif faces of
many foundries, stretched and thickened by chance, surround their shapes. On Debian:

    apt-get install fonts-opendin fonts-bebas-neue fonts-roboto-unhinted fonts-liberation \\
        fonts-dejavu-extra

and any other narrow faces (`.ttf`, `.otf`, `.woff`) in a folder named by `--fonts`; the
shipped reader's list is in its card.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.plates.rules import ALPHABET

HEIGHT = 96  # pixels of a capital letter in an atlas
FAMILIES = (
    "OSP-DIN", "BebasNeue-Bold", "BebasNeue-Regular", "RobotoCondensed-Bold",
    "RobotoCondensed-Medium", "LiberationSansNarrow-Bold", "DejaVuSansCondensed-Bold",
    "NimbusSansNarrow-Bold",
)  # fmt: skip
_ROOTS = (Path("/usr/share/fonts"), Path.home() / ".fonts", Path("/usr/local/share/fonts"))
_INK = (0.24, 0.62)  # share of a letter's box that is ink: neither hairlines nor blocks
_SUFFIXES = (".ttf", ".otf", ".woff")


@dataclass(frozen=True, slots=True)
class Face:
    """One font's capitals and digits: masks (HEIGHT, width), 0 to 255."""

    name: str
    glyphs: dict[str, NDArray[np.uint8]]


def faces(folder: Path | None) -> list[Face]:
    """Every usable face, sorted by name; those without a letter of the alphabet are left out."""
    files = [
        path
        for root in _ROOTS
        if root.is_dir()
        for path in root.rglob("*")
        if path.suffix in _SUFFIXES
        and path.stem.startswith(FAMILIES)
        and not path.stem.endswith(("Italic", "Oblique"))
    ]
    if folder is not None:
        files += [path for path in folder.rglob("*") if path.suffix in _SUFFIXES]
    found = {path.stem: face for path in sorted(files) if (face := _face(path)) is not None}
    return [found[name] for name in sorted(found)]


def _face(path: Path) -> Face | None:
    try:
        font = ImageFont.truetype(str(path), 2 * HEIGHT)
    except OSError:
        return None
    glyphs = {}
    for character in ALPHABET:
        shape = _ink(font, "D" if character == "Đ" else character)
        if shape is None:
            return None
        glyphs[character] = _barred(shape) if character == "Đ" else shape
    ink = float(np.mean([glyph.mean() / 255 for glyph in glyphs.values()]))
    return Face(path.stem, glyphs) if _INK[0] < ink < _INK[1] else None


def _ink(font: ImageFont.FreeTypeFont, character: str) -> NDArray[np.uint8] | None:
    left, top, right, bottom = font.getbbox(character)
    if right - left < 4 or bottom - top < HEIGHT / 2:
        return None
    canvas = Image.new("L", (int(right - left) + 8, int(bottom - top) + 8))
    ImageDraw.Draw(canvas).text((4 - left, 4 - top), character, font=font, fill=255)
    box = canvas.getbbox()
    if box is None:
        return None
    width = max(round((box[2] - box[0]) * HEIGHT / (box[3] - box[1])), 6)
    return np.asarray(canvas.crop(box).resize((width, HEIGHT), Image.Resampling.LANCZOS))


def _barred(shape: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Đ out of D: a bar through its stem, with room for it at the left."""
    bar = HEIGHT // 9
    reach = shape.shape[1] // 6
    result = np.pad(shape, ((0, 0), (reach, 0)))
    middle = HEIGHT // 2
    result[middle - bar // 2 : middle + bar // 2 + 1, : 3 * reach] = 255
    return result
