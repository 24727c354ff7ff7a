"""How well the exported plate reader reads plates that it never saw.

    PYTHONPATH=. python training/plates/evaluate.py [--fonts FOLDER] [--streets FOLDER]
        [--pictures FOLDER] [--count 2000] [--wrong FOLDER]

Rendered plates: `CLEAN` (dashcam quality) and `HARD`, settings and faces that the training does not
use, other seeds. Real plates: those of `labels.csv` that are put aside for it. Each is read as the
program does it, from three cuts, through the grammar; the reliability table is over all of them.
"""

from __future__ import annotations

import argparse
import random
import time
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from data import crops
from fonts import faces
from numpy.typing import NDArray
from render import CLEAN, HARD, Painter, Setting, Spoiler, street_pieces
from texts import draw
from train import HELD_OUT_FACES, LABELS

from pipeline.plates import shipped_reader
from pipeline.plates.locator import PlateSpot
from pipeline.plates.rules import ALPHABET
from pipeline.plates.speller import Speller, view_of
from pipeline.plates.symbols import BREAK, END

BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 1.0001)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--fonts", type=Path)
    arguments.add_argument("--streets", type=Path)
    arguments.add_argument("--pictures", type=Path, help="folder of the pictures of labels.csv")
    arguments.add_argument("--count", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=77_000, help="of the rendered plates")
    arguments.add_argument("--wrong", type=Path, help="folder for pictures of what was misread")
    arguments.add_argument("--save", type=Path, help=".npy of features and right or wrong")
    options = arguments.parse_args()
    cv2.setNumThreads(1)
    speller = Speller(threads=1)
    held_out = [face for face in faces(options.fonts) if face.name in HELD_OUT_FACES]
    print(f"held-out faces: {', '.join(face.name for face in held_out)}")
    rows: list[tuple[float, bool]] = []
    kept = []
    for name, setting, seed in (("clean", CLEAN, 1), ("hard", HARD, 2)):
        pictures = _rendered(setting, options.seed + seed, options.count, held_out, options.streets)
        found = _read(speller, pictures, name, options.wrong)
        rows += [row[:2] for row in found]
        kept += [(*row[2], row[1], 0) for row in found]
    for name in ("gate", "street") if options.pictures else ():
        held = crops(LABELS, options.pictures, f"test_{name}")
        pictures = [(crop.picture, crop.corners, _text(crop.codes)) for crop in held]
        found = _read(speller, pictures, name, options.wrong)
        rows += [row[:2] for row in found]
        kept += [(*row[2], row[1], 1) for row in found]
    _reliability(rows)
    if options.save:
        np.save(options.save, np.array(kept, np.float64))
    _speed(speller)


def _rendered(
    setting: Setting, seed: int, count: int, held_out: list, streets: Path | None
) -> list[tuple[NDArray[np.uint8], NDArray[np.float64], str]]:
    """Scenes with a plate in them, where it was located, and its text."""
    source = random.Random(seed)
    painter = Painter(held_out, source)
    spoiler = Spoiler(setting, source, street_pieces(streets, 60))
    pictures = []
    for _ in range(count):
        text = draw(source)
        plate, letter = painter.paint(text)
        scene, corners = spoiler.photograph(plate, letter)
        pictures.append((scene, spoiler.located(corners), _text(text.codes)))
    return pictures


def _text(codes: list[int]) -> str:
    return "".join(ALPHABET[code] for code in codes if code not in (BREAK, END))


def _read(speller: Speller, pictures: list, name: str, wrong: Path | None) -> list:
    """(confidence, right, features) of each; prints the shares that were read exactly."""
    rows, plain = [], 0
    for number, (scene, corners, text) in enumerate(pictures):
        views = [view_of(scene, corners, grown) for grown in shipped_reader._GROWN]
        looks = speller.spell(views)
        plain += "".join(looks[0].lines) == text
        found = shipped_reader._weigh(PlateSpot(corners, 0.9, 0.5), looks, scene)
        said = found[0].text.normalized if found and found[0].text else ""
        confidence = found[0].confidence if found else 0.0
        features = shipped_reader.features(found[1]) if found else (0.0,) * 4
        rows.append((confidence, said == text, features))
        if wrong is not None and said != text:
            wrong.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(wrong / f"{name}-{number}-{text}-{said}.png"), views[0])
    right = sum(row[1] for row in rows)
    confident = [row for row in rows if row[0] >= 0.8]
    false = sum(not row[1] for row in confident)
    print(
        f"{name:8} {len(rows)} plates: exact {right / len(rows):.4f} "
        f"(one cut without grammar {plain / len(rows):.4f}); "
        f"confidence >= 0.8: {len(confident)}, of these wrong {false}"
    )
    return rows


def _reliability(rows: list[tuple[float, bool]]) -> None:
    print("confidence      readings   mean said   exact")
    error = 0.0
    for low, high in pairwise(BINS):
        held = [row for row in rows if low <= row[0] < high]
        if held:
            said = float(np.mean([row[0] for row in held]))
            right = float(np.mean([row[1] for row in held]))
            error += abs(said - right) * len(held) / len(rows)
            print(f"{low:4.2f} to {high:4.2f}  {len(held):10d}   {said:9.3f}   {right:5.3f}")
    print(f"expected calibration error {error:.4f}")


def _speed(speller: Speller) -> None:
    view = np.zeros((64, 128, 3), np.uint8)
    times = []
    for _ in range(100):
        start = time.perf_counter()
        speller.spell([view])
        times.append(1000 * (time.perf_counter() - start))
    print(f"one cut on one core: {sorted(times)[50]:.2f} ms")


if __name__ == "__main__":
    main()
