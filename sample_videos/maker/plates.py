"""Number plates as Vietnam paints them (Circular 79/2024: sizes, layouts), with invented numbers.

Car, long: 520 x 110 mm, one line. Car, short: 330 x 165 mm, two lines. Motorbike: 190 x 140 mm, two
lines. Private vehicles: black on white; blue with white letters is the State's, yellow with black
letters is a business's.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZES_M = {"car_long": (0.52, 0.11), "car_short": (0.33, 0.165), "motorbike": (0.19, 0.14)}
_COLOURS = {
    "white": ("#f2f2ee", "#101010"),
    "yellow": ("#f0b400", "#101010"),
    "blue": ("#1546a0", "#f4f4f4"),
}
_FONTS = (  # narrow bold faces near the plates' own; the first that the machine has
    "LiberationSansNarrow-Bold.ttf",
    "DejaVuSansCondensed-Bold.ttf",
    "DejaVuSans-Bold.ttf",
)
_PIXELS_PER_M = 1600


def lines_of(text: str, layout: str) -> tuple[str, ...]:
    """`51F-123.45` on one line or two; a motorbike's `59-X1 234.56` breaks at the space."""
    if layout == "car_long":
        return (text,)
    for mark in (" ", "-"):
        if mark in text:
            first, second = text.split(mark, 1)
            return first, second
    return (text,)


def paint_plate(text: str, layout: str, ground: str, folder: Path) -> Path:
    """A PNG of the plate; the same plate is painted once."""
    path = folder / f"plate_{layout}_{ground}_{''.join(c for c in text if c.isalnum())}.png"
    if path.exists():
        return path
    paper, ink = _COLOURS[ground]
    width, height = (round(side * _PIXELS_PER_M) for side in SIZES_M[layout])
    image = Image.new("RGB", (width, height), paper)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((5, 5, width - 6, height - 6), radius=14, outline=ink, width=4)
    lines = lines_of(text, layout)
    room = (height - 26) / len(lines)
    for row, line in enumerate(lines):
        word = _word(line, ink, paper)
        tall = room * 0.88
        wide = min(width - 44, word.width * tall / word.height * 0.98)
        word = word.resize((round(wide), round(tall)), Image.Resampling.LANCZOS)
        image.paste(word, (round((width - wide) / 2), round(13 + room * row + (room - tall) / 2)))
    image.save(path)
    return path


def _word(text: str, ink: str, paper: str) -> Image.Image:
    font = _font(200)
    left, top, right, bottom = font.getbbox(text)
    # the heavy cut of the face keeps the strokes as thick as a plate's
    image = Image.new("RGB", (round(right - left) + 8, round(bottom - top) + 8), paper)
    ImageDraw.Draw(image).text(
        (4 - left, 4 - top), text, font=font, fill=ink, stroke_width=2, stroke_fill=ink
    )
    return image


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
