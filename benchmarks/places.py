"""How often a position gets its right names, on positions with known ones.

    python benchmarks/places.py --truth CSV [--show]

CSV has the columns `latitude` and `longitude` (WGS-84, degrees) and any of `province`, `commune`,
`commune_former`, `district_former`, `province_former`; an empty cell is not counted. Accents, case
and the kind of unit do not matter ("Hoà Vang", "Huyện Hòa Vang"). A truth has errors of its own, so
`--show` lists what differs: look at a map before calling it wrong.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import time
import unicodedata
from collections import Counter
from pathlib import Path

from pipeline.places.gazetteer import Gazetteer
from pipeline.places.place import PlaceNames

FIELDS = ("province", "commune", "commune_former", "district_former", "province_former")
KINDS = ("thành phố", "tỉnh", "thị xã", "thị trấn", "đặc khu", "quận", "huyện", "phường", "xã")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--show", action="store_true", help="list every difference")
    options = parser.parse_args()

    start = time.process_time()
    gazetteer = Gazetteer.shipped()
    print(f"reading the table: {time.process_time() - start:.3f} s of CPU")
    with options.truth.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))

    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    times = []
    for row in rows:
        start = time.process_time()
        names = gazetteer.name(float(row["latitude"]), float(row["longitude"]))
        times.append(time.process_time() - start)
        for what, is_right in verdicts(row, names).items():
            asked[what] += 1
            right[what] += is_right
            if options.show and not is_right:
                said = names.text_vi() if names else "no name"
                print(f"{what}: {row['latitude']},{row['longitude']} {row.get(what, '')}: {said}")
    print(f"{len(rows)} positions, {1000 * statistics.median(times):.1f} ms each (median)")
    for what in asked:
        print(f"{what:32} {right[what]:6} of {asked[what]:6}  {right[what] / asked[what]:.1%}")


def verdicts(row: dict[str, str], names: PlaceNames | None) -> dict[str, bool]:
    """What of a position was known, and whether we say the same."""
    found: dict[str, bool] = {"named": names is not None}
    if names is None:
        return found
    for what in FIELDS:
        wanted, said = row.get(what), getattr(names, what)
        if wanted and (said or what in ("province", "commune")):
            found[what] = bare(said) == bare(wanted)
    if row.get("commune_former"):
        found["commune_former given"] = names.commune_former is not None
    wanted = row.get("commune")
    if wanted:
        found["commune certain"] = names.certain
        if names.certain:
            found["commune, where certain"] = found["commune"]
        else:
            said_any = (names.commune, *(one.split(",")[0] for one in names.neighbours))
            found["commune or neighbour, where not"] = bare(wanted) in map(bare, said_any)
    return found


def bare(name: str) -> str:
    """A name without its kind, accents and case; a numbered ward keeps its number."""
    name = unicodedata.normalize("NFC", name).lower().strip()
    for kind in KINDS:
        name = name.removeprefix(kind + " ")
    plain = unicodedata.normalize("NFD", name.replace("đ", "d"))
    words = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return "".join(word.lstrip("0") or word for word in words.split())


if __name__ == "__main__":
    main()
