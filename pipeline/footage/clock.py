"""When a file's first frame was taken.

Order of choice: what the user says; the GPS clock; a QuickTime creation date with its zone; the
file name that the camera gave; the container's creation time. The last is UTC by the standard, but
many dashcams write local time there: where a file name says otherwise, the name is believed. A
file's time of change on disk is kept as a candidate but never chosen: copying changes it.
All candidates go into the record, and sources that disagree become a warning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.settings import FootageSettings
from pipeline.types import Clock, GpsTrack, TimeCandidate

_DISAGREE_S = 5.0
_FIELD = re.compile("<(Y|y|mo|d|h|mi|s)>")
_EPOCHS = (1904, 1970, 1980)  # years of a camera clock that was never set


@dataclass(frozen=True, slots=True)
class _Pattern:
    """How one make of camera names its files; groups y, mo, d, h, mi, s."""

    maker: str
    expression: re.Pattern[str]
    utc: bool = False


def _pattern(maker: str, expression: str, utc: bool = False) -> _Pattern:
    """`<Y>` stands for a year of four digits, `<y>` for one of two, the others for two digits."""

    def group(match: re.Match[str]) -> str:
        name = match[1]
        return r"(?P<y>20\d\d)" if name == "Y" else rf"(?P<{name}>\d\d)"

    return _Pattern(maker, re.compile(_FIELD.sub(group, expression), re.IGNORECASE), utc)


_PATTERNS = (
    _pattern("Google Pixel", r"^PXL_<Y><mo><d>_<h><mi><s>\d{3}", utc=True),
    _pattern("Android", r"^(?:VID|IMG|video)[_-]<Y><mo><d>[_-]<h><mi><s>"),
    _pattern("70mai", r"^(?:NO|EV|PA|LA|TL)<Y><mo><d>-<h><mi><s>-\d+[FBI]?$"),
    _pattern("Nextbase", r"^<y><mo><d>_<h><mi><s>_\d{3}_[A-Z]{2}$"),
    _pattern("BlackVue", r"^<Y><mo><d>_<h><mi><s>_[A-Z]{1,3}$"),
    _pattern("Novatek", r"^(?:FILE|EMER|MOVI)?<y><mo><d>-<h><mi><s>-?\d*[FR]?$"),
    _pattern("Viofo, Novatek", r"^<Y>_?<mo><d>_?<h><mi><s>(?:_\d+)?_?[A-Z]{0,3}$"),
    _pattern("Xiaomi, VietMap", r"^(?:[A-Z]{1,8}[_-])?<Y><mo><d>[_-]?<h><mi><s>(?:[_-]\w+)?$"),
    _pattern(
        "dated",
        r"(?:^|[^0-9])<Y>[-_.]<mo>[-_.]<d>(?:[ T_-]| at )<h>[-_.:h]?<mi>[-_.:m]?<s>(?![0-9])",
    ),
)


def read_clock(
    path: Path,
    metadata: Mapping[str, str],
    gps: GpsTrack | None,
    settings: FootageSettings,
    start_time: datetime | None = None,
) -> Clock:
    """All answers to "when did this file start", and the one chosen."""
    zone = ZoneInfo(settings.time_zone)
    candidates = [
        *_from_option(start_time, zone),
        *_from_gps(gps),
        *_from_quicktime(metadata, zone),
        *_from_name(path, zone),
        *_from_container(metadata),
        *_from_disk(path),
    ]
    chosen = next((item for item in candidates if item.source != "file"), None)
    if chosen is None:
        return Clock(None, None, None, tuple(candidates), ("no source tells the time",))
    start = chosen.start.astimezone(zone)
    warnings = [*_disagreements(chosen, candidates), *_doubts(chosen.source, start)]
    return Clock(start, chosen.source, chosen.uncertainty_s, tuple(candidates), tuple(warnings))


def time_in_name(stem: str) -> tuple[datetime, str, bool] | None:
    """Time without zone in a file name, the maker it looks like, and whether it is UTC."""
    for pattern in _PATTERNS:
        match = pattern.expression.search(stem)
        if match is None:
            continue
        year = int(match["y"])
        try:
            moment = datetime(
                year if year > 100 else 2000 + year,
                *(int(match[group]) for group in ("mo", "d", "h", "mi", "s")),  # type: ignore[arg-type]
            )
        except ValueError:
            continue
        return moment, pattern.maker, pattern.utc
    return None


def _from_option(start_time: datetime | None, zone: tzinfo) -> list[TimeCandidate]:
    if start_time is None:
        return []
    aware = start_time if start_time.tzinfo else start_time.replace(tzinfo=zone)
    return [TimeCandidate("option", aware, 0.5)]


def _from_gps(gps: GpsTrack | None) -> list[TimeCandidate]:
    if gps is None or gps.utc_start is None:
        return []
    return [TimeCandidate("gps", gps.utc_start, 1.0, gps.source)]


def _from_quicktime(metadata: Mapping[str, str], zone: tzinfo) -> list[TimeCandidate]:
    text = metadata.get("com.apple.quicktime.creationdate", "")
    moment = _parse(text)
    if moment is None:
        return []
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return [TimeCandidate("quicktime:creationdate", aware, 1.0, text)]


def _from_name(path: Path, zone: tzinfo) -> list[TimeCandidate]:
    found = time_in_name(path.stem)
    if found is None:
        return []
    moment, maker, utc = found
    return [TimeCandidate("filename", moment.replace(tzinfo=UTC if utc else zone), 2.0, maker)]


def _from_container(metadata: Mapping[str, str]) -> list[TimeCandidate]:
    moment = _parse(metadata.get("creation_time", ""))
    if moment is None or moment.year in _EPOCHS:
        return []
    return [
        TimeCandidate(
            "container",
            moment if moment.tzinfo else moment.replace(tzinfo=UTC),
            5.0,
            "UTC by the standard; some cameras write local time or the time of the last frame",
        )
    ]


def _from_disk(path: Path) -> list[TimeCandidate]:
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return [TimeCandidate("file", changed, 86_400.0, "time of change on disk; copying changes it")]


def _parse(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _doubts(source: str, start: datetime) -> list[str]:
    """What a time itself says against it: a clock without power starts at a New Year's midnight."""
    if source == "option":
        return []
    if (start.month, start.day, start.hour) == (1, 1, 0):
        return [f"{source} says {start.isoformat()}: it looks like a clock that was never set"]
    if start > datetime.now(UTC) + timedelta(days=1):
        return [f"{source} says {start.isoformat()}, which is in the future"]
    return []


def _disagreements(chosen: TimeCandidate, candidates: list[TimeCandidate]) -> list[str]:
    warnings = []
    for other in candidates:
        if other is chosen or other.source == "file":
            continue
        apart = abs((other.start - chosen.start) / timedelta(seconds=1))
        if apart <= _DISAGREE_S + other.uncertainty_s:
            continue
        hours = round(apart / 1800) / 2
        note = (
            f", {hours:g} hours apart: one of them may be local time marked as UTC"
            if hours and abs(apart - hours * 3600) <= 60 and hours <= 14
            else ""
        )
        warnings.append(
            f"{chosen.source} says {chosen.start.isoformat()}, "
            f"{other.source} says {other.start.isoformat()}{note}"
        )
    return warnings
