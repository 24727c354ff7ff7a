"""The training set in memory, and the augmentation of its pictures."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from teacher import Teacher
from torch.utils.data import IterableDataset, get_worker_info

LABEL_FROM = 0.35  # teacher's confidence from which a box is a label
CLOSE = 0.3  # share of the single pictures that show a ridden motorbike from near
_PAD = 114
_PERSON, _MOTORBIKE = 0, 2


@dataclass(frozen=True, slots=True)
class Clock:
    """How much of a training is over."""

    total_s: float
    spent_s: float = 0.0
    start: float = field(default_factory=time.monotonic)

    def spent(self) -> float:
        return self.spent_s + time.monotonic() - self.start

    def done(self) -> float:
        """0 to 1."""
        return min(self.spent() / self.total_s, 1.0)


class RoadUsers(IterableDataset[dict[str, torch.Tensor]]):
    """An endless stream of augmented batches, each as a dict that Ultralytics' loss takes."""

    def __init__(
        self,
        folder: Path,
        sizes: tuple[int, ...],
        batch: int,
        seed: int,
        teacher: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.names = sorted(path.stem for path in (folder / "images").glob("*.jpg"))
        # Held as JPEG: unpacked, the pictures would take ten times the memory.
        self.images: list[NDArray[np.uint8]] = []
        self.labels: list[NDArray[np.float32]] = []
        for name in self.names:
            text = (folder / "labels" / f"{name}.txt").read_text(encoding="utf-8")
            rows = np.array(text.split(), np.float32).reshape(-1, 6)
            self.images.append(np.fromfile(folder / "images" / f"{name}.jpg", np.uint8))
            self.labels.append(rows[rows[:, 5] >= LABEL_FROM, :5])
        self.sizes, self.batch, self.seed, self.teacher = sizes, batch, seed, teacher
        self.clock = clock or Clock(1.0)
        # Pictures with what is rare come more often: weight by the rarest class in them.
        counts = np.bincount(
            np.concatenate([rows[:, 0] for rows in self.labels]).astype(int), minlength=6
        )
        rarity = (counts.max() / np.maximum(counts, 1)) ** 0.55
        self.weights = np.array(
            [rarity[rows[:, 0].astype(int)].max() if len(rows) else 0.3 for rows in self.labels]
        )
        # A large source of pictures much alike must not drown the small ones.
        lines = (folder / "index.csv").read_text(encoding="utf-8").split()
        source_of = dict(line.split(",", 1) for line in lines)
        size_of = Counter(source_of[name] for name in self.names)
        self.weights *= [size_of[source_of[name]] ** -0.35 for name in self.names]
        # Riders behind one another are what the program counts, and what is hardest to see.
        riders = [ridden(rows)[1] for rows in self.labels]
        self.weights *= [(1.0, 1.4, 2.0, 2.5)[min(int(n.max(initial=0)), 3)] for n in riders]
        self.weights /= self.weights.sum()
        self.near = np.array([n.max(initial=0) for n in riders]) >= 1
        self.near_weights = np.where(self.near, self.weights, 0) / self.weights[self.near].sum()

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        worker = get_worker_info()
        seed = self.seed + (worker.id if worker else 0)
        random.seed(seed)
        self.random = np.random.default_rng(seed)
        cv2.setNumThreads(0)
        teacher = Teacher(self.teacher) if self.teacher else None
        while True:
            size = self.sizes[min(int(self.clock.done() * len(self.sizes)), len(self.sizes) - 1)]
            items = [self._sample(size) for _ in range(self.batch)]
            labels = [rows for _, rows in items]
            images = np.stack([image for image, _ in items])
            lesson = {"teacher": torch.from_numpy(teacher(images))} if teacher else {}
            yield lesson | {
                "img": torch.from_numpy(images),
                "cls": torch.from_numpy(np.concatenate([rows[:, :1] for rows in labels])),
                "bboxes": torch.from_numpy(np.concatenate([rows[:, 1:] for rows in labels])),
                "batch_idx": torch.from_numpy(
                    np.concatenate(
                        [np.full(len(rows), i, np.float32) for i, rows in enumerate(labels)]
                    )
                ),
            }

    def _sample(self, size: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """(3, size, size) RGB and its labels (N, 5): class, cx, cy, w, h, relative."""
        mosaic = random.random() < size / 600  # in a small mosaic there is little left to see
        canvas = np.full((size, size, 3), _PAD, np.uint8)
        boxes: list[NDArray[np.float32]] = []
        close = not mosaic and bool(self.near.any()) and random.random() < CLOSE
        weights = self.near_weights if close else self.weights
        chosen = self.random.choice(len(self.images), 4 if mosaic else 1, p=weights)
        cx, cy = (
            (int(size * random.uniform(0.3, 0.7)), int(size * random.uniform(0.3, 0.7)))
            if mosaic
            else (size, size)
        )
        cells = ((0, 0, cx, cy), (cx, 0, size, cy), (0, cy, cx, size), (cx, cy, size, size))
        for index, cell in zip(chosen, cells, strict=False):
            rows = self._paste(canvas, cell, int(index), mosaic, close)
            if len(rows):
                boxes.append(rows)
        rows = np.concatenate(boxes) if boxes else np.empty((0, 5), np.float32)
        canvas = _colours(canvas)
        image = np.ascontiguousarray(canvas[..., ::-1].transpose(2, 0, 1))
        return image, _relative(rows, size)

    def _paste(
        self,
        canvas: NDArray[np.uint8],
        cell: tuple[int, int, int, int],
        index: int,
        mosaic: bool,
        close: bool,
    ) -> NDArray[np.float32]:
        """Put a scaled part of a picture into a cell; returns its boxes (N, 5) as xyxy pixels.

        With `close` a ridden motorbike of it takes a tenth to seven tenths of the cell's height.
        """
        left, top, right, bottom = cell
        image: Any = cv2.imdecode(self.images[index], cv2.IMREAD_COLOR)
        rows = self.labels[index]
        height, width = image.shape[:2]
        fit = min((right - left) / width, (bottom - top) / height)
        scale = fit * (random.uniform(0.9, 2.2) if mosaic else random.uniform(0.6, 1.7))
        bike = self._ridden_one(rows) if close else None
        if bike is not None:
            wanted = 0.1 * 7 ** random.random() * (bottom - top) / (bike[4] * height)
            scale = float(np.clip(wanted, 0.6 * fit, min(4 * fit, 2.5)))
        stretch = random.uniform(0.9, 1.1)
        matrix = np.zeros((2, 3), np.float32)
        matrix[0, 0], matrix[1, 1] = scale * stretch, scale / stretch
        free_x = (right - left) - width * matrix[0, 0]
        free_y = (bottom - top) - height * matrix[1, 1]
        matrix[0, 2], matrix[1, 2] = random.random() * free_x, random.random() * free_y
        flip = random.random() < 0.5
        if bike is not None:  # its middle anywhere in the middle half of the cell
            at_x, at_y = (1 - bike[1] if flip else bike[1]), bike[2]
            for axis, (side, free, at) in enumerate(
                ((right - left, free_x, at_x), (bottom - top, free_y, at_y))
            ):
                offset = side * random.uniform(0.25, 0.75) - at * (side - free)
                matrix[axis, 2] = np.clip(offset, min(free, 0), max(free, 0))
        if flip:
            matrix[0, 2] += width * matrix[0, 0]
            matrix[0, 0] *= -1
        view = canvas[top:bottom, left:right]
        smooth = cv2.INTER_AREA if scale < 0.7 else cv2.INTER_LINEAR
        if smooth == cv2.INTER_AREA:  # warpAffine does not average: shrink first
            image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=smooth)
            matrix[:, :2] /= scale
        canvas[top:bottom, left:right] = cv2.warpAffine(
            image,
            matrix,
            (view.shape[1], view.shape[0]),
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(_PAD, _PAD, _PAD),
        )
        if not len(rows):
            return np.empty((0, 5), np.float32)
        matrix[:, :2] *= image.shape[1] / width  # back to the unshrunk picture's pixels
        centre, half = rows[:, 1:3] * (width, height), rows[:, 3:5] * (width, height) / 2
        corners = np.stack([centre - half, centre + half], axis=1)  # (N, 2, 2)
        corners = corners @ matrix[:, :2].T + matrix[:, 2]
        low, high = corners.min(axis=1), corners.max(axis=1)
        limit = np.array([right - left, bottom - top], np.float32)
        cut_low, cut_high = np.clip(low, 0, limit), np.clip(high, 0, limit)
        area = np.prod(high - low, axis=1)
        seen = np.prod(np.maximum(cut_high - cut_low, 0), axis=1)
        keep = (seen > 0.3 * area) & ((cut_high - cut_low).min(axis=1) >= 4)
        offset = np.array([left, top], np.float32)
        return np.concatenate(
            [rows[keep, :1], cut_low[keep] + offset, cut_high[keep] + offset], axis=1
        ).astype(np.float32)

    def _ridden_one(self, rows: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """(5,) the label of a ridden motorbike, most riders most likely; None: there is none."""
        which, riders = ridden(rows)
        if not riders.any():
            return None
        chosen = self.random.choice(which, p=riders**2 / (riders**2).sum())
        return np.asarray(rows[chosen], np.float32)


def ridden(rows: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Indices (M,) of the motorbikes among labels (N, 5), and the number of riders on each (M,).

    A rider's feet, the middle of the lower edge, are on the motorbike: within its box, which is
    taken a fifth larger at each side.
    """
    which = np.flatnonzero(rows[:, 0] == _MOTORBIKE)
    people = rows[rows[:, 0] == _PERSON]
    feet = people[:, 1:3] + people[:, 3:5] * (0, 0.5)
    off = np.abs(feet[None] - rows[which, None, 1:3])
    on = (off <= 0.7 * rows[which, None, 3:5]).all(2)
    # Someone far larger or smaller is before or behind it.
    taller = people[None, :, 4] / np.maximum(rows[which, None, 4], 1e-6)
    return which, (on & (taller > 0.5) & (taller < 2.5)).sum(1).astype(np.float64)


def _relative(rows: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    low, high = rows[:, 1:3] / size, rows[:, 3:5] / size
    return np.concatenate([rows[:, :1], (low + high) / 2, high - low], axis=1).astype(np.float32)


def _colours(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Light, colour and compression as cameras vary them; night and glare now and then."""
    image: Any = picture
    gain, bias = random.uniform(0.7, 1.3), random.uniform(-20, 20)
    if random.random() < 0.12:
        gain *= random.uniform(0.25, 0.6)
    tint = np.array([random.uniform(0.9, 1.1) for _ in range(3)], np.float32)
    table = np.clip(np.arange(256, dtype=np.float32)[:, None] * gain * tint + bias, 0, 255)
    image = cv2.LUT(image, table.astype(np.uint8).reshape(256, 1, 3))
    if random.random() < 0.1:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        image = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    if random.random() < 0.15:
        image = cv2.GaussianBlur(image, (3, 3), random.uniform(0.4, 1.2))
    if random.random() < 0.15:
        _, code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, random.randint(25, 70)])
        image = cv2.imdecode(code, cv2.IMREAD_COLOR)
    return np.asarray(image, np.uint8)
