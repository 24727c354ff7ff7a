"""The seal number: anyone can compute it; no fact and no file of evidence changes without it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.evidence.evidence_digest import evidence_digest, evidence_digest_of, facts_digest
from pipeline.evidence.incident import IncidentRecord
from pipeline.evidence.package import PackageRequest, make_package
from pipeline.settings import Settings


@pytest.fixture(scope="module")
def package(
    request_whole: PackageRequest, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return make_package(request_whole, tmp_path_factory.mktemp("packages"), settings) / "data"


@pytest.fixture
def record(package: Path) -> IncidentRecord:
    return IncidentRecord.model_validate_json((package / "incident.json").read_bytes())


def test_the_record_holds_its_own_numbers(record: IncidentRecord) -> None:
    """What is read back from the file gives what was computed before it was written."""
    assert facts_digest(record) == record.inputs_sha256
    assert evidence_digest_of(record) == record.evidence_sha256


def test_with_any_tool(package: Path, record: IncidentRecord) -> None:
    """From the files themselves, by the recipe of the docs."""
    paths = [
        *("annotated.mp4", "clip.mp4", "track.geojson", "track.gpx", "tracks.json"),
        *(f"stills/{path.name}" for path in (package / "stills").iterdir()),
    ]
    text = f"{record.inputs_sha256}  incident\n"
    for path in sorted(paths, key=str.encode):
        text += f"{hashlib.sha256((package / path).read_bytes()).hexdigest()}  {path}\n"
    assert hashlib.sha256(text.encode()).hexdigest() == record.evidence_sha256


def test_what_changes_it_and_what_does_not(record: IncidentRecord) -> None:
    before, facts = evidence_digest_of(record), record.inputs_sha256
    for index, file in enumerate(record.files):
        others = [one for one in record.files if one is not file]
        changed = list(record.files)
        changed[index] = file.model_copy(update={"sha256": "0" * 64})
        renamed = list(record.files)
        renamed[index] = file.model_copy(update={"path": "other.bin"})
        is_evidence = file.role != "report"
        for files in (others, changed, renamed):
            assert (evidence_digest(files, facts) != before) == is_evidence, file.path
    assert evidence_digest_of(record.model_copy(update={"confidence": 0.5})) != before
    assert evidence_digest(reversed(record.files), facts) == before
