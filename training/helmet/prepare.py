"""The marked riders out of the clones into one file of small pictures.

    PYTHONPATH=. python training/helmet/prepare.py --clones CLONES --out SET.npz

`labels.csv.gz` lists every rider: what the row is used for, repository, picture (its path there),
its true aspect where it was squeezed, what the box is of, the box in the picture's pixels,
and the label. The box of a `person` is what a detector gave; that of a `head` is the repository's
own marking, from which a person's box is drawn by lot as often as riders measure. Each becomes a
square half as wide again as what the program looks at, so that training can move about in it.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from network import CLASSES
from numpy.typing import NDArray

from pipeline.closeups.helmets import head_squares

SIDE = 96  # pixels of a kept picture
WIDER = 1.5  # its side in sides of the look
HEAD_OF_PERSON = (0.19, 0.30)  # height of a marked head in heights of a rider's box: 101 measured


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    for name in ("clones", "out"):
        arguments.add_argument(f"--{name}", type=Path, required=True)
    options = arguments.parse_args()
    rows = list(labels(Path(__file__).parent / "labels.csv.gz"))
    rng = np.random.default_rng(3)
    by_picture: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        by_picture.setdefault((row["repository"], row["picture"]), []).append(row)
    pictures, natives, answers, sources, names = [], [], [], [], []
    for (repository, picture), riders in sorted(by_picture.items()):
        image = cv2.imread(str(options.clones / repository / picture))
        if image is None:
            print(f"{repository}/{picture}: not there")
            continue
        if riders[0]["aspect"]:  # a picture that was squeezed into a square
            height = image.shape[0]
            image = cv2.resize(image, (round(height * float(riders[0]["aspect"])), height))
        for row in riders:
            box = np.array([float(row[side]) for side in ("x1", "y1", "x2", "y2")])
            if row["of"] == "head":
                box = person_of(box, rng)
            x, y, side = head_squares(box[None])[0]
            pictures.append(cut(image, (x, y, side)))
            natives.append(side)
            answers.append(CLASSES.index(row["label"]))
            sources.append(row["use"])
            names.append(repository)
    np.savez_compressed(
        options.out,
        pictures=np.stack(pictures),
        natives=np.array(natives, np.float32),
        answers=np.array(answers, np.int8),
        uses=np.array(sources),
        repositories=np.array(names),
    )
    for (use, name, answer), count in sorted(
        Counter(zip(sources, names, (CLASSES[a] for a in answers), strict=True)).items()
    ):
        print(f"{use:6} {name:60} {answer:8} {count}")


def labels(file: Path) -> list[dict[str, str]]:
    """The rows of a labels file."""
    text = gzip.decompress(file.read_bytes()).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def person_of(head: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """A rider's box, as a detector might have given it, from that of the head (both xyxy)."""
    tall = (head[3] - head[1]) / rng.uniform(*HEAD_OF_PERSON)
    middle = (head[0] + head[2]) / 2 + tall * rng.normal(0, 0.05)
    top = head[1] + tall * rng.normal(0.02, 0.03)
    return np.array([middle - 0.25 * tall, top, middle + 0.25 * tall, top + tall])


def cut(image: NDArray[np.uint8], square: tuple[float, float, float]) -> NDArray[np.uint8]:
    """(SIDE, SIDE, 3) the square (left, top, side) of a look, WIDER, edges drawn out."""
    x, y, side = square
    wide = side * WIDER
    left, top = x - (wide - side) / 2, y - (wide - side) / 2
    scale = SIDE / wide
    if scale < 0.5:  # a mere warp would skip pixels
        image = cv2.resize(image, None, fx=2 * scale, fy=2 * scale, interpolation=cv2.INTER_AREA)
        left, top, scale = left * 2 * scale, top * 2 * scale, 0.5
    matrix = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]], np.float32)
    return np.asarray(
        cv2.warpAffine(
            image, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ),
        np.uint8,
    )


if __name__ == "__main__":
    main()
