"""What is known of a file, as facts for `dashcam inspect`."""

from __future__ import annotations

from math import isfinite
from typing import Any

from pipeline.types import Footage, GpsTrack


def describe(footage: Footage) -> dict[str, Any]:
    """Facts that JSON can hold: no NaN, moments as ISO 8601, what is unknown as null."""
    clock = footage.clock
    return {
        "source": str(footage.path),
        "container": footage.container,
        "size_bytes": footage.size_bytes,
        "duration_s": round(footage.duration_s, 3),
        "width": footage.width,
        "height": footage.height,
        "rotation": footage.rotation_deg,
        "frame_rate": round(footage.frame_rate, 3),
        "video_codec": footage.video_codec,
        "audio_codec": footage.audio_codec,
        "streams": [
            {
                "index": stream.index,
                "type": stream.type,
                "codec": stream.codec,
                **{name: _plain(value) for name, value in stream.details.items()},
            }
            for stream in footage.streams
        ],
        "start_time": clock.start.isoformat() if clock.start else None,
        "time_source": clock.source,
        "time_uncertainty_s": clock.uncertainty_s,
        "time_candidates": [
            {
                "source": item.source,
                "start_time": item.start.isoformat(),
                "uncertainty_s": item.uncertainty_s,
                "note": item.note,
            }
            for item in clock.candidates
        ],
        "gps": _gps(footage.gps) if footage.gps is not None else None,
        "overlay_place": footage.overlay_place,
        "warnings": [*footage.warnings, *clock.warnings],
    }


def _gps(track: GpsTrack) -> dict[str, Any]:
    columns = (
        track.times_s,
        track.latitudes,
        track.longitudes,
        track.speeds_mps,
        track.altitudes_m,
    )
    names = ("time_s", "latitude", "longitude", "speed_mps", "altitude_m")
    digits = (3, 7, 7, 2, 1)
    return {
        "source": track.source,
        "points": len(track),
        "utc_start": track.utc_start.isoformat() if track.utc_start else None,
        "track": [
            {
                name: round(float(value), places) if isfinite(value) else None
                for name, value, places in zip(names, row, digits, strict=True)
            }
            for row in zip(*columns, strict=True)
        ],
    }


def _plain(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value
