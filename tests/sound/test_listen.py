"""Sound tracks of files: times, holes, damage, files without any."""

from pathlib import Path

import av
import numpy as np
import pytest

from driving_range import noises, sounds
from pipeline.sound import listen
from pipeline.sound.track import OVERLAP_S, PIECE_S, file_samples, pieces
from pipeline.types import Clock, FloatArray, Footage, SoundKind, Trip


def film(path: Path, sound: FloatArray | None, seconds: float, codec: str = "aac") -> Path:
    """A small dark film of that many seconds, with sound at 32 kHz in stereo where there is one."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = out.add_stream(codec, rate=32_000, layout="stereo") if sound is not None else None
        for _ in range(round(seconds * 10)):
            picture = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="bgr24")
            for packet in video.encode(picture):
                out.mux(packet)
        for packet in video.encode(None):
            out.mux(packet)
        if audio is not None and sound is not None:
            twice = np.repeat(np.repeat(sound, 2), 2)  # 16 to 32 kHz, both channels
            packed = (np.clip(twice, -1, 1) * 32767).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(packed, format="s16", layout="stereo")
            frame.sample_rate = 32_000
            for packet in (*audio.encode(frame), *audio.encode(None)):
                out.mux(packet)
    return path


def footage(path: Path, seconds: float, audio: str | None = "aac") -> Footage:
    return Footage(
        path=path,
        container="mp4",
        size_bytes=path.stat().st_size if path.exists() else 0,
        duration_s=seconds,
        width=64,
        height=48,
        rotation_deg=0,
        frame_rate=10.0,
        video_codec="mpeg4",
        audio_codec=audio,
        streams=(),
        clock=Clock(None, None, None),
        gps=None,
    )


def honking(seconds: float, starts: list[float], seed: int = 0) -> FloatArray:
    rng = np.random.default_rng(seed)
    sound = 0.03 * noises.road(rng, seconds)
    for start in starts:
        sound += sounds.placed(len(sound), 0.2 * sounds.horn(rng, "car", 0.7)[0], start)
    return sound


def test_horns_of_two_files_in_trip_time(tmp_path: Path) -> None:
    one = film(tmp_path / "one.mp4", honking(10.0, [3.0]), 10.0)
    two = film(tmp_path / "two.mkv", honking(10.0, [2.0, 6.5], seed=1), 10.0)
    trip = Trip((footage(one, 10.0), footage(two, 10.0)), (0.0, 10.0))
    events = listen(trip)
    assert events is not None
    starts = [event.start_s for event in events if event.kind is SoundKind.HORN]
    assert starts == pytest.approx([3.0, 12.0, 16.5], abs=0.15)


def test_none_without_any_sound(tmp_path: Path) -> None:
    mute = film(tmp_path / "mute.mp4", None, 2.0)
    assert listen(Trip((footage(mute, 2.0, None),), (0.0,))) is None
    # Also where the probe believed in a sound track that is not there, or in a file that is not.
    assert listen(Trip((footage(mute, 2.0),), (0.0,))) is None
    assert listen(Trip((footage(tmp_path / "gone.mp4", 2.0),), (0.0,))) is None


def test_one_file_with_sound_is_enough(tmp_path: Path) -> None:
    mute = film(tmp_path / "mute.mp4", None, 5.0)
    loud = film(tmp_path / "loud.mp4", honking(6.0, [2.0]), 6.0)
    events = listen(Trip((footage(mute, 5.0, None), footage(loud, 6.0)), (0.0, 5.0)))
    assert events is not None
    assert [event.start_s for event in events] == pytest.approx([7.0], abs=0.15)


def test_a_damaged_file_is_heard_where_it_is_whole(tmp_path: Path) -> None:
    path = film(tmp_path / "hurt.mkv", honking(20.0, [2.0, 17.0]), 20.0)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    path.write_bytes(content)
    events = listen(Trip((footage(path, 20.0),), (0.0,)))
    assert events is not None
    assert any(abs(event.start_s - 2.0) < 0.15 for event in events)


def test_cut_off_and_garbage_raise_nothing(tmp_path: Path) -> None:
    path = film(tmp_path / "cut.mkv", honking(8.0, [2.0]), 8.0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    listen(Trip((footage(path, 8.0),), (0.0,)))
    (tmp_path / "no.mp4").write_bytes(b"\x00" * 5000)
    assert list(file_samples(tmp_path / "no.mp4")) == []


def test_pieces_overlap_and_stay_small(tmp_path: Path) -> None:
    seconds = 150.0
    path = film(tmp_path / "long.mp4", honking(seconds, []), seconds, "aac")
    found = list(pieces(Trip((footage(path, seconds),), (0.0,))))
    assert len(found) == 3
    assert max(len(piece.samples) for piece in found) <= (PIECE_S + OVERLAP_S) * sounds.RATE_HZ
    step = PIECE_S - OVERLAP_S
    assert [piece.start_s for piece in found] == pytest.approx([0.0, step, 2 * step], abs=0.05)
    assert [piece.has_before for piece in found] == [False, True, True]
    assert [piece.has_after for piece in found] == [True, True, False]
    assert found[0].samples[-1000:] == pytest.approx(
        found[1].samples[round(OVERLAP_S * sounds.RATE_HZ) - 1000 :][:1000]
    )


def test_a_horn_on_a_seam_is_heard_once(tmp_path: Path) -> None:
    seconds = 110.0
    starts = [PIECE_S - OVERLAP_S / 2 + shift for shift in (-6.0, -0.3, 0.4, 6.0)]
    path = film(tmp_path / "seam.mp4", honking(seconds, starts), seconds)
    events = listen(Trip((footage(path, seconds),), (0.0,)))
    assert events is not None
    assert [e.start_s for e in events if e.kind is SoundKind.HORN] == pytest.approx(starts, abs=0.2)
