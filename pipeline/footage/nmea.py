"""NMEA 0183 sentences as dashcams log them: RMC for place and time, GGA for height."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import reduce
from math import nan

from pipeline.footage.fixes import Fix

_KNOT_MPS = 0.514444
# Some cameras (BlackVue) set a time of their own before the sentence.
_SENTENCE = re.compile(r"\$(?P<body>[A-Z]{2}(?P<kind>RMC|GGA),[^*$]*)(?:\*(?P<sum>[0-9A-F]{2}))?")


def read_nmea(content: bytes) -> list[Fix]:
    """Valid fixes in the order of the log; damaged sentences are left out.

    Raises ValueError where the file holds no RMC sentence at all.
    """
    fixes: list[Fix] = []
    heights: dict[str, float] = {}
    sentences = 0
    for line in content.decode("ascii", "replace").splitlines():
        match = _SENTENCE.search(line)
        if match is None:
            continue
        if match["sum"] and reduce(lambda a, b: a ^ b, match["body"].encode()) != int(
            match["sum"], 16
        ):
            continue
        fields = match["body"].split(",")
        if match["kind"] == "GGA":
            if len(fields) > 9 and fields[6] not in ("", "0"):
                heights[fields[1]] = _number(fields[9])
                if fixes and fixes[-1].altitude_m != fixes[-1].altitude_m:
                    fixes[-1] = _with_height(fixes[-1], fields[1], heights)
            continue
        sentences += 1
        fix = _fix(fields)
        if fix is not None:
            fixes.append(_with_height(fix, fields[1], heights))
    if not sentences:
        raise ValueError("no RMC sentence")
    return fixes


def _fix(fields: list[str]) -> Fix | None:
    """A fix from the fields of an RMC sentence, or None where the receiver had none."""
    if len(fields) < 10 or fields[2] != "A":
        return None
    try:
        return Fix(
            _degrees(fields[3], fields[4], "S"),
            _degrees(fields[5], fields[6], "W"),
            _number(fields[7]) * _KNOT_MPS,
            nan,
            _moment(fields[9], fields[1]),
        )
    except ValueError:
        return None


def _degrees(text: str, side: str, negative: str) -> float:
    """`1045.1234` is 10 degrees 45.1234 minutes."""
    value = float(text)
    degrees, minutes = divmod(value, 100)
    result = degrees + minutes / 60
    return -result if side == negative else result


def _moment(date: str, time: str) -> datetime:
    seconds = float(time[4:] or 0)
    day = datetime.strptime(date + time[:4], "%d%m%y%H%M").replace(tzinfo=UTC)
    return day + timedelta(seconds=seconds)


def _with_height(fix: Fix, time: str, heights: dict[str, float]) -> Fix:
    """The fix with the height of a GGA sentence of the same second."""
    height = heights.get(time, nan)
    if fix.utc is None or fix.utc.strftime("%H%M%S") != time[:6] or height != height:
        return fix
    return Fix(fix.latitude, fix.longitude, fix.speed_mps, height, fix.utc)


def _number(text: str) -> float:
    try:
        return float(text or nan)
    except ValueError:
        return nan
