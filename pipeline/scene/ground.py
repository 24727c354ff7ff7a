"""Where road users stand on the ground, held still under a camera that stands or turns.

Over a stretch in which the camera does not travel, one homography a frame maps the picture onto
that of the stretch's first frame. What rests on the road then rests in those *anchored* pixels,
however much the camera pans.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.types import CameraMotion, EgoMotion, FloatArray, Scene, Track

_STANDING = (CameraMotion.STILL, CameraMotion.PANNING)
_EDGE_PX = 3.0
_BESIDE = 1.0  # of the picture's sides, from its middle: farther off a place is lost
_MOVED, _GROWN = 1.5, 0.2  # of its width; logarithm of the ratio of its heights


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sampled frames `first` to `last` (both in it) over which the camera does not travel."""

    first: int
    last: int
    start_s: float
    end_s: float
    anchors: FloatArray  # (last - first + 1, 3, 3): pixels of each frame to those of the first

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Path:
    """A track's way over the ground in a stretch: arrays of one length N, anchored pixels."""

    track: Track
    times_s: FloatArray
    feet: FloatArray  # (N, 2) middle of the box's lower edge
    widths: FloatArray  # (N,) of that edge
    heights: FloatArray  # (N,) of the box
    whole: FloatArray  # (N,) 1 where the box is not cut by the picture's edge

    def __len__(self) -> int:
        return len(self.times_s)

    @property
    def length_px(self) -> float:
        """From its first to its last foot, as the crow flies."""
        return float(np.linalg.norm(self.feet[-1] - self.feet[0])) if len(self) else 0.0

    @property
    def is_moving(self) -> bool:
        """Further than jitter of the boxes explains: across the picture, or away or towards it."""
        if len(self) < 4:
            return False
        third = max(len(self) // 3, 1)
        start, end = np.median(self.heights[:third]), np.median(self.heights[-third:])
        grown = abs(float(np.log(end / start))) if start > 0 and end > 0 else 0.0
        return self.length_px > _MOVED * float(np.median(self.widths)) or grown > _GROWN


def stretches(ego: EgoMotion, least_s: float = 0.0) -> list[Stretch]:
    """Maximal stretches of a standing camera that last `least_s` or longer."""
    found = []
    for first, last in _runs([state in _STANDING for state in ego.states]):
        start, end = float(ego.times_s[first]), float(ego.times_s[last])
        if end - start < least_s or last == first:
            continue
        anchors = np.empty((last - first + 1, 3, 3))
        anchors[0] = np.eye(3)
        for offset in range(1, len(anchors)):
            anchor = anchors[offset - 1] @ np.linalg.inv(ego.homographies[first + offset])
            anchors[offset] = anchor / anchor[2, 2]
        found.append(Stretch(first, last, start, end, anchors))
    return found


def is_whole(boxes: NDArray[np.floating[Any]], scene: Scene) -> NDArray[np.bool_]:
    """(N,) True for boxes (N, 4) that no side and no lower edge of the picture cuts."""
    return np.asarray(
        (boxes[:, 0] > _EDGE_PX)
        & (boxes[:, 2] < scene.width - _EDGE_PX)
        & (boxes[:, 3] < scene.height - _EDGE_PX)
    )


def paths(tracks: Sequence[Track], stretch: Stretch, scene: Scene) -> list[Path]:
    """The ways of all tracks seen in the stretch, at least twice each."""
    found = []
    for track in tracks:
        rows = np.flatnonzero((track.frames >= stretch.first) & (track.frames <= stretch.last))
        if len(rows) < 2:
            continue
        boxes = track.boxes[rows].astype(np.float64)
        anchors = stretch.anchors[track.frames[rows] - stretch.first]
        left = _mapped(anchors, boxes[:, [0, 3]])
        right = _mapped(anchors, boxes[:, [2, 3]])
        top = _mapped(anchors, np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 1]]))
        feet = (left + right) / 2
        found.append(
            Path(
                track,
                track.times_s[rows],
                feet,
                np.linalg.norm(right - left, axis=1),
                np.linalg.norm(feet - top, axis=1),
                is_whole(boxes, scene).astype(np.float64),
            )
        )
    return found


def chained(ego: EgoMotion, frames: Sequence[int], point: tuple[float, float]) -> FloatArray:
    """(N, 2) where a point of the picture at `frames[0]`, far away, is at each of `frames`.

    The homographies follow the far background also under a camera that drives: most corners that
    can be followed from one sample to the next are far.
    """
    result = np.empty((len(frames), 2))
    here = np.array([*point, 1.0])
    at = int(frames[0])
    for index, frame in enumerate(frames):
        while at < int(frame):
            at += 1
            here = ego.homographies[at] @ here
            here = here / here[2]
        result[index] = here[:2]
    return result


def from_its_place(
    frames: NDArray[np.integer[Any]], boxes: FloatArray, scene: Scene
) -> tuple[slice, FloatArray]:
    """How far, in pixels, boxes (N, 4) at `frames` (N,) are from where the first was.

    The rows that could be compared, and a distance for each of them. The comparison begins anew
    where a picture could not be followed, for there the homography says nothing and everybody would
    seem to jump (the longest part counts), and ends where the camera has turned so far that the
    place is well outside of the picture: of what lies behind it a homography tells nothing either.
    """
    part = _followed(scene.ego, frames)
    feet = np.column_stack([(boxes[part, 0] + boxes[part, 2]) / 2, boxes[part, 3]])
    place = chained(scene.ego, frames[part].tolist(), (float(feet[0, 0]), float(feet[0, 1])))
    off = np.abs(place / (scene.width, scene.height) - 0.5).max(axis=1)
    out = np.flatnonzero(off > _BESIDE)
    count = int(out[0]) if len(out) else len(feet)
    moved = np.linalg.norm(feet - place, axis=1)[:count]
    return slice(part.start, part.start + count), np.asarray(moved)


def _followed(ego: EgoMotion, frames: NDArray[np.integer[Any]]) -> slice:
    """The most of `frames` in a row over which the background is known from each to the next."""
    unknown = np.array([state is CameraMotion.UNKNOWN for state in ego.states], int)
    lost = np.cumsum(unknown)[frames]  # rises by one or more from a frame to the next
    edges = [0, *(np.flatnonzero(np.diff(lost)) + 1).tolist(), len(frames)]
    return max((slice(a, b) for a, b in pairwise(edges)), key=lambda part: part.stop - part.start)


def _mapped(homographies: FloatArray, points: FloatArray) -> FloatArray:
    """(N, 2) each point under the homography of its own."""
    whole = np.einsum("nij,nj->ni", homographies, np.column_stack([points, np.ones(len(points))]))
    return np.asarray(whole[:, :2] / whole[:, 2:])


def _runs(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        yield int(start), int(end) - 1
