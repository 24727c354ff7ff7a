"""Tracks beside the footage: read, laid over its clock, and refused where they do not belong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from math import isnan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.footage.nmea import read_nmea
from pipeline.footage.probe import probe
from pipeline.footage.sidecar import _parsed as parsed
from pipeline.footage.sidecar import read_sidecar, sidecar_times
from pipeline.types import GpsTrack
from tests.footage.recordings import SETTINGS

START = datetime(2023, 11, 5, 7, 30, 7, tzinfo=UTC)
VIETNAM = timezone(timedelta(hours=7))


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
    with pytest.raises(InputError, match=r"; name a \.gpx, \.nmea, \.srt or \.csv file$") as caught:
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


# --- subtitles -----------------------------------------------------------------------------------


def srt(*texts: str, step_s: float = 1.0) -> str:
    def stamp(seconds: float) -> str:
        moment = datetime(2000, 1, 1) + timedelta(seconds=seconds)
        return f"{moment:%H:%M:%S},{moment.microsecond // 1000:03d}"

    return "\n".join(
        f"{number + 1}\n{stamp(number * step_s)} --> {stamp((number + 1) * step_s)}\n{text}\n"
        for number, text in enumerate(texts)
    )


SUBTITLES = {
    "new drones": (
        '<font size="28">SrtCnt : 1, DiffTime : 33ms\n2023-11-05 14:30:07.000\n[iso : 150] '
        "[shutter : 1/5000.0] [fnum : 170] [ev : 0] [ct : 5023] [color_md : default] [focal_len : "
        "240] [dzoom_ratio: 10000, delta:0],[latitude: 21.028512] [longitude: 105.854234] [rel_alt:"
        " 0.300 abs_alt: 12.679] </font>",
        None,
        12.679,
    ),
    "Mavic 2, misspelt": (
        '<font size="36">FrameCnt : 1, DiffTime : 41ms\n2023-11-05 14:30:07,320,933\n[iso : 100] '
        "[shutter : 1/400.0] [fnum : 280] [latitude : 21.028512] [longtitude : 105.854234] "
        "[altitude: 12.679] </font>",
        None,
        12.679,
    ),
    "Mavic Mini": (
        "F/2.8, SS 206.14, ISO 150, EV 0, GPS (105.854234, 21.028512, 10), D 2.80m, H 0.00m, "
        "H.S 12.27m/s, V.S 0.00m/s",
        12.27,
        None,
    ),
    "Mavic Pro": (
        "HOME(149.0251,-20.2532) 2023.11.05 14:30:07\nGPS(105.854234,21.028512,16) BAROMETER:1.9\n"
        "ISO:100 Shutter:60 EV: Fnum:2.2",
        None,
        None,  # 16 satellites, and a height above the place of take-off
    ),
    "Phantom 4 RTK": (
        "F/6.3, SS 60, ISO 100, EV 0, RTK (105.854234, 21.028512, 28), HOME (120.084146, 30.214243,"
        " 103.55m), D 75.36m, H 76.19m, H.S 0.30m/s, V.S 0.00m/s, F.PRY (-5.3°, 2.1°, 28.3°)",
        0.3,
        None,
    ),
    "an app in German": (
        "Uhrzeit: 05.11.2023 14:30:07\nTyp: Normal\nGeschwindigkeit: 41.7\n"
        "Breitengrad: 21.028512\nLängengrad: 105.854234",
        None,  # the speed names no unit
        None,
    ),
    "words and units": ("Lat: 21.028512 Lon: 105.854234 Speed: 36.0 km/h", 10.0, None),
    "Vietnamese": ("Vĩ độ: 21.028512, Kinh độ: 105.854234, Tốc độ: 36 km/h", 10.0, None),
    "letters before": ("2023/11/05 14:30:07 N:21.028512 E:105.854234 36 km/h", 10.0, None),
    "letters after": ("21.028512°N, 105.854234°E 36km/h", 10.0, None),
    "degrees, minutes, seconds": (
        "Latitude: 21°01'42.6432\"N Longitude: 105°51'15.2424\"E",
        None,
        None,
    ),
    "NMEA": (
        sentence("GPRMC,073007.00,A,2101.71072,N,10551.25404,E,19.438,5,051123,,,A"),
        10.0,
        None,
    ),
}


@pytest.mark.parametrize("layout", SUBTITLES)
def test_subtitles_of_cameras(tmp_path: Path, layout: str) -> None:
    text, speed, height = SUBTITLES[layout]
    track, warnings = beside(tmp_path, "clip.srt", srt(text, "nothing here", text))
    assert track is not None
    assert not warnings
    assert track.source == "srt sidecar"
    np.testing.assert_allclose(track.times_s, [0, 2])
    np.testing.assert_allclose(track.latitudes, 21.028512, atol=1e-6)
    np.testing.assert_allclose(track.longitudes, 105.854234, atol=1e-6)
    np.testing.assert_allclose(track.speeds_mps, np.nan if speed is None else speed, atol=1e-3)
    np.testing.assert_allclose(track.altitudes_m, np.nan if height is None else height)


@pytest.mark.parametrize(
    "text",
    [
        "Hello, it is 21.02 degrees and 105.85 kilometres to go.",
        "21.028512, 105.854234",  # which is which, and of what?
        "N2101.7107 E10551.2540",  # degrees and minutes run together
        "lat: 21.028512",
        "[latitude: ] [longitude: ]",
        "[latitude: 0.000000] [longitude: 0.000000]",
        "GPS (21.028512, 105.854234, 10)",  # no latitude is 105 degrees
        "[latitude: 91.5] [longitude: 105.8]",
        "Lat: 21.028512s Lon: 105.854234",
    ],
)
def test_subtitles_without_a_position_invent_none(tmp_path: Path, text: str) -> None:
    track, [*warnings] = beside(tmp_path, "clip.srt", srt(text, text))
    assert track is None
    assert warnings
    assert "clip.srt" in warnings[0]


def test_south_and_west_in_subtitles_are_negative(tmp_path: Path) -> None:
    track, _ = beside(tmp_path, "clip.srt", srt("33.8599 S, 151.2111 W"))
    assert track is not None
    assert (track.latitudes[0], track.longitudes[0]) == (-33.8599, -151.2111)


def test_a_place_repeated_for_every_frame_is_one_answer_of_the_receiver(tmp_path: Path) -> None:
    """Thirty frames a second tell the place of a receiver that answers ten times a second."""
    texts = [
        f"[latitude: {21.0285 + n // 3 * 1e-5:.6f}] [longitude: 105.854200]" for n in range(90)
    ]
    track, _ = beside(tmp_path, "clip.srt", srt(*texts, step_s=1 / 30))
    assert track is not None
    assert len(track) == 30
    np.testing.assert_allclose(np.diff(track.times_s), 0.1, atol=0.002)
    standing = ["[latitude: 21.0285] [longitude: 105.8542]"] * 90
    track, _ = beside(tmp_path, "clip.srt", srt(*standing, step_s=1 / 30))
    assert track is not None
    np.testing.assert_allclose(track.times_s, [0, 1, 2], atol=0.04)


DRONE = "{:%Y-%m-%d %H:%M:%S}.000 [latitude: 21.028512] [longitude: 105.854234]"


def drone(start: datetime, seconds: int = 10) -> str:
    local = start.replace(tzinfo=None)
    return srt(*(DRONE.format(local + timedelta(seconds=n)) for n in range(seconds)))


@pytest.mark.parametrize("off", [timedelta(), timedelta(minutes=20), timedelta(hours=-7)])
def test_subtitles_whose_clock_is_only_set_wrong_are_used(tmp_path: Path, off: timedelta) -> None:
    local = START.astimezone(VIETNAM)
    track, warnings = beside(tmp_path, "clip.srt", drone(local + off), start=local)
    assert track is not None
    assert not warnings
    np.testing.assert_allclose(track.times_s, np.arange(10))


@pytest.mark.parametrize("off", [timedelta(days=3), timedelta(hours=2, minutes=11)])
def test_subtitles_of_another_day_are_not_used(tmp_path: Path, off: timedelta) -> None:
    local = START.astimezone(VIETNAM)
    track, [warning] = beside(tmp_path, "clip.srt", drone(local - off), start=local)
    assert track is None
    assert "of another recording; not used" in warning
    assert local.isoformat() in warning


def test_subtitles_of_a_longer_recording_are_not_used(tmp_path: Path) -> None:
    local = START.astimezone(VIETNAM)
    track, [warning] = beside(tmp_path, "clip.srt", drone(local, 300), start=local)
    assert track is None
    assert "it goes on to 299 s and the footage only to 10 s" in warning


def test_the_clock_of_subtitles_is_a_candidate(tmp_path: Path) -> None:
    local = START.astimezone(VIETNAM)
    (tmp_path / "clip.srt").write_text(drone(local))
    [found] = sidecar_times(tmp_path / "clip.MP4", None, SETTINGS)
    assert (found.source, found.start, found.note) == ("sidecar", local, "clip.srt")
    assert sidecar_times(tmp_path / "other.MP4", None, SETTINGS) == ()
    (tmp_path / "clip.srt").write_text("garbage")
    assert sidecar_times(tmp_path / "clip.MP4", None, SETTINGS) == ()


# --- tables --------------------------------------------------------------------------------------

TORQUE = (
    "GPS Time,Device Time,Longitude,Latitude,GPS Speed (Meters/second),Altitude (m),Bearing,"
    "Engine RPM(rpm),Speed (OBD)(km/h)\n"
    "Sun Nov 05 14:30:07 GMT+07:00 2023,05-Nov-2023 14:30:07.461,105.854234,21.028512,10.0,12.5,"
    "90.0,850,35\n"
    "Sun Nov 05 14:30:08 GMT+07:00 2023,05-Nov-2023 14:30:08.461,105.854234,21.028512,10.0,12.5,"
    "90.0,850,35\n"
)
TABLES = {
    "Torque": TORQUE,
    "local time, semicolons, decimal commas": (
        "Datum;Zeit\nDate;Time;Latitude;Longitude;Speed [km/h];Altitude [m]\n"
        "2023-11-05;14:30:07;21,028512;105,854234;36,0;12,5\n"
        "2023-11-05;14:30:08;21,028512;105,854234;36,0;12,5\n"
    ),
    "UTC in the header": (
        "utc_time,lat,lon,speed_mph,alt (ft)\n"
        "2023-11-05T07:30:07,21.028512,105.854234,22.3694,41.0105\n"
        "2023-11-05T07:30:08,21.028512,105.854234,22.3694,41.0105\n"
    ),
    "seconds of 1970, letters beside": (
        "timestamp,Latitude,N/S,Longitude,E/W,Speed (knots),Altitude\n"
        "1699169407,21.028512,N,105.854234,E,19.4384,12.5\n"
        "1699169408,21.028512,N,105.854234,E,19.4384,12.5\n"
    ),
    "milliseconds of 1970": (
        "timestamp\tlatitude\tlongitude\tspeed (m/s)\televation\n"
        "1699169407000\t21.028512\t105.854234\t10\t12.5\n"
        "1699169408000\t21.028512\t105.854234\t10\t12.5\n"
    ),
    "seconds of the video": (
        "time_s,lat,lng,Speed (km/h),alt\n0.0,21.028512,105.854234,36,12.5\n"
        "1.0,21.028512,105.854234,36,12.5\n"
    ),
    "clock of the video": (
        "Video Time,GPS Latitude,GPS Longitude,GPS Speed (km/h),GPS Altitude\n"
        "00:00:00,21.028512,105.854234,36,12.5\n00:00:01,21.028512,105.854234,36,12.5\n"
    ),
    "day first, which no month can be": (
        "Date/Time,Latitude,Longitude,Speed,Altitude\n"
        "05/11/2023 14:30:07,21.028512 N,105.854234 E,36 km/h,12.5 m\n"
        "05/11/2023 14:30:08,21.028512 N,105.854234 E,36 km/h,12.5 m\n"
        "13/11/2023 14:30:08,21.028512 N,105.854234 E,36 km/h,12.5 m\n"
    ),
    "ExifTool": (
        "GPSDateTime,GPSLatitude,GPSLongitude,Speed (m/s),GPSAltitude\n"
        '2023-11-05 07:30:07Z,"21 deg 1\' 42.6432"" N","105 deg 51\' 15.2424"" E",10,12.5 m\n'
        '2023-11-05 07:30:08Z,"21 deg 1\' 42.6432"" N","105 deg 51\' 15.2424"" E",10,12.5 m\n'
    ),
}


@pytest.mark.parametrize("layout", TABLES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables(tmp_path: Path, layout: str, encoding: str) -> None:
    (tmp_path / "clip.csv").write_text(TABLES[layout], encoding)
    start = START.astimezone(VIETNAM)
    track, warnings = read_sidecar(tmp_path / "clip.MP4", None, start, 10.0)
    assert track is not None
    assert not warnings
    assert track.source == "csv sidecar"
    np.testing.assert_allclose(track.times_s, [0, 1])
    np.testing.assert_allclose(track.latitudes, 21.028512, atol=1e-6)
    np.testing.assert_allclose(track.longitudes, 105.854234, atol=1e-6)
    np.testing.assert_allclose(track.speeds_mps, 10.0, atol=1e-3)
    np.testing.assert_allclose(track.altitudes_m, 12.5, atol=1e-3)


def table(*rows: str, header: str = "time,lat,lon,speed") -> str:
    return "\n".join([header, *rows, ""])


def test_a_speed_without_a_unit_is_left_out(tmp_path: Path) -> None:
    track, _ = beside(tmp_path, "clip.csv", table("0,21.03,105.85,36", "1,21.03,105.85,36"))
    assert track is not None
    assert np.isnan(track.speeds_mps).all()


def test_rows_without_a_fix_are_left_out(tmp_path: Path) -> None:
    rows = ("0,21.03,105.85,A", "1,21.03,105.85,V", "2,,,A", "3,0,0,A", "4,21.03,105.85,A")
    track, [warning] = beside(tmp_path, "clip.csv", table(*rows, header="time (s),lat,lon,status"))
    assert track is not None
    np.testing.assert_allclose(track.times_s, [0, 4])
    assert "1 points without a position left out" in warning


def test_a_day_that_may_be_two_days_is_no_time(tmp_path: Path) -> None:
    rows = ("05/11/2023 14:30:07,21.03,105.85,1", "05/11/2023 14:30:08,21.03,105.85,1")
    track, [warning] = beside(tmp_path, "clip.csv", table(*rows), start=START.astimezone(VIETNAM))
    assert track is None
    assert "no times" in warning


def test_a_table_without_a_zone_may_be_utc(tmp_path: Path) -> None:
    rows = ("2023-11-05 07:30:07,21.03,105.85,1", "2023-11-05 07:30:08,21.03,105.85,1")
    track, [warning] = beside(tmp_path, "clip.csv", table(*rows), start=START.astimezone(VIETNAM))
    assert track is not None
    np.testing.assert_allclose(track.times_s, [0, 1])
    assert "as UTC" in warning


def test_a_table_without_a_zone_that_fits_in_two_is_not_used(tmp_path: Path) -> None:
    day = datetime(2023, 11, 5)
    rows = (
        f"{day + timedelta(minutes=n):%Y-%m-%d %H:%M:%S},{21 + n * 1e-4},105.85,1"
        for n in range(24 * 60)
    )
    track, [warning] = beside(
        tmp_path, "clip.csv", table(*rows), start=START.astimezone(VIETNAM), duration_s=120.0
    )
    assert track is None
    assert "in two" in warning


def test_a_table_of_another_trip_is_not_used(tmp_path: Path) -> None:
    rows = ("2023-11-04 14:30:07,21.03,105.85,1", "2023-11-04 14:30:08,21.03,105.85,1")
    track, [warning] = beside(tmp_path, "clip.csv", table(*rows), start=START.astimezone(VIETNAM))
    assert track is None
    assert "24.0 hours before the footage begins; not used" in warning


# --- others --------------------------------------------------------------------------------------


def test_the_log_of_a_blackvue_belongs_to_all_its_cameras(tmp_path: Path) -> None:
    (tmp_path / "20231105_143007_N.gps").write_text("[1699169408000]" + rmc(7) + rmc(8))
    for camera in "FRI":
        track, _ = read_sidecar(tmp_path / f"20231105_143007_N{camera}.mp4", None, START, 10.0)
        assert track is not None
        np.testing.assert_allclose(track.times_s, [0, 1])


def test_a_week_number_that_rolled_over_is_set_right_by_the_footage(tmp_path: Path) -> None:
    old = gpx(0, 1, 2, start=START - timedelta(weeks=1024))
    track, [warning] = beside(tmp_path, "clip.gpx", old)
    assert track is not None
    np.testing.assert_allclose(track.times_s, [0, 1, 2])
    assert "1024 weeks off" in warning


def test_the_next_sidecar_is_taken_where_the_first_does_not_belong(tmp_path: Path) -> None:
    (tmp_path / "clip.gpx").write_text(gpx(0, start=START + timedelta(days=1)))
    track, [warning] = beside(tmp_path, "clip.nmea", rmc(7) + rmc(8))
    assert track is not None
    assert track.source == "nmea sidecar"
    assert warning.startswith("clip.gpx: ")


@pytest.mark.parametrize("suffix", [".gpx", ".nmea", ".srt", ".csv"])
def test_a_file_that_is_named_may_be_any_of_them(tmp_path: Path, suffix: str) -> None:
    """What is in it decides, not what it is called."""
    path = tmp_path / f"tour{suffix}"
    for content in (gpx(0, 1), rmc(7) + rmc(8), srt("lat: 21.03 lon: 105.85"), TABLES["Torque"]):
        path.write_text(content)
        track, _ = read_sidecar(tmp_path / "clip.MP4", path, START, 10.0)
        assert track is not None


# --- garbage -------------------------------------------------------------------------------------

WHOLE = [
    gpx(0, 1, 2).encode(),
    (rmc(7) + rmc(8)).encode(),
    *(srt(text, text).encode() for text, *_ in SUBTITLES.values()),
    *(text.encode() for text in TABLES.values()),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good file with some bytes changed, cut out or doubled."""
    content = bytearray(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content) - 1))
        what = draw(st.integers(0, 2))
        if what == 0:
            content[at] = draw(st.integers(0, 255))
        elif what == 1:
            del content[at : at + draw(st.integers(1, 40))]
        else:
            content[at:at] = content[at : at + draw(st.integers(1, 40))]
        if not content:
            break
    return bytes(content)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(st.binary(max_size=300), damaged()))
def test_garbage_makes_no_crash_and_no_place_that_cannot_be(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clip.csv").write_bytes(content)
    start = START.astimezone(VIETNAM)
    for began in (start, None):
        track, warnings = read_sidecar(tmp_path / "clip.MP4", None, began, 10.0)
        assert track is not None or warnings
        if track is not None:
            assert (np.abs(track.latitudes) <= 90).all()
            assert (np.abs(track.longitudes) <= 180).all()
            assert (np.diff(track.times_s) > 0).all()
            if began is not None:
                assert track.times_s.min() >= -5.0
                assert track.times_s.max() <= 15.0
    sidecar_times(tmp_path / "clip.MP4", None, SETTINGS)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="NSEWlatongspdei:,;.- \n", max_size=200))
def test_text_without_digits_holds_no_position(text: str) -> None:
    for content in (srt(text), f"lat,lon,time\n{text}"):
        try:
            assert not parsed(content.encode())
        except ValueError:
            continue
