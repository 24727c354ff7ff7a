"""GPX tracks (https://www.topografix.com/GPX/1/1/), without fetching anything they point at."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite, nan
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from pipeline.footage.fixes import Fix


def read_gpx(content: bytes) -> list[Fix]:
    """The points of all tracks in the file. Raises ValueError where it is no GPX."""
    try:
        root = ElementTree.fromstring(content)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(f"XML: {error}") from error
    if _name(root) != "gpx":
        raise ValueError(f"XML of another kind, <{_name(root)[:40]}>")
    points = (_fix(item) for item in root.iter() if _name(item) == "trkpt")
    return [point for point in points if point is not None]


def _fix(point: Element) -> Fix | None:
    latitude, longitude = _number(point.get("lat")), _number(point.get("lon"))
    if not (isfinite(latitude) and isfinite(longitude)):
        return None
    inside = {_name(item): (item.text or "").strip() for item in point.iter()}
    if inside.get("fix") == "none":
        return None
    return Fix(
        latitude,
        longitude,
        _number(inside.get("speed")),  # GPX 1.0, and extensions of 1.1
        _number(inside.get("ele")),
        _moment(inside.get("time", "")),
    )


def _name(element: Element) -> str:
    """The tag without its namespace, which differs between versions."""
    return str(element.tag).rsplit("}", 1)[-1]


def _number(text: str | None) -> float:
    try:
        return float(text or nan)
    except ValueError:
        return nan


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # GPX times are UTC
