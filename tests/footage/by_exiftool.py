"""What ExifTool says of a file: another reader, to hold ours against."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

with_exiftool = pytest.mark.skipif(shutil.which("exiftool") is None, reason="no ExifTool here")
_TAGS = ("GPSLatitude", "GPSLongitude", "GPSSpeed", "GPSDateTime", "SampleTime")


@dataclass(frozen=True, slots=True)
class Told:
    """One position by ExifTool: degrees, kilometres an hour, seconds of the track."""

    latitude: float
    longitude: float
    speed_kmh: float | None
    moment: datetime | None
    time_s: float | None


@cache
def version() -> float:
    done = subprocess.run(["exiftool", "-ver"], capture_output=True, text=True, check=True)
    return float(done.stdout)


def needs(least: float) -> None:
    """Skips the test where ExifTool is older than the layout it should read."""
    if version() < least:
        pytest.skip(f"ExifTool {version()} is older than {least}, which reads this layout")


def read(*paths: Path) -> list[list[Told]]:
    """Of each file every embedded position in order, copies within a packet included."""
    command = ["exiftool", "-ee", "-a", "-n", "-json", "-G3:4", "-q", *(f"-{tag}" for tag in _TAGS)]
    done = subprocess.run([*command, *map(str, paths)], capture_output=True, check=False)
    answers = json.loads(done.stdout)
    assert len(answers) == len(paths)
    return [_positions(facts) for facts in answers]


def _positions(facts: dict[str, object]) -> list[Told]:
    columns: dict[str, dict[str, object]] = defaultdict(dict)
    order: list[str] = []
    for name, value in facts.items():
        place, _, tag = name.rpartition(":")
        if place.startswith("Doc"):
            columns[place][tag] = value
            if tag == "GPSLatitude":
                order.append(place)
    return [
        Told(
            float(str(row["GPSLatitude"])),
            float(str(row["GPSLongitude"])),
            float(str(row["GPSSpeed"])) if "GPSSpeed" in row else None,
            _moment(row.get("GPSDateTime")),
            float(str(row["SampleTime"])) if "SampleTime" in row else None,
        )
        for row in (columns[place] for place in order)
        if "GPSLongitude" in row
    ]


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    date, _, time = str(value).rstrip("Z").partition(" ")
    clock, _, part = time.partition(".")
    whole = datetime.strptime(f"{date} {clock}", "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    if whole.year < 100:  # so old versions tell the years that a camera counts from 2000
        whole = whole.replace(year=whole.year + 2000)
    return whole.replace(microsecond=round(float(f"0.{part or 0}") * 1e6))
