"""Small videos made on the spot."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.evidence.package import PackageRequest, make_package
from pipeline.footage.binary import ffmpeg_path
from pipeline.settings import Settings
from tests.evidence.findings import (
    HEIGHT,
    RATE,
    WIDTH,
    footage_of,
    gps_of,
    plate_of,
    request_of,
    trip_of,
)

H264 = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "25")

Film = Callable[..., Path]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Makes a test video: moving patterns and a tone; `film(name, seconds, *options)`."""
    folder = tmp_path_factory.mktemp("films")

    def make(
        name: str,
        seconds: float = 8,
        *options: str,
        sound: str | None = "sine=440",
        video: tuple[str, ...] = H264,
        extra: tuple[str, ...] = (),
    ) -> Path:
        path = folder / name
        if path.exists():
            return path
        picture = f"testsrc2=s={WIDTH}x{HEIGHT}:r={RATE}:d={seconds}"
        command = [ffmpeg_path(), "-y", "-v", "error", "-f", "lavfi", "-i", picture]
        if sound is not None:
            command += ["-f", "lavfi", "-i", sound]
        command += [*extra, "-t", str(seconds), *video, *options, str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return path

    return make


@pytest.fixture(scope="session")
def rotated(film: Film) -> Path:
    """A phone's upright film: stored lying, with the turn noted in the container."""
    lying = film("lying.mp4")
    path = lying.with_name("rotated.mp4")
    turn = ["-display_rotation", "90", "-i", str(lying), "-c", "copy", str(path)]
    subprocess.run([ffmpeg_path(), "-y", "-v", "error", *turn], check=True)
    return path


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings.model_validate({"evidence": {"lead_up_s": 1, "aftermath_s": 1}})


@pytest.fixture(scope="session")
def request_whole(film: Film) -> PackageRequest:
    """One file with clock, place and plate."""
    footage = replace(footage_of(film("whole.mp4")), gps=gps_of(8))
    return request_of(trip_of(footage), plate=plate_of(0.93, 2.4))


@pytest.fixture(scope="session")
def finished(
    film: Film, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, Path]:
    """A package, another of the same film, and their original. To be copied, not to be changed."""
    original = film("whole.mp4")
    trip = trip_of(replace(footage_of(original), gps=gps_of(8)))
    folder = tmp_path_factory.mktemp("finished")
    one, other = (
        make_package(request_of(trip, *when, plate_of(0.93, when[0] + 0.4)), folder, settings)
        for when in ((2.0, 4.0), (5.0, 6.5))
    )
    return one, other, original
