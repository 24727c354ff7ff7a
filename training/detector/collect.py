"""Pictures and videos out of clones of the repositories in `sources.yaml`.

    python training/detector/collect.py --clones CLONES --train RAW --test RAW_TEST

`CLONES` holds each repository as `owner/name`. Pictures with something drawn into them (results,
masks, plots) and known copies of the footage that we measure with are left where they are.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
from pathlib import Path

import yaml

SUFFIXES = {".jpg", ".jpeg", ".png", ".mp4", ".avi", ".mov", ".webm"}
LARGEST_BYTES = 4 << 20  # what is larger was not at hand when the shipped weights were made
UNFIT = re.compile(
    r"project_video|solidwhite|solidyellow|challenge|_mask\.|annot|val_batch|train_batch|confusion"
    r"|blurred|runs/|results|inference|predict|output|labels\.(jpg|png)|curve|icons",
    re.IGNORECASE,
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    for name in ("clones", "train", "test"):
        arguments.add_argument(f"--{name}", type=Path, required=True)
    options = arguments.parse_args()
    sources = yaml.safe_load((Path(__file__).parent / "sources.yaml").read_text(encoding="utf-8"))
    for source in sources["sources"]:
        repository = source["repository"]
        target = options.train if source["use"] == "train" else options.test
        out = target / repository.replace("/", "__")
        taken = collect(options.clones / repository, re.compile(source["take"]), out)
        print(f"{repository}: {taken} files")


def collect(clone: Path, take: re.Pattern[str], out: Path) -> int:
    """Copy the fit files of a clone, each content once; returns how many."""
    if not clone.is_dir():
        raise SystemExit(f"{clone}: no such clone; see training/README.md")
    out.mkdir(parents=True, exist_ok=True)
    seen: set[str] = set()
    for path in sorted(clone.rglob("*")):
        name = path.relative_to(clone).as_posix()
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        if not take.search(name) or UNFIT.search(name) or path.stat().st_size >= LARGEST_BYTES:
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest not in seen:
            shutil.copyfile(path, out / f"{len(seen):05d}{path.suffix.lower()}")
            seen.add(digest)
    return len(seen)


if __name__ == "__main__":
    main()
