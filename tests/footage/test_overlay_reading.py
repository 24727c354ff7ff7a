"""Overlays over real pictures, read by the recogniser of the default install."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest

from pipeline.footage.binary import ffmpeg_path
from pipeline.footage.overlay import OverlayReader, read_overlay_of_picture, with_overlay
from pipeline.footage.overlay.reader import LongLineReader
from pipeline.footage.overlay.result import Overlay
from pipeline.footage.probe import probe
from pipeline.plates.base import Image, Quad
from pipeline.settings import FootageSettings
from pipeline.types import GpsTrack
from tests.footage.burning import (
    FONTS,
    OVERLOAD,
    PARKED,
    QUIET,
    SAMPLES,
    SOLID,
    Ink,
    clock,
    film,
    pictures,
    write,
)

SETTINGS = FootageSettings()
ZONE = ZoneInfo(SETTINGS.time_zone)
START = datetime(2023, 11, 25, 14, 29, 57, 630_000)
AMBIGUOUS = datetime(2023, 11, 5, 14, 29, 57, 630_000)
ROADS = Path(__file__).parents[2] / ".." / "shared" / "data" / "roads_vn"
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
INK = Ink("DejaVuSansMono.ttf", 24, edge=BLACK)


class Counting(LongLineReader):
    """Counts the searches, which are what costs."""

    searches = 0

    def find(self, image: Image) -> list[Quad]:
        self.searches += 1
        return super().find(image)


@pytest.fixture(scope="module")
def ocr() -> Counting:
    return Counting()


Read = Callable[..., Overlay]


@pytest.fixture
def read(ocr: Counting) -> Read:
    def reading(path: Path, **settings: str) -> Overlay:
        chosen = SETTINGS.model_copy(update=settings)
        return OverlayReader(chosen, ocr).read(probe(path, chosen))

    return reading


def off_s(overlay: Overlay, start: datetime = START) -> float:
    assert overlay.time is not None, overlay.warnings
    return (overlay.time.start - start.replace(tzinfo=ZONE)).total_seconds()


# --- rendered clocks -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Render:
    source: Path
    layout: str
    ink: Ink


RENDERS = {
    "mono, outlined, lower left": Render(OVERLOAD, "%Y/%m/%d %H:%M:%S", INK),
    "sans, bare, lower right": Render(
        QUIET, "%Y-%m-%d %H:%M:%S", Ink("DejaVuSans.ttf", 20, corner="br")
    ),
    "bold, yellow, upper right, day first": Render(
        SOLID, "%d-%m-%Y %H:%M:%S", Ink("DejaVuSans-Bold.ttf", 22, (255, 220, 0), "tr")
    ),
    "serif on black, name of the month": Render(
        PARKED, "%d.%b %Y  %H:%M:%S", Ink("DejaVuSerif.ttf", 16, corner="tl", box=True)
    ),
    "Hershey simplex": Render(
        PARKED, "%Y-%m-%d %H:%M:%S", Ink(cv2.FONT_HERSHEY_SIMPLEX, 0.8, corner="tl")
    ),
    "Hershey plain, green": Render(
        QUIET,
        "%Y/%m/%d %H:%M:%S",
        Ink(cv2.FONT_HERSHEY_PLAIN, 1.4, (0, 255, 0), "br", edge=BLACK),
    ),
    "Hershey duplex, two lines, twelve hours": Render(
        OVERLOAD, "%Y/%m/%d\n%I:%M:%S %p", Ink(cv2.FONT_HERSHEY_DUPLEX, 0.9, edge=BLACK)
    ),
    "Hershey complex, time before day": Render(
        OVERLOAD, "%H:%M:%S %Y/%m/%d", Ink(cv2.FONT_HERSHEY_COMPLEX, 0.9, corner="bc", edge=BLACK)
    ),
    "STIX, small, on black": Render(
        OVERLOAD, "%Y/%m/%d %H:%M:%S", Ink("STIXGeneral.ttf", 20, corner="tr", box=True)
    ),
    "mono bold, red on white": Render(
        SOLID, "%Y.%m.%d %H:%M:%S", Ink("DejaVuSansMono-Bold.ttf", 18, (255, 0, 0), edge=WHITE)
    ),
    "oblique, month first in letters": Render(
        PARKED,
        "%b %d, %Y %I:%M:%S %p",
        Ink("DejaVuSans-Oblique.ttf", 22, corner="bc", edge=BLACK),
    ),
    "tiny": Render(QUIET, "%Y-%m-%d %H:%M:%S", Ink("DejaVuSans.ttf", 12, corner="br", edge=BLACK)),
    "month before day, twelve hours": Render(
        SOLID, "%m/%d/%Y %I:%M:%S %p", Ink("cmss10.ttf", 24, corner="bl", edge=BLACK)
    ),
}


def test_rendered_clocks_are_right_to_the_second_and_never_wrong_in_silence(
    read: Read, tmp_path: Path
) -> None:
    right, wrong, table = 0, [], []
    for number, (name, render) in enumerate(RENDERS.items()):
        start = START + timedelta(days=41 * number, seconds=4007.31 * number)
        path = film(
            tmp_path / f"{number}.mp4",
            render.source,
            clock(start, render.layout, render.ink),
            seconds=4.0,
        )
        found = read(path)
        table.append((name, found.time and found.time.start, found.warnings))
        if found.time is None:
            continue
        if abs(off_s(found, start)) <= 1.0:
            right += 1
        elif not found.warnings:
            wrong.append(name)
    assert wrong == [], table
    assert len(RENDERS) >= 10
    assert right >= 0.9 * len(RENDERS), table


def test_the_start_is_known_to_a_fraction_of_a_second(read: Read, tmp_path: Path) -> None:
    found = read(film(tmp_path / "a.mp4", OVERLOAD, clock(START, "%Y/%m/%d %H:%M:%S", INK)))
    assert found.time is not None
    assert found.time.uncertainty_s <= 0.5
    assert abs(off_s(found)) <= found.time.uncertainty_s
    assert "runs at one second per second" in found.time.note


# --- clocks that are none ------------------------------------------------------------------------


def test_a_clock_that_stands_still_gives_a_warning_and_no_time(read: Read, tmp_path: Path) -> None:
    found = read(
        film(tmp_path / "a.mp4", OVERLOAD, lambda image, _: write(image, [f"{START:%F %T}"], INK))
    )
    assert found.time is None
    assert "stands still" in found.warnings[0]


@pytest.mark.parametrize("seconds", [-5, 7200])
def test_a_clock_that_jumps_gives_a_warning_and_no_time(
    read: Read, tmp_path: Path, seconds: int
) -> None:
    def draw(image: np.ndarray, at_s: float) -> None:
        now = START + timedelta(seconds=at_s + (seconds if at_s > 3 else 0))
        write(image, [f"{now:%F %T}"], INK)

    found = read(film(tmp_path / "a.mp4", OVERLOAD, draw))
    assert found.time is None
    assert found.warnings


def test_a_time_lapse_gives_a_warning_and_no_time(read: Read, tmp_path: Path) -> None:
    draw = clock(START, "%Y-%m-%d %H:%M:%S", INK)
    found = read(film(tmp_path / "a.mp4", OVERLOAD, lambda image, at_s: draw(image, at_s * 10)))
    assert found.time is None
    assert "one second per second" in found.warnings[0]


def test_two_clocks_that_differ_give_a_warning_and_no_time(read: Read, tmp_path: Path) -> None:
    one = clock(START, "%Y-%m-%d %H:%M:%S", INK)
    other = clock(START - timedelta(hours=7), "%Y-%m-%d %H:%M:%S", replace(INK, corner="tr"))

    def draw(image: np.ndarray, at_s: float) -> None:
        one(image, at_s)
        other(image, at_s)

    found = read(film(tmp_path / "a.mp4", OVERLOAD, draw))
    assert found.time is None
    assert "two clocks" in found.warnings[0]


def test_a_day_that_may_be_a_month_is_told_by_the_file_name_or_not_at_all(
    read: Read, tmp_path: Path
) -> None:
    draw = clock(AMBIGUOUS, "%d/%m/%Y %H:%M:%S", INK)
    path = film(tmp_path / "clip.mp4", OVERLOAD, draw, seconds=4.0)
    os.utime(path, (1, 1))
    alone = read(path)
    assert alone.time is None
    assert "2023-05-11" in alone.warnings[0]
    assert "2023-11-05" in alone.warnings[0]
    named = shutil.copy(path, tmp_path / "20231105_142958.mp4")
    assert abs(off_s(read(Path(named)), AMBIGUOUS)) <= 0.5
    assert abs(off_s(read(path, overlay_date_order="dmy"), AMBIGUOUS)) <= 0.5


# --- position, speed, name -----------------------------------------------------------------------


def test_positions_and_speeds_become_a_track(read: Read, tmp_path: Path) -> None:
    def lines(now: datetime) -> list[str]:
        at_s = (now - START).total_seconds()
        latitude, longitude = 21.0285 + 2e-4 * at_s, 105.8542 + 1e-4 * at_s
        position = f"N{latitude:.5f} E{longitude:.5f}"
        return [f"{now:%Y/%m/%d %H:%M:%S} {position} {40 + int(at_s)}KM/H"]

    ink = Ink("DejaVuSansMono.ttf", 20, edge=BLACK)
    found = read(film(tmp_path / "a.mp4", OVERLOAD, clock(START, lines, ink), seconds=8.0))
    assert abs(off_s(found)) <= 0.5
    assert found.gps is not None
    assert found.gps.source == "overlay"
    assert len(found.gps) >= 4
    times_s = found.gps.times_s
    assert found.gps.latitudes == pytest.approx(21.0285 + 2e-4 * times_s, abs=1e-5)
    assert found.gps.longitudes == pytest.approx(105.8542 + 1e-4 * times_s, abs=1e-5)
    assert found.gps.speeds_mps * 3.6 == pytest.approx(40 + np.floor(times_s + 1e-6), abs=0.01)
    assert [at_s for at_s, _ in found.speeds_mps] == sorted(times_s)


def test_the_name_of_a_street_stands_beside_the_clock(read: Read, tmp_path: Path) -> None:
    def draw(image: np.ndarray, at_s: float) -> None:
        write(image, [f"{START + timedelta(seconds=at_s):%F %T}"], replace(INK, corner="tr"))
        write(image, ["NGUYEN TRAI - NGUYEN CU TRINH"], replace(INK, corner="tl"))
        write(image, ["VIOFO A129"], replace(INK, corner="bl"))

    found = read(film(tmp_path / "a.mp4", OVERLOAD, draw, seconds=4.0))
    assert found.place_text == "NGUYEN TRAI - NGUYEN CU TRINH"
    assert abs(off_s(found)) <= 0.5


@pytest.mark.skipif(not ROADS.exists(), reason="the stills of fixed cameras are not here")
@pytest.mark.parametrize(
    ("name", "moment", "street"),
    [
        ("1.jpg", datetime(2024, 10, 8, 8, 25, 48), "CMT8 - BUI THI XUAN"),
        ("2.jpg", datetime(2024, 10, 15, 16, 50, 4), "Ton Duc Thang - Nguyen Hue"),
        ("3.jpg", datetime(2024, 10, 15, 16, 42, 8), "NGUYEN TRAI - NGUYEN CU TRINH"),
    ],
)
def test_stills_of_fixed_cameras_in_ho_chi_minh_city(
    ocr: Counting, name: str, moment: datetime, street: str
) -> None:
    image = np.asarray(cv2.imread(str(ROADS / name)), np.uint8)
    found = OverlayReader(SETTINGS, ocr).read_picture(image)
    assert found.time is not None
    assert found.time.start == moment.replace(tzinfo=ZONE)
    assert "not checked for running" in found.time.note
    assert found.place_text == street


def test_a_picture_without_text_has_no_overlay() -> None:
    found = read_overlay_of_picture(next(pictures(OVERLOAD, 1)), SETTINGS)
    assert found == Overlay(readings=1)


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [PARKED, QUIET, SOLID], ids=lambda path: path.stem)
def test_our_own_samples_say_in_the_picture_what_their_names_say(read: Read, path: Path) -> None:
    named = datetime.strptime(path.stem[:15], "%Y%m%d_%H%M%S")
    found = read(path)
    assert abs(off_s(found, named)) <= 0.5
    assert found.speeds_mps
    assert found.warnings == ()


def test_a_phone_recording_without_text_has_no_overlay(read: Read) -> None:
    found = read(SAMPLES / OVERLOAD.name)
    assert (found.time, found.gps, found.place_text, found.warnings) == (None, None, None, ())


def test_later_files_of_a_camera_are_read_without_a_search(ocr: Counting, tmp_path: Path) -> None:
    reader = OverlayReader(SETTINGS, ocr)
    starts = [START, START + timedelta(minutes=1)]
    paths = [
        film(tmp_path / f"{n}.mp4", OVERLOAD, clock(start, "%Y/%m/%d %H:%M:%S", INK), seconds=4.0)
        for n, start in enumerate(starts)
    ]
    assert abs(off_s(reader.read(probe(paths[0], SETTINGS)), starts[0])) <= 0.5
    searches = ocr.searches
    assert abs(off_s(reader.read(probe(paths[1], SETTINGS)), starts[1])) <= 0.5
    assert ocr.searches == searches


def test_the_overlay_joins_what_is_known_of_a_file(ocr: Counting, tmp_path: Path) -> None:
    """The picture's clock goes over the file name's, which is 20 s off, and says so."""
    draw = clock(START, "%Y/%m/%d %H:%M:%S", INK)
    path = film(tmp_path / "20231125_143018.mp4", OVERLOAD, draw, seconds=4.0)
    probed = probe(path, SETTINGS)
    joined = with_overlay(probed, SETTINGS, OverlayReader(SETTINGS, ocr))
    assert probed.clock.source == "filename"
    assert joined.clock.source == "overlay"
    assert joined.clock.start is not None
    off = joined.clock.start - START.replace(tzinfo=ZONE)
    assert abs(off.total_seconds()) <= 0.5
    assert {"overlay", "filename"} <= {item.source for item in joined.clock.candidates}
    assert any("overlay says" in text and "filename says" in text for text in joined.clock.warnings)


def test_never_reads_nothing_and_auto_reads_only_what_may_help(ocr: Counting) -> None:
    class Forbidden(OverlayReader):
        def read(self, footage: object) -> Overlay:
            raise AssertionError("looked into the picture")

    never = SETTINGS.model_copy(update={"overlay": "never"})
    probed = probe(PARKED, never)
    assert with_overlay(probed, never, Forbidden(never, ocr)) is probed
    one = np.zeros(1)
    track = GpsTrack("gpmf", one, one, one, one, one, datetime(2025, 6, 12, tzinfo=UTC))
    known = replace(probed, gps=track, clock=replace(probed.clock, source="gps"))
    assert with_overlay(known, SETTINGS, Forbidden(SETTINGS, ocr)) is known
    with pytest.raises(AssertionError):
        with_overlay(probed, SETTINGS, Forbidden(SETTINGS, ocr))


def test_a_file_that_cannot_be_decoded_is_a_warning(ocr: Counting, tmp_path: Path) -> None:
    path = Path(shutil.copy(PARKED, tmp_path / "20250612_074532.mp4"))
    probed = probe(path, SETTINGS)
    path.write_bytes(b"\0" * 4096)
    joined = with_overlay(probed, SETTINGS, OverlayReader(SETTINGS, ocr))
    assert joined.clock == probed.clock
    assert any(text.startswith("overlay: not read") for text in joined.warnings)


def test_inspect_tells_the_time_that_ffmpeg_burnt_in(tmp_path: Path) -> None:
    """From a file whose name says nothing, through the command line."""
    shutil.copy(FONTS / "DejaVuSans.ttf", tmp_path / "font.ttf")
    epoch = int(datetime(2023, 11, 25, 14, 29, 57, tzinfo=UTC).timestamp())
    text = rf"%{{pts\:localtime\:{epoch}\:%Y-%m-%d %H\\\:%M\\\:%S}}"
    drawn = (
        "crop=iw:ih-44:0:0,"
        f"drawtext=fontfile=font.ttf:fontsize=26:fontcolor=white:borderw=2:x=12:y=h-42:text='{text}'"
    )
    subprocess.run(
        [
            ffmpeg_path(), "-nostdin", "-v", "error", "-y", "-i", str(PARKED), "-vf", drawn,
            "-map_metadata", "-1", "-c:v", "libx264", "-preset", "ultrafast", "clip.mp4",
        ],
        cwd=tmp_path, env={**os.environ, "TZ": "UTC"}, check=True,
    )  # fmt: skip
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, str(root / "cli.py"), "inspect", str(tmp_path / "clip.mp4"), "--json"],
        capture_output=True, text=True, check=True, cwd=root,
    )  # fmt: skip
    facts = json.loads(done.stdout)
    assert facts["time_source"] == "overlay"
    began = datetime.fromisoformat(facts["start_time"])
    assert abs((began - datetime(2023, 11, 25, 14, 29, 57, tzinfo=ZONE)).total_seconds()) <= 0.5
    assert facts["time_uncertainty_s"] <= 0.5
