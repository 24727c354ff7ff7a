"""Batches of drawn trucks, with real crops among them, each one changed a little every time."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from shapes import Part

WIDTH, HEIGHT = 128, 96
MARGIN = 0.06
UNTOLD = 255  # a pixel or an answer that nobody knows
CARGO_LETTERS = {"c": 0, "v": 1, "o": 2, "h": 3, "g": 4}

_KEPT = ("images", "labels", "truths")
_OUTLINED = 3  # times as often as crops of which only the cargo is known

Bytes = NDArray[np.uint8]
Lesson = tuple[Bytes, Bytes | None, int, int]  # picture, its parts, its cargo, its view


class Drawn:
    """The finished shards of render.py, but for those put aside."""

    def __init__(self, folder: Path, aside: Sequence[str] = ()) -> None:
        self._shards = [
            tuple(np.load(path.with_name(f"{name}.npy"), mmap_mode="r") for name in _KEPT)
            for path in sorted(folder.glob("*/truths.npy"))
            if path.parent.name not in aside
        ]
        sizes = np.array([len(shard[0]) for shard in self._shards])
        self._chances = sizes / sizes.sum()

    def one(self, rng: np.random.Generator) -> Lesson:
        images, labels, truths = self._shards[rng.choice(len(self._shards), p=self._chances)]
        row = int(rng.integers(len(truths)))
        truth = truths[row]
        azimuth = abs((truth[2] + 180) % 360 - 180)
        cargo = UNTOLD if truth[0] < 0 else int(truth[0])
        return images[row], labels[row], cargo, int(np.searchsorted([20, 60, 120], azimuth))


class Real:
    """Crops of real trucks with what a person saw in them: labels.csv, outlines.txt beside it."""

    def __init__(self, folder: Path, labels: Path, use: str) -> None:
        self.outlined: list[Bytes | None] = []
        outlines = _outlines(Path(__file__).with_name("outlines.txt"))
        self.crops: list[Bytes] = []
        self.boxes: list[NDArray[np.float32]] = []
        self.cargoes: list[int] = []
        for row in csv.DictReader(labels.open()):
            path = folder / row["crop"]
            if row["use"] != use or not path.exists() or row["cargo"] not in CARGO_LETTERS:
                continue
            self.crops.append(cv2.imread(str(path)))
            self.boxes.append(np.array(row["box"].split(), np.float32))
            self.cargoes.append(CARGO_LETTERS[row["cargo"]])
            self.outlined.append(_painted(self.crops[-1].shape, outlines.get(row["crop"])))
        chances = 1 / np.sqrt(np.bincount(self.cargoes)[self.cargoes])
        chances *= np.where([parts is None for parts in self.outlined], 1, _OUTLINED)
        self._chances = chances / chances.sum()

    def one(self, rng: np.random.Generator) -> Lesson:
        """A crop, cut a little differently each time; rare cargoes and outlined ones more often."""
        index = rng.choice(len(self.crops), p=self._chances)
        box, parts = self.boxes[index], self.outlined[index]
        moved = box + rng.normal(0, 0.025, 4).astype(np.float32) * np.tile(box[2:] - box[:2], 2)
        seen = None if parts is None else crop_of(parts, moved, cv2.INTER_NEAREST)
        return crop_of(self.crops[index], moved), seen, self.cargoes[index], UNTOLD


def _outlines(path: Path) -> dict[str, list[tuple[str, list[float]]]]:
    found: dict[str, list[tuple[str, list[float]]]] = {}
    name = ""
    for line in path.read_text().splitlines():
        words = line.split()
        if line.startswith("#") or not words:
            continue
        if len(words) == 1:
            name = words[0]
        else:
            found.setdefault(name, []).append((words[0], [float(word) for word in words[1:]]))
    return found


def _painted(
    shape: tuple[int, ...], outlines: list[tuple[str, list[float]]] | None
) -> Bytes | None:
    """(H, W) parts of a crop, `UNTOLD` where nobody said."""
    if outlines is None:
        return None
    parts = np.full(shape[:2], UNTOLD, np.uint8)
    size = np.array([shape[1], shape[0]]) / 100
    for name, numbers in outlines:
        points = np.array(numbers).reshape(-1, 2) * size
        value = int(Part[name.upper()])
        if name == "wheel":
            middle, axes = points.round().astype(int).tolist()
            cv2.ellipse(parts, middle, axes, 0, 0, 360, value, -1)
        else:
            cv2.fillPoly(parts, [points.round().astype(np.int32)], value)
    return parts


def crop_of(image: Bytes, box: NDArray[np.float32], how: int = cv2.INTER_LINEAR) -> Bytes:
    """The network's input for `box` (xyxy) in `image`, as pipeline/closeups/cargo.py cuts it."""
    around = MARGIN * (box[2:] - box[:2])
    x0, y0, x1, y1 = np.concatenate([box[:2] - around, box[2:] + around])
    to = np.array([[0, 0], [WIDTH, 0], [0, HEIGHT]], np.float32)
    matrix = cv2.getAffineTransform(np.array([[x0, y0], [x1, y0], [x0, y1]], np.float32), to)
    shrink = max((x1 - x0) / WIDTH, (y1 - y0) / HEIGHT)
    if shrink > 1.5 and how != cv2.INTER_NEAREST:
        image = cv2.GaussianBlur(image, (0, 0), 0.4 * shrink)
    return cv2.warpAffine(
        image, matrix, (WIDTH, HEIGHT), flags=how, borderMode=cv2.BORDER_REPLICATE
    )


def changed(image: Bytes, parts: Bytes | None, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
    """The picture as another camera, light and paint would show it; parts move with it."""
    if parts is None:
        parts = np.full(image.shape[:2], UNTOLD, np.uint8)
    if rng.random() < 0.5:
        image, parts = image[:, ::-1], parts[:, ::-1]
    if rng.random() < 0.6:
        zoom = rng.uniform(0.94, 1.12, 2)
        slant = rng.normal(0, 0.02, 2)
        matrix = np.array([[zoom[0], slant[0], 0], [slant[1], zoom[1], 0]], np.float32)
        centre = np.array([WIDTH / 2, HEIGHT / 2])
        matrix[:, 2] = centre - matrix[:, :2] @ centre + rng.normal(0, 3, 2)
        image = cv2.warpAffine(
            np.ascontiguousarray(image), matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT
        )
        parts = cv2.warpAffine(
            np.ascontiguousarray(parts),
            matrix,
            (WIDTH, HEIGHT),
            flags=cv2.INTER_NEAREST,
            borderMode=cv2.BORDER_REFLECT,
        )
    out = image.astype(np.float32)
    if rng.random() < 0.25:
        out = out[..., rng.permutation(3)]
    if rng.random() < 0.15:
        out = np.repeat(out.mean(-1, keepdims=True), 3, -1)
    out = 255 * np.clip(out / 255, 0, 1) ** rng.uniform(0.6, 1.6)
    out = (out - 128) * rng.uniform(0.6, 1.3) + 128 + rng.normal(0, 15) + rng.normal(0, 8, 3)
    if rng.random() < 0.25:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.5))
    if rng.random() < 0.15:
        out = out + rng.uniform(0.5, 2.0) * (out - cv2.GaussianBlur(out, (0, 0), 1.0))
    if rng.random() < 0.3:
        out = out + rng.normal(0, rng.uniform(2, 12), out.shape)
    return np.clip(out, 0, 255).astype(np.uint8), parts
