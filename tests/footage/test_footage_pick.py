"""Single pictures fetched again are the pictures that were seen."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import DecodeError
from pipeline.footage.frames import frames
from pipeline.footage.pick import frames_at
from pipeline.footage.probe import probe
from pipeline.settings import FootageSettings
from pipeline.types import Trip
from tests.footage.recordings import H264, SETTINGS, Encode, alone, copies

DENSE = FootageSettings(sample_rate_hz=30)
FORMATS = {
    "long.mp4": H264,
    "long.ts": H264,
    "long.mkv": H264,
    "open_groups.mp4": (*H264, "-x264-params", "open-gop=1:bframes=3:keyint=40"),
    "one_keyframe.mp4": (*H264, "-g", "9999"),
    "long_b.avi": ("-c:v", "libx264", "-bf", "2", "-g", "30"),
    "long_mjpeg.avi": ("-c:v", "mjpeg"),
    "long_hevc.mov": ("-c:v", "libx265", "-g", "40", "-x265-params", "log-level=none"),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("order", ["in_order", "shuffled"])
def test_every_frame_is_found_again_pixel_for_pixel(videos: Encode, name: str, order: str) -> None:
    trip = alone(probe(videos(name, *FORMATS[name], seconds=8.0), DENSE))
    seen = copies(frames(trip, DENSE))
    assert len(seen) == 240
    wanted = [0, 1, 2, 29, 30, 31, 59, 100, 101, 180, 239]
    if order == "shuffled":
        random.Random(1).shuffle(wanted)
    found = list(frames_at(trip, [(number, seen[number][0]) for number in wanted]))
    assert [frame.index for frame in found] == wanted
    for frame, number in zip(found, wanted, strict=True):
        assert frame.time_s == seen[number][0]
        np.testing.assert_array_equal(frame.image, seen[number][1])


def test_a_time_between_pictures_gives_the_next(videos: Encode) -> None:
    trip = alone(probe(videos("long.mp4", *H264, seconds=8.0), SETTINGS))
    times = [f.time_s for f in frames_at(trip, [(0, 2.01), (1, 5.0), (2, 1.999)])]
    np.testing.assert_allclose(times, [61 / 30, 5.0, 2.0], atol=1e-6)


def test_a_time_behind_the_end_gives_the_last_picture(plain: Path) -> None:
    [frame] = frames_at(alone(probe(plain, SETTINGS)), [(7, 99.0)])
    assert frame.time_s == pytest.approx(89 / 30)


def test_over_the_files_of_a_trip(plain: Path, videos: Encode) -> None:
    items = (probe(plain, SETTINGS), probe(videos("long.mp4", *H264, seconds=8.0), SETTINGS))
    trip = Trip(items, (0.0, 3.0))
    seen = copies(frames(trip, SETTINGS))
    wanted = [2, 14, 15, 16, 50, 3]
    found = list(frames_at(trip, [(number, seen[number][0]) for number in wanted]))
    assert [frame.footage_index for frame in found] == [0, 0, 1, 1, 1, 0]
    for frame, number in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(frame.image, seen[number][1])


def test_the_picture_is_the_callers_own(plain: Path) -> None:
    first, second = frames_at(alone(probe(plain, SETTINGS)), [(0, 0.0), (1, 1.0)])
    copy = second.image.copy()
    first.image[:] = 0
    np.testing.assert_array_equal(second.image, copy)


def test_after_damage_the_same_pictures(videos: Encode, tmp_path: Path) -> None:
    content = bytearray(videos("long.mp4", *H264, seconds=8.0).read_bytes())
    middle = len(content) // 2
    content[middle : middle + len(content) // 5] = bytes(len(content) // 5)
    path = tmp_path / "damaged.mp4"
    path.write_bytes(content)
    trip = alone(probe(path, SETTINGS))
    seen = copies(frames(trip, SETTINGS))
    wanted = [0, 5, len(seen) - 5, len(seen) - 1]
    found = list(frames_at(trip, [(number, seen[number][0]) for number in wanted]))
    for frame, number in zip(found, wanted, strict=True):
        assert frame.time_s == seen[number][0]
        np.testing.assert_array_equal(frame.image, seen[number][1])


def test_a_file_that_vanished_is_an_error(videos: Encode, tmp_path: Path) -> None:
    path = tmp_path / "soon_gone.mp4"
    path.write_bytes(videos("plain.mp4", *H264, audio=True).read_bytes())
    trip = alone(probe(path, SETTINGS))
    path.unlink()
    with pytest.raises(DecodeError, match=r"soon_gone\.mp4: No such file"):
        list(frames_at(trip, [(0, 0.0)]))
