"""Watching a trip: each sampled frame once, decoded while the one before is looked at.

frames -> detect -> ego-motion, lines, lights -> track -> closer looks;  sound beside them
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from pipeline.closeups.base import Closeup
from pipeline.closeups.closeups import Closeups
from pipeline.footage.frames import frames
from pipeline.progress import Advance
from pipeline.scene.builder import SceneBuilder
from pipeline.scene.driven import Driven
from pipeline.scene.positions import positions_of
from pipeline.settings import Settings
from pipeline.sound.listen import listen
from pipeline.types import Gap, Scene, Track, Trip
from pipeline.vision.detector import Detector
from pipeline.vision.tracker import Tracker


def observe(
    trip: Trip,
    settings: Settings,
    detector: Detector,
    looks: Sequence[Closeup] = (),
    advance: Advance = lambda done: None,
) -> tuple[list[Track], Scene]:
    """Watch a trip once: every road user's track, and what is known of road and camera.

    `looks` are fresh ones (`pipeline.closeups.all.load_closeups`). `advance` is called with the
    seconds of the trip seen so far. Raises DecodeError.
    """
    rate = settings.footage.sample_rate_hz
    tracker, builder, closeups = Tracker(rate), SceneBuilder(rate, Driven(trip)), Closeups(looks)
    gaps: list[Gap] = []
    with closing(frames(trip, settings.footage, on_gap=gaps.append)) as pictures:
        for frame in pictures:
            detections = detector.detect([frame.image])[0]
            motion = builder.update(frame, detections)
            ids = tracker.update(frame, detections, motion.homography)
            closeups.update(frame, detections, ids)
            advance(frame.time_s)
    scene = builder.finish(gaps)
    scene = replace(scene, positions=positions_of(trip, scene.ego.times_s), sounds=listen(trip))
    return closeups.joined(list(tracker.tracks())), scene
