"""Ways to cut one line of text out of a picture, each wrong in its own way."""

from __future__ import annotations

import cv2
import numpy as np

from .base import Image, Quad
from .quads import rectify

_REDUCED_HEIGHT = 24  # pixels: half of what a recogniser wants; glare and small smears go
_DARK = 110  # a median below: light letters on a dark plate, as on blue and red ones


def widened(image: Image, quad: Quad) -> Image:
    """With room at both ends, for a character that the text detector cut off."""
    return rectify(image, quad, 0.25)


def reduced(image: Image, quad: Quad) -> Image:
    """Small, so that only what is large and plain remains."""
    line = rectify(image, quad, 0.15)
    width = max(8, round(line.shape[1] * _REDUCED_HEIGHT / line.shape[0]))
    if line.shape[0] <= _REDUCED_HEIGHT:
        return line
    return np.asarray(
        cv2.resize(line, (width, _REDUCED_HEIGHT), interpolation=cv2.INTER_AREA), np.uint8
    )


def contrasted(image: Image, quad: Quad) -> Image:
    """Grey, dark and light drawn apart, dark on light whatever the plate's colours."""
    grey = cv2.cvtColor(rectify(image, quad, 0.1), cv2.COLOR_BGR2GRAY)
    low, high = np.percentile(grey, (2, 98))
    stretched = np.clip((grey.astype(np.float32) - low) * (255.0 / max(high - low, 1.0)), 0, 255)
    if float(np.median(stretched)) < _DARK:
        stretched = 255.0 - stretched
    return np.asarray(cv2.cvtColor(stretched.astype(np.uint8), cv2.COLOR_GRAY2BGR), np.uint8)


def blurred(image: Image, quad: Quad) -> Image:
    """Softened, with room above and below: strokes broken by dirt or glare close again."""
    line = rectify(image, quad, 0.15, 0.12)
    soft = cv2.GaussianBlur(line, (0, 0), max(line.shape[0] / 36.0, 0.3))
    return np.asarray(soft, np.uint8)
