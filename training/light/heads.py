"""Signal heads on backgrounds of real pictures: drawn ones, and cut out real ones.

    python training/light/heads.py --clones CLONES --out SPOTS --seed N [--real] --number 700

Drawn heads have two to four lamps (round, arrows, walking men) upright or level, a number beside
them that counts down, day and night, haze, glow, lenses of single diodes. A man and a number are
labelled 0: they are no signal for vehicles. Spots are found by the same detector as in use, so that
middles and sizes are off as they are there. Writes what `spots.py` writes, and `arrows` (N,): 1, 0,
or -1 where nobody knows (real heads).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from drawn_heads import Lamp, Picture, drawn
from numpy.typing import NDArray
from spots import GERMAN, NO_BOXES, PLAIN, crop

from pipeline.scene.light_lamps import find_lamps

REAL = (
    ("Ramdhanoriya/traffic-light-classifier", "traffic_light_images/training/{}/*.jpg", 800),
    ("jackiee95/Traffic-Light-Detection", "model_training/processed_data/train/{}/*.jpg", 700),
    (
        "ChuTungDuongg/Traffic-Light-Detection-CS231-UIT-Final-",
        "demo_assets/patches*/{}/*.jpg",
        300,
    ),
)
DOWN = {1: 0.19, 2: 0.5, 3: 0.81}  # where a cut out head's lamp is


def pasted(
    picture: Picture, head: NDArray[np.uint8], label: int, size: float, rng: np.random.Generator
) -> tuple[Picture, list[Lamp]]:
    """A cut out head in the middle of a picture, its edges blended."""
    shape = head.shape[1] / head.shape[0]
    if shape > 0.8:  # some were squeezed into a square
        shape = rng.uniform(0.36, 0.55)
    wide = size * rng.uniform(1.15, 1.5)
    dim = (float(head.mean()) + 15) / (float(picture.mean()) + 15)
    picture = picture * np.float32(np.clip(dim * rng.uniform(0.5, 1.6), 0.08, 1.3))
    size_px = (max(4, int(wide)), max(6, int(wide / shape)))
    way = cv2.INTER_AREA if head.shape[0] > size_px[1] else cv2.INTER_LINEAR
    made = cv2.resize(head, size_px, interpolation=way).astype(np.float32)
    level = rng.random() < 0.3
    if level:
        made = cv2.rotate(made, cv2.ROTATE_90_COUNTERCLOCKWISE)
    side = len(picture)
    top, left = (side - made.shape[0]) // 2, (side - made.shape[1]) // 2
    edges = (top, side - top - made.shape[0], left, side - left - made.shape[1])
    share = np.zeros((side, side), np.float32)
    share[top : top + made.shape[0], left : left + made.shape[1]] = 1
    share = cv2.GaussianBlur(share, (0, 0), max(0.3, size * rng.uniform(0.02, 0.12)))[..., None]
    full = cv2.copyMakeBorder(made, *edges, cv2.BORDER_REPLICATE)
    x = left + DOWN[label] * made.shape[1] if level else side / 2
    y = side / 2 if level else top + DOWN[label] * made.shape[0]
    return picture * (1 - share) + full * share, [Lamp(x, y, wide / 1.15 * 0.95, label, -1)]


def finished(picture: Picture, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Haze, exposure, noise and a codec's blocks."""
    picture = np.clip(picture, 0, 255)
    if rng.random() < 0.45:
        haze = rng.uniform(0.05, 0.5)
        picture = picture * (1 - haze) + haze * (rng.uniform(70, 200) + rng.normal(0, 6, 3))
    if rng.random() < 0.4:
        picture = picture * rng.uniform(0.6, 1.2) + rng.uniform(0, 35) * rng.random()
    noisy = picture + rng.normal(0, rng.uniform(0, 6), picture.shape)
    made = np.clip(noisy, 0, 255).astype(np.uint8)
    if rng.random() < 0.7:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 92))]
        made = cv2.imdecode(cv2.imencode(".jpg", made, quality)[1], 1)
    return made


def backgrounds(clones: Path) -> list[Path]:
    """Pictures to put heads on."""
    german = "ObjectDetection/od_train_data/raw_dataset/images/*.jpg"
    of = [(clones / repository, pattern) for repository, pattern, *_ in PLAIN[:4]]
    found = [sorted(folder.glob(pattern))[:400] for folder, pattern in of]
    return [path for paths in found for path in paths] + sorted((clones / GERMAN).glob(german))[
        :400
    ]


def real_heads(clones: Path, rng: np.random.Generator) -> list[tuple[Path, int]]:
    """Cut out heads and their labels; yellow ones, which are few, four times."""
    heads: list[tuple[Path, int]] = []
    for label, colour in enumerate(("red", "yellow", "green"), 1):
        for repository, pattern, most in REAL:
            found = sorted((clones / repository).glob(pattern.format(colour)))
            chosen = [found[i] for i in rng.permutation(len(found))[:most]]
            heads += [(path, label) for path in chosen] * (4 if colour == "yellow" else 1)
    return heads


def made(
    paths: list[Path], heads: list[tuple[Path, int]], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], list[Lamp]] | None:
    """One picture with one head, and its lamps."""
    image = cv2.imread(str(paths[rng.integers(len(paths))]))
    if image is None:
        return None
    night = rng.random() < 0.4
    size = float(np.exp(rng.uniform(np.log(4.5), np.log(20 if heads else 24))))
    side = int(12 * size) + 30
    top = int(rng.integers(0, max(1, image.shape[0] - side)))
    left = int(rng.integers(0, max(1, image.shape[1] - side)))
    part = image[top : top + side, left : left + side]
    if heads:
        if part.shape[:2] != (side, side):
            part = cv2.resize(part, (side, side))
        path, label = heads[rng.integers(len(heads))]
        head = cv2.imread(str(path))
        if head is None:
            return None
        picture, lamps = pasted(part.astype(np.float32), np.asarray(head), label, size, rng)
        return finished(picture, rng), lamps
    finer = 3 if size < 9 else 2
    picture = cv2.resize(part, (side * finer, side * finer)).astype(np.float32)
    if night:
        picture *= rng.uniform(0.05, 0.6)
    elif rng.random() < 0.3:
        picture = picture * 0.3 + 170 + rng.uniform(-30, 60)  # the sky
    lamps = drawn(picture, size * finer, night, rng)
    soft = cv2.GaussianBlur(np.clip(picture, 0, 255), (0, 0), rng.uniform(0.15, 0.6) * finer)
    small = cv2.resize(soft, (side, side), interpolation=cv2.INTER_AREA)
    at = [Lamp(p.x / finer, p.y / finer, p.diameter / finer, p.label, p.arrow) for p in lamps]
    return finished(small, rng), at


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--clones", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--number", type=int, default=700)
    arguments.add_argument("--real", action="store_true", help="cut out heads in place of drawn")
    options = arguments.parse_args()
    rng = np.random.default_rng(options.seed)
    paths = backgrounds(options.clones)
    heads = real_heads(options.clones, rng) if options.real else []
    crops, labels, arrows = [], [], []
    while len(crops) < options.number:
        result = made(paths, heads, rng)
        if result is None:
            continue
        picture, lamps = result
        found = find_lamps(picture, 24, NO_BOXES)
        for (x, y), diameter in zip(found.centres, found.diameters, strict=True):
            lamp = min(lamps, key=lambda one: np.hypot(x - one.x, y - one.y))
            near = np.hypot(x - lamp.x, y - lamp.y) < 0.35 * lamp.diameter
            if near and 0.45 < diameter / lamp.diameter < 2.0:
                crops.append(crop(picture, x, y, diameter))
                labels.append(lamp.label)
                arrows.append(lamp.arrow)
    options.out.mkdir(parents=True, exist_ok=True)
    name = f"{'pasted' if options.real else 'drawn'}-{options.seed}.npz"
    np.savez(
        options.out / name,
        crops=np.array(crops, np.uint8),
        labels=np.array(labels),
        arrows=np.array(arrows),
    )


if __name__ == "__main__":
    main()
