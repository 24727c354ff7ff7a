"""The process that decodes, so that a broken file cannot take the run with it.

It is started by `frames`, and speaks with it over three things: its standard input (the job as a
line of JSON, then one byte for each slot that may be written again; its end means that the parent
is gone), its standard output (a line of JSON for each message), and a ring of pictures in memory
that both share. Messages:

    ["picture", slot, file, file_time_s]   a sampled picture lies in `slot`
    ["gap", file, start_s, end_s, damaged] no picture between these file times
    ["alive"]                              decoding goes on, nothing to show yet
    ["end", file, pictures, end_s]         the file is through; pictures decoded, time of their end
    ["fail", file, reason]                 the file cannot be opened or has no picture
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIGN_OF_LIFE_S = 5.0
_USUAL_PICTURES = 2.5  # a hole is longer than this many of the usual distances between pictures


@dataclass(frozen=True, slots=True)
class FileJob:
    """One file of the job. Times are of the trip."""

    index: int
    path: str
    rotation_deg: int
    offset_s: float
    limit_s: float  # where the next file begins: pictures from there on are left to it
    duration_s: float


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be decoded, and where the pictures go."""

    files: tuple[FileJob, ...]
    rate_hz: float
    next_slot: int  # sampling slot (trip time x rate) of the first picture wanted
    gap_s: float
    width: int
    height: int
    ring_fd: int
    ring_slots: int

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Job:
        return cls(**{**fields, "files": tuple(FileJob(**item) for item in fields["files"])})


class _Parent:
    """The line to the process that wants the pictures."""

    def __init__(self) -> None:
        # Whatever a library prints goes to standard error, never between the messages.
        self._out = os.fdopen(os.dup(1), "w", buffering=1, encoding="ascii")
        os.dup2(2, 1)
        self._in = sys.stdin.buffer
        self._heard = time.monotonic()

    def job(self) -> Job:
        line = self._in.readline()
        if not line:
            os._exit(0)
        return Job.from_json(json.loads(line))

    def listen(self, free: threading.Semaphore) -> None:
        """Pass on freed slots, in a thread of its own; leave when the parent is gone."""

        def run() -> None:
            while signals := os.read(self._in.fileno(), 64):
                free.release(len(signals))
            os._exit(0)

        threading.Thread(target=run, daemon=True).start()

    def say(self, *message: Any) -> None:
        try:
            self._out.write(json.dumps(message) + "\n")
        except BrokenPipeError:
            os._exit(0)
        self._heard = time.monotonic()

    def say_alive(self) -> None:
        if time.monotonic() - self._heard > _SIGN_OF_LIFE_S:
            self.say("alive")


class _Ring:
    """Slots for pictures in shared memory, written in turn."""

    def __init__(self, job: Job, parent: _Parent) -> None:
        shape = (job.ring_slots, job.height, job.width, 3)
        memory = mmap.mmap(job.ring_fd, int(np.prod(shape)))
        self._slots: NDArray[np.uint8] = np.frombuffer(memory, np.uint8).reshape(shape)
        self._free = threading.Semaphore(job.ring_slots)
        self._turn = 0
        parent.listen(self._free)

    def next(self) -> tuple[int, NDArray[np.uint8]]:
        """The next free slot; waits until the parent has let go of it."""
        self._free.acquire()
        slot = self._turn
        self._turn = (slot + 1) % len(self._slots)
        return slot, self._slots[slot]


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us when it has cleaned up
    parent = _Parent()
    job = parent.job()
    ring = _Ring(job, parent)
    next_slot = job.next_slot
    for file in job.files:
        next_slot = _decode(file, job, next_slot, ring, parent)


def _decode(file: FileJob, job: Job, next_slot: int, ring: _Ring, parent: _Parent) -> int:
    """Send the sampled pictures of one file; returns the slot that is due next."""
    import av

    from pipeline.footage.opening import open_video, video_stream
    from pipeline.footage.pictures import Times, Upright, decoded

    damaged = False

    def on_damage() -> None:
        nonlocal damaged
        damaged = True
        parent.say_alive()

    upright = Upright(file.rotation_deg)
    times: Times | None = None
    pictures = 0
    last_s = 0.0
    interval_s = 0.0
    longest_usual_s = job.gap_s
    try:
        with open_video(os.fsdecode(file.path)) as container:  # type: ignore[arg-type]
            stream = video_stream(container)
            if stream is None:
                parent.say("fail", file.index, "no video in it")
                return next_slot
            stream.thread_type = "AUTO"
            interval_s = 1 / float(stream.average_rate or stream.guessed_rate or 25)
            longest_usual_s = max(job.gap_s, _USUAL_PICTURES * interval_s)
            for frame in decoded(container, stream, on_damage):
                times = times or Times(stream, frame)
                time_s = times.of(frame)
                if pictures and time_s <= last_s:
                    continue  # the clock of a damaged stream ran backwards
                trip_s = file.offset_s + time_s
                if trip_s >= file.limit_s - times.tolerance_s:
                    break
                if time_s - last_s > longest_usual_s:
                    parent.say("gap", file.index, last_s, time_s, damaged)
                pictures += 1
                last_s = time_s
                damaged = False
                if trip_s >= next_slot / job.rate_hz - times.tolerance_s:
                    slot, target = ring.next()
                    upright.write(frame, target)
                    parent.say("picture", slot, file.index, time_s)
                    next_slot = int((trip_s + times.tolerance_s) * job.rate_hz) + 1
                else:
                    parent.say_alive()
    except (av.FFmpegError, OSError, ValueError, MemoryError) as error:
        if not pictures:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            parent.say("fail", file.index, reason.splitlines()[0])
            return next_slot
        damaged = True
    if not pictures:
        parent.say("fail", file.index, "not one of its pictures can be decoded")
        return next_slot
    end_s = last_s + interval_s
    expected_s = min(file.duration_s, file.limit_s - file.offset_s)
    if expected_s - end_s > longest_usual_s:
        parent.say("gap", file.index, end_s, expected_s, True)
    parent.say("end", file.index, pictures, end_s)
    return next_slot


if __name__ == "__main__":
    main()
