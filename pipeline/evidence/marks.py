"""What is drawn on pictures: boxes, labels, strips of text. Pictures are BGR and drawn in place."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.evidence.fonts import font_file
from pipeline.evidence.words import act, term
from pipeline.types import Incident, Track
from pipeline.wording import Language

Picture = NDArray[np.uint8]
Bgr = tuple[int, int, int]
Box = tuple[float, float, float, float]

RED: Bgr = (40, 40, 220)
AMBER: Bgr = (0, 170, 245)
WHITE: Bgr = (255, 255, 255)
BLACK: Bgr = (0, 0, 0)


def label(track: Track, incident: Incident, language: Language) -> str:
    """What stands beside a vehicle's box: its kind and the act."""
    kind = term("kinds", track.kind, language)
    return f"{kind[:1].upper()}{kind[1:]} · {act(incident.rule)[language]}"


def draw_box(image: Picture, box: Box, colour: Bgr, thickness: int, rim: bool = True) -> None:
    """An outline; with a dark rim it shows on bright and on dark."""
    corners = [round(float(value)) for value in box]
    start, end = (corners[0], corners[1]), (corners[2], corners[3])
    if rim:
        cv2.rectangle(image, start, end, BLACK, thickness + 2, cv2.LINE_AA)
    cv2.rectangle(image, start, end, colour, thickness, cv2.LINE_AA)


def draw_label(image: Picture, box: Box, text: str, colour: Bgr, size: int) -> None:
    """`text` on a plate of `colour` below the box: above a motorbike's are its riders.

    Where the picture ends below, it stands at the upper edge of the picture.
    """
    patch = text_patch(text, size, WHITE, colour, image.shape[1])
    height, width = patch.shape[:2]
    x = min(max(round(float(box[0])), 0), max(image.shape[1] - width, 0))
    y = round(float(box[3])) + 4
    paste(image, patch, x, y if y + height <= image.shape[0] else 0)


def paste(image: Picture, patch: Picture, x: int, y: int) -> None:
    """Put `patch` with its upper left corner at x, y; what juts out is cut off."""
    height, width = (
        min(a, b)
        for a, b in zip(patch.shape[:2], (image.shape[0] - y, image.shape[1] - x), strict=True)
    )
    if height > 0 and width > 0:
        image[y : y + height, x : x + width] = patch[:height, :width]


@lru_cache(maxsize=256)
def text_patch(text: str, size: int, colour: Bgr, ground: Bgr, limit: int = 0) -> Picture:
    """One line of text as a picture. `size`: of the letters, pixels; `limit`: its greatest width.

    Text that is too wide is set in smaller letters.
    """
    font = _font(size)
    left, _, right, _ = font.getbbox(text)
    if limit and size > 7 and right - left + size > limit:
        return text_patch(text, size - 1, colour, ground, limit)
    margin = max(size // 3, 2)
    width, height = int(right - left) + 2 * margin, size + 2 * margin
    image = Image.new("RGB", (width, height), ground[::-1])
    # Anchored at the middle of the line, so that texts with and without descenders align.
    ImageDraw.Draw(image).text((margin - left, height / 2), text, colour[::-1], font, anchor="lm")
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


@lru_cache(maxsize=32)
def _font(size: int) -> Any:
    return ImageFont.truetype(str(font_file("B")), size)
