"""Where a vehicle is across the road, look by look, in metres, however often its track was lost.

A vehicle that swings is lost by the tracker in the middle of a swing, or taken for one that it
passes. So tracks are cut where they jump, and those of one kind that follow each other at one
place, and whose succession nobody else could claim, are one *string*.
The sideways place of a string is told against the far background,

    X(t) = (x_middle(t) - x_background(t)) / s(t),   s = min(w / W, h / H),

with w, h the box's sides in pixels and W, H what the kind measures seen from behind (metres): a
side view makes w larger than the scale says and riders make h so, hardly ever smaller. What the
road does by itself, drifting off the picture's axis (linear in time and in distance, for a pinhole
camera on a straight road) or bending slowly, is taken out by least squares.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.scene.ground import chained, is_whole
from pipeline.types import CameraMotion, FloatArray, Kind, Scene, Track

# Seen from behind, metres: width and height of what a detector boxes. A motorbike's upper part is
# hidden by its riders; and from above a box is higher than the vehicle, for its front stands higher
# in the picture than its rear.
SIDES_M = {
    Kind.MOTORBIKE: (0.77, 1.11),
    Kind.BICYCLE: (0.62, 1.10),
    Kind.CAR: (1.83, 1.70),
}
_TWO_WHEELS = (Kind.MOTORBIKE, Kind.BICYCLE)
_GAP_S = 2.0  # between the end of a track and the start of the next of a string
_OVERLAP_S = 0.7  # a new track may begin before the old one is given up
_REACH_M, _REACH_MPS = 0.8, 2.2  # sideways from one to the other: at once, and more a second
_GROWTH = 0.3  # logarithm of the ratio of scales, at most
_JUMP = 0.3  # of its height (and by its foot): the tracker took another vehicle for it
_NARROW = 0.95  # width by height: two wheels from behind or ahead
_SMOOTH_S = 1.6  # the scale is a quantile over so long:
_QUANTILE = 0.35  # a vehicle that turns aside shows its flank
_LEAST_INLIERS = 0.3  # share of the background that must follow, or the place is not told


@dataclass(frozen=True, slots=True)
class Sideways:
    """A string's way across the road: arrays of one length N, sorted by time."""

    track: Track  # the longest of its tracks
    ids: tuple[int, ...]  # of all its tracks
    frames: NDArray[np.intp]
    times_s: FloatArray
    middles: FloatArray  # X of the box's middle, metres
    lefts: FloatArray  # of its left edge
    rights: FloatArray
    scales: FloatArray  # pixels a metre
    background: FloatArray  # (N,) column of the far point, pixels
    confidences: FloatArray

    def __len__(self) -> int:
        return len(self.times_s)


def strings(tracks: Sequence[Track]) -> list[list[Track]]:
    """Vehicles as rows of (parts of) tracks that follow each other; each is in one row."""
    vehicles = [part for track in tracks if track.kind in SIDES_M for part in _parts(track)]
    vehicles.sort(key=lambda part: part.start_s)
    by_end = sorted(range(len(vehicles)), key=lambda index: vehicles[index].end_s)
    starts = [part.start_s for part in vehicles]
    ends = [vehicles[index].end_s for index in by_end]
    heir: dict[int, int] = {}
    claimed: set[int] = set()
    for one in by_end:
        end_s = vehicles[one].end_s
        near = range(bisect_left(starts, end_s - _OVERLAP_S), bisect_right(starts, end_s + _GAP_S))
        heirs = [i for i in near if i not in claimed and _follows(vehicles[one], vehicles[i])]
        if not heirs:
            continue
        first = vehicles[heirs[0]]
        before = slice(
            bisect_left(ends, first.start_s - _GAP_S),
            bisect_right(ends, first.start_s + _OVERLAP_S),
        )
        rivals = [
            i for i in by_end[before] if i != one and i not in heir and _follows(vehicles[i], first)
        ]
        beside = any(vehicles[i].start_s <= first.end_s for i in heirs[1:])
        if not rivals and not beside:
            heir[one] = heirs[0]
            claimed.add(heirs[0])
    rows = []
    for index, part in enumerate(vehicles):
        if index not in claimed:
            row, at = [part], index
            while at in heir:
                at = heir[at]
                row.append(vehicles[at])
            rows.append(row)
    return rows


def _parts(track: Track) -> Iterator[Track]:
    """A track cut where it jumped to another vehicle: the box is of another size or place."""
    boxes = track.boxes.astype(np.float64)
    heights = np.maximum(boxes[:, 3] - boxes[:, 1], 1e-3)
    grown = np.abs(np.diff(np.log(heights)))
    moved = np.abs(np.diff(boxes[:, 3])) / np.minimum(heights[1:], heights[:-1])
    cuts = np.flatnonzero((grown > _JUMP) & (moved > _JUMP)) + 1
    if len(cuts) == 0:
        yield track
        return
    wide = (boxes[:, 2] - boxes[:, 0]) / heights
    for rows in np.split(np.arange(len(track)), cuts):
        # The kind was voted for by all looks together; which of them is this one its shape tells.
        narrow = float(np.median(wide[rows])) < _NARROW
        kind = Kind.MOTORBIKE if narrow else Kind.CAR
        yield replace(
            track,
            kind=track.kind if track.kind in _TWO_WHEELS and narrow else kind,
            kind_share=track.kind_share / 2,
            frames=track.frames[rows],
            times_s=track.times_s[rows],
            boxes=track.boxes[rows],
            confidences=track.confidences[rows],
            traits={},
        )


def _follows(one: Track, other: Track) -> bool:
    """May `other` be the same vehicle as `one`, lost and found again?"""
    gap = other.start_s - one.end_s
    if not -_OVERLAP_S <= gap <= _GAP_S or not _alike(one.kind, other.kind):
        return False
    if other.start_s <= one.start_s or other.end_s <= one.end_s:
        return False
    last, first = one.boxes[-1].astype(float), other.boxes[0].astype(float)
    before, after = _scale(last, one.kind), _scale(first, other.kind)
    if abs(float(np.log(after / before))) > _GROWTH:
        return False
    off = np.abs((first[[0, 2]] + first[[2, 0]] - last[[0, 2]] - last[[2, 0]]) / 2)[0]
    down = abs(first[3] - last[3])
    reach = (_REACH_M + _REACH_MPS * abs(gap)) * (before + after) / 2
    return bool(off <= reach and down <= 0.5 * reach)


def _alike(one: Kind, other: Kind) -> bool:
    return one is other or (one in _TWO_WHEELS and other in _TWO_WHEELS)


def _scale(box: FloatArray, kind: Kind) -> float:
    width, height = SIDES_M[kind]
    return float(max(min((box[2] - box[0]) / width, (box[3] - box[1]) / height), 1e-3))


def sideways(row: Sequence[Track], scene: Scene) -> Iterator[Sideways]:
    """A string's way, a piece for each stretch over which the background was followed."""
    longest = max(row, key=lambda part: len(part) * part.kind_share)  # rather a whole one
    kind = longest.kind
    frames = np.concatenate([track.frames for track in row]).astype(int)
    times = np.concatenate([track.times_s for track in row])
    boxes = np.concatenate([track.boxes for track in row]).astype(np.float64)
    sure = np.concatenate([track.confidences for track in row]).astype(np.float64)
    whole = is_whole(boxes, scene)
    order = np.argsort(frames[whole], kind="stable")
    rows = np.flatnonzero(whole)[order]
    rows = rows[np.diff(frames[rows], prepend=-1) > 0]
    frames, times, boxes, sure = frames[rows], times[rows], boxes[rows], sure[rows]
    if len(frames) < 2:
        return
    width, height = SIDES_M[kind]
    raw = np.minimum((boxes[:, 2] - boxes[:, 0]) / width, (boxes[:, 3] - boxes[:, 1]) / height)
    scales = _smooth(np.maximum(raw, 1e-3), times)
    lost = _lost(scene)
    start = 0
    for index in range(1, len(frames) + 1):
        if index < len(frames) and not lost[frames[index - 1] + 1 : frames[index] + 1].any():
            continue
        part = slice(start, index)
        start = index
        if part.stop - part.start < 2:
            continue
        far = (scene.width / 2, float(boxes[part.start, 1]))
        background = chained(scene.ego, frames[part].tolist(), far)[:, 0]
        edges = (boxes[part][:, [0, 2]] - background[:, None]) / scales[part, None]
        yield Sideways(
            longest,
            tuple(track.id for track in row),
            frames[part],
            times[part],
            edges.mean(axis=1),
            edges[:, 0],
            edges[:, 1],
            scales[part],
            background,
            sure[part],
        )


def _lost(scene: Scene) -> NDArray[np.bool_]:
    """(F,) where the background was not followed from the frame before.

    A driving camera's picture hardly shifts from one frame to the next: there a single frame is
    borne.
    """
    lost = scene.ego.inlier_shares < _LEAST_INLIERS
    driven = np.array([state is CameraMotion.DRIVING for state in scene.ego.states], bool)
    alone = lost & ~np.roll(lost, 1) & ~np.roll(lost, -1)
    return np.asarray(lost & ~(alone & driven))


def _smooth(values: FloatArray, times: FloatArray) -> FloatArray:
    """Quantiles over `_SMOOTH_S` around each."""
    first = np.searchsorted(times, times - _SMOOTH_S / 2)
    last = np.searchsorted(times, times + _SMOOTH_S / 2, side="right")
    return np.array([np.quantile(values[a:b], _QUANTILE) for a, b in zip(first, last, strict=True)])


def swerves(values: FloatArray, times: FloatArray, scales: FloatArray) -> FloatArray:
    """What is left of sideways places when the road's own drift and slow bends are taken out."""
    t = (times - times.mean()) / max(float(np.ptp(times)), 1e-6)
    columns = [np.ones(len(t)), t, t**2]
    if float(np.log(scales.max() / scales.min())) > 0.25:
        columns.append(1 / scales)
    basis = np.column_stack(columns)
    solution, *_ = np.linalg.lstsq(basis, values, rcond=None)
    return np.asarray(values - basis @ solution)
