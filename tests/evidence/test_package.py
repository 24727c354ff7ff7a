"""Whole packages, from films of every awkward sort, and saves that go wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import pytest

import pipeline.evidence.package as package_module
from pipeline.errors import InputError, OutputError
from pipeline.evidence.package import PackageRequest, make_package
from pipeline.evidence.verify import verify
from pipeline.settings import Settings
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, plate_of, request_of, trip_of


def record_of(package: Path) -> dict[str, Any]:
    return json.loads((package / "data" / "incident.json").read_text(encoding="utf-8"))


def names_in(package: Path) -> set[str]:
    data = package / "data"
    return {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}


def test_the_whole_package(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    package = make_package(request_whole, tmp_path / "packages", settings)
    assert package == tmp_path / "packages" / record_of(package)["id"]
    assert names_in(package) >= {
        *("clip.mp4", "annotated.mp4", "incident.json"),
        *("report.vi.html", "report.en.html", "report.vi.pdf", "report.en.pdf"),
        *("stills/still-1.jpg", "stills/marked.jpg", "stills/vehicle.jpg"),
        *("stills/plate.png", "stills/plate-enlarged.png"),
    }
    original = request_whole.trip.footage[0].path
    assert verify(package, original=original).ok
    assert [path.name for path in package.parent.iterdir()] == [package.name]


def test_no_trace_of_the_machine(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    package = make_package(request_whole, tmp_path, settings)
    for path in package.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in (tmp_path, request_whole.trip.footage[0].path.parent, Path.home()):
                assert str(secret).encode() not in content, path.name


def test_over_the_seam_of_two_files(film: Film, settings: Settings, tmp_path: Path) -> None:
    first, second = (
        footage_of(film("one.mp4", 4)),
        footage_of(film("two.mp4", 4, "-vf", "hue=h=60")),
    )
    seam = first.duration_s
    request = request_of(trip_of(first, second), seam - 1, seam + 1)
    package = make_package(request, tmp_path, settings)
    assert {"clip-1.mp4", "clip-2.mp4", "annotated.mp4"} <= names_in(package)
    record = record_of(package)
    assert [clip["original"] for clip in record["clips"]] == [0, 1]
    for footage, clip in ((first, "clip-1.mp4"), (second, "clip-2.mp4")):
        result = verify(package, original=footage.path)
        assert result.ok
        assert next(c for c in result.checks if c.name == "clip").message.startswith(clip)


def test_a_phone_held_upright(rotated: Path, settings: Settings, tmp_path: Path) -> None:
    footage = footage_of(rotated)
    package = make_package(request_of(trip_of(footage)), tmp_path, settings)
    still = cv2.imread(str(package / "data" / "stills" / "still-1.jpg"))
    assert still.shape[:2] == (footage.height, footage.width) and footage.height > footage.width
    assert footage_of(package / "data" / "clip.mp4").rotation_deg == footage.rotation_deg
    assert verify(package, original=rotated).ok


def test_three_seconds_without_sound_clock_place_or_plate(
    film: Film, settings: Settings, tmp_path: Path
) -> None:
    original = film("bare.mp4", 3, sound=None)
    request = request_of(trip_of(footage_of(original, start=None)), 0.0, 3.0)
    package = make_package(request, tmp_path, Settings())
    record = record_of(package)
    assert record["id"].startswith("undated-")
    assert record["when"]["start"]["time"] is None and record["place"] is None
    assert record["clips"][0]["start_s"] == 0.0
    assert not any("plate" in name for name in names_in(package))
    assert verify(package, original=original).ok


def test_an_act_of_one_moment(film: Film, settings: Settings, tmp_path: Path) -> None:
    request = request_of(trip_of(footage_of(film("whole.mp4"))), 2.0, 2.0)
    assert verify(make_package(request, tmp_path, settings)).ok


def test_a_vehicle_whose_track_is_not_known(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    package = make_package(replace(request_whole, tracks=()), tmp_path, settings)
    assert record_of(package)["vehicle"]["kind"] is None
    assert verify(package).ok


# --- again -------------------------------------------------------------------------------------


def test_a_sound_package_is_kept(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    package = make_package(request_whole, tmp_path, settings)
    before = (package / "data" / "clip.mp4").stat().st_ino
    assert make_package(request_whole, tmp_path, settings) == package
    assert (package / "data" / "clip.mp4").stat().st_ino == before


def test_a_damaged_one_is_made_again(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    package = make_package(request_whole, tmp_path, settings)
    (package / "data" / "clip.mp4").write_bytes(b"")
    assert make_package(request_whole, tmp_path, settings) == package
    assert verify(package).ok


def test_other_findings_make_it_anew(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    package = make_package(request_whole, tmp_path, settings)
    unsure = replace(request_whole, plate=plate_of(0.5, 2.4))
    assert make_package(unsure, tmp_path, settings) == package
    assert record_of(package)["vehicle"]["plate"]["text"] is None
    assert verify(package).ok


# --- when it goes wrong ------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["annotate", "save_stills", "write_reports", "sha256_of"])
def test_interrupted_anywhere_nothing_is_left(
    request_whole: PackageRequest,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
) -> None:
    def interrupted(*arguments: object, **names: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(package_module, stage, interrupted)
    with pytest.raises(KeyboardInterrupt):
        make_package(request_whole, tmp_path, settings)
    assert not list(tmp_path.iterdir())


def test_footage_that_went_away(film: Film, settings: Settings, tmp_path: Path) -> None:
    card = tmp_path / "card.mp4"
    shutil.copy(film("whole.mp4"), card)
    request = request_of(trip_of(footage_of(card)))
    card.unlink()
    with pytest.raises(InputError, match=r"card\.mp4"):
        make_package(request, tmp_path / "packages", settings)
    assert not (tmp_path / "packages").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="choose another folder"):
            make_package(request_whole, tmp_path / "packages", settings)
    finally:
        tmp_path.chmod(0o700)


@pytest.fixture(params=[40, 120, 400])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A file system of so many kilobytes, which fills up at one stage or another."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={request.param}k", "tmpfs", str(folder)]
    if (
        not shutil.which("mount")
        or subprocess.run(["mount", *options], capture_output=True, check=False).returncode
    ):
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_full(
    request_whole: PackageRequest, settings: Settings, small_disk: Path
) -> None:
    with pytest.raises(OutputError) as caught:
        make_package(request_whole, small_disk / "packages", settings)
    assert "free some space" in str(caught.value) and "\n" not in str(caught.value)
    assert not list((small_disk / "packages").iterdir())


def test_the_clip_plays(request_whole: PackageRequest, settings: Settings, tmp_path: Path) -> None:
    package = make_package(request_whole, tmp_path, settings)
    for name in ("clip.mp4", "annotated.mp4"):
        with av.open(str(package / "data" / name)) as container:
            assert container.streams.video[0].codec_context.name == "h264"
            assert sum(1 for _ in container.decode(video=0)) > 30
