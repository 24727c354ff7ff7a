"""GPS by ExifTool, where it is installed: it knows the boxes of more dashcams than anyone."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from math import isfinite, nan
from pathlib import Path
from typing import Any

from pipeline.footage.fixes import Fix

_PATIENCE_S = 60.0
_TAGS = ("GPSLatitude", "GPSLongitude", "GPSAltitude", "GPSSpeed", "GPSSpeedRef", "GPSDateTime")
_TO_MPS = {"K": 1 / 3.6, "M": 0.44704, "N": 0.514444}  # GPSSpeedRef; km/h where it is missing


def read_with_exiftool(path: Path) -> tuple[list[tuple[float, Fix]], tuple[str, ...]]:
    """Fixes (file time, position) embedded in the file, and warnings; none without ExifTool."""
    executable = shutil.which("exiftool")
    if executable is None or path.name.endswith("|"):  # old versions take that for a command
        return [], ()
    command = [executable, "-ee", "-n", "-json", "-G3", "-q", "-api", "LargeFileSupport=1"]
    command += [f"-{tag}" for tag in (*_TAGS, "SampleTime", "SampleDuration", "Warning")]
    try:
        done = subprocess.run(
            [*command, str(path.absolute())],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [], (f"ExifTool was stopped after {_PATIENCE_S:.0f} s; GPS of its kind is not read",)
    except OSError as error:
        return [], (f"ExifTool does not run ({error.strerror})",)
    try:
        answer = json.loads(done.stdout.decode("utf-8", "replace") or "[]")
        facts = answer[0] if answer else {}
        wrong = _admits_wrong(facts)
        return ([], (wrong,)) if wrong else (_points(facts), ())
    except (ValueError, LookupError, AttributeError, OverflowError, RecursionError):
        return [], ("ExifTool's answer cannot be read",)


def _admits_wrong(facts: dict[str, Any]) -> str | None:
    """Of cameras that encipher positions ExifTool gives numbers, and warns that they are wrong."""
    for name, value in facts.items():
        if name.rpartition(":")[2] == "Warning" and "will be wrong" in str(value):
            return "the camera enciphers its GPS positions; nobody can read them"
    return None


def _points(facts: dict[str, Any]) -> list[tuple[float, Fix]]:
    """One point a document (`Doc3:`, `Doc3-2:`); what is outside of documents is not a track."""
    documents: dict[str, dict[str, Any]] = {}
    for name, value in facts.items():
        document, _, tag = name.partition(":")
        if document.startswith("Doc"):
            documents.setdefault(document, {})[tag] = value
    rows = [row for row in documents.values() if "GPSLatitude" in row and "GPSLongitude" in row]
    fixes = [(row, _fix(row)) for row in rows]
    timed = _by_sample_time(fixes)
    return timed or _by_clock(fixes)


def _by_sample_time(
    fixes: Sequence[tuple[dict[str, Any], Fix]],
) -> list[tuple[float, Fix]]:
    """Points at the times of their samples; several of one sample are spread over it."""
    told = [(_number(row.get("SampleTime")), row, fix) for row, fix in fixes]
    points = []
    for time_s, group in groupby(told, key=lambda item: item[0]):
        members = list(group)
        if not isfinite(time_s):
            continue
        duration_s = _number(members[0][1].get("SampleDuration"))
        step = (duration_s if isfinite(duration_s) else 1.0) / len(members)
        points += [(time_s + number * step, fix) for number, (_, _, fix) in enumerate(members)]
    return points


def _by_clock(fixes: Sequence[tuple[dict[str, Any], Fix]]) -> list[tuple[float, Fix]]:
    """Points by the receiver's clock, the first at the beginning of the file."""
    told = [(moment, fix) for row, fix in fixes if (moment := _moment(row)[0]) is not None]
    return [((moment - told[0][0]).total_seconds(), fix) for moment, fix in told]


def _fix(row: dict[str, Any]) -> Fix:
    moment, certain = _moment(row)
    factor = _TO_MPS.get(str(row.get("GPSSpeedRef", "K"))[:1].upper(), 1 / 3.6)
    return Fix(
        _number(row["GPSLatitude"]),
        _number(row["GPSLongitude"]),
        _number(row.get("GPSSpeed")) * factor,
        _number(row.get("GPSAltitude")),
        moment if certain else None,
    )


def _moment(row: dict[str, Any]) -> tuple[datetime | None, bool]:
    """The receiver's time, and whether it is certainly UTC: some cameras put local time there."""
    text = str(row.get("GPSDateTime", ""))
    date, _, time = text.rstrip("Z").partition(" ")
    try:
        moment = datetime.fromisoformat(f"{date.replace(':', '-')}T{time}")
    except ValueError:
        return None, False
    return moment.replace(tzinfo=UTC), text.endswith("Z")


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return nan
    return number if isfinite(number) else nan
