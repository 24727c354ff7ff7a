"""Whether a road user moves over the ground, under whatever camera.

Against a camera that stands or turns it leaves its place in the background, or grows by more than
its box jitters. A camera that drives sees everything move; there it is growth that tells. What
stands still at distance Z ahead of a camera of speed v grows by v / Z a second; the far background
grows slower, by v / Z_b, and who drives ahead keeps the camera's pace and hardly grows at all:

    growth = (v - v_vehicle cos a) / Z.

So a vehicle ahead is on the move where it grows clearly slower than the background does, which
what is parked before the background never does; with satellites, where v is known and it grows so
slowly that it would have to be farther away than its size allows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.ground import from_its_place
from pipeline.types import CameraMotion, FloatArray, Scene, Track

_OWN_WIDTHS = 1.0  # so far from its place in the background
_GROWN = 0.25  # logarithm of the ratio of its heights: nearer or farther
_SLOWER = 0.02  # a second: so much slower than the background it grows
_LEAST_BACKGROUND = 0.02  # a second: below, the camera's own motion is not told well enough
_DRIVING_SHARE = 0.6  # of the samples
_SETS_OFF_S, _LEAST_DRIVING = 3.0, 3  # before and after a pan; samples
_LEAST_LOOKS = 4
_FAST_MPS = 4.0  # the camera, by the satellites
_FARTHEST_M = 40.0  # a vehicle whose details are judged is nearer than this


def moves(track: Track, part: slice, scene: Scene) -> bool:
    """Does the road user travel in the rows `part` of its track? False where nobody can tell."""
    rows = np.arange(*part.indices(len(track)))
    if len(rows) < 2:
        return False
    first, last = int(track.frames[rows[0]]), int(track.frames[rows[-1]])
    if _may_drive(scene, first, last + 1):
        return len(rows) >= _LEAST_LOOKS and _keeps_ahead(track, rows, scene)
    return _leaves_its_place(track, rows, scene)


def _may_drive(scene: Scene, first: int, stop: int) -> bool:
    """Does the camera drive over frames `first` to `stop` (not in it)?

    At a walking pace, and where it sets off, the picture changes as by a pan: what looks like one
    between drives is one more.
    """
    states = scene.ego.states[first:stop]
    if states.count(CameraMotion.DRIVING) >= _DRIVING_SHARE * len(states):
        return True
    around = round(_SETS_OFF_S * scene.sample_rate_hz)
    near = scene.ego.states[max(first - around, 0) : stop + around]
    return CameraMotion.PANNING in states and near.count(CameraMotion.DRIVING) >= _LEAST_DRIVING


def background_growth(scene: Scene, first: int, stop: int) -> float:
    """By what share a second the background grows over frames `first` to `stop` (not in it).

    Positive for a camera that drives ahead; 0 where it did not drive.
    """
    ego = scene.ego
    logs = []
    for frame in range(max(first, 1), stop):
        if ego.states[frame] is CameraMotion.DRIVING:
            # The Jacobian's determinant at the picture's middle: elsewhere a turn counts as growth.
            homography = ego.homographies[frame]
            depth = float(homography[2] @ (scene.width / 2, scene.height / 2, 1.0))
            scale = float(np.linalg.det(homography)) / max(depth, 1e-3) ** 3
            step = float(ego.times_s[frame] - ego.times_s[frame - 1])
            logs.append(0.5 * np.log(max(scale, 1e-6)) / max(step, 1e-3))
    return float(np.mean(logs)) if logs else 0.0


def _leaves_its_place(track: Track, rows: NDArray[np.intp], scene: Scene) -> bool:
    boxes = track.boxes[rows].astype(np.float64)
    part, moved = from_its_place(track.frames[rows], boxes, scene)
    heights = boxes[part, 3] - boxes[part, 1]
    grown = abs(np.log(heights[-1] / max(heights[0], 1.0)))
    width = float(np.median(boxes[part, 2] - boxes[part, 0]))
    return bool(moved.max() >= _OWN_WIDTHS * width or grown > _GROWN)


def _keeps_ahead(track: Track, rows: NDArray[np.intp], scene: Scene) -> bool:
    growth, sigma = _growth(track, rows)
    first, last = int(track.frames[rows[0]]), int(track.frames[rows[-1]])
    background = background_growth(scene, first, last + 1)
    if background >= _LEAST_BACKGROUND and growth + 2 * sigma < background - _SLOWER:
        return True
    speeds = scene.positions.speeds_mps[first : last + 1] if scene.positions else np.array([])
    speeds = speeds[np.isfinite(speeds)]
    if len(speeds) == 0 or float(speeds.min()) < _FAST_MPS:
        return False
    return growth + 2 * sigma < float(speeds.min()) / _FARTHEST_M


def _growth(track: Track, rows: NDArray[np.intp]) -> tuple[float, float]:
    """By what share a second the box grows, and its standard error, from a straight line."""
    boxes = track.boxes[rows].astype(np.float64)
    logs: FloatArray = np.log(np.maximum(boxes[:, 3] - boxes[:, 1], 1.0))
    times = track.times_s[rows] - track.times_s[rows].mean()
    squares = float((times**2).sum())
    slope = float((times * logs).sum()) / max(squares, 1e-9)
    left = logs - logs.mean() - slope * times
    return slope, float(np.sqrt((left**2).sum() / max(len(rows) - 2, 1) / max(squares, 1e-9)))
