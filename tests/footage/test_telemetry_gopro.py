"""A real GoPro's track, point by point against ExifTool, with and without ExifTool at hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cli import app
from pipeline.footage.probe import probe
from tests.footage import by_exiftool
from tests.footage.by_exiftool import with_exiftool
from tests.footage.recordings import SETTINGS

GOPRO = Path(__file__).parents[3] / "shared" / "data" / "video" / "gopro_gps.mp4"
with_gopro = pytest.mark.skipif(not GOPRO.exists(), reason="the shared GoPro clip is not here")
DEGREES = 1e-6
POINTS = 47


@with_gopro
@with_exiftool
@pytest.mark.parametrize("exiftool_there", [True, False], ids=["ExifTool there", "ExifTool gone"])
def test_every_point_is_exiftools(
    exiftool_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [theirs] = by_exiftool.read(GOPRO)
    if not exiftool_there:
        monkeypatch.setenv("PATH", str(tmp_path))
    track = probe(GOPRO, SETTINGS).gps
    assert track is not None
    assert track.source == "gpmf"
    assert len(track) == len(theirs) == POINTS
    np.testing.assert_allclose(track.latitudes, [t.latitude for t in theirs], rtol=0, atol=DEGREES)
    np.testing.assert_allclose(
        track.longitudes, [t.longitude for t in theirs], rtol=0, atol=DEGREES
    )


@with_gopro
@with_exiftool
def test_inspect_shows_exiftools_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the user sees, with seven digits of a degree, where ExifTool is not installed."""
    [theirs] = by_exiftool.read(GOPRO)
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(app, ["inspect", str(GOPRO), "--json"])
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    facts = facts[0] if isinstance(facts, list) else facts
    shown = facts["gps"]["track"]
    assert len(shown) == POINTS
    for point, told in zip(shown, theirs, strict=True):
        assert point["latitude"] == pytest.approx(told.latitude, abs=DEGREES)
        assert point["longitude"] == pytest.approx(told.longitude, abs=DEGREES)


@with_gopro
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.99])
def test_the_file_cut_short(share: float, tmp_path: Path) -> None:
    """The index of this file lies at its end or is cut with it: fewer points, never wrong ones."""
    from pipeline.footage.embedded import read_embedded

    whole = GOPRO.read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: round(len(whole) * share)])
    with GOPRO.open("rb") as file:
        all_of_it = read_embedded(file, 12.0)
    with path.open("rb") as file:
        found = read_embedded(file, 12.0)
    assert set(found.points) <= set(all_of_it.points)
