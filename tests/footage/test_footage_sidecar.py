"""Tracks beside the footage: read, laid over its clock, and refused where they do not belong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isnan
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import InputError
from pipeline.footage.nmea import read_nmea
from pipeline.footage.probe import probe
from pipeline.footage.sidecar import read_sidecar
from pipeline.types import GpsTrack
from tests.footage.recordings import SETTINGS

START = datetime(2023, 11, 5, 7, 30, 7, tzinfo=UTC)


def gpx(*seconds: float, start: datetime = START, version: str = "1/1") -> str:
    points = "".join(
        f'<trkpt lat="{21.0285 + n * 1e-5}" lon="105.8542"><ele>12.5</ele>'
        f"<time>{(start + timedelta(seconds=n)).isoformat().replace('+00:00', 'Z')}</time>"
        f"<extensions><speed>8.5</speed></extensions></trkpt>"
        for n in seconds
    )
    return (
        f'<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/{version}">'
        f"<trk><trkseg>{points}</trkseg></trk></gpx>"
    )


def sentence(body: str) -> str:
    checksum = 0
    for byte in body.encode():
        checksum ^= byte
    return f"${body}*{checksum:02X}\r\n"


def rmc(second: int, state: str = "A", latitude: str = "2101.7100") -> str:
    return sentence(
        f"GPRMC,0730{second:02d}.00,{state},{latitude},N,10551.2520,E,10.0,5,051123,,,A"
    )


def beside(
    folder: Path, name: str, content: str, start: datetime | None = START, duration_s: float = 10.0
) -> tuple[GpsTrack | None, tuple[str, ...]]:
    (folder / name).write_text(content)
    return read_sidecar(folder / "clip.MP4", None, start, duration_s)


@pytest.mark.parametrize("version", ["1/0", "1/1"])
@pytest.mark.parametrize("name", ["clip.gpx", "clip.GPX", "CLIP.MP4.gpx"])
def test_a_gpx_beside_the_footage(tmp_path: Path, name: str, version: str) -> None:
    track, warnings = beside(tmp_path, name, gpx(0, 1, 2, version=version))
    assert track is not None
    assert not warnings
    assert track.source == "gpx sidecar"
    np.testing.assert_allclose(track.times_s, [0, 1, 2])
    np.testing.assert_allclose(track.latitudes, [21.0285, 21.02851, 21.02852])
    np.testing.assert_allclose(track.speeds_mps, 8.5)
    np.testing.assert_allclose(track.altitudes_m, 12.5)


def test_only_what_lies_on_the_footage_is_kept(tmp_path: Path) -> None:
    track, _ = beside(tmp_path, "clip.gpx", gpx(*range(-600, 600)))
    assert track is not None
    assert (track.times_s[0], track.times_s[-1]) == (-5.0, 15.0)


def test_an_nmea_log_beside_the_footage(tmp_path: Path) -> None:
    gga = sentence("GPGGA,073008.00,2101.7100,N,10551.2520,E,1,08,1.0,14.2,M,,M,,")
    log = rmc(7) + gga + "[1699169408000]" + rmc(8) + rmc(9, state="V") + rmc(10)
    track, warnings = beside(tmp_path, "clip.nmea", log)
    assert track is not None
    assert not warnings
    np.testing.assert_allclose(track.times_s, [0, 1, 3])
    np.testing.assert_allclose(track.latitudes, 21 + 1.71 / 60)
    np.testing.assert_allclose(track.longitudes, 105 + 51.252 / 60)
    np.testing.assert_allclose(track.speeds_mps, 5.14444)
    assert track.altitudes_m[1] == 14.2
    assert isnan(track.altitudes_m[2])


def test_damaged_sentences_are_left_out() -> None:
    log = rmc(7) + rmc(8).replace("2101.7100", "9901.7100") + "$GPRMC,07\n" + rmc(9, latitude="x")
    assert len(read_nmea(log.encode())) == 1


def test_south_and_west_are_negative() -> None:
    [fix] = read_nmea(sentence("GNRMC,073007,A,3351.594,S,15112.666,W,,,051123,,,A").encode())
    assert (fix.latitude, fix.longitude) == pytest.approx((-33.8599, -151.2111))
    assert isnan(fix.speed_mps)


def test_no_sidecar_is_no_warning(tmp_path: Path) -> None:
    (tmp_path / "clip2.gpx").write_text(gpx(0))
    assert read_sidecar(tmp_path / "clip.MP4", None, START, 10.0) == (None, ())


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        (timedelta(hours=7), "the track lies 7.0 hours after the footage ends"),
        (timedelta(minutes=-5), "the track lies 298 s before the footage begins"),
    ],
)
def test_a_track_of_another_trip_is_not_used(tmp_path: Path, apart: timedelta, words: str) -> None:
    track, [warning] = beside(tmp_path, "clip.gpx", gpx(0, 1, 2, start=START + apart))
    assert track is None
    assert warning == f"clip.gpx: {words}; not used"


def test_without_a_clock_the_first_point_is_the_start(tmp_path: Path) -> None:
    track, [warning] = beside(tmp_path, "clip.gpx", gpx(100, 101, 102), start=None)
    assert track is not None
    np.testing.assert_allclose(track.times_s, [0, 1, 2])
    assert "no clock" in warning
    assert "--start-time" in warning


def test_points_without_times_are_not_used(tmp_path: Path) -> None:
    text = '<gpx><trk><trkseg><trkpt lat="21" lon="105"/></trkseg></trk></gpx>'
    track, [warning] = beside(tmp_path, "clip.gpx", text)
    assert track is None
    assert "no times" in warning


BAD = {
    "text.gpx": "not a track at all",
    "cut.gpx": gpx(0, 1)[:200],
    "other.gpx": "<html><body/></html>",
    "empty.gpx": "<gpx/>",
    "binary.nmea": "\x00\x01\x02" * 100,
    # Entities that would grow without bound.
    "bomb.gpx": '<!DOCTYPE gpx [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><gpx>&b;</gpx>',
    "outside.gpx": '<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx>&x;</gpx>',
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_that_was_named_is_an_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(BAD[name])
    with pytest.raises(InputError, match=r"; name a \.gpx or \.nmea file$") as caught:
        read_sidecar(tmp_path / "clip.MP4", path, START, 10.0)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_that_lies_beside_is_a_warning(tmp_path: Path, name: str) -> None:
    track, [warning] = beside(tmp_path, f"clip{Path(name).suffix}", BAD[name])
    assert track is None
    assert "clip." in warning


def test_a_named_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"tour\.gpx: No such file or directory; check the path"):
        read_sidecar(tmp_path / "clip.MP4", tmp_path / "tour.gpx", START, 10.0)


def test_probing_takes_the_sidecar(plain: Path, tmp_path: Path) -> None:
    path = tmp_path / "20231105_143007.mp4"
    path.write_bytes(plain.read_bytes())
    (tmp_path / "20231105_143007.gpx").write_text(gpx(0, 1, 2))
    track = probe(path, SETTINGS).gps
    assert track is not None
    np.testing.assert_allclose(track.times_s, [0, 1, 2])
    tour = tmp_path / "tour.gpx"
    tour.write_text(gpx(1, 2))
    named = probe(path, SETTINGS, gps_file=tour).gps
    assert named is not None
    np.testing.assert_allclose(named.times_s, [1, 2])
    other = probe(plain, SETTINGS, gps_file=tour)
    assert "no clock" in other.warnings[0]
