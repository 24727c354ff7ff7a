"""Does a vehicle drive while those aboard are looked at, and faster than somebody walks beside it?

A second of a motorbike that comes along the line of sight moves too little to be told from one that
waits, so it may be told by the seconds around it, unless in those looks it plainly stood: people
about a motorbike that waits are not aboard, though it rides off later. At a walking pace somebody
who walks beside it is hardly told from a rider.

Pace before a camera that stands or turns, in metres a second, with the motorbike's box h pixels
tall taken for a metre (its upper part is hidden by its riders), f = 0.8 widths of the picture:
across the line of sight (moved against the background) / h / t, along it f / h * ln(h2 / h1) / t.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.ground import from_its_place
from pipeline.scene.travel import moves
from pipeline.types import CameraMotion, Scene, Track

_AROUND_S = 3.0  # before and after
_PACE_AROUND_S = 0.6
_STANDS_AROUND_S = 1.4
_WALKING_MPS = 1.6
_FOCAL = 0.8  # of the picture's longer side
_LEAST_S = 0.8  # shorter looks do not show that something stands
_RESTS_WIDTHS, _RESTS_GROWN = 0.2, 0.07  # less than so far, and log of the ratio of its heights


def rides(track: Track, part: slice, scene: Scene) -> bool:
    """In the rows `part` of its track, or around them without standing in them."""
    if moves(track, part, scene):
        return True
    wider = _around(track, part, _AROUND_S)
    return moves(track, wider, scene) and not _rests(track, part, scene)


def creeps(track: Track, part: slice, scene: Scene) -> bool:
    """At no more than a walking pace, as far as a camera that does not drive can tell?"""
    if drives(track, part, scene):
        return False
    return _pace_mps(track, _around(track, part, _PACE_AROUND_S), scene) < _WALKING_MPS


def drives(track: Track, part: slice, scene: Scene) -> bool:
    """Does the camera drive, so that nobody's pace is told?"""
    frames = track.frames[part]
    states = scene.ego.states[int(frames[0]) : int(frames[-1]) + 1]
    return sum(state is CameraMotion.DRIVING for state in states) > len(states) / 2


def standing(track: Track, scene: Scene) -> NDArray[np.bool_]:
    """(N,) does it stand around each look? Never where the camera drives: `moves` tells there."""
    still = np.zeros(len(track), bool)
    for row in range(len(track)):
        near = _around(track, slice(row, row + 1), _STANDS_AROUND_S)
        still[row] = _rests(track, near, scene)
    return still


def _around(track: Track, part: slice, seconds: float) -> slice:
    first, last = float(track.times_s[part.start]), float(track.times_s[part.stop - 1])
    ends = np.searchsorted(track.times_s, [first - seconds, last + seconds], side="left")
    return slice(int(ends[0]), max(int(ends[1]), part.stop))


def _gone(track: Track, part: slice, scene: Scene) -> tuple[float, float, float]:
    """Pixels from where it was in the background, log of the ratio of heights, seconds."""
    boxes, times = track.boxes[part].astype(np.float64), track.times_s[part]
    rows, moved = from_its_place(track.frames[part], boxes, scene)
    heights = boxes[rows, 3] - boxes[rows, 1]
    return (
        float(moved.max()),
        abs(float(np.log(heights[-1] / max(heights[0], 1.0)))),
        float(times[rows][-1] - times[rows][0]),
    )


def _pace_mps(track: Track, part: slice, scene: Scene) -> float:
    moved, grown, seconds = _gone(track, part, scene)
    metre = float(np.median(track.boxes[part, 3] - track.boxes[part, 1]))
    away = _FOCAL * max(scene.width, scene.height) * grown
    return float(np.hypot(moved, away)) / max(metre, 1.0) / max(seconds, 1e-3)


def _rests(track: Track, part: slice, scene: Scene) -> bool:
    """Does it stay where it is before a camera that stands or turns?"""
    if drives(track, part, scene):
        return False
    moved, grown, seconds = _gone(track, part, scene)
    width = float(np.median(track.boxes[part, 2] - track.boxes[part, 0]))
    return seconds < _LEAST_S or (moved < _RESTS_WIDTHS * width and grown < _RESTS_GROWN)
