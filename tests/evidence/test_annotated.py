"""The annotated copy: is the box where the thing is, at every moment, from every container?"""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.errors import OutputError
from pipeline.evidence.annotated import Piece, annotate
from pipeline.evidence.clip import cut_clip
from pipeline.footage.binary import ffmpeg_path
from pipeline.settings import Settings
from pipeline.types import Kind, Track
from tests.evidence.conftest import H264, Film
from tests.evidence.findings import footage_of, incident_of, track_of, trip_of

SPEED, SIZE = 30, 12  # pixels a second; half a side of the square
SQUARE = f"lt(abs(X-20-{SPEED}*T),{SIZE})*lt(abs(Y-120),{SIZE})"


@pytest.fixture(scope="session")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A white square that goes to the right over black."""
    path = tmp_path_factory.mktemp("moving") / "moving.mp4"
    source = f"color=black:s=320x240:r=25:d=8,geq=lum='if({SQUARE},235,16)':cb=128:cr=128"
    command = ["-f", "lavfi", "-i", source, *H264, str(path)]
    subprocess.run([ffmpeg_path(), "-y", "-v", "error", *command], check=True)
    return path


def square_track(id_: int = 7) -> Track:
    times = np.arange(0, 7.9, 0.2)
    x = 20 + SPEED * times
    boxes = np.stack([x - 20, np.full_like(x, 100), x + 20, np.full_like(x, 140)], axis=1)
    frames = np.arange(len(times), dtype=np.int32)
    return Track(id_, Kind.CAR, 1.0, frames, times, boxes.astype(np.float32), np.ones(len(times)))


def annotated(original: Path, folder: Path, settings: Settings | None = None) -> Path:
    footage = footage_of(original)
    trip, incident = trip_of(footage), incident_of(3.0, 5.0)
    clip = cut_clip(footage, 2.3, 5.7, folder / "clip")
    target = folder / "annotated.mp4"
    annotate(trip, [Piece(0, clip)], incident, [square_track()], target, settings or Settings())
    return target


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


def middle(mask: np.ndarray) -> float:
    columns = np.flatnonzero(mask.any(axis=0))
    return float(columns.min() + columns.max()) / 2


@pytest.mark.parametrize(
    "name, options",
    [
        ("a.mp4", ("-c", "copy")),
        ("a.ts", ("-c", "copy", "-output_ts_offset", "700")),
        ("a.mkv", ("-c", "copy")),
        ("open.mp4", ("-c:v", "libx265", "-g", "25", "-x265-params", "log-level=error")),
        ("open.ts", ("-c:v", "libx265", "-g", "25", "-x265-params", "log-level=error")),
        ("a.avi", ("-c:v", "mjpeg", "-q:v", "2")),
        ("vfr.mp4", ("-vf", "select='not(mod(n,3))+lt(mod(n,50),20)'", "-fps_mode", "vfr", *H264)),
    ],
)
def test_the_box_goes_with_the_square(
    moving: Path, tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    original = tmp_path / name
    command = ["-i", str(moving), *options, str(original)]
    subprocess.run([ffmpeg_path(), "-y", "-v", "error", *command], check=True)
    seen = 0
    tolerance = 7 if name == "vfr.mp4" else 4  # pixels; its pictures stand for up to 0.12 s
    for picture in pictures(annotated(original, tmp_path)):
        band = picture[102:138].astype(int)  # below the label, between the box's lines
        white = (band.min(axis=2) > 150)[10:-10]
        coloured = (band[..., 2] > 120) & (band[..., 0] < 110)
        if white.any() and coloured.any():
            assert middle(white) == pytest.approx(middle(coloured), abs=tolerance)
            seen += 1
    assert seen > 30


def test_it_is_red_while_the_act_lasts_and_amber_around_it(moving: Path, tmp_path: Path) -> None:
    shown = pictures(annotated(moving, tmp_path))
    rate = len(shown) / (5.72 - 2.0)
    for time_s, is_red in ((2.5, False), (4.0, True), (5.4, False)):
        band = shown[round((time_s - 2.0) * rate)][110:130].astype(int)
        edge = (band[..., 2] > 150) & (band[..., 0] < 90)
        green = float(np.median(band[..., 1][edge]))
        assert (green < 90) == is_red, (time_s, green)


@pytest.mark.parametrize("limit", [120, 200, 720])
def test_its_height_is_limited(moving: Path, tmp_path: Path, limit: int) -> None:
    settings = Settings.model_validate({"evidence": {"annotated_height": limit}})
    shown = pictures(annotated(moving, tmp_path, settings))
    height, width = shown[0].shape[:2]
    assert height <= max(limit, 120) + 24
    assert height % 2 == 0 and width % 2 == 0
    assert shown[0][-10:].max() > 100, "the strip has words"


def test_a_phone_film_is_upright(rotated: Path, tmp_path: Path) -> None:
    footage = footage_of(rotated)
    clip = cut_clip(footage, 2, 4, tmp_path / "clip")
    target = tmp_path / "annotated.mp4"
    tracks = [track_of(7, Kind.CAR, 2, 4)]
    annotate(trip_of(footage), [Piece(0, clip)], incident_of(2, 4), tracks, target, Settings())
    height, width = pictures(target)[0].shape[:2]
    assert height > width


def test_two_files_become_one_copy(film: Film, tmp_path: Path) -> None:
    first, second = (
        footage_of(film("one.mp4", 4)),
        footage_of(film("two.mp4", 4, "-vf", "hue=h=60")),
    )
    pieces = [
        Piece(0, cut_clip(first, 3, 4, tmp_path / "clip-1")),
        Piece(1, cut_clip(second, 0, 1, tmp_path / "clip-2")),
    ]
    target = tmp_path / "annotated.mp4"
    tracks = [track_of(7, Kind.CAR, 3, 5)]
    annotate(trip_of(first, second), pieces, incident_of(3, 5), tracks, target, Settings())
    assert 28 <= len(pictures(target)) <= 36  # two seconds, fifteen a second


def test_the_clock_may_be_unknown(film: Film, tmp_path: Path) -> None:
    footage = footage_of(film("a.mp4"), start=None)
    clip = cut_clip(footage, 2, 4, tmp_path / "clip")
    target = tmp_path / "annotated.mp4"
    annotate(trip_of(footage), [Piece(0, clip)], incident_of(2, 4), [], target, Settings())
    assert pictures(target)


def test_nothing_can_be_written(moving: Path, tmp_path: Path) -> None:
    footage = footage_of(moving)
    clip = cut_clip(footage, 2, 4, tmp_path / "clip")
    target = tmp_path / "no such folder" / "annotated.mp4"
    with pytest.raises(OutputError, match="no such folder"):
        annotate(trip_of(footage), [Piece(0, clip)], incident_of(2, 4), [], target, Settings())
