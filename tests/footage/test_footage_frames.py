"""The stream of sampled pictures: right moments and pixels, and what happens when files break."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.errors import DecodeError
from pipeline.footage import frames as frames_module
from pipeline.footage.frames import frames
from pipeline.footage.probe import probe
from pipeline.settings import FootageSettings
from pipeline.types import Gap, Trip
from tests.footage.recordings import H264, SETTINGS, Encode, alone, copies, run_ffmpeg

ROOT = Path(__file__).parents[2]
FORMATS = {
    "a.mp4": H264,
    "a.mov": H264,
    "a.m4v": H264,
    "a.ts": H264,
    "a.mkv": ("-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=none"),
    "a.avi": ("-c:v", "mjpeg", "-pix_fmt", "yuvj422p"),
    "with_b_frames.avi": ("-c:v", "libx264", "-bf", "2", "-g", "30"),
    "a.3gp": ("-c:v", "mpeg4", "-g", "15"),
    "a.webm": ("-c:v", "libvpx", "-deadline", "realtime"),
}


def reference(path: Path) -> list[tuple[float, np.ndarray]]:
    """All pictures by PyAV alone."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(stream)]
        return [(number / 30, picture) for number, picture in enumerate(pictures)]


def children(process: int | None = None) -> set[int]:
    """Processes that a process started and that still run."""
    folder = Path("/proc", str(process or os.getpid()), "task")
    return {int(child) for task in folder.glob("*/children") for child in task.read_text().split()}


def alive(process: int) -> bool:
    try:
        state = Path("/proc", str(process), "stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def until(condition: object, patience_s: float = 10.0) -> bool:
    deadline = time.monotonic() + patience_s
    while not condition():  # type: ignore[operator]
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_right_pictures_at_the_right_times(
    videos: Encode, name: str
) -> None:
    path = videos(name, *FORMATS[name])
    expected = reference(path)
    assert len(expected) == 90
    gaps: list[Gap] = []
    seen = copies(frames(alone(probe(path, SETTINGS)), SETTINGS, on_gap=gaps.append))
    assert not gaps
    assert [round(time_s * 30) for time_s, _ in seen] == list(range(0, 90, 6))
    for time_s, image in seen:
        assert image.shape == (180, 320, 3)
        np.testing.assert_array_equal(image, expected[round(time_s * 30)][1])


def test_frames_are_counted_and_read_only(plain: Path) -> None:
    with closing(frames(alone(probe(plain, SETTINGS)), SETTINGS)) as stream:
        for expected, frame in zip(range(4), stream, strict=False):
            assert frame.index == expected
            assert frame.footage_index == 0
            assert frame.time_s == frame.file_time_s
            assert frame.image.dtype == np.uint8
            with pytest.raises(ValueError, match="read-only"):
                frame.image[0, 0] = 0


def test_a_frame_stays_until_the_next_is_asked_for(plain: Path) -> None:
    expected = [image for _, image in reference(plain)]
    settings = FootageSettings(sample_rate_hz=30)
    for number, frame in enumerate(frames(alone(probe(plain, settings)), settings)):
        if number % 10 == 0:
            time.sleep(0.05)  # the decoder runs ahead and must not write over this one
        np.testing.assert_array_equal(frame.image, expected[number])


@pytest.mark.parametrize("rate", [0.5, 1.0, 3.0, 7.0, 29.0, 30.0, 60.0])
def test_any_rate_takes_the_first_picture_not_before_each_slot(plain: Path, rate: float) -> None:
    settings = FootageSettings(sample_rate_hz=rate)
    seen = [frame.time_s for frame in frames(alone(probe(plain, settings)), settings)]
    expected: list[int] = []
    for slot in range(int(np.ceil(3 * rate))):
        picture = int(np.ceil(slot / rate * 30 - 1e-6))
        if picture < 90 and picture not in expected:
            expected.append(picture)
    assert [round(time_s * 30) for time_s in seen] == expected


def test_variable_frame_rate_keeps_real_times(videos: Encode) -> None:
    # Every picture of the first second, then every tenth.
    path = videos("vfr.mp4", *H264, "-vf", r"select=lt(n\,30)+not(mod(n\,10))", "-fps_mode", "vfr")
    seen = copies(frames(alone(probe(path, SETTINGS)), SETTINGS))
    times = [time_s for time_s, _ in seen]
    np.testing.assert_allclose(times[:6], [0.0, 0.2, 0.4, 0.6, 0.8, 1.0], atol=1e-3)
    np.testing.assert_allclose(times[6:9], [4 / 3, 5 / 3, 2.0], atol=1e-3)
    assert len(times) == len(set(times))


@pytest.mark.parametrize(
    ("stored_turn", "clockwise", "red_at"),
    [("90", 270, "bottom"), ("-90", 90, "top"), ("180", 180, "right"), ("0", 0, "left")],
)
def test_rotated_phone_video_comes_upright(
    videos: Encode, tmp_path: Path, stored_turn: str, clockwise: int, red_at: str
) -> None:
    """`-display_rotation` is counter-clockwise; the left half of the stored picture is red."""
    flat = videos(
        "halves.mp4", *H264, source="color=red:s=160x180:r=30[a];color=blue:s=160x180:r=30[b];"
        "[a][b]hstack", seconds=1.0,
    )  # fmt: skip
    path = tmp_path / "turned.mp4"
    run_ffmpeg("-display_rotation", stored_turn, "-i", flat, "-c", "copy", path)
    footage = probe(path, SETTINGS)
    assert footage.rotation_deg == clockwise
    size = (footage.width, footage.height)
    assert size == ((180, 320) if clockwise in (90, 270) else (320, 180))
    [_, (_, image), *_] = copies(frames(alone(footage), SETTINGS))
    assert image.shape == (size[1], size[0], 3)
    side = {
        "left": image[:, : size[0] // 3],
        "right": image[:, -size[0] // 3 :],
        "top": image[: size[1] // 3],
        "bottom": image[-size[1] // 3 :],
    }[red_at]
    assert side[..., 2].mean() > 200 > 60 > side[..., 0].mean()


def test_colours_of_hd_footage_are_right(videos: Encode) -> None:
    path = videos(
        "bt709.mp4", *H264, "-vf", "scale=out_color_matrix=bt709", "-colorspace", "bt709",
        source="color=0x20A040:s=320x180:r=30", seconds=0.5,
    )  # fmt: skip
    [(_, image), *_] = copies(frames(alone(probe(path, SETTINGS)), SETTINGS))
    np.testing.assert_allclose(image.reshape(-1, 3).mean(0), [0x40, 0xA0, 0x20], atol=4)


# --- trips -------------------------------------------------------------------------------------


FOUR_SECONDS = "testsrc2=s=320x180:r=30:d=4"


def test_a_trip_goes_on_over_the_seam_at_an_even_rate(videos: Encode) -> None:
    whole = videos("whole.mp4", *H264, seconds=4.0)
    parts = [
        videos("part1.mp4", *H264, source=f"{FOUR_SECONDS},trim=end_frame=62"),
        videos(
            "part2.mp4", *H264, source=f"{FOUR_SECONDS},trim=start_frame=62,setpts=PTS-STARTPTS"
        ),
    ]
    probed = [probe(part, SETTINGS) for part in parts]
    trip = Trip(tuple(probed), (0.0, probed[0].duration_s))
    seen = list(frames(trip, SETTINGS))
    expected = [frame.time_s for frame in frames(alone(probe(whole, SETTINGS)), SETTINGS)]
    np.testing.assert_allclose([frame.time_s for frame in seen], expected, atol=1e-3)
    assert [frame.index for frame in seen] == list(range(20))
    assert [frame.footage_index for frame in seen] == [0] * 11 + [1] * 9
    for frame in seen:
        assert frame.time_s == trip.offsets_s[frame.footage_index] + frame.file_time_s


def test_a_hole_between_files_is_a_gap(videos: Encode) -> None:
    first, second = (videos(f"hole{n}.mp4", *H264, seconds=1.0) for n in (1, 2))
    trip = Trip((probe(first, SETTINGS), probe(second, SETTINGS)), (0.0, 2.5))
    gaps: list[Gap] = []
    seen = [frame.time_s for frame in frames(trip, SETTINGS, on_gap=gaps.append)]
    assert seen[4:7] == pytest.approx([0.8, 2.5, 2.6], abs=0.04)
    [gap] = gaps
    assert (gap.start_s, gap.end_s) == pytest.approx((1.0, 2.5))
    assert "hole1.mp4 and hole2.mp4" in gap.reason


def test_files_that_overlap_give_no_moment_twice(videos: Encode) -> None:
    path = videos("overlap.mp4", *H264, seconds=2.0)
    item = probe(path, SETTINGS)
    times = [frame.time_s for frame in frames(Trip((item, item), (0.0, 1.5)), SETTINGS)]
    assert all(later - earlier > 0.1 for earlier, later in pairwise(times))
    assert times[-1] == pytest.approx(3.3, abs=0.11)


# --- damage ------------------------------------------------------------------------------------


def damaged(path: Path, target: Path, start: float, end: float) -> Path:
    """A copy whose bytes between two shares of the file are gone to zero."""
    content = bytearray(path.read_bytes())
    a, b = int(len(content) * start), int(len(content) * end)
    content[a:b] = bytes(b - a)
    target.write_bytes(content)
    return target


@pytest.mark.parametrize("suffix", ["mp4", "ts", "mkv"])
def test_damage_in_the_middle_is_skipped_and_reported(
    videos: Encode, tmp_path: Path, suffix: str
) -> None:
    whole = videos(f"long.{suffix}", *H264, seconds=8.0)
    path = damaged(whole, tmp_path / f"damaged.{suffix}", 0.4, 0.7)
    gaps: list[Gap] = []
    seen = copies(frames(alone(probe(path, SETTINGS)), SETTINGS, on_gap=gaps.append))
    times = [time_s for time_s, _ in seen]
    assert times[0] == 0.0
    assert 7.5 < times[-1] < 8.0
    assert 1.5 < sum(gap.end_s - gap.start_s for gap in gaps) < 4.5
    assert all("damaged" in gap.reason for gap in gaps)
    assert not any(gap.start_s < time_s < gap.end_s - 1e-6 for gap in gaps for time_s in times)
    expected = dict(enumerate(image for _, image in reference(whole)))
    before = [pair for pair in seen if pair[0] < gaps[0].start_s - 0.2]
    assert len(before) > 5
    for time_s, image in before:
        np.testing.assert_array_equal(image, expected[round(time_s * 30)])


def test_a_recording_that_breaks_off_ends_with_a_gap(videos: Encode, tmp_path: Path) -> None:
    whole = videos("index_first.mp4", *H264, "-movflags", "+faststart", seconds=8.0)
    content = whole.read_bytes()
    path = tmp_path / "broken_off.mp4"
    path.write_bytes(content[: len(content) // 2])
    gaps: list[Gap] = []
    times = [
        frame.time_s for frame in frames(alone(probe(path, SETTINGS)), SETTINGS, on_gap=gaps.append)
    ]
    assert 2.0 < times[-1] < 6.0
    assert gaps[-1].end_s == pytest.approx(8.0)
    assert gaps[-1].start_s == pytest.approx(times[-1], abs=0.4)


def test_one_picture_is_enough(videos: Encode) -> None:
    path = videos("one.mp4", *H264, "-frames:v", "1")
    [frame] = frames(alone(probe(path, SETTINGS)), SETTINGS)
    assert frame.time_s == 0.0


def test_no_picture_at_all_is_an_error_that_names_the_file(videos: Encode, tmp_path: Path) -> None:
    whole = videos("index_first.mp4", *H264, "-movflags", "+faststart", seconds=8.0)
    item = probe(whole, SETTINGS)
    content = whole.read_bytes()
    path = tmp_path / "nothing.mp4"
    pictures = content.index(b"mdat") + 4
    path.write_bytes(content[:pictures] + bytes(len(content) - pictures))
    with pytest.raises(DecodeError, match=r"nothing\.mp4: not one of its pictures.*; repair it"):
        list(frames(alone(replace(item, path=path)), SETTINGS))


def test_a_file_that_vanished_is_an_error_that_names_it(plain: Path, tmp_path: Path) -> None:
    gone = replace(probe(plain, SETTINGS), path=tmp_path / "gone.mp4")
    with pytest.raises(DecodeError, match=r"gone\.mp4: No such file"):
        list(frames(alone(gone), SETTINGS))


def test_an_unreadable_file_of_a_trip_is_a_gap_and_the_rest_is_seen(
    plain: Path, tmp_path: Path
) -> None:
    good = probe(plain, SETTINGS)
    bad = replace(good, path=tmp_path / "gone.mp4")
    gaps: list[Gap] = []
    trip = Trip((good, bad, good), (0.0, 3.0, 6.0))
    seen = [frame.footage_index for frame in frames(trip, SETTINGS, on_gap=gaps.append)]
    assert seen == [0] * 15 + [2] * 15
    assert gaps == [Gap(3.0, 6.0, "gone.mp4: No such file or directory")]


# --- the process -------------------------------------------------------------------------------


def test_a_killed_decoder_before_any_picture_is_an_error(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        frames_module, "_START", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    )
    with pytest.raises(DecodeError, match=r"plain\.mp4: the decoder crashed \(SIGSEGV\)"):
        list(frames(alone(probe(plain, SETTINGS)), SETTINGS))


def test_a_decoder_that_cannot_start_says_why(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames_module, "_START", "raise RuntimeError('no memory left')")
    with pytest.raises(DecodeError, match=r"the decoder failed.*no memory left"):
        list(frames(alone(probe(plain, SETTINGS)), SETTINGS))


def test_a_killed_decoder_later_leaves_what_was_seen_and_a_gap(videos: Encode) -> None:
    path = videos("long.mp4", *H264, seconds=8.0)
    gaps: list[Gap] = []
    times = []
    before = children()
    for frame in frames(alone(probe(path, SETTINGS)), SETTINGS, on_gap=gaps.append):
        times.append(frame.time_s)
        if len(times) == 3:
            [child] = children() - before
            os.kill(child, signal.SIGKILL)
    assert 3 <= len(times) <= 8  # those already in the ring may still come
    [gap] = gaps
    assert (gap.start_s, gap.end_s) == pytest.approx((times[-1], 8.0))
    assert "crashed (SIGKILL)" in gap.reason


def test_a_killed_decoder_goes_on_with_the_next_file(plain: Path) -> None:
    item = probe(plain, SETTINGS)
    gaps: list[Gap] = []
    before = children()
    seen = []
    for frame in frames(Trip((item, item), (0.0, 3.0)), SETTINGS, on_gap=gaps.append):
        seen.append(frame.footage_index)
        if len(seen) == 2:
            os.kill(*(children() - before), signal.SIGKILL)
    assert seen.count(1) == 15
    assert [gap.end_s for gap in gaps] == [3.0]


def test_a_decoder_that_hangs_is_ended(videos: Encode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames_module, "_SILENCE_S", 0.1)
    monkeypatch.setattr(frames_module, "_SILENCES", 5)
    monkeypatch.setattr(frames_module, "_START", "import time; time.sleep(60)")
    path = videos("long.mp4", *H264, seconds=8.0)
    with pytest.raises(DecodeError, match="no progress"):
        list(frames(alone(probe(path, SETTINGS)), SETTINGS))


def test_closing_ends_the_decoder_and_frees_the_memory(plain: Path) -> None:
    before = children()

    def rings() -> int:
        return Path("/proc/self/maps").read_text().count("dashcam-frames")

    rings_before = rings()
    stream = frames(alone(probe(plain, SETTINGS)), SETTINGS)
    next(stream)
    assert len(children() - before) == 1
    assert rings() == rings_before + 1
    stream.close()
    assert children() == before
    assert rings() == rings_before


def test_nothing_starts_before_the_first_frame_is_asked_for(plain: Path) -> None:
    before = children()
    frames(alone(probe(plain, SETTINGS)), SETTINGS)
    assert children() == before


SCRIPT = """
import sys
from pathlib import Path
from pipeline.footage.frames import frames
from pipeline.footage.probe import probe
from pipeline.settings import FootageSettings
from pipeline.types import Trip
settings = FootageSettings()
stream = frames(Trip((probe(Path(sys.argv[1]), settings),), (0.0,)), settings)
next(stream)
print("ready", flush=True)
import time
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_orphan_is_left_when_the_program_is_ended(plain: Path, number: int) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, plain],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    [child] = children(program.pid)
    if number == signal.SIGINT:
        os.killpg(program.pid, number)  # as a terminal does with Ctrl-C
    else:
        program.kill()
    _, errors = program.communicate(timeout=20)
    assert until(lambda: not alive(child))
    if number == signal.SIGINT:
        assert errors.count("Traceback") == 1  # of the program, none of the decoder
        assert errors.strip().endswith("KeyboardInterrupt")
    else:
        assert errors == ""


def test_the_terminal_is_not_read(plain: Path) -> None:
    program = subprocess.run(
        [sys.executable, "-c", SCRIPT.replace("time.sleep(60)", "print(sys.stdin.read())"), plain],
        cwd=ROOT,
        input="kept",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert program.stdout == "ready\nkept\n"
    assert program.stderr == ""


def test_memory_stays_flat(videos: Encode) -> None:
    """All of the ring and nothing else: ten times the pictures, the same memory."""
    path = videos("hd.mp4", *H264, source="color=gray:s=1280x720:r=30", seconds=10.0)
    settings = FootageSettings(sample_rate_hz=30)
    sizes = []
    for frame in frames(alone(probe(path, settings)), settings):
        if frame.index in (20, 299):
            status = Path("/proc/self/status").read_text()
            sizes.append(int(status.split("VmRSS:")[1].split()[0]))
    assert len(sizes) == 2
    assert sizes[1] - sizes[0] < 4 * 1024  # kB; the pictures between are 770 MB
