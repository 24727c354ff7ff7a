"""Times in the names that cameras give their files.

Each pattern covers a whole name, so that digits of an identifier are no date. A name that can be
read in two ways, and one that somebody other than the camera gave, is refused with the reason: a
wrong time is worse than none. Names without a time (`IMG_4711`, `GX010123`, `GRMN0128`, `C0012`)
tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_FIELD = re.compile("<(Y|y|mo|d|h|mi|s)>")
_OLDEST = 2008  # no camera that writes such names is older


@dataclass(frozen=True, slots=True)
class NamedTime:
    """The time in a file name, or why it is not believed."""

    moment: datetime | None  # aware where the name tells its zone, else by the camera's clock
    maker: str  # whose names look like this
    refused: str = ""  # why `moment` is None


@dataclass(frozen=True, slots=True)
class _Pattern:
    """How one make of camera names its files; groups y, mo, d, h, mi, s."""

    maker: str
    expression: re.Pattern[str]
    utc: bool = False


def _pattern(maker: str, expression: str, utc: bool = False) -> _Pattern:
    """`<Y>` stands for a year of four digits, the others for two digits."""

    def group(match: re.Match[str]) -> str:
        name = match[1]
        return r"(?P<y>20\d\d)" if name == "Y" else rf"(?P<{name}>\d\d)"

    return _Pattern(maker, re.compile(_FIELD.sub(group, expression), re.IGNORECASE), utc)


_DATED = "<Y>[-_.]<mo>[-_.]<d>"
_CLOCK = "<h>[-_.:h]?<mi>[-_.:m]?<s>"
_CAMERA_WORDS = (
    "front|rear|back|inside|cabin|left|right|left_repeater|right_repeater|left_pillar|right_pillar"
)

_PATTERNS = (
    _pattern(
        "Google Pixel", r"PXL_<Y><mo><d>_<h><mi><s>\d{3}(?:\.[A-Z0-9-]{1,16})*(?:~\d)?", utc=True
    ),
    _pattern("Insta360", r"(?:VID|LRV|IMG)_<Y><mo><d>_<h><mi><s>_\d\d_\d{3}"),
    _pattern("Windows Phone", r"WP_<Y><mo><d>_<h>_<mi>_<s>(?:_[A-Z]{1,8})?"),
    _pattern(
        "Android",
        r"(?:VID|IMG|MVIMG|video)[_-]?<Y><mo><d>[_-]?<h><mi><s>(?:\d{3})?(?:_[A-Z0-9]{1,8}){0,2}",
    ),
    _pattern("DJI", r"DJI_<Y><mo><d>_?<h><mi><s>_\d{4}(?:_[A-Z]{1,3})?"),
    _pattern("DDPai", r"(?:[A-Z]_)?<Y><mo><d><h><mi><s>_\d{3}_\d{4}"),
    _pattern("DDPai, Viofo", r"<Y><mo><d><h><mi><s>_\d{4}"),
    _pattern("70mai", r"(?:NO|EV|PA|LA|TL|VL|LP|MA)<Y><mo><d>-<h><mi><s>-\d{6}[FBIR]?"),
    _pattern("Nextbase", r"<y><mo><d>_<h><mi><s>_\d{3}_[FRBI]?[HL]"),
    _pattern("Cowon", r"<Y><mo><d>-<h><mi><s>_(?:NOR|EVT|MOT)_[DP]"),
    _pattern("BlackVue", r"<Y><mo><d>_<h><mi><s>_[A-Z]{1,3}"),
    _pattern("Vantrue", r"<Y><mo><d>_<h><mi><s>_\d{4}_[A-Z]_[A-D]"),
    _pattern("Mio, Novatek", r"(?:FILE|EMER|MOVI|EVEN|EVNT|PARK|LOCK)<y><mo><d>-<h><mi><s>[A-Z]?"),
    _pattern("Novatek", r"(?:FILE|EMER|MOVI|PARK)_?<Y><mo><d>[-_]<h><mi><s>(?:_\d+)?[A-Z]?"),
    _pattern("Viofo, Novatek", r"<Y>_?<mo><d>_?<h><mi><s>(?:_\d{1,6})?_?[A-Z]{0,3}"),
    _pattern("Thinkware", r"(?:REC|EVT|MOT|MAN|PAR|TLP)_<Y>_<mo>_<d>_<h>_<mi>_<s>_[FRI]"),
    _pattern("Thinkware", r"(?:FRONT|REAR)_<Y><mo><d>_<h><mi><s>"),
    _pattern("Tesla", rf"<Y>-<mo>-<d>_<h>-<mi>-<s>-(?:{_CAMERA_WORDS})"),
    _pattern(
        "other cameras",
        r"(?:[A-Z]{1,8}\d?[_-])?<Y><mo><d>[_-]?<h><mi><s>(?:[_-][A-Z0-9]{1,8}){0,3}",
    ),
    _pattern("dated", rf"(?:.*[^0-9])?{_DATED}(?:[ T_-]| at |){_CLOCK}(?:[^0-9].*)?"),
)
# Six digits are a day in two orders, and so are eight that begin with a day or a month.
_SHORT = re.compile(r"(\d\d)(\d\d)(\d\d)[-_](\d\d)(\d\d)(\d\d)-?(?:_?\d{1,6})?[A-Z]?", re.I)
_YEAR_LAST = re.compile(
    r"(?:.*[^0-9])?(\d\d)[-_.]?(\d\d)[-_.]?(20\d\d)[ T_-]?"
    r"(\d\d)[-_.:h]?(\d\d)[-_.:m]?(\d\d)(?:[^0-9].*)?"
)

# What a file manager adds to a second file of the same name.
_COPY = re.compile(r"(?: ?\(\d{1,3}\)| - (?:Copy|Sao chép)(?: ?\(\d{1,3}\))?| copy(?: \d)?)$", re.I)
_REFUSED = (
    (
        re.compile(
            r"(?:VID|IMG|AUD|PTT)-\d{8}-WA\d+|WhatsApp |signal-|received_|FB_|Messenger|Snapchat|"
            r"(?:video|photo)_20\d\d-\d\d-\d\d_\d\d-\d\d-\d\d|zalo|viber|telegram|"
            r"(?:VID|IMG)_\d{8}_\d{6}_\d{3}$",
            re.I,
        ),
        "a messenger gave this name: it tells when the file was sent or saved",
    ),
    (
        re.compile(
            r"lv_|capcut|inshot|youcut|kinemaster|videoeditor|filmora|export|output|edit|compress|"
            r"clipchamp|tiktok|snaptik|ssstik",
            re.I,
        ),
        "an editor gave this name: it tells when the file was exported",
    ),
    (
        re.compile(
            r"screen|xrecorder|mobizen|az[ _-]?recorder|bandicam|vlc-record|vlcsnap|"
            r"(?:bản )?ghi màn hình",
            re.I,
        ),
        "a picture of a screen has this name: it tells when that was made",
    ),
)
_CUT = re.compile(
    r"(?:^|[^a-z])(?:trim|trimmed|cut|cropped|edited|edit|exported|export|compressed|reencoded|"
    r"merged|joined|slowmo_\d)(?:[^a-z]|$)|~\d+$|\d\d\.\d\d\.\d\d\.\d{3}-\d\d\.\d\d\.\d\d\.\d{3}",
    re.I,
)


def time_in_name(stem: str) -> NamedTime | None:
    """The time in a file name without its suffix, or None where it tells no time at all.

    A time that may not be believed is returned as a NamedTime without a moment.
    """
    stem = _COPY.sub("", stem.strip())
    for expression, reason in _REFUSED:
        if expression.match(stem):
            return NamedTime(None, "", reason)
    found = next(_found(stem), None)
    if found is None or found.moment is None:
        return found
    if _CUT.search(stem):
        return NamedTime(
            None, found.maker, "the file was cut or edited: its name tells when the original began"
        )
    return found


def _found(stem: str) -> Iterator[NamedTime]:
    for pattern in _PATTERNS:
        match = pattern.expression.fullmatch(stem)
        moment = _moment(match.group("y", "mo", "d", "h", "mi", "s")) if match else None
        if moment is None:
            continue
        if pattern.maker == "dated" and _times_in(stem) > 1:
            yield NamedTime(None, pattern.maker, "the name holds two times")
            continue
        yield NamedTime(moment.replace(tzinfo=UTC) if pattern.utc else moment, pattern.maker)
    short = _SHORT.fullmatch(stem)
    if short:
        year_first, day_first = short.group(1, 2, 3, 4, 5, 6), short.group(3, 2, 1, 4, 5, 6)
        yield from _only("Novatek", [_moment(year_first), _moment(day_first)])
    year_last = _YEAR_LAST.fullmatch(stem)
    if year_last:
        day_first, month_first = (
            year_last.group(3, 2, 1, 4, 5, 6),
            year_last.group(3, 1, 2, 4, 5, 6),
        )
        yield from _only("dated", [_moment(day_first), _moment(month_first)])


def _only(maker: str, readings: list[datetime | None]) -> Iterator[NamedTime]:
    """The one reading that can be, or a refusal where there are two."""
    there = sorted({moment for moment in readings if moment is not None})
    if len(there) == 1:
        yield NamedTime(there[0], maker)
    elif there:
        days = " or ".join(f"{moment:%Y-%m-%d}" for moment in there)
        yield NamedTime(None, maker, f"its day may be {days}")


def _moment(texts: tuple[str | None, ...]) -> datetime | None:
    year, *others = (int(text or 0) for text in texts)
    year = year if year > 100 else 2000 + year
    if not _OLDEST <= year <= datetime.now(UTC).year + 1:
        return None
    try:
        return datetime(year, *others)  # type: ignore[arg-type]
    except ValueError:
        return None


_DAY = re.compile(r"(?<!\d)20\d\d[-_.]\d\d[-_.]\d\d(?!\d)|(?<!\d)20\d{6}(?!\d)")


def _times_in(stem: str) -> int:
    """How many days are named."""
    return len(set(_DAY.findall(stem)))
