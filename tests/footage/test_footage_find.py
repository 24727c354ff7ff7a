"""Which files a list of paths means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.footage.find import find_footage


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_a_folder_means_the_videos_in_it_in_natural_order(tmp_path: Path) -> None:
    touch(
        tmp_path, "clip10.mp4", "clip9.MP4", "notes.txt", "b/a.mov", ".trash/x.mp4", ".y.mp4",
        "a.gpx", "z.TS",
    )  # fmt: skip
    found, errors = find_footage([tmp_path])
    assert not errors
    assert [str(path.relative_to(tmp_path)) for path in found] == [
        "b/a.mov", "clip9.MP4", "clip10.mp4", "z.TS",
    ]  # fmt: skip


def test_a_named_file_is_taken_whatever_it_is(tmp_path: Path) -> None:
    touch(tmp_path, "recording.dat")
    paths = [tmp_path / "recording.dat", tmp_path / "missing.mp4"]
    assert find_footage(paths) == (paths, [])


def test_each_file_once(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4", "b.mp4")
    found, _ = find_footage([tmp_path / "b.mp4", tmp_path, tmp_path])
    assert [path.name for path in found] == ["b.mp4", "a.mp4"]


def test_a_folder_without_videos_is_an_error_but_stops_nothing(tmp_path: Path) -> None:
    touch(tmp_path, "empty/notes.txt", "full/a.mp4")
    found, errors = find_footage([tmp_path / "empty", tmp_path / "full"])
    assert [path.name for path in found] == ["a.mp4"]
    assert [str(error) for error in errors] == [
        f"{tmp_path / 'empty'}: no video in this folder; name the folder with the footage"
    ]


def test_two_empty_folders_are_two_errors(tmp_path: Path) -> None:
    touch(tmp_path, "a/notes.txt", "b/notes.txt")
    assert len(find_footage([tmp_path / "a", tmp_path / "b"])[1]) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder(tmp_path: Path) -> None:
    touch(tmp_path, "locked/a.mp4", "b.mp4")
    (tmp_path / "locked").chmod(0)
    try:
        found, errors = find_footage([tmp_path])
    finally:
        (tmp_path / "locked").chmod(0o755)
    assert [path.name for path in found] == ["b.mp4"]
    assert "check its permissions" in str(errors[0])


def test_a_link_to_its_own_folder_ends(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4")
    (tmp_path / "again").symlink_to(tmp_path)
    assert len(find_footage([tmp_path])[0]) == 1
