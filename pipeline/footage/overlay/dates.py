"""Days as cameras write them: every way in which a text may be read as one.

`05/11/2023` is the 5th of November or the 11th of May: both are given, under the names of their
orders ("dmy", "mdy"), and it is for others to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from .letters import DIGIT, are_digits, number

FIRST_YEAR = (
    2008  # no camera of this kind is older; an earlier year is a misreading or an unset clock
)

_D, _SEP = DIGIT, r"\s?[-/. ]\s?"
_Y4 = f"(?P<y>(?:2|Z)[0OQD]{_D}{_D})"
_Y2, _M, _DAY = f"(?P<y>{_D}{_D})", f"(?P<m>{_D}{{1,2}})", f"(?P<d>{_D}{{1,2}})"
_MONTHS = (
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
)  # fmt: skip
_LIKE = {"O": "[O0Q]", "I": "[I1L]", "L": "[L1I]", "S": "[S5]", "B": "[B8]", "G": "[G6]", "Z": "Z"}
_NAMES = tuple("".join(_LIKE.get(letter, letter) for letter in name) for name in _MONTHS)
_NAME = (
    "(?:" + "|".join(f"(?P<n{i + 1}>{name})" for i, name in enumerate(_NAMES)) + ")[A-Z]{0,6}"
    r"|TH(?:[ÁA]NG|G)?\.?\s?(?P<m>" + _D + "{1,2})"
)
_GLUE = r"[-/., ]{0,3}"


@dataclass(frozen=True, slots=True)
class DayReading:
    """A stretch of a text that may be a day: the day by each order that it can be read in."""

    start: int
    end: int
    days: Mapping[str, date]  # "ymd", "dmy" or "mdy" to the day; one for a month with a name
    full_year: bool


@dataclass(frozen=True, slots=True)
class _Layout:
    expression: re.Pattern[str]
    orders: tuple[str, ...]  # what the groups a, b, c are; empty: the groups have their names
    full_year: bool


_A, _B = f"(?P<a>{_D}{{1,2}})", f"(?P<b>{_D}{{1,2}})"
_AA, _BB, _CC = f"(?P<a>{_D}{_D})", f"(?P<b>{_D}{_D})", f"(?P<c>{_D}{_D})"
_C4 = _Y4.replace("<y>", "<c>")
_LAYOUTS = (
    _Layout(re.compile(rf"{_Y4}(?:{_SEP}|:){_M}(?:{_SEP}|:){_DAY}"), (), True),
    _Layout(re.compile(rf"{_Y4}\s?年\s?{_M}\s?月\s?{_DAY}\s?日?"), (), True),
    _Layout(re.compile(rf"{_Y4}(?:{_SEP})?(?P<m>{_D}{_D})(?:{_SEP})?(?P<d>{_D}{_D})"), (), True),
    _Layout(re.compile(rf"{_A}{_SEP}{_B}{_SEP}{_C4}"), ("dmy", "mdy"), True),
    _Layout(re.compile(rf"{_AA}{_SEP}{_BB}{_C4}"), ("dmy", "mdy"), True),
    _Layout(re.compile(rf"{_AA}{_BB}{_SEP}{_C4}"), ("dmy", "mdy"), True),
    _Layout(re.compile(rf"{_AA}\s?([-/.])\s?{_BB}\s?\2\s?{_CC}"), ("ymd", "dmy", "mdy"), False),
    _Layout(re.compile(rf"{_DAY}{_GLUE}(?:{_NAME}){_GLUE}{_Y4}"), (), True),
    _Layout(re.compile(rf"(?:{_NAME}){_GLUE}{_DAY}(?:ST|ND|RD|TH)?{_GLUE}{_Y4}"), (), True),
    _Layout(re.compile(rf"{_Y4}{_GLUE}(?:{_NAME}){_GLUE}{_DAY}"), (), True),
    _Layout(re.compile(rf"{_DAY}{_GLUE}(?:{_NAME}){_GLUE}{_Y2}"), (), False),
)


def days_in(text: str, today: date) -> Iterator[DayReading]:
    """Every stretch of `text` (see `letters.plain`) that may be a day up to `today`."""
    for layout in _LAYOUTS:
        for start in range(len(text)):
            match = layout.expression.match(text, start)
            if match is None:
                continue
            days = {
                order: day
                for order, day in _days(layout, match)
                if day.year >= FIRST_YEAR and day <= today
            }
            if days:
                yield DayReading(start, match.end(), days, layout.full_year)


def _days(layout: _Layout, match: re.Match[str]) -> Iterator[tuple[str, date]]:
    groups = {name: text for name, text in match.groupdict().items() if text is not None}
    month = next((name[1:] for name in groups if re.fullmatch(r"n\d+", name)), None)
    fields = [text for name, text in groups.items() if not re.fullmatch(r"n\d+", name)]
    if not are_digits("".join(fields)):
        return
    for order in layout.orders or ("named" if month else "ymd",):
        if layout.orders:
            parts = dict(zip(order, (groups["a"], groups["b"], groups["c"]), strict=True))
        else:
            parts = groups
        year = number(parts["y"])
        try:
            day = date(
                year if year > 100 else 2000 + year,
                int(month) if month else number(parts["m"]),
                number(parts["d"]),
            )
        except ValueError:
            continue
        yield order, day
