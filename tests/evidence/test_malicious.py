"""Footage and packages from people who mean harm: safe names, refusals with a reason."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from pipeline.evidence.package import make_package
from pipeline.evidence.shown import shown
from pipeline.evidence.verify import verify
from pipeline.settings import Settings
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, request_of, trip_of

NAMES = [
    "..%2f..%2fetc%2fpasswd.mp4",
    "..\\..\\windows\\x.mp4",
    "two\nlines\r.mp4",
    "\x1b[2J\x07bell.mp4",
    "invoice\u202e4pm.exe.mp4",
    "-rf --output=x; $(touch pwned) `touch pwned` 'x' \"y\".mp4",
    "<script>alert(1)<br>{{7*7}}.mp4",
    "concat:a|b file:x%d.mp4",
    "a" * 251 + ".mp4",
    "đường phố " + "ệ" * 70 + ".mp4",
    b"not utf-8 \xff\xfe.mp4".decode("utf-8", "surrogateescape"),
]


@pytest.fixture(scope="module")
def small(film: Film) -> Path:
    return film("bare.mp4", 3, sound=None)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_footage_of_any_name(small: Path, tmp_path: Path, name: str) -> None:
    card = tmp_path / "card"
    card.mkdir()
    original = card / name
    shutil.copy(small, original)
    settings = Settings.model_validate(
        {"evidence": {"lead_up_s": 1, "aftermath_s": 1, "annotated_height": 120, "stills": 1}}
    )
    request = request_of(trip_of(footage_of(original)), 1.0, 2.0)
    package = make_package(request, tmp_path / "out" / "packages", settings)
    result = verify(package, original)
    assert result.ok, [check.message for check in result.checks if not check.ok]
    assert all(check.message.isprintable() for check in result.checks)
    assert all(sentence.isprintable() for sentence in result.proved)
    for record in ("incident.json", "custody.json"):
        told = json.loads((package / "data" / record).read_text(encoding="utf-8"))
        assert told["originals"][0]["name"].isprintable()
    page = (package / "data" / "report.vi.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page and "\u202e" not in page and "\x1b" not in page
    assert sorted(os.listdir(tmp_path)) == ["card", "out"]  # noqa: PTH208
    assert list((tmp_path / "out").iterdir()) == [tmp_path / "out" / "packages"]
    assert not Path("pwned").exists()


# --- packages ----------------------------------------------------------------------------------


@pytest.fixture
def package(finished: tuple[Path, Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished[0], tmp_path / finished[0].name))


def refused(package: Path) -> str:
    result = verify(package)
    assert not result.ok and not result.proved
    messages = "; ".join(check.message for check in result.checks if not check.ok)
    assert messages.isprintable()
    return messages


@pytest.mark.parametrize("name", ["tagmanifest-sha256.txt", "bag-info.txt", "data/incident.json"])
@pytest.mark.parametrize("target", ["/dev/zero", "/dev/tty", "/etc/passwd", "gone"])
def test_links_in_place_of_what_is_read_first(package: Path, name: str, target: str) -> None:
    (package / name).unlink()
    (package / name).symlink_to(target)
    assert Path(name).name in refused(package)


def test_a_link_that_goes_in_circles(package: Path) -> None:
    (package / "data" / "loop").symlink_to("..", target_is_directory=True)
    assert "loop" in refused(package)


@pytest.mark.parametrize("name", ["bagit.txt", "manifest-sha256.txt", "data/incident.json"])
def test_pipes_do_not_hang_it(package: Path, name: str) -> None:
    (package / name).unlink()
    os.mkfifo(package / name)
    assert Path(name).name in refused(package)


@pytest.mark.parametrize("name", ["bagit.txt", "signature.ed25519", "data/clip.mp4"])
def test_folders_in_place_of_files(package: Path, name: str) -> None:
    (package / name).unlink()
    (package / name).mkdir()
    assert refused(package)


def test_two_files_that_are_one_elsewhere(package: Path) -> None:
    (package / "data" / "CLIP.mp4").write_bytes(b"x")
    assert "capitals" in refused(package)


@pytest.mark.parametrize("name", ["two\nlines", "\u202egpj.exe", "\x1b[2J", "x" * 255])
def test_names_in_it_do_not_reach_the_terminal(package: Path, name: str) -> None:
    (package / "data" / name).write_bytes(b"x")
    assert refused(package)


def test_a_name_that_is_no_text(package: Path) -> None:
    (package / "data" / os.fsdecode(b"\xff\xfe")).write_bytes(b"x")
    assert "\\xff" in refused(package)


@pytest.mark.parametrize("name", ["bag-info.txt", "public-key.pem", "manifest-sha256.txt"])
def test_tags_that_are_huge(package: Path, name: str) -> None:
    os.truncate(package / name, 50_000_000)  # with a hole in it
    assert refused(package)


def test_a_record_that_is_huge(package: Path) -> None:
    os.truncate(package / "data" / "incident.json", 100_000_000)
    assert "too large" in refused(package)


def test_a_record_that_is_deep(package: Path) -> None:
    (package / "data" / "custody.json").write_text("[" * 100_000)
    assert "custody.json" in refused(package)


def test_very_many_files(package: Path) -> None:
    folder = package / "data" / "many"
    folder.mkdir()
    for number in range(10_001):
        (folder / str(number)).touch()
    assert "too many" in refused(package)


def test_shown_names() -> None:
    assert shown("clip (1) đường.mp4") == "clip (1) đường.mp4"
    assert shown("a\nb\x1b\u202e\\") == "a\\nb\\x1b\\u202e\\\\"
    assert len(shown("x" * 500)) == 80
    assert shown("/far" * 50 + "/clip.mp4").endswith("/clip.mp4")
