"""Horizon, camera height and focal length of a trip, from everything in it whose size is known.

- The horizon: where vehicles that come and go would have no height, and where the two lines of a
  lane meet.
- The camera's height H over the road, all from sizes in pixels at a foot (y - h) below the horizon:
  vehicles of usual height; the lane, 3.0 to 3.75 m between its lines (QCVN 41); plates of known
  size (traits of `pipeline.closeups.rulers`), where H is the plate's scale times (y - h).
- The focal length: as cameras usually have it; better where satellites tell the speed v and at
  least three vehicles rest beside the road, for what rests comes nearer by v, so that
  d(1/(y - h))/dt = -v / (f H). Who travels has another rate, each his own; who rests, all the same.

Each estimate has its own standard deviation; they are averaged by inverse variance, and where they
disagree the uncertainty grows accordingly.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np

from pipeline.scene.camera import FOCAL, FOCAL_SIGMA, Height, LevelGround, height_of, horizon_of
from pipeline.scene.ground import Path
from pipeline.scene.quantity import Quantity, combined, propagated
from pipeline.types import CameraMotion, FloatArray, LaneLine, Scene, Track

LANE = Quantity(3.4, 0.25)  # metres from the middle of one line to that of the next
USUAL_HEIGHT = Quantity(1.4, 0.3)  # metres: a camera behind a windscreen
_MOST_LANES, _SAME_SIGMAS = 3, 2.0
_FIXED = (CameraMotion.STILL, CameraMotion.DRIVING)  # the horizon keeps its row
_EDGE_PX = 3.0
_LEAST_LOOKS = 5
_MEETING = 0.012  # of the picture's width: how well two lines tell where they meet
_LEAST_SLANT_PX = 20.0  # between the feet of two lines at the near and at the far row
_CONTACT = Quantity(0.5, 0.5)  # metres from the plate's plane on to where wheels meet the road
_FOCALS = (0.5, 1.3)  # of the picture's width: no camera of ours is wider or narrower
_AGREEING, _AT_REST = 0.1, 3  # share by which, and number of vehicles at rest that tell the focal
_LEAST_SPEED_MPS = 3.0
_LEAST_NEARER = 1.3  # times nearer at the end than at the start


def ground_of(
    tracks: Sequence[Track], scene: Scene, without: Collection[int] = ()
) -> LevelGround | None:
    """The ground under a camera that stands or drives; None where nothing of known size tells it.

    Tracks in `without` are not asked: whoever is to be measured is no ruler. A camera that pans
    has a horizon in every frame, so nothing is said of it.
    """
    if not any(state in _FIXED for state in scene.ego.states):
        return None
    ways = [way for track in tracks if track.id not in without for way in _way(track, scene)]
    lanes = [lane for pair in _lanes(scene) if (lane := _meet(*pair, scene.width)) is not None]
    rows = [row for _, row in lanes]
    horizon = combined([one for one in (horizon_of(ways, scene.width), combined(rows)) if one])
    if horizon is None:
        return None
    sizes = [height_of(ways, horizon), _by_plates(ways, horizon, FOCAL * scene.width)]
    height = Height.together([one for one in sizes if one is not None])
    about = combined([USUAL_HEIGHT] if height is None else [height.metres, USUAL_HEIGHT])
    by_lanes = _by_lanes(scene, horizon, about or USUAL_HEIGHT)
    height = Height.together([one for one in (height, by_lanes) if one is not None])
    if height is None:
        return None
    focal = _focal(ways, scene, horizon, height.metres)
    return LevelGround.of(horizon, scene.width, focal, height)


def heading_column(scene: Scene) -> Quantity | None:
    """The column towards which the camera drives, by the lines of its lane; None without lines."""
    lanes = [lane for pair in _lanes(scene) if (lane := _meet(*pair, scene.width)) is not None]
    return combined([column for column, _ in lanes])


def _way(track: Track, scene: Scene) -> list[Path]:
    """What is seen of it whole, where the horizon keeps its row; a list of one or none."""
    boxes = track.boxes.astype(np.float64)
    whole = (boxes[:, 0] > _EDGE_PX) & (boxes[:, 1] > _EDGE_PX)
    whole &= (boxes[:, 2] < scene.width - _EDGE_PX) & (boxes[:, 3] < scene.height - _EDGE_PX)
    whole &= np.array([scene.ego.states[frame] in _FIXED for frame in track.frames], bool)
    rows = np.flatnonzero(whole)
    if len(rows) < _LEAST_LOOKS or not track.kind.is_vehicle:
        return []
    boxes = boxes[rows]
    feet = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]])
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    return [Path(track, track.times_s[rows], feet, width, height, np.ones(len(rows)))]


def _lanes(scene: Scene) -> list[tuple[LaneLine, LaneLine]]:
    """The camera's own lane in each stretch in which it is seen: its left and its right line."""
    found = []
    for start in sorted({line.start_s for line in scene.lines if line.in_picture}):
        lines = [line for line in scene.lines if line.in_picture and line.start_s == start]
        left = [line for line in lines if line.points[0, 0] < scene.width / 2]
        right = [line for line in lines if line.points[0, 0] >= scene.width / 2]
        if left and right:
            found.append(
                (
                    max(left, key=lambda line: float(line.points[0, 0])),
                    min(right, key=lambda line: float(line.points[0, 0])),
                )
            )
    return found


def _meet(left: LaneLine, right: LaneLine, width: int) -> tuple[Quantity, Quantity] | None:
    """Column and row where the lines of a lane meet."""
    near, far = (
        np.stack([left.points[0], right.points[0]]),
        np.stack([left.points[-1], right.points[-1]]),
    )
    slant = (near - far)[:, 0]
    if slant[1] - slant[0] < _LEAST_SLANT_PX:
        return None  # they do not come together
    matrix = np.column_stack([near[0] - far[0], far[1] - near[1]])
    share = np.linalg.solve(matrix, far[1] - far[0])
    column, row = far[0] + share[0] * (near[0] - far[0])
    error = _MEETING * width
    return Quantity(float(column), error), Quantity(float(row), error)


def _by_lanes(scene: Scene, horizon: Quantity, about: Quantity) -> Height | None:
    """By the width of a lane; `about` tells whether it is one or several with no line between."""
    found = []
    for left, right in _lanes(scene):
        row = max(float(left.points[0, 1]), float(right.points[0, 1]))
        wide = _column(right, row) - _column(left, row)
        if wide <= 0:
            continue
        fits = []
        for number in range(1, _MOST_LANES + 1):
            per_px = number / wide
            share = per_px * (row - horizon.value)
            metres = Quantity(LANE.value * share, LANE.sigma * abs(share))
            off = abs(metres.value - about.value) / math.hypot(metres.sigma, about.sigma)
            fits.append((off, Height(metres, -LANE.value * per_px)))
        off, best = min(fits, key=lambda fit: fit[0])
        if off < _SAME_SIGMAS:
            found.append(best)
    return _alike(found)


def _column(line: LaneLine, row: float) -> float:
    near, far = line.points[0], line.points[-1]
    return float(near[0] + (near[0] - far[0]) * (row - near[1]) / (near[1] - far[1]))


def _by_plates(ways: Sequence[Path], horizon: Quantity, focal_px: float) -> Height | None:
    """By plates: the scale in metres a pixel, times how far the foot is below the horizon."""
    found = []
    for way in ways:
        rows = np.searchsorted(way.track.times_s, way.times_s)
        scales = way.track.trait("mm_per_px")[rows] / 1000
        sigmas = way.track.trait("mm_per_px_sigma")[rows] / 1000
        looks = []
        for scale, sigma, foot in zip(scales, sigmas, way.feet[:, 1], strict=True):
            if not (np.isfinite(scale) and np.isfinite(sigma)):
                continue
            below = float(foot) - horizon.value
            metres = propagated(
                lambda s, behind, below=below: s * below * (1 + behind / (focal_px * s)),
                Quantity(float(scale), float(sigma)),
                _CONTACT,
            )
            looks.append(Height(metres, -metres.value / below))
        one = _alike(looks)
        if one is not None:
            found.append(one)
    return Height.together(found)


def _focal(ways: Sequence[Path], scene: Scene, horizon: Quantity, height: Quantity) -> Quantity:
    usual = Quantity(FOCAL * scene.width, FOCAL_SIGMA * scene.width)
    if scene.positions is None:
        return usual
    found = []
    for way in ways:
        gone = _gone(way, scene)
        below = way.feet[:, 1] - horizon.value
        if gone is None or below.min() <= 2 or below.max() / below.min() < _LEAST_NEARER:
            continue
        rate = -float(np.polyfit(gone, 1 / below, 1, w=below**2)[0])  # 1 / (f H)
        if rate > 0 and _FOCALS[0] < 1 / (rate * height.value * scene.width) < _FOCALS[1]:
            found.append(1 / (rate * height.value))
    if not found:
        return usual
    values = np.array(found)
    alike = np.abs(values[:, None] / values[None] - 1) < _AGREEING
    best = int(alike.sum(axis=0).argmax())
    members = values[alike[:, best]]
    if len(members) < _AT_REST:
        return usual
    share = math.hypot(float(members.std()) / float(members.mean()), _AGREEING / 2)
    share = math.hypot(share / math.sqrt(len(members)), height.sigma / height.value)
    mean = float(members.mean())
    return combined([usual, Quantity(mean, share * mean)]) or usual


def _gone(way: Path, scene: Scene) -> FloatArray | None:
    """(N,) metres that the camera has gone since the first look; None where it was not driving."""
    assert scene.positions is not None
    times, speeds = scene.positions.times_s, scene.positions.speeds_mps
    inside = (times >= way.times_s[0]) & (times <= way.times_s[-1])
    if inside.sum() < _LEAST_LOOKS or not np.isfinite(speeds[inside]).all():
        return None
    if float(speeds[inside].min()) < _LEAST_SPEED_MPS:
        return None
    steps = (speeds[1:] + speeds[:-1]) / 2 * np.diff(times)
    total = np.concatenate([[0.0], np.cumsum(np.nan_to_num(steps))])
    gone: FloatArray = np.interp(way.times_s, times, total)
    return gone - gone[0]


def _alike(estimates: Sequence[Height]) -> Height | None:
    """The mean of estimates that share their errors: more of them make it no surer."""
    if not estimates:
        return None
    values = np.array([one.metres.value for one in estimates])
    sigma = float(np.median([one.metres.sigma for one in estimates]))
    sigma = math.hypot(sigma, float(values.std()) / len(values))
    per_px = float(np.median([one.per_px for one in estimates]))
    return Height(Quantity(float(np.median(values)), sigma), per_px)
