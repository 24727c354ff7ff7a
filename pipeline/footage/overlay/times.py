"""Times of the day as cameras write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from .letters import DIGIT, are_digits, number

_H, _M, _S = f"(?P<h>{DIGIT}{{1,2}})", f"(?P<m>{DIGIT}{DIGIT})", f"(?P<s>{DIGIT}{DIGIT})"
_HH = f"(?P<h>{DIGIT}{DIGIT})"
# AM and PM, and what Vietnamese cameras and phones write for them: sáng and chiều.
_HALF = r"(?:\s?(?P<half>[AP]\.?\s?M\b\.?|SA\b|CH\b))?"
_EXPRESSIONS = tuple(
    re.compile(expression + _HALF)
    for expression in (
        rf"{_H}\s?:\s?{_M}\s?:\s?{_S}",
        rf"{_HH}\s?[:.]\s?{_M}\s?[:.]\s?{_S}",
        rf"{_HH}:{_M}[:. ]?{_S}",
        rf"{_HH}[:. ]?{_M}:{_S}",
        rf"(?<![0-9A-SU-Z.:/-]){_HH}(?P<gap>[-/ ])?{_M}(?(gap)(?P=gap)|){_S}(?![0-9B-OQ-Z.])",
        rf"{_H}\s?H\s?{_M}\s?[M']\s?{_S}\s?S?",
    )
)
_MINUTES = re.compile(rf"{_H}\s?:\s?{_M}{_HALF}")


@dataclass(frozen=True, slots=True)
class TimeReading:
    """A stretch of a text that may be a time of the day."""

    start: int
    end: int
    time: time
    period_s: int  # how long the camera shows the same text: 1, or 60 where it hides the seconds


def times_in(text: str) -> Iterator[TimeReading]:
    """Every stretch of `text` (see `letters.plain`) that may be a time."""
    for expression in (*_EXPRESSIONS, _MINUTES):
        period_s = 60 if expression is _MINUTES else 1
        for start in range(len(text)):
            match = expression.match(text, start)
            moment = _time(match) if match else None
            if match and moment:
                yield TimeReading(start, match.end(), moment, period_s)


def _time(match: re.Match[str]) -> time | None:
    parts = match.groupdict()
    fields = [parts[name] for name in ("h", "m", "s") if parts.get(name)]
    if not are_digits("".join(fields)):
        return None
    hour, minute, second = (*(number(field) for field in fields), 0)[:3]
    half = parts.get("half")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "PC" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        return None
