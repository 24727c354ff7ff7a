"""How well the exported locator finds plates in pictures that it never saw.

    PYTHONPATH=. python training/plate_locator/evaluate.py --real CSV [CSV ...]

CSVs as `data.marked` reads them. A plate counts as found where the box around a located one overlaps
its own with an IoU of at least 0.5; what is located elsewhere counts as false.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

from pipeline.plates.locator import PlateLocator
from pipeline.plates.quads import box_around
from pipeline.vision.boxes import iou


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--real", type=Path, nargs="+", required=True)
    arguments.add_argument("--threshold", type=float, nargs="*", default=[0.2, 0.3, 0.4, 0.5])
    options = arguments.parse_args()
    cv2.setNumThreads(1)
    locator = PlateLocator(threads=1, threshold=min(options.threshold))
    for table in options.real:
        truth = _truth(table)
        found, times = {}, []
        for name in truth:
            image = np.asarray(cv2.imread(str(table.parent / name)), np.uint8)
            start = time.perf_counter()
            found[name] = locator.find(image)
            times.append(1000 * (time.perf_counter() - start))
        print(f"{table.stem}: {len(truth)} pictures, {np.median(times):.1f} ms a picture, one core")
        for threshold in options.threshold:
            hit = plates = false = 0
            apart = []
            for name, quads in truth.items():
                spots = [spot for spot in found[name] if spot.score >= threshold]
                own = np.array([box_around([quad]) for quad in quads], np.float32)
                boxes = np.array([box_around([spot.quad]) for spot in spots], np.float32)
                plates += len(quads)
                if not spots:
                    continue
                overlap = iou(own, boxes.reshape(-1, 4))
                hit += int((overlap.max(axis=1) >= 0.5).sum())
                false += int((overlap.max(axis=0) < 0.5).sum())
                for row, quad in zip(overlap, quads, strict=True):
                    if row.max() >= 0.5:
                        near = spots[int(row.argmax())].quad
                        height = np.linalg.norm(quad[3] - quad[0])
                        apart.append(np.abs(near - quad).max() / height)
            middle = np.median(apart) if apart else np.nan
            print(
                f"  threshold {threshold:.2f}: found {hit} of {plates} ({hit / plates:.3f}), "
                f"elsewhere {false}; worst corner off by {middle:.2f} of the height (median)"
            )


def _truth(table: Path) -> dict[str, list[np.ndarray]]:
    from data import _corners

    quads = defaultdict(list)
    with table.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            quads[row["path"]].append(_corners(row))
    return quads


if __name__ == "__main__":
    main()
