"""A camera's wrong clock, set right by the satellites that other files of the card saw.

What a clock was wrong by in one file it was wrong by an hour before: a file without satellites (in
a garage, before the first fix) takes over the shift of its neighbour in the same folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.types import Clock, Footage, TimeCandidate

_NEIGHBOUR = timedelta(hours=12)
_RIGHT = timedelta(seconds=3)  # names are cut to whole seconds
_UNCERTAINTY_S = 3.0

Anchor = tuple[datetime, timedelta, Path]  # by the name, what that is wrong by, the file


def settled(footage: Sequence[Footage]) -> list[Footage]:
    """The footage, files that only their names date with the shift of a neighbour with GPS."""
    anchors = [anchor for item in footage if (anchor := _anchor(item)) is not None]
    return [_moved(item, anchors) for item in footage] if anchors else list(footage)


def _anchor(item: Footage) -> Anchor | None:
    named = _by_name(item)
    if item.clock.source != "gps" or item.clock.start is None or named is None:
        return None
    return named, item.clock.start - named, item.path


def _by_name(item: Footage) -> datetime | None:
    found = (one.start for one in item.clock.candidates if one.source == "filename")
    return next(found, None)


def _moved(item: Footage, anchors: Sequence[Anchor]) -> Footage:
    named = _by_name(item)
    if item.clock.source != "filename" or named is None or item.clock.start is None:
        return item
    near = [
        anchor
        for anchor in anchors
        if anchor[2].parent == item.path.parent and abs(anchor[0] - named) <= _NEIGHBOUR
    ]
    if not near:
        return item
    _, shift, path = min(near, key=lambda anchor: abs(anchor[0] - named))
    if abs(shift) <= _RIGHT:
        return item
    seconds = abs(shift.total_seconds())
    side = "slow" if shift > timedelta() else "fast"
    note = f"the camera's clock was {seconds:.0f} s {side} in {path.name}"
    start = item.clock.start + shift
    clock = Clock(
        start,
        "gps",
        _UNCERTAINTY_S,
        (TimeCandidate("gps", start, _UNCERTAINTY_S, note), *item.clock.candidates),
        (*item.clock.warnings, f"no satellites in this file, but {note}; set right by as much"),
    )
    return replace(item, clock=clock)
