"""What is said of a file before it is decoded, and of what is no footage at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.footage.frames import frames
from pipeline.footage.inspect import describe
from pipeline.footage.pick import frames_at
from pipeline.footage.probe import probe
from tests.footage.recordings import H264, SETTINGS, Encode, alone, run_ffmpeg

ROOT = Path(__file__).parents[2]


def complaint(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        probe(path, SETTINGS)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert "; " in text, "says what to do"
    assert "\n" not in text
    return text


def test_an_ordinary_file(plain: Path) -> None:
    footage = probe(plain, SETTINGS)
    assert footage.path == plain
    assert footage.size_bytes == plain.stat().st_size
    assert footage.duration_s == pytest.approx(3.0)
    assert (footage.width, footage.height, footage.rotation_deg) == (320, 180, 0)
    assert footage.frame_rate == 30.0
    assert (footage.video_codec, footage.audio_codec) == ("h264", "aac")
    assert [(s.index, s.type, s.codec) for s in footage.streams] == [
        (0, "video", "h264"),
        (1, "audio", "aac"),
    ]
    assert footage.gps is None
    assert footage.clock.start is None
    assert [item.source for item in footage.clock.candidates] == ["file"]


@pytest.mark.parametrize(
    ("name", "options", "codec"),
    [
        ("p.mov", H264, "h264"),
        ("p.avi", ("-c:v", "mjpeg"), "mjpeg"),
        ("p.mkv", ("-c:v", "libx265", "-x265-params", "log-level=none"), "hevc"),
        ("p.ts", H264, "h264"),
        ("p.3gp", ("-c:v", "mpeg4"), "mpeg4"),
        ("p.webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime"), "vp9"),
    ],
)
def test_durations_in_every_container(
    videos: Encode, name: str, options: tuple[str, ...], codec: str
) -> None:
    footage = probe(videos(name, *options, seconds=2.0), SETTINGS)
    assert footage.video_codec == codec
    assert footage.duration_s == pytest.approx(2.0, abs=0.05)
    assert footage.frame_rate == pytest.approx(30.0, abs=0.01)
    assert (footage.width, footage.height) == (320, 180)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_the_duration_is_that_of_the_pictures(videos: Encode, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"long_sound.{suffix}"
    run_ffmpeg(
        "-i", videos("plain.mp4", *H264, audio=True), "-f", "lavfi", "-i", "sine=440:d=9",
        "-map", "0:v", "-map", "1:a", "-c:v", "copy", path,
    )  # fmt: skip
    assert probe(path, SETTINGS).duration_s == pytest.approx(3.0, abs=0.05)


def test_a_cover_picture_is_not_the_footage(plain: Path, tmp_path: Path) -> None:
    cover, path = tmp_path / "cover.png", tmp_path / "with_cover.mp4"
    run_ffmpeg("-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", cover)
    run_ffmpeg(
        "-i", cover, "-i", plain, "-map", "0", "-map", "1:v", "-c:v:0", "png", "-c:v:1", "copy",
        "-disposition:v:0", "attached_pic", path,
    )  # fmt: skip
    footage = probe(path, SETTINGS)
    assert (footage.width, footage.height) == (320, 180)
    assert len(list(frames(alone(footage), SETTINGS))) == 15
    assert next(frames_at(alone(footage), [(0, 1.0)])).time_s == pytest.approx(1.0)


@pytest.mark.parametrize(
    "name",
    [
        "-x %d 'quote' [0].mp4",
        "file:a:b.mp4",
        "xe máy chở ba — 51A-192.22 🛵.mp4",
        "no suffix",
        "%03d.mp4",
        ' "double" \\ back.mp4',
        "new\nline.mp4",
    ],
)
def test_any_name_of_a_file(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).write_bytes(plain.read_bytes())
    monkeypatch.chdir(tmp_path)  # a bare name is the hard case
    footage = probe(Path(name), SETTINGS)
    assert footage.duration_s == pytest.approx(3.0)
    assert len(list(frames(alone(footage), SETTINGS))) == 15
    assert next(frames_at(alone(footage), [(0, 1.0)])).time_s == pytest.approx(1.0)


def test_a_name_that_is_no_unicode(plain: Path, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp4"))
    path.write_bytes(plain.read_bytes())
    footage = probe(path, SETTINGS)
    assert len(list(frames(alone(footage), SETTINGS))) == 15


# --- what is no footage ------------------------------------------------------------------------


def test_no_such_file(tmp_path: Path) -> None:
    assert "no such file" in complaint(tmp_path / "nothing.mp4")


def test_a_folder(tmp_path: Path) -> None:
    assert "a folder" in complaint(tmp_path)


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    assert "the file is empty; copy it" in complaint(path)


@pytest.mark.parametrize("content", ["This is my holiday.\n", "#!/bin/sh\necho Việt Nam\n"])
def test_a_text_named_mp4(tmp_path: Path, content: str) -> None:
    path = tmp_path / "text.mp4"
    path.write_text(content, encoding="utf-8")
    assert "a text file, not a video" in complaint(path)


def test_a_cut_off_recording_is_recognised(plain: Path, tmp_path: Path) -> None:
    content = plain.read_bytes()
    path = tmp_path / "power_lost.mp4"
    path.write_bytes(content[: content.index(b"moov") - 100])
    assert "cut off before its index was written (no moov); repair it" in complaint(path)


def test_random_bytes(tmp_path: Path) -> None:
    path = tmp_path / "noise.mp4"
    path.write_bytes(bytes(range(256)) * 400)
    assert "not a video that can be read" in complaint(path)


def test_sound_alone(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    run_ffmpeg("-f", "lavfi", "-i", "sine=440:d=1", path)
    assert "no video in it (only audio)" in complaint(path)


def test_pictures_larger_than_8k_are_refused(videos: Encode) -> None:
    path = videos("huge.avi", "-c:v", "mjpeg", source="color=gray:s=8208x64:r=5", seconds=0.4)
    assert "8208x64 are larger than 8K" in complaint(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.mp4"
    os.mkfifo(path)
    assert "not a file" in complaint(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(plain: Path, tmp_path: Path) -> None:
    path = tmp_path / "secret.mp4"
    path.write_bytes(plain.read_bytes())
    path.chmod(0)
    assert "no permission" in complaint(path)


def test_a_play_list_opens_no_other_file(plain: Path, tmp_path: Path) -> None:
    """Footage comes from strangers: it must not make us read what lies beside it."""
    (tmp_path / "inside.ts").write_bytes(plain.read_bytes())
    for name, text in {
        "list.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\ninside.ts\n#EXT-X-ENDLIST\n",
        "concat.mp4": "ffconcat version 1.0\nfile inside.ts\n",
    }.items():
        path = tmp_path / name
        path.write_text(text)
        assert "a text file" in complaint(path)


def test_nothing_is_printed_about_a_damaged_file(plain: Path, tmp_path: Path) -> None:
    content = bytearray(plain.read_bytes())
    content[3000 : len(content) // 2] = os.urandom(len(content) // 2 - 3000)
    path = tmp_path / "noisy.mp4"
    path.write_bytes(content)
    script = (
        "import sys; from pathlib import Path; from tests.footage.recordings import *\n"
        "from pipeline.footage.probe import probe; from pipeline.footage.frames import frames\n"
        "from pipeline.footage.pick import frames_at\n"
        "trip = alone(probe(Path(sys.argv[1]), SETTINGS))\n"
        "times = [frame.time_s for frame in frames(trip, SETTINGS)]\n"
        "list(frames_at(trip, [(0, times[-1])]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")


# --- facts for `dashcam inspect` ---------------------------------------------------------------


def test_the_facts_are_json(videos: Encode) -> None:
    path = videos("20231105_143000_000123F.mp4", *H264, audio=True)
    facts = describe(probe(path, SETTINGS))
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    assert facts["source"] == str(path)
    assert facts["duration_s"] == 3.0
    assert facts["rotation"] == 0
    assert facts["gps"] is None
    assert facts["streams"][0]["pixel_format"] == "yuv420p"
    assert facts["streams"][1]["sample_rate"] == 44100


def test_the_facts_of_the_clock(videos: Encode) -> None:
    path = videos("NO20231105-143000-000123F.mp4", *H264)
    facts = describe(probe(path, SETTINGS))
    assert facts["start_time"] == "2023-11-05T14:30:00+07:00"
    assert facts["time_source"] == "filename"
    assert [item["source"] for item in facts["time_candidates"]] == ["filename", "file"]
    told = describe(probe(path, SETTINGS, start_time=datetime(2023, 11, 5, 8)))
    assert told["start_time"] == "2023-11-05T08:00:00+07:00"
    assert told["time_source"] == "option"
    assert any("filename says" in warning for warning in told["warnings"])
