"""`tracks.json`: where every road user is in the clips of a package, for whoever works on them.

    {"schema_version": "1.0", "reported": 7, "clips": [{"path": "clip.mp4", "tracks": [
        {"id": 7, "kind": "car", "times_s": [0.2, 0.4], "boxes": [[x1, y1, x2, y2], …]}, …]}]}

Schema: `docs/tracks.schema.json`. Times are seconds since the first picture of that clip, a little
beyond its ends, too, so that a box can be found for every picture. Boxes are pixels of the upright
original frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from pipeline.evidence.annotated import Piece
from pipeline.evidence.incident import InsidePath, Part
from pipeline.types import Incident, Kind, Track, Trip

TRACKS = "tracks.json"
_BEYOND_S = 1.5  # the longest hole that the tracker bridges

Finite = Annotated[float, Field(allow_inf_nan=False)]
PixelBox = tuple[Finite, Finite, Finite, Finite]


class TrackBoxes(Part):
    """One road user in one clip; times rise."""

    id: int
    kind: Kind
    times_s: tuple[Finite, ...]
    boxes: tuple[PixelBox, ...] = Field(description="xyxy, as many as there are times")

    @model_validator(mode="after")
    def _fits(self) -> TrackBoxes:
        if len(self.times_s) != len(self.boxes) or not self.times_s:
            raise ValueError("a box for each time")
        if any(later <= now for now, later in zip(self.times_s, self.times_s[1:], strict=False)):
            raise ValueError("times that rise")
        return self


class ClipTracks(Part):
    path: InsidePath
    tracks: tuple[TrackBoxes, ...]


class TracksRecord(Part):
    """The whole file."""

    schema_version: Literal["1.0"] = "1.0"
    reported: int = Field(description="id of the track of the vehicle that the package is about")
    clips: tuple[ClipTracks, ...]


def write_tracks(
    trip: Trip, pieces: Sequence[Piece], incident: Incident, tracks: Sequence[Track], folder: Path
) -> Path:
    """Write `tracks.json` for the clips `pieces` into `folder`; returns its path. Raises OSError.

    The same tracks give the same bytes.
    """
    clips = tuple(
        ClipTracks(
            path=piece.clip.path.name,
            tracks=tuple(
                found
                for track in tracks
                if (found := _within(track, trip.offsets_s[piece.footage_index], piece)) is not None
            ),
        )
        for piece in pieces
    )
    record = TracksRecord(reported=incident.track_id, clips=clips)
    path = folder / TRACKS
    path.write_text(record.model_dump_json() + "\n", encoding="utf-8")
    return path


def read_tracks(path: Path) -> TracksRecord:
    """What `write_tracks` wrote. Raises OSError, ValueError."""
    return TracksRecord.model_validate_json(path.read_bytes())


def _within(track: Track, offset_s: float, piece: Piece) -> TrackBoxes | None:
    times = track.times_s - (offset_s + piece.clip.start_s)
    length = piece.clip.end_s - piece.clip.start_s
    times = np.round(times, 3)
    inside = (times >= -_BEYOND_S) & (times <= length + _BEYOND_S)
    inside &= np.diff(times, prepend=-np.inf) > 0
    if not inside.any():
        return None
    boxes = np.round(track.boxes[inside].astype(np.float64), 1)
    return TrackBoxes(
        id=track.id,
        kind=track.kind,
        times_s=tuple(float(time) for time in times[inside]),
        boxes=tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in boxes),
    )
