"""Input that cannot be read: one line that names the file and what to do; the rest is done."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.footage.binary import ffmpeg_path
from tests.end_to_end.conftest import ROOT, Dashcam

GOOD = min((ROOT / "sample_videos").glob("*.mp4"), key=lambda path: path.stat().st_size)


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run([ffmpeg_path(), "-v", "error", "-y", *map(str, arguments)], check=True)


def truncated(folder: Path) -> Path:
    path = folder / "truncated.mp4"
    whole = GOOD.read_bytes()
    # An index at the end, cut off: what a camera leaves when its power fails.
    ffmpeg("-i", GOOD, "-c", "copy", "-movflags", "-faststart", folder / "tail.mp4")
    whole = (folder / "tail.mp4").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


def text(folder: Path) -> Path:
    path = folder / "text.mp4"
    path.write_text("Kính gửi phòng cảnh sát giao thông\n" * 20, encoding="utf-8")
    return path


def audio_only(folder: Path) -> Path:
    path = folder / "sound.mp4"
    ffmpeg("-f", "lavfi", "-i", "sine=440:duration=1", path)
    return path


def missing(folder: Path) -> Path:
    return folder / "missing.mp4"


def empty_folder(folder: Path) -> Path:
    path = folder / "nothing"
    path.mkdir()
    return path


def too_large(folder: Path) -> Path:
    path = folder / "large.mkv"
    ffmpeg("-f", "lavfi", "-i", "color=size=9000x200:duration=0.2", "-c:v", "mjpeg", path)
    return path


def noise(folder: Path) -> Path:
    path = folder / "noise.mp4"
    path.write_bytes(os.urandom(50_000))
    return path


BAD = [truncated, empty, text, audio_only, missing, empty_folder, too_large, noise]


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_a_bad_file_is_named_and_code_3(dashcam: Dashcam, tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    bad = make(tmp_path)
    run = dashcam("process", bad, "-o", tmp_path / "out", "--lang", "en", "--json")
    assert run.code == 3
    assert run.out == ""
    naming = [line for line in run.err.splitlines() if str(bad) in line]
    assert len(naming) == 1, run.err
    assert "; " in naming[0], "what to do is missing"
    assert "No candidate violation was found." not in run.err, "nobody looked at anything"
    assert not list((tmp_path / "out").glob("packages/*"))


def test_one_bad_file_does_not_stop_the_others(dashcam: Dashcam, tmp_path: Path) -> None:
    card = tmp_path / "card"
    card.mkdir()
    for make in (truncated, empty, text, audio_only, noise):
        make(card)
    (card / "tail.mp4").unlink()
    shutil.copy(GOOD, card)
    run = dashcam("process", card, "-o", tmp_path / "out")
    assert run.code == 3
    import json

    journal = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert len(journal["failures"]) == 5
    assert [trip["footage"][0]["name"] for trip in journal["trips"]] == [GOOD.name]


def test_a_single_picture_is_a_video_too(dashcam: Dashcam, tmp_path: Path) -> None:
    one = tmp_path / "one.mp4"
    ffmpeg("-i", GOOD, "-frames:v", "1", one)
    assert dashcam("process", one, "-o", tmp_path / "out").code == 0


def test_damage_half_way_loses_only_the_damaged_part(dashcam: Dashcam, tmp_path: Path) -> None:
    import json

    stream = tmp_path / "damaged.ts"
    ffmpeg("-i", GOOD, "-c", "copy", stream)
    data = bytearray(stream.read_bytes())
    start, end = len(data) * 4 // 10, len(data) * 7 // 10
    data[start:end] = os.urandom(end - start)
    stream.write_bytes(data)
    run = dashcam("process", stream, "-o", tmp_path / "out", "--lang", "en")
    assert run.code == 0, run.err
    journal = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert journal["trips"][0]["gaps"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_named(dashcam: Dashcam, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    run = dashcam("process", GOOD, "-o", locked / "out")
    assert run.code == 5 and str(locked) in run.err


def test_a_file_in_the_place_of_the_output_folder(dashcam: Dashcam, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.touch()
    run = dashcam("process", GOOD, "-o", taken)
    assert run.code == 5
    assert str(taken) in run.err and "-o" in run.err


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few pages; where nobody may mount one, the test is skipped."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no disk may be mounted here")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_named_and_leaves_no_half_package(
    dashcam: Dashcam, small_disk: Path
) -> None:
    overload = next((ROOT / "sample_videos").glob("*overload.mp4"))
    run = dashcam("process", overload, "-o", small_disk, "--lang", "en")
    assert run.code == 5, run.err
    assert any(
        str(small_disk) in line and "free some space" in line for line in run.err.splitlines()
    )
    assert not list(small_disk.glob("packages/*"))
    assert not list(small_disk.rglob(".*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_output_into_a_full_device_is_no_traceback(tmp_path: Path) -> None:
    import sys

    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "config", "schema"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
