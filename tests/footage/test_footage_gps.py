"""Tracks inside of files: GoPro's telemetry, a phone's point, and what is wrong with receivers."""

from __future__ import annotations

import json
import shutil
import struct
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import isnan, nan
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.footage.exiftool import read_with_exiftool
from pipeline.footage.fixes import Fix, distance_m, sound
from pipeline.footage.gpmf import Packet, read_gpmf
from pipeline.footage.inspect import describe
from pipeline.footage.probe import probe
from tests.footage.recordings import H264, SETTINGS, Encode, run_ffmpeg

GOPRO = Path(__file__).parents[3] / "shared" / "data" / "video" / "gopro_gps.mp4"
with_gopro = pytest.mark.skipif(not GOPRO.exists(), reason="the shared GoPro clip is not here")
with_exiftool = pytest.mark.skipif(shutil.which("exiftool") is None, reason="no ExifTool here")


# --- GPMF, by the format's own description -----------------------------------------------------


def element(key: str, kind: str, size: int, content: bytes) -> bytes:
    head = key.encode() + kind.encode("latin-1") + struct.pack(">BH", size, len(content) // size)
    return head + content + bytes(-len(content) % 4)


def nest(key: str, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return key.encode() + b"\0" + struct.pack(">BH", 1, len(content)) + content


FACTORS = (10_000_000, 10_000_000, 1000, 1000, 100)
SCALE5 = struct.pack(">5i", *FACTORS)


def gps5(*rows: tuple[float, ...], fix: int = 3, moment: bytes = b"231105073007.500") -> bytes:
    samples = b"".join(
        struct.pack(">5i", *(round(v * s) for v, s in zip(row, FACTORS, strict=True)))
        for row in rows
    )
    return nest(
        "DEVC",
        element("DVNM", "c", 1, b"Hero7 Black"),
        nest("STRM", element("SCAL", "s", 2, b"\1\2"), element("ACCL", "s", 6, bytes(600))),
        nest(
            "STRM",
            element("GPSF", "L", 4, struct.pack(">I", fix)),
            element("GPSU", "U", 16, moment),
            element("GPSP", "S", 2, struct.pack(">H", 180)),
            element("SCAL", "l", 4, SCALE5),
            element("GPS5", "l", 20, samples),
        ),
    )


HERE = (21.0285, 105.8542, 12.5, 8.25, 8.5)
THERE = (21.0286, 105.8543, 12.5, 8.25, 8.5)


def test_gps5_is_scaled_and_spread_over_its_packet() -> None:
    points, lost = read_gpmf([Packet(gps5(HERE, THERE), 0.0, 1.0), Packet(gps5(HERE), 1.0, 0.5)])
    assert lost == 0
    assert [time_s for time_s, _ in points] == [0.0, 0.5, 1.0]
    fix = points[0][1]
    assert (fix.latitude, fix.longitude) == pytest.approx((21.0285, 105.8542))
    assert (fix.altitude_m, fix.speed_mps) == (12.5, 8.25)
    assert fix.utc == datetime(2023, 11, 5, 7, 30, 7, 500_000, tzinfo=UTC)


def test_points_without_satellites_are_dropped_and_counted() -> None:
    points, lost = read_gpmf([Packet(gps5(HERE, HERE, fix=0), 0.0, 1.0)])
    assert (points, lost) == ([], 2)


def test_gps9_carries_time_and_fix_with_each_sample() -> None:
    layout = struct.Struct(">7iHH")
    rows = [
        layout.pack(210285000, 1058542000, 12500, 8250, 850, 8709, 27007500, 180, fix)
        for fix in (3, 0)
    ]
    scale = struct.pack(">9i", 10_000_000, 10_000_000, 1000, 1000, 100, 1, 1000, 100, 1)
    content = nest(
        "DEVC",
        nest(
            "STRM",
            element("TYPE", "c", 1, b"lllllllSS"),
            element("SCAL", "l", 4, scale),
            element("GPS9", "?", 32, b"".join(rows)),
        ),
    )
    [(time_s, fix)], lost = read_gpmf([Packet(content, 2.0, 1.0)])
    assert (time_s, lost) == (2.0, 1)
    assert fix.latitude == pytest.approx(21.0285)
    assert fix.speed_mps == 8.25
    assert fix.utc == datetime(2023, 11, 5, 7, 30, 7, 500_000, tzinfo=UTC)


@pytest.mark.parametrize("length", range(0, 260, 7))
def test_a_packet_cut_anywhere_breaks_nothing(length: int) -> None:
    whole = gps5(HERE, THERE)
    points, _ = read_gpmf([Packet(whole[:length], 0.0, 1.0), Packet(whole, 1.0, 1.0)])
    assert [time_s for time_s, _ in points[-2:]] == [1.0, 1.5]


def test_noise_breaks_nothing() -> None:
    random = np.random.default_rng(1)
    whole = bytearray(gps5(HERE, THERE))
    for _ in range(500):
        noisy = bytearray(whole)
        for position in random.integers(0, len(whole), 6):
            noisy[position] = random.integers(256)
        read_gpmf([Packet(bytes(noisy), 0.0, 1.0)])
        read_gpmf([Packet(random.bytes(200), 0.0, 1.0)])


# --- a real clip -------------------------------------------------------------------------------


@with_gopro
def test_a_real_gopro_file() -> None:
    footage = probe(GOPRO, SETTINGS)
    track = footage.gps
    assert track is not None
    assert track.source == "gpmf"
    assert len(track) == 47
    assert np.all(np.diff(track.times_s) > 0)
    assert 0 <= track.times_s[0] <= track.times_s[-1] <= footage.duration_s + 1
    assert track.latitudes == pytest.approx(33.1262, abs=2e-3)
    assert track.longitudes == pytest.approx(-117.3314, abs=2e-3)
    # Distance over time agrees with the speed that the receiver itself measured.
    fixes = [Fix(*pair) for pair in zip(track.latitudes, track.longitudes, strict=True)]
    way_m = sum(distance_m(a, b) for a, b in pairwise(fixes))
    assert way_m == pytest.approx(np.trapezoid(track.speeds_mps, track.times_s), rel=0.1)
    assert footage.clock.source == "gps"
    assert footage.clock.start is not None
    said = datetime(2017, 4, 17, 19, 27, 57, tzinfo=UTC)  # in its container
    assert abs(footage.clock.start - said) < timedelta(seconds=2)
    assert describe(footage)["gps"]["points"] == 47


@with_gopro
@with_exiftool
def test_a_real_gopro_file_agrees_with_exiftool() -> None:
    """ExifTool shows one position of each packet, in degrees of seven digits."""
    track = probe(GOPRO, SETTINGS).gps
    assert track is not None
    points, _ = read_with_exiftool(GOPRO)
    assert len(points) == 12
    for start_s, theirs in points:
        during = (track.times_s > start_s - 0.01) & (track.times_s < start_s + 1.0)
        apart = np.abs(track.latitudes[during] - theirs.latitude)
        apart = np.maximum(apart, np.abs(track.longitudes[during] - theirs.longitude))
        assert apart.min() < 1e-7


@with_gopro
@with_exiftool
def test_exiftools_track_is_read() -> None:
    points, warnings = read_with_exiftool(GOPRO)
    assert not warnings
    assert [time_s for time_s, _ in points] == pytest.approx(
        [n * 1.001 for n in range(12)], abs=0.01
    )
    assert points[0][1].latitude == pytest.approx(33.1253807)


# --- ExifTool's answers, without it ------------------------------------------------------------


def answering(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    tool = folder / "exiftool"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_a_dashcam_that_only_exiftool_knows(
    videos: Encode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"SourceFile": "x"}
    for n in range(4):
        facts |= {
            f"Doc{n + 1}:GPSLatitude": 21.0285 + n * 1e-4,
            f"Doc{n + 1}:GPSLongitude": 105.8542,
            f"Doc{n + 1}:GPSSpeed": 36,
            f"Doc{n + 1}:GPSSpeedRef": "K",
            f"Doc{n + 1}:GPSDateTime": f"2023:11:05 07:30:{n + 7:02d}Z",
        }
    (tmp_path / "answer.json").write_text(json.dumps([facts]))
    answering(tmp_path, monkeypatch, f"/bin/cat {tmp_path}/answer.json")
    footage = probe(videos("plain.mp4", *H264, audio=True), SETTINGS)
    assert footage.gps is not None
    assert footage.gps.source == "exiftool"
    np.testing.assert_allclose(footage.gps.times_s, [0, 1, 2, 3])
    np.testing.assert_allclose(footage.gps.speeds_mps, 10.0)
    assert footage.gps.utc_start == datetime(2023, 11, 5, 7, 30, 7, tzinfo=UTC)
    assert footage.clock.source == "gps"


def test_local_time_in_a_dashcams_gps_is_not_taken_for_utc(
    videos: Encode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {
        "Doc1:GPSLatitude": 21.0, "Doc1:GPSLongitude": 105.8,
        "Doc1:GPSDateTime": "2023:11:05 14:30:07",
    }  # fmt: skip
    (tmp_path / "answer.json").write_text(json.dumps([facts]))
    answering(tmp_path, monkeypatch, f"/bin/cat {tmp_path}/answer.json")
    footage = probe(videos("plain.mp4", *H264, audio=True), SETTINGS)
    assert footage.gps is not None
    assert footage.gps.utc_start is None


@pytest.mark.parametrize(
    ("script", "warnings"),
    [
        ("echo junk", ("ExifTool's answer cannot be read",)),
        ("echo '[]'", ()),
        ("exit 3", ()),
        ('echo \'[{"Doc1:GPSLatitude": "x", "Doc1:GPSLongitude": [1]}]\'', ()),
    ],
)
def test_strange_answers_of_exiftool(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, warnings: tuple[str]
) -> None:
    answering(tmp_path, monkeypatch, script)
    assert read_with_exiftool(plain) == ([], warnings)
    assert probe(plain, SETTINGS).gps is None


# --- a phone's one point -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+21.0285+105.8542/", (21.0285, 105.8542, nan)),
        ("-33.8599+151.2111+017.300/", (-33.8599, 151.2111, 17.3)),
        ("+00.0000+000.0000/", None),
        ("+95.0000+105.8542/", None),
        ("somewhere", None),
    ],
)
def test_the_point_of_a_phone(
    plain: Path, tmp_path: Path, text: str, expected: tuple[float, float, float] | None
) -> None:
    path = tmp_path / "phone.mp4"
    run_ffmpeg("-i", plain, "-c", "copy", "-metadata", f"location={text}", path)
    if text != "somewhere":  # which FFmpeg does not even write
        with av.open(str(path)) as container:
            assert "location" in container.metadata
    track = probe(path, SETTINGS).gps
    if expected is None:
        assert track is None
        return
    assert track is not None
    assert track.source == "quicktime:location"
    assert (track.latitudes[0], track.longitudes[0]) == pytest.approx(expected[:2])
    assert track.altitudes_m[0] == pytest.approx(expected[2], nan_ok=True)
    assert isnan(track.speeds_mps[0])
    assert track.utc_start is None
    shown = describe(probe(path, SETTINGS))["gps"]["track"][0]
    assert shown["speed_mps"] is None


# --- soundness ---------------------------------------------------------------------------------


def walk(*latitudes: float) -> list[tuple[float, Fix]]:
    return [(float(n), Fix(latitude, 105.0)) for n, latitude in enumerate(latitudes)]


def test_a_jump_and_back_is_left_out() -> None:
    kept, [warning] = sound(walk(21.0, 21.0001, 25.0, 21.0002, 21.0003))
    assert [time_s for time_s, _ in kept] == [0, 1, 3, 4]
    assert "1 points that jump" in warning


def test_a_wrong_first_point_does_not_condemn_the_rest() -> None:
    kept, _ = sound(walk(48.0, 21.0001, 21.0002, 21.0003))
    assert [time_s for time_s, _ in kept] == [1, 2, 3]


def test_fast_driving_is_no_jump() -> None:
    kept, warnings = sound(walk(*(21.0 + n * 50 / 111_195 for n in range(20))))  # 180 km/h
    assert len(kept) == 20
    assert not warnings


def test_points_come_in_order_of_time_each_once() -> None:
    points = walk(21.0, 21.0001, 21.0002)
    kept, _ = sound([points[2], points[0], points[1], points[1]])
    assert [time_s for time_s, _ in kept] == [0, 1, 2]


def test_points_that_are_nowhere_are_left_out() -> None:
    kept, [warning] = sound([(0.0, Fix(0.0, 0.0)), (1.0, Fix(21.0, 200.0)), (2.0, Fix(nan, 1.0))])
    assert not kept
    assert warning == "3 points without a position left out"


def test_distance() -> None:
    degree = distance_m(Fix(21.0, 105.0), Fix(22.0, 105.0))
    assert degree == pytest.approx(111_195, rel=1e-4)  # a sixtieth of 6371 km, in radians
    assert distance_m(Fix(0.0, 179.9), Fix(0.0, -179.9)) == pytest.approx(22_239, rel=1e-3)
