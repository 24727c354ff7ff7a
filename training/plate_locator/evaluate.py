"""How well the exported locator finds plates in pictures that it never saw.

    PYTHONPATH=.:training/plates python training/plate_locator/evaluate.py --pictures FOLDER

On the pictures of `labels.csv.gz` that are put aside for it. A plate counts as found where the box
around a located one overlaps its own with an IoU of at least 0.5; what is located elsewhere counts
as false.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from data import quads
from train import LABELS

from pipeline.plates.locator import PlateLocator
from pipeline.plates.quads import box_around
from pipeline.vision.boxes import iou


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pictures", type=Path, required=True)
    arguments.add_argument("--threshold", type=float, nargs="*", default=[0.2, 0.3, 0.4, 0.5])
    options = arguments.parse_args()
    cv2.setNumThreads(1)
    locator = PlateLocator(threads=1, threshold=min(options.threshold))
    for split in ("test_gate", "test_other"):
        truth = quads(LABELS, split)
        found, times = {}, []
        for name in truth:
            image = np.asarray(cv2.imread(str(options.pictures / name)), np.uint8)
            start = time.perf_counter()
            found[name] = locator.find(image)
            times.append(1000 * (time.perf_counter() - start))
        print(f"{split}: {len(truth)} pictures, {np.median(times):.1f} ms a picture, one core")
        for threshold in options.threshold:
            hit = plates = false = 0
            apart = []
            for name, plates_there in truth.items():
                spots = [spot for spot in found[name] if spot.score >= threshold]
                own = np.array([box_around([quad]) for quad in plates_there], np.float32)
                boxes = np.array([box_around([spot.quad]) for spot in spots], np.float32)
                plates += len(plates_there)
                if not spots:
                    continue
                overlap = iou(own, boxes.reshape(-1, 4))
                hit += int((overlap.max(axis=1) >= 0.5).sum())
                false += int((overlap.max(axis=0) < 0.5).sum())
                for row, quad in zip(overlap, plates_there, strict=True):
                    if row.max() >= 0.5:
                        near = spots[int(row.argmax())].quad
                        height = np.linalg.norm(quad[3] - quad[0])
                        apart.append(np.abs(near - quad).max() / height)
            middle = np.median(apart) if apart else np.nan
            print(
                f"  threshold {threshold:.2f}: found {hit} of {plates} ({hit / plates:.3f}), "
                f"elsewhere {false}; worst corner off by {middle:.2f} of the height (median)"
            )


if __name__ == "__main__":
    main()
