"""What processes that will be killed do: make packages, one after another, without end."""

from __future__ import annotations

import os
import shutil
from itertools import count
from pathlib import Path

from pipeline.evidence.keys import Key
from pipeline.evidence.package import PackageRequest, make_package
from pipeline.evidence.seal import Sealing, new_package, resealed
from pipeline.settings import Settings


def seal_forever(sample: str, folder: str) -> None:
    """New ones and older ones again, as folders, zips and both, of what `sample` holds."""
    source, seal = Path(sample), Sealing(Key(bytes(32)))
    for number in count():
        archive = ("folder", "zip", "both")[number % 3]
        target = Path(folder, source.name)
        with new_package(target, "made to be killed", seal, archive) as payload:
            shutil.copytree(source / "data", payload, dirs_exist_ok=True)
        if archive != "zip":
            with resealed(target, "again", seal=seal) as copy:
                (copy / "data" / f"note-{number}.txt").write_text("x")


def make_once(request: PackageRequest, folder: str, settings: Settings, own: str) -> None:
    """One real package, from its film."""
    os.environ["DASHCAM_DATA"] = own
    make_package(request, Path(folder), settings)
