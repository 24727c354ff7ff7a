"""Clips cut by a real FFmpeg from every container, compared packet by packet."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import pytest

from pipeline.errors import InputError
from pipeline.evidence.clip import cut_clip
from pipeline.footage.binary import ffmpeg_path
from tests.evidence.conftest import H264, Film
from tests.evidence.findings import footage_of

MPEG4 = ("-c:v", "mpeg4", "-g", "25")
HEVC = ("-c:v", "libx265", "-g", "25", "-x265-params", "log-level=error")


@pytest.mark.parametrize(
    "name, video, sound",
    [
        ("a.mp4", H264, ()),
        ("a.mov", H264, ("-c:a", "pcm_s16le")),
        ("a.mkv", H264, ()),
        ("a.ts", H264, ()),
        ("a.m2ts", H264, ()),
        ("a.3gp", MPEG4, ("-c:a", "aac")),
        ("a.avi", ("-c:v", "mjpeg"), ("-c:a", "pcm_s16le")),
        ("hevc.mp4", HEVC, ()),
        ("hevc.ts", HEVC, ()),
    ],
)
def test_packets_stay_bit_identical(
    film: Film, tmp_path: Path, name: str, video: tuple[str, ...], sound: tuple[str, ...]
) -> None:
    original = film(name, 8, *sound, video=video)
    clip = cut_clip(footage_of(original), 3.3, 5.1, tmp_path / "clip")
    assert clip.path.suffix == original.suffix
    assert clip.identity.identical, clip.identity.message
    assert clip.start_s <= 3.3 + 0.02 and clip.end_s >= 5.1 - 0.1
    assert clip.start_s > 0.5, "it does not begin with the file"
    with av.open(str(clip.path)) as container:
        assert container.streams.video and container.streams.audio
        first = next(packet for packet in container.demux(video=0) if packet.size)
        assert first.is_keyframe
    with av.open(str(clip.path)) as container:
        pictures = sum(1 for _ in container.decode(video=0))
    assert pictures >= (5.1 - 3.3) * 25


def test_it_begins_at_the_keyframe_before(film: Film, tmp_path: Path) -> None:
    clip = cut_clip(footage_of(film("a.mp4")), 3.3, 5.1, tmp_path / "clip")
    assert clip.start_s == pytest.approx(3.0)


def test_the_whole_of_a_short_film(film: Film, tmp_path: Path) -> None:
    original = film("short.mp4", 3)
    clip = cut_clip(footage_of(original), 0, 3, tmp_path / "clip")
    assert clip.identity.identical
    assert clip.start_s == 0
    with av.open(str(original)) as one, av.open(str(clip.path)) as other:
        assert count(one) == count(other)


def count(container: av.container.InputContainer) -> int:
    return sum(1 for packet in container.demux() if packet.size)


def test_film_without_sound(film: Film, tmp_path: Path) -> None:
    original = film("mute.mp4", sound=None)
    clip = cut_clip(footage_of(original), 2, 4, tmp_path / "clip")
    assert clip.identity.identical
    with av.open(str(clip.path)) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_rotation_survives(rotated: Path, tmp_path: Path) -> None:
    footage = footage_of(rotated)
    assert footage.rotation_deg in (90, 270) and footage.height > footage.width
    clip = cut_clip(footage, 2, 4, tmp_path / "clip")
    assert clip.identity.identical
    assert footage_of(clip.path).rotation_deg == footage.rotation_deg


def test_place_names_and_telemetry_are_left_out(film: Film, tmp_path: Path) -> None:
    titles = tmp_path / "gps.srt"
    titles.write_text("1\n00:00:00,000 --> 00:00:07,000\nGPS 21.2731,106.1946\n", encoding="utf-8")
    original = film(
        "telling.mp4",
        8,
        *("-c:s", "mov_text", "-map", "0", "-map", "1", "-map", "2"),
        *("-metadata", "location=+21.2731+106.1946/", "-metadata", "title=Serial 4711"),
        *("-metadata", "artist=Nguyen Van A", "-metadata:s:v", "handler_name=Owner Nguyen"),
        *("-metadata", "creation_time=2025-05-29T11:11:08Z"),
        extra=("-i", str(titles)),
    )
    clip = cut_clip(footage_of(original), 2, 4, tmp_path / "clip")
    content = clip.path.read_bytes()
    for secret in (b"21.2731", b"106.1946", b"4711", b"Nguyen"):
        assert secret in original.read_bytes()
        assert secret not in content
    with av.open(str(clip.path)) as container:
        assert sorted(stream.type for stream in container.streams) == ["audio", "video"]
        assert "creation_time" not in container.metadata
    assert "subtitle stream mov_text" in clip.left_out
    assert {"metadata location", "metadata title", "metadata artist"} <= set(clip.left_out)
    assert not any("Nguyen" in text or "21.27" in text for text in clip.left_out)


def test_equal_input_gives_equal_clips(film: Film, tmp_path: Path) -> None:
    footage = footage_of(film("a.mp4"))
    one, other = (cut_clip(footage, 2, 4, tmp_path / name) for name in ("one", "other"))
    assert one.path.read_bytes() == other.path.read_bytes()


def test_times_that_do_not_begin_at_zero(film: Film, tmp_path: Path) -> None:
    """A transport stream counts from wherever its clock stood."""
    original = film("a.ts")
    later = original.with_name("later.ts")
    if not later.exists():
        shift = ["-i", str(original), "-c", "copy", "-output_ts_offset", "5000", str(later)]
        subprocess.run([ffmpeg_path(), "-y", "-v", "error", *shift], check=True)
    clip = cut_clip(footage_of(later), 3.3, 5.1, tmp_path / "clip")
    assert clip.identity.identical
    assert 2.0 <= clip.start_s <= 3.3


def test_names_with_signs_that_ffmpeg_reads_otherwise(film: Film, tmp_path: Path) -> None:
    odd = tmp_path / "-i 50%03d:xe máy 'ở' quê.mp4"
    odd.write_bytes(film("a.mp4").read_bytes())
    clip = cut_clip(footage_of(odd), 2, 4, tmp_path / "clip%d")
    assert clip.identity.identical and clip.path.name == "clip%d.mp4"


def test_a_wrong_suffix_is_not_believed(film: Film, tmp_path: Path) -> None:
    """Some cameras write transport streams and call them .mp4."""
    misnamed = tmp_path / "misnamed.mp4"
    misnamed.write_bytes(film("a.ts").read_bytes())
    clip = cut_clip(footage_of(misnamed), 3.3, 5.1, tmp_path / "clip")
    assert clip.path.suffix == ".ts" and clip.identity.identical


def test_a_codec_that_its_container_does_not_take(film: Film, tmp_path: Path) -> None:
    """Speech codecs of phones are written as 3GP, under whatever name."""
    speech = ("-c:a", "pcm_alaw", "-ar", "8000", "-ac", "1")
    original = film("speech.mov", 8, *speech)
    renamed = tmp_path / "speech.mp4"
    renamed.write_bytes(original.read_bytes())
    clip = cut_clip(footage_of(renamed), 3.3, 5.1, tmp_path / "clip")
    assert clip.identity.identical, clip.identity.message
    assert not list(tmp_path.glob("clip*[!v]"))  # what could not be written is gone


def test_footage_that_went_away(film: Film, tmp_path: Path) -> None:
    gone = tmp_path / "gone.mp4"
    gone.write_bytes(film("a.mp4").read_bytes())
    footage = footage_of(gone)
    gone.unlink()
    with pytest.raises(InputError, match=r"gone\.mp4"):
        cut_clip(footage, 2, 4, tmp_path / "clip")
    assert not list(tmp_path.glob("clip*"))
