"""Kills the making of packages at random moments, and looks at what is left.

    python -m tests.evidence.kill --times 50

Each time a process makes one whole package, from cutting the clip to moving it into place: as a
folder, as a zip, as both, and in place of an older one of other settings. It is killed (SIGKILL) at
a moment drawn at random over the whole job. Whatever can be seen then must verify and be whole; a
half that is left is hidden, and gone after the next run. `tests/evidence/test_killed.py` does the
same with fewer.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from multiprocessing.context import ForkServerContext
from pathlib import Path
from zipfile import ZipFile

from pipeline.evidence.package import PackageRequest, make_package
from pipeline.evidence.placing import clear_leftovers
from pipeline.evidence.verify import verify
from pipeline.footage.binary import ffmpeg_path
from pipeline.settings import Settings
from tests.evidence.findings import footage_of, gps_of, plate_of, request_of, trip_of
from tests.evidence.makers import make_once

# What a half holds last says how far its maker had come.
_STAGES = (
    ("sealed", "signature.ed25519"),
    ("listed", "manifest-sha256.txt"),
    ("described", "data/custody.json"),
    ("reported", "data/report.vi.html"),
    ("pictures", "data/stills"),
    ("annotated", "data/annotated.mp4"),
    ("cut", "data/clip.mp4"),
)


@dataclass(slots=True)
class Killed:
    """What was found after all kills."""

    times: int = 0
    halves: Counter[str] = field(default_factory=Counter)  # by the stage they were in
    whole: int = 0  # packages that were there, all sound
    faults: list[str] = field(default_factory=list)


def forkserver() -> ForkServerContext:
    """Processes that start at once, as everything is loaded already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.evidence.makers"])
    warm = context.Process(target=os.getpid)
    warm.start()
    warm.join()
    return context


def kill_making(
    request: PackageRequest, work: Path, times: int, seed: int, *, small: bool = False
) -> Killed:
    """Kill `times` makers of the package of `request` below `work`, an empty folder."""
    own = work / "own"
    own.mkdir()
    os.environ["DASHCAM_DATA"] = str(own)
    context, chance, found = forkserver(), random.Random(seed), Killed()
    newer = {kind: _settings(small, kind, 2) for kind in ("folder", "zip", "both")}
    older = _settings(small, "both", 1)
    whole = [payload_of(make_package(request, work / "older", older))]
    began = time.monotonic()
    whole.append(payload_of(make_package(request, work / "newer", newer["both"])))
    takes_s = time.monotonic() - began
    for number in range(times):
        folder = work / f"{number}"
        settings = newer[("folder", "zip", "both")[number % 3]]
        if number % 2:
            make_package(request, folder, older)
        # One moment in each of as many stretches of the job, a little beyond its end, too.
        delay_s = 1.1 * takes_s * (number + chance.random()) / times
        process = context.Process(target=make_once, args=(request, str(folder), settings, str(own)))
        process.start()
        time.sleep(delay_s)
        process.kill()
        process.join()
        found.times += 1
        if folder.is_dir():
            _look(folder, whole, found)
        package = make_package(request, folder, settings)
        if not verify(package).ok or [path for path in folder.iterdir() if is_hidden(path)]:
            found.faults.append(f"kill {number}: the next run did not mend it")
    return found


def _look(folder: Path, whole: list[set[str]], found: Killed) -> None:
    for path in [one for one in folder.iterdir() if not is_hidden(one)]:
        result = verify(path, language="en")
        if not result.ok or payload_of(path) not in whole:
            found.faults.append(f"{path}: {[one for one in result.checks if not one.ok]}")
        found.whole += 1
    for path in [one for one in folder.iterdir() if is_hidden(one) and one.suffix == ".part"]:
        found.halves[next((name for name, file in _STAGES if (path / file).exists()), "begun")] += 1
    clear_leftovers(folder)
    left = [path.name for path in folder.iterdir() if is_hidden(path)]
    if left:
        found.faults.append(f"{folder}: {left} left after the next run")
    for path in folder.iterdir():
        if not verify(path).ok:
            found.faults.append(f"{path}: not sound after clearing")


def payload_of(package: Path) -> set[str]:
    """Paths below `data` of a folder or a zip."""
    if package.is_dir():
        data = package / "data"
        return {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}
    with ZipFile(package) as packed:
        names = (name.split("/", 1)[1] for name in packed.namelist())
        return {name.removeprefix("data/") for name in names if name.startswith("data/")}


def is_hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _settings(small: bool, archive: str, stills: int) -> Settings:
    evidence = {"lead_up_s": 1, "aftermath_s": 1, "stills": stills, "archive": archive}
    if small:
        evidence["annotated_height"] = 120
    return Settings.model_validate({"evidence": evidence})


def main() -> None:
    """Kill from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        film = Path(place, "film.mp4")
        picture = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=8"]
        sound = ["-f", "lavfi", "-i", "sine=440", "-t", "8"]
        coded = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "25"]
        command = [ffmpeg_path(), "-y", "-v", "error", *picture, *sound, *coded, str(film)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        footage = replace(footage_of(film), gps=gps_of(8))
        request = request_of(trip_of(footage), plate=plate_of(0.93, 2.4))
        work = Path(place, "work")
        work.mkdir()
        began = time.monotonic()
        found = kill_making(request, work, options.times, options.seed)
        took_s = time.monotonic() - began
    stages = ", ".join(f"{name} {count}" for name, count in found.halves.most_common())
    print(f"{found.times} kills in {took_s:.0f} s; halves left: {sum(found.halves.values())}")
    print(f"  how far they had come: {stages}")
    print(f"  packages that could be seen: {found.whole}, all of them looked at")
    print(f"  faults: {len(found.faults)}")
    for fault in found.faults:
        print(f"    {fault}")
    raise SystemExit(bool(found.faults))


if __name__ == "__main__":
    main()
