"""Which frames of a track are read."""

from __future__ import annotations

import numpy as np

from pipeline.plates.looks import choose_looks
from pipeline.types import Kind, Track


def approaching(count: int = 50) -> Track:
    """A car that comes nearer at 5 frames a second and leaves over the right edge of 1280 x 720."""
    sizes = np.linspace(60, 400, count)
    right = np.linspace(600, 1400, count)
    boxes = np.stack([right - sizes, 300 - sizes / 2, right, 300 + sizes / 2], axis=1)
    boxes[:, 2] = np.minimum(boxes[:, 2], 1280)
    return Track(
        id=1,
        kind=Kind.CAR,
        kind_share=1.0,
        frames=np.arange(count, dtype=np.int32),
        times_s=np.arange(count) / 5.0,
        boxes=boxes.astype(np.float32),
        confidences=np.full(count, 0.9, np.float32),
    )


def test_near_whole_and_spread_over_time() -> None:
    track = approaching()
    looks = choose_looks(track, (1280, 720), 6)
    assert looks == sorted(set(looks))
    assert len(looks) == 6
    assert min(looks) > 10, "the far ones are left out"
    cut = [index for index in looks if track.boxes[index, 2] >= 1279]
    assert len(cut) <= 2, "those cut by the frame come last"
    assert np.diff(track.times_s[looks]).min() >= 0.4


def test_doubtful_detections_come_last() -> None:
    track = approaching()
    track.confidences[20:40] = 0.1
    assert not set(choose_looks(track, (1280, 720), 3)) & set(range(20, 40))


def test_short_tracks_and_none_wanted() -> None:
    assert choose_looks(approaching(3), (1280, 720), 8) == [0, 1, 2]
    assert choose_looks(approaching(), (1280, 720), 0) == []
