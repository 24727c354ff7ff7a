"""Which stretch of which file shows an act, with its lead-up and aftermath."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.settings import EvidenceSettings
from pipeline.types import Incident, Trip

_SLIVER_S = 1.0  # less of a neighbouring file than this is not worth a clip of its own


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of one file, in file time."""

    footage_index: int
    start_s: float
    end_s: float


def parts(trip: Trip, incident: Incident, settings: EvidenceSettings) -> tuple[Part, ...]:
    """The stretches to show, one for each file they lie in, in order; never empty.

    Lead-up and aftermath are taken as far as the trip has them, over seams between files, too.
    """
    start = max(incident.start_s - settings.lead_up_s, 0.0)
    end = min(incident.end_s + settings.aftermath_s, trip.duration_s)
    found = []
    for index, (offset, footage) in enumerate(zip(trip.offsets_s, trip.footage, strict=True)):
        first, last = max(start - offset, 0.0), min(end - offset, footage.duration_s)
        holds_act = (
            incident.start_s < offset + footage.duration_s and incident.end_s >= offset
        ) or trip.locate(incident.start_s)[0] == index
        if holds_act or last - first >= _SLIVER_S:
            found.append(Part(index, min(first, footage.duration_s), max(last, first)))
    return tuple(found)
