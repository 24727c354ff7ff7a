"""The good pictures of an open file, each with its time, and how one becomes BGR and upright.

The decoder of `frames` and the seeks of `pick` both go through here, so that the same moment gives
the same pixels either way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import av
import av.container
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

_NO_START = 1 << 62  # later than any time stamp
_UNREADABLE_IN_A_ROW = 200  # failed reads after which the rest of a file is given up


def decoded(
    container: av.container.InputContainer,
    stream: Any,
    on_damage: Callable[[], None] = lambda: None,
) -> Iterator[VideoFrame]:
    """Pictures in the order of presentation, from where the container stands.

    What is damaged is left out: packets that cannot be read or decoded, and pictures that the
    decoder marks as corrupt. `on_damage` is called for each.
    """
    failures = 0
    while failures < _UNREADABLE_IN_A_ROW:
        try:
            for packet in container.demux(stream):
                failures = 0
                flushing = packet.size == 0
                for frame in _pictures_of(packet, on_damage, again=flushing):
                    if frame.is_corrupt:
                        on_damage()
                    else:
                        yield frame
            return
        except av.FFmpegError:
            on_damage()
            failures += 1


def _pictures_of(packet: Any, on_damage: Callable[[], None], again: bool) -> Iterator[VideoFrame]:
    """Pictures that the decoder gives for one packet; the last, empty one drains it (`again`)."""
    for _ in range(64 if again else 1):
        try:
            yield from packet.decode()
            return
        except av.EOFError:
            return
        except av.FFmpegError:
            on_damage()


class Times:
    """Seconds since the first picture of a file, from the pictures' own time stamps.

    Zero is the start of the stream as the container tells it, or the first picture where that is
    earlier or nothing is told: a file whose beginning is damaged keeps its true times.
    AVI knows only when pictures are decoded; they are shown in that rhythm, a little later.
    """

    def __init__(self, stream: Any, first: VideoFrame) -> None:
        self._avi = stream.container.format.name == "avi"
        self.base = float(stream.time_base)
        told: int | None = None if self._avi else stream.start_time
        stamp = self._stamp(first)
        self._start = min(start for start in (told, stamp, _NO_START) if start is not None)
        self.counted = stamp is None  # no time stamps at all: pictures are counted instead
        self._interval = 1 / float(stream.average_rate or stream.guessed_rate or 25)
        self._last_s = -self._interval

    @property
    def tolerance_s(self) -> float:
        """Half a tick of the clock, but not half a picture where a tick is a picture (AVI)."""
        return min(self.base / 2, 0.001)

    def of(self, frame: VideoFrame) -> float:
        """File time of a picture; one without a stamp comes the usual time after the last."""
        stamp = self._stamp(frame)
        if self.counted or stamp is None:
            self._last_s += self._interval
        else:
            self._last_s = float((stamp - self._start) * self.base)
        return self._last_s

    def stamp(self, file_time_s: float) -> int:
        """The stream's time stamp at a file time."""
        return int(file_time_s / self.base) + self._start

    def _stamp(self, frame: VideoFrame) -> int | None:
        return frame.dts if self._avi or frame.pts is None else frame.pts


class Upright:
    """Writes pictures as BGR, upright, into arrays that are there already.

    `rotation_deg` is clockwise: 0, 90, 180 or 270.
    """

    def __init__(self, rotation_deg: int) -> None:
        self._turns = rotation_deg // 90 % 4
        self._reformatter = VideoReformatter()

    def write(self, frame: VideoFrame, target: NDArray[np.uint8]) -> None:
        """Fill `target`, (H, W, 3). A picture of another size is scaled to it."""
        height, width = target.shape[:2]
        if self._turns % 2:
            height, width = width, height
        bgr = self._reformatter.reformat(frame, width, height, "bgr24")
        plane = bgr.planes[0]
        lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        stored = lines[:height, : width * 3].reshape(height, width, 3)
        if not self._turns:
            np.copyto(target, stored)
            return
        turned = np.rot90(stored, -self._turns)
        for channel in range(3):  # several times faster than all at once
            target[..., channel] = turned[..., channel]
