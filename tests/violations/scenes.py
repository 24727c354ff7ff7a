"""Tracks and scenes of known truth, for the arithmetic of rules."""

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.types import CameraMotion, EgoMotion, Kind, LaneLine, Scene, Track

RATE = 5.0
WIDTH, HEIGHT = 1280, 720

Box = tuple[float, float, float, float]


def track(
    track_id: int,
    kind: Kind,
    box_at: Callable[[float], Box],
    start_s: float,
    end_s: float,
    confidence: float = 0.8,
    jitter_px: float = 0.0,
) -> Track:
    """A track sampled at `RATE`, its box given as a function of time."""
    first, last = round(start_s * RATE), round(end_s * RATE)
    frames = np.arange(first, last + 1, dtype=np.int32)
    boxes = np.array([box_at(frame / RATE) for frame in frames], np.float32)
    noise = np.random.default_rng(track_id).normal(0, jitter_px, boxes.shape)
    return Track(
        id=track_id,
        kind=kind,
        kind_share=1.0,
        frames=frames,
        times_s=frames / RATE,
        boxes=boxes + noise.astype(np.float32),
        confidences=np.full(len(frames), confidence, np.float32),
    )


def standing(x: float, foot: float, width: float, height: float) -> Callable[[float], Box]:
    return lambda time: (x - width / 2, foot - height, x + width / 2, foot)


def scene(
    duration_s: float,
    state: CameraMotion = CameraMotion.STILL,
    pan_px: float = 0.0,
    lines: Sequence[LaneLine] = (),
) -> Scene:
    """A scene whose camera pans `pan_px` to the right from each sample to the next."""
    count = round(duration_s * RATE) + 1
    homographies = np.repeat(np.eye(3)[None], count, axis=0)
    homographies[1:, 0, 2] = -pan_px
    return Scene(
        width=WIDTH,
        height=HEIGHT,
        sample_rate_hz=RATE,
        ego=EgoMotion(
            times_s=np.arange(count) / RATE,
            homographies=homographies,
            states=(state,) * count,
            inlier_shares=np.ones(count),
        ),
        lines=tuple(lines),
    )
