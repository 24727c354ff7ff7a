"""Everyone in a clip: people, vehicles and plates, and where each may be in every picture of it.

the package's tracks + a detector and a plate locator on the clip's pictures -> ways -> followed on

A package's tracks come from five pictures a second, seen in the size and with the sureness that
rules need. For hiding, another balance is right: here the pictures are seen larger and oftener, and
what is unsure counts. A box too many does no harm, one too few does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence.marks import Box
from pipeline.evidence.track_boxes import TracksRecord
from pipeline.progress import Advance
from pipeline.redaction.film_out import pictures_of
from pipeline.redaction.follow import followed
from pipeline.redaction.movers import Movers
from pipeline.redaction.ways import Group, Linker, Way, group_of, overlap
from pipeline.types import KINDS
from pipeline.vision.detector import Detector

_LOOKS_EVERY_S, _PLATES_EVERY_S = 0.06, 0.18
_SLACK_S = 0.005  # clips' times are not even
_PLATE_ABOVE = 0.65  # what the locator takes for plates on roads without any scores less
_PLATE_MARGIN = 0.25  # of a located plate's sides
_REACH_S, _MENDING_REACH_S = 0.5, 0.25  # before its first look and after its last
_BREAK_S = 0.5  # longer out of sight, and it may be another vehicle
_LEADS = 0.4  # overlap with a box of the track
_REPORTED_REACH_S = 0.2  # where nobody saw it, another may be in its place

LocatePlates = Callable[[NDArray[np.uint8]], list[Box]]


@dataclass(frozen=True, slots=True)
class Everyone:
    """Who is in a clip: the reported vehicle, and all others."""

    reported: tuple[Way, ...]  # stretches in which it surely is the one; nobody keeps it beyond
    others: list[Way]


def plate_locator(threads: int = 0) -> LocatePlates:
    """Finds plates with the shipped locator. Raises ModelError."""
    from pipeline.plates.locator import PlateLocator
    from pipeline.plates.quads import box_around

    locator = PlateLocator(threads)

    def locate(image: NDArray[np.uint8]) -> list[Box]:
        found: list[Box] = []
        for spot in locator.find(image):
            if spot.score >= _PLATE_ABOVE:
                x1, y1, x2, y2 = (float(value) for value in box_around([spot.quad]))
                across, down = _PLATE_MARGIN * (x2 - x1), _PLATE_MARGIN * (y2 - y1)
                found.append((x1 - across, y1 - down, x2 + across, y2 + down))
        return found

    return locate


def everyone(
    clip: Path,
    name: str,
    rotation_deg: int,
    act_s: tuple[float, float],
    tracks: TracksRecord | None,
    detector: Detector | None,
    locate: LocatePlates | None,
    advance: Advance = lambda done: None,
) -> Everyone:
    """Everyone in the file `clip`, which `tracks` knows as `name`.

    `act_s`: when the act was, seconds of the clip. `advance` is called with the seconds done: those
    of the clip, twice. Raises InputError.
    """
    looks = detector is not None or locate is not None
    track, others = _tracked(name, tracks, mending=looks)
    if looks:
        found, length_s = _found(clip, rotation_deg, detector, locate, advance)
        with closing(pictures_of(clip, rotation_deg)) as pictures:

            def counted() -> Iterator[tuple[float, NDArray[np.uint8]]]:
                for time_s, image in pictures:
                    yield time_s, image
                    advance(length_s + time_s)

            others = followed([*others, *found], counted())
    if track is None:
        return Everyone((), others)
    own, doubtful = surely(track, others, act_s)
    return Everyone(own, [*others, *doubtful])


def surely(
    track: Way, others: Sequence[Way], act_s: tuple[float, float]
) -> tuple[tuple[Way, ...], list[Way]]:
    """The stretches of the reported vehicle's track that are it beyond doubt, and the rest.

    Out of sight for a while, a track may go on with another vehicle, whose plate is nobody's
    business. Stretches of the act are the reported vehicle; another one is where something that was
    seen without a break leads from one to the other.
    """
    times = track.times_s
    breaks = np.flatnonzero(np.diff(times) > _BREAK_S) + 1
    parts = [
        replace(track, times_s=one, boxes=boxes)
        for one, boxes in zip(np.split(times, breaks), np.split(track.boxes, breaks), strict=True)
    ]
    sure = [
        bool(part.times_s[-1] >= act_s[0] - _BREAK_S and part.times_s[0] <= act_s[1] + _BREAK_S)
        for part in parts
    ]
    if not any(sure):  # a clip beside that of the act
        return (), parts
    for step in (1, -1):
        for index in range(len(parts))[::step]:
            before = index - step
            if not sure[index] and 0 <= before < len(parts) and sure[before]:
                sure[index] = _leads(parts[min(before, index)], parts[max(before, index)], others)
    own = tuple(part for part, is_own in zip(parts, sure, strict=True) if is_own)
    return own, [part for part, is_own in zip(parts, sure, strict=True) if not is_own]


def _leads(one: Way, other: Way, ways: Sequence[Way]) -> bool:
    """Whether something was followed from where `one` ends to where `other` begins."""
    ends = (
        (float(one.times_s[-1]), one.boxes[-1]),
        (float(other.times_s[0]), other.boxes[0]),
    )
    for way in ways:
        gaps = np.diff(way.times_s)
        inside = (way.times_s[1:] > ends[0][0]) & (way.times_s[:-1] < ends[1][0])
        if way.group is not one.group or (gaps[inside] > _BREAK_S).any():
            continue
        sights = [(way.at(time_s), box) for time_s, box in ends]
        if all(
            sight is not None and sight.seen and overlap(sight.box, box) >= _LEADS
            for sight, box in sights
        ):
            return True
    return False


def _tracked(
    name: str, tracks: TracksRecord | None, *, mending: bool
) -> tuple[Way | None, list[Way]]:
    """The package's tracks. Where the pictures are looked at, they only mend what is missed."""
    reported: Way | None = None
    others: list[Way] = []
    reach = _MENDING_REACH_S if mending else _REACH_S
    for one in tracks.clips if tracks is not None else ():
        if one.path != name:
            continue
        for track in one.tracks:
            times, boxes = np.array(track.times_s), np.array(track.boxes)
            if tracks is not None and track.id == tracks.reported:
                reported = Way(group_of(track.kind), times, boxes, _REPORTED_REACH_S)
            else:
                others.append(Way(group_of(track.kind), times, boxes, reach))
    return reported, others


def _found(
    clip: Path,
    rotation_deg: int,
    detector: Detector | None,
    locate: LocatePlates | None,
    advance: Advance,
) -> tuple[list[Way], float]:
    """What detector and locator see in the clip, what moves in it, and its length in seconds."""
    users, plates, movers = Linker(), Linker(), Movers()
    next_users_s = next_plates_s = time_s = 0.0
    with closing(pictures_of(clip, rotation_deg)) as pictures:
        for time_s, image in pictures:
            if detector is not None and time_s >= next_users_s - _SLACK_S:
                next_users_s = time_s + _LOOKS_EVERY_S
                users.look(time_s, _road_users(detector, image))
                movers.look(time_s, image)
            if locate is not None and time_s >= next_plates_s - _SLACK_S:
                next_plates_s = time_s + _PLATES_EVERY_S
                plates.look(time_s, ((Group.PLATE, box, 1.0) for box in locate(image)))
            advance(time_s)
    return [*users.ways(), *plates.ways(), *movers.ways()], time_s


def _road_users(
    detector: Detector, image: NDArray[np.uint8]
) -> Iterator[tuple[Group, Sequence[float], float]]:
    found = detector.detect([image])[0]
    for box, sure, kind in zip(found.boxes, found.confidences, found.kinds, strict=True):
        yield group_of(KINDS[kind]), [float(value) for value in box], float(sure)
