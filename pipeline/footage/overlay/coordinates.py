"""Positions as cameras write them: `N21.02850 E105.85420`, `21°01'42.6"N …`, `21.028, 105.854`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .letters import plain

_WHOLE, _FRACTION = r"(\d{1,3})", r"(\d{1,3}\.\d{3,8})\s?[°O*]?"
_MINUTES = r"\s?(\d{1,2}(?:\.\d+)?)\s?['M ]?\s?(?:(\d{1,2}(?:\.\d+)?)\s?(?:\"|''|S(?![A-Z]))?)?"
# The sign of degrees is read as a letter at times, or not at all; behind a hemisphere's letter
# that does no harm, before it a number of something else could be taken for degrees.
_ANGLE = rf"(?:{_FRACTION}|{_WHOLE}\s?(?:[°O*]|(?<=\s)){_MINUTES})"
_STRICT = rf"(?:{_FRACTION}|{_WHOLE}\s?[°O*]{_MINUTES})"
_BETWEEN = r"[\s.:/]*(?:LON[A-Z]*[\s.:]*)?"
_EXPRESSIONS = (
    re.compile(
        rf"(?<![A-Z])(?P<ns>[NS])\s?[:.]?\s?{_ANGLE}{_BETWEEN}(?P<ew>[EW])\s?[:.]?\s?{_ANGLE}"
    ),
    re.compile(rf"(?<![\d.:/]){_STRICT}\s?(?P<ns>[NS]){_BETWEEN}{_STRICT}\s?(?P<ew>[EW])(?![A-Z])"),
)
_SIGNED = (
    re.compile(r"LAT[A-Z]*[\s.:]*(-?\d{1,2}\.\d{3,8})[\s./]*LON[A-Z]*[\s.:]*(-?\d{1,3}\.\d{3,8})"),
    re.compile(r"(?<![\d.])(-?\d{1,2}\.\d{4,8})\s*[./\s]\s*(-?\d{1,3}\.\d{4,8})(?![\d.])"),
)


def position_in(text: str) -> tuple[float, float] | None:
    """Latitude and longitude in degrees (WGS 84, as cameras mean it), or None.

    Degrees without minutes need three decimals: anything coarser is no position.
    """
    text = plain(text)
    for expression in _EXPRESSIONS:
        for match in expression.finditer(text):
            angles = [
                part for name, part in enumerate(match.groups(), 1) if name not in _letters(match)
            ]
            latitude, longitude = _degrees(angles[:4]), _degrees(angles[4:])
            if latitude is None or longitude is None:
                continue
            latitude = -latitude if match["ns"] == "S" else latitude
            longitude = -longitude if match["ew"] == "W" else longitude
            if abs(latitude) <= 90 and abs(longitude) <= 180:
                return latitude, longitude
    for expression in _SIGNED:
        signed = expression.search(text)
        if signed and abs(float(signed[1])) <= 90 and abs(float(signed[2])) <= 180:
            return float(signed[1]), float(signed[2])
    return None


def _letters(match: re.Match[str]) -> set[int]:
    """Numbers of the groups that hold the hemispheres."""
    index = match.re.groupindex
    return {index["ns"], index["ew"]}


def _degrees(parts: Sequence[str | None]) -> float | None:
    """Degrees from a decimal number, or from degrees, minutes and seconds."""
    decimal, degrees, minutes, seconds = (float(part) if part else None for part in parts)
    if decimal is not None:
        return decimal
    if degrees is None or minutes is None or minutes >= 60 or (seconds or 0) >= 60:
        return None
    return degrees + minutes / 60 + (seconds or 0) / 3600
