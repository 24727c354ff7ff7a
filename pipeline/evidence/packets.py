"""Whether a clip holds the original's packets, bit for bit.

A packet's bytes are what the camera's encoder wrote; a stream copy moves them unchanged into
another container. Each stream of the clip must be a contiguous run of a stream of the original:
nothing changed, left out or put in between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import av

from pipeline.errors import InputError
from pipeline.footage.opening import open_video, video_stream

_HEADROOM_S = 1.0  # a hint may name the first picture's time, and sound begins earlier in the file


@dataclass(frozen=True, slots=True)
class Identity:
    """What a comparison found.

    `start_s` and `end_s`: where the clip's picture lies in the original, in file time, None where
    it was not found.
    """

    identical: bool
    message: str
    packets: int  # of the clip, in all its streams
    start_s: float | None = None
    end_s: float | None = None


def packets_are_identical(clip: Path, original: Path, near_s: float | None = None) -> Identity:
    """Compare every packet of `clip` with those of `original`.

    `near_s` is where in the original (file time) to look first, which spares reading all of it.
    Raises InputError where one of them cannot be read.
    """
    if near_s is not None and near_s > _HEADROOM_S:
        found = _compare(clip, original, near_s - _HEADROOM_S)
        if found.identical:
            return found
    return _compare(clip, original, None)


def _compare(clip: Path, original: Path, from_s: float | None) -> Identity:
    runs = _runs(clip)
    packets = sum(run.packets for run in runs)
    if not any(run.type == "video" and run.packets for run in runs):
        return Identity(False, "the clip holds no picture", packets)
    with _opened(original) as container:
        video = video_stream(container)
        seekers = {
            stream.index: [
                _seeker(run)
                for run in runs
                if (run.type, run.codec) == (stream.type, _codec(stream))
            ]
            for stream in _media(container)
        }
        if from_s is not None and video is not None:
            first = video.start_time or 0
            container.seek(first + int(from_s / video.time_base), stream=video)
        for packet in _packets(container):
            for seeker in seekers[packet.stream_index]:
                if not seeker.found:
                    seeker.take(packet)
            if all(any(one.found for one in _of(seekers, run)) for run in runs):
                break
        for group in seekers.values():
            for seeker in group:
                seeker.finish()
        missing = [run for run in runs if not any(one.found for one in _of(seekers, run))]
        start, end = _span(video, seekers)
    if missing:
        names = ", ".join(f"{run.type} ({run.codec})" for run in missing)
        message = f"packets of {names} are not a run of the original's"
        return Identity(False, message, packets, start, end)
    message = f"all {packets} packets are bit-identical to the original's"
    return Identity(True, message, packets, start, end)


# --- the clip's side ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Run:
    """One stream of the clip: digests of its packets in order of decoding.

    Uncompressed sound is kept as bytes: containers cut it into packets as they like.
    """

    type: str
    codec: str
    packets: int
    digests: tuple[bytes, ...]
    sound: bytes


def _runs(clip: Path) -> list[_Run]:
    with _opened(clip) as container:
        kinds = {stream.index: (stream.type, _codec(stream)) for stream in _media(container)}
        digests: dict[int, list[bytes]] = {index: [] for index in kinds}
        sounds = {index: bytearray() for index in kinds}
        for packet in _packets(container):
            index = packet.stream_index
            digests[index].append(hashlib.sha256(bytes(packet)).digest())
            if kinds[index][1].startswith("pcm_"):
                sounds[index] += bytes(packet)
    return [
        _Run(*kind, len(digests[index]), tuple(digests[index]), bytes(sounds[index]))
        for index, kind in kinds.items()
    ]


# --- the original's side -----------------------------------------------------------------------


class _Seeker(Protocol):
    """Looks for a run among the packets of one stream, which pass by once."""

    run: _Run
    found: bool

    def take(self, packet: Any) -> None: ...

    def finish(self) -> None: ...


class _PacketSeeker:
    """Knuth, Morris and Pratt's search: equal packets (silence) are common at a run's start."""

    def __init__(self, run: _Run) -> None:
        self.run = run
        self.found = not run.digests
        self.times: list[int] = []  # pts of the packets matched so far
        self._fallback = _borders(run.digests)
        self._matched = 0

    def take(self, packet: Any) -> None:
        digest = hashlib.sha256(bytes(packet)).digest()
        wanted = self.run.digests
        while self._matched and wanted[self._matched] != digest:
            self._matched = self._fallback[self._matched - 1]
        self._matched += wanted[self._matched] == digest
        self.times.append(packet.pts if packet.pts is not None else packet.dts or 0)
        self.times = self.times[len(self.times) - self._matched :]
        self.found = self._matched == len(wanted)

    def finish(self) -> None:
        pass


class _SoundSeeker:
    """Looks for the bytes of uncompressed sound, holding about twice the clip's at most."""

    def __init__(self, run: _Run) -> None:
        self.run = run
        self.found = not run.sound
        self._passing = bytearray()

    def take(self, packet: Any) -> None:
        self._passing += bytes(packet)
        if len(self._passing) > 2 * len(self.run.sound) + 65_536:
            self.finish()

    def finish(self) -> None:
        if self.found:
            return
        self.found = self._passing.find(self.run.sound) >= 0
        del self._passing[: max(len(self._passing) - len(self.run.sound) + 1, 0)]


def _seeker(run: _Run) -> _Seeker:
    return _SoundSeeker(run) if run.sound else _PacketSeeker(run)


def _of(seekers: dict[int, list[_Seeker]], run: _Run) -> list[_Seeker]:
    return [seeker for group in seekers.values() for seeker in group if seeker.run is run]


def _span(video: Any, seekers: dict[int, list[_Seeker]]) -> tuple[float | None, float | None]:
    """File times of the first and the last picture that were matched."""
    if video is None:
        return None, None
    for seeker in seekers.get(video.index, []):
        if isinstance(seeker, _PacketSeeker) and seeker.found and seeker.times:
            zero = video.start_time or 0
            return tuple(  # type: ignore[return-value]
                float((pts - zero) * video.time_base)
                for pts in (min(seeker.times), max(seeker.times))
            )
    return None, None


def _borders(pattern: tuple[bytes, ...]) -> list[int]:
    """For each prefix, the length of its longest proper prefix that is also its suffix."""
    table = [0] * len(pattern)
    length = 0
    for index in range(1, len(pattern)):
        while length and pattern[index] != pattern[length]:
            length = table[length - 1]
        length += pattern[index] == pattern[length]
        table[index] = length
    return table


# --- reading -----------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with open_video(path) as container:
            yield container
    except (av.FFmpegError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            path, f"its packets cannot be read ({reason})", "check the file"
        ) from error


def _media(container: Any) -> list[Any]:
    """Pictures and sound, without cover pictures."""
    cover = av.stream.Disposition.attached_pic
    return [
        stream
        for stream in container.streams
        if stream.type in ("video", "audio") and not stream.disposition & cover
    ]


def _packets(container: Any) -> Iterator[Any]:
    """Every packet with content; damage that cannot be read over ends it."""
    try:
        for packet in container.demux(_media(container)):
            if packet.size:
                yield packet
    except av.FFmpegError:
        return


def _codec(stream: Any) -> str:
    return str(stream.codec_context.name) if stream.codec_context else "unknown"
