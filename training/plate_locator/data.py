"""Pictures for the plate locator: streets with rendered plates on their vehicles, and real plates.

A street picture shows plates of its own that nobody marked. So where a vehicle stands that got no
plate of ours, nothing is learned: neither that there is one nor that there is none. What is no
plate on a vehicle (lamps, badges, stickers) is learned from the real pictures, whose plates are all
marked.
"""

from __future__ import annotations

import csv
import gzip
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from network import STRIDE, UNIT
from numpy.typing import NDArray
from render import Painter, Picture, Setting, Spoiler
from texts import draw
from torch.utils.data import IterableDataset, get_worker_info

SIDE = 256
_VEHICLES = (2, 3, 4, 5)  # motorbike, car, bus, truck in the labels of the street pictures
_WIDTHS = {2: (0.16, 0.5), 3: (0.2, 0.42), 4: (0.14, 0.28), 5: (0.14, 0.3)}  # plate over vehicle
_PLATE_PX = (16.0, 150.0)  # width of the plate in what is learned from


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture (as JPEG, for there are many), its plates, and where to stay silent."""

    code: NDArray[np.uint8]
    corners: NDArray[np.float64]  # (N, 4, 2)
    lines: NDArray[np.int64]  # (N,) 0 where not known
    unknown: NDArray[np.float64]  # (M, 4) xyxy
    vehicles: NDArray[np.float64]  # (M, 5) class, xyxy: where plates may be put

    @property
    def picture(self) -> Picture:
        return np.asarray(cv2.imdecode(self.code, cv2.IMREAD_COLOR), np.uint8)


def marked(table: Path, root: Path, split: str, longest: int = 640) -> list[Scene]:
    """Real pictures all of whose plates are marked, of one split.

    Columns: picture (below `root`), split, x1 y1 .. x4 y4, or x1 y1 x2 y2 alone for an upright
    box. Pictures that are not there are left out.
    """
    scenes = []
    for name, plates in quads(table, split).items():
        picture: Any = cv2.imread(str(root / name))
        if picture is None:
            continue
        scale = min(longest / max(picture.shape[:2]), 1.0)
        if scale < 1:
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        corners = np.array(plates) * scale
        unknown_lines = np.zeros(len(plates), np.int64)
        scenes.append(
            Scene(_coded(picture), corners, unknown_lines, np.empty((0, 4)), np.empty((0, 5)))
        )
    return scenes


def quads(table: Path, split: str) -> dict[str, list[NDArray[np.float64]]]:
    """The corners of the plates of each picture."""
    found: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    with gzip.open(table, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["split"].startswith(split):
                found[row["picture"]].append(_corners(row))
    return found


def _corners(row: dict[str, str]) -> NDArray[np.float64]:
    if row.get("x4"):
        return np.array([[float(row[f"x{n}"]), float(row[f"y{n}"])] for n in (1, 2, 3, 4)])
    x1, y1, x2, y2 = (float(row[name]) for name in ("x1", "y1", "x2", "y2"))
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])


def _coded(picture: Any) -> NDArray[np.uint8]:
    return np.asarray(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 93])[1], np.uint8)


def streets(folder: Path, longest: int = 640, most: int = 6000) -> list[Scene]:
    """Street pictures with their road users as labels (class cx cy w h confidence, relative)."""
    scenes = []
    files = sorted((folder / "images").glob("*.jpg"))
    for path in files[:: -(-len(files) // most)]:
        text = (folder / "labels" / f"{path.stem}.txt").read_text(encoding="utf-8").split()
        rows = np.array(text, np.float64).reshape(-1, 6)
        picture: Any = cv2.imread(str(path))
        scale = min(longest / max(picture.shape[:2]), 1.0)
        if scale < 1:
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        size = np.array([picture.shape[1], picture.shape[0]])
        rows = rows[np.isin(rows[:, 0].astype(int), _VEHICLES)]
        low, high = (
            (rows[:, 1:3] - rows[:, 3:5] / 2) * size,
            (rows[:, 1:3] + rows[:, 3:5] / 2) * size,
        )
        boxes = np.concatenate([rows[:, :1], low, high], 1)
        nobody = np.empty((0, 4, 2))
        scenes.append(Scene(_coded(picture), nobody, np.empty(0, np.int64), boxes[:, 1:], boxes))
    return scenes


class Locations(IterableDataset[dict[str, torch.Tensor]]):
    """Endless batches: `picture` (B, 3, SIDE, SIDE), `heat`, `weight`, `inside` (B, S, S),
    `corners` (B, 8, S, S), `two` (B, S, S; -1 where not known), S = SIDE / STRIDE."""

    def __init__(
        self,
        painter_faces: list[Any],
        real: list[Scene],
        street: list[Scene],
        setting: Setting,
        batch: int,
        seed: int,
        real_share: float,
    ) -> None:
        self.faces, self.real, self.street, self.setting = painter_faces, real, street, setting
        self.batch, self.seed, self.real_share = batch, seed, real_share if real else 0.0

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        worker = get_worker_info()
        self.random = random.Random(self.seed * 1009 + (worker.id if worker else 0))
        self.noise = np.random.default_rng(self.random.randrange(2**32))
        cv2.setNumThreads(0)
        self.painter = Painter(self.faces, self.random)
        self.spoiler = Spoiler(self.setting, self.random, [])
        while True:
            items = [self.sample() for _ in range(self.batch)]
            yield {
                name: torch.from_numpy(np.stack([item[name] for item in items]))
                for name in items[0]
            }

    def sample(self) -> dict[str, NDArray[Any]]:
        """One picture with its targets."""
        source = self.random
        if source.random() < self.real_share:
            scene = source.choice(self.real)
        else:
            scene = source.choice(self.street)
        picture = scene.picture
        if len(scene.lines) == 0:
            scene = self._with_plates(scene, picture)
        view, corners, lines, unknown = self._view(scene, picture)
        return targets(view, corners, lines, unknown)

    def _with_plates(self, scene: Scene, picture: Picture) -> Scene:
        """The scene with rendered plates on some of its vehicles, painted into `picture`."""
        source = self.random
        corners, lines, unknown = [], [], []
        order = list(scene.vehicles)
        source.shuffle(order)
        boxes = order[:3]
        for box in order:
            wide = box[3] - box[1]
            if not any(box is one for one in boxes) or wide < 28:
                unknown.append(box[1:])
                continue
            text = draw(source)
            if int(box[0]) == 2 and len(text.lines) == 1:
                unknown.append(box[1:])
                continue
            plate, _ = self.painter.paint(text)
            found = self._paste(picture, plate, box, len(text.lines))
            if found is None:
                unknown.append(box[1:])
                continue
            corners.append(found)
            lines.append(len(text.lines))
            unknown.append(box[1:])  # its own plate may show beside ours
        if not scene.vehicles.size or source.random() < 0.25:  # anywhere: on a wall, on the road
            plate, _ = self.painter.paint(text := draw(source))
            h, w = picture.shape[:2]
            wide = source.uniform(24, 160)
            x, y = source.uniform(0, max(w - wide, 1)), source.uniform(0, h * 0.9)
            box = np.array([3, x, y, x + wide, y + wide])
            found = self._paste(picture, plate, box, len(text.lines), anywhere=True)
            if found is not None:
                corners.append(found)
                lines.append(len(text.lines))
        return Scene(
            scene.code,
            np.array(corners).reshape(-1, 4, 2),
            np.array(lines, np.int64),
            np.array(unknown).reshape(-1, 4),
            scene.vehicles,
        )

    def _paste(
        self,
        picture: Picture,
        plate: Picture,
        box: NDArray[np.float64],
        lines: int,
        anywhere: bool = False,
    ) -> NDArray[np.float64] | None:
        source = self.random
        _, x1, y1, x2, y2 = box
        wide, tall = x2 - x1, y2 - y1
        least, most = (0.6, 1.0) if anywhere else _WIDTHS[int(box[0])]
        width = wide * source.uniform(least, most)
        if lines == 2 and not anywhere and int(box[0]) != 2:
            width *= 0.65
        height = width * plate.shape[0] / plate.shape[1]
        if width < 12:
            return None
        cx = x1 + wide * (0.5 if anywhere else np.clip(source.gauss(0.5, 0.14), 0.15, 0.85))
        cy = y1 + tall * (0.5 if anywhere else source.uniform(0.45, 0.92))
        flat = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width / 2, height / 2)
        flat = flat + self.noise.uniform(-1, 1, (4, 2)) * 0.09 * height
        flat[:, 0] *= source.uniform(0.7, 1.0)  # turned away
        flat[:, 1] += flat[:, 0] * source.uniform(-0.18, 0.18)
        angle = np.radians(np.clip(source.gauss(0, 6), -22, 22))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        corners = flat @ turn.T + (cx, cy)
        shape = np.array([picture.shape[1], picture.shape[0]])
        if (corners < 1).any() or (corners > shape - 2).any():
            return None
        dirty = self.spoiler._dirty(plate)
        shrink = min(1.5 * width / plate.shape[1], 1.0)
        small: Any = cv2.resize(dirty, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        own = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * (
            small.shape[1],
            small.shape[0],
        )
        warp = cv2.getPerspectiveTransform(own.astype(np.float32), corners.astype(np.float32))
        low = np.maximum(corners.min(0).astype(int) - 2, 0)
        high = np.minimum(corners.max(0).astype(int) + 3, shape)
        shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]], np.float64)
        part = picture[low[1] : high[1], low[0] : high[0]]
        size = (part.shape[1], part.shape[0])
        # As bright as what it hangs on, within reason: at night plates are grey.
        light = np.clip(part.mean() / 130 * source.uniform(0.7, 1.6), 0.2, 1.15)
        placed = cv2.warpPerspective(small, shift @ warp, size).astype(np.float32) * light
        cover = cv2.warpPerspective(np.full(small.shape[:2], 255, np.uint8), shift @ warp, size)
        share = cv2.GaussianBlur(cover.astype(np.float32) / 255, (3, 3), 0.6)[..., None]
        part[:] = np.clip(part * (1 - share) + placed * share, 0, 255).astype(np.uint8)
        return np.asarray(corners)

    def _view(
        self, scene: Scene, picture: Any
    ) -> tuple[Picture, NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
        """A SIDE x SIDE part of the scene, scaled and spoilt, and what of the plates is in it."""
        source = self.random
        h, w = picture.shape[:2]
        if len(scene.corners):
            pick = source.randrange(len(scene.corners))
            plate = scene.corners[pick]
            wide = float(np.linalg.norm(plate[1] - plate[0]))
            wanted = np.exp(source.uniform(*np.log(_PLATE_PX)))
            scale = np.clip(wanted / wide, 0.25, 2.5)
            centre = plate.mean(0) + self.noise.uniform(-0.42, 0.42, 2) * SIDE / scale
        else:
            scale = source.uniform(0.4, 1.5)
            centre = np.array([source.uniform(0, w), source.uniform(0, h)])
        room = np.array([w, h]) - SIDE / scale  # no more than needed of what is outside the picture
        edge = np.abs(room) / 2
        centre = np.clip(centre, np.array([w, h]) / 2 - edge, np.array([w, h]) / 2 + edge)
        stretch = source.uniform(0.9, 1.1)
        matrix = np.array([[scale * stretch, 0, 0], [0, scale / stretch, 0]])
        matrix[:, 2] = SIDE / 2 - matrix[:, :2] @ centre
        warp = matrix
        if scale < 0.7:
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            warp = matrix.copy()
            warp[:, :2] /= scale
        view = cv2.warpAffine(picture, warp, (SIDE, SIDE), borderValue=(114, 114, 114))
        corners = scene.corners @ matrix[:, :2].T + matrix[:, 2]
        boxes = scene.unknown.reshape(-1, 2, 2) @ matrix[:, :2].T + matrix[:, 2]
        view = self._spoil(view, corners)
        return view, corners, scene.lines, boxes.reshape(-1, 4)

    def _spoil(self, view: Any, corners: NDArray[np.float64]) -> Picture:
        source = self.random
        if source.random() < 0.6:
            view = self.spoiler._light(view.astype(np.float32))
        tall = min((np.linalg.norm(c[3] - c[0]) for c in corners), default=30.0)
        return self.spoiler._camera(view, float(np.clip(tall * 0.4, 4, 24)))


def targets(
    view: Picture,
    corners: NDArray[np.float64],
    lines: NDArray[np.int64],
    unknown: NDArray[np.float64],
) -> dict[str, NDArray[Any]]:
    """What the network should say of a view."""
    cells = SIDE // STRIDE
    heat = np.zeros((cells, cells), np.float32)
    weight = np.ones((cells, cells), np.float32)
    inside = np.zeros((cells, cells), np.float32)
    offsets = np.zeros((8, cells, cells), np.float32)
    two = np.full((cells, cells), -1, np.float32)
    for x1, y1, x2, y2 in unknown / STRIDE:
        weight[max(int(y1), 0) : max(int(y2) + 1, 0), max(int(x1), 0) : max(int(x2) + 1, 0)] = 0
    ys, xs = np.mgrid[0:cells, 0:cells].astype(np.float32)
    for plate, count in zip(corners, lines, strict=True):
        centre = plate.mean(0) / STRIDE - 0.5
        if (centre < 0).any() or (centre > cells - 1).any():
            continue
        wide = float(np.linalg.norm(plate[1] - plate[0])) / STRIDE
        tall = float(np.linalg.norm(plate[3] - plate[0])) / STRIDE
        if min(wide, 2.5 * tall) < 2.5:
            continue
        # Around our own plate it is known again: letters beside its middle are no middle.
        low, high = plate.min(0) / STRIDE, plate.max(0) / STRIDE
        grown = 0.25 * (high - low)
        (xa, ya), (xb, yb) = np.maximum(low - grown, 0).astype(int), (high + grown).astype(int) + 1
        weight[ya:yb, xa:xb] = 1
        sx, sy = max(wide / 9, 0.6), max(tall / 6, 0.6)
        spot = np.exp(-((xs - centre[0]) ** 2) / (2 * sx**2) - (ys - centre[1]) ** 2 / (2 * sy**2))
        cx, cy = np.round(centre).astype(int)
        spot[cy, cx] = 1
        near = (spot > 0.45) & (spot >= heat)
        heat = np.maximum(heat, spot)
        for corner in range(4):
            offsets[2 * corner][near] = ((plate[corner, 0] / STRIDE - 0.5 - xs) * STRIDE / UNIT)[
                near
            ]
            offsets[2 * corner + 1][near] = (
                (plate[corner, 1] / STRIDE - 0.5 - ys) * STRIDE / UNIT
            )[near]
        inside[near] = spot[near] / max(float(np.sqrt(wide * tall)), 2.0)
        two[near] = -1 if count == 0 else float(count == 2)
    return {
        "picture": np.ascontiguousarray(view.transpose(2, 0, 1)),
        "heat": heat,
        "weight": weight,
        "inside": inside,
        "corners": offsets,
        "two": two,
    }
