"""Crops of real trucks from clones of public repositories, as the teacher's boxes cut them.

    python crops.py --clones CLONES --repository owner/name --take PATTERN --most 900 \
        --teacher IR --out CROPS

`CLONES/owner/name` is a git directory. Crops are numbered as they come (the files in an order drawn
with a fixed seed; a crop that resembles an earlier one is left out), so the same clone gives the
same numbers, and `labels.csv` says what a person saw in each. `sources.yaml` lists what was used.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
from pathlib import Path

import cv2
import numpy as np
import openvino
from data import MARGIN
from numpy.typing import NDArray

_VEHICLES, _TRUCK = (2, 5, 7), 7  # COCO's car, bus and truck
_SURE, _LEAST_HEIGHT, _LEAST_WIDTH = 0.45, 70, 50
_LONGEST = 320  # pixels of a kept crop
_ALIKE = 5  # of 64 bits

Bytes = NDArray[np.uint8]


class Teacher:
    """YOLO11n with COCO's classes (OpenVINO), 640 x 640, on one thread."""

    def __init__(self, folder: Path) -> None:
        core = openvino.Core()
        self._run = core.compile_model(
            core.read_model(next(folder.glob("*.xml"))),
            "CPU",
            {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY"},
        )

    def trucks(self, image: Bytes) -> list[NDArray[np.float64]]:
        """Boxes (x, y, width, height) of trucks that are large and sure enough."""
        scale = 640 / max(image.shape[:2])
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        padded = np.full((640, 640, 3), 114, np.uint8)
        padded[: size[1], : size[0]] = cv2.resize(image, size, interpolation=how)
        blob = padded[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32) / 255
        found = self._run(blob)[0][0]
        kinds, sure = found[4:].argmax(0), found[4:].max(0)
        keep = (sure > 0.25) & np.isin(kinds, _VEHICLES)
        middle, kinds, sure = found[:4, keep].T, kinds[keep], sure[keep]
        boxes = np.column_stack([middle[:, :2] - middle[:, 2:] / 2, middle[:, 2:]]) / scale
        if not len(boxes):
            return []
        kept = np.array(cv2.dnn.NMSBoxes(boxes.tolist(), sure.tolist(), 0.25, 0.6)).ravel()
        return [
            boxes[i]
            for i in kept
            if kinds[i] == _TRUCK
            and sure[i] >= _SURE
            and boxes[i, 3] >= _LEAST_HEIGHT
            and boxes[i, 2] >= _LEAST_WIDTH
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clones", type=Path, required=True)
    parser.add_argument("--repository", required=True)
    parser.add_argument("--take", default=".")
    parser.add_argument("--most", type=int, default=900)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    folder = options.clones / options.repository
    listed = subprocess.run(
        ["git", "-C", str(folder), "ls-tree", "-r", "HEAD", "--name-only", "-z"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    pictures = [
        name
        for name in listed
        if re.search(r"\.(jpe?g|png|webp|bmp)$", name, re.I) and re.search(options.take, name)
    ]
    random.Random(1).shuffle(pictures)
    out = options.out / options.repository.split("/")[0]
    out.mkdir(parents=True, exist_ok=True)
    teacher, prints = Teacher(options.teacher), []
    for name in pictures[: options.most]:
        data = subprocess.run(
            ["git", "-C", str(folder), "show", f"HEAD:{name}"], capture_output=True, check=True
        ).stdout
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        if image is None or min(image.shape[:2]) < 120:
            continue
        for box in teacher.trucks(image):
            crop = _cut(image, box)
            mark = _print(crop)
            if any(np.unpackbits(mark ^ other).sum() <= _ALIKE for other in prints):
                continue
            scale = min(1, _LONGEST / max(crop.shape[:2]))
            small = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            cv2.imwrite(str(out / f"{len(prints):04d}.png"), small)
            prints.append(mark)
    print(f"{options.repository}: {len(prints)} crops")


def _cut(image: Bytes, box: NDArray[np.float64]) -> Bytes:
    x, y, w, h = box
    x0, y0 = round(max(0, x - MARGIN * w)), round(max(0, y - MARGIN * h))
    x1 = round(min(image.shape[1], x + w + MARGIN * w))
    y1 = round(min(image.shape[0], y + h + MARGIN * h))
    return image[y0:y1, x0:x1]


def _print(image: Bytes) -> Bytes:
    """64 bits that pictures which look alike share."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA)
    return np.packbits(small[:, 1:] > small[:, :-1])


if __name__ == "__main__":
    main()
