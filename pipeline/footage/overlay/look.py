"""One look at the spots of a picture: each is read in two ways, and what they agree on counts.

A recogniser is as sure of a wrong digit as of a right one. Two pictures of one line, each cut and
toned in its own way, are seldom misread alike; a third decides where they differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeVar

import cv2
import numpy as np

from pipeline.plates.base import Image
from pipeline.plates.two_steps import TwoStepReader

from .coordinates import position_in
from .speed import speed_in
from .spots import Box
from .stamps import Stamp, stamp_in

_LINE_HEIGHT = 48  # what the recogniser wants
_TWO_CLOCKS_S = 2  # that show times so near are one
T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Look:
    """What the spots of one picture say. `texts[way][spot]`; a spot not looked at says ""."""

    file_time_s: float
    texts: tuple[tuple[str, ...], ...]
    stamp: Stamp | None
    doubtful: bool  # something like a clock was there, but the ways of reading differed
    rival: Stamp | None  # another clock in the same picture that shows another time
    position: tuple[float, float] | None  # degrees
    speed_mps: float | None


def look_at(
    image: Image,
    file_time_s: float,
    spots: Sequence[Box],
    chosen: Sequence[int],
    reader: TwoStepReader,
    today: date,
) -> Look:
    """Read the spots at the indices `chosen`; no day after `today` is believed."""
    texts: list[tuple[str, ...]] = []
    for number, way in enumerate(_WAYS):
        if number == 2 and settled(texts, today):
            break
        lines = reader.recognise([way(image, spots[index]) for index in chosen])
        read = dict(zip(chosen, (line.text for line in lines), strict=True))
        texts.append(tuple(read.get(index, "") for index in range(len(spots))))
    stamps = [stamp_in(lines, today) for lines in texts]
    moments = _common([_key(stamp) for stamp in stamps])
    stamp = next((s for s in stamps if s is not None and _key(s) == moments), None)
    return Look(
        file_time_s,
        tuple(texts),
        stamp,
        stamp is None and any(stamps),
        _rival(stamp, texts, today),
        _common([_first(position_in, lines) for lines in texts]),
        _common([_first(speed_in, lines) for lines in texts]),
    )


def settled(texts: Sequence[Sequence[str]], today: date) -> bool:
    """Whether two ways of reading say the same."""
    first, second = texts
    return (
        _key(stamp_in(first, today)) == _key(stamp_in(second, today))
        and _first(position_in, first) == _first(position_in, second)
        and _first(speed_in, first) == _first(speed_in, second)
    )


def _key(stamp: Stamp | None) -> Hashable:
    return None if stamp is None else (tuple(sorted(stamp.moments.items())), stamp.period_s)


def _rival(stamp: Stamp | None, texts: Sequence[Sequence[str]], today: date) -> Stamp | None:
    """A second clock, beside the lines of the first, that no order of day and month reconciles."""
    if stamp is None:
        return None
    others = [
        stamp_in([line if i not in stamp.lines else "" for i, line in enumerate(lines)], today)
        for lines in texts
    ]
    key = _common([_key(other) for other in others])
    rival = next((other for other in others if other is not None and _key(other) == key), None)
    if rival is None:
        return None
    tolerance = timedelta(seconds=_TWO_CLOCKS_S + max(rival.period_s, stamp.period_s) - 1)
    agree = any(
        abs(one - other) <= tolerance
        for one in stamp.moments.values()
        for other in rival.moments.values()
    )
    return None if agree else rival


def _first(read: Callable[[str], T | None], lines: Sequence[str]) -> T | None:
    """What the first line says that says anything, alone or with the line after it."""
    both = [f"{one} {other}" for one, other in pairwise(lines) if one and other]
    return next((found for line in (*lines, *both) if (found := read(line)) is not None), None)


def _common(values: Sequence[T | None]) -> T | None:
    """What at least two say."""
    counted = Counter(value for value in values if value is not None)
    if not counted:
        return None
    value, count = counted.most_common(1)[0]
    return value if count >= 2 else None


# --- ways of cutting a line out ---------------------------------------------------------------


def _cut(image: Image, box: Box, side: float, rise: float) -> Image:
    """The box with room at both ends and above and below, in heights of the box."""
    height, width = image.shape[:2]
    x, y = side * (box[3] - box[1]), rise * (box[3] - box[1])
    x1, y1 = max(round(box[0] - x), 0), max(round(box[1] - y), 0)
    x2, y2 = min(round(box[2] + x), width), min(round(box[3] + y), height)
    return image[y1 : max(y2, y1 + 2), x1 : max(x2, x1 + 2)]


def _scaled(line: Image, height: int) -> Image:
    scale = height / line.shape[0]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (max(round(line.shape[1] * scale), 8), height)
    return np.asarray(cv2.resize(line, size, interpolation=how), np.uint8)


def _plain(image: Image, box: Box) -> Image:
    return _scaled(_cut(image, box, 0.3, 0.05), _LINE_HEIGHT)


def _contrasted(image: Image, box: Box) -> Image:
    grey = cv2.cvtColor(_cut(image, box, 0.45, 0.0), cv2.COLOR_BGR2GRAY)
    low, high = np.percentile(grey, (2, 98))
    stretched = np.clip((grey.astype(np.float32) - low) * (255.0 / max(high - low, 1.0)), 0, 255)
    toned = np.asarray(cv2.cvtColor(stretched.astype(np.uint8), cv2.COLOR_GRAY2BGR), np.uint8)
    return _scaled(toned, _LINE_HEIGHT)


def _soft(image: Image, box: Box) -> Image:
    line = _scaled(_cut(image, box, 0.6, 0.12), 64)
    return np.asarray(cv2.GaussianBlur(line, (0, 0), 1.2), np.uint8)


_WAYS = (_plain, _contrasted, _soft)
