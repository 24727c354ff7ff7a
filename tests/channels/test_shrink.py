"""Clips made to fit: under the size, of the right stretch, with nothing but pictures in them."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from pipeline.channels.shrink import Stretch, duration_of, shrink
from pipeline.errors import InputError
from tests.evidence.conftest import H264, Film


@pytest.fixture(scope="module")
def busy(film: Film) -> Path:
    """Noise, which no encoder makes small, in a film that tells of its maker."""
    return film(
        "busy.mp4",
        6,
        *("-filter:v", "noise=alls=60:allf=t", "-metadata", "artist=Nguyen Van A"),
        video=(*H264, "-crf", "12"),
    )


@pytest.mark.parametrize("most", [1_200_000, 400_000])
def test_it_fits(busy: Path, tmp_path: Path, most: int) -> None:
    assert busy.stat().st_size > most
    target = tmp_path / "small.mp4"
    shrink(busy, target, most, Stretch(0, duration_of(busy)))
    assert most * 0.5 < target.stat().st_size <= most, "no larger, and not small beyond need"
    with av.open(str(target)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert not {"artist", "creation_time"} & set(container.metadata)
        pictures = sum(1 for _ in container.decode(video=0))
    assert pictures == pytest.approx(6 * 25, abs=2)
    assert b"Nguyen" not in target.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.mp4"]


def test_a_part_of_it(busy: Path, tmp_path: Path) -> None:
    target = tmp_path / "small.mp4"
    shrink(busy, target, 900_000, Stretch(2.0, 4.0))
    assert duration_of(target) == pytest.approx(2.0, abs=0.1)


def test_what_cannot_fit_is_refused(busy: Path, tmp_path: Path) -> None:
    target = tmp_path / "small.mp4"
    with pytest.raises(InputError, match=r"6 s of it do not fit into 0\.1 MB"):
        shrink(busy, target, 100_000, Stretch(0, 6))
    assert not target.exists()


def test_a_large_picture_gets_fewer_lines_for_few_bits(film: Film, tmp_path: Path) -> None:
    wide = film("wide.mp4", 4, "-filter:v", "scale=1280:720,noise=alls=60:allf=t")
    target = tmp_path / "small.mp4"
    shrink(wide, target, 250_000, Stretch(0, 4))
    assert target.stat().st_size <= 250_000
    with av.open(str(target)) as container:
        assert container.streams.video[0].height == 360
