"""Day and time found together in the lines of a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from .dates import DayReading, days_in
from .letters import plain
from .times import TimeReading, times_in

_BREAK = "¦"  # where a day was taken out of a text: no time reaches over it


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a burnt-in clock shows: local times by the order in which the day can be read."""

    moments: Mapping[str, datetime]  # naive; order ("ymd", "dmy", "mdy", "named") to moment
    period_s: int  # 1, or 60 for a clock without seconds
    lines: tuple[int, ...]  # indices of the lines that it was read from
    rest: str  # what else stands in these lines, in upper case


def stamp_in(lines: Sequence[str], today: date) -> Stamp | None:
    """The stamp in the lines of a picture, which are in reading order; None: none.

    Day and time stand in one line, in two neighbours, or, where only one line has a day and only
    one a time, apart.
    """
    texts = [plain(line) for line in lines]
    for index, text in enumerate(texts):
        if stamp := _in_text(text, today, (index,)):
            return stamp
    for index in range(len(texts) - 1):
        both = f"{texts[index]} {_BREAK} {texts[index + 1]}"
        if stamp := _in_text(both, today, (index, index + 1)):
            return stamp
    with_day = [i for i, text in enumerate(texts) if next(days_in(text, today), None)]
    with_time = [i for i, text in enumerate(texts) if next(times_in(text), None)]
    pairs = [(i, j) for i in with_day for j in with_time if i != j]
    if len(pairs) == 1:
        i, j = pairs[0]
        return _in_text(f"{texts[i]} {_BREAK} {texts[j]}", today, (i, j))
    return None


def _in_text(text: str, today: date, lines: tuple[int, ...]) -> Stamp | None:
    best: tuple[tuple[int, ...], Stamp] | None = None
    for day in days_in(text, today):
        rest = text[: day.start] + _BREAK + text[day.end :]
        for time in times_in(rest):
            if _digits_left(day, rest, time):
                continue
            rank = (-time.period_s, int(day.full_year), _length(day) + _length(time))
            if best is None or rank > best[0]:
                moments = {order: datetime.combine(d, time.time) for order, d in day.days.items()}
                others = (rest[: time.start] + rest[time.end :]).replace(_BREAK, " ")
                best = rank, Stamp(moments, time.period_s, lines, " ".join(others.split()))
    return best[1] if best else None


def _digits_left(day: DayReading, rest: str, time: TimeReading) -> bool:
    """Whether a digit stands right beside day or time that belongs to neither: `25:30:00`."""
    beside = {day.start - 1, day.start + 1, time.start - 1, time.end}
    return any(
        0 <= place < len(rest) and rest[place].isdigit() and not time.start <= place < time.end
        for place in beside
    )


def _length(reading: DayReading | TimeReading) -> int:
    return reading.end - reading.start
