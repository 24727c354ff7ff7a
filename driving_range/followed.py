"""Detections of all bodies through the program's own tracker, which loses, swaps and splits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from driving_range.detector import Looks
from driving_range.views import View
from pipeline.types import Colour, Detections, EgoMotion, FloatArray, Frame, Track
from pipeline.vision.tracker import Tracker

_SAME = 0.85  # overlap with a surer box above which a detector drops a box


def follow(
    views: Sequence[View],
    looks: Sequence[Looks],
    ego: EgoMotion,
    rate_hz: float,
    size: tuple[int, int],
) -> tuple[list[Track], dict[int, int]]:
    """Tracks, and for each track's id the index of the view that most of it shows.

    `size`: width and height of the pictures; the tracker linearises the camera's motion at their
    middle.
    """
    tracker = Tracker(rate_hz)
    nothing = np.zeros((size[1], size[0], 3), np.uint8)
    shown: dict[int, list[int]] = defaultdict(list)  # track id to views, look by look
    for index, time_s in enumerate(ego.times_s):
        here = np.array([i for i, look in enumerate(looks) if look.found[index]], int)
        boxes = np.array([looks[i].boxes[index] for i in here], np.float32).reshape(-1, 4)
        sure = np.array([looks[i].confidences[index] for i in here], np.float32)
        kinds = np.array([looks[i].kinds[index] for i in here], np.int8)
        keep = _apart(boxes, sure, kinds)
        detections = Detections(boxes[keep], sure[keep], kinds[keep])
        frame = Frame(nothing, index, float(time_s), 0, float(time_s))
        ids = tracker.update(frame, detections, ego.homographies[index])
        for which, track_id in zip(here[keep], ids, strict=True):
            if track_id >= 0:
                shown[int(track_id)].append(int(which))
    tracks, owners = [], {}
    for track in tracker.tracks():
        owners[track.id] = Counter(shown[track.id]).most_common(1)[0][0]
        owner = views[owners[track.id]]
        rows = _traits(views, shown[track.id], track.times_s, track.boxes.astype(np.float64))
        colour = Colour(owner.actor.colour, 0.7) if track.kind.is_vehicle else None
        tracks.append(replace(track, colour=colour, traits=rows))
    return tracks, owners


def _traits(
    views: Sequence[View], owners: Sequence[int], times: FloatArray, boxes: FloatArray
) -> Mapping[str, NDArray[np.float32]]:
    """Each look's traits are those of the body that it shows."""
    columns: dict[str, NDArray[np.float32]] = {}
    which = np.array(owners)
    for owner in set(owners):
        view = views[owner]
        rows = np.flatnonzero(which == owner)
        for name, value in (view.actor if view.rider is None else view.rider).traits.items():
            column = columns.setdefault(name, np.full(len(times), np.nan, np.float32))
            column[rows] = value(times[rows], boxes[rows])
    return columns


def _apart(
    boxes: NDArray[np.float32], sure: NDArray[np.float32], kinds: NDArray[np.int8]
) -> NDArray[np.int64]:
    """Indices of boxes that no surer box of their kind nearly equals."""
    order = np.argsort(-sure, kind="stable")
    kept: list[int] = []
    for index in order:
        box = boxes[index]
        for other in kept:
            if kinds[other] != kinds[index]:
                continue
            sides = np.minimum(box[2:], boxes[other, 2:]) - np.maximum(box[:2], boxes[other, :2])
            common = float(np.prod(np.maximum(sides, 0)))
            areas = float(np.prod(box[2:] - box[:2]) + np.prod(boxes[other, 2:] - boxes[other, :2]))
            if common > _SAME * (areas - common):
                break
        else:
            kept.append(int(index))
    return np.array(sorted(kept), int)
