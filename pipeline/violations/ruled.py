"""Vehicles whose plate gave a scale: from what view they are seen, and how large they are.

Traits `mm_per_px` and `mm_per_px_sigma` are those of `pipeline.closeups.rulers`. What is not known
of a view (where the horizon is, where the vehicle's line of travel vanishes) stays uncertain in it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.calibration import heading_column
from pipeline.scene.camera import FOCAL, FOCAL_SIGMA, LevelGround, horizon_of
from pipeline.scene.ground import paths, stretches
from pipeline.scene.quantity import Quantity
from pipeline.types import CameraMotion, Kind, Scene, Track
from pipeline.violations.rear_view import Size, View, scale_at_contact, size_of

_EDGE_PX, _EDGE_SHARE = 3.0, 0.03  # of its size, from the picture's edge: it may be cut
_HEADING_DEG = {Kind.MOTORBIKE: 4.0}  # by which it heads beside the road's direction
_HEADING_ELSEWHERE_DEG = 1.5
_MOUNTED = 0.04  # of the picture's width: how far a camera looks beside where it drives
_HORIZON = (0.46, 0.07)  # of the picture's height, and its deviation: behind a windscreen
_WITH_US_MPS = 4.0  # closing speeds below: it goes the camera's way
_RECEDES = 1.15  # times smaller, for a camera that stands
_LOST_S = 4.0
_SAME_BOX = 0.35  # of both boxes together, that they have in common
_ABOUT_S = 2.5  # before the first and after the last look it is measured, too
_DISAGREEING = 3.0  # standard deviations between the plate's and the ground's scale


def measured(track: Track, scene: Scene) -> NDArray[np.intp]:
    """Rows of a track with a scale, seen whole."""
    scales, sigmas = track.trait("mm_per_px"), track.trait("mm_per_px_sigma")
    return np.flatnonzero(
        _whole(track, scene) & np.isfinite(scales) & np.isfinite(sigmas) & (scales > 0)
    )


def _whole(track: Track, scene: Scene) -> NDArray[np.bool_]:
    """(N,) True where the picture's edges do not cut it; boxes of what they cut end near them."""
    low, high = track.boxes[:, :2], track.boxes[:, 2:]
    margin = np.maximum(_EDGE_SHARE * (high - low), _EDGE_PX)
    size = np.array([scene.width, scene.height])
    return np.asarray(((low > margin) & (high < size - margin)).all(axis=1))


def state_of(track: Track, rows: NDArray[np.intp], scene: Scene) -> CameraMotion:
    """What the camera does most of the time between the first and the last look."""
    first, last = int(track.frames[rows[0]]), int(track.frames[rows[-1]])
    states = list(scene.ego.states[first : last + 1])
    return max(sorted(set(states)), key=states.count)


def view_of(
    track: Track,
    rows: NDArray[np.intp],
    state: CameraMotion,
    ground: LevelGround | None,
    scene: Scene,
) -> View:
    """What is known of the view at `rows` of the track; what nobody knows is very uncertain."""
    focal = Quantity(FOCAL * scene.width, FOCAL_SIGMA * scene.width)
    if ground is not None:
        focal, horizon = ground.focal, ground.horizon
    elif state is CameraMotion.DRIVING:
        horizon = Quantity(_HORIZON[0] * scene.height, _HORIZON[1] * scene.height)
    else:
        # A camera that stands may look down from anywhere.
        horizon = _own_horizon(track, rows, scene) or Quantity(scene.height / 2, scene.height)
    if state is CameraMotion.DRIVING:
        column = heading_column(scene)
        if column is None:
            column = Quantity(scene.width / 2, _MOUNTED * scene.width)
    else:
        column = Quantity(scene.width / 2, scene.width)  # seen from aside: its side shows
    turn = math.radians(_HEADING_DEG.get(track.kind, _HEADING_ELSEWHERE_DEG))
    heading = focal.value * math.tan(turn)
    return View(focal, horizon, Quantity(column.value, math.hypot(column.sigma, heading)))


def _own_horizon(track: Track, rows: NDArray[np.intp], scene: Scene) -> Quantity | None:
    """The row, at `rows`, where a vehicle that comes or goes would have no height."""
    for stretch in stretches(scene.ego):
        if not stretch.first <= track.frames[rows[0]] <= track.frames[rows[-1]] <= stretch.last:
            continue
        for way in paths([track], stretch, scene):
            horizon = horizon_of([way], scene.width)
            if horizon is not None:
                # The camera may turn: anchored rows are not those of the picture.
                at = np.searchsorted(way.times_s, track.times_s[rows])
                turned = float(np.median(track.boxes[rows, 3] - way.feet[at, 1]))
                return Quantity(horizon.value + turned, horizon.sigma)
    return None


def travels(track: Track, rows: NDArray[np.intp], state: CameraMotion, view: View) -> bool:
    """Is it on its way: with a camera that drives, or past one that stands?

    A motorbike shows its plate from behind: it must go away from a camera that stands.
    """
    between = slice(int(rows[0]), int(rows[-1]) + 1)
    heights = track.boxes[between, 3] - track.boxes[between, 1]
    if state is CameraMotion.DRIVING:
        rate = float(np.polyfit(track.times_s[between], np.log(heights), 1)[0])
        scale = float(np.median(track.trait("mm_per_px")[rows])) / 1000
        return abs(rate * scale * view.focal.value) < _WITH_US_MPS
    third = max(len(heights) // 3, 1)
    grown = float(np.median(heights[-third:]) / np.median(heights[:third]))
    if track.kind is Kind.MOTORBIKE:
        return grown < 1 / _RECEDES
    return not 1 / _RECEDES < grown < _RECEDES


def agrees(track: Track, rows: NDArray[np.intp], ground: LevelGround, view: View) -> bool:
    """Is the plate's scale, taken to where the wheels meet the road, the ground's?"""
    apart = []
    for row in rows:
        plate = scale_at_contact(track.kind, *_scale(track, row), view.focal)
        road = ground.scale(Quantity(float(track.boxes[row, 3]), 2.0))
        if math.isfinite(road.value) and road.value > 0:
            sigma = math.hypot(plate.sigma / plate.value, road.sigma / road.value)
            apart.append(abs(math.log(plate.value / road.value)) / sigma)
    return not apart or float(np.median(apart)) < _DISAGREEING


def _scale(track: Track, row: int) -> tuple[float, float]:
    return float(track.trait("mm_per_px")[row]), float(track.trait("mm_per_px_sigma")[row])


def sizes_of(track: Track, looks: NDArray[np.intp], view: View, scene: Scene) -> list[Size]:
    """Its size in each picture about the looks, by the scale between them.

    The detector's boxes err by more than a plate does, and differently from one second to the next.
    """
    scales, sigmas = track.trait("mm_per_px")[looks], track.trait("mm_per_px_sigma")[looks]
    times = track.times_s[looks]
    near = (track.times_s >= times[0] - _ABOUT_S) & (track.times_s <= times[-1] + _ABOUT_S)
    rows = np.flatnonzero(near & _whole(track, scene))
    logs = np.interp(track.times_s[rows], times, np.log(scales))
    # Before the first and after the last look it goes on as between them.
    rate = float(np.polyfit(times, np.log(scales), 1)[0])
    beyond = track.times_s[rows] - np.clip(track.times_s[rows], times[0], times[-1])
    share = float(np.median(sigmas / scales))
    return [
        size_of(track.boxes[row], track.kind, scale, share * scale, view)
        for row, scale in zip(rows, np.exp(logs + rate * beyond), strict=True)
    ]


def goes_on(one: Track, other: Track, lost_s: float = _LOST_S) -> bool:
    """Is the later of two tracks the earlier one's vehicle, lost and found again at its place?"""
    first, second = (one, other) if one.start_s <= other.start_s else (other, one)
    gap = second.start_s - first.end_s
    if gap > lost_s:
        return False
    at = int(np.searchsorted(first.times_s, second.start_s))
    before = first.boxes[min(at, len(first) - 1)].astype(np.float64)
    after = second.boxes[0].astype(np.float64)
    sides = np.minimum(before[2:], after[2:]) - np.maximum(before[:2], after[:2])
    common = float(np.prod(np.maximum(sides, 0.0)))
    areas = float(np.prod(before[2:] - before[:2]) + np.prod(after[2:] - after[:2]))
    return common > _SAME_BOX * (areas - common)
