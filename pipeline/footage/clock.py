"""When a file's first frame was taken.

Order of choice: what the user says ("option"); the satellites' clock ("gps"); a QuickTime creation
date with its zone ("quicktime:creationdate"); the clock burnt into the picture ("overlay"); the
file name that the camera gave ("filename"); the clock in a subtitle file of the camera ("sidecar");
the container's creation time ("container"). A file's time of change on disk ("file") is kept as a
candidate but never chosen: copying changes it. Not chosen either are a satellite time from before
2000 or 1024 weeks from what every other source says, and a subtitle's that no other source backs.

The container's time is that of the first frame in UTC by the standard; many dashcams write local
time there, and Android phones the time of the last frame. Where another source (or the name of the
phone's system) shows which it is, the candidate is read that way, with a note, and what stands in
the file is kept as "container:as written". Alone it is taken as UTC, with the uncertainty of the
whole zone. Sources that disagree by more than some seconds become a warning with both values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.footage.names import NamedTime, time_in_name
from pipeline.settings import FootageSettings
from pipeline.types import Clock, GpsTrack, TimeCandidate

ORDER = (
    "option",
    "gps",
    "quicktime:creationdate",
    "overlay",
    "filename",
    "sidecar",
    "container",
)
AS_WRITTEN = "container:as written"
_NEVER = (AS_WRITTEN, "file")
_OF_THE_CAMERA = ("sidecar", "overlay", "filename", "container")  # what its own clock said
_DISAGREE_S = 5.0
_CONTAINER_S = 5.0
_ROLL_OVER = timedelta(weeks=1024)  # a receiver counts weeks in ten bits
_SAME_DAY = timedelta(days=2)
_BACKED = timedelta(hours=1)  # a camera's clock may be wrong by so much
_ANDROID, _APPLE, _UNSURE = "of an Android phone", "of an Apple phone", "UTC by the standard"


def read_clock(
    path: Path,
    metadata: Mapping[str, str],
    gps: GpsTrack | None,
    settings: FootageSettings,
    start_time: datetime | None = None,
    *,
    duration_s: float = 0.0,
    more: Sequence[TimeCandidate] = (),
) -> Clock:
    """All answers to "when did this file start", and the one chosen.

    `duration_s` of the file tells whether the container's time is that of the last frame; `more`
    are answers from elsewhere, of a subtitle file or of the picture.
    """
    zone = ZoneInfo(settings.time_zone)
    named = time_in_name(path.stem)
    candidates = [
        *_from_option(start_time, zone),
        *_from_gps(gps),
        *_from_quicktime(metadata, zone),
        *_from_name(named, zone),
        *_from_container(metadata),
        *_from_disk(path),
        *more,
    ]
    refused = (
        f"the file name tells no time that can be believed: {named.refused}"
        if (named and named.refused)
        else None
    )
    return _clock(candidates, zone, duration_s, [refused] if refused else [])


def with_candidates(
    clock: Clock,
    candidates: Iterable[TimeCandidate],
    settings: FootageSettings,
    duration_s: float = 0.0,
) -> Clock:
    """The clock chosen again with more answers, each in place of the one of the same source.

    `duration_s` is that of the file, as for `read_clock`.
    """
    added = list(candidates)
    if not added:
        return clock
    new = {item.source for item in added}
    if "container" in new:
        new.add(AS_WRITTEN)
    known = [item for item in clock.candidates if item.source not in new]
    kept = [text for text in clock.warnings if text.startswith("the file name tells no time")]
    return _clock([*known, *added], ZoneInfo(settings.time_zone), duration_s, kept)


def _clock(
    candidates: Sequence[TimeCandidate],
    zone: ZoneInfo,
    duration_s: float,
    warnings: Sequence[str],
) -> Clock:
    believed, doubts = _without_impossible(candidates, zone, duration_s)
    found = _with_container_explained(candidates, believed, zone, duration_s)
    usable = [item for item in found if item.source == "container" or item in believed]
    chosen = _first(usable)
    if chosen is None:
        silent = "no source tells the time"
        return Clock(None, None, None, tuple(found), (*warnings, *doubts, silent))
    start = chosen.start.astimezone(zone)
    uncertainty_s = chosen.uncertainty_s
    if chosen.source == "container" and chosen.note.startswith(_UNSURE):
        offset = abs(start.utcoffset() or timedelta()).total_seconds()
        uncertainty_s = max(uncertainty_s, offset, duration_s)
        local = chosen.start.astimezone(UTC).replace(tzinfo=zone)
        if offset:
            warnings = (
                *warnings,
                f"only the container tells the time, {start.isoformat()}; if the camera wrote "
                f"local time there, it was {local.isoformat()}: name it with --start-time",
            )
    return Clock(
        start,
        chosen.source,
        uncertainty_s,
        tuple(found),
        (*warnings, *doubts, *_disagreements(chosen, usable), *_oddities(chosen.source, start)),
    )


def _first(candidates: Sequence[TimeCandidate]) -> TimeCandidate | None:
    there = [item for item in candidates if item.source in ORDER]
    return min(there, key=lambda item: ORDER.index(item.source), default=None)


# --- candidates --------------------------------------------------------------------------------


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


def _from_name(named: NamedTime | None, zone: tzinfo) -> list[TimeCandidate]:
    if named is None or named.moment is None:
        return []
    moment = named.moment if named.moment.tzinfo else named.moment.replace(tzinfo=zone)
    return [TimeCandidate("filename", moment, 2.0, named.maker)]


def _from_container(metadata: Mapping[str, str]) -> list[TimeCandidate]:
    moment = _parse(metadata.get("creation_time", ""))
    if moment is None or moment.year < 2000:  # a clock that was never set
        return []
    if "com.android.version" in metadata:
        note = _ANDROID
    elif any(name.startswith("com.apple.quicktime.") for name in metadata):
        note = _APPLE
    else:
        note = f"{_UNSURE}; some cameras write local time or the time of the last frame"
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return [TimeCandidate("container", aware, _CONTAINER_S, note)]


def _from_disk(path: Path) -> list[TimeCandidate]:
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return [TimeCandidate("file", changed, 86_400.0, "time of change on disk; copying changes it")]


def _parse(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


# --- sources that cannot be true ---------------------------------------------------------------


def _without_impossible(
    candidates: Sequence[TimeCandidate], zone: ZoneInfo, duration_s: float
) -> tuple[list[TimeCandidate], list[str]]:
    """The candidates that may be chosen, and why others are not among them."""
    refused: list[TimeCandidate] = []
    warnings: list[str] = []
    for item in candidates:
        others = [one for one in candidates if one.source not in (item.source, *_NEVER)]
        problem = None
        if item.source == "gps":
            problem = _no_date(item, others)
        elif item.source == "sidecar":
            problem = _of_another_trip(item, others, zone, duration_s)
        if problem is not None:
            refused.append(item)
            warnings.append(f"{item.source} says {item.start.isoformat()}, {problem}; not used")
    return [item for item in candidates if item not in refused], warnings


def _no_date(gps: TimeCandidate, others: Sequence[TimeCandidate]) -> str | None:
    if gps.start.year < 2000:
        return "before 2000: the receiver had no date yet"
    if others and all(_rolled_over(gps, item) for item in others):
        return f"1024 weeks from what {others[0].source} says: its week number rolled over"
    return None


def _of_another_trip(
    sidecar: TimeCandidate, others: Sequence[TimeCandidate], zone: ZoneInfo, duration_s: float
) -> str | None:
    """Names of subtitle files come again once a camera's counter starts anew."""
    backed = any(
        abs(item.start - sidecar.start) <= _BACKED
        or (item.source == "container" and _explained(item, sidecar, zone, duration_s) is not None)
        for item in others
    )
    return None if backed or not others else "which no other source comes near: of another trip"


def _rolled_over(gps: TimeCandidate, other: TimeCandidate) -> bool:
    apart = abs(other.start - gps.start)
    return any(abs(apart - times * _ROLL_OVER) <= _SAME_DAY for times in (1, 2))


# --- what the container's time means -------------------------------------------------------------


def _with_container_explained(
    candidates: Sequence[TimeCandidate],
    believed: Sequence[TimeCandidate],
    zone: ZoneInfo,
    duration_s: float,
) -> list[TimeCandidate]:
    """The candidates in their order, the container's read as the others show that it is meant."""
    before = next((item for item in candidates if item.source == "container"), None)
    written = next((item for item in candidates if item.source == AS_WRITTEN), before)
    if written is None:
        return sorted(candidates, key=_place)
    raw = replace(written, source="container", uncertainty_s=_CONTAINER_S)
    witnesses = sorted(
        (item for item in believed if item.source in ORDER and item.source != "container"),
        key=_place,
    )
    witnesses += _last_written(candidates, duration_s)
    read = next(
        (
            found
            for witness in witnesses
            if (found := _explained(raw, witness, zone, duration_s)) is not None
        ),
        None,
    )
    if read is None and raw.note == _ANDROID and duration_s > 0:
        start = raw.start - timedelta(seconds=duration_s)
        read = replace(raw, start=start, note=f"{_ANDROID}: it writes the time of the last frame")
    if read is None and before is not None and written is not before and not duration_s:
        read = before  # as it was read when the file's length was known
    others = [item for item in candidates if item.source not in ("container", AS_WRITTEN)]
    mine = [raw]
    if read is not None and read.start != raw.start:
        span_s = max(abs(read.start - raw.start).total_seconds(), _CONTAINER_S)
        mine = [read, replace(raw, source=AS_WRITTEN, uncertainty_s=span_s)]
    elif read is not None:
        mine = [read]
    return sorted([*others, *mine], key=_place)


def _last_written(candidates: Sequence[TimeCandidate], duration_s: float) -> list[TimeCandidate]:
    """When the file began, if it was last changed when its recording ended.

    It tells nothing by itself, but no copying makes it agree with the container to the second.
    """
    if not duration_s:
        return []
    length = timedelta(seconds=duration_s)
    return [
        replace(item, start=item.start - length, uncertainty_s=2.0)
        for item in candidates
        if item.source == "file"
    ]


def _place(candidate: TimeCandidate) -> int:
    everything = (*ORDER, *_NEVER)
    known = candidate.source in everything
    return everything.index(candidate.source) if known else len(everything)


def _explained(
    raw: TimeCandidate, witness: TimeCandidate, zone: ZoneInfo, duration_s: float
) -> TimeCandidate | None:
    """The container's time in the sense in which it agrees with another source, if there is one."""
    close_s = _DISAGREE_S + witness.uncertainty_s
    length = timedelta(seconds=duration_s)
    local = raw.start.astimezone(UTC).replace(tzinfo=zone)
    readings = [(raw.start, "UTC"), (local, "local time marked as UTC")]
    if duration_s > 2 * close_s:  # else the first frame cannot be told from the last
        readings += [(start - length, f"{what}, of the last frame") for start, what in readings]
    if witness.source == "gps":
        readings += _other_zones(raw.start, witness.start)
    for start, what in readings:
        if abs(start - witness.start) <= timedelta(seconds=close_s):
            who = "the time of change on disk" if witness.source == "file" else witness.source
            return replace(raw, start=start, note=f"{what}, as {who} shows")
    return None


def _other_zones(written: datetime, true: datetime) -> list[tuple[datetime, str]]:
    """The time as that of a zone in which the camera's clock was left, by whole half hours."""
    half_hours = round((written - true) / timedelta(minutes=30))
    if not half_hours or not -24 <= half_hours <= 28:
        return []
    offset = timedelta(minutes=30 * half_hours)
    hours = half_hours / 2
    return [(written - offset, f"local time of a zone {hours:+g} h from UTC, marked as UTC")]


# --- what to warn of -----------------------------------------------------------------------------


def _oddities(source: str, start: datetime) -> list[str]:
    """What a time itself says against it: a clock without power starts at a New Year's midnight."""
    if source == "option":
        return []
    if (start.month, start.day, start.hour) == (1, 1, 0):
        return [f"{source} says {start.isoformat()}: it looks like a clock that was never set"]
    if start > datetime.now(UTC) + timedelta(days=1):
        return [f"{source} says {start.isoformat()}, which is in the future"]
    return []


def _disagreements(chosen: TimeCandidate, candidates: Sequence[TimeCandidate]) -> list[str]:
    warnings = []
    for other in candidates:
        if other is chosen or other.source in _NEVER:
            continue
        apart_s = (other.start - chosen.start).total_seconds()
        if abs(apart_s) <= _DISAGREE_S + other.uncertainty_s:
            continue
        warnings.append(
            f"{chosen.source} says {chosen.start.isoformat()}, "
            f"{other.source} says {other.start.isoformat()}{_meaning(chosen, other, apart_s)}"
        )
    return warnings


def _meaning(chosen: TimeCandidate, other: TimeCandidate, apart_s: float) -> str:
    """What a difference between two sources may come from."""
    hours = round(abs(apart_s) / 1800) / 2
    if hours and abs(abs(apart_s) - hours * 3600) <= 60 and hours <= 14:
        return f", {hours:g} hours apart: one of them may be local time marked as UTC"
    if chosen.source == "gps" and other.source in _OF_THE_CAMERA:
        side = "fast" if apart_s > 0 else "slow"
        return f": the camera's clock is {_spelt(abs(apart_s))} {side}"
    return ""


def _spelt(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
