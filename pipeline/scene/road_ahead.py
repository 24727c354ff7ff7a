"""The road ahead of a camera that stands or drives: where it leads to, and how large things are.

Level ground and a pinhole camera: what stands on the road at row y is f H / (y - h) ahead, with the
horizon's row h, the focal length f in pixels and the camera's height H (Hoiem, Efros and Hebert,
Putting Objects in Perspective, 2008). h is where the lane lines meet, or where the ways of those
who drive along the road do. H comes from what vehicles and lanes usually measure. f is not known:
0.9 of the width is between a dashcam's and a phone's, so that metres along the road are off by up
to a third, *together*: ratios of them, times to a meeting and the order along the road are not.
Metres across the road do not depend on f.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.scene.ground import Path, Stretch, chained, paths, stretches
from pipeline.scene.lanes import RoadLine, lanes_at, vanishing_point
from pipeline.types import CameraMotion, FloatArray, Kind, LaneLine, Scene, Track

# Heights that vehicles usually have (a motorbike without its rider), m, and their relative spread.
_HEIGHTS = {
    Kind.CAR: (1.5, 0.08),
    Kind.BUS: (3.0, 0.12),
    Kind.TRUCK: (2.6, 0.2),
    Kind.MOTORBIKE: (1.0, 0.15),
}
_LANE = (3.5, 0.12)
_FOCAL = 0.9  # of the picture's width
LEAST_BELOW_PX = 4.0  # under the horizon: nearer to it a place is not told
_LEAST_S = 1.5
_FLICKERS_S = 2.0
_LEAST_WAYS = 3  # lines and ways that have to lead there: one alone may cross the road
_LEAST_RISE = 0.06  # of the height, that a way rises or falls in the picture to show where it leads
_CAMERA_M = (0.5, 20.0)
_TURN_S, _USUAL_MPS = 1.2, 8.0
_BEND_M = 0.7  # aside from the straight line, where a lane is told from the next one


@dataclass(frozen=True, slots=True, eq=False)
class Road:
    """The road before the camera over one stretch, in which it stands or drives throughout."""

    stretch: Stretch
    standing: bool
    horizon_px: float
    vanishing_px: float  # column towards which the road runs
    focal_px: float
    camera_m: float

    def metres_a_pixel(self, rows: FloatArray) -> FloatArray:
        """(N,) across the road at rows (N,); NaN at and above the horizon."""
        below = rows - self.horizon_px
        return self.camera_m / np.where(below > LEAST_BELOW_PX, below, np.nan)


def is_straight(road: Road, scene: Scene, start_s: float, end_s: float, ahead_m: float) -> bool:
    """Is the road straight up to `ahead_m`, as far as the camera's own turning tells?

    A bend that the camera drives through turns it by w radians a second at v metres a second, and
    what is z ahead then lies w z^2 / 2 v beside the straight line. It gets there z / v later. A
    camera that stands tells nothing of bends: True.
    """
    if road.standing:
        return True
    speed = _USUAL_MPS
    if scene.positions is not None:
        at = scene.positions.times_s
        known = scene.positions.speeds_mps[(at >= start_s - 1) & (at <= end_s + 1)]
        if np.isfinite(known).any():
            speed = max(float(np.nanmedian(known)), 2.0)
    until_s = end_s + ahead_m / speed
    times = scene.ego.times_s
    frames = np.flatnonzero((times >= start_s - 0.5) & (times <= until_s))
    if len(frames) < 4:
        return True
    point = (road.vanishing_px, road.horizon_px)
    moved = []  # of the vanishing point, from each look to one a second later
    step = max(round(_TURN_S * scene.sample_rate_hz), 1)
    for first in range(0, max(len(frames) - step, 1), 2):
        part = frames[first : first + step + 1]
        moved.append(chained(scene.ego, part.tolist(), point)[-1, 0] - point[0])
    seconds = min(_TURN_S, float(times[frames[-1]] - times[frames[0]]))
    turning = float(np.abs(moved).max()) / road.focal_px / max(seconds, 0.2)
    return turning * ahead_m**2 / (2 * speed) <= _BEND_M


def roads(scene: Scene, tracks: Sequence[Track], lines: Sequence[RoadLine]) -> Iterator[Road]:
    """The stretches over which the camera stands, and those over which it drives."""
    ways_of = [(stretch, True) for stretch in stretches(scene.ego, _LEAST_S)]
    ways_of += [(stretch, False) for stretch in _driven(scene)]
    for stretch, standing in sorted(ways_of, key=lambda item: item[0].first):
        road = _road(scene, stretch, standing, tracks, lines)
        if road is not None:
            yield road


def _driven(scene: Scene) -> Iterator[Stretch]:
    """Stretches of a camera that drives; its picture is its own anchor.

    A moment in which it seems to turn, or nothing can be told, does not end one: it drove before
    and after, and what is measured in the picture needs no homography.
    """
    states, times = scene.ego.states, scene.ego.times_s
    runs: list[list[int]] = []
    still = False  # since the last run
    for frame, state in enumerate(states):
        if state is CameraMotion.STILL:
            still = True
        if state is not CameraMotion.DRIVING:
            continue
        if runs and not still and times[frame] - times[runs[-1][1]] <= _FLICKERS_S:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
        still = False
    for first, last in runs:
        if times[last] - times[first] >= _LEAST_S:
            anchors = np.repeat(np.eye(3)[None], last - first + 1, axis=0)
            yield Stretch(first, last, float(times[first]), float(times[last]), anchors)


def _road(
    scene: Scene,
    stretch: Stretch,
    standing: bool,
    tracks: Sequence[Track],
    lines: Sequence[RoadLine],
) -> Road | None:
    ways = [way for way in paths(tracks, stretch, scene) if way.track.kind.is_vehicle]
    mine = [line for line in lines if line.in_picture is not standing]
    point = vanishing_point(mine, scene, stretch.start_s, stretch.end_s)
    if point is None:
        # Too few lines: what drives along the road leads to where they would meet.
        mine = [*mine, *(line for way in ways if (line := _as_line(way, stretch, scene)))]
        if len(mine) >= _LEAST_WAYS:
            point = vanishing_point(mine, scene, stretch.start_s, stretch.end_s)
    if point is None:
        return None
    height = _camera_m(ways, [line for line in mine if line in lines], scene, stretch, point[1])
    if height is None:
        return None
    return Road(stretch, standing, point[1], point[0], _FOCAL * scene.width, height)


def _as_line(way: Path, stretch: Stretch, scene: Scene) -> RoadLine | None:
    """The way of one that goes straight along the road, as a line over the whole stretch."""
    whole = way.whole > 0
    if whole.sum() < 5:
        return None
    x, y = way.feet[whole].T
    if np.ptp(y) < _LEAST_RISE * scene.height:
        return None
    slope, start = np.polyfit(y, x, 1)
    if float(np.std(x - start - slope * y)) > 0.15 * float(np.median(way.widths)):
        return None
    ends = np.array([y.max(), y.min()])
    line = LaneLine(
        np.column_stack([start + slope * ends, ends]),
        stretch.first,
        stretch.start_s,
        stretch.end_s,
        0.0,
        1.0,
        "white",
        False,
        0.5,
    )
    return RoadLine((line,), False)


def _camera_m(
    ways: Sequence[Path],
    lines: Sequence[RoadLine],
    scene: Scene,
    stretch: Stretch,
    horizon: float,
) -> float | None:
    """Its height by all rulers at hand: the mean of logarithms weighted by 1/spread^2."""
    logs, weights = [], []
    for way in ways:
        usual = _HEIGHTS.get(way.track.kind)
        whole = (way.whole > 0) & (way.feet[:, 1] - horizon > 2 * LEAST_BELOW_PX)
        if usual is None or whole.sum() < 4:
            continue
        ratio = float(np.median((way.feet[whole, 1] - horizon) / way.heights[whole]))
        logs.append(np.log(usual[0] * ratio))
        weights.append(usual[1] ** -2)
    middle_s = (stretch.start_s + stretch.end_s) / 2
    lanes = lanes_at(lines, scene, middle_s)
    if lanes.left and lanes.right and lanes.confidence > 0:
        row = np.array([0.85 * scene.height])
        wide = lanes.right.column(row, middle_s) - lanes.left.column(row, middle_s)
        logs.append(float(np.log(_LANE[0] * (row[0] - horizon) / wide[0])))
        weights.append(_LANE[1] ** -2)
    if not logs:
        return None
    height = float(np.exp(np.average(logs, weights=weights)))
    return height if _CAMERA_M[0] < height < _CAMERA_M[1] else None
