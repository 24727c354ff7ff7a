"""The GPS track that a camera left inside a video file, by our own readers.

In this order, for what tells more comes first: a GoPro's telemetry (18 points a second with the
receiver's own flags), Google's CAMM, `freeGPS ` blocks, BlackVue's NMEA log, text tracks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from pipeline.footage.blackvue import find_log, read_blackvue
from pipeline.footage.boxes import boxes, whole
from pipeline.footage.camm import SMALLEST, read_camm
from pipeline.footage.fixes import Fix
from pipeline.footage.gpmf import read_gpmf
from pipeline.footage.novatek import read_novatek
from pipeline.footage.samples import metadata_tracks, samples
from pipeline.footage.text_track import HANDLERS, read_text_track

_MOST_POINTS = 200_000  # five hours, ten a second
_BY_THEMSELVES = {"Nextbase 512GW", "Nextbase 512G", "shifted RMC"}  # layouts whose time is UTC


@dataclass(frozen=True, slots=True)
class Embedded:
    """Raw points of the best source in a file; `source` is empty where there is none."""

    source: str
    points: list[tuple[float, Fix]]
    warnings: tuple[str, ...] = ()
    perhaps_local: bool = False  # whether the receiver's time may be local, not UTC
    unreadable: bool = False  # positions are there, but enciphered: no other tool will do


def read_embedded(
    file: BinaryIO, duration_s: float, zero_s: float = 0.0, dates: Sequence[datetime] = ()
) -> Embedded:
    """Points (file time, fix) of the first source that has some, and what was wrong with others.

    `zero_s` is the track time of the footage's first picture; `dates` the days that the file names
    for itself. Raises OSError only; damaged data give fewer points.
    """
    if not _is_mp4(file):
        return Embedded("", [])
    warnings: list[str] = []
    for source, points, lost in _tracks(file, dates):
        if lost:
            warnings.append(f"GPS without satellites for {lost} of {lost + len(points)} points")
        if points:
            moved = [(time_s - zero_s, fix) for time_s, fix in points[:_MOST_POINTS]]
            return Embedded(source, moved, tuple(warnings))
    found = read_novatek(file, duration_s)
    if found is not None:
        if found.points:
            if found.empty:
                warnings.append(f"GPS without satellites in {found.empty} of {found.blocks} blocks")
            return Embedded(
                "novatek",
                found.points[:_MOST_POINTS],
                tuple(warnings),
                perhaps_local=found.layout not in _BY_THEMSELVES,
            )
        if found.enciphered:
            text = f"the camera enciphers its GPS positions ({found.enciphered}); they are not read"
            return Embedded("", [], (*warnings, text), unreadable=True)
        warnings.append(
            f"GPS: {found.blocks} blocks, none with a position (no satellites, or a layout that is "
            "not known)"
        )
    log = find_log(file)
    if log is not None:
        points, lost = read_blackvue(file, log)
        if lost:
            warnings.append(f"GPS without satellites for {lost} of {lost + len(points)} points")
        return Embedded("blackvue", points[:_MOST_POINTS], tuple(warnings))
    return Embedded("", [], tuple(warnings))


def _is_mp4(file: BinaryIO) -> bool:
    """Whether the file begins with boxes, so that other containers are not searched for any."""
    for number, box in enumerate(boxes(file, whole(file))):
        if box.kind in (b"ftyp", b"moov", b"mdat"):
            return True
        if number > 8 or not box.kind.isascii():
            return False
    return False


def _tracks(
    file: BinaryIO, dates: Sequence[datetime]
) -> list[tuple[str, list[tuple[float, Fix]], int]]:
    """Source, points and lost points of each metadata track, the best kind first."""
    found: dict[str, tuple[list[tuple[float, Fix]], int]] = {}
    for track in metadata_tracks(file):
        if track.format == b"camm":
            found.setdefault("camm", read_camm(samples(file, track, SMALLEST), dates))
        elif track.handler in HANDLERS:
            found.setdefault("text track", read_text_track(samples(file, track, 8)))
        else:
            opening = next(samples(file, track, 8), None)
            if opening is not None and opening.content[:4] == b"DEVC":
                found.setdefault("gpmf", read_gpmf(samples(file, track, 8)))
    return [
        (source, *found[source]) for source in ("gpmf", "camm", "text track") if source in found
    ]
