"""Vehicles that a tracker lost and found again, made one; motorbikes followed by their riders."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.types import Kind, Track

_LOST_S, _OVERLAP_S, _SAME_PLACE = 3.0, 0.3, 0.3  # a track that goes on where another ended
_RIDER_TALL = (0.7, 1.8)  # heights of the motorbike's box

_Look = tuple[float, int, NDArray[np.float32]]  # at a person: time, frame, box


def joined(tracks: Sequence[Track]) -> list[Track]:
    """Vehicles, those that go on where another ends made one with it, under the longest's id.

    A detector often loses a motorbike and goes on seeing its rider, who stays in its place. So
    people who sit where a motorbike was last seen are looks at it: its box, moved along with them.
    """
    riders = _looks_at_people(tracks)
    done: list[_Chain] = []
    open_: list[_Chain] = []
    for track in sorted((one for one in tracks if one.kind.is_vehicle), key=lambda t: t.start_s):
        for chain in open_:
            chain.ride(riders, track.start_s)
        done += [chain for chain in open_ if track.start_s - chain.time_s > _LOST_S]
        open_ = [chain for chain in open_ if track.start_s - chain.time_s <= _LOST_S]
        fits = [chain for chain in open_ if chain.goes_on_as(track)]
        if fits:
            max(fits, key=lambda chain: _overlap(chain.box, track.boxes[0])).add(track)
        else:
            open_.append(_Chain(track))
    for chain in open_:
        chain.ride(riders, np.inf)
    return [chain.whole() for chain in (*done, *open_)]


def _looks_at_people(tracks: Sequence[Track]) -> list[_Look]:
    """Time, frame and box of each look at a person, in order of time."""
    looks = [
        (float(time), int(frame), box)
        for track in tracks
        if track.kind is Kind.PERSON
        for time, frame, box in zip(track.times_s, track.frames, track.boxes, strict=True)
    ]
    return sorted(looks, key=lambda look: look[0])


class _Chain:
    """Tracks of one vehicle, and the looks at its riders in between."""

    def __init__(self, track: Track) -> None:
        self.tracks = [track]
        self.time_s, self.box = track.end_s, track.boxes[-1]
        self._ridden: list[_Look] = []

    def ride(self, looks: Sequence[_Look], until_s: float) -> None:
        """Follow whoever sits where it was last seen, up to a moment."""
        if self.tracks[-1].kind is not Kind.MOTORBIKE:
            return
        first = bisect_right(looks, self.time_s, key=lambda look: look[0])
        for time, frame, person in looks[first:]:
            if time >= until_s or time - self.time_s > _LOST_S:
                return
            if time > self.time_s and _sits(person, self.box):
                aside = (person[0] + person[2] - self.box[0] - self.box[2]) / 2
                self.box = self.box + np.array([aside, 0, aside, 0], np.float32)
                self.time_s = time
                self._ridden.append((time, frame, self.box))

    def goes_on_as(self, track: Track) -> bool:
        return (
            self.tracks[-1].kind is track.kind
            and -_OVERLAP_S <= track.start_s - self.time_s <= _LOST_S
            and _overlap(self.box, track.boxes[0]) > _SAME_PLACE
        )

    def add(self, track: Track) -> None:
        self.tracks.append(track)
        self.time_s, self.box = track.end_s, track.boxes[-1]

    def whole(self) -> Track:
        if len(self.tracks) == 1 and not self._ridden:
            return self.tracks[0]
        times = np.concatenate([t.times_s for t in self.tracks] + [[r[0] for r in self._ridden]])
        order = np.argsort(times, kind="stable")
        ridden = np.array([r[2] for r in self._ridden], np.float32).reshape(-1, 4)
        return replace(
            max(self.tracks, key=len),
            frames=np.concatenate(
                [t.frames for t in self.tracks] + [np.array([r[1] for r in self._ridden], np.int32)]
            )[order],
            times_s=times[order],
            boxes=np.concatenate([*(t.boxes for t in self.tracks), ridden])[order],
            confidences=np.concatenate(
                [*(t.confidences for t in self.tracks), np.full(len(ridden), 0.5, np.float32)]
            )[order],
            traits={},
        )


def _sits(person: NDArray[np.float32], box: NDArray[np.float32]) -> bool:
    """Whether a person sits on the motorbike of a box: over its middle, feet within its height."""
    middle, width, height = (person[0] + person[2]) / 2, box[2] - box[0], box[3] - box[1]
    tall = (person[3] - person[1]) / max(height, 1.0)
    return bool(
        box[0] + 0.1 * width < middle < box[2] - 0.1 * width
        and box[1] < person[3] < box[3] + 0.1 * height
        and person[1] < box[1]
        and _RIDER_TALL[0] < tall < _RIDER_TALL[1]
    )


def _overlap(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Intersection over union of two boxes."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = float(np.prod(np.maximum(sides, 0)))
    whole = float(np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2])) - shared
    return shared / max(whole, 1e-6)
