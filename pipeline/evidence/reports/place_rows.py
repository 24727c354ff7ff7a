"""What a report says of the place, and the map that it shows."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.evidence.incident import IncidentRecord, Place
from pipeline.evidence.reports.drawing import Drawing
from pipeline.evidence.reports.map_drawing import draw_map, online_map
from pipeline.evidence.reports.rows import Row
from pipeline.evidence.words import number, term
from pipeline.wording import Language

_COMPASS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")


@dataclass(frozen=True, slots=True)
class MapPart:
    """The map, what is on it, and where a larger one is."""

    drawing: Drawing
    key: str
    online: str
    address: str


def place_rows(record: IncidentRecord, language: Language) -> list[Row]:
    """Names of the place, road, position with its uncertainty, speed and heading, and the source.

    What is not known is said where an officer asks for it: the place itself.
    """

    def word(name: str, /, **values: object) -> str:
        return term("report", name, language, **values)

    place, rows = record.place, []
    if place is None:
        reason = getattr(record.place_reason, language) if record.place_reason else ""
        rows.append(Row(word("where"), (word("unknown"), reason), strong=True))
    else:
        if place.names is not None:
            rows.append(Row(word("area"), (getattr(place.names.text, language),), strong=True))
        if place.road is not None:
            road = word("road_asked", name=place.road.name, source=place.road.source)
            rows.append(Row(word("road"), (road,), strong=True))
    if record.overlay_place:
        rows.append(Row(word("overlay_place"), (record.overlay_place,)))
    if place is not None:
        rows += _position_rows(record, place, language)
    return rows


def place_map(record: IncidentRecord, language: Language) -> MapPart | None:
    """Nothing where there is no position to draw."""
    if record.place is None:
        return None
    key = "map_key" if len(record.place.points) > 1 else "map_point"
    return MapPart(
        draw_map(record.place, record.when, language),
        term("report", key, language),
        term("report", "map_online", language),
        online_map(record.place),
    )


def compass_point(heading_deg: float, language: Language) -> str:
    """The nearest of the eight points of the compass, in words."""
    return term("compass", _COMPASS[round(heading_deg / 45) % 8], language)


def _position_rows(record: IncidentRecord, place: Place, language: Language) -> list[Row]:
    def word(name: str, /, **values: object) -> str:
        return term("report", name, language, **values)

    here, start = place.at_start, record.when.start
    text = f"{here.latitude:.6f}, {here.longitude:.6f}"
    if here.uncertainty_m is not None:
        text += ", " + word("uncertainty_m", value=number(max(here.uncertainty_m, 1), language, 0))
    lines = [text]
    if (here.original, here.file_time_s) != (start.original, start.file_time_s):
        lines.append(word("place_at", seconds=number(here.file_time_s, language, 1)))
    rows = [Row(word("position"), tuple(lines), strong=True)]
    if here.speed_mps is not None:
        speed = f"{number(here.speed_mps * 3.6, language, 0)} km/h"
        rows.append(Row(word("speed"), (speed,)))
    if here.heading_deg is not None:
        degrees = number(here.heading_deg, language, 0)
        heading = f"{degrees}° ({compass_point(here.heading_deg, language)})"
        rows.append(Row(word("heading"), (heading,)))
    source = term("place_sources", place.source, language)
    rows.append(Row(word("place_source"), (source, *place.warnings)))
    return rows
