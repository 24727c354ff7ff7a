"""Where a package comes from and every step since; and packages that are sealed again."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import CheckFailed, InputError
from pipeline.evidence.archive import pack, unpacked
from pipeline.evidence.custody import Custody, camera_of, step
from pipeline.evidence.digest import sha256_of
from pipeline.evidence.keys import Key
from pipeline.evidence.package import make_package
from pipeline.evidence.seal import Sealing, resealed
from pipeline.evidence.verify import verify
from pipeline.settings import Settings
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, request_of, trip_of


@pytest.fixture
def package(finished: tuple[Path, Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished[0], tmp_path / finished[0].name))


def custody_of(package: Path) -> dict[str, Any]:
    return json.loads((package / "data" / "custody.json").read_text(encoding="utf-8"))


def snapshot(package: Path) -> dict[str, bytes]:
    files = (path for path in package.rglob("*") if path.is_file())
    return {path.relative_to(package).as_posix(): path.read_bytes() for path in files}


# --- what it tells -----------------------------------------------------------------------------


def test_it_tells_where_everything_comes_from(
    package: Path, finished: tuple[Path, Path, Path]
) -> None:
    custody, original = custody_of(package), finished[2]
    assert custody["originals"][0]["sha256"] == sha256_of(original)
    assert custody["originals"][0]["name"] == "whole.mp4"
    assert custody["originals"][0]["bytes"] == original.stat().st_size
    assert custody["models"][0]["sha256"] == "ab" * 32
    assert custody["tool"]["name"] == "dashcam-evidence"
    assert {"python", "av", "ffmpeg", "pynacl"} <= custody["libraries"].keys()
    assert custody["settings"]["evidence"]["lead_up_s"] == 1
    assert "key" not in custody["settings"]["evidence"]
    assert any("rest of the trip" in what for what in custody["left_out"])
    steps = custody["steps"]
    assert [one["action"] for one in steps] == [
        *("cut", "annotated", "pictures cut out", "reported", "sealed")
    ]
    assert all(datetime.fromisoformat(one["time"]).tzinfo is not None for one in steps)
    assert steps[-1]["key"] == verify(package).key
    sealed = {change["path"]: change["sha256"] for change in steps[-1]["files"]}
    data = package / "data"
    there = {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}
    assert sealed.keys() == there - {"custody.json"}


def test_earlier_steps_come_first(film: Film, settings: Settings, tmp_path: Path) -> None:
    request = request_of(trip_of(footage_of(film("whole.mp4"))))
    watched = step("watched", "road_users").model_copy(
        update={"time": datetime(2025, 5, 29, 12, tzinfo=UTC)}
    )
    request = type(request)(
        **{name: getattr(request, name) for name in request.__slots__ if name != "history"},
        history=(watched,),
    )
    first = custody_of(make_package(request, tmp_path, settings))["steps"][0]
    assert first["action"] == "watched" and first["time"].startswith("2025-05-29T12:00:00")


def test_the_camera_as_its_file_tells_but_not_its_number(film: Film, tmp_path: Path) -> None:
    path = film(
        "phone.mov",
        3,
        *("-movflags", "use_metadata_tags"),
        *("-metadata", "com.apple.quicktime.make=Vendor"),
        *("-metadata", "com.apple.quicktime.model=Phone 7"),
        *("-metadata", "serial=SN-123456"),
    )
    camera = camera_of(path)
    assert camera is not None and camera.make == "Vendor"
    package = make_package(request_of(trip_of(footage_of(path)), 1.0, 2.0), tmp_path, Settings())
    assert custody_of(package)["originals"][0]["camera"]["make"] == "Vendor"
    assert "metadata serial" in custody_of(package)["originals"][0]["left_out"]
    for name, content in snapshot(package).items():
        assert b"SN-123456" not in content, name


def test_a_file_that_tells_nothing(film: Film) -> None:
    assert camera_of(film("whole.mp4")) is None


# --- sealed again ------------------------------------------------------------------------------


def test_a_step_says_what_it_did(package: Path, finished: tuple[Path, Path, Path]) -> None:
    with resealed(package, "form filled", "road name") as copy:
        (copy / "data" / "person.json").write_text("{}")
        (copy / "data" / "report.vi.html").write_text("another report")
    assert verify(package, finished[2]).ok
    last = custody_of(package)["steps"][-1]
    assert last["action"] == "form filled" and last["note"] == "road name"
    assert {(one["path"], one["change"]) for one in last["files"]} == {
        ("person.json", "added"),
        ("report.vi.html", "changed"),
    }
    with resealed(package, "form emptied") as copy:
        (copy / "data" / "person.json").unlink()
    assert verify(package, finished[2]).ok
    changes = custody_of(package)["steps"][-1]["files"]
    assert changes == [{"path": "person.json", "change": "removed", "sha256": None}]
    assert [path.name for path in package.parent.iterdir()] == [package.name]


def test_the_package_stays_when_editing_fails(package: Path) -> None:
    before = snapshot(package)
    with pytest.raises(KeyboardInterrupt), resealed(package) as copy:
        (copy / "data" / "person.json").write_text("{}")
        raise KeyboardInterrupt
    assert snapshot(package) == before
    assert [path.name for path in package.parent.iterdir()] == [package.name]


@pytest.mark.parametrize("name", ["clip.mp4", "stills/still-1.jpg", "annotated.mp4", "track.gpx"])
def test_evidence_is_never_touched(package: Path, name: str) -> None:
    before = snapshot(package)
    with pytest.raises(CheckFailed, match="evidence"), resealed(package) as copy:
        path = copy / "data" / name
        path.write_bytes(path.read_bytes() + b"\0")
    assert snapshot(package) == before


def test_what_somebody_changed_is_not_signed_again(package: Path) -> None:
    with (package / "data" / "report.en.html").open("a") as report:
        report.write("more")
    before = snapshot(package)
    with pytest.raises(CheckFailed, match=r"report\.en\.html"), resealed(package):
        pass
    assert snapshot(package) == before


def test_what_is_no_package(tmp_path: Path) -> None:
    (tmp_path / "it").mkdir()
    with pytest.raises((CheckFailed, InputError)), resealed(tmp_path / "it"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["it"]


def test_by_another_hand(package: Path) -> None:
    """Custody shows both keys; the package is the second's then."""
    first = verify(package).key
    with resealed(package, "looked at", seal=Sealing(Key(bytes(32)))) as copy:
        (copy / "data" / "note.txt").write_text("seen")
    result = verify(package)
    assert result.ok and result.key == Key(bytes(32)).public.fingerprint != first
    assert [one["key"] for one in custody_of(package)["steps"][-2:]] == [first, result.key]


NOTED = '{"note": "chụp lúc trời mưa"}'


def test_a_zip_and_the_zip_beside_a_folder(package: Path, tmp_path: Path) -> None:
    zipped = package.with_name(f"{package.name}.zip")
    pack(package, zipped, package.name)
    with resealed(package) as copy:
        (copy / "data" / "person.json").write_text("{}")
    assert verify(zipped).ok and verify(package).ok
    with unpacked(zipped) as folder:
        assert snapshot(folder) == snapshot(package)
    shutil.rmtree(package)
    with resealed(zipped) as copy:
        (copy / "data" / "person.json").write_text(NOTED)
    assert verify(zipped).ok
    with unpacked(zipped) as folder:
        assert (folder / "data" / "person.json").read_text() == NOTED
    assert [path.name for path in tmp_path.iterdir()] == [zipped.name]


def test_a_custody_that_was_retold(package: Path) -> None:
    """With a record that follows the schema, but steps that do not lead to what is there."""
    path = package / "data" / "custody.json"
    custody = Custody.model_validate_json(path.read_bytes())
    path.write_text(custody.after(step("sealed")).as_text(), encoding="utf-8")
    assert not verify(package).ok


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("person.json", "[]"),
        ("person.json", '{"act_confirmed": "perhaps"}'),
        ("person.json", '{"name": "somebody"}'),
        ("person.json", "{"),
    ],
)
def test_a_file_that_does_not_follow_its_schema(package: Path, name: str, content: str) -> None:
    with resealed(package) as copy:
        (copy / "data" / name).write_text(content)
    result = verify(package)
    assert [check.message for check in result.checks if not check.ok]
    assert all(name in check.message for check in result.checks if not check.ok)
