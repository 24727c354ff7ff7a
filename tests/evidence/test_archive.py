"""A package as one zip: the same bytes each time, and strangers' archives are refused."""

from __future__ import annotations

import io
import os
import shutil
import stat
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import CheckFailed
from pipeline.evidence.archive import Limits, pack, unpacked
from pipeline.evidence.package import make_package, record_text
from pipeline.evidence.verify import verify
from pipeline.settings import Settings
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, request_of, trip_of

Entry = tuple[zipfile.ZipInfo | str, bytes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "it"
    (folder / "data" / "stills").mkdir(parents=True)
    (folder / "bagit.txt").write_text("x")
    (folder / "data" / "stills" / "a.jpg").write_bytes(os.urandom(5000))
    return folder


def zip_of(path: Path, *entries: Entry, kind: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", kind) as packed:
        for entry, content in entries:
            packed.writestr(entry, content)
    return path


def refusal(archive: Path, limits: Limits | None = None) -> str:
    with pytest.raises(CheckFailed) as caught, unpacked(archive, limits):
        pass
    result = verify(archive)
    assert not result.ok and not result.proved
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- written -----------------------------------------------------------------------------------


def test_the_same_bytes_each_time(folder: Path, tmp_path: Path) -> None:
    pack(folder, tmp_path / "one.zip", "it")
    time.sleep(0.01)
    copy = tmp_path / "elsewhere"
    shutil.copytree(folder, copy)
    for path in copy.rglob("*"):
        os.utime(path, (0, 0))
    pack(copy, tmp_path / "two.zip", "it")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_any_tool_opens_it(folder: Path, tmp_path: Path) -> None:
    pack(folder, tmp_path / "it.zip", "it")
    with zipfile.ZipFile(tmp_path / "it.zip") as packed:
        assert packed.testzip() is None
        assert packed.namelist() == ["it/bagit.txt", "it/data/stills/a.jpg"]
        assert {one.compress_type for one in packed.infolist()} == {zipfile.ZIP_STORED}
        packed.extractall(tmp_path / "out")
    with unpacked(tmp_path / "it.zip") as again:
        assert (again / "data/stills/a.jpg").read_bytes() == (
            tmp_path / "out/it/data/stills/a.jpg"
        ).read_bytes()
        place = again.parent
    assert not place.exists()


@pytest.mark.parametrize("archive", ["zip", "both"])
def test_packages_as_archives(film: Film, tmp_path: Path, archive: str) -> None:
    settings = Settings.model_validate(
        {"evidence": {"lead_up_s": 1, "aftermath_s": 1, "archive": archive, "stills": 1}}
    )
    original = film("bare.mp4", 3, sound=None)
    request = request_of(trip_of(footage_of(original)), 1.0, 2.0)
    package = make_package(request, tmp_path, settings)
    zipped = package if archive == "zip" else package.with_name(f"{package.name}.zip")
    wanted = {zipped.name} | ({package.name} if archive == "both" else set())
    assert {path.name for path in tmp_path.iterdir()} == wanted
    assert verify(zipped, original).ok
    assert f'"id": "{zipped.stem}"' in record_text(package) == record_text(zipped)
    before = zipped.stat().st_ino
    assert make_package(request, tmp_path, settings) == package
    assert zipped.stat().st_ino == before, "a sound one is kept"
    zipped.write_bytes(zipped.read_bytes()[:-1])
    make_package(request, tmp_path, settings)
    assert verify(zipped).ok, "a damaged one is made again"


# --- from strangers ----------------------------------------------------------------------------


def special(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = mode << 16
    return entry


ESCAPES = [
    *("../x", "it/../../x", "/etc/x", "//host/x", "C:\\x", "it\\..\\..\\x", "C:/x", "~/x"),
    *("it/./x", "it//x", "it/a\nb", "it/a\x1b[2Jb", "it/\u202egpj.exe", "it/" + "a" * 256),
]


@pytest.mark.parametrize("name", ESCAPES)
def test_names_that_lead_astray(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "a" / "b" / "c"
    inner.mkdir(parents=True)
    archive = zip_of(inner / "it.zip", ("it/bagit.txt", b"x"), (name, b"evil"))
    message = refusal(archive)
    assert "refused" in message and message.isprintable()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [archive], "nothing is written beside it"
    assert not Path("/etc/x").exists()


@pytest.mark.parametrize(
    "mode", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK]
)
def test_links_and_devices(tmp_path: Path, mode: int) -> None:
    entry = special("it/data/clip.mp4", mode | 0o777)
    archive = zip_of(tmp_path / "it.zip", ("it/bagit.txt", b"x"), (entry, b"/etc/passwd"))
    assert "link or a device" in refusal(archive)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("it/data/clip.mp4", "it/data/clip.mp4"),
        ("it/data/clip.mp4", "it/data/CLIP.mp4"),
        ("it/data", "it/data/clip.mp4"),
        ("it/data/clip.mp4", "it/data"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_of_one_name(tmp_path: Path, first: str, second: str) -> None:
    archive = zip_of(tmp_path / "it.zip", (first, b"one"), (second, b"two"))
    message = refusal(archive)
    assert "one name" in message or "a folder as well" in message


@pytest.mark.parametrize(
    "names", [("one/bagit.txt", "two/bagit.txt"), ("bagit.txt",), ("it/x", "y")]
)
def test_more_or_less_than_one_folder(tmp_path: Path, names: tuple[str, ...]) -> None:
    assert "one folder" in refusal(zip_of(tmp_path / "x.zip", *((one, b"x") for one in names)))


def test_a_bomb_by_its_ratio(tmp_path: Path) -> None:
    archive = zip_of(
        tmp_path / "it.zip",
        ("it/bagit.txt", b"x"),
        ("it/data/zeros", bytes(30_000_000)),
        kind=zipfile.ZIP_DEFLATED,
    )
    assert "zip bomb" in refusal(archive)


def test_a_bomb_of_many_small_ones(tmp_path: Path) -> None:
    entries = [(f"it/data/{number}", bytes(1_000_000)) for number in range(40)]
    archive = zip_of(tmp_path / "it.zip", *entries, kind=zipfile.ZIP_DEFLATED)
    assert "zip bomb" in refusal(archive)


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    """The directory says 10 bytes; the data goes on for a megabyte."""
    archive = zip_of(
        tmp_path / "it.zip", ("it/data/zeros", bytes(1_000_000)), kind=zipfile.ZIP_DEFLATED
    )
    content = bytearray(archive.read_bytes())
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(mark) + at, 10)
    archive.write_bytes(content)
    assert refusal(archive)


def test_a_bomb_of_entries_that_overlap(tmp_path: Path) -> None:
    """Two entries of the directory share one piece of data, as in Fifield's bombs."""
    archive = zip_of(tmp_path / "it.zip", ("it/a", b"x" * 400), ("it/b", b"x" * 400))
    content = bytearray(archive.read_bytes())
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    struct.pack_into("<I", content, second + 42, 0)
    archive.write_bytes(content)
    assert refusal(archive)


def test_reasons_in_vietnamese(tmp_path: Path) -> None:
    """Each reason there is, in both languages, with the name in it and no word left to fill."""
    bomb = [("it/bagit.txt", b"x"), ("it/data/zeros", bytes(30_000_000))]
    archives = {
        "dẫn ra ngoài": zip_of(tmp_path / "a.zip", ("../x", b"x")),
        "đúng một thư mục": zip_of(tmp_path / "b.zip", ("one/x", b"x"), ("two/x", b"x")),
        "liên kết": zip_of(tmp_path / "c.zip", (special("it/x", stat.S_IFLNK | 0o777), b"/etc")),
        "bom nén": zip_of(tmp_path / "d.zip", *bomb, kind=zipfile.ZIP_DEFLATED),
        "trùng tên": zip_of(tmp_path / "e.zip", ("it/x", b"1"), ("it/X", b"2")),
        "tệp rỗng": zip_of(tmp_path / "f.zip"),
    }
    for words, archive in archives.items():
        (check,) = verify(archive, language="vi").checks
        assert not check.ok and words in check.message, check.message
        assert archive.name in check.message and "từ chối mở" in check.message
        (check,) = verify(archive, language="en").checks
        assert "refused" in check.message and check.message.isascii(), check.message
    broken = tmp_path / "g.zip"
    broken.write_bytes(b"no zip")
    assert "nguyên vẹn" in verify(broken, language="vi").checks[0].message


def test_limits_of_total_and_number(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "it.zip", *((f"it/{n}", os.urandom(600)) for n in range(9)))
    for limits, word in ((Limits(total=5000), "limit"), (Limits(entries=8), "entries")):
        with pytest.raises(CheckFailed, match=word), unpacked(archive, limits):
            pass


def test_a_directory_of_very_many(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "it.zip", *((f"it/{n}", b"") for n in range(10_001)))
    assert "entries" in refusal(archive)


def test_no_room_to_unpack(folder: Path, tmp_path: Path) -> None:
    pack(folder, tmp_path / "it.zip", "it")
    with (
        pytest.raises(CheckFailed, match="no room"),
        unpacked(tmp_path / "it.zip", Limits(spare=2**62)),
    ):
        pass


def broken() -> dict[str, Callable[[bytes], bytes]]:
    return {
        "empty": lambda content: b"",
        "no zip": lambda content: b"just text" * 100,
        "half": lambda content: content[: len(content) // 2],
        "no directory": lambda content: content[: content.index(b"PK\x01\x02")],
        "encrypted": lambda content: content.replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
        ),
        "unknown method": lambda content: content.replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x63"
        ),
    }


@pytest.mark.parametrize("how", broken())
def test_what_is_no_whole_zip(folder: Path, tmp_path: Path, how: str) -> None:
    pack(folder, tmp_path / "it.zip", "it")
    content = (tmp_path / "it.zip").read_bytes()
    changed = broken()[how](content)
    assert changed != content
    (tmp_path / "it.zip").write_bytes(changed)
    assert refusal(tmp_path / "it.zip")


def test_a_zip_in_a_zip_is_just_a_file(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as packed:
        packed.writestr("x", b"x")
    archive = zip_of(tmp_path / "it.zip", ("it/inner.zip", inner.getvalue()))
    with unpacked(archive) as place:
        assert [path.name for path in place.iterdir()] == ["inner.zip"]


def test_a_link_to_a_package_is_none(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)
    assert not verify(tmp_path / "link").ok
