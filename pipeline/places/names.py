"""The name of a place: from the shipped table, and the road from a geocoder on consent."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from pipeline.places.gazetteer import Gazetteer
from pipeline.places.geocoder import Geocoder
from pipeline.places.place import PlaceNames
from pipeline.settings import PlacesSettings


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """What was found out about a position; `None` where nothing is known."""

    names: PlaceNames | None
    road: str | None
    road_source: str | None
    """The host that named the road, e.g. `nominatim.example.org`."""
    warnings: tuple[str, ...] = ()


def name_place(latitude: float, longitude: float, settings: PlacesSettings) -> PlaceFound:
    """The names of a WGS-84 position in degrees.

    Offline but for the road, which is asked of `settings.geocoder` only where that is set and
    `settings.consent` is given. A geocoder that fails is a warning, never an error.
    """
    names = Gazetteer.shipped().name(latitude, longitude)
    geocoder = Geocoder.of(settings)
    if geocoder is None or not (isfinite(latitude) and isfinite(longitude)):
        return PlaceFound(names, None, None)
    road, warning = geocoder.road(latitude, longitude)
    source = geocoder.host if road else None
    return PlaceFound(names, road, source, (warning,) if warning else ())
