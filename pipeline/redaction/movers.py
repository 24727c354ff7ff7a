"""Whatever moves against the background, known to a detector or not.

A picture is compared with one a moment earlier and one a moment later, both laid over it by the
homography that explains the background: what differs from both moved (three-frame differencing).
Where one homography does not explain the background, the camera drives, everything moves, and
nothing is said. Leaves move, too, but to and fro: only what gets somewhere counts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.redaction.ways import Group, Linker, Way

Image = NDArray[np.uint8]

_LONGEST_SIDE = 960  # pixels of the pictures that are compared
_APART = 2  # looks between a picture and those it is compared with
_CORNERS, _LEAST_CORNERS = 300, 40
_EXPLAINED = 0.7  # share of the corners that move as the background does
_OFF_PX = 1.5
_DIFFERS = 16  # levels of 255
_JOIN_PX = 7  # parts so near belong together
_LEAST_PX, _LEAST_AREA, _MOST_SHARE = 6, 50, 0.25  # of a part; its share of the picture at most
_MOST_MOVING = 0.4  # share of the picture: more, and the camera or the light changed
_AROUND = 0.2  # of a part's sides: edges move, what is between them looks the same
_LOOKS = 5
_TRAVEL, _TRAVEL_PX, _STRAIGHT = 1.0, 16.0, 0.6  # of its shorter side; of the way it made
_REACH_S = 0.2


@dataclass(slots=True)
class _Look:
    time_s: float
    grey: Image
    to_next: NDArray[np.float64] | None = None  # homography to the next look's pixels


@dataclass(slots=True)
class Movers:
    """Takes one look after another; `ways` are those of all that got somewhere."""

    _looks: deque[_Look] = field(default_factory=deque)
    _linker: Linker = field(default_factory=Linker)

    def look(self, time_s: float, image: Image) -> None:
        """A picture, BGR, in order of time and evenly spaced, roughly."""
        scale = min(_LONGEST_SIDE / max(image.shape[:2]), 1.0)
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        if scale < 1:
            grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        now = _Look(time_s, np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.uint8))
        if self._looks:
            self._looks[-1].to_next = _background(self._looks[-1].grey, now.grey)
        self._looks.append(now)
        if len(self._looks) > 2 * _APART + 1:
            self._looks.popleft()
        if len(self._looks) == 2 * _APART + 1:
            found = ((Group.MOVER, box / scale, 1.0) for box in self._moving())
            self._linker.look(self._looks[_APART].time_s, found)

    def ways(self) -> list[Way]:
        return [replace(way, reach_s=_REACH_S) for way in self._linker.ways() if _travels(way)]

    def _moving(self) -> list[NDArray[np.float64]]:
        """Boxes of what moves in the look in the middle."""
        looks = list(self._looks)
        steps = [one.to_next for one in looks[:-1] if one.to_next is not None]
        if len(steps) < len(looks) - 1:
            return []
        middle = looks[_APART].grey
        before, after = np.eye(3), np.eye(3)
        for step in steps[:_APART]:
            before = step @ before
        for step in steps[_APART:]:
            after = step @ after
        apart = np.minimum(
            _difference(middle, looks[0].grey, before),
            _difference(middle, looks[-1].grey, np.linalg.inv(after)),
        )
        mask = (apart > _DIFFERS).astype(np.uint8)
        if mask.mean() > _MOST_MOVING:
            return []
        join = cv2.getStructuringElement(cv2.MORPH_RECT, (_JOIN_PX, _JOIN_PX))
        joined = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, join), np.uint8)
        return list(_parts(joined))


def _parts(joined: Image) -> Iterator[NDArray[np.float64]]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for left, top, width, height, area in stats[1:]:
        if min(width, height) < _LEAST_PX or area < _LEAST_AREA:
            continue
        if width * height > _MOST_SHARE * joined.size:
            continue
        across, down = _AROUND * width, _AROUND * height
        sides = (left - across, top - down, left + width + across, top + height + down)
        yield np.array(sides, np.float64)


def _background(here: Image, there: Image) -> NDArray[np.float64] | None:
    """The homography of the background from one look to the next; None where none explains it."""
    corners = cv2.goodFeaturesToTrack(here, _CORNERS, 0.01, 12)
    if corners is None or len(corners) < _LEAST_CORNERS:
        return None
    moved, seen, _ = cv2.calcOpticalFlowPyrLK(here, there, corners, None)  # type: ignore[call-overload]
    good = seen.ravel() == 1
    if good.sum() < _LEAST_CORNERS:
        return None
    found, inliers = cv2.findHomography(corners[good], moved[good], cv2.RANSAC, _OFF_PX)
    if found is None or inliers.mean() < _EXPLAINED:
        return None
    return np.asarray(found, np.float64)


def _difference(middle: Image, other: Image, onto: NDArray[Any]) -> Image:
    height, width = middle.shape
    laid = cv2.warpPerspective(other, onto, (width, height), flags=cv2.INTER_LINEAR)
    inside = cv2.warpPerspective(np.full_like(other, 255), onto, (width, height))
    apart = middle.astype(np.int16) - laid
    apart -= np.int16(np.median(apart[::4, ::4]))  # the camera, or a cloud, changed the light
    apart[inside < 255] = 0
    return np.asarray(np.minimum(np.abs(apart), 255), np.uint8)


def _travels(way: Way) -> bool:
    if len(way.times_s) < _LOOKS:
        return False
    middles: NDArray[np.float64] = (way.boxes[:, :2] + way.boxes[:, 2:]) / 2
    net = float(np.linalg.norm(middles[-1] - middles[0]))
    path = float(np.linalg.norm(np.diff(middles, axis=0), axis=1).sum())
    sides = np.median(way.boxes[:, 2:] - way.boxes[:, :2], axis=0)
    return net >= max(_TRAVEL * float(sides.min()), _TRAVEL_PX) and net >= _STRAIGHT * path
