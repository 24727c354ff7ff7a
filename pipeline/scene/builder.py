"""The scene of one trip, built frame by frame while it is watched."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.scene.driven import Driven
from pipeline.scene.ego import EgoEstimator, Motion, with_gps
from pipeline.scene.lights import LightFinder
from pipeline.scene.lines import LineFinder
from pipeline.scene.small import Small
from pipeline.scene.stop_lines import StopLineFinder
from pipeline.types import CameraMotion, Detections, EgoMotion, Frame, Gap, Scene


class SceneBuilder:
    """Takes in each sampled frame once; `finish` gives what the rules may know."""

    def __init__(self, sample_rate_hz: float, driven: Driven | None = None) -> None:
        self._rate = sample_rate_hz
        self._driven = driven  # what the satellites say of it, where there are any
        self._ego = EgoEstimator()
        self._lines = LineFinder()
        self._stop_lines = StopLineFinder()
        self._lights = LightFinder()
        self._times: list[float] = []
        self._motions: list[Motion] = []
        self._size = (0, 0)

    def update(self, frame: Frame, detections: Detections) -> Motion:
        """Take a frame in; returns how the camera moved since the one before."""
        small = Small.of(frame.image)
        motion = self._ego.update(small, detections.boxes)
        if self._driven is not None:
            moves = self._driven.moves(frame.footage_index, frame.file_time_s)
            motion = with_gps(motion, moves)
        self._lines.update(small, detections.boxes, motion.state, frame.index, frame.time_s)
        self._stop_lines.update(small, detections.boxes, motion, frame.index, frame.time_s)
        self._lights.update(frame, detections.boxes, motion)
        self._times.append(frame.time_s)
        self._motions.append(motion)
        self._size = (frame.image.shape[1], frame.image.shape[0])
        return motion

    def finish(self, gaps: Sequence[Gap] = ()) -> Scene:
        """The scene of all frames taken in so far."""
        self._lines.close()
        self._stop_lines.close()
        motions = self._motions
        return Scene(
            width=self._size[0],
            height=self._size[1],
            sample_rate_hz=self._rate,
            ego=EgoMotion(
                times_s=np.array(self._times, np.float64),
                homographies=np.array(
                    [motion.homography for motion in motions], np.float64
                ).reshape(-1, 3, 3),
                states=settled([motion.state for motion in motions]),
                inlier_shares=np.array([motion.inlier_share for motion in motions], np.float64),
            ),
            lines=tuple(self._lines.lines),
            gaps=tuple(gaps),
            stop_lines=tuple(self._stop_lines.lines),
            lights=self._lights.lights(),
        )


def settled(states: Sequence[CameraMotion]) -> tuple[CameraMotion, ...]:
    """The states without flicker: each the commonest among itself and its two neighbours.

    What could not be followed stays unknown, however still it is before and after: footage that is
    cut looks like that, and nobody keeps a place across a cut.
    """
    settled = list(states)
    for index in range(1, len(states) - 1):
        before, here, after = states[index - 1 : index + 2]
        if before is after and here is not before and here is not CameraMotion.UNKNOWN:
            settled[index] = before
    if len(settled) > 1 and settled[0] is CameraMotion.UNKNOWN:
        settled[0] = settled[1]  # the first frame has nothing to be compared with
    return tuple(settled)
