"""What a run observed, on disk: so that rules can run again without decoding, and a broken-off run
can be taken up where it stopped.

One folder a trip in `OUT/record/`: `tracks.npz` (all observations, columns), `ego.npz` (the
camera's motion), `trip.json` (everything else). The folder appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import OutputError
from pipeline.scene.stored import columns_of, rest_of, scene_of
from pipeline.settings import Settings
from pipeline.types import Colour, GpsTrack, Kind, Scene, Track, Trip

FORMAT = 2
_TRAIT = "trait:"


def trip_key(trip: Trip, settings: Settings, networks: Sequence[str], version: str) -> str:
    """Equal for equal footage watched in an equal way: the name of the trip's record.

    `networks` are the sha256 of all that looked: the detector's and those of the closer looks.

    Footage counts by name, size and time of change, not by its whole content, which would have to
    be read once more; what only concerns rules, plates and packages does not count.
    """
    facts = {
        "format": FORMAT,
        "version": version,
        "weights": list(networks),
        "settings": settings.model_dump(
            mode="json", include={"footage": True, "vision": {"input_size", "confidence", "iou"}}
        ),
        "footage": [
            [item.path.name, item.size_bytes, item.path.stat().st_mtime_ns] for item in trip.footage
        ],
        # The camera's speed by the satellites has a say in its motion; a sidecar may come later.
        "gps": [_speeds_digest(item.gps) for item in trip.footage],
    }
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return digest[:16]


def _speeds_digest(gps: GpsTrack | None) -> str | None:
    if gps is None:
        return None
    return hashlib.sha256(gps.times_s.tobytes() + gps.speeds_mps.tobytes()).hexdigest()


def save(folder: Path, tracks: list[Track], scene: Scene, footage: Sequence[str] = ()) -> None:
    """Write one trip's record to `folder`; `footage` names its files. Raises OutputError."""
    part = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        _save_tracks(part / "tracks.npz", tracks)
        np.savez_compressed(part / "ego.npz", allow_pickle=False, **columns_of(scene))
        rest = {"format": FORMAT, "footage": list(footage), **rest_of(scene)}
        (part / "trip.json").write_text(json.dumps(rest, ensure_ascii=False), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise OutputError(
            f"{folder.parent}: the record cannot be written ({error.strerror or error}); "
            "free some space or choose another folder with -o"
        ) from error


def load(folder: Path) -> tuple[list[Track], Scene] | None:
    """The record of a trip, or None where there is none that can be read."""
    try:
        rest: dict[str, Any] = json.loads((folder / "trip.json").read_text(encoding="utf-8"))
        with np.load(folder / "ego.npz") as stored:
            columns = {name: stored[name] for name in stored.files}
        return _load_tracks(folder / "tracks.npz"), scene_of(columns, rest)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error):
        return None


def _save_tracks(path: Path, tracks: list[Track]) -> None:
    def joined(name: str, empty: tuple[int, ...], dtype: Any) -> Any:
        columns = [getattr(track, name) for track in tracks]
        return np.concatenate(columns) if columns else np.empty(empty, dtype)

    np.savez_compressed(
        path,
        ids=np.array([track.id for track in tracks], np.int32),
        kinds=np.array([track.kind.value for track in tracks], dtype="U10"),
        kind_shares=np.array([track.kind_share for track in tracks]),
        lengths=np.array([len(track) for track in tracks], np.int32),
        colours=np.array([t.colour.name if t.colour else "" for t in tracks], dtype="U10"),
        colour_shares=np.array([t.colour.share if t.colour else 0.0 for t in tracks]),
        frames=joined("frames", (0,), np.int32),
        times_s=joined("times_s", (0,), np.float64),
        boxes=joined("boxes", (0, 4), np.float32),
        confidences=joined("confidences", (0,), np.float32),
        **_traits(tracks),
    )


def _traits(tracks: Sequence[Track]) -> dict[str, Any]:
    """A column for each trait that anybody has, over all observations of all tracks."""
    names = sorted({name for track in tracks for name in track.traits})
    return {
        _TRAIT + name: np.concatenate([track.trait(name) for track in tracks]) for name in names
    }


def _load_tracks(path: Path) -> list[Track]:
    with np.load(path) as stored:
        columns = {name: stored[name] for name in stored.files}
    ends = np.cumsum(columns["lengths"])
    traits = [name for name in columns if name.startswith(_TRAIT)]
    tracks = []
    for index, (end, length) in enumerate(zip(ends, columns["lengths"], strict=True)):
        rows = slice(int(end - length), int(end))
        colour = str(columns["colours"][index])
        tracks.append(
            Track(
                id=int(columns["ids"][index]),
                kind=Kind(str(columns["kinds"][index])),
                kind_share=float(columns["kind_shares"][index]),
                frames=columns["frames"][rows],
                times_s=columns["times_s"][rows],
                boxes=columns["boxes"][rows],
                confidences=columns["confidences"][rows],
                colour=Colour(colour, float(columns["colour_shares"][index])) if colour else None,
                traits={
                    name.removeprefix(_TRAIT): columns[name][rows]
                    for name in traits
                    if np.isfinite(columns[name][rows]).any()
                },
            )
        )
    return tracks
