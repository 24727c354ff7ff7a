"""Which weights a run uses, and what is known of them.

Order of choice: the weights a user names; else the released ones, from the cache or fetched once
where the network allows; else those that ship in `models/`. The run's record says which it was.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ModelError
from pipeline.settings import VisionSettings
from pipeline.vision.fetch import FetchError, fetch
from pipeline.vision.registry import Entry, registry

log = logging.getLogger(__name__)

SHIPPED_DETECTOR = "road_users"
RELEASED_DETECTOR = "yolo26n"


@dataclass(frozen=True, slots=True)
class Weights:
    """A model file that was found, and its identity for the record."""

    path: Path
    name: str
    origin: str  # "user", "released" or "shipped"
    sha256: str
    confidence: float | None = None


def sha256_of(path: Path) -> str:
    """Hex digest of a file, or of a folder's files one after another in the order of names."""
    digest = hashlib.sha256()
    files = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def checked(entry: Entry) -> Weights:
    """The weights of an entry that lies on this machine.

    Raises ModelError if the file is missing or its checksum is not that of the registry.
    """
    if not entry.path.is_file():
        remedy = "reinstall dashcam-evidence" if entry.is_shipped else "run: dashcam models pull"
        raise ModelError(f"{entry.path}: the model {entry.name} is missing; {remedy}")
    found = sha256_of(entry.path)
    if found != entry.sha256:
        raise ModelError(
            f"{entry.path}: its sha256 is {found[:12]}… where {entry.sha256[:12]}… is expected; "
            + ("reinstall dashcam-evidence" if entry.is_shipped else "delete it and pull it again")
        )
    origin = "shipped" if entry.is_shipped else "released"
    return Weights(entry.path, entry.name, origin, found, entry.threshold)


def choose_weights(
    settings: VisionSettings, progress: Callable[[int, int], None] | None = None
) -> Weights:
    """The detector's weights for a run; `progress(done, total)` counts bytes of a download."""
    if settings.weights is not None:
        path = settings.weights
        if not path.exists():
            raise ModelError(f"{path}: no such weights; check --weights")
        return Weights(path, path.stem, "user", sha256_of(path))
    released = registry().get(RELEASED_DETECTOR)
    if released is not None:
        try:
            if not released.path.is_file() and not settings.offline:
                fetch(released, progress=progress, patient=False)
            if released.path.is_file():
                return checked(released)
        except FetchError as error:
            log.info("released weights are out of reach, using the shipped ones: %s", error)
    return checked(registry()[SHIPPED_DETECTOR])
