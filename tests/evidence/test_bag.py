"""The bag is there whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import bagit
import pytest

from pipeline.errors import OutputError
from pipeline.evidence.bag import new_bag


def make(target: Path, content: str = "one") -> None:
    with new_bag(target, "a test") as payload:
        (payload / "stills").mkdir()
        (payload / "stills" / "a.txt").write_text(content)


def test_it_is_a_bag_to_anybody(tmp_path: Path) -> None:
    make(tmp_path / "packages" / "it")
    bag = bagit.Bag(str(tmp_path / "packages" / "it"))
    bag.validate()
    assert bag.algorithms == ["sha256"]
    assert bag.info["External-Identifier"] == "it"
    assert bag.info["Payload-Oxum"] == "3.1"
    assert not any("Contact" in name or "Organization" in name for name in bag.info)
    assert [path.name for path in (tmp_path / "packages").iterdir()] == ["it"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError, MemoryError])
def test_nothing_is_left_of_what_was_interrupted(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    with pytest.raises(failure), new_bag(tmp_path / "it", "a test") as payload:
        (payload / "clip.mp4").write_bytes(b"half")
        raise failure
    assert not list(tmp_path.iterdir())


def test_the_older_one_stays_when_the_new_one_fails(tmp_path: Path) -> None:
    make(tmp_path / "it", "old")
    with pytest.raises(KeyboardInterrupt), new_bag(tmp_path / "it", "a test"):
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
        new_bag(tmp_path / "it", "a test"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert "\n" not in str(caught.value) and "it" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_disk_that_fills_up_while_bagging(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full(*arguments: object, **names: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bagit, "make_manifests", full)
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
