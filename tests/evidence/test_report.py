"""The reports: everything said, in both languages, and nothing that was not found."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

import pipeline.evidence.words as words
import pipeline.violations
from pipeline.evidence.describe import PackageRequest
from pipeline.evidence.incident import IncidentRecord
from pipeline.evidence.package import make_package
from pipeline.evidence.sheet import Sheet, sheet
from pipeline.evidence.words import act, moment, number, percent, term
from pipeline.settings import Settings
from pipeline.types import Clock, Kind, TimeCandidate
from pipeline.vision import colour
from tests.evidence.findings import START, trip_of

FOLDER = Path(words.__file__).parent
ZONE = "Asia/Ho_Chi_Minh"


@pytest.fixture(scope="module")
def package(
    request_whole: PackageRequest, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return make_package(request_whole, tmp_path_factory.mktemp("packages"), settings) / "data"


def record_in(package: Path) -> IncidentRecord:
    text = (package / "incident.json").read_text(encoding="utf-8")
    return IncidentRecord.model_validate_json(text)


def said(content: Sheet) -> str:
    rows = [*content.facts, *content.made]
    return "\n".join(line for row in rows for line in (row.label, *row.lines))


def test_both_languages_say_it_all(package: Path) -> None:
    vietnamese, english = (
        (package / f"report.{language}.html").read_text(encoding="utf-8")
        for language in ("vi", "en")
    )
    for text in (
        "18:11:10 (UTC+07:00), ngày 29/05/2025",
        "người báo cung cấp",
        "xe mô tô",
        "đỏ",
        "98-B3 123.45 (xác suất 93%)",
        "6 trên 8 lần đọc",
        "Bắc Giang (98)",
        "98-B8 123.45 (5%)",
        "chưa phải kết luận vi phạm",
        "Tuyến đường",
        "± 0,2 giây",
        "phát hiện phương tiện: road_users",
    ):
        assert text in vietnamese, text
    for text in (
        "18:11:10 (UTC+07:00), 29 May 2025",
        "given by the person",
        "motorbike",
        "red",
        "98-B3 123.45 (probability 93%)",
        "6 of 8 readings agree",
        "not a verdict",
        "Road:",
        "± 0.2 s",
        "detects vehicles: road_users",
    ):
        assert text in english, text


def test_text_from_outside_is_escaped(package: Path) -> None:
    text = (package / "report.vi.html").read_text(encoding="utf-8")
    assert "&lt;mô tô&gt;" in text and "<mô tô>" not in text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_pictures_are_in_the_package_and_nothing_is_fetched(package: Path, language: str) -> None:
    text = (package / f"report.{language}.html").read_text(encoding="utf-8")
    sources = re.findall(r'src="([^"]+)"', text)
    assert len(sources) >= 5
    assert all((package / source).is_file() for source in sources)
    assert "http" not in text and "<script" not in text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_document_is_short_and_tells_no_name(package: Path, language: str) -> None:
    content = (package / f"report.{language}.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type /Page\b", content)) <= 2
    assert b"/Author" not in content


def test_hashes_are_those_of_the_files(package: Path) -> None:
    record = record_in(package)
    text = (package / "report.en.html").read_text(encoding="utf-8")
    clip = next(file for file in record.files if file.role == "clip")
    assert clip.sha256 in text and record.originals[0].sha256 in text


def test_an_uncertain_plate_is_not_called_a_plate(package: Path) -> None:
    record = record_in(package)
    plate = record.vehicle.plate.model_copy(update={"text": None, "display": None})
    vehicle = record.vehicle.model_copy(update={"plate": plate})
    text = said(sheet(record.model_copy(update={"vehicle": vehicle}), "en", ZONE))
    assert "Not read with certainty" in text
    assert "It may be: 98-B8 123.45 (5%)" in text
    assert "probability" not in text


def test_what_is_not_known_is_said(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    bare = replace(request_whole.trip.footage[0], gps=None, clock=Clock(None, None, None))
    request = replace(request_whole, trip=trip_of(bare), plate=None)
    record = record_in(make_package(request, tmp_path, settings) / "data")
    text = said(sheet(record, "en", ZONE))
    assert "No source tells date and time." in text
    assert "The footage carries no position." in text
    assert "Not read" in text
    assert "2025" not in text.split("Made on")[0]


def test_sources_that_disagree_are_named(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    clock = Clock(
        START,
        "filename",
        2.0,
        (
            TimeCandidate("filename", START, 2.0),
            TimeCandidate("container", START + timedelta(hours=7), 5.0),
            TimeCandidate("gps", START + timedelta(seconds=1), 1.0),
            TimeCandidate("file", START + timedelta(days=9), 86400.0),
        ),
        ("filename says one thing, container another",),
    )
    footage = replace(request_whole.trip.footage[0], clock=clock)
    request = replace(request_whole, trip=trip_of(footage))
    record = record_in(make_package(request, tmp_path, settings) / "data")
    text = said(sheet(record, "vi", ZONE))
    assert "tên tệp do máy quay đặt" in text
    assert "01:11:10 (UTC+07:00), ngày 30/05/2025" in text
    assert text.count("Nguồn khác") == 1


def test_no_law_and_no_fine(package: Path) -> None:
    for language in ("vi", "en"):
        text = (package / f"report.{language}.html").read_text(encoding="utf-8").lower()
        for word in ("nghị định", "168/2024", "mức phạt", "decree", " fine ", "penalty"):
            assert word not in text


# --- words -------------------------------------------------------------------------------------


def groups() -> dict[str, dict[str, list[str]]]:
    return yaml.safe_load((FOLDER / "words.yaml").read_text(encoding="utf-8"))


def test_every_word_is_in_both_languages() -> None:
    for group, entries in groups().items():
        for name, pair in entries.items():
            assert len(pair) == 2, (group, name)
            blanks = [set(re.findall(r"{(\w+)}", text)) for text in pair]
            assert blanks[0] == blanks[1], (group, name)
            assert bool(pair[0]) == bool(pair[1]), (group, name)


def test_kinds_and_colours_have_words() -> None:
    known = groups()
    assert set(known["kinds"]) == set(Kind)
    names = set(re.findall(r'"(\w+)"', Path(colour.__file__).read_text(encoding="utf-8")))
    assert len(names & set(known["colours"])) >= 8


def test_every_measure_of_every_rule_has_words() -> None:
    known = groups()
    found = 0
    for path in Path(pipeline.violations.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Measure":
                name, unit = (ast.literal_eval(node.args[index]) for index in (0, 2))
                assert name in known["measures"], f"{path.name}: {name}"
                assert unit in known["units"], f"{path.name}: {unit}"
                found += 1
    assert found >= 5


def test_every_fixed_text_is_there() -> None:
    known = groups()["report"]
    used = set()
    for path in (*FOLDER.glob("*.py"), *FOLDER.glob("templates/*")):
        used |= set(re.findall(r'word\(\s*"(\w+)"', path.read_text(encoding="utf-8")))
    assert len(used) > 30
    assert used <= set(known), used - set(known)


def test_unlisted_names_are_shown_readably() -> None:
    assert term("measures", "axle_load", "vi") == "axle load"
    assert act("new_rule") == {"vi": "new rule", "en": "new rule"}


@pytest.mark.parametrize(
    "value, vietnamese, english",
    [(3.0, "3", "3"), (0.2, "0,2", "0.2"), (12.34, "12,3", "12.3"), (180.4, "180", "180")],
)
def test_numbers(value: float, vietnamese: str, english: str) -> None:
    assert (number(value, "vi"), number(value, "en")) == (vietnamese, english)


def test_nearly_certain_is_not_certain() -> None:
    assert percent(0.9999, "en") == "99.9%"
    assert percent(0.87, "en") == "87%"
    assert percent(1.0, "en") == "100%"


def test_moments() -> None:
    time = datetime(2025, 5, 9, 8, 1, 2, tzinfo=UTC)
    assert moment(time, "en") == "08:01:02 (UTC+00:00), 9 May 2025"
