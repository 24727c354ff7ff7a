"""Where the recording camera was at one moment of a track, how sure that is, and how it moved.

Between two points the camera is taken to have driven straight and evenly. What that may be wrong by
is the lesser of two bounds: a road user brakes, pulls away and turns with some 2 m/s², which moves
it off the even straight line by `a/2 * u * (T - u)` (`u` after the first of two points that lie `T`
apart); and it hardly strays farther than half the distance that it covered.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, isfinite, nan, radians, sin

import numpy as np

from pipeline.types import FloatArray, GpsTrack

RECEIVER_M = 5.0  # one sigma of an ordinary receiver under an open sky
PHONE_M = 30.0  # a phone's one point: often of the network, or from before the recording
LOCATION_SOURCES = ("quicktime:location", "android:location")  # one point, not a track
_METRES_A_DEGREE = 111_195.0  # of latitude, on a sphere of 6371 km
_ACCELERATION_MPS2 = 2.0
_STRAY_MPS = 1.0  # a standing camera between two points may have crept as fast
_UNKNOWN_SPEED_MPS = 10.0  # of the road user whose only point this is
_BETWEEN_S = 30.0  # from the nearer of two points: a tunnel of a minute
_BEYOND_S = 10.0  # before the first or after the last point
_ALONE_S = 120.0  # from a single point
_MOTION_GAP_S = 10.0  # speed and heading over a longer hole are those of the map, not of the car
_REACH_S = 1.0  # heading and speed are measured from so long before to so long after
_SLOWEST_MPS = 1.5  # below, the receiver's noise makes the heading


@dataclass(frozen=True, slots=True)
class CameraPosition:
    """Where the camera was: degrees (WGS 84), metres, metres per second; None where unknown."""

    latitude: float
    longitude: float
    speed_mps: float | None  # from the source, else from the positions
    heading_deg: float | None  # of the motion, clockwise from north; None when hardly moving
    altitude_m: float | None
    uncertainty_m: float  # one sigma, horizontal
    source: str  # of the track


def position_at(track: GpsTrack, time_s: float) -> CameraPosition | None:
    """The camera's place `time_s` after the file's first frame.

    None where the nearest points are too far away in time for any honest answer. A single point is
    a position whose uncertainty grows with the time that passed, for nobody knows the motion.
    """
    points = _Points.of(track)
    if not len(points.times_s) or not isfinite(time_s):
        return None
    if len(points.times_s) == 1:
        return _alone(track.source, points, time_s)
    first, last = float(points.times_s[0]), float(points.times_s[-1])
    if time_s < first or time_s > last:
        return _beyond(track.source, points, time_s, first if time_s < first else last)
    return _between(track.source, points, time_s)


def window(track: GpsTrack, start_s: float, end_s: float) -> GpsTrack:
    """Only the points from `start_s` to `end_s` (both included); file time stays as it was."""
    keep = (track.times_s >= start_s) & (track.times_s <= end_s)
    return GpsTrack(
        track.source,
        track.times_s[keep],
        track.latitudes[keep],
        track.longitudes[keep],
        track.speeds_mps[keep],
        track.altitudes_m[keep],
        utc_start=track.utc_start,
    )


@dataclass(frozen=True, slots=True)
class _Points:
    """The track's usable points; longitudes run on over the date line."""

    times_s: FloatArray
    latitudes: FloatArray
    longitudes: FloatArray
    speeds_mps: FloatArray
    altitudes_m: FloatArray

    @classmethod
    def of(cls, track: GpsTrack) -> _Points:
        columns = (track.latitudes, track.longitudes, track.speeds_mps, track.altitudes_m)
        there = np.isfinite(track.times_s) & np.isfinite(columns[0]) & np.isfinite(columns[1])
        latitudes, longitudes, speeds_mps, altitudes_m = (column[there] for column in columns)
        return cls(
            track.times_s[there],
            latitudes,
            np.unwrap(longitudes, period=360.0) if len(longitudes) else longitudes,
            speeds_mps,
            altitudes_m,
        )

    def place(self, time_s: float) -> tuple[float, float]:
        """Latitude and longitude on the straight line between the neighbours, ends held."""
        return (
            float(np.interp(time_s, self.times_s, self.latitudes)),
            float(np.interp(time_s, self.times_s, self.longitudes)),
        )

    def metres(self, start_s: float, end_s: float) -> tuple[float, float]:
        """Metres east and north from the place at one time to that at another."""
        (latitude, longitude), (other, beside) = self.place(start_s), self.place(end_s)
        shrink = cos(radians((latitude + other) / 2))
        return (beside - longitude) * _METRES_A_DEGREE * shrink, (
            other - latitude
        ) * _METRES_A_DEGREE

    def rounding_m(self) -> float:
        """One sigma of what the source cut off: four decimals of a degree are 11 m."""
        values = np.concatenate([self.latitudes, self.longitudes])
        for decimals in range(5):
            if np.abs(values - np.round(values, decimals)).max() < 1e-9:
                return float(10.0**-decimals * _METRES_A_DEGREE / np.sqrt(12))
        return 0.0


def _between(source: str, points: _Points, time_s: float) -> CameraPosition | None:
    after = min(
        max(int(np.searchsorted(points.times_s, time_s)), 1),
        len(points.times_s) - 1,
    )
    start_s, end_s = float(points.times_s[after - 1]), float(points.times_s[after])
    since, until = time_s - start_s, end_s - time_s
    if min(since, until) > _BETWEEN_S:
        return None
    even = _ACCELERATION_MPS2 / 2 * since * until
    covered = hypot(*points.metres(start_s, end_s)) / 2 + _STRAY_MPS * min(since, until)
    moving = end_s - start_s <= _MOTION_GAP_S
    speed, heading = _motion(points, time_s) if moving else (None, None)
    return _position(
        source, points, points.place(time_s), time_s, speed, heading, min(even, covered)
    )


def _beyond(source: str, points: _Points, time_s: float, end_s: float) -> CameraPosition | None:
    """Driven on as at the track's end."""
    passed = time_s - end_s
    if abs(passed) > _BEYOND_S:
        return None
    speed, heading = _motion(points, end_s)
    latitude, longitude = points.place(end_s)
    if speed is not None and heading is not None:
        way = speed * passed / _METRES_A_DEGREE
        longitude += way * sin(radians(heading)) / max(cos(radians(latitude)), 1e-6)
        latitude += way * cos(radians(heading))
    strayed = _ACCELERATION_MPS2 / 2 * passed**2 + _STRAY_MPS * abs(passed)
    if speed is None:
        strayed += _UNKNOWN_SPEED_MPS * abs(passed)
    return _position(source, points, (latitude, longitude), end_s, speed, heading, strayed)


def _alone(source: str, points: _Points, time_s: float) -> CameraPosition | None:
    passed = abs(time_s - float(points.times_s[0]))
    if passed > _ALONE_S:
        return None
    near = passed <= _REACH_S
    speed = _known(float(points.speeds_mps[0])) if near else None
    place = points.place(time_s)
    return _position(source, points, place, time_s, speed, None, _UNKNOWN_SPEED_MPS * passed)


def _position(
    source: str,
    points: _Points,
    place: tuple[float, float],
    time_s: float,
    speed_mps: float | None,
    heading_deg: float | None,
    strayed_m: float,
) -> CameraPosition:
    receiver = PHONE_M if source in LOCATION_SOURCES else RECEIVER_M
    return CameraPosition(
        latitude=place[0],
        longitude=(place[1] + 180.0) % 360.0 - 180.0,
        speed_mps=speed_mps,
        heading_deg=heading_deg,
        altitude_m=_known(_value(points.times_s, points.altitudes_m, time_s)),
        uncertainty_m=hypot(receiver, points.rounding_m(), strayed_m),
        source=source,
    )


def _motion(points: _Points, time_s: float) -> tuple[float | None, float | None]:
    """Speed and heading from a second before to a second after, as far as the track reaches.

    Where the points lie farther apart, from the one to the other.
    """
    times = points.times_s
    start_s, end_s = max(time_s - _REACH_S, times[0]), min(time_s + _REACH_S, times[-1])
    if end_s - start_s < _REACH_S:  # at an end: the whole second inside
        start_s = max(min(start_s, end_s - _REACH_S), times[0])
        end_s = min(max(end_s, start_s + _REACH_S), times[-1])
    seconds = float(end_s - start_s)
    if seconds <= 0:
        return None, None
    east, north = points.metres(float(start_s), float(end_s))
    measured = hypot(east, north) / seconds
    speed = _known(_value(times, points.speeds_mps, time_s))
    if speed is None:
        speed = measured
    if min(speed, measured) < _SLOWEST_MPS:
        return speed, None
    return speed, degrees(atan2(east, north)) % 360.0


def _value(times_s: FloatArray, values: FloatArray, time_s: float) -> float:
    """A value between its neighbours in time, where both are known and near; NaN otherwise."""
    known = np.isfinite(values)
    if not known.any():
        return nan
    times_s, values = times_s[known], values[known]
    after = int(np.searchsorted(times_s, time_s))
    near = [abs(times_s[at] - time_s) for at in (after - 1, after) if 0 <= at < len(times_s)]
    return float(np.interp(time_s, times_s, values)) if min(near) <= _MOTION_GAP_S / 2 else nan


def _known(value: float) -> float | None:
    return value if isfinite(value) else None
