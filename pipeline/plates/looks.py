"""Which frames of a track are worth reading: the vehicle large, whole, and at different moments.

The first look at a vehicle is the farthest and worst, and two looks a fifth of a second apart are
nearly one; so looks are chosen over the whole track, each weighed against those already chosen.
"""

from __future__ import annotations

import math

import numpy as np

from pipeline.types import Track

_CUT_PENALTY = 1.5  # in doublings of size: a vehicle cut by the frame may have its plate outside
_CONFIDENCE_WORTH = 2.0  # doublings between a certain detection and a doubtful one
_SAME_MOMENT_PENALTY = 2.5
_SAME_MOMENT_S = 0.6
_EDGE_SHARE = 0.004  # of the frame's side: nearer than that, a box is cut


def choose_looks(track: Track, scene_size: tuple[int, int], k: int) -> list[int]:
    """Indices of at most `k` observations of `track` to read, in order of time.

    `scene_size` is (width, height) in pixels. Frames can then be fetched at `track.times_s[i]`.
    """
    if k <= 0 or len(track) == 0:
        return []
    width, height = scene_size
    boxes = track.boxes.astype(np.float64)
    sides = np.sqrt(np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), 1.0))
    edge_x, edge_y = _EDGE_SHARE * width, _EDGE_SHARE * height
    # The lower edge costs most: plates hang low.
    cut = (
        (boxes[:, 0] <= edge_x).astype(float)
        + (boxes[:, 2] >= width - 1 - edge_x)
        + 2.0 * (boxes[:, 3] >= height - 1 - edge_y)
    )
    worth = np.log2(sides) + _CONFIDENCE_WORTH * track.confidences - _CUT_PENALTY * cut
    chosen: list[int] = []
    while len(chosen) < min(k, len(track)):
        near = np.zeros(len(track))
        for index in chosen:
            apart = np.abs(track.times_s - track.times_s[index])
            near += _SAME_MOMENT_PENALTY * np.exp(-apart / _SAME_MOMENT_S)
        value = worth - near
        value[chosen] = -math.inf
        chosen.append(int(value.argmax()))
    return sorted(chosen)
