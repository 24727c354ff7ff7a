"""What a rule is: an id, settings, and one method that judges what was observed.

A rule gets the tracks and the scene of one trip, never pixels. It returns candidates with what was
measured, and says where it could not judge. How to add one: `docs/architecture.md`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from pipeline.types import Abstention, Incident, Measure, Scene, Track

Language = Literal["vi", "en"]

_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")


class RuleSettings(BaseModel):
    """What may be set of every rule; a rule adds its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True


S = TypeVar("S", bound=RuleSettings)


class Rule(ABC, Generic[S]):
    """One act of the list. Subclasses are registered with `pipeline.violations.registry.rule`."""

    id: ClassVar[str]
    names: ClassVar[dict[Language, str]]
    settings_type: ClassVar[type[RuleSettings]]
    sentence: ClassVar[dict[Language, str]]  # template, filled from the measures by name
    sample_rate_hz: ClassVar[float] = 0.0  # the least that it needs; 0: whatever the run has
    traits: ClassVar[tuple[str, ...]] = ()  # closer looks by which it judges
    networks: ClassVar[tuple[str, ...]] = ()  # shipped ones that the scene is seen by, likewise

    def __init__(self, settings: S) -> None:
        self.settings = settings

    @abstractmethod
    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        """Candidates in one trip, and the stretches that could not be judged."""

    def incident(
        self,
        track: Track,
        span: tuple[float, float],
        confidence: float,
        measures: Sequence[Measure],
        best_times_s: Sequence[float],
        others: Sequence[int] = (),
        sentence: Mapping[Language, str] | None = None,
    ) -> Incident:
        """A candidate whose sentences are filled from its measures and the vehicle's kind.

        `sentence` goes in the place of the rule's own template, where an act has several forms.
        """
        values: dict[str, float] = {measure.name: measure.value for measure in measures}
        sentences = {}
        for language, template in (sentence or self.sentence).items():
            text = template.format(vehicle=KIND_WORDS[language][track.kind], **values)
            if language == "vi":
                text = _DECIMAL_POINT.sub(",", text)
            sentences[str(language)] = text[:1].upper() + text[1:]
        return Incident(
            rule=self.id,
            track_id=track.id,
            start_s=span[0],
            end_s=span[1],
            confidence=round(min(max(confidence, 0.0), 0.99), 3),
            measures=tuple(measures),
            best_times_s=tuple(best_times_s),
            sentences=sentences,
            other_track_ids=tuple(others),
        )


KIND_WORDS: dict[Language, dict[str, str]] = {
    "vi": {
        "person": "người đi bộ",
        "bicycle": "xe đạp",
        "motorbike": "xe mô tô",
        "car": "ô tô con",
        "bus": "xe khách",
        "truck": "xe tải",
    },
    "en": {
        "person": "pedestrian",
        "bicycle": "bicycle",
        "motorbike": "motorbike",
        "car": "car",
        "bus": "bus",
        "truck": "truck",
    },
}


def spans(flags: Sequence[bool], times: Sequence[float], bridge_s: float) -> Iterator[slice]:
    """Stretches of true flags as slices; holes of at most `bridge_s` are bridged."""
    start = last = -1
    for index, flag in enumerate(flags):
        if not flag:
            continue
        if start >= 0 and times[index] - times[last] > bridge_s:
            yield slice(start, last + 1)
            start = index
        if start < 0:
            start = index
        last = index
    if start >= 0:
        yield slice(start, last + 1)
