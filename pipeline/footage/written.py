"""Numbers of a track as programs write them in text: degrees, speeds, moments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from math import isfinite, nan

_KNOT_MPS = 0.514444
_SPEEDS_MPS = {
    "kmh": 1 / 3.6, "km/h": 1 / 3.6, "kph": 1 / 3.6, "km/hr": 1 / 3.6, "kmph": 1 / 3.6,
    "kilometers/hour": 1 / 3.6, "kilometres/hour": 1 / 3.6,
    "mph": 0.44704, "mi/h": 0.44704, "miles/hour": 0.44704,
    "m/s": 1.0, "mps": 1.0, "meters/second": 1.0, "metres/second": 1.0,
    "kn": _KNOT_MPS, "kt": _KNOT_MPS, "kts": _KNOT_MPS, "knot": _KNOT_MPS, "knots": _KNOT_MPS,
}  # fmt: skip
_FEET_M = 0.3048
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_SEXAGESIMAL = re.compile(
    r"(\d{1,3})\s*(?:°|deg)\s*(\d{1,2}(?:\.\d+)?)\s*['′]?\s*(?:(\d{1,2}(?:\.\d+)?)\s*[\"″]?)?"
)
_SIDE = re.compile("[NSEW]")
_OF_AN_ANGLE = re.compile(r"""[-+\d.\s°'"′″:NSEW]|deg""")
_MOMENT = re.compile(
    r"(?P<a>\d{1,4})(?P<between>[-/._])(?P<b>\d{1,2})(?P=between)(?P<c>\d{1,4})(?:[T ]|,\s*|\s+)"
    r"(?P<h>\d{1,2}):(?P<mi>\d\d)(?::(?P<s>\d\d)(?:[.,:](?P<part>\d{1,6}))?)?\s*(?P<half>[AP]M)?"
    r"\s*(?P<zone>Z\b|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.I,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_MONTH = re.compile(
    r"(?:(?P<d1>\d{1,2})[- ](?P<m1>[A-Z]{3})[- ](?P<y1>\d{4})|(?P<m2>[A-Z]{3}) (?P<d2>\d{1,2}))"
    r"[ ,]+(?P<h>\d\d):(?P<mi>\d\d):(?P<s>\d\d)(?:\.(?P<part>\d{1,6}))?"
    r"\s*(?P<zone>(?:GMT|UTC)?[+-]\d\d:?\d\d|GMT|UTC|Z)?(?: (?P<y2>\d{4}))?",
    re.I,
)


def number_in(text: str) -> float:
    """The first number in a text, or NaN."""
    match = _NUMBER.search(text)
    value = float(match[0]) if match else nan
    return value if isfinite(value) else nan


def degrees_in(text: str, side: str = "") -> float:
    """Degrees from `21.0285`, `-21.0285`, `21.0285N`, `N 21.0285`, `21°01'42.6"N`; else NaN.

    `side` is a letter N, S, E or W that stands elsewhere.
    """
    if _OF_AN_ANGLE.sub("", text):
        return nan
    match = _SEXAGESIMAL.search(text)
    if match:
        minutes, seconds = float(match[2]), float(match[3] or 0)
        value = float(match[1]) + minutes / 60 + seconds / 3600
        if minutes >= 60 or seconds >= 60:
            return nan
    else:
        value = number_in(text)
    found = _SIDE.search(side.strip().upper()[:1]) or _SIDE.search(text)
    return -abs(value) if found and found[0] in "SW" else value


def speed_unit(text: str) -> float:
    """Metres per second that one of the named unit is, or NaN where none is named."""
    text = text.lower().replace(" per ", "/").replace("_", " ").replace("km h", "km/h")
    return next(
        (
            _SPEEDS_MPS[word]
            for word in re.findall(r"[a-z]+(?:/[a-z]+)?", text.replace("m s", "m/s"))
            if word in _SPEEDS_MPS
        ),
        nan,
    )


def length_unit(text: str) -> float:
    """Metres that one of the named unit is; metres where none is named."""
    return _FEET_M if re.search(r"\b(?:ft|feet|foot)\b", text.lower()) else 1.0


def moments_in(texts: Sequence[str]) -> list[datetime | None] | None:
    """Moments of one column or log, aware where a zone stands beside them.

    All are read in one order of day, month and year: that in which every one is a moment and time
    never runs back. None where there are two such orders: 5 November may be 11 May.
    """
    columns = {order: [_moment(text, order) for text in texts] for order in ("ymd", "dmy", "mdy")}
    most = max((_count(column) for column in columns.values()), default=0)
    if not most:
        return [None] * len(texts)
    good = [column for column in columns.values() if _count(column) == most and _runs(column)]
    if not good:
        return [None] * len(texts)
    return good[0] if all(column == good[0] for column in good) else None


def _count(column: Sequence[datetime | None]) -> int:
    return sum(moment is not None for moment in column)


def _runs(column: Sequence[datetime | None]) -> bool:
    there = [moment for moment in column if moment is not None]
    spans = [_naive(later) - _naive(earlier) for earlier, later in pairwise(there)]
    return sum(
        span < timedelta(days=-1) or span > timedelta(days=20) for span in spans
    ) * 10 <= len(there)


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _moment(text: str, order: str) -> datetime | None:
    match = _MOMENT.search(text)
    if match is None:
        return _epoch(text) or _with_month_name(text)
    first, second, third = match.group("a", "b", "c")
    year, month, day = {
        "ymd": (first, second, third),
        "dmy": (third, second, first),
        "mdy": (third, first, second),
    }[order]
    if len(year) != 4:
        return None
    hour = int(match["h"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"].upper() == "PM" else 0)
    return _made(
        (int(year), int(month), int(day), hour, int(match["mi"]), int(match["s"] or 0)),
        match["part"],
        match["zone"],
    )


def _with_month_name(text: str) -> datetime | None:
    """`26-Sep-2013 21:11:08.461`, `Thu Sep 26 21:11:06 GMT+01:00 2013`."""
    match = _NAMED_MONTH.search(text)
    if match is None:
        return None
    name, day, year = (match[f"{part}1"] or match[f"{part}2"] for part in "mdy")
    if name.lower() not in _MONTHS or not year:
        return None
    month = _MONTHS.index(name.lower()) + 1
    clock = (int(match["h"]), int(match["mi"]), int(match["s"]))
    return _made((int(year), month, int(day), *clock), match["part"], match["zone"])


def _epoch(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970, of the years 2001 to 2100."""
    text = text.strip()
    if not re.fullmatch(r"\d{10}(?:\.\d+)?|\d{13}", text):
        return None
    seconds = float(text) / (1000 if len(text) == 13 and "." not in text else 1)
    return datetime.fromtimestamp(seconds, UTC) if 1e9 <= seconds < 4.1e9 else None


def _made(numbers: tuple[int, ...], part: str | None, zone: str | None) -> datetime | None:
    if not 1980 <= numbers[0] <= 2100:
        return None
    try:
        moment = datetime(*numbers, tzinfo=_zone(zone))  # type: ignore[arg-type,misc]
    except ValueError:
        return None
    return moment + timedelta(seconds=float(f"0.{part}")) if part else moment


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    match = re.search(r"([+-])(\d\d):?(\d\d)", text)
    if match is None:
        return UTC
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-offset if match[1] == "-" else offset)
