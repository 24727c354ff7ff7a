"""How well plates are read in still pictures: exact, missed, false, and how honest the confidence.

    python benchmarks/plates.py --data FOLDER --truth CSV [--reader NAME ...] [--show]

CSV has the columns `file` and `plate`, one line for each plate that a person reads with certainty;
dots, dashes and spaces do not matter. A picture may hold other plates too, so a confident reading
that is not in the CSV is counted as "other" and listed: look at the picture before calling it
false.

Several readers are measured on the same pictures in one run and set side by side: `shipped` (our
own networks), `rapidocr`, `easyocr` (extra; a network of the user's where there is one),
`tesseract` (where the program is installed). All but the first find and read lines of text, which
go through our grammar.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import cv2

from pipeline.plates import AnyReader, make_reader, read_plates
from pipeline.settings import PlatesSettings
from pipeline.types import PlateReading

BINS = (0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 1.0)
CONFIDENT = 0.8
READERS = ("shipped", "rapidocr", "easyocr", "tesseract")


@dataclass
class Score:
    """What came of a set of pictures."""

    plates: int = 0
    exact: int = 0
    confident_exact: int = 0
    missed: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    looks: list[tuple[float, bool]] = field(default_factory=list)  # confidence, right?
    times_ms: list[float] = field(default_factory=list)

    def add(self, name: str, wanted: set[str], readings: Sequence[PlateReading]) -> None:
        """Count the readings of one picture against the plates that it is known to hold."""
        said: dict[str, PlateReading] = {}
        for reading in readings:
            if reading.text is not None:
                said.setdefault(reading.text.normalized, reading)
        self.plates += len(wanted)
        for plate in sorted(wanted):
            if plate in said:
                self.exact += 1
                self.confident_exact += said[plate].confidence >= CONFIDENT
            else:
                self.missed.append(f"{name}: {plate}")
        for text, reading in said.items():
            self.looks.append((reading.confidence, text in wanted))
            if text not in wanted and reading.confidence >= CONFIDENT:
                box = " ".join(str(round(value)) for value in reading.box)
                self.other.append(f"{name}: {text} ({reading.confidence:.2f}) at {box}")


def truths(path: Path) -> dict[str, set[str]]:
    """The plates of each file, letters and digits only."""
    result: dict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            result[row["file"]].add("".join(c for c in row["plate"].upper() if c.isalnum()))
    return result


def measure(data: Path, wanted: dict[str, set[str]], reader: AnyReader) -> Score:
    """Read every picture that the truth names."""
    score = Score()
    for name in sorted(wanted):
        image = cv2.imread(str(data / name))
        if image is None:
            sys.exit(f"{data / name}: not a picture; is --data the right folder?")
        start = time.perf_counter()
        readings = read_plates(image, reader)
        score.times_ms.append(1000 * (time.perf_counter() - start))
        score.add(name, wanted[name], readings)
    return score


def report(score: Score, show: bool) -> None:
    """Print the table."""
    print(f"pictures {len(score.times_ms)}   plates {score.plates}")
    print(
        f"exact    {score.exact}   of these with confidence >= {CONFIDENT}: {score.confident_exact}"
    )
    print(f"missed   {len(score.missed)}")
    print(
        f"other    {len(score.other)} with confidence >= {CONFIDENT} that the truth does not name"
    )
    times = sorted(score.times_ms)
    print(f"ms       median {statistics.median(times):.0f}, most {times[-1]:.0f} for a picture")
    print("\nconfidence      readings   mean said   exact")
    for low, high in pairwise(BINS):
        held = [look for look in score.looks if low <= look[0] < high]
        if held:
            said = statistics.mean(confidence for confidence, _ in held)
            right = statistics.mean(is_right for _, is_right in held)
            print(f"{low:4.2f} to {high:4.2f}  {len(held):10d}   {said:9.3f}   {right:5.3f}")
    if show:
        for title, items in (("missed", score.missed), ("other", score.other)):
            for item in items:
                print(f"{title}  {item}")


def main() -> None:
    """Measure from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of pictures")
    parser.add_argument("--truth", type=Path, required=True, help="CSV with file, plate")
    parser.add_argument("--reader", choices=READERS, nargs="+", default=["shipped", "rapidocr"])
    parser.add_argument(
        "--show", action="store_true", help="list what was missed and what is other"
    )
    arguments = parser.parse_args()
    wanted = truths(arguments.truth)
    scores = {name: measure(arguments.data, wanted, _reader(name)) for name in arguments.reader}
    for name, score in scores.items():
        print(f"--- {name}")
        report(score, arguments.show)
        print()
    if len(scores) > 1:
        compare(scores)


def compare(scores: dict[str, Score]) -> None:
    """One line for each reader."""
    print(f"{'reader':10} {'exact':>12} {'sure, right':>12} {'sure, other':>12} {'ms':>7}")
    for name, score in scores.items():
        exact = f"{score.exact} of {score.plates}"
        middle = statistics.median(score.times_ms)
        print(
            f"{name:10} {exact:>12} {score.confident_exact:12d} {len(score.other):12d} "
            f"{middle:7.0f}"
        )


def _reader(name: str) -> AnyReader:
    if name == "tesseract":
        from tesseract import TesseractReader

        return TesseractReader()
    return make_reader(PlatesSettings(reader=name))


if __name__ == "__main__":
    main()
