"""Pictures and videos of many sources into one training set with a teacher's labels.

    python training/detector/prepare.py --raw RAW --held-out HELD_OUT ... --teacher IR --out SET

`RAW` holds one folder a source. Pictures that resemble one under `HELD_OUT` (pictures, or frames of
videos) are left out, so that nothing is measured later on what was trained on; so are near copies
within a source. What the teacher sees becomes a label `class cx cy w h score` (all relative) beside
a JPEG of at most 640 pixels; `index.csv` says which source a picture is of.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from closer import closer
from numpy.typing import NDArray

from pipeline.settings import VisionSettings
from pipeline.types import Detections
from pipeline.vision.backends import load_detector
from pipeline.vision.weights import Weights, sha256_of

PICTURES = {".jpg", ".jpeg", ".png"}
VIDEOS = {".mp4", ".avi", ".mov", ".webm"}
LONGER_SIDE = 640
EVERY_S = 0.7  # between two pictures of one video
KEEP_FROM = 0.2  # teacher's confidence; the trainer decides which of these are labels
SURE = 0.45  # a picture is kept where the teacher is this sure of something, or sees nothing
SAME = 2  # bits in which pictures of one source may differ and still be copies
NEAR = 6  # bits of 64 in which two perceptual hashes may differ and still be one picture


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    for name in ("raw", "teacher", "out"):
        arguments.add_argument(f"--{name}", type=Path, required=True)
    arguments.add_argument("--held-out", type=Path, nargs="+", required=True)
    arguments.add_argument("--aside", type=int, default=0, help="pictures put aside to test with")
    arguments.add_argument("--closer", action="store_true", help="see closer.py")
    options = arguments.parse_args()
    forbidden = np.array(
        [hash_of(image) for folder in options.held_out for image in pictures(folder)], np.uint64
    )
    print(f"{len(forbidden)} held-out pictures")
    teacher = load_detector(
        Weights(options.teacher, "teacher", "user", sha256_of(options.teacher)),
        VisionSettings(confidence=KEEP_FROM),
    )
    (options.out / "images").mkdir(parents=True, exist_ok=True)
    (options.out / "labels").mkdir(exist_ok=True)
    index: dict[str, str] = {}
    counts: dict[str, Counter[str]] = {}
    for source in sorted(path for path in options.raw.iterdir() if path.is_dir()):
        count = counts.setdefault(source.name, Counter())
        seen = np.empty(0, np.uint64)
        for image in pictures(source):
            code = hash_of(image)
            if len(forbidden) and distance(code, forbidden).min() <= NEAR:
                count["held out"] += 1
                continue
            if len(seen) and distance(code, seen).min() <= SAME:
                count["repeated"] += 1
                continue
            seen = np.append(seen, code)
            small = shrink(image)
            if options.closer:
                found = closer(teacher, image)
                boxes = found.boxes * (small.shape[1] / image.shape[1])
                found = Detections(boxes, found.confidences, found.kinds)
            else:
                found = teacher.detect([small])[0]
            # Unsure pictures teach little; what is surely empty teaches what is no road user.
            if len(found.confidences) and found.confidences.max() < SURE:
                count["unsure"] += 1
                continue
            count["empty"] += not len(found.confidences)
            name = f"{len(index) + 1:06d}"
            height, width = small.shape[:2]
            size = np.array([width, height, width, height], np.float32)
            boxes = found.boxes / size
            rows = np.column_stack(
                [
                    found.kinds,
                    (boxes[:, :2] + boxes[:, 2:]) / 2,
                    boxes[:, 2:] - boxes[:, :2],
                    found.confidences,
                ]
            )
            cv2.imwrite(
                str(options.out / "images" / f"{name}.jpg"), small, [cv2.IMWRITE_JPEG_QUALITY, 92]
            )
            np.savetxt(options.out / "labels" / f"{name}.txt", rows, "%d %.5f %.5f %.5f %.5f %.3f")
            index[name] = source.name
            count["kept"] += 1
        print(source.name, dict(count), flush=True)
    (options.out / "counts.json").write_text(json.dumps(counts, indent=2), encoding="utf-8")
    put_aside(options.out, options.out.with_name(f"{options.out.name}_ASIDE"), index, options.aside)


def put_aside(folder: Path, other: Path, index: dict[str, str], number: int) -> None:
    """Move `number` pictures drawn by lot into `other`, and write the index of both."""
    drawn = set(random.Random(1).sample(sorted(index), number))
    for target, names in ((folder, index.keys() - drawn), (other, drawn)):
        for kind in ("images", "labels"):
            (target / kind).mkdir(parents=True, exist_ok=True)
        lines = [f"{name},{index[name]}\n" for name in sorted(names)]
        (target / "index.csv").write_text("".join(lines), encoding="utf-8")
    for name in drawn:
        for kind, suffix in (("images", ".jpg"), ("labels", ".txt")):
            file = Path(kind) / f"{name}{suffix}"
            (folder / file).replace(other / file)


def pictures(folder: Path) -> Iterator[NDArray[np.uint8]]:
    """Every readable picture under `folder`, and a frame of each video every `EVERY_S` seconds."""
    for path in sorted(folder.rglob("*")):
        suffix = path.suffix.lower()
        if suffix in PICTURES:
            image = cv2.imread(str(path))
            if image is not None and min(image.shape[:2]) >= 160:
                yield np.asarray(image, np.uint8)
        elif suffix in VIDEOS:
            yield from frames(path)


def frames(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Frames of a video, as far as it can be read."""
    try:
        with av.open(str(path)) as container:
            wanted = 0.0
            for frame in container.decode(video=0):
                if frame.time is not None and frame.time >= wanted:
                    wanted = frame.time + EVERY_S
                    yield np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
    except (av.FFmpegError, IndexError):
        return


def shrink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = LONGER_SIDE / max(image.shape[:2])
    if scale >= 1:
        return image
    return np.asarray(
        cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )


def hash_of(image: NDArray[np.uint8]) -> np.uint64:
    """64-bit perceptual hash: signs of the low frequencies of the picture's cosine transform."""
    grey = cv2.resize(
        cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (32, 32), interpolation=cv2.INTER_AREA
    )
    low = cv2.dct(grey.astype(np.float32))[:8, :8].ravel()
    bits = low > np.median(low)
    return np.uint64(int("".join("1" if bit else "0" for bit in bits), 2))


def distance(code: np.uint64, codes: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """(N,) number of bits in which `code` differs from each of `codes`."""
    return np.bitwise_count(codes ^ code)


if __name__ == "__main__":
    main()
