"""Footage as a stream of sampled pictures, decoded in a process of its own.

The decoder (`pipeline.footage.decoder`) works ahead by a few pictures while the caller looks at the
one it has; memory stays the same however long the footage is.
"""

from __future__ import annotations

import json
import mmap
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import asdict
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DecodeError
from pipeline.footage.decoder import FileJob, Job
from pipeline.settings import FootageSettings
from pipeline.types import Frame, Gap, Trip

_SILENCE_S = 5.0  # one wait for a message; the decoder gives a sign of life as often
_SILENCES = 12  # waits in a row after which it hangs; a stopped (Ctrl-Z) program counts one
_RING_SLOTS = 4
_RING_BYTES = 256 * 1024 * 1024  # fewer slots where pictures are very large
_REMEDY = "repair it, e.g. ffmpeg -i FILE -c copy REPAIRED, or copy it from the card again"

# The child finds the same packages as we do, wherever they came from, and nothing in its folder.
_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from pipeline.footage.decoder import main; main()"
)


def frames(
    trip: Trip,
    settings: FootageSettings,
    *,
    on_gap: Callable[[Gap], None] = lambda gap: None,
) -> Generator[Frame, None, None]:
    """The pictures of a trip, `settings.sample_rate_hz` a second by their real time stamps.

    For each multiple of the sampling interval, the first picture that is not earlier; a picture is
    given once, so slow cameras give fewer. `Frame.image` is a read-only view, BGR, (H, W, 3),
    upright, which is **valid until the next frame is asked for**: copy what you want to keep.
    `Frame.index` counts the frames given. Closing the iterator ends the decoder at once.

    Stretches longer than `settings.gap_s` without a picture are reported to `on_gap` in order.
    Raises DecodeError where not one picture can be decoded; if some can, the rest is a gap.
    """
    reader = _Reader(trip, settings, on_gap)
    try:
        yield from reader.frames()
    finally:
        reader.close()


class _Reader:
    """One reading of a trip: the ring, and the decoder that fills it."""

    def __init__(
        self, trip: Trip, settings: FootageSettings, on_gap: Callable[[Gap], None]
    ) -> None:
        self._trip = trip
        self._settings = settings
        self._on_gap = on_gap
        first = trip.footage[0]
        size = first.width * first.height * 3
        slots = max(2, min(_RING_SLOTS, _RING_BYTES // size))
        self._shape = (slots, first.height, first.width, 3)
        self._ring = _shared_file(slots * size)
        memory = mmap.mmap(self._ring.fileno(), slots * size, prot=mmap.PROT_READ)
        self._slots: NDArray[np.uint8] = np.frombuffer(memory, np.uint8).reshape(self._shape)
        self._decoder: _Decoder | None = None
        self._index = 0  # of the next frame
        self._seen_s = 0.0  # trip time up to which everything was given or reported
        self._next_slot = 0
        self._failure: DecodeError | None = None

    def frames(self) -> Iterator[Frame]:
        done = 0  # files that are through
        while done < len(self._trip.footage):
            self._decoder = _Decoder(self._job(done), self._ring)
            try:
                while done < len(self._trip.footage):
                    message = self._decoder.hear()
                    match message:
                        case ["picture", slot, file, file_time_s]:
                            yield self._frame(slot, file, file_time_s)
                            self._decoder.release()
                        case ["gap", file, start_s, end_s, damaged]:
                            offset = self._trip.offsets_s[file]
                            why = "damaged" if damaged else "no pictures were recorded"
                            name = self._trip.footage[file].path.name
                            self._gap(offset + start_s, offset + end_s, f"{name}: {why}")
                        case ["end", file, _, _]:
                            done = file + 1
                            self._hole_after(file)
                        case ["fail", file, reason]:
                            self._lost(file, reason)
                            done = file + 1
                            self._hole_after(file)
            except _DecoderDied as death:
                self._lost(done, str(death))
                self._hole_after(done)
                done += 1
            finally:
                self._decoder.close()
        if not self._index and self._failure is not None:
            raise self._failure

    def close(self) -> None:
        if self._decoder is not None:
            self._decoder.close()
        self._ring.close()
        del self._slots  # the memory goes with the last frame that somebody keeps

    def _job(self, first: int) -> Job:
        footage, offsets = self._trip.footage, self._trip.offsets_s
        files = tuple(
            FileJob(
                index=index,
                path=os.fspath(item.path),
                rotation_deg=item.rotation_deg,
                offset_s=offsets[index],
                limit_s=offsets[index + 1] if index + 1 < len(footage) else 1e12,
                duration_s=item.duration_s,
            )
            for index, item in enumerate(footage)
            if index >= first
        )
        return Job(
            files=files,
            rate_hz=self._settings.sample_rate_hz,
            next_slot=self._next_slot,
            gap_s=self._settings.gap_s,
            width=self._shape[2],
            height=self._shape[1],
            ring_fd=self._ring.fileno(),
            ring_slots=self._shape[0],
        )

    def _frame(self, slot: int, file: int, file_time_s: float) -> Frame:
        time_s = self._trip.offsets_s[file] + file_time_s
        frame = Frame(self._slots[slot], self._index, time_s, file, file_time_s)
        self._index += 1
        self._seen_s = time_s
        self._next_slot = int((time_s + 0.001) * self._settings.sample_rate_hz) + 1
        return frame

    def _gap(self, start_s: float, end_s: float, reason: str) -> None:
        self._on_gap(Gap(start_s, end_s, reason))
        self._seen_s = end_s

    def _hole_after(self, file: int) -> None:
        """Report a hole between the end of a file and the beginning of the next."""
        footage, offsets = self._trip.footage, self._trip.offsets_s
        if file + 1 >= len(footage):
            return
        end_s = max(offsets[file] + footage[file].duration_s, self._seen_s)
        if offsets[file + 1] - end_s > self._settings.gap_s:
            names = f"{footage[file].path.name} and {footage[file + 1].path.name}"
            self._gap(end_s, offsets[file + 1], f"nothing was recorded between {names}")

    def _lost(self, file: int, reason: str) -> None:
        """The rest of a file will not be seen."""
        footage = self._trip.footage[file]
        self._failure = self._failure or DecodeError(footage.path, reason, _REMEDY)
        offset = self._trip.offsets_s[file]
        start_s, end_s = max(self._seen_s, offset), offset + footage.duration_s
        if end_s > start_s:
            self._gap(start_s, end_s, f"{footage.path.name}: {reason}")


class _DecoderDied(Exception):
    """The decoder is gone or hangs; the text says how."""


class _Decoder:
    """The child process, from our side."""

    def __init__(self, job: Job, ring: IO[bytes]) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            pass_fds=(ring.fileno(),),
            bufsize=0,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)
        self._pending = b""
        self._send(json.dumps(asdict(job)).encode("ascii") + b"\n")

    def hear(self) -> list[Any]:
        """The next message. Raises _DecoderDied."""
        while b"\n" not in self._pending:
            if not any(self._selector.select(_SILENCE_S) for _ in range(_SILENCES)):
                seconds = _SILENCE_S * _SILENCES
                raise _DecoderDied(f"the decoder made no progress for {seconds:.0f} s")
            some = os.read(self._out.fileno(), 65536)
            if not some:
                raise _DecoderDied(self._cause_of_death())
            self._pending += some
        line, self._pending = self._pending.split(b"\n", 1)
        message: list[Any] = json.loads(line)
        return message

    def release(self) -> None:
        """Let the decoder write over the oldest picture that was given."""
        self._send(b".")

    def close(self) -> None:
        """End the process, whatever it is doing. May be called again."""
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):  # a dead disk holds even the killed
            self._process.wait(timeout=5)
        self._selector.close()
        for stream in (self._in, self._out, self._errors):
            stream.close()

    def _send(self, content: bytes) -> None:
        try:
            while content:
                content = content[self._in.write(content) or 0 :]
        except BrokenPipeError:
            pass  # it died; what it said before is still to be heard

    def _cause_of_death(self) -> str:
        code = self._process.wait()
        if code < 0:
            return f"the decoder crashed ({signal.Signals(-code).name})"
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return f"the decoder failed ({lines[-1] if lines else f'exit code {code}'})"


def _shared_file(size: int) -> IO[bytes]:
    """Memory that a child can be given, without a name that could be left behind."""
    if hasattr(os, "memfd_create"):
        file: IO[bytes] = os.fdopen(os.memfd_create("dashcam-frames"), "r+b", buffering=0)
    else:
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
    file.truncate(size)
    return file
