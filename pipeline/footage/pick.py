"""Single pictures of a trip, fetched again by their times.

What `frames` showed at a time is found again by seeking to the keyframe before it and decoding on,
pixel for pixel the same. This runs in our own process: only files that `frames` has come through
are picked from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame

from pipeline.errors import DecodeError
from pipeline.footage.opening import open_video, video_stream
from pipeline.footage.pictures import Times, Upright, decoded
from pipeline.types import Footage, Frame, Trip

_DECODE_ON_S = 2.0  # a moment this near ahead is decoded to, farther ones are sought
_STEPS_BACK_S = (0.0, 1.0, 4.0, 16.0)  # where a seek came out too late, seek this much earlier
_REMEDY = "repair it, e.g. ffmpeg -i FILE -c copy REPAIRED, or copy it from the card again"


def frames_at(trip: Trip, moments: Sequence[tuple[int, float]]) -> Iterator[Frame]:
    """The frames of (index, trip time) pairs, in their order; cheapest when sorted by time.

    For each, the first picture that is not earlier than the time (by half a tick of the file's
    clock), which for a `Frame.time_s` is that very frame. `Frame.image` is BGR, (H, W, 3), upright,
    and the caller's own. A time behind the last picture gives the last picture.
    Raises DecodeError where a file cannot be read.
    """
    source: _Source | None = None
    try:
        for index, time_s in moments:
            number, file_time_s = trip.locate(time_s)
            footage = trip.footage[number]
            if source is None or source.footage is not footage:
                if source is not None:
                    source.close()
                source = _Source(footage)
            try:
                frame, found_s = source.at(file_time_s)
            except (av.FFmpegError, OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                raise DecodeError(footage.path, reason, _REMEDY) from error
            image = source.upright(frame)
            yield Frame(image, index, trip.offsets_s[number] + found_s, number, found_s)
    finally:
        if source is not None:
            source.close()


class _Source:
    """One open file, standing somewhere in it."""

    def __init__(self, footage: Footage) -> None:
        self.footage = footage
        self._upright = Upright(footage.rotation_deg)
        try:
            self._container = open_video(footage.path)
        except (av.FFmpegError, OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise DecodeError(footage.path, reason, "copy it from the card again") from error
        self._stream: Any = video_stream(self._container)
        if self._stream is None:
            self.close()
            raise DecodeError(footage.path, "no video in it", "copy it from the card again")
        self._stream.thread_type = "AUTO"
        self._pictures = decoded(self._container, self._stream)
        first = next(self._pictures, None)
        if first is None:
            self.close()
            raise DecodeError(footage.path, "not one of its pictures can be decoded", _REMEDY)
        self._times = Times(self._stream, first)
        self._here: VideoFrame = first
        self._here_s = self._times.of(first)

    def at(self, file_time_s: float) -> tuple[VideoFrame, float]:
        """The first picture at or after a file time, and its own file time."""
        due = file_time_s - self._times.tolerance_s
        ahead = file_time_s - self._here_s
        if not (due <= self._here_s <= file_time_s + self._times.tolerance_s) and not (
            0 < ahead <= _DECODE_ON_S
        ):
            self._seek(file_time_s, due)
        while self._here_s < due:
            following = next(self._pictures, None)
            if following is None:
                break
            self._here, self._here_s = following, self._times.of(following)
        return self._here, self._here_s

    def upright(self, frame: VideoFrame) -> np.ndarray[Any, np.dtype[np.uint8]]:
        image = np.empty((self.footage.height, self.footage.width, 3), np.uint8)
        self._upright.write(frame, image)
        return image

    def close(self) -> None:
        self._container.close()

    def _seek(self, file_time_s: float, due: float) -> None:
        """Stand on a picture that is not after `due`, or on the first of the file."""
        if not self._times.counted:
            for back in _STEPS_BACK_S:
                if file_time_s - back < 0:
                    break
                stamp = self._times.stamp(file_time_s - back)
                try:
                    self._container.seek(stamp, stream=self._stream)
                except av.FFmpegError:
                    break
                self._pictures = decoded(self._container, self._stream)
                first = next(self._pictures, None)
                if first is not None:
                    self._here, self._here_s = first, self._times.of(first)
                    if self._here_s <= due + 2 * self._times.tolerance_s:
                        return
        self.close()
        self.__init__(self.footage)  # type: ignore[misc]
