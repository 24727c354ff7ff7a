"""Loop files of one camera, joined to trips.

A dashcam cuts its recording into files of a few minutes. Two files are one recording where nothing
speaks against it (same folder or same clock, same picture, same camera) and where one begins when
the other ends: by the best clock that both have, or, where there are none, by consecutive numbers
in names that are otherwise equal. On weaker evidence files stay alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from pipeline.footage.clock import ORDER
from pipeline.footage.find import natural
from pipeline.footage.settle import settled
from pipeline.settings import FootageSettings
from pipeline.types import Footage, Trip

_NAME_ROUNDING_S = 1.0  # names tell whole seconds, at either end of the joint
_FRAME_RATE_SHARE = 0.02
_DOUBTFUL_HOLE_S = 1.5  # by names a hole this small may be none
# 70mai …000012F, Viofo …_001A, BlackVue …_NF (N: normal, E: event, P: parked), Nextbase …_FH
# (H, L: quality), Tesla …-left_repeater, Vantrue …_N_A; in front: Thinkware FRONT_…
_WORDS = (
    "front|rear|back|inside|interior|cabin|left_repeater|right_repeater|left_pillar|right_pillar"
)
_CAMERAS = re.compile(
    r"(?:(?<=\d)[_-]?|[_-])(?:[NEPM]?(?P<letter>[FRABIT])[HL]?|"
    rf"(?P<word>{_WORDS}|ch[1-4]))$|^(?P<first>{_WORDS}|ch[1-4])[_-]",
    re.IGNORECASE,
)
# Folders: 70mai Normal/Front, Viofo Movie/F, recorders of several channels CH1.
_FOLDERS = re.compile(rf"^(?:.*[ _-])?(?P<word>{_WORDS}|ch[1-4]|[FRI])$", re.IGNORECASE)
# GoPro names its chapters GX010123, GX020123: chapter, then the number of the recording.
_GOPRO = re.compile(r"^G[HXLP](\d\d)(\d{4})$", re.I)
_NUMBER = re.compile(r"\d+")


def join(footage: Sequence[Footage], settings: FootageSettings) -> list[Trip]:
    """Trips in order of time, those without a clock last; each file is in exactly one."""
    footage = settled(footage)
    timed = sorted(
        (item for item in footage if item.clock.start is not None),
        key=lambda item: (item.clock.start, natural(item.path)),
    )
    untimed = sorted(
        (item for item in footage if item.clock.start is None), key=lambda item: natural(item.path)
    )
    chains: list[list[Footage]] = []
    for item in (*timed, *untimed):
        before = [chain for chain in chains if _follows(chain[-1], item, settings)]
        if len(before) > 1:  # copies: those of one folder belong together
            before = [chain for chain in before if chain[-1].path.parent == item.path.parent]
        if len(before) == 1:  # two that both fit are no evidence for either
            before[0].append(item)
        else:
            chains.append([item])
    return [Trip(tuple(chain), _offsets(chain)) for chain in chains]


def starts(trips: Sequence[Trip], start: datetime) -> dict[Path, datetime]:
    """When each file began, if the first file of the first trip began at `start`.

    Files of that trip follow by their offsets. What a camera's clock was wrong by there it was
    wrong by elsewhere, so other trips are shifted by as much; those without a clock are left out.
    """
    first = trips[0].footage[0].clock.start
    found: dict[Path, datetime] = {}
    for number, trip in enumerate(trips):
        own = trip.footage[0].clock.start
        if number == 0:
            began = start
        elif own is not None and first is not None:
            began = own + (start - first)
        else:
            continue
        for item, offset_s in zip(trip.footage, trip.offsets_s, strict=True):
            found[item.path] = began + timedelta(seconds=offset_s)
    return found


def camera_of(item: Footage) -> str:
    """The mark that tells the cameras of one device apart ("F", "R", "FRONT", …), or "".

    It stands in the file's name, or is the name of its folder.
    """
    match = _CAMERAS.search(item.path.stem)
    if match:
        return (match["letter"] or match["word"] or match["first"]).upper()
    folder = _FOLDERS.match(item.path.parent.name)
    return folder["word"].upper() if folder else ""


def _follows(first: Footage, second: Footage, settings: FootageSettings) -> bool:
    if not _same_camera(first, second):
        return False
    if first.clock.start is None or second.clock.start is None:
        return first.clock.start is second.clock.start and _numbered(first, second)
    joint = _joint(first, second)
    if joint is None or joint.source == "option":
        return False  # one time said for all files tells nothing of their order
    if joint.source == "container" and not _numbered(first, second):
        return False  # some cameras write the time of the last picture there
    slack = min(max(joint.uncertainty_s, _NAME_ROUNDING_S), 2 * _NAME_ROUNDING_S)
    return -slack <= joint.hole_s <= settings.joint_gap_s + slack


def _same_camera(first: Footage, second: Footage) -> bool:
    rates = (first.frame_rate, second.frame_rate)
    return (
        (first.width, first.height) == (second.width, second.height)
        and first.rotation_deg == second.rotation_deg
        and first.video_codec == second.video_codec
        and abs(rates[0] - rates[1]) <= _FRAME_RATE_SHARE * max(rates)
        and camera_of(first) == camera_of(second)
        and first.path.suffix.lower() == second.path.suffix.lower()
    )


@dataclass(frozen=True, slots=True)
class _Joint:
    """Between the end of one file and the beginning of the next, by one source for both."""

    hole_s: float
    uncertainty_s: float  # names are cut to seconds, clocks have their own
    source: str


def _joint(first: Footage, second: Footage) -> _Joint | None:
    """By the chosen source if it is one and the same, else by the best that tells of both.

    The satellites may be found in the second file only: its name goes on where the first's ended.
    """
    clocks = first.clock, second.clock
    if clocks[0].start is None or clocks[1].start is None:
        return None
    if clocks[0].source == clocks[1].source and clocks[0].source is not None:
        span_s = (clocks[1].start - clocks[0].start).total_seconds()
        uncertainty_s = max(clock.uncertainty_s or 0.0 for clock in clocks)
        return _Joint(span_s - first.duration_s, uncertainty_s, clocks[0].source)
    for source in ORDER:
        told = [
            next((item for item in clock.candidates if item.source == source), None)
            for clock in clocks
        ]
        if source not in ("option", "gps") and told[0] is not None and told[1] is not None:
            span_s = (told[1].start - told[0].start).total_seconds()
            uncertainty_s = max(told[0].uncertainty_s, told[1].uncertainty_s)
            return _Joint(span_s - first.duration_s, uncertainty_s, source)
    return None


def _numbered(first: Footage, second: Footage) -> bool:
    """Whether the names, in one folder, differ by one step of one number."""
    if first.path.parent != second.path.parent:
        return False
    chapters = _GOPRO.match(first.path.stem), _GOPRO.match(second.path.stem)
    if chapters[0] and chapters[1]:
        return (
            first.path.stem[:2].upper() == second.path.stem[:2].upper()
            and chapters[0][2] == chapters[1][2]
            and int(chapters[1][1]) == int(chapters[0][1]) + 1
        )
    names = first.path.stem, second.path.stem
    texts = [_NUMBER.split(name) for name in names]
    numbers = [[int(number) for number in _NUMBER.findall(name)] for name in names]
    if texts[0] != texts[1]:
        return False
    steps = [b - a for a, b in zip(*numbers, strict=True) if a != b]
    return steps == [1]


def _offsets(chain: Sequence[Footage]) -> tuple[float, ...]:
    """Trip times of the files' first frames.

    Files follow each other without a hole, so that an act over the seam goes on; where the clocks
    show a hole beyond their uncertainty, it is left.
    """
    offsets = [0.0]
    for first, second in pairwise(chain):
        joint = _joint(first, second)
        hole_s = joint.hole_s if joint is not None else 0.0
        uncertainty_s = joint.uncertainty_s if joint is not None else 0.0
        sure = hole_s > min(2 * uncertainty_s, _DOUBTFUL_HOLE_S)
        offsets.append(offsets[-1] + first.duration_s + (hole_s if sure else 0.0))
    return tuple(offsets)
