"""What a person adds: asked for, judged, sealed in whole; nothing of who they are."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from pipeline.commands import form as command
from pipeline.errors import CheckFailed, InputError, UsageError
from pipeline.evidence import seal
from pipeline.evidence.form import Answers, after, fill, plate_named, suggestions, text_of, time_of
from pipeline.evidence.incident import IncidentRecord
from pipeline.evidence.keys import Key
from pipeline.evidence.opened import record_of
from pipeline.evidence.package import PackageRequest, make_package
from pipeline.evidence.person import PersonAdds
from pipeline.evidence.readiness import missing_in, person_in, readiness
from pipeline.evidence.seal import Sealing
from pipeline.evidence.verify import verify
from pipeline.reporter.in_clear import identifying
from pipeline.settings import Settings
from pipeline.types import Clock
from tests.evidence.findings import trip_of

NOW = datetime(2025, 5, 30, 1, 0, tzinfo=UTC)
SEAL = Sealing(Key(bytes(range(32))))
ALL = Answers(
    road="Đường Nguyễn Văn Cừ",
    note="Người ngồi giữa không đội mũ bảo hiểm.",
    confirm_act=True,
    confirm_plate=True,
    statement=True,
)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's user is found or changed."""
    monkeypatch.setenv("DASHCAM_DATA", str(tmp_path / "own"))
    monkeypatch.setenv("DASHCAM_CHANNELS", str(tmp_path / "none.yaml"))
    monkeypatch.setattr(seal, "sealing", lambda *_: SEAL)


@pytest.fixture
def package(tmp_path: Path, finished: tuple[Path, Path, Path]) -> Path:
    return Path(shutil.copytree(finished[0], tmp_path / "packages" / finished[0].name))


@pytest.fixture
def record(package: Path) -> IncidentRecord:
    return record_of(package)


@pytest.fixture(scope="session")
def bare(
    request_whole: PackageRequest, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> IncidentRecord:
    """Of footage without clock and place, of a vehicle without a plate or a kind."""
    footage = replace(request_whole.trip.footage[0], gps=None, clock=Clock(None, None, None))
    request = replace(request_whole, trip=trip_of(footage), plate=None)
    record = record_of(make_package(request, tmp_path_factory.mktemp("bare"), settings))
    vehicle = record.vehicle.model_copy(update={"kind": None})
    return record.model_copy(update={"vehicle": vehicle})


def told(record: IncidentRecord, person: PersonAdds | None = None, **answers: Any) -> PersonAdds:
    return after(person, Answers(**answers), record, "en", NOW)


def fields(record: IncidentRecord, person: PersonAdds | None) -> list[str]:
    return [one.field for one in missing_in(record, person)]


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# --- ready or not


def test_each_missing_field_is_named_with_what_supplies_it(bare: IncidentRecord) -> None:
    wanted = ["act", "plate", "time", "place", "kind", "statement"]
    assert fields(bare, None) == wanted
    for one in missing_in(bare, None):
        for language in ("vi", "en"):
            assert one.what(language) and "--" in one.how(language)
    answers: dict[str, dict[str, Any]] = {
        "act": {"confirm_act": True},
        "plate": {"plate": "98-B3 123.45", "confirm_plate": True},
        "time": {"time": "18:11 29/05/2025"},
        "place": {"place": "Phường Bồ Đề"},
        "kind": {"kind": "motorbike"},
        "statement": {"statement": True},
    }
    whole = {name: value for one in answers.values() for name, value in one.items()}
    person = told(bare, **whole)
    assert fields(bare, person) == [] and person.status == "ready"
    for field, supply in answers.items():
        less = {name: value for name, value in whole.items() if name not in supply}
        person = told(bare, **less)
        assert fields(bare, person) == [field] and person.status == "not ready"


def test_what_the_machine_knows_is_not_asked_but_confirmed(record: IncidentRecord) -> None:
    assert fields(record, None) == ["act", "plate_confirmed", "statement"]


def test_a_plate_that_nobody_can_read(bare: IncidentRecord) -> None:
    person = told(bare, plate_illegible=True)
    assert person.plate_confirmed and "plate" not in fields(bare, person)
    with pytest.raises(UsageError, match="--plate-illegible"):
        told(bare, confirm_plate=True)
    with pytest.raises(UsageError, match="contradict"):
        told(bare, plate="98-B3 123.45", plate_illegible=True)
    again = told(bare, person, confirm_plate=False)
    assert fields(bare, again)[1] == "plate"


def test_a_corrected_plate_is_confirmed_anew(record: IncidentRecord) -> None:
    person = told(record, confirm_plate=True)
    changed = told(record, person, plate="98b8 12345")
    assert changed.plate_text == "98-B8 123.45" and not changed.plate_confirmed
    assert record.vehicle.plate.display == "98-B3 123.45", "as the machine read it"


def test_a_statement_is_about_what_it_was_given_for(record: IncidentRecord) -> None:
    person = after(None, ALL, record, "vi", NOW)
    assert person.status == "ready" and person.statement_confirmed_at == NOW
    assert told(record, person, road="Đường Nguyễn Văn Cừ") == person
    changed = told(record, person, road="Phố Huế")
    assert changed.statement_confirmed_at is None and changed.status == "not ready"
    assert told(record, person, channel="e-mail").statement_confirmed_at == NOW


def test_an_empty_text_clears(record: IncidentRecord) -> None:
    person = told(record, road="Phố Huế", note="một\n hai ")
    assert person.note == "một\nhai"
    assert told(record, person, road="", note="").model_dump() == PersonAdds().model_dump()


# --- what is typed


@pytest.mark.parametrize(
    ("typed", "plate"),
    [
        ("30a12345", "30A-123.45"),
        (" 98-B3 123.45 ", "98-B3 123.45"),
        ("98B3-123.45", "98-B3 123.45"),
    ],
)
def test_a_plate_as_people_type_it(typed: str, plate: str) -> None:
    assert plate_named(typed, "vi").display == plate


@pytest.mark.parametrize("typed", ["", "???", "30A-1234567", "10A-123.45", "XIN CHÀO", "98"])
def test_what_is_no_plate(typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        plate_named(typed, "vi")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["18:11 29/05/2025", "29/05/2025 18:11", "2025-05-29T18:11", "2025-05-29T11:11+00:00"]
)
def test_a_time_as_people_type_it(text: str) -> None:
    time = time_of(text, "Asia/Ho_Chi_Minh", "vi")
    assert time is not None and time == datetime(2025, 5, 29, 11, 11, tzinfo=UTC)
    assert time.utcoffset() in (timedelta(hours=7), timedelta(0))


def test_what_is_no_time() -> None:
    with pytest.raises(UsageError, match="18:11"):
        time_of("chiều qua", "Asia/Ho_Chi_Minh", "en")


def test_letters_are_composed_and_nothing_hidden_stays() -> None:
    assert text_of("Nguye\u0302\u0303n\u202e  Văn\tCừ\n", "road") == "Nguyễn Văn Cừ"
    assert text_of(" \u200b ", "note") is None


def test_too_long(record: IncidentRecord) -> None:
    with pytest.raises(UsageError, match="road"):
        told(record, road="x" * 301)


def test_suggestions_come_from_the_record(record: IncidentRecord) -> None:
    assert suggestions(record, "vi") == {"place": "Phường Bắc Giang, Tỉnh Bắc Ninh"}
    named = record.model_copy(update={"overlay_place": "CAU CHUONG DUONG", "place": None})
    assert suggestions(named, "vi") == {"road": "CAU CHUONG DUONG"}
    assert suggestions(named.model_copy(update={"overlay_place": None}), "vi") == {}


# --- nobody's name

WHO = {
    "name": "Nguyễn Thị Ánh Đào",
    "number": "001190123456",
    "address": "12 ngõ 34 phố Không Có, phường Thử Nghiệm, Hà Nội",
    "phone": "0912345678",
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("số 001190123456", ["number"]),
        ("CCCD 0011 9012 3456", ["number"]),
        ("CMND 123456789", ["number"]),
        ("gọi 0912 345 678", ["phone"]),
        ("gọi +84 912.345.678", ["phone"]),
        ("thư a.b@example.org", ["mail"]),
        ("tôi là nguyen thi anh dao", ["name"]),
        ("nhà ở 12 ngõ 34 phố Không Có", ["address"]),
        ("2 người, biển số 98-B3 123.45, lúc 18:11 ngày 29/05/2025", []),
        ("km 1234+500 quốc lộ 1, toạ độ 21.270000, 106.190000", []),
        ("Nguyễn Văn Cừ", []),
    ],
)
def test_words_that_say_who_somebody_is(text: str, found: list[str]) -> None:
    assert identifying(text, WHO) == found


# --- into the package


def test_the_form_in_the_package(package: Path, record: IncidentRecord) -> None:
    before = digests(package / "data")
    seal_number = record.evidence_sha256
    assert [one.field for one in readiness(package)]
    assert fill(package, after(None, ALL, record, "vi", NOW), seal=SEAL) == []
    result = verify(package)
    assert result.ok, result.checks
    assert readiness(package) == []
    now = digests(package / "data")
    changed = {name for name in now if now[name] != before.get(name)}
    reports = {f"report.{language}.{kind}" for language in ("vi", "en") for kind in ("html", "pdf")}
    assert changed == reports | {"person.json", "incident.json", "custody.json"}
    assert before.keys() <= now.keys()
    filled = record_of(package)
    assert filled.evidence_sha256 == seal_number
    assert {one.path: one.sha256 for one in filled.files} == {
        one.path: now[one.path] for one in filled.files
    }
    text = (package / "data" / "report.vi.html").read_text(encoding="utf-8")
    for words in (
        "Đường Nguyễn Văn Cừ",
        "Người ngồi giữa không đội mũ bảo hiểm.",
        "sẵn sàng gửi",
        "08:00:00 (UTC+07:00), ngày 30/05/2025",
        "98-B3 123.45 (xác suất 93%)",
    ):
        assert words in text, words
    assert text.count("☑") == 2
    person = person_in(package)
    assert person is not None and person.status == "ready"
    stored = json.loads((package / "data" / "person.json").read_text(encoding="utf-8"))
    assert stored["status"] == "ready"


def test_what_is_missing_stands_in_the_report(package: Path, record: IncidentRecord) -> None:
    assert "Not ready" not in (package / "data" / "report.en.html").read_text(encoding="utf-8")
    fill(package, told(record, plate_illegible=True), seal=SEAL)
    text = (package / "data" / "report.en.html").read_text(encoding="utf-8")
    assert "missing: confirmation of the act, statement of truth." in text
    assert "the plate cannot be read" in text and "the plate named above" not in text
    assert "98-B3 123.45 (probability 93%)" in text, "the machine's reading stays"


def test_the_same_answers_give_the_same_reports(package: Path, record: IncidentRecord) -> None:
    person = after(None, ALL, record, "vi", NOW)
    fill(package, person, seal=SEAL)
    first = digests(package / "data")
    fill(package, person, seal=SEAL)
    second = digests(package / "data")
    assert {name for name in first if first[name] != second[name]} == {"custody.json"}


def test_a_failure_leaves_the_package_as_it_was(
    package: Path, record: IncidentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digests(package)

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.evidence.form.write_reports", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fill(package, after(None, ALL, record, "vi", NOW), seal=SEAL)
    assert digests(package) == before
    assert [path.name for path in package.parent.iterdir()] == [package.name]


def test_a_package_that_somebody_changed_is_not_signed(
    package: Path, record: IncidentRecord
) -> None:
    (package / "data" / "report.vi.html").write_text("x", encoding="utf-8")
    with pytest.raises(CheckFailed, match="not sound"):
        fill(package, told(record, road="Phố Huế"), seal=SEAL)


def test_no_package(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an evidence package"):
        readiness(tmp_path)


# --- the command

app = typer.Typer()
app.command()(command.form)
run = CliRunner()


def state(package: Path, *options: str) -> tuple[int, dict[str, Any]]:
    result = run.invoke(app, [str(package), "--json", *options])
    return result.exit_code, json.loads(result.stdout.splitlines()[-1])


def test_by_options_and_a_file(package: Path, tmp_path: Path) -> None:
    before = digests(package)
    code, shown = state(package, "--check")
    assert code == 4 and shown["status"] == "not ready" and shown["person"] is None
    assert digests(package) == before, "nothing was answered, so nothing is written"
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"road": "Phố Huế", "confirm_act": True}), encoding="utf-8")
    code, shown = state(package, "--from-file", str(answers), "--road", "Đường Láng")
    assert code == 0 and shown["person"]["road"] == "Đường Láng"
    assert [one["field"] for one in shown["missing"]] == ["plate_confirmed", "statement"]
    code, shown = state(package, "--confirm-plate", "--statement", "--check")
    assert (code, shown["status"], shown["missing"]) == (0, "ready", [])
    assert verify(package).ok


def test_wrong_answers_change_nothing(package: Path, tmp_path: Path) -> None:
    before = digests(package)
    answers = tmp_path / "answers.json"
    for content in (
        "[]",
        "{",
        '{"name": "Nguyễn"}',
        '{"kind": "boat"}',
        '{"kind": "person"}',
        "\xff",
    ):
        answers.write_bytes(content.encode("latin-1", errors="replace"))
        error = run.invoke(app, [str(package), "--from-file", str(answers)]).exception
        assert isinstance(error, UsageError) and "Nguyễn" not in str(error)
    for options in (["--note", "gọi 0912345678"], ["--plate", "10A-12345"], ["--time", "qua"]):
        error = run.invoke(app, [str(package), *options]).exception
        assert isinstance(error, UsageError) and "\n" not in str(error)
        assert "0912345678" not in str(error)
    assert isinstance(run.invoke(app, [str(package)]).exception, UsageError), "nobody to ask"
    assert digests(package) == before


def asked(
    monkeypatch: pytest.MonkeyPatch, package: Path, typed: Sequence[str | type[BaseException]]
) -> Any:
    """The command with a terminal at which `typed` is entered; the rest must have been asked."""
    queue = list(typed)

    def prompt(question: str, default: str = "", **_: Any) -> str:
        entry = queue.pop(0)
        if not isinstance(entry, str):
            raise entry
        return entry or default

    monkeypatch.setattr(typer, "prompt", prompt)
    monkeypatch.setattr(command, "sys", _Terminal)
    result = run.invoke(app, [str(package), "--lang", "vi"])
    return result, queue


class _Terminal:
    """A `sys` at which somebody sits."""

    stderr = sys.stderr

    class stdin:  # noqa: N801 - as in sys
        @staticmethod
        def isatty() -> bool:
            return True


def test_asked_at_a_terminal(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = ["gì?", "c", "10A-1", "98-B8 123.45", "có", "Phố Huế", "", "0912345678", "2 người",
             "-", "", "Cam đoan."]  # fmt: skip
    result, left = asked(monkeypatch, package, typed)
    assert result.exit_code == 0 and left == [], result.exception
    person = person_in(package)
    assert person is not None and person.status == "ready"
    assert person.place == "Phường Bắc Giang, Tỉnh Bắc Ninh", "taken over with Enter"
    assert (person.plate_text, person.road, person.witnesses) == (
        "98-B8 123.45",
        "Phố Huế",
        "2 người",
    )
    assert person.note is None and verify(package).ok


def test_enter_confirms_nothing(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result, _ = asked(monkeypatch, package, [""] * 20)
    assert result.exit_code == 0
    person = person_in(package)
    assert person is not None and person.status == "not ready"
    assert not (person.act_confirmed or person.plate_confirmed or person.statement_confirmed_at)


def test_enter_keeps_what_was_confirmed(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = record_of(package)
    fill(package, after(None, ALL, record, "vi", NOW), seal=SEAL)
    before = digests(package)
    result, _ = asked(monkeypatch, package, [""] * 20)
    assert result.exit_code == 0 and digests(package) == before


@pytest.mark.parametrize("stop", [KeyboardInterrupt, typer.Abort])
def test_an_interrupted_form_changes_nothing(
    package: Path, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
) -> None:
    before = digests(package)
    result, _ = asked(monkeypatch, package, ["c", "", "c", "Phố Huế", stop])
    assert result.exit_code == 130
    assert digests(package) == before


def test_help_shows_an_example() -> None:
    text = re.sub(r"\s+", " ", run.invoke(app, ["--help"]).stdout)
    assert "Example:" in text and "dashcam form" in text
