"""All closer looks of a trip: run on each sampled frame, kept by track, joined to the tracks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.closeups.base import Closeup
from pipeline.types import Detections, Frame, Track


class Closeups:
    """Runs `looks` over the frames of one trip; memory grows with the looks taken alone."""

    def __init__(self, looks: Sequence[Closeup]) -> None:
        self._looks = looks
        # By track and trait, the frame and the value of each look.
        self._seen: dict[int, dict[str, list[tuple[int, float]]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def update(self, frame: Frame, detections: Detections, ids: NDArray[np.int32]) -> None:
        """Take one frame in; `ids` (N,) the track of each detection, -1 for none."""
        if not len(detections):
            return
        for look in self._looks:
            for trait, values in look.look(frame, detections, ids).items():
                for member in np.flatnonzero(np.isfinite(values) & (ids >= 0)):
                    seen = self._seen[int(ids[member])][trait]
                    seen.append((frame.index, float(values[member])))

    def joined(self, tracks: Sequence[Track]) -> list[Track]:
        """The tracks with what was seen of each."""
        return [self._with_traits(track) for track in tracks]

    def _with_traits(self, track: Track) -> Track:
        seen = self._seen.get(track.id)
        if not seen:
            return track
        traits = {}
        for name, looks in sorted(seen.items()):
            column = np.full(len(track), np.nan, np.float32)
            frames, values = np.array(looks).T
            column[np.searchsorted(track.frames, frames)] = values
            traits[name] = column
        return replace(track, traits=traits)
