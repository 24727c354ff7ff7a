"""Positions in tables (`.csv`) as Dashcam Viewer, Torque, loggers and converters write them.

The header row names the columns; units stand in it (`GPS Speed (Meters/second)`) or in the cells.
A speed without a unit is left out, and so is a time whose day may be read in two ways.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite, nan

from pipeline.footage.fixes import Fix, Logged
from pipeline.footage.written import degrees_in, length_unit, moments_in, number_in, speed_unit

_HEADER_ROWS = 40  # in which the header is looked for
_LONGEST = 1e9  # milliseconds that a file can last
_LATITUDES = {"latitude", "lat", "gps latitude", "gps lat", "gpslatitude", "breitengrad", "vĩ độ"}
_LONGITUDES = {
    "longitude", "lon", "lng", "long", "longtitude", "gps longitude", "gps lon", "gps long",
    "gps lng", "gpslongitude", "längengrad", "kinh độ",
}  # fmt: skip
_NORTHS = {"n/s", "ns", "lat dir", "lat ref", "latitude ref", "gpslatituderef", "latitude n/s"}
_EASTS = {"e/w", "ew", "lon dir", "lon ref", "longitude ref", "gpslongituderef", "longitude e/w"}
_SPEEDS = (
    "gps speed", "gpsspeed", "ground speed", "speed", "spd", "velocity", "vehicle speed", "tốc độ",
    "geschwindigkeit",
)  # fmt: skip
_HEIGHTS = {"altitude", "alt", "gps altitude", "gpsaltitude", "elevation", "ele", "độ cao", "höhe"}
_MOMENTS = (
    "utc time", "time utc", "utc", "utc datetime", "datetime utc", "gpsdatetime", "gps datetime",
    "gps date/time", "gps time", "timestamp", "datetime", "date time", "date/time", "date and time",
    "device time", "local time", "ngày giờ", "thời gian", "time",
)  # fmt: skip
_DAYS = ("date", "utc date", "gps date", "ngày")
_CLOCKS = ("time", "utc time", "gps time", "clock", "giờ")
_SECONDS = {
    "video time", "file time", "time s", "time sec", "time seconds", "seconds", "sec", "elapsed",
    "elapsed time", "elapsed seconds", "elapsed s", "offset", "offset s", "t", "t s", "time",
    "timestamp", "time ms", "timestamp ms", "milliseconds", "ms", "elapsed ms", "offset ms",
}  # fmt: skip
_STATES = {"fix", "gps fix", "valid", "status", "gps status", "state"}
_NO_FIX = {"0", "v", "void", "no", "none", "false", "invalid", "n", "no fix", "nofix"}
_UNIT = re.compile(r"[(\[]([^)\]]*)[)\]]")
_SPEED_TAIL = re.compile(r"[ _](kmh|kph|km h|mph|mps|m s|ms|kn|kts|knots)$")


@dataclass(frozen=True, slots=True)
class _Column:
    at: int
    name: str  # lower case, without its unit
    unit: str


def read_csv(content: str) -> list[Logged]:
    """The positions of a table. Raises ValueError where no header names latitude and longitude."""
    rows, columns, comma = _table(content)
    latitude, longitude = _one(columns, _LATITUDES), _one(columns, _LONGITUDES)
    assert latitude is not None and longitude is not None
    moments = _moments(rows, columns)
    seconds = _seconds(rows, columns) if moments is None else None
    north, east = _one(columns, _NORTHS), _one(columns, _EASTS)
    speed = next(filter(None, (_speed_column(columns, name) for name in _SPEEDS)), None)
    height, state = _one(columns, _HEIGHTS), _one(columns, _STATES)
    found = []
    for number, row in enumerate(rows):
        if state and _cell(row, state).lower() in _NO_FIX:
            continue
        place = (
            degrees_in(_decimal(_cell(row, latitude), comma), _cell(row, north)),
            degrees_in(_decimal(_cell(row, longitude), comma), _cell(row, east)),
        )
        if not (isfinite(place[0]) and isfinite(place[1])):
            continue
        moment = moments[number] if moments else None
        utc = moment if moment and moment.tzinfo else None
        metres = number_in(_decimal(_cell(row, height), comma)) if height else nan
        scale = length_unit(f"{height.unit} {_cell(row, height)}") if height else 1.0
        fix = Fix(*place, _speed(row, speed, comma), metres * scale, utc)
        file_time_s = seconds[number] if seconds else nan
        found.append(Logged(fix, file_time_s, None if utc else moment))
    return found


def _table(content: str) -> tuple[list[list[str]], list[_Column], bool]:
    """The rows below the header, its columns, and whether the comma is the decimal sign."""
    lines = content.replace("\0", "").splitlines()
    for number, line in enumerate(lines[:_HEADER_ROWS]):
        for delimiter in ",;\t|":
            names = next(csv.reader([line], delimiter=delimiter), [])
            columns = [_column(at, name) for at, name in enumerate(names)]
            if _one(columns, _LATITUDES) and _one(columns, _LONGITUDES):
                try:
                    rows = list(csv.reader(lines[number + 1 :], delimiter=delimiter))
                except csv.Error as error:
                    raise ValueError(str(error)) from error
                return [row for row in rows if row], columns, delimiter != ","
    raise ValueError("no header row that names latitude and longitude")


def _column(at: int, name: str) -> _Column:
    unit = " ".join(_UNIT.findall(name))
    plain = re.sub(r"[\s_.]+", " ", _UNIT.sub(" ", name).strip().strip('"\ufeff').lower()).strip()
    tail = _SPEED_TAIL.search(plain)
    if tail and "speed" in plain:
        spelt = {"km h": "km/h", "m s": "m/s", "ms": "m/s"}.get(tail[1], tail[1])
        return _Column(at, plain[: tail.start()], f"{unit} {spelt}".strip())
    if re.fullmatch(r"(?:ele|elevation|alt|altitude) (?:m|ft|feet)", plain):
        plain, _, tail_unit = plain.partition(" ")
        return _Column(at, plain, tail_unit)
    return _Column(at, plain, unit)


def _one(columns: Sequence[_Column], names: set[str]) -> _Column | None:
    return next((column for column in columns if column.name in names), None)


def _speed_column(columns: Sequence[_Column], name: str) -> _Column | None:
    """The column of that name; one with a unit before one without."""
    there = [column for column in columns if column.name == name]
    there.sort(key=lambda column: not isfinite(speed_unit(column.unit)))
    return there[0] if there else None


def _cell(row: Sequence[str], column: _Column | None) -> str:
    return row[column.at].strip() if column is not None and column.at < len(row) else ""


def _decimal(text: str, comma: bool) -> str:
    return text.replace(",", ".") if comma and "." not in text else text


def _speed(row: Sequence[str], column: _Column | None, comma: bool) -> float:
    if column is None:
        return nan
    text = _decimal(_cell(row, column), comma)
    unit = speed_unit(column.unit)
    value = number_in(text) * (unit if isfinite(unit) else speed_unit(text))
    return value if 0 <= value <= 120 else nan


# --- times ---------------------------------------------------------------------------------------


def _moments(
    rows: Sequence[Sequence[str]], columns: Sequence[_Column]
) -> list[datetime | None] | None:
    """Moments of the calendar, or None where there are none that can be read in one way only."""
    for texts, name in _columns_of_moments(rows, columns):
        found = moments_in(texts)
        if found is None or not any(found):
            continue
        if "utc" in name or "gmt" in name:
            return [
                moment.replace(tzinfo=UTC) if moment and not moment.tzinfo else moment
                for moment in found
            ]
        return found
    return None


def _columns_of_moments(
    rows: Sequence[Sequence[str]], columns: Sequence[_Column]
) -> Iterator[tuple[list[str], str]]:
    for name in _MOMENTS:
        for column in columns:
            if column.name == name:
                texts = [_cell(row, column) for row in rows]
                yield texts, f"{column.name} {column.unit}".lower()
    for day in columns:
        for clock in columns:
            if day.name in _DAYS and clock.name in _CLOCKS:
                texts = [f"{_cell(row, day)} {_cell(row, clock)}" for row in rows]
                yield texts, f"{day.name} {clock.name} {clock.unit}".lower()


def _seconds(rows: Sequence[Sequence[str]], columns: Sequence[_Column]) -> list[float] | None:
    """Seconds since the footage began, as `12.5`, `12500` with the unit ms, or `00:00:12.5`."""
    for column in columns:
        if column.name not in _SECONDS:
            continue
        thousandths = column.name.split()[-1] in ("ms", "milliseconds") or column.unit.lower() in (
            "ms",
            "milliseconds",
        )
        values = [_span_s(_cell(row, column)) for row in rows]
        if any(isfinite(value) for value in values):
            return [value / 1000 if thousandths else value for value in values]
    return None


def _span_s(text: str) -> float:
    parts = re.fullmatch(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)", text)
    if parts:
        hours, minutes = int(parts[1] or 0), int(parts[2])
        return hours * 3600 + minutes * 60 + float(parts[3].replace(",", "."))
    plain = re.fullmatch(r"-?\d+(?:\.\d+)?", text)
    value = float(text) if plain else nan
    return value if abs(value) < _LONGEST else nan
