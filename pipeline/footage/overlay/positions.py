"""A track from positions that were read off pictures."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

from pipeline.footage.fixes import Fix, distance_m, sound, track_of
from pipeline.types import GpsTrack

from .look import Look
from .result import SOURCE

_SPIKE_M = 60.0  # a detour by which a misread digit is known


def track_in(looks: Sequence[Look]) -> tuple[GpsTrack | None, tuple[str, ...]]:
    """The positions of the looks as a track, and what was left out of it, in words."""
    points = [
        (
            look.file_time_s,
            Fix(*look.position, nan if look.speed_mps is None else look.speed_mps),
        )
        for look in looks
        if look.position is not None
    ]
    kept, lost = sound(points)
    warnings = [f"positions in the picture: {text}" for text in lost]
    smooth = _without_spikes(kept)
    if len(smooth) < len(kept):
        warnings.append(
            f"positions in the picture: {len(kept) - len(smooth)} misread ones left out"
        )
    if len(points) >= 4 and len(smooth) * 2 < len(points):
        return None, (*warnings, "the positions in the picture contradict each other; not used")
    return (track_of(SOURCE, smooth) if smooth else None), tuple(warnings)


def _without_spikes(points: Sequence[tuple[float, Fix]]) -> list[tuple[float, Fix]]:
    """Without points that lie far off the way between their neighbours."""
    kept = list(points)
    while len(kept) >= 3:
        detours = [
            distance_m(kept[i - 1][1], kept[i][1])
            + distance_m(kept[i][1], kept[i + 1][1])
            - distance_m(kept[i - 1][1], kept[i + 1][1])
            for i in range(1, len(kept) - 1)
        ]
        worst = max(range(len(detours)), key=detours.__getitem__)
        if detours[worst] <= 2 * _SPIKE_M:
            break
        del kept[worst + 1]
    return kept
