"""The camera's way during the act as files for maps: GPX 1.1 and GeoJSON (RFC 7946).

Both are written from the record alone, which has no point from outside the window of the act.
Speed and course in GPX are those of Garmin's TrackPointExtension v2, which most readers know.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from pipeline.evidence.incident import Here, IncidentRecord, Place, Position

GPX, GEOJSON = "track.gpx", "track.geojson"
_GPX = "http://www.topografix.com/GPX/1/1"
_EXTENSION = "http://www.garmin.com/xmlschemas/TrackPointExtension/v2"
_SCHEMAS = "http://www.w3.org/2001/XMLSchema-instance"


def write_track_files(record: IncidentRecord, folder: Path) -> list[Path]:
    """Write `track.gpx` and `track.geojson` into `folder`; nothing where the place is not known.

    Raises OSError.
    """
    if record.place is None:
        return []
    texts = {GPX: gpx(record, record.place), GEOJSON: geojson(record, record.place)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def gpx(record: IncidentRecord, place: Place) -> str:
    """One waypoint where the act begins, and the way, a segment for each file of the camera."""
    register_namespace("", _GPX)
    register_namespace("gpxtpx", _EXTENSION)
    register_namespace("xsi", _SCHEMAS)
    creator = f"{record.tool.name} {record.tool.version}"
    root = Element(f"{{{_GPX}}}gpx", {"version": "1.1", "creator": creator})
    root.set(f"{{{_SCHEMAS}}}schemaLocation", f"{_GPX} {_GPX}/gpx.xsd")
    metadata = SubElement(root, f"{{{_GPX}}}metadata")
    SubElement(metadata, f"{{{_GPX}}}name").text = record.id
    _gpx_point(root, "wpt", place.at_start, record)
    if place.points:
        track = SubElement(root, f"{{{_GPX}}}trk")
        SubElement(track, f"{{{_GPX}}}name").text = record.id
        for _, points in groupby(place.points, lambda point: point.original):
            segment = SubElement(track, f"{{{_GPX}}}trkseg")
            for point in points:
                _gpx_point(segment, "trkpt", point)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def geojson(record: IncidentRecord, place: Place) -> str:
    """A point where the act begins, and a line for each file of the camera."""
    features = [_feature("Point", _coordinates(place.at_start), _facts(record, place.at_start))]
    for original, group in groupby(place.points, lambda point: point.original):
        points = list(group)
        if len(points) < 2:  # no line
            continue
        facts = {
            "original": record.originals[original].name,
            "coordTimes": [_utc(point.time) for point in points],
            "speeds_mps": [point.speed_mps for point in points],
        }
        line = [_coordinates(point) for point in points]
        features.append(_feature("LineString", line, facts))
    whole = {"type": "FeatureCollection", "features": features}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _gpx_point(
    parent: Element, name: str, point: Position, record: IncidentRecord | None = None
) -> None:
    where = {"lat": f"{point.latitude:.7f}", "lon": f"{point.longitude:.7f}"}
    element = SubElement(parent, f"{{{_GPX}}}{name}", where)
    if point.altitude_m is not None:
        SubElement(element, f"{{{_GPX}}}ele").text = f"{point.altitude_m:.1f}"
    if point.time is not None:
        SubElement(element, f"{{{_GPX}}}time").text = _utc(point.time)
    if record is not None:
        SubElement(element, f"{{{_GPX}}}name").text = record.act.en
    course = point.heading_deg if isinstance(point, Here) else None
    told = [("speed", point.speed_mps, 2), ("course", course, 1)]
    if any(value is not None for _, value, _ in told):
        extensions = SubElement(element, f"{{{_GPX}}}extensions")
        inner = SubElement(extensions, f"{{{_EXTENSION}}}TrackPointExtension")
        for key, value, digits in told:
            if value is not None:
                SubElement(inner, f"{{{_EXTENSION}}}{key}").text = f"{value:.{digits}f}"


def _facts(record: IncidentRecord, here: Here) -> dict[str, Any]:
    return {
        "id": record.id,
        "act": record.act.model_dump(),
        "time": _utc(here.time),
        "speed_mps": here.speed_mps,
        "heading_deg": here.heading_deg,
        "uncertainty_m": here.uncertainty_m,
    }


def _feature(kind: str, coordinates: Any, facts: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": facts}


def _coordinates(point: Position) -> list[float]:
    """Longitude first, as the standard has it."""
    where = [point.longitude, point.latitude]
    return where if point.altitude_m is None else [*where, point.altitude_m]


def _utc(time: datetime | None) -> str | None:
    if time is None:
        return None
    text = time.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
