"""The bag is there whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import bagit
import pytest

import pipeline.evidence.seal as seal_module
from pipeline.errors import OutputError
from pipeline.evidence.seal import Sealing, new_package


def make(target: Path, content: str = "one") -> None:
    with new_package(target, "a test", Sealing(None)) as payload:
        (payload / "stills").mkdir()
        (payload / "stills" / "a.txt").write_text(content)


def test_it_is_a_bag_to_anybody(tmp_path: Path) -> None:
    make(tmp_path / "packages" / "it")
    bag = bagit.Bag(str(tmp_path / "packages" / "it"))
    bag.validate()
    assert bag.version_info == (1, 0)
    assert bag.algorithms == ["sha256"]
    assert bag.info["External-Identifier"] == "it"
    assert bag.info["Payload-Oxum"] == "3.1"
    assert not any("Contact" in name or "Organization" in name for name in bag.info)
    assert [path.name for path in (tmp_path / "packages").iterdir()] == ["it"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError, MemoryError])
def test_nothing_is_left_of_what_was_interrupted(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    with pytest.raises(failure), new_package(tmp_path / "it", "a test") as payload:
        (payload / "clip.mp4").write_bytes(b"half")
        raise failure
    assert not list(tmp_path.iterdir())


def test_the_older_one_stays_when_the_new_one_fails(tmp_path: Path) -> None:
    make(tmp_path / "it", "old")
    with pytest.raises(KeyboardInterrupt), new_package(tmp_path / "it", "a test"):
        raise KeyboardInterrupt
    assert (tmp_path / "it" / "data" / "stills" / "a.txt").read_text() == "old"
    bagit.Bag(str(tmp_path / "it")).validate()


def test_the_older_one_is_replaced(tmp_path: Path) -> None:
    make(tmp_path / "it", "old")
    make(tmp_path / "it", "new")
    assert (tmp_path / "it" / "data" / "stills" / "a.txt").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["it"]


def test_leftovers_of_a_killed_run_are_cleared(tmp_path: Path) -> None:
    (tmp_path / ".it.part").mkdir()
    (tmp_path / ".it.part" / "stray.txt").write_text("stray")
    make(tmp_path / "it")
    assert not (tmp_path / "it" / "data" / "stray.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["it"]


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="free some space") as caught,
        new_package(tmp_path / "it", "a test"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert "\n" not in str(caught.value) and "it" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_disk_that_fills_up_while_bagging(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full(*arguments: object, **names: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(seal_module, "write_manifest", full)
    here = Path.cwd()
    with pytest.raises(OutputError, match="free some space"):
        make(tmp_path / "it")
    assert Path.cwd() == here
    assert not list(tmp_path.iterdir())
    assert "Traceback" not in capfd.readouterr().err


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "packages").write_text("a file is in the way")
    with pytest.raises(OutputError, match="choose another folder"):
        make(tmp_path / "packages" / "it")


def test_a_relative_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make(Path("packages/it"))
    bagit.Bag("packages/it").validate()


# --- what killed processes leave ---------------------------------------------------------------


def test_leftovers_of_other_packages_are_cleared(tmp_path: Path) -> None:
    for name in (".gone.part", ".gone.zip.part"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "stray.txt").write_text("stray")
    (tmp_path / ".notes.txt").write_text("not ours")
    make(tmp_path / "it")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".notes.txt", "it"]


def test_what_another_process_is_making_is_left_alone(tmp_path: Path) -> None:
    busy = tmp_path / ".other.part"
    busy.mkdir()
    lock = os.open(busy, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        make(tmp_path / "it")
        assert busy.is_dir()
        with pytest.raises(OutputError, match="another run"):
            make(tmp_path / "other")
        assert busy.is_dir()
    finally:
        os.close(lock)
    make(tmp_path / "other")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["it", "other"]


def test_killed_between_two_renames_the_older_one_comes_back(tmp_path: Path) -> None:
    make(tmp_path / "it", "old")
    (tmp_path / "it").rename(tmp_path / ".it.old")
    make(tmp_path / "other")
    assert (tmp_path / "it" / "data" / "stills" / "a.txt").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["it", "other"]


def test_names_that_lists_must_encode(tmp_path: Path) -> None:
    with new_package(tmp_path / "it", "two\nlines: none", Sealing(None)) as payload:
        (payload / "two\nlines.txt").write_text("x")
    bag = bagit.Bag(str(tmp_path / "it"))
    bag.validate()
    assert bag.info["External-Description"] == "two lines: none"
