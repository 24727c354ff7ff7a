"""How well and how fast detectors find road users.

    python benchmarks/detect.py --pictures IMAGES --labels LABELS WEIGHTS ... [--names a,b,…]

`LABELS` holds a YOLO file for each picture (`class cx cy w h`, relative). A sixth column is taken
as the score of the machine that made the label: boxes below 0.35 count neither for nor against.
A detection is right where it overlaps a label of its group by IoU 0.5. AP50 is the area under the
precision-recall curve, precision and recall are those at the weights' own threshold.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DashcamError
from pipeline.settings import VisionSettings
from pipeline.types import KINDS, Detections, Kind
from pipeline.vision.backends import load_detector
from pipeline.vision.detector import DEFAULT_CONFIDENCE
from pipeline.vision.registry import registry
from pipeline.vision.weights import Weights, sha256_of

IOU = 0.5
FLOOR = 0.02  # confidence from which detections count for AP50
LABEL_FROM = 0.35
VEHICLES = frozenset(KINDS) - {Kind.PERSON}


@dataclass(slots=True)
class Tally:
    """What became of the detections of one group of kinds."""

    labels: int = 0
    confidences: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)

    def precision_recall(self, threshold: float) -> tuple[float, float]:
        chosen = np.array(self.confidences) >= threshold
        right = int(np.array(self.right, bool)[chosen].sum()) if len(chosen) else 0
        return right / max(int(chosen.sum()), 1), right / max(self.labels, 1)

    def average_precision(self) -> float:
        """Area under the precision-recall curve, precision made monotonous from the right."""
        if not self.confidences:
            return 0.0
        order = np.argsort(-np.array(self.confidences), kind="stable")
        right = np.array(self.right, float)[order].cumsum()
        recall = np.concatenate([[0.0], right / max(self.labels, 1)])
        precision = right / np.arange(1, len(right) + 1)
        precision = np.maximum.accumulate(precision[::-1])[::-1]
        return float((np.diff(recall) * precision).sum())


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("weights", nargs="+", help="a model of the registry, or weights")
    arguments.add_argument("--pictures", type=Path, required=True)
    arguments.add_argument("--labels", type=Path, required=True)
    arguments.add_argument("--names", default="person,vehicle", help="names of the labels' classes")
    arguments.add_argument("--threshold", type=float, help="instead of the weights' own")
    arguments.add_argument("--size", type=int, default=VisionSettings().input_size)
    arguments.add_argument("--threads", type=int, default=0)
    options = arguments.parse_args()
    groups = _groups(options.names.split(","))
    print(f"{'weights':28} {'group':10} {'labels':>6} {'precision':>9} {'recall':>6} {'AP50':>6}")
    for name in options.weights:
        weights = _weights(name)
        threshold = options.threshold or weights.confidence or DEFAULT_CONFIDENCE
        settings = VisionSettings(
            confidence=FLOOR, input_size=options.size, threads=options.threads
        )
        tallies, milliseconds = measure(
            weights, settings, options.pictures, options.labels, options.names.split(","), groups
        )
        for group, tally in tallies.items():
            precision, recall = tally.precision_recall(threshold)
            print(
                f"{weights.name[:28]:28} {group:10} {tally.labels:6d} {precision:9.3f} "
                f"{recall:6.3f} {tally.average_precision():6.3f}"
            )
        print(f"{weights.name[:28]:28} threshold {threshold:.2f}, {milliseconds:.1f} ms a picture")


def measure(
    weights: Weights,
    settings: VisionSettings,
    pictures: Path,
    labels: Path,
    names: list[str],
    groups: dict[str, frozenset[Kind]],
) -> tuple[dict[str, Tally], float]:
    """A tally for each group, and the median time of a picture in milliseconds."""
    detector = load_detector(weights, settings)
    tallies = {group: Tally() for group in groups}
    seconds = []
    for path in sorted(pictures.iterdir()):
        file = labels / f"{path.stem}.txt"
        image = cv2.imread(str(path))
        if image is None or not file.is_file():
            continue
        started = time.perf_counter()
        found = detector.detect([np.asarray(image, np.uint8)])[0]
        seconds.append(time.perf_counter() - started)
        classes, boxes, sure = read_labels(file, *image.shape[:2])
        for group, kinds in groups.items():
            wanted = np.array(
                [names[index] == group or names[index] in kinds for index in classes], bool
            )
            count(tallies[group], found, kinds, boxes[wanted], sure[wanted])
    if not seconds:
        raise SystemExit(f"{pictures}: no picture here has a label in {labels}")
    return tallies, float(np.median(seconds)) * 1000


def count(
    tally: Tally,
    found: Detections,
    kinds: frozenset[Kind],
    labels: NDArray[np.float32],
    sure: NDArray[np.bool_],
) -> None:
    """Match the detections of some kinds, best first, each with one label."""
    tally.labels += int(sure.sum())
    free = np.ones(len(labels), bool)
    for index in np.argsort(-found.confidences, kind="stable"):
        if KINDS[int(found.kinds[index])] not in kinds:
            continue
        overlaps = np.where(free, _overlap(found.boxes[index], labels), 0)
        best = int(overlaps.argmax()) if len(overlaps) else -1
        right = best >= 0 and overlaps[best] >= IOU
        if right:
            free[best] = False
            if not sure[best]:
                continue
        tally.confidences.append(float(found.confidences[index]))
        tally.right.append(bool(right))


def read_labels(
    file: Path, height: int, width: int
) -> tuple[list[int], NDArray[np.float32], NDArray[np.bool_]]:
    """Classes, boxes (N, 4) xyxy in pixels, and which of them are sure."""
    rows = [line.split() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    values = np.array([row[1:5] for row in rows], np.float32).reshape(-1, 4)
    size = np.array([width, height], np.float32)
    centre, half = values[:, :2] * size, values[:, 2:] * size / 2
    sure = np.array([len(row) < 6 or float(row[5]) >= LABEL_FROM for row in rows], bool)
    return [int(row[0]) for row in rows], np.concatenate([centre - half, centre + half], 1), sure


def _overlap(box: NDArray[np.float32], boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N,) IoU of one box with each of `boxes`."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    common = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) + np.prod(box[2:] - box[:2])
    return np.asarray(common / np.maximum(areas - common, 1e-6), np.float32)


def _groups(names: list[str]) -> dict[str, frozenset[Kind]]:
    groups = {"person": frozenset({Kind.PERSON}), "vehicle": VEHICLES}
    if "vehicle" not in names:
        groups |= {kind.value: frozenset({kind}) for kind in KINDS if kind in VEHICLES}
    return groups


def _weights(name: str) -> Weights:
    entry = registry().get(name) if not Path(name).exists() else None
    path = entry.path if entry else Path(name)
    if not path.exists():
        raise SystemExit(f"{name}: neither a model of models/registry.yaml nor weights")
    threshold = entry.threshold if entry else None
    return Weights(path, entry.name if entry else path.name, "user", sha256_of(path), threshold)


if __name__ == "__main__":
    try:
        main()
    except DashcamError as error:
        raise SystemExit(str(error)) from error
