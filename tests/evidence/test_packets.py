"""A clip that was tampered with is no run of the original's packets."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from pipeline.errors import InputError
from pipeline.evidence.clip import cut_clip
from pipeline.evidence.packets import packets_are_identical
from pipeline.footage.binary import ffmpeg_path
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of


@pytest.fixture
def pair(film: Film, tmp_path: Path) -> tuple[Path, Path]:
    original = film("a.mp4")
    return cut_clip(footage_of(original), 3.3, 5.1, tmp_path / "clip").path, original


def remuxed(clip: Path, keep: Callable[[int], bool]) -> Path:
    """The clip without the video packets whose numbers are not kept."""
    target = clip.with_name("tampered.mp4")
    with av.open(str(clip)) as source, av.open(str(target), "w") as sink:
        streams = {s.index: sink.add_stream_from_template(s) for s in source.streams}
        number = 0
        for packet in source.demux():
            if not packet.size:
                continue
            if packet.stream.type == "video":
                number += 1
                if not keep(number):
                    continue
            packet.stream = streams[packet.stream.index]
            sink.mux(packet)
    return target


def test_where_the_clip_lies_in_the_original(pair: tuple[Path, Path]) -> None:
    found = packets_are_identical(*pair)
    assert found.identical
    assert found.start_s == pytest.approx(3.0)
    assert found.end_s == pytest.approx(5.1, abs=0.2)
    assert packets_are_identical(*pair, near_s=3.0) == found
    assert packets_are_identical(*pair, near_s=7.0) == found, "a wrong hint costs time only"


def test_a_remuxed_clip_is_the_same(pair: tuple[Path, Path]) -> None:
    assert packets_are_identical(remuxed(pair[0], lambda number: True), pair[1]).identical


def test_one_flipped_bit(pair: tuple[Path, Path]) -> None:
    clip, original = pair
    content = bytearray(clip.read_bytes())
    content[-2000] ^= 1  # the media data is the last box
    clip.write_bytes(content)
    assert not packets_are_identical(clip, original).identical


def test_a_packet_taken_out(pair: tuple[Path, Path]) -> None:
    found = packets_are_identical(remuxed(pair[0], lambda number: number != 20), pair[1])
    assert not found.identical
    assert "video" in found.message


def test_encoded_again(pair: tuple[Path, Path]) -> None:
    clip, original = pair
    target = clip.with_name("again.mp4")
    options = ["-i", str(clip), "-c:v", "libx264", "-c:a", "copy", str(target)]
    subprocess.run([ffmpeg_path(), "-y", "-v", "error", *options], check=True)
    assert not packets_are_identical(target, original).identical


def test_another_film(pair: tuple[Path, Path], film: Film) -> None:
    other = film("other.mp4", 4, "-vf", "hue=h=90")
    assert not packets_are_identical(pair[0], other).identical


def test_silence_is_a_run_of_equal_packets(film: Film, tmp_path: Path) -> None:
    """A search that gives up after the first mismatch would not find such a run."""
    original = film("silent.mp4", 8, sound="aevalsrc='if(lt(mod(t,4),2),0,sin(2764*t))'")
    for start in (0.7, 3.0, 4.6):
        clip = cut_clip(footage_of(original), start, start + 2.2, tmp_path / f"clip{start}")
        assert clip.identity.identical, start


def test_uncompressed_sound_counts_as_bytes(film: Film, tmp_path: Path) -> None:
    original = film("a.mov", 8, "-c:a", "pcm_s16le")
    clip = cut_clip(footage_of(original), 3.3, 5.1, tmp_path / "clip")
    assert clip.identity.identical
    louder = tmp_path / "louder.mov"
    options = ["-i", str(clip.path), "-c:v", "copy", "-c:a", "pcm_s16le", "-af", "volume=1.01"]
    subprocess.run([ffmpeg_path(), "-y", "-v", "error", *options, str(louder)], check=True)
    found = packets_are_identical(louder, original)
    assert not found.identical and "audio" in found.message


def test_no_video_file(pair: tuple[Path, Path], tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("not a film")
    with pytest.raises(InputError, match=r"notes\.mp4"):
        packets_are_identical(text, pair[1])
    with pytest.raises(InputError, match=r"notes\.mp4"):
        packets_are_identical(pair[0], text)
