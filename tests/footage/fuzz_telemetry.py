"""Damaged telemetry without end: `python -m tests.footage.fuzz_telemetry --minutes 10`.

Takes a file of each format, damages it at random and reads it. Nothing may be raised, nothing may
take longer than a few seconds, and no position may lie off the globe. Prints the seed of a failure
and keeps its file.
"""

from __future__ import annotations

import argparse
import io
import random
import signal
import struct
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import numpy as np

from pipeline.footage.embedded import read_embedded
from pipeline.footage.gps import track_from
from tests.footage import telemetry_files as write
from tests.footage.telemetry_files import handmade

PATIENCE_S = 5.0  # for a file of some kilobytes
_NUMBERS = (0, 1, 2, 7, 8, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_KINDS = (
    b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"stsz", b"stco", b"co64", b"stsc",
    b"stts", b"mdhd", b"hdlr", b"gps ", b"free", b"mdat", b"camm", b"gpmd", b"text", b"DEVC",
    b"STRM", b"GPS5", b"GPS9", b"SCAL", b"TYPE", b"GPSU", b"SYST", b"GLPI", b"freeGPS ", b"$GPRMC,",
)  # fmt: skip


def check(content: bytes) -> str:
    """Reads a file as the program does, and fails where a position is off the globe.

    Gives the source that still had points, for the count.
    """
    found = read_embedded(io.BytesIO(content), 6.0, 0.0, [write.START])
    track = track_from(found.source, found.points, [write.START], [])
    if track is None:
        return "none"
    assert np.all(np.abs(track.latitudes) <= 90), "latitude off the globe"
    assert np.all(np.abs(track.longitudes) <= 180), "longitude off the globe"
    assert np.all(np.isfinite(track.times_s)), "a time that is none"
    assert np.all(np.diff(track.times_s) > 0), "times not in order"
    assert track.utc_start is None or 2010 <= track.utc_start.year <= 2100, "a date that cannot be"
    return track.source


def damaged(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One of the files with one to eight things done to it."""
    content = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        if not content:
            break
        at = _place(chance, content)
        # What shifts the rest is rarer, for after it little is read any more.
        match chance.choice((0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 4, 5, 6, 7, 7, 7)):
            case 0:
                content[at] = chance.randrange(256)
            case 1:
                content[at] ^= 1 << chance.randrange(8)
            case 2:
                size = chance.choice((1, 2, 4, 8))
                number = chance.choice(_NUMBERS) & (1 << 8 * size) - 1
                content[at : at + size] = number.to_bytes(size, chance.choice(("big", "little")))
            case 3:
                del content[at : at + chance.randint(1, 64)]
            case 4:
                content[at:at] = chance.randbytes(chance.randint(1, 64))
            case 5:
                content[at:at] = content[at : at + chance.randint(1, 400)]
            case 6:
                kind = chance.choice(_KINDS)
                content[at : at + len(kind)] = kind
            case _:
                value = chance.choice((float("nan"), float("inf"), -1e300, 1e38, 0.0, -0.5))
                form = chance.choice(("<d", ">d", "<f", ">f"))
                if form.endswith("f") and abs(value) == 1e300:
                    value = -3e38
                content[at : at + struct.calcsize(form)] = struct.pack(form, value)
    if chance.random() < 0.1:
        del content[chance.randrange(len(content) + 1) :]
    return bytes(content)


def _place(chance: random.Random, content: bytearray) -> int:
    """A place where something stands, mostly: much of such files is zero."""
    at = chance.randrange(len(content))
    for _ in range(6):
        if content[at] or chance.random() < 0.1:
            break
        at = chance.randrange(len(content))
    return at


def _too_long(number: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"more than {PATIENCE_S} s for one input")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz_failure.bin"))
    options = parser.parse_args(arguments)
    seeds = list(handmade().values())
    signal.signal(signal.SIGALRM, _too_long)
    end = time.monotonic() + options.minutes * 60
    sources: Counter[str] = Counter()
    slowest = 0.0
    number = options.seed * 1_000_000_000
    while time.monotonic() < end:
        number += 1
        content = damaged(random.Random(number), seeds)
        begin = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)
        try:
            sources[check(content)] += 1
        except Exception as error:  # whatever it is, it is a failure to show
            options.keep.write_bytes(content)
            print(f"input {number}: {type(error).__name__}: {error}; kept in {options.keep}")
            raise
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        slowest = max(slowest, time.perf_counter() - begin)
    shown = ", ".join(f"{name} {count}" for name, count in sources.most_common())
    print(f"{sources.total()} inputs, none failed; slowest {slowest * 1000:.0f} ms; read: {shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
