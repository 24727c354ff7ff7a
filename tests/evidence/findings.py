"""What the pipeline would have found in a film: footage, tracks, plates, incidents."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np

from pipeline.evidence.package import ModelUse, PackageRequest
from pipeline.footage.probe import probe
from pipeline.settings import Settings
from pipeline.types import (
    Colour,
    Footage,
    GpsTrack,
    Incident,
    Kind,
    Measure,
    Plate,
    PlateKind,
    PlateReading,
    PlateText,
    Track,
    Trip,
)

WIDTH, HEIGHT, RATE = 320, 240, 25
START = datetime(2025, 5, 29, 18, 11, 8, tzinfo=timezone(timedelta(hours=7)))


def footage_of(path: Path, start: datetime | None = START) -> Footage:
    return probe(path, Settings().footage, start_time=start)


def trip_of(*footage: Footage) -> Trip:
    offsets = np.cumsum([0.0, *(item.duration_s for item in footage[:-1])])
    return Trip(tuple(footage), tuple(float(offset) for offset in offsets))


def track_of(id_: int, kind: Kind, start_s: float, end_s: float) -> Track:
    """From left to right over the picture, looked at five times a second."""
    times = np.arange(start_s, end_s + 1e-6, 0.2)
    x = 40 + 100 * (times - start_s) / max(end_s - start_s, 1)
    boxes = np.stack([x, np.full_like(x, 80), x + 90, np.full_like(x, 180)], axis=1)
    return Track(
        id_,
        kind,
        0.93,
        np.arange(len(times), dtype=np.int32),
        times,
        boxes.astype(np.float32),
        np.full(len(times), 0.8),
        Colour("red", 0.61),
    )


def plate_of(probability: float, time_s: float) -> Plate:
    text = PlateText("98B312345", "98-B3 123.45", PlateKind.MOTORBIKE, "98")
    other = PlateText("98B812345", "98-B8 123.45", PlateKind.MOTORBIKE, "98")
    alternatives = ((other, 0.05),)
    box = (100.0, 100.0, 140.0, 124.0)
    look = PlateReading("98-B3 123.45", text, 0.9, box, alternatives, 2, time_s, 12)
    return Plate(text, probability, alternatives, 8, 6, look)


def gps_of(duration_s: float, source: str = "gpmf") -> GpsTrack:
    times = np.arange(0, duration_s, 0.5)
    steps = np.arange(len(times)) * 1e-4
    nothing = np.full(len(times), np.nan)
    return GpsTrack(source, times, 21.27 + steps, 106.19 + steps, nothing, nothing)


def incident_of(start_s: float, end_s: float, best: tuple[float, ...] = ()) -> Incident:
    return Incident(
        "passenger_overload",
        7,
        start_s,
        end_s,
        0.87,
        (Measure("people", 3.0, "", 0.2), Measure("overload_duration", end_s - start_s, "s", 0.2)),
        best or (start_s + 0.4,),
        {"vi": "Thấy có 3 người trên xe <mô tô>.", "en": "3 people are seen on the <motorbike>."},
        (8,),
    )


def request_of(
    trip: Trip, start_s: float = 2.0, end_s: float = 4.0, plate: Plate | None = None
) -> PackageRequest:
    first, last = max(start_s - 1, 0.0), min(end_s + 1, trip.duration_s - 0.2)
    return PackageRequest(
        incident=incident_of(start_s, end_s),
        trip=trip,
        tracks=(
            track_of(7, Kind.MOTORBIKE, first, last),
            track_of(8, Kind.PERSON, first, last),
        ),
        plate=plate,
        models=(
            ModelUse("road_users", "shipped", "ab" * 32, "detector"),
            ModelUse("rapidocr 3.10.0", "package", None, "plate_reader"),
        ),
    )
