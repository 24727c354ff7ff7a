"""A run's own files: what was watched and found, with which settings and model.

`run.json` tells of the whole run, `incidents.jsonl` has one line for each incident.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.errors import InputError, OutputError
from pipeline.privacy import without_folders
from pipeline.settings import Settings
from pipeline.types import Abstention, Incident, Plate, Scene, Track, Trip
from pipeline.vision.weights import Weights


class Journal:
    """`run.json` and `incidents.jsonl`: written to the side, moved into place when complete."""

    def __init__(self, output: Path, settings: Settings, weights: Weights) -> None:
        self._output = output
        self._started = datetime.now(UTC)
        self._head = {
            "tool": "dashcam-evidence",
            "version": __version__,
            "settings": without_folders(
                settings.model_dump(
                    mode="json",
                    exclude={"vision": {"weights"}, "evidence": {"key", "timestamp_url"}},
                )
            ),
            "detector": {
                "name": weights.name,
                "origin": weights.origin,
                "sha256": weights.sha256,
            },
        }
        self._trips: list[dict[str, Any]] = []

    def add(
        self,
        trip: Trip,
        tracks: Sequence[Track],
        scene: Scene,
        found: Sequence[Incident | Abstention],
        plates: dict[int, Plate],
        packaged: Sequence[dict[str, Any]],
    ) -> None:
        counts: dict[str, int] = {}
        for track in tracks:
            counts[track.kind] = counts.get(track.kind, 0) + 1
        self._trips.append(
            {
                "footage": [
                    {
                        "name": item.path.name,
                        "bytes": item.size_bytes,
                        "duration_s": round(item.duration_s, 3),
                        "start_time": item.clock.start.isoformat() if item.clock.start else None,
                        "time_source": item.clock.source,
                        "warnings": [*item.warnings, *item.clock.warnings],
                    }
                    for item in trip.footage
                ],
                "duration_s": round(trip.duration_s, 3),
                "tracks": counts,
                "gaps": [
                    {"start_s": gap.start_s, "end_s": gap.end_s, "reason": gap.reason}
                    for gap in scene.gaps
                ],
                "plates": {
                    str(track_id): {
                        "text": plate.text.normalized if plate.text else None,
                        "probability": round(plate.probability, 4),
                        "looks": plate.looks,
                    }
                    for track_id, plate in sorted(plates.items())
                },
                "incidents": [item["id"] for item in packaged],
                "abstentions": [
                    {
                        "rule": item.rule,
                        "start_s": round(item.start_s, 2),
                        "end_s": round(item.end_s, 2),
                        "reason": item.reason,
                    }
                    for item in found
                    if isinstance(item, Abstention)
                ],
            }
        )

    def close(
        self,
        incidents: Sequence[dict[str, Any]],
        failures: Sequence[InputError],
        seconds: float,
    ) -> None:
        """Write both files. Raises OutputError."""
        lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in incidents)
        whole = {
            **self._head,
            "started": self._started.isoformat(timespec="seconds"),
            "seconds": round(seconds, 1),
            "trips": self._trips,
            "failures": [{"name": error.path.name, "problem": error.problem} for error in failures],
        }
        text = json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
        for name, content in (("incidents.jsonl", lines), ("run.json", text)):
            part = self._output / f".{name}.part"
            try:
                part.write_text(content, encoding="utf-8")
                part.replace(self._output / name)
            except OSError as error:
                part.unlink(missing_ok=True)
                raise OutputError(
                    f"{self._output / name}: cannot be written ({error.strerror or error}); "
                    "free some space or choose another folder with -o"
                ) from error
