"""Detections of successive frames as tracks: BoT-SORT of the library `trackers`.

People, two-wheelers and other vehicles are tracked apart: a rider's box lies over the motorbike's,
and a motorbike comes into the picture where a car has just left it; each pair would take each
other's identity. The camera's motion is not estimated here a second time: the scene
has it already and hands it in, once for each frame.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import supervision
from numpy.typing import NDArray
from trackers import CMC, BIoU, BoTSORTTracker

from pipeline.types import KINDS, Colour, Detections, Frame, Kind, Track
from pipeline.vision.colour import ColourVotes

_LOST_S = 1.5  # a road user that is hidden for longer comes back as a new track
_BUFFER_RATIO = 0.3  # boxes are widened by this share: at 5 pictures a second things jump
_START_CONFIDENCE = 0.35  # a track begins at a detection this sure, and lives on weaker ones
_PERSON = KINDS.index(Kind.PERSON)
_TWO_WHEELERS = (Kind.BICYCLE, Kind.MOTORBIKE)
_GROUPS = 3
# The group that each kind is tracked in.
_GROUP_OF = np.array(
    [0 if kind is Kind.PERSON else 1 if kind in _TWO_WHEELERS else 2 for kind in KINDS]
)


class _GivenMotion(CMC):
    """Camera-motion compensation from a homography that somebody else estimated."""

    def __init__(self) -> None:
        super().__init__()
        self.homography: NDArray[np.float64] = np.eye(3)

    def estimate(
        self, frame_bgr: NDArray[np.uint8], dets_xyxy: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        height, width = frame_bgr.shape[:2]
        return affine_at(self.homography, width / 2, height / 2).astype(np.float32)


def affine_at(homography: NDArray[np.float64], x: float, y: float) -> NDArray[np.float64]:
    """(2, 3) first-order approximation of a homography around the point (x, y)."""
    numerator = homography[:2] @ np.array([x, y, 1.0])
    denominator = float(homography[2] @ np.array([x, y, 1.0]))
    value = numerator / denominator
    jacobian = (homography[:2, :2] - np.outer(value, homography[2, :2])) / denominator
    return np.column_stack([jacobian, value - jacobian @ np.array([x, y])])


@dataclass(slots=True)
class _History:
    """The columns of one growing track, compact: about 30 bytes an observation."""

    frames: array[int] = field(default_factory=lambda: array("i"))
    times: array[float] = field(default_factory=lambda: array("d"))
    boxes: array[float] = field(default_factory=lambda: array("f"))
    confidences: array[float] = field(default_factory=lambda: array("f"))
    kind_votes: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(KINDS)))
    colours: ColourVotes = field(default_factory=ColourVotes)

    def track(self, track_id: int) -> Track:
        kind = int(self.kind_votes.argmax())
        colour: Colour | None = None if kind == _PERSON else self.colours.winner()
        return Track(
            id=track_id,
            kind=KINDS[kind],
            kind_share=float(self.kind_votes[kind] / self.kind_votes.sum()),
            frames=np.array(self.frames, np.int32),
            times_s=np.array(self.times, np.float64),
            boxes=np.array(self.boxes, np.float32).reshape(-1, 4),
            confidences=np.array(self.confidences, np.float32),
            colour=colour,
        )


class Tracker:
    """Follows people and vehicles through the sampled frames of one trip."""

    def __init__(self, sample_rate_hz: float) -> None:
        self._motion = _GivenMotion()
        self._groups = [self._botsort(sample_rate_hz) for _ in range(_GROUPS)]
        self._histories: dict[int, _History] = {}
        self._ids: dict[tuple[int, int], int] = {}
        self._last_id = 0

    def _botsort(self, sample_rate_hz: float) -> BoTSORTTracker:
        tracker = BoTSORTTracker(
            frame_rate=sample_rate_hz,
            lost_track_buffer=round(_LOST_S * 30),  # the library counts in frames at 30 a second
            track_activation_threshold=_START_CONFIDENCE,
            high_conf_det_threshold=_START_CONFIDENCE,
            minimum_consecutive_frames=2,
            minimum_iou_threshold_first_assoc=0.1,
            minimum_iou_threshold_second_assoc=0.3,
            minimum_iou_threshold_unconfirmed_assoc=0.1,
            iou=BIoU(_BUFFER_RATIO),
            enable_cmc=True,
        )
        tracker.cmc = self._motion
        return tracker

    def update(
        self, frame: Frame, detections: Detections, homography: NDArray[np.float64]
    ) -> NDArray[np.int32]:
        """Take one frame in; `homography` maps the previous frame's background to this one.

        Returns (N,) the track id of each detection, -1 for a vehicle that belongs to no track yet.
        """
        self._motion.homography = homography
        ids = np.full(len(detections), -1, np.int32)
        people = detections.kinds == _PERSON
        for group, tracker in enumerate(self._groups):
            members = np.flatnonzero(_GROUP_OF[detections.kinds] == group)
            tracked = tracker.update(
                supervision.Detections(
                    xyxy=detections.boxes[members],
                    confidence=detections.confidences[members],
                    class_id=detections.kinds[members].astype(int),
                    data={"member": members},
                ),
                frame=frame.image,
                timestamp=frame.time_s,
            )
            if len(tracked) == 0 or tracked.tracker_id is None:
                continue
            for member, number in zip(tracked.data["member"], tracked.tracker_id, strict=True):
                if number >= 0:
                    ids[member] = self._id(group, int(number))
        for member in np.flatnonzero((ids < 0) & people):
            # A rider among riders jumps from box to box: seen but not followed is a track of one
            # look, for whoever counts people needs them all.
            ids[member] = self._new_id()
        for member in np.flatnonzero(ids >= 0):
            self._append(int(ids[member]), frame, detections, int(member))
        return ids

    def _id(self, group: int, number: int) -> int:
        key = (group, number)
        if key not in self._ids:
            self._ids[key] = self._new_id()
        return self._ids[key]

    def _new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _append(self, track_id: int, frame: Frame, detections: Detections, member: int) -> None:
        history = self._histories.setdefault(track_id, _History())
        box = detections.boxes[member]
        confidence = float(detections.confidences[member])
        history.frames.append(frame.index)
        history.times.append(frame.time_s)
        history.boxes.extend(box.tolist())
        history.confidences.append(confidence)
        history.kind_votes[detections.kinds[member]] += confidence
        if detections.kinds[member] != _PERSON:
            history.colours.look(frame.image, box, confidence)

    def tracks(self) -> Iterator[Track]:
        """All tracks so far, in the order in which they began."""
        for track_id, history in sorted(self._histories.items()):
            yield history.track(track_id)
