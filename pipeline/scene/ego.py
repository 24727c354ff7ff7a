"""The camera's own motion between two sampled pictures, from what is at rest around it.

Corners of the background (nothing inside the boxes of road users, nothing in the bands where
cameras burn in their text and where a bonnet shows) are followed by the pyramidal Lucas-Kanade
method and checked by following them back. A camera that stands or turns about itself sees all of
them move by one homography, H = K R K^-1 (Hartley and Zisserman, Multiple View Geometry, 8.4.2);
one that moves through the world does not, for near things shift more than far ones.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.scene.small import Small
from pipeline.types import CameraMotion, FloatArray

_CORNERS = 250
_LEAST_POINTS = 25
_WINDOW = (21, 21)
_LEVELS = 3
_BACK_ERROR_PX = 1.0
_RANSAC_PX = 2.0
_STILL_PX = 1.2  # a stand swaying in the wind stays below
_STILL_SHARE = 0.6  # of the points; others are leaves, shadows and unseen road users
_TURNING_INLIERS = 0.9
_TURNING_GROWTH = 0.025  # of the picture, from one sample to the next; a drive makes it grow
_FOCAL = 0.8  # of the longer side, as cameras usually have it
_NEAR_PART = 0.6  # of the height: what lies below is near, and moves first when the camera does
_SMOOTHED_OVER = 5  # samples
_TEXT_BAND, _BONNET_BAND = 0.08, 0.10  # shares of the height without corners
_BOX_MARGIN = 0.08  # of a box's size


@dataclass(frozen=True, slots=True)
class Motion:
    """How one sampled picture follows from the one before it."""

    homography: FloatArray  # (3, 3) pixels of the previous picture to pixels of this one
    state: CameraMotion
    inlier_share: float  # of the followed points, explained by the homography


@dataclass(slots=True)
class EgoEstimator:
    """Follows the background from picture to picture; one call a sampled picture."""

    _previous: NDArray[np.uint8] | None = None
    _boxes: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 4), np.float32))
    _recent: deque[tuple[float, float]] = field(
        default_factory=lambda: deque(maxlen=_SMOOTHED_OVER)
    )

    def update(self, small: Small, boxes: NDArray[np.float32]) -> Motion:
        """Take in a picture with the boxes (N, 4) of its road users, in pixels of the full one."""
        grey, scale = small.grey, small.scale
        previous, previous_boxes = self._previous, self._boxes
        self._previous, self._boxes = grey, boxes * np.float32(scale)
        unknown = Motion(np.eye(3), CameraMotion.UNKNOWN, 0.0)
        if previous is None or previous.shape != grey.shape:
            return unknown
        before, after = _follow(previous, grey, previous_boxes)
        if len(before) < _LEAST_POINTS:
            self._recent.clear()
            return unknown
        homography, inliers = _homography(before, after)
        state = state_of(before, after, inliers, grey.shape, self._recent)
        return Motion(_rescaled(homography, scale), state, float(inliers.mean()))


def state_of(
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    inliers: NDArray[np.bool_],
    shape: tuple[int, ...],
    recent: deque[tuple[float, float]],
) -> CameraMotion:
    """What points (N, 2) of a picture of `shape` (height, width) say, with the samples before.

    `recent` holds inlier shares and growths of the last samples; this one's are added.
    """
    flows = np.linalg.norm(after - before, axis=1)
    if _is_still(flows, before[:, 1] > _NEAR_PART * shape[0]):
        recent.append((1.0, 0.0))
        return CameraMotion.STILL
    recent.append((float(inliers.mean()), growth(before[inliers], after[inliers], shape)))
    shares, growths = np.array(recent).T
    is_turning = float(np.median(shares)) >= _TURNING_INLIERS
    is_turning &= abs(float(np.median(growths))) <= _TURNING_GROWTH
    return CameraMotion.PANNING if is_turning else CameraMotion.DRIVING


def with_gps(motion: Motion, moves: bool | None) -> Motion:
    """The motion with the satellites' word on it; `moves` None leaves it as it is.

    The homography stays what it was: a picture that could not be followed was not. Who stands
    cannot drive: traffic that fills the picture and was not seen as such looks like it.
    """
    match motion.state, moves:
        case CameraMotion.UNKNOWN, True:
            return replace(motion, state=CameraMotion.DRIVING)
        case CameraMotion.DRIVING, False:
            is_turn = motion.inlier_share >= _TURNING_INLIERS
            state = CameraMotion.PANNING if is_turn else CameraMotion.UNKNOWN
            return replace(motion, state=state)
    return motion


def _is_still(flows: NDArray[np.float32], near: NDArray[np.bool_]) -> bool:
    """Most points stay where they were, and those nearby too: a creeping car shows there first."""
    if float((flows < _STILL_PX).mean()) < _STILL_SHARE:
        return False
    return int(near.sum()) < 5 or float(np.median(flows[near])) < _STILL_PX


def _follow(
    previous: NDArray[np.uint8], grey: NDArray[np.uint8], boxes: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(N, 2) corners of the background in the previous picture, and where they are now."""
    height = grey.shape[0]
    mask = np.full(grey.shape, 255, np.uint8)
    mask[: int(_TEXT_BAND * height)] = 0
    mask[int((1 - _BONNET_BAND) * height) :] = 0
    for x1, y1, x2, y2 in boxes:
        dx, dy = _BOX_MARGIN * (x2 - x1) + 2, _BOX_MARGIN * (y2 - y1) + 2
        mask[max(int(y1 - dy), 0) : int(y2 + dy) + 1, max(int(x1 - dx), 0) : int(x2 + dx) + 1] = 0
    corners = cv2.goodFeaturesToTrack(previous, _CORNERS, 0.01, 8, mask=mask)
    if corners is None:
        return np.empty((0, 2), np.float32), np.empty((0, 2), np.float32)
    corners = np.asarray(corners, np.float32).reshape(-1, 1, 2)
    lk = {"winSize": _WINDOW, "maxLevel": _LEVELS}
    there, seen, _ = cv2.calcOpticalFlowPyrLK(previous, grey, corners, None, **lk)  # type: ignore[call-overload]
    back, seen_back, _ = cv2.calcOpticalFlowPyrLK(grey, previous, there, None, **lk)  # type: ignore[call-overload]
    good = (seen.ravel() > 0) & (seen_back.ravel() > 0)
    good &= np.linalg.norm((back - corners).reshape(-1, 2), axis=1) < _BACK_ERROR_PX
    return corners[good, 0], there[good, 0]


def _homography(
    before: NDArray[np.float32], after: NDArray[np.float32]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """RANSAC homography, or the identity with no inliers where it would fold the picture."""
    cv2.setRNGSeed(0)  # the same footage gives the same record
    found, inliers = cv2.findHomography(before, after, cv2.RANSAC, _RANSAC_PX)
    nothing = np.zeros(len(before), bool)
    if found is None:
        return np.eye(3), nothing
    homography = np.asarray(found, np.float64)
    if not 0.5 < float(np.linalg.det(homography[:2, :2])) < 2.0 or np.abs(homography[2]).max() > 2:
        return np.eye(3), nothing
    return homography, inliers.ravel().astype(bool)


def growth(
    before: NDArray[np.float32], after: NDArray[np.float32], shape: tuple[int, ...]
) -> float:
    """By what share points (N, 2) spread from the middle of a picture of `shape` (height, width).

    What a rotation of the camera explains is taken off: the rotation that brings the lines of sight
    nearest to each other (Kabsch 1976), with a focal length of `_FOCAL` widths. 0 for a camera that
    turns, positive driving ahead.
    """
    if len(before) < 2:
        return 0.0
    middle, focal = np.array(shape[1::-1]) / 2, _FOCAL * max(shape[:2])
    sights = [
        np.column_stack([(points - middle) / focal, np.ones(len(points))])
        for points in (before, after)
    ]
    one, other = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in sights)
    u, _, vt = np.linalg.svd(one.T @ other)
    turned = one @ (u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt)
    turned = turned[:, :2] / turned[:, 2:]
    off = sights[1][:, :2] - turned
    return float((turned * off).sum() / max(float(np.square(turned).sum()), 1e-9))


def _rescaled(homography: FloatArray, scale: float) -> FloatArray:
    """A homography of the small picture as one of the full picture's pixels."""
    shrink = np.diag([scale, scale, 1.0])
    full = np.diag([1 / scale, 1 / scale, 1.0]) @ homography @ shrink
    return np.asarray(full / full[2, 2])
