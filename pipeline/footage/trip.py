"""Loop files of one camera, joined to trips.

A dashcam cuts its recording into files of a few minutes. Two files are one recording where nothing
speaks against it (same folder or same clock, same picture, same camera) and where one begins when
the other ends: by their clocks, or, where there are none, by consecutive numbers in names that are
otherwise equal. On weaker evidence files stay alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from pipeline.footage.find import natural
from pipeline.settings import FootageSettings
from pipeline.types import Footage, Trip

_NAME_ROUNDING_S = 1.0  # names tell whole seconds, at either end of the joint
_FRAME_RATE_SHARE = 0.02
_DOUBTFUL_HOLE_S = 1.5  # by names a hole this small may be none
# 70mai …000012F, Viofo …_001A, BlackVue …_NF (N: normal, E: event, P: parked), Nextbase …_FH
# (H, L: quality), Tesla …-left_repeater.
_CAMERAS = re.compile(
    r"(?:(?<=\d)[_-]?|[_-])(?:[NEPM]?(?P<letter>[FRABI])[HL]?|"
    r"(?P<word>front|rear|back|inside|cabin|left_repeater|right_repeater|left_pillar|right_pillar))$",
    re.IGNORECASE,
)
# GoPro names its chapters GX010123, GX020123: chapter, then the number of the recording.
_GOPRO = re.compile(r"^G[HXLP](\d\d)(\d{4})$", re.I)
_NUMBER = re.compile(r"\d+")


def join(footage: Sequence[Footage], settings: FootageSettings) -> list[Trip]:
    """Trips in order of time, those without a clock last; each file is in exactly one."""
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
    """The mark in a file name that tells the cameras of one device apart ("F", "R", …), or ""."""
    match = _CAMERAS.search(item.path.stem)
    return (match["letter"] or match["word"]).upper() if match else ""


def _follows(first: Footage, second: Footage, settings: FootageSettings) -> bool:
    if not _same_camera(first, second):
        return False
    if first.clock.start is None or second.clock.start is None:
        return first.clock.start is second.clock.start and _numbered(first, second)
    if first.clock.source != second.clock.source:
        return False
    if first.clock.source == "option":
        return False  # one time said for all files tells nothing of their order
    if first.clock.source == "container" and not _numbered(first, second):
        return False  # some cameras write the time of the last picture there
    hole = _hole_s(first, second) or 0.0
    slack = _slack_s(first, second)
    return -slack <= hole <= settings.joint_gap_s + slack


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


def _hole_s(first: Footage, second: Footage) -> float | None:
    """Seconds between the end of one file and the beginning of the other, by their clocks."""
    if first.clock.start is None or second.clock.start is None:
        return None
    return (second.clock.start - first.clock.start).total_seconds() - first.duration_s


def _slack_s(first: Footage, second: Footage) -> float:
    """How far off the measured hole may be: names are cut to seconds, clocks have their own."""
    uncertainty = max(first.clock.uncertainty_s or 0.0, second.clock.uncertainty_s or 0.0)
    return min(max(uncertainty, _NAME_ROUNDING_S), 2 * _NAME_ROUNDING_S)


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
        hole = _hole_s(first, second) or 0.0
        uncertainty = max(first.clock.uncertainty_s or 0.0, second.clock.uncertainty_s or 0.0)
        sure = hole > min(2 * uncertainty, _DOUBTFUL_HOLE_S)
        offsets.append(offsets[-1] + first.duration_s + (hole if sure else 0.0))
    return tuple(offsets)
