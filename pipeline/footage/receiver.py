"""Whether a receiver's date can be believed.

A receiver counts weeks in ten bits: one with old software is 1024 weeks (19.6 years) behind after a
roll-over. Before its first fix it may tell any date at all. And some cameras write their local time
where the satellites' belongs.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipeline.footage.fixes import Fix
from pipeline.footage.names import time_in_name

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OLDEST = datetime(2010, 1, 1, tzinfo=UTC)  # none of the formats read here is older
_ROLL_OVERS = (1024, 2048, -1024)  # weeks
_NEAR = timedelta(days=2)  # of two dates that mean the same day somewhere
_APART = timedelta(days=1)


def own_dates(stem: str, creation: str | None) -> list[datetime]:
    """The days that a file names for itself: in its name without suffix, and in its container."""
    named = _named(stem)
    dates = [named] if named else []
    try:
        told = datetime.fromisoformat(creation) if creation else None
    except ValueError:
        told = None
    if told is not None and told.year >= _OLDEST.year:
        dates.append(told if told.tzinfo else told.replace(tzinfo=UTC))
    return dates


def believed(
    points: Sequence[tuple[float, Fix]], dates: Sequence[datetime], now: datetime | None = None
) -> tuple[list[tuple[float, Fix]], list[str]]:
    """The points with only those times that can be true, and warnings in words.

    A date 1024 weeks off is set right where one of the file's own `dates` agrees with the result;
    every other date that cannot be is dropped, and with it the times of all points.
    """
    start = _start(points)
    if start is None:
        return list(points), []
    latest = (now or datetime.now(UTC)) + _NEAR
    possible = _OLDEST <= start <= latest
    for weeks in _ROLL_OVERS:
        moved = start + timedelta(weeks=weeks)
        agrees = any(abs(moved - date) <= _NEAR for date in dates)
        if agrees and _OLDEST <= moved <= latest:
            side = "behind" if weeks > 0 else "ahead"
            return _moved(_near(points, start), timedelta(weeks=weeks)), [
                f"the receiver's date {start:%Y-%m-%d} is {abs(weeks)} weeks {side} (its week "
                f"number rolled over); set right to {moved:%Y-%m-%d} as the file itself says"
            ]
    if not possible:
        return untimed(points), [
            f"the receiver's date {start:%Y-%m-%d} cannot be (perhaps its week number rolled "
            "over); its time is not used"
        ]
    return _near(points, start), []


def is_local(points: Sequence[tuple[float, Fix]], stem: str, duration_s: float) -> bool:
    """Whether the receiver's time reads as the file's name does, so that it may be local time."""
    start, named = _start(points), _named(stem)
    if start is None or named is None:
        return False
    slack = timedelta(seconds=10)
    return -slack <= named - start <= timedelta(seconds=duration_s) + slack


def untimed(points: Sequence[tuple[float, Fix]]) -> list[tuple[float, Fix]]:
    """The points without their times."""
    return [(time_s, replace(fix, utc=None)) for time_s, fix in points]


def _start(points: Sequence[tuple[float, Fix]]) -> datetime | None:
    """The receiver's time at file time 0: the middle of what the points say."""
    starts = [
        (fix.utc - _EPOCH).total_seconds() - time_s for time_s, fix in points if fix.utc is not None
    ]
    if not starts:
        return None
    middle = statistics.median(starts)
    return _EPOCH + timedelta(seconds=min(max(middle, -6e10), 2e11))


def _near(points: Sequence[tuple[float, Fix]], start: datetime) -> list[tuple[float, Fix]]:
    """The points, those more than a day from the others without their time."""
    return [
        (time_s, fix)
        if fix.utc is None or abs(fix.utc - start - timedelta(seconds=time_s)) <= _APART
        else (time_s, replace(fix, utc=None))
        for time_s, fix in points
    ]


def _moved(points: Sequence[tuple[float, Fix]], by: timedelta) -> list[tuple[float, Fix]]:
    return [
        (time_s, replace(fix, utc=fix.utc + by) if fix.utc is not None else fix)
        for time_s, fix in points
    ]


def _named(stem: str) -> datetime | None:
    """The time in a file's name, as if it were UTC."""
    found = time_in_name(stem)
    if found is None or found.moment is None:
        return None
    return found.moment if found.moment.tzinfo else found.moment.replace(tzinfo=UTC)
