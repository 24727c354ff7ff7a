"""Attacks on a finished package: each must be found and named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import bagit
import pytest

from pipeline.evidence.bag import (
    digests_below,
    label_of,
    oxum,
    write_manifest,
    write_tags,
)
from pipeline.evidence.custody import Custody, changes_between
from pipeline.evidence.evidence_digest import evidence_digest_of
from pipeline.evidence.incident import IncidentRecord
from pipeline.evidence.keys import Key
from pipeline.evidence.package import PackageRequest, make_package
from pipeline.evidence.seals import KEY_FACT
from pipeline.evidence.verify import verify
from pipeline.settings import Settings
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, plate_of, request_of, trip_of


@pytest.fixture(scope="session")
def made(film: Film, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A package and its original."""
    original = film("whole.mp4")
    settings = Settings.model_validate({"evidence": {"lead_up_s": 1, "aftermath_s": 1}})
    request: PackageRequest = request_of(trip_of(footage_of(original)), plate=plate_of(0.93, 2.4))
    return make_package(request, tmp_path_factory.mktemp("packages"), settings), original


@pytest.fixture
def package(made: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[0], tmp_path / made[0].name))


def faults(package: Path, original: Path | None = None) -> str:
    result = verify(package, original=original)
    wrong = [check for check in result.checks if not check.ok]
    assert bool(wrong) != result.ok
    return "; ".join(f"{check.name}: {check.message}" for check in wrong)


def rebag(package: Path) -> None:
    """What a forger does after a change who knows the format, and has a key of their own."""
    key = Key(b"f" * 32)
    listed = digests_below(package, package / "data")
    write_manifest(package, listed)
    (package / "public-key.pem").write_text(key.public.pem)
    (package / "signature.ed25519").unlink()
    facts = label_of((package / "bag-info.txt").read_text(encoding="utf-8"))
    facts |= {"Payload-Oxum": oxum(package, listed), KEY_FACT: key.public.fingerprint}
    write_tags(package, facts)
    tags = (package / "tagmanifest-sha256.txt").read_bytes()
    (package / "signature.ed25519").write_bytes(key.sign(tags))


def retell(package: Path) -> None:
    """And who rewrites the record of custody to fit."""
    path = package / "data" / "custody.json"
    custody = Custody.model_validate_json(path.read_bytes())
    below = digests_below(package / "data", package / "data")
    del below["custody.json"]
    last = custody.steps[-1].model_copy(
        update={
            "files": changes_between({}, below),
            "key": Key(b"f" * 32).public.fingerprint,
        }
    )
    told = custody.model_copy(update={"steps": (*custody.steps[:-1], last)})
    path.write_text(told.as_text(), encoding="utf-8")


def edit_record(package: Path, **changes: object) -> None:
    path = package / "data" / "incident.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record.update(changes)
    path.write_text(json.dumps(record), encoding="utf-8")


def test_a_sound_package(package: Path, made: tuple[Path, Path]) -> None:
    result = verify(package, original=made[1])
    assert result.ok, faults(package, made[1])
    assert {check.name for check in result.checks} >= {
        *("form", "bag", "signature", "record", "custody", "files", "identity"),
        *("original", "clip"),
    }
    whole = json.loads(json.dumps(result.as_json()))
    assert whole["ok"] is True and whole["package"] == str(package)
    assert all({"name", "ok", "message"} == set(check) for check in whole["checks"])
    assert whole["key"] and whole["proved"] and whole["not_proved"]


def test_a_renamed_folder_is_still_that_package(package: Path) -> None:
    assert verify(package.rename(package.with_name("copy (1)"))).ok


def every_file() -> list[str]:
    pictures = ["still-1.jpg", "marked.jpg", "vehicle.jpg", "plate.png", "plate-enlarged.png"]
    reports = [f"report.{lang}.{kind}" for lang in ("vi", "en") for kind in ("html", "pdf")]
    return [
        *("data/clip.mp4", "data/annotated.mp4", "data/incident.json"),
        *(f"data/stills/{name}" for name in pictures),
        *(f"data/{name}" for name in reports),
        *("data/custody.json", "bag-info.txt", "manifest-sha256.txt", "bagit.txt"),
        *("tagmanifest-sha256.txt", "public-key.pem", "signature.ed25519"),
    ]


@pytest.mark.parametrize("name", every_file())
def test_one_flipped_byte(package: Path, name: str) -> None:
    path = package / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x20
    path.write_bytes(content)
    found = faults(package)
    assert found
    if name.startswith("data/") and not name.endswith(".json"):
        assert Path(name).name in found


@pytest.mark.parametrize("name", every_file())
def test_a_file_taken_away(package: Path, name: str) -> None:
    (package / name).unlink()
    stem = Path(name).stem
    assert stem in faults(package) or "removed" in faults(package)


@pytest.mark.parametrize("name", ["data/clip.mp4", "data/report.vi.pdf", "data/incident.json"])
def test_a_file_cut_short(package: Path, name: str) -> None:
    os.truncate(package / name, (package / name).stat().st_size // 2)
    assert faults(package)


def test_an_empty_file_in_place_of_a_still(package: Path) -> None:
    (package / "data" / "stills" / "still-1.jpg").write_bytes(b"")
    assert "still-1.jpg" in faults(package)


@pytest.mark.parametrize("where", ["data/extra.txt", "data/stills/deep/extra.txt"])
def test_a_file_put_in(package: Path, where: str) -> None:
    (package / where).parent.mkdir(exist_ok=True)
    (package / where).write_text("more")
    assert "extra.txt" in faults(package)


def test_a_file_renamed(package: Path) -> None:
    clip = package / "data" / "clip.mp4"
    clip.rename(clip.with_name("film.mp4"))
    found = faults(package)
    assert "clip.mp4" in found and "film.mp4" in found


def test_two_files_exchanged(package: Path) -> None:
    stills = package / "data" / "stills"
    (stills / "still-1.jpg").rename(stills / "t")
    (stills / "still-2.jpg").rename(stills / "still-1.jpg")
    (stills / "t").rename(stills / "still-2.jpg")
    assert "still-1.jpg" in faults(package)


def test_a_forger_who_makes_the_bag_anew(package: Path) -> None:
    """Any BagIt tool calls it valid now; the records do not."""
    still = package / "data" / "stills" / "still-1.jpg"
    still.write_bytes((package / "data" / "stills" / "still-2.jpg").read_bytes())
    rebag(package)
    bagit.Bag(str(package)).validate()
    found = faults(package)
    assert "still-1.jpg was changed" in found and "custody" in found


def test_a_forger_who_writes_the_records_anew(package: Path, made: tuple[Path, Path]) -> None:
    """Only the original and the key's fingerprint can tell then."""
    fingerprint = verify(package).key
    clip = package / "data" / "clip.mp4"
    content = bytearray(clip.read_bytes())
    content[-3000] ^= 1
    clip.write_bytes(content)
    path = package / "data" / "incident.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    entry = next(file for file in record["files"] if file["path"] == "clip.mp4")
    entry["sha256"] = hashlib.sha256(content).hexdigest()
    edit_record(package, files=record["files"])
    forged = IncidentRecord.model_validate_json(path.read_bytes())
    edit_record(package, evidence_sha256=evidence_digest_of(forged))
    retell(package)
    rebag(package)
    assert verify(package).ok
    found = verify(package, key=fingerprint)
    assert [check.name for check in found.checks if not check.ok] == ["signature"]
    found = faults(package, made[1])
    assert "clip.mp4" in found and "not a run of the original's" in found


@pytest.mark.parametrize(
    "changes",
    [
        {"schema_version": "9.0"},
        {"status": "verdict"},
        {"confidence": 1.5},
        {"reporter": "Nguyen Van A"},
        {"clips": [{"path": "../../../etc/passwd"}]},
        {"vehicle": None},
        {"created": "2025-05-29T18:11:08"},
    ],
)
def test_a_record_that_breaks_the_schema(package: Path, changes: dict[str, object]) -> None:
    edit_record(package, **changes)
    rebag(package)
    assert "schema" in faults(package)


def test_a_record_that_is_no_json(package: Path) -> None:
    (package / "data" / "incident.json").write_bytes(b"\xff{ not json")
    rebag(package)
    assert "incident.json" in faults(package)


def test_a_record_of_another_package(package: Path) -> None:
    edit_record(package, id="20240101T000000-weaving-00000000")
    rebag(package)
    assert "20240101T000000" in faults(package)


@pytest.mark.parametrize(
    "path",
    ["../../secret.txt", "/etc/hostname", "data/../../secret.txt", "~/x", "C:\\x", "data/%2e%2e/x"],
)
def test_lists_that_lead_outside_are_refused(package: Path, path: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    with (package / "manifest-sha256.txt").open("a", encoding="utf-8") as manifest:
        manifest.write(f"{hashlib.sha256(b'secret').hexdigest()}  {path}\n")
    result = verify(package)
    assert [check.name for check in result.checks] == ["form"], "nothing is opened after that"
    assert "outside" in result.checks[0].message


def test_links_are_refused(package: Path, tmp_path: Path) -> None:
    clip = package / "data" / "clip.mp4"
    (tmp_path / "elsewhere.mp4").write_bytes(clip.read_bytes())
    clip.unlink()
    clip.symlink_to(tmp_path / "elsewhere.mp4")
    assert "clip.mp4" in faults(package)


def test_a_linked_folder_is_refused(package: Path, tmp_path: Path) -> None:
    stills = package / "data" / "stills"
    stills.rename(tmp_path / "elsewhere")
    stills.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert "stills" in faults(package)


def test_a_pipe_does_not_hang_it(package: Path) -> None:
    (package / "data" / "clip.mp4").unlink()
    os.mkfifo(package / "data" / "clip.mp4")
    assert "clip.mp4" in faults(package)


def test_nothing_is_fetched(package: Path) -> None:
    (package / "fetch.txt").write_text("http://localhost/x 3 data/x\n")
    assert "fetch.txt" in faults(package)


def test_a_list_that_forgets_the_label(package: Path) -> None:
    """BagIt tools do not mind; the label could then be changed unnoticed."""
    path = package / "tagmanifest-sha256.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if "bag-info" not in line) + "\n")
    assert "tagmanifest-sha256.txt" in faults(package)


def test_a_line_that_is_no_entry(package: Path) -> None:
    with (package / "tagmanifest-sha256.txt").open("a", encoding="utf-8") as manifest:
        manifest.write("c0ffee\n")
    assert "damaged" in faults(package)


def test_weaker_lists_do_not_count(package: Path) -> None:
    (package / "manifest-sha256.txt").rename(package / "manifest-md5.txt")
    assert "manifest-sha256.txt" in faults(package)


@pytest.mark.parametrize("make", ["nothing", "empty", "file"])
def test_what_is_no_package_at_all(tmp_path: Path, make: str) -> None:
    path = tmp_path / "it"
    if make == "empty":
        path.mkdir()
    if make == "file":
        path.write_text("x")
    assert faults(path)


# --- the original ------------------------------------------------------------------------------


def test_another_original(package: Path, film: Film) -> None:
    found = faults(package, film("stranger.mp4", 4, "-vf", "hue=h=90"))
    assert "another file" in found and "stranger.mp4" in found and "whole.mp4" in found


def test_an_original_that_was_remuxed(package: Path, made: tuple[Path, Path]) -> None:
    """Its packets are the same, its digest is not: both are said."""
    longer = package.parent / "appended.mp4"
    longer.write_bytes(made[1].read_bytes() + b"\0\0\0\x08free")
    result = verify(package, original=longer)
    answers = {check.name: check.ok for check in result.checks}
    assert answers["original"] is False and answers["clip"] is True
    assert not result.ok


def test_an_original_that_is_missing(package: Path, tmp_path: Path) -> None:
    assert "gone.mp4" in faults(package, tmp_path / "gone.mp4")


def test_an_original_that_is_no_film(package: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("x" * 100)
    assert "notes.txt" in faults(package, notes)


def test_facts_that_were_changed(package: Path) -> None:
    """The seal number stands for them: it is printed in the report and read by people."""
    edit_record(package, confidence=0.5)
    retell(package)
    rebag(package)
    assert "facts" in faults(package)
