"""Stills tell when and where; somebody else's reader says so, and no pixel is touched."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD

from pipeline.evidence.exif import Taken, with_exif
from pipeline.evidence.package import PackageRequest
from pipeline.evidence.stills import save_stills
from pipeline.footage.position import CameraPosition
from pipeline.settings import Settings

TIME = datetime(2025, 5, 29, 18, 11, 10, 480_000, timezone(timedelta(hours=7)))
HERE = CameraPosition(-21.2712345, 106.1912345, 12.5, 341.25, -3.4, 6.25, "gpmf")
TAKEN = Taken("20250529T181110-wrong_lane-12345678", TIME, HERE)
TIME_TAG = 36867  # DateTimeOriginal

needs_exiftool = pytest.mark.skipif(not shutil.which("exiftool"), reason="no ExifTool here")


def encoded(suffix: str) -> bytes:
    picture = np.random.default_rng(0).integers(0, 255, (60, 80, 3)).astype(np.uint8)
    return cv2.imencode(suffix, picture)[1].tobytes()


def told(path: Path) -> dict[str, Any]:
    """Everything that ExifTool finds in the file itself, as numbers."""
    command = ["exiftool", "-j", "-n", "-a", "-G1", "--System:all", "--File:all", str(path)]
    done = subprocess.run(command, capture_output=True, check=True)
    return dict(json.loads(done.stdout)[0])


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_no_picture_is_encoded_again(suffix: str) -> None:
    before = encoded(suffix)
    after = with_exif(before, TAKEN)
    added = len(after) - len(before)
    at = next(at for at in range(len(before)) if before[at] != after[at])
    # What follows may begin with the same bytes as what was put in.
    assert any(before[cut:] == after[cut + added :] for cut in range(at + 1))
    pixels = [
        cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_COLOR) for one in (before, after)
    ]
    assert added > 0 and np.array_equal(*pixels)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_what_pillow_reads(suffix: str) -> None:
    with Image.open(io.BytesIO(with_exif(encoded(suffix), TAKEN))) as image:
        image.load()
        exif = image.getexif()
        gps = exif.get_ifd(IFD.GPSInfo)
        assert gps[GPS.GPSLatitudeRef] == "S"
        degrees, minutes, seconds = (float(part) for part in gps[GPS.GPSLatitude])
        assert degrees + minutes / 60 + seconds / 3600 == pytest.approx(21.2712345, abs=1e-7)
        assert exif.get_ifd(IFD.Exif)[TIME_TAG] == "2025:05:29 18:11:10"


@needs_exiftool
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_what_exiftool_reads(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"still{suffix}"
    path.write_bytes(with_exif(encoded(suffix), TAKEN))
    found = told(path)
    assert not any("Warning" in name for name in found), found
    assert found["Composite:SubSecDateTimeOriginal"] == "2025:05:29 18:11:10.480+07:00"
    assert found["Composite:GPSLatitude"] == pytest.approx(-21.2712345, abs=1e-7)
    assert found["Composite:GPSLongitude"] == pytest.approx(106.1912345, abs=1e-7)
    assert found["Composite:GPSAltitude"] == pytest.approx(-3.4)
    assert found["Composite:GPSDateTime"] == "2025:05:29 11:11:10.48Z"
    assert found["GPS:GPSSpeed"] == pytest.approx(45.0) and found["GPS:GPSSpeedRef"] == "K"
    assert found["GPS:GPSTrack"] == pytest.approx(341.25) and found["GPS:GPSTrackRef"] == "T"
    assert found["GPS:GPSHPositioningError"] == pytest.approx(6.25)
    assert found["IFD0:ImageDescription"].startswith(TAKEN.incident)
    for name in found:
        assert not any(word in name for word in ("Serial", "Owner", "Artist", "Make", "Model"))


def test_what_is_not_known_is_not_told() -> None:
    bare = with_exif(encoded(".jpg"), Taken("x", None, None))
    with Image.open(io.BytesIO(bare)) as image:
        exif = image.getexif()
        assert not exif.get_ifd(IFD.GPSInfo) and TIME_TAG not in exif.get_ifd(IFD.Exif)
    still = replace(HERE, speed_mps=None, heading_deg=None, altitude_m=None)
    with Image.open(io.BytesIO(with_exif(encoded(".jpg"), Taken("x", None, still)))) as image:
        gps = image.getexif().get_ifd(IFD.GPSInfo)
        assert GPS.GPSSpeed not in gps and GPS.GPSTrack not in gps and GPS.GPSAltitude not in gps
        assert GPS.GPSDateStamp not in gps and GPS.GPSLatitude in gps


def test_other_files_are_refused() -> None:
    with pytest.raises(ValueError, match="neither"):
        with_exif(b"GIF89a", TAKEN)


@needs_exiftool
def test_every_still_has_its_own_moment_and_place(
    request_whole: PackageRequest, settings: Settings, tmp_path: Path
) -> None:
    one = request_whole
    stills = save_stills(one.trip, one.incident, one.tracks, one.plate, tmp_path, settings, "an-id")
    facts = {still.path.name: told(still.path) for still in stills}
    assert {"plate.png", "vehicle.jpg", "marked.jpg", "still-1.jpg"} <= set(facts)
    time = facts["plate.png"]["Composite:SubSecDateTimeOriginal"]
    assert time == "2025:05:29 18:11:10.400+07:00"
    latitudes = {name: found["Composite:GPSLatitude"] for name, found in facts.items()}
    # 21.27 and 2e-4 a second
    assert latitudes["plate.png"] == pytest.approx(21.27 + 2.4 * 2e-4, abs=1e-6)
    assert len(set(latitudes.values())) >= 3
    assert all(found["IFD0:ImageDescription"].startswith("an-id") for found in facts.values())
