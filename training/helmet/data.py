"""Riders' heads made worse in every way a camera on the road makes them worse.

The kept pictures are half as wide again as a look, so a look can be moved, turned and scaled in
them. Then come: few pixels, blur of lens and motion, compression, dusk and noise, colour casts.
Some looks are moved off the head, or left with so few pixels that nobody could tell: they are to be
answered "cannot tell".
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from network import CLASSES, SIDE
from numpy.typing import NDArray
from prepare import SIDE as KEPT
from prepare import WIDER

BARE, UNCLEAR = CLASSES.index("bare"), CLASSES.index("unclear")
HEAD = 0.32  # of a look's side: about a head
OFF_HEAD = 0.06  # share of looks that are moved off
LEAST_PX = 5.0  # of a head, below which nobody can tell


class Heads:
    """The pictures of some uses ("train", "vietnam", …) of a set that `prepare.py` wrote."""

    def __init__(self, file: Path, uses: tuple[str, ...]) -> None:
        with np.load(file) as stored:
            keep = np.isin(stored["uses"], uses)
            self.pictures = stored["pictures"][keep]
            self.natives = stored["natives"][keep]
            self.answers = stored["answers"][keep].astype(np.int64)
            self.repositories = stored["repositories"][keep]

    def __len__(self) -> int:
        return len(self.answers)

    def chances(self) -> NDArray[np.float64]:
        """(N,) how often each is drawn: helmets and bare heads alike, large sources less."""
        weight = np.zeros(len(self))
        for repository in np.unique(self.repositories):
            for answer in range(len(CLASSES)):
                these = (self.repositories == repository) & (self.answers == answer)
                if these.any():
                    weight[these] = these.sum() ** -0.4
        for answer, share in ((0, 0.48), (BARE, 0.44), (UNCLEAR, 0.08)):
            these = self.answers == answer
            if these.any():
                weight[these] *= share / weight[these].sum()
        return weight / weight.sum()

    def plain(self, index: int) -> NDArray[np.uint8]:
        """A look as the program would have it, (SIDE, SIDE, 3)."""
        margin = round(KEPT * (1 - 1 / WIDER) / 2)
        look = self.pictures[index][margin : KEPT - margin, margin : KEPT - margin]
        return np.asarray(cv2.resize(look, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)

    def spoilt(self, index: int, rng: np.random.Generator) -> tuple[NDArray[np.uint8], int]:
        """A look as it might have been, and its answer."""
        answer = int(self.answers[index])
        look = KEPT / WIDER
        scale = SIDE / look * np.exp(rng.normal(0, 0.13))
        shift = rng.normal(0, 0.05, 2) * look
        if rng.random() < OFF_HEAD:
            answer = UNCLEAR
            shift = np.array([rng.choice([-1, 1]) * rng.uniform(0.1, 0.4), 0.62]) * look
        matrix = cv2.getRotationMatrix2D((KEPT / 2, KEPT / 2), rng.normal(0, 6), scale)
        matrix[:, 2] += SIDE / 2 - KEPT / 2 - shift * scale
        if rng.random() < 0.5:
            matrix[0] = -matrix[0]
            matrix[0, 2] += SIDE - 1
        image = cv2.warpAffine(
            self.pictures[index], matrix, (SIDE, SIDE), flags=cv2.INTER_AREA,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        image = light(image, rng)
        pixels = min(float(self.natives[index]), SIDE * 1.2) * np.exp(-abs(rng.normal(0, 0.55)))
        if HEAD * pixels < LEAST_PX and answer != UNCLEAR:
            pixels, answer = max(pixels, 6.0), UNCLEAR
        return fewer(image, max(int(pixels), 6), rng), answer


def light(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Exposure, contrast, a cast of colour; sometimes dusk, sometimes hardly any colour."""
    x = image.astype(np.float32) / 255
    x **= np.exp(rng.normal(0, 0.3))
    x *= np.exp(rng.normal(0, 0.12, 3)).astype(np.float32) if rng.random() < 0.6 else 1.0
    x = (x - 0.45) * np.exp(rng.normal(0, 0.2)) + 0.45 + rng.normal(0, 0.06)
    if rng.random() < 0.15:
        x = x * rng.uniform(0.25, 0.6) * np.array([0.9, 0.95, 1.1], np.float32)
    if rng.random() < 0.12:
        x = x * 0.15 + x.mean(axis=2, keepdims=True) * 0.85
    if rng.random() < 0.08:
        x = x[..., [2, 1, 0]]  # so that no hue is a helmet's
    return np.asarray(np.clip(x * 255, 0, 255), np.uint8)


def fewer(image: NDArray[np.uint8], pixels: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Blur, `pixels` across, noise, compression, and back to the network's size."""
    if rng.random() < 0.35:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.6))
    if rng.random() < 0.25:
        length = int(rng.integers(2, 6))
        kernel = np.zeros((length, length), np.float32)
        angle = rng.uniform(0, np.pi)
        for step in np.linspace(-1, 1, 4 * length):
            at = (length - 1) / 2 * (1 + step * np.array([np.sin(angle), np.cos(angle)]))
            kernel[tuple(np.rint(at).astype(int))] = 1
        image = cv2.filter2D(image, -1, kernel / kernel.sum())
    if pixels < SIDE:
        image = cv2.resize(image, (pixels, pixels), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        grain = rng.normal(0, rng.uniform(1, 9), image.shape)
        image = np.clip(image + grain, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        quality = int(rng.integers(18, 85))
        image = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)
    if image.shape[0] != SIDE:
        how = cv2.INTER_LINEAR if rng.random() < 0.8 else cv2.INTER_CUBIC
        image = cv2.resize(image, (SIDE, SIDE), interpolation=how)
    return np.asarray(image, np.uint8)
