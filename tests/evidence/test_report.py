"""The reports: everything said, in both languages, and nothing that was not found."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from pydantic import ValidationError

import pipeline.evidence.words as words
import pipeline.violations
from pipeline.evidence.describe import PackageRequest
from pipeline.evidence.incident import IncidentRecord, RoadFound
from pipeline.evidence.package import make_package
from pipeline.evidence.person import PersonAdds
from pipeline.evidence.reports.report import write_reports
from pipeline.evidence.reports.sheet import Sheet, sheet
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
    assert "<script" not in text and "url(" not in text and "<link" not in text
    links = re.findall(r'="(https?:[^"]+)"', text)
    assert len(links) == 1 and links[0].startswith("https://www.openstreetmap.org/?mlat=21.27")
    assert text.count("http") == 2, "the link, and the same printed"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_document_is_short_and_tells_no_name(package: Path, language: str) -> None:
    content = (package / f"report.{language}.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type /Page\b", content)) <= 3
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


def test_where_it_was(package: Path) -> None:
    record = record_in(package)
    vietnamese, english = (said(sheet(record, language, ZONE)) for language in ("vi", "en"))
    assert "21.270400, 106.190400, sai số ±6 m" in vietnamese
    assert "43° (đông bắc)" in vietnamese and "43° (north-east)" in english
    assert "109 km/h" in vietnamese
    assert record.place is not None and record.place.names is not None
    assert record.place.names.text.vi in vietnamese and record.place.names.text.en in english


def test_the_road_and_the_caption_where_they_are_known(package: Path) -> None:
    record = record_in(package)
    assert record.place is not None
    road = RoadFound(name="Quốc lộ 1", source="geo.example.org")
    place = record.place.model_copy(update={"road": road})
    known = record.model_copy(update={"place": place, "overlay_place": "Ngã tư Sở"})
    text = said(sheet(known, "vi", ZONE))
    assert "Quốc lộ 1 (tra cứu tại geo.example.org)" in text
    assert "Chữ trên hình (do máy đọc)\nNgã tư Sở" in text


def test_no_map_without_a_position(package: Path) -> None:
    record = record_in(package)
    assert sheet(record, "vi", ZONE).map is not None
    nowhere = record.model_copy(update={"place": None})
    assert sheet(nowhere, "vi", ZONE).map is None


def test_stills_say_what_they_show(package: Path) -> None:
    captions = " | ".join(one.caption for one in sheet(record_in(package), "vi", ZONE).pictures)
    assert "khung cảnh xung quanh" in captions and "biển số rõ nhất" in captions
    assert "Ảnh 1, 18:11:09,0: toàn bộ phương tiện; khung cảnh xung quanh" in captions
    assert "đánh dấu trên ảnh 3, 18:11:10,4: hành vi rõ nhất; biển số rõ nhất" in captions


@pytest.mark.parametrize(
    "seconds, text", [(2.0, "±2 giây"), (0.5, "±0,5 giây"), (600, "±10 phút"), (25200, "±7 giờ")]
)
def test_uncertainty_in_the_unit_people_use(package: Path, seconds: float, text: str) -> None:
    record = record_in(package)
    when = record.when.model_copy(update={"uncertainty_s": seconds})
    assert text in said(sheet(record.model_copy(update={"when": when}), "vi", ZONE))


# --- what the person adds ----------------------------------------------------------------------

TOLD = PersonAdds(
    road="Đường Láng",
    place="trước số nhà 102",
    witnesses="Bà Nguyễn Thị <Bưởi>",
    note="Trời mưa.",
    channel="Zalo CSGT",
    act_confirmed=True,
    plate_text="98-B3 123.45",
    statement_confirmed_at=datetime(2025, 5, 30, 1, 2, 3, tzinfo=UTC),
)


def test_lines_to_write_on(package: Path) -> None:
    form = sheet(record_in(package), "vi", ZONE).form
    assert len(form.blanks) >= 6 and all(one.value is None for one in form.blanks)
    assert not any(one.done for one in form.ticks) and form.confirmed is None
    labels: dict[str, tuple[str, ...]] = {
        "vi": ("Lời cam đoan", "Ký tên", "Kênh gửi", "Người chứng kiến"),
        "en": ("Statement of truth", "Signature", "Channel", "Witness"),
    }
    for language, words_ in labels.items():
        text = (package / f"report.{language}.html").read_text(encoding="utf-8")
        for word in words_:
            assert word in text
        assert text.count("☐") == 2 and "☑" not in text


def test_what_the_person_told_is_filled_in(package: Path, tmp_path: Path) -> None:
    shutil.copytree(package, tmp_path / "data")
    paths = [path for path, _ in write_reports(record_in(package), tmp_path / "data", ZONE, TOLD)]
    assert len(paths) == 4
    text = (tmp_path / "data" / "report.vi.html").read_text(encoding="utf-8")
    for told in ("Đường Láng", "trước số nhà 102", "Trời mưa.", "Zalo CSGT"):
        assert f"<b>{told}</b>" in text
    assert "Bà Nguyễn Thị &lt;Bưởi&gt;" in text and "<Bưởi>" not in text
    assert text.index("Đường Láng, trước số nhà 102") < text.index("Hình ảnh"), "at the top, too"
    assert text.count("☑") == 1 and text.count("☐") == 1
    assert "lúc 08:02:03 (UTC+07:00), ngày 30/05/2025" in text


def test_what_the_person_adds_leaves_the_seal_as_it_is(package: Path) -> None:
    record = record_in(package)
    assert sheet(record, "vi", ZONE).seal == sheet(record, "vi", ZONE, TOLD).seal


def test_nobody_names_themselves_by_it() -> None:
    with pytest.raises(ValidationError):
        PersonAdds.model_validate({"name": "Nguyễn Văn A"})
    assert PersonAdds.model_validate({"road": "  Láng "}).road == "Láng"
    with pytest.raises(ValidationError):
        PersonAdds.model_validate({"road": " "})


# --- the seal's code ---------------------------------------------------------------------------


def read_code(image: np.ndarray) -> str:
    """By one of OpenCV's two readers: each fails at some codes that telephones read."""
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(image)
    return text or cv2.QRCodeDetectorAruco().detectAndDecode(image)[0]


def expected_code(package: Path) -> str:
    record = record_in(package)
    assert record.evidence_sha256 is not None
    return f"{record.id}\nSHA-256 {record.evidence_sha256}"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_code_of_the_page_can_be_scanned(package: Path, language: str) -> None:
    text = (package / f"report.{language}.html").read_text(encoding="utf-8")
    code = re.findall(r"<svg .*?</svg>", text, re.DOTALL)[-1]
    image = np.full((700, 700), 255, np.uint8)
    for points in re.findall(r'<polygon points="([^"]+)"', code):
        corners = np.array([pair.split(",") for pair in points.split()], float) * 20
        cv2.fillPoly(image, [np.round(corners).astype(np.int32)], 0)
    assert read_code(image) == expected_code(package)


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="no poppler here")
def test_the_code_of_the_document_can_be_scanned(package: Path, tmp_path: Path) -> None:
    render = ["pdftoppm", "-r", "300", "-gray", "-png", str(package / "report.vi.pdf")]
    subprocess.run([*render, str(tmp_path / "page")], check=True)
    found = [read_code(cv2.imread(str(path))) for path in sorted(tmp_path.glob("page*.png"))]
    assert expected_code(package) in found


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="no poppler here")
def test_the_document_has_vietnamese_letters_and_the_link_as_text(package: Path) -> None:
    command = ["pdftotext", "-layout", str(package / "report.vi.pdf"), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for words_ in ("Báo cáo dấu hiệu vi phạm", "Lời cam đoan", "đông bắc", "Mã niêm phong"):
        assert words_ in text
    assert "https://www.openstreetmap.org/?mlat=21.270400" in re.sub(r"\s", "", text)
    record = record_in(package)
    assert record.evidence_sha256 is not None and record.evidence_sha256 in text


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


COMPOSED = {
    "oversize_cargo": {"load_height", "load_width", "height_limit", "width_limit"},
    "improper_overtaking": {"other_side", "beyond_edge"},
    "raised_cargo_sides": {"side_to_cab", "side_to_wheel", "side_height"},
}


def test_every_measure_of_every_rule_has_words() -> None:
    known = groups()
    found, composed = 0, set()
    for path in Path(pipeline.violations.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Measure":
                found += 1
                if not isinstance(node.args[0], ast.Constant):
                    composed.add(path.stem)
                    continue
                name, unit = (ast.literal_eval(node.args[index]) for index in (0, 2))
                assert unit in known["units"], f"{path.name}: {unit}"
                assert name in known["measures"], f"{path.name}: {name}"
    assert found >= 5
    # Names that a rule puts together are listed here.
    assert composed <= set(COMPOSED), composed - set(COMPOSED)
    assert set().union(*COMPOSED.values()) <= set(known["measures"])


def test_every_fixed_text_is_there() -> None:
    known = groups()["report"]
    used = set()
    for path in (*FOLDER.rglob("*.py"), *FOLDER.rglob("templates/*")):
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
