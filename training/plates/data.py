"""Batches for the plate reader: rendered plates, real crops spoilt anew, and what is no plate."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from fonts import Face
from numpy.typing import NDArray
from render import Painter, Picture, Setting, Spoiler
from texts import draw
from torch.utils.data import IterableDataset, get_worker_info

from pipeline.plates.rules import ALPHABET
from pipeline.plates.symbols import BREAK, COLOURS, END, HEIGHT_PX, SLOTS, WIDTH_PX

NOTHING = -100  # colour of what is no plate: no loss


@dataclass(frozen=True, slots=True)
class Crop:
    """A real plate: a picture with some room around it, its corners (4, 2) in it, its text."""

    picture: Picture
    corners: NDArray[np.float64]
    letter: float  # height of a letter in pixels, about
    codes: list[int]
    colour: int


def crops(table: Path, root: Path, split: str) -> list[Crop]:
    """The crops of one split of a table, with some room around each.

    Columns: picture (below `root`), text (lines parted by `/`), colour, x1 y1 ... x4 y4, split.
    Pictures that are not there are left out.
    """
    found = []
    with table.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            picture: Any = None
            if row["split"] == split:
                picture = cv2.imread(str(root / row["picture"]))
            if picture is None:
                continue
            corners = np.array([[float(row[f"x{n}"]), float(row[f"y{n}"])] for n in (1, 2, 3, 4)])
            room = 0.4 * np.ptp(corners, axis=0)
            low = np.maximum(corners.min(axis=0) - room, 0).astype(int)
            high = (corners.max(axis=0) + room).astype(int)
            picture = np.ascontiguousarray(picture[low[1] : high[1], low[0] : high[0]])
            rows = row["text"].split("/")
            height = float(np.linalg.norm(corners[3] - corners[0]))
            codes: list[int] = []
            for number, text in enumerate(rows):
                codes += [BREAK] if number else []
                codes += [ALPHABET.index(c) for c in text]
            codes += [END] * (SLOTS - len(codes))
            letter = height * (0.4 if len(rows) == 2 else 0.73)
            found.append(Crop(picture, corners - low, letter, codes, COLOURS.index(row["colour"])))
    return found


class Plates(IterableDataset[dict[str, torch.Tensor]]):
    """An endless stream of batches: `picture` (B, 3, 64, 128), `codes` (B, SLOTS), `colour` (B)."""

    def __init__(
        self,
        faces: list[Face],
        grounds: list[Picture],
        setting: Setting,
        batch: int,
        seed: int,
        real: list[Crop],
        real_share: float = 0.2,
        empty_share: float = 0.06,
    ) -> None:
        self.faces, self.grounds, self.setting = faces, grounds, setting
        self.batch, self.seed = batch, seed
        self.real, self.real_share = real, real_share if real else 0.0
        self.empty_share = empty_share

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        worker = get_worker_info()
        self.random = random.Random(self.seed * 1009 + (worker.id if worker else 0))
        cv2.setNumThreads(0)
        self.painter = Painter(self.faces, self.random)
        self.spoiler = Spoiler(self.setting, self.random, self.grounds)
        while True:
            items = [self.sample() for _ in range(self.batch)]
            pictures = np.stack([picture.transpose(2, 0, 1) for picture, _, _ in items])
            yield {
                "picture": torch.from_numpy(pictures),
                "codes": torch.tensor([codes for _, codes, _ in items]),
                "colour": torch.tensor([colour for _, _, colour in items]),
            }

    def sample(self) -> tuple[Picture, list[int], int]:
        chance = self.random.random()
        if chance < self.real_share:
            crop = self.random.choice(self.real)
            view = self.spoiler.spoil_crop(crop.picture, crop.corners, crop.letter)
            return view, crop.codes, crop.colour
        if chance < self.real_share + self.empty_share:
            return self._nothing(), [END] * SLOTS, NOTHING
        text = draw(self.random)
        plate, letter = self.painter.paint(text)
        return self.spoiler.spoil(plate, letter), text.codes, COLOURS.index(text.colour)

    def _nothing(self) -> Picture:
        """A piece of a street, or words on a coloured ground: no plate."""
        source = self.random
        if self.grounds and source.random() < 0.6:
            picture = source.choice(self.grounds)
            h, w = picture.shape[:2]
            part = source.uniform(0.15, 0.6)
            x, y = source.randint(0, int(w * (1 - part))), source.randint(0, int(h * (1 - part)))
            piece = picture[y : y + int(h * part), x : x + int(w * part)]
            return np.asarray(cv2.resize(piece, (WIDTH_PX, HEIGHT_PX)), np.uint8)
        canvas = np.empty((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
        canvas[:] = [source.randint(0, 255) for _ in range(3)]
        face = source.choice(self.faces)
        letters = "".join(
            source.choice("ABCDEGHIKLMNOPQRSTUVXY ") for _ in range(source.randint(2, 9))
        )
        if source.random() < 0.3:
            letters = "0" + "".join(source.choice("0123456789") for _ in range(9))
        tall = source.randint(14, 44)
        x, y = source.randint(-4, 30), source.randint(2, HEIGHT_PX - tall)
        ink = [source.randint(0, 255) for _ in range(3)]
        for letter in letters:
            glyph: Any = face.glyphs.get(letter)
            wide = tall // 2
            if glyph is not None and x + wide < WIDTH_PX and x >= 0:
                shape = cv2.resize(glyph, (wide, tall), interpolation=cv2.INTER_AREA)
                cover = shape[..., None] / 255
                part = canvas[y : y + tall, x : x + wide]
                canvas[y : y + tall, x : x + wide] = part * (1 - cover) + np.array(ink) * cover
            x += wide + 3
        return np.asarray(cv2.GaussianBlur(canvas, (0, 0), source.uniform(0.3, 1.6)), np.uint8)
