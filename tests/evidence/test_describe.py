"""The record: what it says, and what it must never say."""

from __future__ import annotations

import getpass
import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.evidence.describe import PackageRequest, describe
from pipeline.evidence.incident import FileRecord, IncidentRecord
from pipeline.evidence.schema import RECORDS, schema_text
from pipeline.evidence.window import parts
from pipeline.settings import Settings
from pipeline.types import Gap
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, plate_of, request_of, trip_of


def described(request: PackageRequest, settings: Settings) -> IncidentRecord:
    return describe(request, parts(request.trip, request.incident, settings.evidence), settings)


def test_the_id(request_whole: PackageRequest, settings: Settings, film: Film) -> None:
    record = described(request_whole, settings)
    assert record.id.startswith("20250529T181110-passenger_overload-")
    assert described(request_whole, settings).id == record.id
    later = replace(request_whole, incident=replace(request_whole.incident, start_s=2.2))
    assert described(later, settings).id != record.id
    other = replace(request_whole, incident=replace(request_whole.incident, track_id=8))
    assert described(other, settings).id != record.id
    undated = request_of(trip_of(footage_of(film("whole.mp4"), start=None)))
    assert described(undated, settings).id.startswith("undated-passenger_overload-")


def test_an_id_is_safe_as_a_folder(request_whole: PackageRequest, settings: Settings) -> None:
    odd = replace(request_whole, incident=replace(request_whole.incident, rule="../../ỗ x"))
    assert set(described(odd, settings).id) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
    )


def test_a_certain_plate_is_a_fact(request_whole: PackageRequest, settings: Settings) -> None:
    plate = described(request_whole, settings).vehicle.plate
    assert (plate.text, plate.display) == ("98B312345", "98-B3 123.45")
    assert plate.province is not None and plate.province.name == "Bắc Giang"
    assert [one.text for one in plate.alternatives] == ["98B812345"]
    assert (plate.looks, plate.agreeing) == (8, 6)
    assert plate.best_look is not None and plate.best_look.file_time_s == 2.4


def test_an_uncertain_plate_is_none(request_whole: PackageRequest, settings: Settings) -> None:
    unsure = replace(request_whole, plate=plate_of(0.79, 2.4))
    plate = described(unsure, settings).vehicle.plate
    assert plate.text is None and plate.display is None and plate.province is None
    assert [(one.text, one.probability) for one in plate.alternatives] == [
        ("98B312345", 0.79),
        ("98B812345", 0.05),
    ]


def test_no_plate(request_whole: PackageRequest, settings: Settings) -> None:
    plate = described(replace(request_whole, plate=None), settings).vehicle.plate
    assert (plate.text, plate.looks, plate.alternatives) == (None, 0, ())


def test_over_a_seam(film: Film, settings: Settings) -> None:
    first, second = (
        footage_of(film("one.mp4", 4)),
        footage_of(film("two.mp4", 4, "-vf", "hue=h=60"), start=None),
    )
    seam = first.duration_s
    request = request_of(trip_of(first, second), seam - 1, seam + 1)
    record = described(request, settings)
    assert [original.name for original in record.originals] == ["one.mp4", "two.mp4"]
    assert (record.when.start.original, record.when.end.original) == (0, 1)
    assert record.when.start.time is not None and record.when.end.time is None
    assert record.when.end.file_time_s == pytest.approx(1.0)


def test_a_plate_read_in_another_file_names_it(film: Film, settings: Settings) -> None:
    first, second = (
        footage_of(film("one.mp4", 4)),
        footage_of(film("two.mp4", 4, "-vf", "hue=h=60")),
    )
    trip = trip_of(first, second)
    start = first.duration_s + 2.5
    record = described(request_of(trip, start, start + 1, plate_of(0.9, 1.0)), settings)
    look = record.vehicle.plate.best_look
    assert look is not None
    assert record.originals[look.original].name == "one.mp4"
    assert look.file_time_s == 1.0


def test_gaps_in_what_is_shown(request_whole: PackageRequest, settings: Settings) -> None:
    gaps = (Gap(0, 0.5, "damaged"), Gap(4.5, 6.0, "damaged"))
    (gap,) = described(replace(request_whole, gaps=gaps), settings).missing_pictures
    assert (gap.start_s, gap.end_s) == (4.5, 5.0)


def test_it_names_no_person_and_no_folder(request_whole: PackageRequest, tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {
            "vision": {"weights": str(tmp_path / "my.onnx")},
            "rules": {
                "passenger_overload": {"zones": "/home/nguyen/zones.yaml", "people": 3},
                "wrong_lane": {"note": "/home/nguyen/other.yaml"},
            },
        }
    )
    text = described(request_whole, settings).as_text()
    folder = request_whole.trip.footage[0].path.parent
    for secret in (str(folder), str(tmp_path), str(Path.home()), "nguyen", "my.onnx"):
        assert secret not in text
    assert f'"{getpass.getuser()}"' not in text
    rules = json.loads(text)["settings"]["rules"]
    assert rules == {"passenger_overload": {"zones": "zones.yaml", "people": 3}}


def test_what_makes_packages_equal(request_whole: PackageRequest, settings: Settings) -> None:
    same = described(request_whole, settings).inputs_sha256
    assert described(request_whole, settings).inputs_sha256 == same
    surer = replace(request_whole, plate=plate_of(0.95, 2.4))
    longer = Settings.model_validate({"evidence": {"lead_up_s": 2, "aftermath_s": 1}})
    assert described(surer, settings).inputs_sha256 != same
    assert described(request_whole, longer).inputs_sha256 != same


def test_the_record_reads_back(request_whole: PackageRequest, settings: Settings) -> None:
    record = described(request_whole, settings)
    assert IncidentRecord.model_validate_json(record.as_text()) == record


@pytest.mark.parametrize(
    "path", ["../x.mp4", "/etc/passwd", "a/../b", "a//b", "", ".", "a\\..\\b", "a/./b", "C:x"]
)
def test_paths_that_lead_elsewhere_are_no_paths(path: str) -> None:
    with pytest.raises(ValidationError):
        FileRecord(path=path, role="clip", sha256="0" * 64, bytes=1)


@pytest.mark.parametrize("name", RECORDS)
def test_the_published_schema_is_current(name: str) -> None:
    published = Path(__file__).parents[2] / "docs" / f"{name}.schema.json"
    assert published.read_text(encoding="utf-8") == schema_text(name), (
        f"run: python -m pipeline.evidence.schema {name} > docs/{name}.schema.json"
    )
