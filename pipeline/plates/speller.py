"""The shipped plate reader: a rectified plate in, symbols with their probabilities out.

It is made by `training/plates`; `models/plate_reader.md` says what it can do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.vision.onnx_model import OnnxModel

from .base import Image, Quad
from .rules import ALPHABET
from .symbols import BREAK, COLOURS, END, HEIGHT_PX, MARGIN, SLOTS, WIDTH_PX

_BATCH = 16
_SHRUNK = 1.6  # pixels of the picture to one of the view, from which it has to be averaged


@dataclass(frozen=True, slots=True)
class Spelling:
    """What one look at a plate says: log probabilities (SLOTS, SYMBOLS), and those of COLOURS."""

    slots: NDArray[np.float64]
    colours: NDArray[np.float64]

    @property
    def colour(self) -> tuple[str, float]:
        """The ground's likeliest colour and its probability."""
        best = int(self.colours.argmax())
        return COLOURS[best], float(np.exp(self.colours[best]))

    @property
    def lines(self) -> tuple[str, ...]:
        """The likeliest symbol of each slot, as lines of text."""
        rows = [""]
        for symbol in self.slots.argmax(axis=1):
            if symbol == END:
                break
            if symbol == BREAK:
                rows.append("")
            else:
                rows[-1] += ALPHABET[symbol]
        return tuple(row for row in rows if row)

    def structures(self, least: float = 0.01) -> list[tuple[tuple[int, ...], float]]:
        """How many characters its lines have, with log probabilities, the likeliest first.

        A structure with n characters and a break is as likely as its break, its end and its
        characters are, each in its slot, whatever characters they are.
        """
        broken, ended = self.slots[:, BREAK], self.slots[:, END]
        letter = np.log(np.maximum(1 - np.exp(broken) - np.exp(ended), 1e-12))
        before = np.concatenate([[0.0], np.cumsum(letter)])
        found: list[tuple[tuple[int, ...], float]] = []
        for end in range(4, SLOTS + 1):
            last = ended[end] if end < SLOTS else 0.0  # the longest fill every slot
            found.append(((end,), float(before[end] + last)))
            for at in range(2, end - 1):
                inside = before[at] + before[end] - before[at + 1]
                found.append(((at, end - at - 1), float(inside + broken[at] + last)))
        found.sort(key=lambda one: -one[1])
        return [one for one in found[:4] if one[1] > np.log(least)]

    def costs(self, structure: tuple[int, ...]) -> list[NDArray[np.float64]]:
        """For each line, -log P(character | a character stands there) (N, len(ALPHABET))."""
        rows, at = [], 0
        for length in structure:
            part = self.slots[at : at + length, :BREAK]
            total = np.log(np.exp(part).sum(axis=1, keepdims=True))
            rows.append(-(part - total))
            at += length + 1  # the break
        return rows


class Speller:
    """Reads plates whose corners are known. Raises ModelError."""

    def __init__(self, threads: int = 1) -> None:
        self._model = OnnxModel("plate_reader", threads)
        self.weights = self._model.weights

    def spell(self, views: Sequence[Image]) -> list[Spelling]:
        """One spelling for each view (`view_of`)."""
        found: list[Spelling] = []
        for start in range(0, len(views), _BATCH):
            batch = np.stack([view.transpose(2, 0, 1) for view in views[start : start + _BATCH]])
            slots, colours = self._model(batch.astype(np.float32))
            found += [
                Spelling(one.astype(np.float64), two.astype(np.float64))
                for one, two in zip(slots, colours, strict=True)
            ]
        return found


def view_of(image: Image, quad: Quad, grown: float = 0.0) -> Image:
    """What lies between a plate's corners, as the reader wants it: (HEIGHT_PX, WIDTH_PX, 3).

    `grown` moves the corners away from the middle (or towards it, where negative), as a share.
    """
    quad = quad.mean(axis=0) + (quad - quad.mean(axis=0)) * (1 + grown)
    x, y = MARGIN * WIDTH_PX, MARGIN * HEIGHT_PX
    target = np.array(
        [[x, y], [WIDTH_PX - x, y], [WIDTH_PX - x, HEIGHT_PX - y], [x, HEIGHT_PX - y]], np.float32
    )
    # Only what is around the plate, not the whole frame.
    low = np.maximum(np.floor(quad.min(axis=0) - 0.3 * np.ptp(quad, axis=0)), 0).astype(int)
    high = np.ceil(quad.max(axis=0) + 0.3 * np.ptp(quad, axis=0)).astype(int) + 1
    part = image[low[1] : high[1], low[0] : high[0]]
    if min(part.shape[:2]) < 2:
        return np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
    across = float(np.linalg.norm(quad[1] - quad[0])) / (WIDTH_PX - 2 * x)
    down = float(np.linalg.norm(quad[3] - quad[0])) / (HEIGHT_PX - 2 * y)
    if max(across, down) > _SHRUNK:  # warpPerspective does not average
        soft = cv2.GaussianBlur(
            part, (0, 0), sigmaX=max(0.35 * across, 0.1), sigmaY=max(0.35 * down, 0.1)
        )
        part = np.asarray(soft, np.uint8)
    warp = cv2.getPerspectiveTransform((quad - low).astype(np.float32), target)
    view = cv2.warpPerspective(
        part, warp, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(view, np.uint8)
