"""A world and a camera become what the program would have recorded: tracks and a scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from driving_range import marks
from driving_range.aboard_looks import with_aboard
from driving_range.actors import Actor
from driving_range.camera import Camera, Poses
from driving_range.case import Case
from driving_range.detector import looks
from driving_range.followed import follow
from driving_range.motion import motion
from driving_range.paint import lane_lines
from driving_range.views import View, views
from driving_range.world import World
from pipeline.scene.builder import settled
from pipeline.types import EgoMotion, FloatArray, Scene, Track

RATE_HZ = 5.0


@dataclass(frozen=True)
class Observed:
    """What was recorded, and the truth behind it."""

    world: World
    camera: Camera
    times_s: FloatArray  # (F,)
    poses: Poses
    views: Sequence[View]
    tracks: Sequence[Track]
    scene: Scene
    owners: Mapping[int, int]  # a track's id to the index of the view that it shows

    def ids(self, actor: Actor, rider: int | None = None) -> tuple[int, ...]:
        """Tracks of an actor (or of its `rider`th rider), longest first."""
        wanted = None if rider is None else actor.riders[rider]
        mine = [
            track
            for track in self.tracks
            if (view := self.views[self.owners[track.id]]).actor is actor and view.rider is wanted
        ]
        return tuple(track.id for track in sorted(mine, key=len, reverse=True))

    def view(self, actor: Actor) -> View:
        return next(v for v in self.views if v.actor is actor and v.rider is None)

    def case(
        self,
        name: str,
        rule: str,
        culprit: Actor | None = None,
        truth: Mapping[str, float] | None = None,
        span_s: tuple[float, float] | None = None,
        also: tuple[str, ...] = (),
    ) -> Case:
        """A positive case where there is a culprit, else one to be silent on."""
        ids = self.ids(culprit) if culprit is not None else ()
        return Case(
            name,
            rule,
            culprit is not None,
            self.tracks,
            self.scene,
            truth or {},
            span_s,
            ids[0] if ids else None,
            ids,
            also,
            (self.world, self.camera),
        )


def observe(
    world: World,
    camera: Camera,
    rng: np.random.Generator,
    *,
    rate_hz: float = RATE_HZ,
    satellites: bool = False,
) -> Observed:
    """Watch a world; `satellites` gives the scene the camera's positions."""
    times = np.arange(round(world.duration_s * rate_hz) + 1) / rate_hz
    poses = camera.poses(times)
    bodies = views(world, poses, times)
    seen = [looks(view, camera.size, rate_hz, world.noise, rng) for view in bodies]
    hiding = np.full((max(len(bodies), 1), len(times), 4), np.nan)
    for index, look in enumerate(seen):
        hiding[index, look.found] = look.boxes[look.found]
    raw = motion(world, poses, times, hiding, rng)
    ego = EgoMotion(raw.times_s, raw.homographies, settled(raw.states), raw.inlier_shares)
    tracks, owners = follow(bodies, seen, ego, rate_hz, camera.size)
    (closer,) = rng.spawn(1)  # a stream of its own
    tracks = with_aboard(tracks, bodies, seen, camera.size, world.noise, closer)
    scene = Scene(
        width=camera.size[0],
        height=camera.size[1],
        sample_rate_hz=rate_hz,
        ego=ego,
        lines=lane_lines(world, poses, ego, hiding, rng),
        stop_lines=marks.stop_lines(world, poses, ego, rng),
        lights=marks.lights(world, poses, times, rng),
        sounds=world.sounds,
        positions=marks.positions(world, camera, times, rng) if satellites else None,
        zones=marks.zones(world),
    )
    return Observed(world, camera, times, poses, bodies, tracks, scene, owners)
