"""Fronts of Vietnamese tube houses, painted: shop below, balconies and windows above."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

PIXELS_PER_M = 90
_WALLS = (
    "#d9cfae",
    "#c9d3c4",
    "#e2ddd2",
    "#cfa987",
    "#a9bdc8",
    "#d8c58e",
    "#bfc0bb",
    "#c88f7a",
    "#e6dcb8",
    "#93a8a0",
)
_SIGNS = (
    ("CÀ PHÊ SÂN VƯỜN", "#5b2f16", "#ffe9b0"),
    ("TẠP HÓA HOA MAI", "#c9151b", "#ffee55"),
    ("SỬA XE MÁY", "#14489c", "#ffffff"),
    ("NHÀ THUỐC AN TÂM", "#0b7a3c", "#ffffff"),
    ("PHỞ BÒ", "#e0a100", "#a00000"),
    ("BÁNH MÌ", "#d9480f", "#ffffff"),
    ("ĐIỆN NƯỚC", "#1d6fb8", "#fff36b"),
    ("HỚT TÓC NAM", "#202428", "#e8e8e8"),
    ("CƠM TẤM", "#b3121d", "#ffffff"),
)
_FONTS = ("DejaVuSansCondensed-Bold.ttf", "DejaVuSans-Bold.ttf")


def paint_facade(seed: int, width_m: float, floors: int, folder: Path) -> Path:
    """A PNG of one front; ground floor 3.9 m, the others 3.3 m high."""
    path = folder / f"facade_{seed}_{width_m:.1f}_{floors}.png"
    if path.exists():
        return path
    random = np.random.default_rng(seed)
    width = round(width_m * PIXELS_PER_M)
    height = round(height_of(floors) * PIXELS_PER_M)
    wall = random.choice(_WALLS)
    image = Image.new("RGB", (width, height), wall)
    draw = ImageDraw.Draw(image)
    floor_px, ground_px = round(3.3 * PIXELS_PER_M), round(3.9 * PIXELS_PER_M)
    for floor in range(floors - 1):
        bottom = height - ground_px - floor * floor_px
        _upper_floor(draw, random, width, bottom - floor_px, bottom)
    _shop(draw, random, width, height - ground_px, height)
    return _weathered(image, random, path)


def height_of(floors: int) -> float:
    return 3.9 + 3.3 * (floors - 1) + 0.8


def _upper_floor(
    draw: ImageDraw.ImageDraw, random: np.random.Generator, width: int, top: int, bottom: int
) -> None:
    frame = random.choice(("#5a3b22", "#e8e8e4", "#3c4348", "#2d5a49"))
    pane = random.choice(("#2b3840", "#39474e", "#1f2a30"))
    style = random.integers(0, 3)
    if style == 0:  # a wide window with shutters
        _window(draw, (width * 0.18, top + 80, width * 0.82, bottom - 80), frame, pane, 4)
    elif style == 1:  # a door to the balcony beside a window
        _window(draw, (width * 0.12, top + 60, width * 0.40, bottom - 12), frame, pane, 2)
        _window(draw, (width * 0.55, top + 80, width * 0.88, bottom - 95), frame, pane, 2)
    else:
        _window(draw, (width * 0.14, top + 80, width * 0.42, bottom - 85), frame, pane, 2)
        _window(draw, (width * 0.58, top + 80, width * 0.86, bottom - 85), frame, pane, 2)
    draw.rectangle((0, top, width, top + 14), fill="#efece2")
    draw.rectangle((0, top + 14, width, top + 20), fill="#8a857a")
    if random.random() < 0.5:  # an air conditioner
        x = width * random.uniform(0.42, 0.55)
        draw.rectangle(
            (x, top + 110, x + 62, top + 158), fill="#d8d8d2", outline="#777777", width=3
        )
        draw.ellipse((x + 10, top + 116, x + 46, top + 152), outline="#888888", width=3)


def _window(
    draw: ImageDraw.ImageDraw,
    box: tuple[float, float, float, float],
    frame: str,
    pane: str,
    leaves: int,
) -> None:
    left, top, right, bottom = box
    draw.rectangle((left - 9, top - 9, right + 9, bottom + 9), fill=frame)
    step = (right - left) / leaves
    for i in range(leaves):
        x = left + i * step
        draw.rectangle((x + 4, top + 3, x + step - 4, bottom - 3), fill=pane)
        draw.polygon(
            ((x + 4, top + 3), (x + step * 0.6, top + 3), (x + 4, (top + bottom) / 2)),
            fill="#5f7480",
        )


def _shop(
    draw: ImageDraw.ImageDraw, random: np.random.Generator, width: int, top: int, bottom: int
) -> None:
    text, ground, ink = _SIGNS[random.integers(0, len(_SIGNS))]
    sign = (10, top + 6, width - 10, top + 96)
    inner = (24, top + 106, width - 24, bottom)
    if random.random() < 0.45:  # a roller shutter, down
        colour = random.choice(("#7f8a90", "#6d7f70", "#8d8472", "#5d6f86"))
        draw.rectangle(inner, fill=colour)
        for y in range(int(inner[1]), bottom, 11):
            draw.line((inner[0], y, inner[2], y), fill="#4d5457", width=3)
    else:  # open: dark inside, shelves with goods, a glass counter
        draw.rectangle(inner, fill="#1b1a18")
        for row in range(3):
            y = inner[1] + 20 + row * 62
            draw.rectangle((inner[0] + 12, y + 46, inner[2] - 12, y + 52), fill="#5b4a38")
            x = inner[0] + 16
            while x < inner[2] - 34:
                w = int(random.integers(10, 26))
                h = int(random.integers(18, 42))
                tint = tuple(int(v) for v in random.integers(60, 200, 3))
                draw.rectangle((x, y + 46 - h, x + w, y + 46), fill=tint)
                x += w + 4
        draw.rectangle(
            (inner[0] + 20, bottom - 92, inner[0] + (inner[2] - inner[0]) * 0.55, bottom - 8),
            fill="#69757a",
            outline="#c8ccce",
            width=4,
        )
    draw.rectangle(sign, fill=ground, outline="#dddddd", width=3)
    size = 64
    while size > 12:
        font = _font(size)
        if draw.textlength(text, font=font) < width - 60:
            break
        size -= 2
    draw.text((width / 2, (sign[1] + sign[3]) / 2), text, font=font, fill=ink, anchor="mm")


def _weathered(image: Image.Image, random: np.random.Generator, path: Path) -> Path:
    """Rain marks and dirt: noise that is long downwards."""
    width, height = image.size
    streaks = Image.fromarray(
        (random.random((height // 24 + 1, width // 3 + 1)) * 255).astype(np.uint8)
    )
    streaks = streaks.resize((width, height), Image.Resampling.BICUBIC).filter(
        ImageFilter.GaussianBlur(3)
    )
    shade = 0.80 + 0.25 * np.asarray(streaks, float)[..., None] / 255
    pixels = np.clip(
        np.asarray(image, float) * shade + random.normal(0, 3, (height, width, 1)), 0, 255
    )
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
