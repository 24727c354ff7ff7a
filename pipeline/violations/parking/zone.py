"""In which of the user's zones a resting vehicle stands, as far as satellites and picture tell.

Where it stands: the camera's position, its heading, and the distance by the vehicle's own height,

    d = f H / h,

with H the usual height of its kind and h that of its box. The focal length f is not known (0.9 of
the picture's width is taken) and H varies, so d is right to a third. The position is right to some
metres. So *every* place that it may have has to lie in a zone that forbids, and *any* of them in or
near one that allows is enough to be silent.

The heading is where the camera drove to before it came to rest; without one the vehicle may stand
in any direction, and the whole circle has to lie in the zone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from pipeline.scene.ground import Path
from pipeline.scene.zones import Position, distance_m, edge_m, is_inside, position_at
from pipeline.types import Kind, Scene, Zone, ZoneKind

FORBIDS = (ZoneKind.NO_STOPPING, ZoneKind.CROSSING, ZoneKind.NO_PARKING)
ALLOWS = (ZoneKind.PARKING, ZoneKind.BUS_STOP)

_HEIGHTS_M = {Kind.CAR: 1.5, Kind.BUS: 3.0, Kind.TRUCK: 2.6, Kind.MOTORBIKE: 1.0, Kind.BICYCLE: 1.0}
_FOCAL = 0.9
_SCALE = 1.35  # a distance may be off by that factor
_TURN_DEG = 8.0  # heading of the motion against that of the camera
_POSITION_M = 4.0  # error of a position
_CLOSE_M = 5.0  # nearer than that to a zone that allows, it may be meant to stand in it
_CIRCLE = 16  # directions that are tried where none is known
_FARTHEST_M = 45.0


def places_of(path: Path, span: tuple[float, float], scene: Scene) -> list[Position] | None:
    """Where a resting vehicle may stand; None where nothing tells."""
    middle = (span[0] + span[1]) / 2
    here = position_at(scene, middle)
    usual = _HEIGHTS_M.get(path.track.kind)
    rows = np.flatnonzero((path.track.times_s >= span[0]) & (path.track.times_s <= span[1]))
    if here is None or usual is None or len(rows) == 0:
        return None
    boxes = path.track.boxes[rows].astype(np.float64)
    tall = float(np.median(boxes[:, 3] - boxes[:, 1]))
    focal = _FOCAL * scene.width
    distance = focal * usual / tall
    if distance > _FARTHEST_M:
        return None
    column = float(np.median((boxes[:, 0] + boxes[:, 2]) / 2)) - scene.width / 2
    if math.isfinite(here.heading_deg):
        turns = [here.heading_deg + turn for turn in (-_TURN_DEG, 0.0, _TURN_DEG)]
    else:
        turns = np.linspace(0, 360, _CIRCLE, endpoint=False).tolist()
    return [
        Position(here.latitude, here.longitude, turn).shifted(ahead, ahead * column / focal)
        for turn in turns
        for ahead in (distance / _SCALE, distance, distance * _SCALE)
    ]


def zone_that_forbids(places: Sequence[Position], zones: Sequence[Zone]) -> Zone | None:
    """The zone that every one of the places lies in, deeper than positions are off."""
    for kind in FORBIDS:
        for zone in zones:
            if zone.kind is kind and all(_is_deep(zone, place) for place in places):
                return zone
    return None


def may_stand(places: Sequence[Position], zones: Sequence[Zone]) -> bool:
    """Does any of the places lie in or near a zone where one may stand?"""
    return any(
        distance_m(zone, place.latitude, place.longitude) <= _CLOSE_M
        for zone in zones
        if zone.kind in ALLOWS
        for place in places
    )


def _is_deep(zone: Zone, place: Position) -> bool:
    inside = is_inside(zone, place.latitude, place.longitude)
    return inside and edge_m(zone, place.latitude, place.longitude) >= min(
        _POSITION_M, _reach(zone)
    )


def _reach(zone: Zone) -> float:
    """Metres from the middle of a zone to its edge: a crossing is narrower than positions err."""
    middle = zone.ring.mean(axis=0)
    return 0.3 * edge_m(zone, float(middle[1]), float(middle[0]))
