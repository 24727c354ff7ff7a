"""What `dashcam plates --json` prints: one object a line."""

from __future__ import annotations

from typing import Any

from pipeline.types import Plate, PlateReading, PlateText

from .rules import plate_rules

Alternatives = tuple[tuple[PlateText, float], ...]


def as_json(reading: PlateReading, source: str) -> dict[str, Any]:
    """The line of one plate in one picture."""
    return {
        "source": source,
        "time_s": round(reading.time_s, 3),
        "box": [round(value, 1) for value in reading.box],
        **_text(reading.text, reading.confidence, reading.alternatives),
    }


def vehicle_as_json(plate: Plate, track_id: int, source: str) -> dict[str, Any]:
    """The line of one vehicle's plate: `time_s` and `box` are those of the look that shows it best.

    `looks` is how many looks were weighed, `agreeing` how many of them read exactly this text.
    """
    if plate.best is None:
        raise ValueError("a plate that was never read has no line")
    return {
        **as_json(plate.best, source),
        **_text(plate.text, plate.probability, plate.alternatives),
        "looks": plate.looks,
        "agreeing": plate.agreeing,
        "track": track_id,
    }


def _text(text: PlateText | None, confidence: float, others: Alternatives) -> dict[str, Any]:
    return {
        "text": text.display if text else None,
        "normalized": text.normalized if text else None,
        "confidence": round(confidence, 4),
        "kind": text.kind.value if text else None,
        "province": text.province if text else None,
        "province_name": plate_rules().provinces.get(text.province or "") if text else None,
        "alternatives": [
            {"text": other.display, "normalized": other.normalized, "confidence": round(share, 4)}
            for other, share in others
        ],
    }
