"""Where the camera was during an act: the track's points around it, and no other of the trip."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.evidence.incident import (
    Here,
    Moment,
    Names,
    Place,
    Position,
    RoadFound,
    Texts,
)
from pipeline.evidence.window import Part
from pipeline.evidence.words import both
from pipeline.footage.position import CameraPosition, position_at, window
from pipeline.places.names import PlaceFound, name_place
from pipeline.settings import Settings
from pipeline.types import Footage, GpsTrack, Trip


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The place, or the reason why nobody knows it."""

    place: Place | None
    reason: Texts | None
    overlay: str | None  # the name burnt into the picture


def whereabouts(
    trip: Trip, files: Sequence[int], parts: Sequence[Part], start: Moment, settings: Settings
) -> Whereabouts:
    """The camera's place when the act begins, and its way over what the clips show.

    `files` are the indices into `trip.footage` that `Moment.original` counts, `parts` the stretches
    with lead-up and aftermath, `start` is the act's.
    """
    overlay = _overlay(trip, files, start)
    points: list[Position] = []
    for part in parts:
        footage = trip.footage[part.footage_index]
        if footage.gps is not None and len(footage.gps) > 1:  # `at_start` tells a phone's only one
            near = window(footage.gps, part.start_s, part.end_s)
            points += _points(near, footage, files.index(part.footage_index))
    here = _at_start(trip, files, start, points)
    if here is None:
        any_gps = any(trip.footage[part.footage_index].gps for part in parts)
        reason = "no_gps_here" if any_gps else "no_gps"
        return Whereabouts(None, Texts(**both("reasons", reason)), overlay)
    found, position = here
    return Whereabouts(_place(found, position, points, settings), None, overlay)


def _points(track: GpsTrack, footage: Footage, number: int) -> list[Position]:
    return [
        Position(
            original=number,
            file_time_s=round(float(track.times_s[at]), 3),
            latitude=round(float(track.latitudes[at]), 7),
            longitude=round(float(track.longitudes[at]), 7),
            speed_mps=_rounded(track.speeds_mps[at], 2),
            altitude_m=_rounded(track.altitudes_m[at], 1),
            time=footage.clock.at(round(float(track.times_s[at]), 3)),
        )
        for at in range(len(track))
        # false for NaN, too
        if abs(track.latitudes[at]) <= 90 and abs(track.longitudes[at]) <= 180
    ]


def _at_start(
    trip: Trip, files: Sequence[int], start: Moment, points: Sequence[Position]
) -> tuple[CameraPosition, Here] | None:
    """Where the act began; else the nearest point to it that there is, which tells its own time."""
    moments = [(start.original, start.file_time_s)]
    here = [point for point in points if point.original == start.original] or list(points)
    if here:
        nearest = min(here, key=lambda point: abs(point.file_time_s - start.file_time_s))
        moments.append((nearest.original, nearest.file_time_s))
    for number, file_time_s in moments:
        footage = trip.footage[files[number]]
        found = position_at(footage.gps, file_time_s) if footage.gps is not None else None
        if found is not None:
            return found, Here(
                original=number,
                file_time_s=file_time_s,
                latitude=round(found.latitude, 7),
                longitude=round(found.longitude, 7),
                speed_mps=_rounded(found.speed_mps, 2),
                altitude_m=_rounded(found.altitude_m, 1),
                time=footage.clock.at(file_time_s),
                heading_deg=None
                if found.heading_deg is None
                else round(found.heading_deg, 1) % 360,
                uncertainty_m=_rounded(found.uncertainty_m, 1),
            )
    return None


def _place(
    found: CameraPosition, here: Here, points: Sequence[Position], settings: Settings
) -> Place:
    named = name_place(found.latitude, found.longitude, settings.places)
    road = None
    if named.road is not None:
        road = RoadFound(name=named.road, source=named.road_source or "")
    names = _names(named)
    unknown = {
        "speed_mps": None if here.speed_mps is not None else "no_speed",
        "heading_deg": None if here.heading_deg is not None else "no_heading",
        "names": None if names is not None else "no_names",
        "road": None if road is not None else _no_road(settings),
    }
    return Place(
        source=found.source,
        at_start=here,
        points=tuple(points),
        names=names,
        road=road,
        warnings=named.warnings,
        reasons={
            name: Texts(**both("reasons", reason))
            for name, reason in unknown.items()
            if reason is not None
        },
    )


def _names(found: PlaceFound) -> Names | None:
    names = found.names
    if names is None:
        return None
    return Names(
        commune=names.commune,
        province=names.province,
        commune_former=names.commune_former,
        district_former=names.district_former,
        province_former=names.province_former,
        certain=names.certain,
        text=Texts(vi=names.text_vi(), en=names.text_en()),
    )


def _no_road(settings: Settings) -> str:
    asked = settings.places.geocoder is not None and settings.places.consent
    return "no_road_found" if asked else "no_geocoder"


def _overlay(trip: Trip, files: Sequence[int], start: Moment) -> str | None:
    """Of the file in which the act begins, else of any of them: one camera, one caption."""
    own = files[start.original]
    names = [trip.footage[index].overlay_place for index in (own, *files)]
    return next((name for name in names if name), None)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None or math.isnan(value) else round(float(value), digits)
