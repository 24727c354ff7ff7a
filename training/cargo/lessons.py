r"""What the detector's first layers make of each picture: this is what the head learns from.

    python lessons.py --detector models/road_users.onnx --out LESSONS/NAME --shard SHARD --seed 1
    python lessons.py --detector models/road_users.onnx --out LESSONS/real \
        --real CROPS --labels labels.csv --again 4

These layers do not change, so each picture goes through them once for each way it is changed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from data import UNTOLD, Drawn, Real, changed
from network import CHANNELS, LAYERS, Eyes
from numpy.typing import NDArray

SIZES = ((24, 32), (12, 16), (6, 8))


class Lessons:
    def __init__(self, detector: Path, count: int, seed: int) -> None:
        self._eyes, self._rng = Eyes(detector), np.random.default_rng(seed)
        self._maps = [
            np.zeros((count, channels, *size), np.float16)
            for channels, size in zip(CHANNELS, SIZES, strict=True)
        ]
        self._parts = np.full((count, 48, 64), UNTOLD, np.uint8)
        self._answers = np.full((count, 2), UNTOLD, np.uint8)
        self._next = 0

    def take(
        self, image: NDArray[np.uint8], parts: NDArray[np.uint8] | None, cargo: int, view: int
    ) -> None:
        image, labels = changed(image, parts, self._rng)
        for kept, found in zip(self._maps, self._eyes(image[None]), strict=True):
            kept[self._next] = found[0].numpy()
        self._parts[self._next] = labels[1::2, 1::2]
        self._answers[self._next] = cargo, view
        self._next += 1

    def save(self, out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        for layer, maps in zip(LAYERS, self._maps, strict=True):
            np.save(out / f"maps{layer}.npy", maps[: self._next])
        np.save(out / "parts.npy", self._parts[: self._next])
        np.save(out / "answers.npy", self._answers[: self._next])
        print(f"{out}: {self._next}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--detector", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shard", type=Path)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--again", type=int, default=4, help="times each real crop is changed")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.shard:
        lessons = Lessons(options.detector, 4000, options.seed)
        for drawn in Drawn(options.shard.parent, options.shard.name).each(4000):
            lessons.take(*drawn)
    else:
        lessons = Lessons(options.detector, 4000, options.seed)
        real, rng = Real(options.real, options.labels, "train"), np.random.default_rng(options.seed)
        for turn in range(3 * options.again):  # outlined ones three times as often
            for image, parts, cargo in real.each(rng, outlined=turn % 3 > 0):
                lessons.take(image, parts, cargo, UNTOLD)
    lessons.save(options.out)


if __name__ == "__main__":
    main()
