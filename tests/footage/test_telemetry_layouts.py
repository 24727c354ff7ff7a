"""Each layout of telemetry, written from its description, read by us and by ExifTool."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isnan
from pathlib import Path

import pytest

from pipeline.footage.embedded import Embedded, read_embedded
from pipeline.footage.exiftool import read_with_exiftool
from pipeline.footage.probe import probe
from tests.footage import by_exiftool
from tests.footage import telemetry_files as write
from tests.footage.by_exiftool import Told, with_exiftool
from tests.footage.recordings import SETTINGS
from tests.footage.telemetry_files import Layout, Point

HANOI = write.drive()
SOUTH_WEST = write.drive(latitude=-33.4489, longitude=-70.6693)
DEGREES = 1e-6  # how near two readers of the same bytes must come

# Name, writer, whether the position is a 32-bit float, whether its time is UTC, and which ExifTool
# reads it. Layouts that name their own time are told apart from those whose clock is the camera's.
LAYOUTS = [
    ("Viofo A119S", write.viofo_a119s, True, True, 12.0),
    ("Viofo A119 V3", write.viofo_a119v3, True, True, 12.0),
    ("Kenwood DRV-A510W", write.kenwood, True, True, 13.5),
    ("IQS", write.iqs, False, True, 13.0),
    ("Transcend body camera", write.transcend_body, True, True, 13.3),
    ("Transcend Driver Pro", write.transcend_pro, False, True, 12.0),
    ("E-ACE B44", write.e_ace, False, True, 13.0),
    ("E-ACE B44, enciphered", write.e_ace_enciphered, False, True, 13.0),
    ("Akaso", write.akaso, True, True, 12.0),
    ("doubles", write.doubles, False, True, 12.0),
    ("Vantrue N4", write.vantrue_n4, False, True, 12.0),
    ("Vantrue S1", write.vantrue_s1, True, True, 12.0),
    ("Nextbase 512GW", write.nextbase_512gw, False, True, 12.0),
    ("Nextbase 512G", write.nextbase_512g, False, True, 12.0),
    ("shifted RMC", write.shifted_rmc, False, True, 12.0),
    ("Azdome", write.azdome, False, False, 12.0),
    ("INNOVV", write.innovv, True, False, 12.0),
    ("XBHT", write.xbht, False, False, 13.0),
    ("XGODY", write.xgody, False, False, 13.0),
    ("70mai A810", write.mai70_a810, False, False, 13.0),
]
UNLISTED = [write.viofo_a119s, write.doubles, write.nextbase_512g]
layouts = pytest.mark.parametrize(
    ("layout", "coarse", "timed", "least"),
    [entry[1:] for entry in LAYOUTS],
    ids=[entry[0] for entry in LAYOUTS],
)


By = dict[str, tuple[bytes, list[Told]]]


@pytest.fixture(scope="module")
def by_other(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> By:
    """Each film by name, and what ExifTool, started once, says of it."""
    folder = tmp_path_factory.mktemp("films")
    films = _films(plain.read_bytes())
    paths = [folder / f"{number}.mp4" for number in range(len(films))]
    for path, content in zip(paths, films.values(), strict=True):
        path.write_bytes(content)
    told = by_exiftool.read(*paths)
    return {name: (films[name], theirs) for name, theirs in zip(films, told, strict=True)}


def _films(film: bytes) -> dict[str, bytes]:
    """The films that both readers read, by name: a real film with telemetry put in."""
    films = {
        name: write.with_blocks(film, [layout(point) for point in way(layout)])
        for name, layout, *_ in LAYOUTS
    }
    for layout in UNLISTED:
        films[f"unlisted {layout.__name__}"] = write.with_blocks(
            film, [layout(point) for point in HANOI], listed=False
        )
    # The mark lies between the media data and `moov`, so that no offset of the film changes.
    before, inside = write.split_film(film)
    marked = before + write.REXING_MARK + write.box(b"moov", inside)
    films["Rexing"] = write.with_blocks(marked, [write.rexing(point) for point in HANOI])
    created = bytearray(film)
    at = film.index(b"mvhd") + 8
    created[at : at + 4] = write.bare_film()[-92:-88]  # ExifTool picks CAMM's epoch by this date
    receiver = [write.camm_motion() + write.camm_receiver(p, gps_seconds(p)) for p in SOUTH_WEST]
    films["CAMM 6"] = camm_film(bytes(created), receiver)
    films["CAMM 6, wide"] = camm_film(bytes(created), receiver, wide=True)
    films["CAMM 5"] = camm_film(film, [write.camm_position(point) for point in SOUTH_WEST])
    films["BlackVue"] = write.with_blackvue(film, SOUTH_WEST)
    films["GPS5"] = write.gopro_film(
        film, [write.gps5(*SOUTH_WEST[:3]), write.gps5(*SOUTH_WEST[3:])]
    )
    films["GPS9"] = write.gopro_film(
        film, [write.gps9(*SOUTH_WEST[:3]), write.gps9(*SOUTH_WEST[3:])]
    )
    for name, (text, _) in TEXTS.items():
        films[f"text {name}"] = text_film(film, [text(point) for point in SOUTH_WEST])
    return films


def way(layout: Layout) -> list[Point]:
    """The drive in a film of that layout. Of XBHT's letters ExifTool does not read the sides."""
    return HANOI if layout is write.xbht else SOUTH_WEST


def read(content: bytes, duration_s: float = 6.0, dates: Sequence[datetime] = ()) -> Embedded:
    return read_embedded(io.BytesIO(content), duration_s, 0.0, dates)


def assert_is(found: Embedded, points: Sequence[Point], coarse: bool, timed: bool) -> None:
    assert len(found.points) == len(points)
    for number, ((time_s, fix), point) in enumerate(zip(found.points, points, strict=True)):
        assert time_s == pytest.approx(number)
        near = 3e-5 if coarse else 1.2e-6  # half a step of a 32-bit float: metres
        assert fix.latitude == pytest.approx(point.latitude, abs=near)
        assert fix.longitude == pytest.approx(point.longitude, abs=2 * near)
        assert fix.speed_mps == pytest.approx(point.speed_mps, abs=0.6)
        assert fix.utc == (point.moment if timed else None)


def assert_same(found: Embedded, theirs: Sequence[Told], timed: bool) -> None:
    assert len(found.points) == len(theirs)
    for (_, fix), told in zip(found.points, theirs, strict=True):
        assert fix.latitude == pytest.approx(told.latitude, abs=DEGREES)
        assert fix.longitude == pytest.approx(told.longitude, abs=DEGREES)
        if told.speed_kmh is not None:
            assert fix.speed_mps * 3.6 == pytest.approx(told.speed_kmh, abs=0.01)
        if timed:
            assert told.moment is not None
            assert fix.utc == told.moment


@layouts
def test_freegps_layout(layout: Layout, coarse: bool, timed: bool, least: float) -> None:
    for points in (HANOI, SOUTH_WEST):
        if layout is write.xbht and points is SOUTH_WEST:
            continue
        found = read(write.with_blocks(write.bare_film(), [layout(point) for point in points]))
        assert found.source == "novatek"
        assert_is(found, points, coarse, timed)


@with_exiftool
@pytest.mark.parametrize("name", [entry[0] for entry in LAYOUTS])
def test_freegps_layout_by_exiftool(name: str, by_other: By) -> None:
    _, layout, coarse, timed, least = next(entry for entry in LAYOUTS if entry[0] == name)
    by_exiftool.needs(least)
    content, theirs = by_other[name]
    found = read(content)
    assert_is(found, way(layout), coarse, timed)
    assert_same(found, theirs, timed)


@with_exiftool
@pytest.mark.parametrize("name", [layout.__name__ for layout in UNLISTED])
def test_blocks_without_an_index_by_exiftool(name: str, by_other: By) -> None:
    content, theirs = by_other[f"unlisted {name}"]
    assert_same(read(content), theirs, timed=True)


@pytest.mark.parametrize("layout", [write.innovv, write.xbht, write.nextbase_512g])
def test_a_block_with_several_records(layout: Layout) -> None:
    half = [
        Point(p.latitude, p.longitude, p.speed_mps, p.altitude_m, p.moment)
        for p in write.drive(6, start=write.START)
    ]
    timed = layout is write.nextbase_512g
    if timed:  # its clock tells tenths of a second
        half = [
            Point(p.latitude, p.longitude, p.speed_mps, p.altitude_m,
                  write.START + timedelta(seconds=number / 2))
            for number, p in enumerate(half)
        ]  # fmt: skip
    blocks = [layout(*half[n : n + 2]) for n in (0, 2, 4)]
    found = read(write.with_blocks(write.bare_film(), blocks), duration_s=3.0)
    assert [time_s for time_s, _ in found.points] == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]


def test_rexings_scaled_positions() -> None:
    before, inside = write.split_film(write.bare_film())
    film = before + write.REXING_MARK + write.box(b"moov", inside)
    found = read(write.with_blocks(film, [write.rexing(point) for point in HANOI]))
    assert_is(found, HANOI, coarse=True, timed=True)


@with_exiftool
def test_rexings_scaled_positions_by_exiftool(by_other: By) -> None:
    by_exiftool.needs(13.0)
    content, theirs = by_other["Rexing"]
    assert_same(read(content), theirs, timed=True)


def test_positions_that_are_enciphered_are_not_guessed() -> None:
    found = read(write.with_blocks(write.bare_film(), [write.enciphered(p) for p in HANOI]))
    assert not found.points
    assert found.unreadable
    assert "enciphers" in found.warnings[0]


@with_exiftool
def test_an_enciphered_file_has_no_place(plain: Path, tmp_path: Path) -> None:
    """ExifTool gives numbers, and warns that they are wrong: these must not become a place."""
    path = tmp_path / "akaso.mp4"
    path.write_bytes(
        write.with_blocks(plain.read_bytes(), [write.enciphered(point) for point in HANOI])
    )
    assert probe(path, SETTINGS).gps is None


@with_exiftool
def test_numbers_that_exiftool_calls_wrong_are_not_taken(plain: Path, tmp_path: Path) -> None:
    path = tmp_path / "akaso.mp4"
    path.write_bytes(
        write.with_blocks(plain.read_bytes(), [write.enciphered(point) for point in HANOI])
    )
    points, [warning] = read_with_exiftool(path)
    assert points == []
    assert "enciphers" in warning


def test_seconds_without_satellites_leave_a_gap() -> None:
    blocks = [write.void(HANOI[0]), write.void(HANOI[1]), *map(write.viofo_a119s, HANOI[2:])]
    found = read(write.with_blocks(write.bare_film(), blocks))
    assert [time_s for time_s, _ in found.points] == [2.0, 3.0, 4.0, 5.0]
    assert found.warnings == ("GPS without satellites in 2 of 6 blocks",)


def test_a_missing_block_does_not_shift_the_rest() -> None:
    blocks = [write.viofo_a119s(point) for point in (*HANOI[:2], *HANOI[3:])]
    found = read(write.with_blocks(write.bare_film(), blocks))
    assert [time_s for time_s, _ in found.points] == [0.0, 1.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize(
    ("layout", "duration_s", "step_s"),
    [
        (write.viofo_a119s, 6.0, 1.0),
        (write.viofo_a119s, 2.5, 1.0),  # the footage was cut short, the list of blocks was not
        (write.mai70_a810, 6.6, 1.0),
        (write.mai70_a810, 3.0, 0.5),  # without a clock, only the length tells: two a second
    ],
)
def test_blocks_are_a_second_apart_unless_the_file_says_else(
    layout: Layout, duration_s: float, step_s: float
) -> None:
    film = write.with_blocks(write.bare_film(), [layout(point) for point in HANOI])
    found = read(film, duration_s)
    assert [time_s for time_s, _ in found.points] == [number * step_s for number in range(6)]


def test_blocks_of_a_receiver_whose_clock_stands_are_counted() -> None:
    still = [Point(p.latitude, p.longitude, p.speed_mps, 0, HANOI[0].moment) for p in HANOI]
    found = read(write.with_blocks(write.bare_film(), [write.viofo_a119s(p) for p in still]))
    assert [time_s for time_s, _ in found.points] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


# --- CAMM --------------------------------------------------------------------------------------

GPS_EPOCH = datetime(1980, 1, 6, tzinfo=UTC)
LEAP_S = 18  # the satellites' time ran ahead of UTC by this in 2024


def gps_seconds(point: Point) -> float:
    return (point.moment - GPS_EPOCH).total_seconds() + LEAP_S


def camm_film(film: bytes, samples: Sequence[bytes], wide: bool = False) -> bytes:
    return write.with_track(film, b"camm", b"camm", samples, wide=wide)


@pytest.mark.parametrize("wide", [False, True])
def test_camm_positions(wide: bool) -> None:
    samples = [write.camm_motion() + write.camm_position(point) for point in HANOI]
    found = read(camm_film(write.bare_film(), samples, wide))
    assert found.source == "camm"
    for number, ((time_s, fix), point) in enumerate(zip(found.points, HANOI, strict=True)):
        assert time_s == number
        assert (fix.latitude, fix.longitude, fix.altitude_m) == (
            point.latitude, point.longitude, point.altitude_m,
        )  # fmt: skip
        assert isnan(fix.speed_mps)
        assert fix.utc is None


def test_camms_receiver_is_preferred_and_needs_satellites() -> None:
    samples = [
        write.camm_receiver(point, gps_seconds(point), fix=0 if number == 1 else 3)
        + write.camm_position(point)
        for number, point in enumerate(HANOI)
    ]
    found = read(camm_film(write.bare_film(), samples), dates=[write.START])
    assert [time_s for time_s, _ in found.points] == [0, 2, 3, 4, 5]
    assert found.warnings == ("GPS without satellites for 1 of 6 points",)
    assert found.points[0][1].speed_mps == pytest.approx(HANOI[0].speed_mps)
    assert found.points[0][1].utc == HANOI[0].moment


def test_camms_epoch_is_told_by_the_files_own_date_or_not_at_all() -> None:
    since_1970 = [write.camm_receiver(p, p.moment.timestamp()) for p in HANOI]
    film = camm_film(write.bare_film(), since_1970)
    assert read(film, dates=[write.START]).points[0][1].utc == write.START
    assert read(film).points[0][1].utc is None
    assert read(film, dates=[datetime(2031, 1, 1, tzinfo=UTC)]).points[0][1].utc is None


@with_exiftool
@pytest.mark.parametrize("name", ["CAMM 6", "CAMM 6, wide"])
def test_camm_by_exiftool(name: str, by_other: By) -> None:
    """ExifTool tells the satellites' time as it stands, without the leap seconds."""
    content, theirs = by_other[name]
    found = read(content, dates=[write.START])
    assert_same(found, theirs, timed=False)
    for (time_s, fix), told in zip(found.points, theirs, strict=True):
        assert told.time_s == time_s
        assert fix.utc is not None
        assert told.moment is not None
        assert told.moment - fix.utc == timedelta(seconds=LEAP_S)


@with_exiftool
def test_bare_camm_by_exiftool(by_other: By) -> None:
    content, theirs = by_other["CAMM 5"]
    found = read(content)
    assert_same(found, theirs, timed=False)
    assert [told.time_s for told in theirs] == [time_s for time_s, _ in found.points]


# --- BlackVue ----------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead_h", [0, 7], ids=["UTC", "local clock"])
def test_blackvues_log(ahead_h: int) -> None:
    found = read(write.with_blackvue(write.bare_film(), HANOI, ahead_h * 3_600_000))
    assert found.source == "blackvue"
    for number, ((time_s, fix), point) in enumerate(zip(found.points, HANOI, strict=True)):
        assert time_s == pytest.approx(number + 0.5)  # the log begins half a second into the file
        assert fix.latitude == pytest.approx(point.latitude, abs=1e-6)
        assert fix.longitude == pytest.approx(point.longitude, abs=1e-6)
        assert fix.altitude_m == 14.0
        assert fix.utc == point.moment


@with_exiftool
def test_blackvues_log_by_exiftool(by_other: By) -> None:
    content, theirs = by_other["BlackVue"]
    assert_same(read(content), theirs, timed=True)


# --- GoPro -------------------------------------------------------------------------------------


@pytest.mark.parametrize("packet", [write.gps5, write.gps9])
def test_gopros_packets(packet: Layout) -> None:
    film = write.gopro_film(write.bare_film(), [packet(*SOUTH_WEST[:3]), packet(*SOUTH_WEST[3:])])
    found = read(film)
    assert found.source == "gpmf"
    assert [time_s for time_s, _ in found.points] == pytest.approx(
        [0, 1 / 3, 2 / 3, 1, 4 / 3, 5 / 3]
    )
    assert found.points[3][1].utc == SOUTH_WEST[3].moment


@with_exiftool
@pytest.mark.parametrize("name", ["GPS5", "GPS9"])
def test_gopros_packets_by_exiftool(name: str, by_other: By) -> None:
    if name == "GPS9":
        by_exiftool.needs(12.6)
    content, theirs = by_other[name]
    found = read(content)
    # Old versions tell a GoPro's speed as it stands, in metres a second.
    assert_same(found, [replace(told, speed_kmh=None) for told in theirs], timed=False)
    moments = {told.moment for told in theirs if told.moment is not None}
    assert moments  # GPS5 tells the time of a packet's first sample only
    assert moments <= {fix.utc for _, fix in found.points}


# --- text tracks -------------------------------------------------------------------------------

TEXTS = {
    "NMEA": (lambda p: f"{write.rmc(p)}\r\n{write.gga(p)}\r\n".encode(), True),
    "Thinkware": (
        lambda p: f"gsensori,4,512,-67,-12,100;{write.rmc(p)[1:]};\nCAR,0,0,0,0.0,0".encode(),
        True,
    ),
    "Mini 0806": (
        lambda p: (
            f"A,{p.moment:%d%m%y},{p.moment:%H%M%S}.000,{write.ddmm(p.latitude):09.4f},"
            f"{write.sides(p)[0]},{write.ddmm(p.longitude):010.4f},{write.sides(p)[1]},"
            "000.0,331.0M,+01.84,-09.80,-00.61;\n"
        ).encode(),
        True,
    ),
    "$G": (
        lambda p: (
            f"$BEGIN$G:{p.moment:%Y-%m-%d %H:%M:%S}-{write.sides(p)[0]}{abs(p.latitude):.6f}-"
            f"{write.sides(p)[1]}{abs(p.longitude):.6f}-S{p.speed_mps * 3.6:.0f}$END"
        ).encode(),
        False,
    ),
    "Garmin": (write.garmin_text, False),
    "DJI": (
        lambda p: (
            f"F/3.5, SS 1000, ISO 100, EV 0, GPS ({p.longitude:.6f}, {p.latitude:.6f}, 18), "
            "D 24.26m, H 6.00m, H.S 2.10m/s, V.S 0.00m/s \n"
        ).encode(),
        False,
    ),
}
texts = pytest.mark.parametrize(("text", "timed"), TEXTS.values(), ids=TEXTS)


def text_film(film: bytes, samples: Sequence[bytes]) -> bytes:
    measured = [len(sample).to_bytes(2, "big") + sample for sample in samples]
    return write.with_track(film, b"text", b"text", measured)


@texts
def test_text_track(text: Layout, timed: bool) -> None:
    found = read(text_film(write.bare_film(), [text(point) for point in SOUTH_WEST]))
    assert found.source == "text track"
    for number, ((time_s, fix), point) in enumerate(zip(found.points, SOUTH_WEST, strict=True)):
        assert time_s == number
        assert fix.latitude == pytest.approx(point.latitude, abs=1e-6)
        assert fix.longitude == pytest.approx(point.longitude, abs=1e-6)
        assert fix.utc == (point.moment if timed else None)


@with_exiftool
@pytest.mark.parametrize("name", TEXTS)
def test_text_track_by_exiftool(name: str, by_other: By) -> None:
    content, theirs = by_other[f"text {name}"]
    found = read(content)
    if name == "Mini 0806":  # its speed is in a unit that ExifTool does not know either
        theirs = [replace(told, speed_kmh=None) for told in theirs]
    assert_same(found, theirs, timed=TEXTS[name][1])
    assert [told.time_s for told in theirs] == [time_s for time_s, _ in found.points]


# --- the way through ---------------------------------------------------------------------------

MAKERS = {
    "gpmf": lambda film: write.gopro_film(film, [write.gps5(point) for point in HANOI[:3]]),
    "camm": lambda film: camm_film(film, [write.camm_position(point) for point in HANOI[:3]]),
    "text track": lambda film: text_film(film, [TEXTS["NMEA"][0](point) for point in HANOI[:3]]),
    "novatek": lambda film: write.with_blocks(film, [write.akaso(point) for point in HANOI[:3]]),
    "blackvue": lambda film: write.with_blackvue(film, HANOI[:3]),
}


@pytest.mark.parametrize("source", MAKERS)
def test_probing_a_file_without_exiftool(
    source: str, plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "FILE0001.MP4"
    path.write_bytes(MAKERS[source](plain.read_bytes()))
    footage = probe(path, SETTINGS)
    assert footage.gps is not None
    assert footage.gps.source == source
    assert len(footage.gps) == 3
    assert not footage.warnings
    if source == "camm":
        assert footage.gps.utc_start is None
    else:
        late = 0.5 if source == "blackvue" else 0.0  # its log begins half a second into the file
        assert footage.gps.utc_start == write.START - timedelta(seconds=late)
