"""Films with a sound track: a motorbike ahead that is revved; and the noise of one that is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from driving_range import noises, sounds, ways
from driving_range.staged import Staged, behind_traffic, bike
from pipeline.types import FloatArray

_DURATION_S = 9.5
_ROAD_DB, _ENGINE_DB = -24.0, 18.0  # the road below full scale; the engine over the road


def revs_ahead(seed: int) -> Staged:
    """A motorbike rides before the camera and is revved again and again."""
    rng = np.random.default_rng([seed, 21])
    starts = np.cumsum(rng.uniform(1.25, 1.4, 6))
    rpm, load = sounds.rev_bursts(rng, _DURATION_S, list(starts))
    return _followed(seed, "revs ahead", sounds.engine(rng, rpm, load), ("revving_honking",))


def pulls_away_ahead(seed: int) -> Staged:
    """The same motorbike in the same place; one rev, one press of a horn, an engine that works."""
    rng = np.random.default_rng([seed, 22])
    rpm, load = sounds.rev_bursts(rng, _DURATION_S, [2.0])
    press, _ = sounds.horn(rng, "motorbike", 0.5)
    sound = sounds.engine(rng, rpm, load) + noises.passing(rng, _DURATION_S, cylinders=1)
    sound += 0.5 * sounds.placed(len(sound), press, 5.0)
    return _followed(seed, "pulls away ahead", sound, ())


def _followed(seed: int, name: str, sound: FloatArray, rules: tuple[str, ...]) -> Staged:
    """A dashcam behind one motorbike, and what its microphone hears inside of the car."""
    world, camera = behind_traffic(seed)
    world = replace(world, duration_s=_DURATION_S)
    speed = float(np.diff(camera.way(np.array([0.0, 1.0]))[:, 1])[0])
    world.add(bike(ways.straight(4.9, 6.5, speed + 0.05), seed=seed))
    rng = np.random.default_rng([seed, 23])
    road = noises.road(rng, _DURATION_S) * 10 ** (_ROAD_DB / 20)
    heard = sounds.over(road, sounds.in_cabin(sound, rng), _ENGINE_DB)
    heard = np.asarray(heard / max(float(np.abs(heard).max()), 1.0))
    return Staged(name, world, camera, rules, sound=heard)


NOISES: dict[str, Callable[[int], Staged]] = {
    stage.__name__: stage for stage in (revs_ahead, pulls_away_ahead)
}
