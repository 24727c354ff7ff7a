"""One staged stretch of traffic as the program would record it, and what is true of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from driving_range.camera import Camera
from driving_range.world import World
from pipeline.types import Scene, Track


@dataclass(frozen=True, slots=True)
class Case:
    """A positive case shows the act of `rule` once, by `culprit`; a negative one must stay silent.

    `truth` maps names of measures (as the rule's incident names them) to their true values, in the
    incident's units. `also` names other rules whose act is shown too; they are neither wanted nor
    held against them. `stage` is what it was made from, for whoever films it.
    """

    name: str
    rule: str
    positive: bool
    tracks: Sequence[Track]
    scene: Scene
    truth: Mapping[str, float] = field(default_factory=dict)
    span_s: tuple[float, float] | None = None  # from when to when the act lasts
    culprit: int | None = None  # a track's id
    culprits: tuple[int, ...] = ()  # every track of the culprit, where it was lost and found again
    also: tuple[str, ...] = ()
    stage: tuple[World, Camera] | None = None
