"""What the shipped network tells of drawn trucks it never saw, and of real crops of unseen sources.

    PYTHONPATH=. python training/cargo/evaluate.py --model models/truck_parts.onnx \
        --shard UNSEEN [--real CROPS --labels labels.csv]

Prints, for drawn trucks: the overlap of each part, errors of the edges in shares of the box's
height, and cargo told against true; for real crops the latter alone, and at which thresholds a heap
is seen on trucks that have none.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipeline.closeups import cargo

PARTS = ("background", "cab", "body", "load", "cover", "wheel", "chassis")
CARGOES = ("closed", "covered", "sunk", "heaped", "goods")
_LETTERS = {"c": 0, "v": 1, "o": 2, "h": 3, "g": 4, "x": 5}
_BOX = np.array([128 / 1.12, 96 / 1.12])  # of a drawn truck in its crop


class Network:
    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(path), options)

    def __call__(self, crop: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        batch = crop.transpose(2, 0, 1)[None].astype(np.float32)
        return [found[0] for found in self._session.run(None, {"crop": batch})]


def drawn(network: Network, shard: Path, most: int) -> None:
    images = np.load(shard / "images.npy", mmap_mode="r")[:most]
    labels = np.load(shard / "labels.npy", mmap_mode="r")[:most]
    truths = np.load(shard / "truths.npy")[:most]
    common, either = np.zeros(7), np.zeros(7)
    table = np.zeros((5, 5), int)
    errors: dict[str, list[float]] = {}
    for image, label, truth in zip(images, labels, truths, strict=True):
        parts, held, view = network(image)
        told = parts.argmax(0)
        for part in range(7):
            common[part] += ((told == part) & (label == part)).sum()
            either[part] += ((told == part) | (label == part)).sum()
        if truth[0] >= 0:
            table[int(truth[0]), int(held.argmax())] += 1
        found = cargo.measured(told, held, view, _BOX)
        exact = cargo.measured(label.astype(np.intp), held, view, _BOX)
        for name in ("cab_top", "body_top", "body_bottom", "load_top"):
            if name in found and name in exact:
                errors.setdefault(name, []).append(found[name] - exact[name])
        if "wheel_px" in found and "wheel_px" in exact:
            errors.setdefault("wheel_px (share)", []).append(
                found["wheel_px"] / exact["wheel_px"] - 1
            )
    print(
        "overlap:",
        {n: round(float(c / e), 3) for n, c, e in zip(PARTS, common, either, strict=True)},
    )
    for name, values in errors.items():
        low, middle, high = np.percentile(values, [5, 50, 95])
        print(
            f"{name}: error {middle:+.3f}, nine in ten {low:+.3f} to {high:+.3f}, n {len(values)}"
        )
    _show(table)


def answers(network: Network, passages: Path, out: Path) -> None:
    """What is told at each look of passages.py, and how far off: for the driving range.

    `shows` is the true height of load over the sides in the picture; edges are told less true, in
    shares of the box's height, the wheel's in shares of itself; nan: not told, or not to be seen.
    """
    images = np.load(passages / "images.npy", mmap_mode="r")
    labels = np.load(passages / "labels.npy", mmap_mode="r")
    truths = np.load(passages / "truths.npy")
    edges = ("cab_top", "body_top", "body_bottom", "load_top", "wheel_px")
    told = ("heaped", "covered", "open_bed", "load_share", "cover_share")
    told += ("seen_aside", "seen_behind")
    with out.open("w") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["truck", "cargo", "view", "sides", "load", "shows", *told, *edges])
        for image, label, truth in zip(images, labels, truths, strict=True):
            parts, held, view = network(image)
            found = cargo.measured(parts.argmax(0), held, view, _BOX)
            exact = cargo.measured(label.astype(np.intp), held, view, _BOX)
            shows = exact.get("body_top", np.nan) - exact.get("load_top", np.nan)
            values = [truth[3], truth[4], shows, *(found[name] for name in told)]
            for name in edges:
                value, true = found.get(name, np.nan), exact.get(name, np.nan)
                if name == "load_top" and np.isnan(true):  # told where none is: over the sides' top
                    true = exact.get("body_top", np.nan)
                values.append(value / true - 1 if name == "wheel_px" else value - true)
            known = [int(truth[0]), CARGOES[int(truth[1])], int(truth[2])]
            rows.writerow([*known, *(f"{value:.3f}" for value in values)])


def crops(folder: Path, labels: Path, use: str) -> Iterator[tuple[str, NDArray[np.uint8], int]]:
    with labels.open() as rows:
        for row in csv.DictReader(rows):
            if row["use"] == use and (folder / row["crop"]).exists():
                image = np.asarray(cv2.imread(str(folder / row["crop"])), np.uint8)
                box = np.array(row["box"].split(), np.float64)
                yield row["crop"], cargo.picture(image, box), _LETTERS[row["cargo"]]


def real(network: Network, folder: Path, labels: Path) -> None:
    table = np.zeros((6, 5), int)
    heaped = []
    for name, crop, truth in crops(folder, labels, "test"):
        parts, held, view = network(crop)
        table[truth, int(held.argmax())] += 1
        found = cargo.measured(parts.argmax(0), held, view, _BOX)
        above = found.get("body_top", np.nan) - found.get("load_top", np.nan)
        speaks = found["covered"] < 0.3 and found["load_share"] >= 0.03 and above >= 0.015
        heaped.append((found["heaped"], speaks, truth, name))
    _show(table)
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.9):
        alone = [row for row in heaped if row[0] >= threshold]
        both = [row for row in alone if row[1]]
        wrong = [row[3] for row in both if row[2] != 3]
        print(
            f"heaped >= {threshold}: {len(alone)} of {len(heaped)}; with the parts agreeing "
            f"{len(both)}, {len(wrong)} of them wrong {wrong[:8]}"
        )


def _show(table: NDArray[np.int_]) -> None:
    print("true \\ told " + " ".join(f"{name:>8}" for name in CARGOES))
    for name, row in zip((*CARGOES, "(unclear)"), table, strict=False):
        print(f"{name:>11} " + " ".join(f"{count:8d}" for count in row))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--shard", type=Path)
    parser.add_argument("--passages", type=Path, help="of passages.py")
    parser.add_argument("--answers", type=Path, help="table to write from the passages")
    parser.add_argument("--most", type=int, default=400)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--labels", type=Path)
    options = parser.parse_args()
    network = Network(options.model)
    if options.shard:
        drawn(network, options.shard, options.most)
    if options.passages:
        answers(network, options.passages, options.answers)
    if options.real:
        real(network, options.real, options.labels)


if __name__ == "__main__":
    main()
