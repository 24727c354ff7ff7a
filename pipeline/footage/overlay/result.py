"""What a camera burnt into its pictures, read."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.types import GpsTrack, TimeCandidate

SOURCE = "overlay"
"""What a time or a track that was read off the picture is called in the record."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Time, place and speed as burnt into the picture; what was not there or not sure is None."""

    time: TimeCandidate | None = None  # when the file's first frame was taken
    gps: GpsTrack | None = None
    place_text: str | None = None  # the name of a street or a camera, as it is written there
    speeds_mps: tuple[tuple[float, float], ...] = ()  # (file time in s, speed)
    warnings: tuple[str, ...] = ()
    readings: int = 0  # pictures that were looked at
