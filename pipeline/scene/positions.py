"""Where the camera was at each sampled frame, by the satellites of the file it stands in."""

from __future__ import annotations

import numpy as np

from pipeline.footage.position import position_at
from pipeline.types import FloatArray, Positions, Trip


def positions_of(trip: Trip, times_s: FloatArray) -> Positions | None:
    """The camera's places at trip times `times_s` (F,), or None where no file tells any."""
    columns = np.full((4, len(times_s)), np.nan)
    for frame, time_s in enumerate(times_s):
        index, file_time_s = trip.locate(float(time_s))
        track = trip.footage[index].gps
        place = None if track is None else position_at(track, file_time_s)
        if place is not None:
            columns[:, frame] = (
                place.latitude,
                place.longitude,
                np.nan if place.speed_mps is None else place.speed_mps,
                np.nan if place.heading_deg is None else place.heading_deg,
            )
    if np.isnan(columns[0]).all():
        return None
    latitudes, longitudes, speeds, headings = columns
    return Positions(np.asarray(times_s, np.float64), latitudes, longitudes, speeds, headings)
