"""The samples of a trip's sound tracks, in overlapping pieces, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from pipeline.footage.opening import open_video, video_stream
from pipeline.sound.spectrum import RATE_HZ, Samples
from pipeline.types import Trip

PIECE_S = 60.0
OVERLAP_S = 16.0  # the longest horn that is seen whole wherever it lies
_HOLE_S = 0.25  # a longer hole between samples ends a stretch; a shorter one is filled with silence
_JITTER_S = 0.06  # time stamps are rounded


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of sound without a hole. `has_before`: it goes on before; `has_after`: after."""

    start_s: float  # trip time
    samples: Samples
    has_before: bool
    has_after: bool


def pieces(trip: Trip) -> Iterator[Piece]:
    """The sound of a trip in pieces of at most `PIECE_S`, each `OVERLAP_S` into the next."""
    size, overlap = round(PIECE_S * RATE_HZ), round(OVERLAP_S * RATE_HZ)
    parts: list[Samples] = []
    start_s, count, has_before = 0.0, 0, False
    for time_s, samples in _samples_of(trip):
        hole = time_s - (start_s + count / RATE_HZ)
        if parts and abs(hole) > _HOLE_S:
            yield Piece(start_s, np.concatenate(parts), has_before, False)
            parts, count, has_before = [], 0, False
        if not parts:
            start_s = time_s
        elif hole > _JITTER_S:
            parts.append(np.zeros(round(hole * RATE_HZ), np.float32))
            count += len(parts[-1])
        parts.append(samples)
        count += len(samples)
        while count >= size + overlap:
            whole = np.concatenate(parts)
            yield Piece(start_s, whole[:size], has_before, True)
            rest = whole[size - overlap :].copy()
            parts, count, has_before = [rest], len(rest), True
            start_s += (size - overlap) / RATE_HZ
    if parts:
        yield Piece(start_s, np.concatenate(parts), has_before, False)


def _samples_of(trip: Trip) -> Iterator[tuple[float, Samples]]:
    """Blocks of samples and the trip time of their first one, in order."""
    for index, (footage, offset) in enumerate(zip(trip.footage, trip.offsets_s, strict=True)):
        if footage.audio_codec is None:
            continue
        limit = trip.offsets_s[index + 1] if index + 1 < len(trip.offsets_s) else float("inf")
        for time_s, samples in file_samples(footage.path):
            if offset + time_s >= limit:
                break  # files of a loop may overlap; the next one has it from its own start
            yield offset + time_s, samples


def file_samples(path: Path) -> Iterator[tuple[float, Samples]]:
    """Blocks of samples of one file, in seconds since its first picture.

    What is damaged is left out. A file without a sound track, or that cannot be opened, has none.
    """
    try:
        container = open_video(path)
    except (av.FFmpegError, OSError, ValueError):
        return
    with container:
        if not container.streams.audio:
            return
        stream = container.streams.audio[0]
        picture = video_stream(container)
        zero = 0.0
        if picture is not None and picture.start_time is not None:
            zero = float(picture.start_time * picture.time_base)
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
        next_s = None
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except (av.FFmpegError, OSError):
                return  # the container is broken from here on
            if packet is None:
                return
            try:
                frames = packet.decode()
            except (av.FFmpegError, ValueError):
                continue
            for frame in frames:
                if frame.pts is not None and frame.time_base is not None:
                    time_s = float(frame.pts * frame.time_base) - zero
                elif next_s is not None:
                    time_s = next_s
                else:
                    time_s = 0.0
                if next_s is not None and abs(time_s - next_s) > _HOLE_S:
                    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
                next_s = time_s + frame.samples / frame.sample_rate
                try:
                    converted = resampler.resample(frame)
                except (av.FFmpegError, ValueError):
                    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
                    continue
                for part in converted:
                    samples = part.to_ndarray()[0].astype(np.float32, copy=False)
                    if len(samples):
                        yield time_s, np.nan_to_num(np.clip(samples, -4, 4))
