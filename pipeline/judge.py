"""Rules run again over what an earlier run observed: nothing is decoded, no package is made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from pipeline import record
from pipeline.errors import InputError
from pipeline.scene.zones import read_zones
from pipeline.settings import Settings
from pipeline.types import Incident
from pipeline.violations.registry import load_rules


def judge(
    run_folder: Path, settings: Settings, wanted: Sequence[str] | None = None
) -> Iterator[dict[str, Any]]:
    """One dict for each candidate and each stretch that a rule could not judge, trip by trip.

    Raises InputError where `run_folder` holds no record of a run, UsageError for an unknown rule.
    """
    rules = load_rules(wanted, settings.rules)
    zones = read_zones(settings.places.zones) if settings.places.zones else ()
    folders = sorted(path.parent for path in (run_folder / "record").glob("*/trip.json"))
    if not folders:
        raise InputError(
            run_folder, "no record of a run in it", "name the folder that `dashcam process -o` made"
        )
    for folder in folders:
        observed = record.load(folder)
        if observed is None:
            raise InputError(folder, "its record is damaged", "run dashcam process again")
        tracks, scene = observed
        scene = replace(scene, zones=zones)
        names = _names(folder)
        for rule in rules:
            for found in rule.judge(tracks, scene):
                kind = "incident" if isinstance(found, Incident) else "abstention"
                yield {"kind": kind, "footage": names, **asdict(found)}


def _names(folder: Path) -> list[str]:
    """The files of the trip; none where an older version wrote the record."""
    return list(json.loads((folder / "trip.json").read_text(encoding="utf-8")).get("footage", ()))
