"""Damaged and hostile telemetry, and receivers whose date cannot be believed."""

from __future__ import annotations

import io
import struct
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.footage.boxes import Box, boxes, whole
from pipeline.footage.camm import read_camm
from pipeline.footage.embedded import Embedded, read_embedded
from pipeline.footage.fixes import Fix
from pipeline.footage.freegps import Enciphered, read_block
from pipeline.footage.gpmf import read_gpmf
from pipeline.footage.gps import track_from
from pipeline.footage.novatek import read_novatek
from pipeline.footage.probe import probe
from pipeline.footage.receiver import believed, is_local, own_dates
from pipeline.footage.samples import Sample, metadata_tracks, samples
from pipeline.footage.text_track import read_text_track
from pipeline.types import GpsTrack
from tests.footage import telemetry_files as write
from tests.footage.fuzz_telemetry import check, damaged
from tests.footage.recordings import SETTINGS
from tests.footage.telemetry_files import Point, box, full

FILMS = write.handmade()
WEEK = timedelta(weeks=1)


def read(content: bytes, dates: Sequence[datetime] = ()) -> Embedded:
    return read_embedded(io.BytesIO(content), 4.0, 0.0, dates)


def track(content: bytes, dates: Sequence[datetime] = ()) -> tuple[GpsTrack | None, list[str]]:
    warnings: list[str] = []
    found = read(content, dates)
    return track_from(found.source, found.points, dates, warnings), warnings


# --- damage ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILMS)
def test_a_film_cut_anywhere_gives_fewer_points_never_others(name: str) -> None:
    content = FILMS[name]
    true = {(fix.latitude, fix.longitude) for _, fix in read(content).points}
    for length in range(0, len(content), max(1, len(content) // 60)):
        found = read(content[:length]).points
        if name in ("blackvue", "nmea text"):  # a sentence cut short has no checksum any more
            assert len(found) <= len(true)
            continue
        assert {(fix.latitude, fix.longitude) for _, fix in found} <= true


@pytest.mark.parametrize("name", FILMS)
def test_media_data_that_were_never_written(name: str) -> None:
    """As after a crash: the index is there, from some place on the data are zero."""
    content = FILMS[name]
    end = content.rfind(b"moov") - 4 if name != "blackvue" else len(content)
    begin = content.find(b"mdat") if name != "blackvue" else content.find(b"gps ")
    for cut in range(begin, end, max(1, (end - begin) // 40)):
        check(content[:cut] + bytes(end - cut) + content[end:])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 5000,
        b"\xff" * 5000,
        bytes(range(256)) * 40,
        b"RIFF\0\0\0\0AVI LIST",
        struct.pack(">I4s", 0, b"moov"),
        struct.pack(">I4sQ", 1, b"moov", 2**63) + b"x" * 100,
        struct.pack(">I4sQ", 1, b"moov", 3),
        struct.pack(">I4s", 0xFFFFFFFF, b"moov") + struct.pack(">I4s", 0xFFFFFFFF, b"trak") * 9,
        box(b"ftyp") + struct.pack(">I4s", 4, b"moov"),
    ],
)
def test_what_is_no_film(content: bytes) -> None:
    assert read(content) == Embedded("", [])


def test_a_film_of_nothing_but_tiny_boxes_does_not_hold_us() -> None:
    tiny = box(b"free") * 300_000
    begin = time.monotonic()
    assert not read(box(b"ftyp") + tiny + box(b"moov", tiny)).points
    assert time.monotonic() - begin < 10


def test_boxes_nested_without_end_do_not_hold_us() -> None:
    deep = b""
    for kind in (b"trak", b"moov", b"free", b"mdia") * 2000:
        deep = box(kind, deep)
    assert not read(box(b"ftyp") + box(b"moov", deep)).points


def test_tables_that_promise_millions_of_samples() -> None:
    """Four thousand million samples of four megabytes, all of them the same few bytes."""
    table = box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 1), box(b"camm", bytes(8))),
        full(b"stts", struct.pack(">3I", 1, 0xFFFFFFFF, 1)),
        full(b"stsc", struct.pack(">4I", 1, 1, 0xFFFFFFFF, 1)),
        full(b"stsz", struct.pack(">2I", 60, 0xFFFFFFFF)),
        full(b"stco", struct.pack(">I", 5000), bytes(20_000)),
    )
    hostile = box(b"mdia", full(b"hdlr", bytes(4), b"camm", bytes(12)), box(b"minf", table))
    begin = time.monotonic()
    assert not read(box(b"ftyp") + box(b"moov", box(b"trak", hostile))).points
    assert time.monotonic() - begin < 5


def test_samples_that_overlap_are_read_no_further_than_the_file_is_long() -> None:
    table = box(
        b"stbl",
        full(b"stts", struct.pack(">3I", 1, 5000, 1)),
        full(b"stsc", struct.pack(">4I", 1, 1, 1, 1)),
        full(b"stsz", struct.pack(">2I", 2000, 5000)),
        full(b"stco", struct.pack(">I", 5000), bytes(20_000)),
    )
    media = box(b"mdia", full(b"hdlr", bytes(4), b"camm", bytes(12)), box(b"minf", table))
    film = box(b"ftyp") + box(b"moov", box(b"trak", media))
    file = io.BytesIO(film)
    [found] = metadata_tracks(file)
    assert 0 < sum(len(sample.content) for sample in samples(file, found)) <= len(film)


def test_a_box_of_more_than_four_gigabytes_has_its_size_behind_its_letters() -> None:
    wide = box(b"ftyp") + struct.pack(">I4sQ", 1, b"mdat", 116) + bytes(100) + box(b"moov")
    file = io.BytesIO(wide)
    assert list(boxes(file, whole(file))) == [
        Box(b"ftyp", 8, 8),
        Box(b"mdat", 24, 124),
        Box(b"moov", 132, 132),
    ]


def test_minutes_of_sixty_and_more_are_no_position() -> None:
    block = bytearray(write.viofo_a119s(write.drive(1)[0]))
    assert read_block(bytes(block)) is not None
    struct.pack_into("<f", block, 0x4C, 2175.0)
    assert read_block(bytes(block)) is None


def test_a_receivers_clock_that_leaps_is_not_followed() -> None:
    points = write.drive(6)
    points[3] = replace(points[3], moment=points[3].moment + timedelta(hours=1))
    film = write.with_blocks(write.bare_film(), [write.viofo_a119s(p) for p in points])
    assert [time_s for time_s, _ in read_embedded(io.BytesIO(film), 6.0).points] == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]


def test_blocks_that_all_point_at_one_place() -> None:
    block = write.viofo_a119s(write.drive(1)[0])
    before = box(b"ftyp") + box(b"mdat", block)
    entries = struct.pack(">2I", 16, 0x8000) * 50_000
    film = before + box(b"moov", box(b"gps ", struct.pack(">2I", 0, 50_000), entries))
    found = read_novatek(io.BytesIO(film), 60.0)
    assert found is not None
    assert found.blocks * 0x8000 <= len(film)


def test_a_track_that_jumps_all_the_time_is_no_track() -> None:
    random = np.random.default_rng(3)
    places = random.uniform(-80, 80, (5000, 2))
    warnings: list[str] = []
    points = [(float(n), Fix(a, b)) for n, (a, b) in enumerate(places.tolist())]
    assert track_from("novatek", points, [], warnings) is None
    assert "jumps" in warnings[0]


def test_a_moment_has_one_point_even_after_a_jump() -> None:
    """Found by damaging files at random."""
    times, longitudes = (0.0, 1.0, 2.0, 2.0), (105.8542, 0.0, 105.8543, 105.8544)
    points = [(t, Fix(21.0285, longitude)) for t, longitude in zip(times, longitudes, strict=True)]
    found = track_from("camm", points, [], [])
    assert found is not None
    assert found.times_s.tolist() == [0.0, 2.0]


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(0.0, 0.0), (float("nan"), 105.0), (float("inf"), 105.0), (91.0, 105.0), (21.0, 181.0)],
)
def test_positions_that_cannot_be(latitude: float, longitude: float) -> None:
    point = Point(latitude, longitude, 0.0, 0.0, write.START)
    samples = [write.camm_receiver(point, 1e9) for _ in range(4)]
    found, warnings = track(write.with_track(write.bare_film(), b"camm", b"camm", samples))
    assert found is None
    assert "points without a position" in warnings[0]


def test_no_fix_in_any_block_is_said() -> None:
    found = read(FILMS["void"])
    assert not found.points
    assert "4 blocks, none with a position" in found.warnings[0]


@pytest.mark.parametrize("packet", [write.gps5, write.gps9])
def test_no_fix_in_any_packet_is_said(packet: write.Layout) -> None:
    points = write.drive(4)
    found = read(write.gopro_film(write.bare_film(), [packet(*points, fix=0)]))
    assert not found.points
    assert found.warnings == ("GPS without satellites for 4 of 4 points",)


# --- dates -------------------------------------------------------------------------------------


def rolled(weeks: int) -> list[Point]:
    """A drive whose receiver is so many weeks behind."""
    return write.drive(4, start=write.START - weeks * WEEK)


def test_a_week_number_that_rolled_over_is_set_right_where_the_file_agrees() -> None:
    film = write.with_blocks(write.bare_film(), [write.viofo_a119s(p) for p in rolled(1024)])
    found, [warning] = track(film, [write.START + timedelta(hours=7)])
    assert found is not None
    assert found.utc_start == write.START
    assert "1024 weeks behind" in warning
    assert "2004-07-24" in warning
    assert "2024-03-09" in warning


@pytest.mark.parametrize("dates", [[], [datetime(2019, 1, 1, tzinfo=UTC)]])
def test_a_week_number_that_rolled_over_is_not_believed_else(dates: list[datetime]) -> None:
    film = write.with_blocks(write.bare_film(), [write.viofo_a119s(p) for p in rolled(1024)])
    found, [warning] = track(film, dates)
    assert found is not None
    assert len(found) == 4
    assert found.utc_start is None
    assert "cannot be" in warning


@pytest.mark.parametrize(
    "start",
    [
        datetime(1980, 1, 6, tzinfo=UTC),
        datetime(1999, 8, 22, tzinfo=UTC),
        datetime(2000, 1, 1, tzinfo=UTC),
        datetime(2035, 1, 1, tzinfo=UTC),
    ],
)
def test_dates_before_all_cameras_or_to_come_give_no_time(start: datetime) -> None:
    points = [
        (float(n), Fix(21.0, 105.0 + n * 1e-4, utc=start + timedelta(seconds=n))) for n in range(4)
    ]
    kept, [warning] = believed(points, [write.START], now=datetime(2026, 1, 1, tzinfo=UTC))
    assert [fix.utc for _, fix in kept] == [None] * 4
    assert len(kept) == 4
    assert f"{start:%Y-%m-%d}" in warning


@pytest.mark.parametrize("days", [-(2**31), 2**31 - 1])
def test_a_gopros_date_beyond_all_calendars_is_no_date(days: int) -> None:
    packet = bytearray(write.gps9(write.drive(1)[0]))
    at = packet.rfind(b"GPS9") + 8 + 20  # behind the head and five values
    struct.pack_into(">i", packet, at, days)
    [(_, fix)], _ = read_gpmf([Sample(bytes(packet), 0.0, 1.0)])
    assert fix.utc is None


def test_a_gopro_that_never_saw_a_satellite_has_its_factory_date() -> None:
    points = write.drive(4, start=datetime(2000, 1, 1, tzinfo=UTC))
    found, [warning] = track(write.gopro_film(write.bare_film(), [write.gps5(*points)]))
    assert found is not None
    assert found.utc_start is None
    assert "2000-01-01" in warning


def test_one_point_of_another_day_loses_its_time_and_nothing_else() -> None:
    points = [
        (float(n), Fix(21.0, 105.0, utc=write.START + timedelta(seconds=n))) for n in range(9)
    ]
    points[0] = (0.0, Fix(21.0, 105.0, utc=write.START - timedelta(days=3)))
    kept, warnings = believed(points, [])
    assert not warnings
    assert kept[0][1].utc is None
    assert kept[1:] == points[1:]


def test_a_clock_that_does_not_run_gives_no_time() -> None:
    random = np.random.default_rng(1)
    points = [
        (float(n), Fix(21.0, 105.0, utc=write.START + timedelta(seconds=float(late))))
        for n, late in enumerate(random.uniform(0, 600, 20))
    ]
    warnings: list[str] = []
    found = track_from("camm", points, [], warnings)
    assert found is not None
    assert found.utc_start is None
    assert "does not run with the footage" in warnings[0]


def test_dates_that_a_file_names_for_itself() -> None:
    local = datetime(2024, 3, 9, 8, 2, 57, tzinfo=UTC)
    assert own_dates("20240309_080257_NF", None) == [local]
    assert own_dates("20240309_080257_NF", "2024-03-09T01:02:57.000000Z") == [local, write.START]
    assert own_dates("GX010042", "1904-01-01T00:00:00Z") == []
    assert own_dates("20241399_080257", "yesterday") == []


def test_local_time_in_the_blocks_is_not_taken_for_utc(plain: Path, tmp_path: Path) -> None:
    """Three o'clock by the name and by the receiver: it may well be three o'clock in Hanoi."""
    film = write.with_blocks(plain.read_bytes(), [write.viofo_a119s(p) for p in write.drive(3)])
    names = {"20240309_010257_001.MP4": None, "20240309_080257_001.MP4": write.START}
    for name, start in names.items():
        path = tmp_path / name
        path.write_bytes(film)
        footage = probe(path, SETTINGS)
        assert footage.gps is not None
        assert footage.gps.utc_start == start
        assert any("local time" in text for text in footage.warnings) == (start is None)
    points = [(0.0, Fix(21.0, 105.0, utc=write.START))]
    assert is_local(points, "2024_0309_010257_001", 60.0)
    assert not is_local(points, "2024_0309_080257_001", 60.0)


# --- hypothesis --------------------------------------------------------------------------------

quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(st.randoms(use_true_random=False))
def test_damage_at_random_breaks_nothing(chance: object) -> None:
    check(damaged(chance, list(FILMS.values())))  # type: ignore[arg-type]


@quick
@given(st.binary(max_size=400))
def test_any_bytes_are_read_as_packets(content: bytes) -> None:
    sample = Sample(content, 0.0, 1.0)
    read_gpmf([sample])
    read_gpmf([Sample(write.nest("DEVC", write.nest("STRM", content)), 0.0, 1.0)])
    read_camm([sample], [write.START])
    read_text_track([sample])


@quick
@given(st.integers(0, 15), st.binary(min_size=64, max_size=400), st.data())
def test_any_bytes_are_read_as_a_block(number: int, noise: bytes, data: st.DataObject) -> None:
    names = sorted(FILMS)
    film = FILMS[names[number % len(names)]]
    at = film.find(b"freeGPS ")
    block = bytearray(film[at - 4 : at + 500] if at > 0 else b"\0\0\x80\0freeGPS \x4c\0\0\0")
    place = data.draw(st.integers(16, max(16, len(block) - 1)))
    block[place : place + len(noise) // 8] = noise[: len(noise) // 8]
    for content in (bytes(block), b"\0\0\x80\0freeGPS \x4c\0\0\0" + noise):
        try:
            reading = read_block(content)
        except Enciphered:
            continue
        for fix in reading.fixes if reading else ():
            assert abs(fix.latitude) <= 90
            assert abs(fix.longitude) <= 180


@quick
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["SCAL", "TYPE", "GPSF", "GPSU", "GPS5", "GPS9", "GLPI", "SYST"]),
            st.sampled_from("bBsSlLjJfdcU?"),
            st.sampled_from([1, 2, 4, 8, 16, 20, 32]),
            st.binary(max_size=96),
        ),
        max_size=6,
    )
)
def test_any_elements_are_read(parts: list[tuple[str, str, int, bytes]]) -> None:
    stream = write.nest("STRM", *(write.element(*part) for part in parts))
    points, _ = read_gpmf([Sample(write.nest("DEVC", stream), 0.0, 1.0)])
    track_from("gpmf", points, [], [])
