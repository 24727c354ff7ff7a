"""Rules judged on cases: what was found, missed, found where nothing was, and how well measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np

from driving_range import acts
from driving_range.case import Case
from pipeline.types import Incident
from pipeline.violations.base import Rule

_SLACK_S = 1.0  # that an incident may lie beside the act's span


@dataclass(slots=True)
class Score:
    """What became of one rule's cases."""

    positives: int = 0
    negatives: int = 0
    found: int = 0
    missed: list[str] = field(default_factory=list)  # names of cases
    false: list[str] = field(default_factory=list)  # one for each finding that is not true
    doubles: int = 0  # further findings of an act that was found
    errors: dict[str, list[float]] = field(default_factory=dict)  # measure to relative errors

    @property
    def recall(self) -> float:
        return self.found / self.positives if self.positives else float("nan")

    @property
    def precision(self) -> float:
        told = self.found + len(self.false)
        return self.found / told if told else float("nan")

    def within(self, measure: str, share: float) -> float:
        """Share of the measurements that are off by at most `share` of the truth."""
        errors = np.abs(self.errors.get(measure, []))
        return float((errors <= share).mean()) if len(errors) else float("nan")

    def join(self, other: Score) -> None:
        """Take in the score of further cases."""
        self.positives += other.positives
        self.negatives += other.negatives
        self.found += other.found
        self.missed += other.missed
        self.false += other.false
        self.doubles += other.doubles
        for name, errors in other.errors.items():
            self.errors.setdefault(name, []).extend(errors)

    def add(self, case: Case, incidents: Sequence[Incident]) -> None:
        """Take in what the rule found on a case of its own act."""
        if not case.positive:
            self.negatives += 1
            self.false += [case.name] * len(incidents)
            return
        self.positives += 1
        hits = [incident for incident in incidents if is_of(incident, case)]
        self.false += [case.name] * (len(incidents) - len(hits))
        self.doubles += max(len(hits) - 1, 0)
        if not hits:
            self.missed.append(case.name)
            return
        self.found += 1
        best = max(hits, key=lambda incident: incident.confidence)
        for measure in best.measures:
            true = case.truth.get(measure.name)
            if true is not None:
                error = (measure.value - true) / true if true else measure.value
                self.errors.setdefault(measure.name, []).append(error)


def is_of(incident: Incident, case: Case) -> bool:
    """Is it about the culprit (any of its tracks), while the act lasts?"""
    ids = set(case.culprits) | ({case.culprit} if case.culprit is not None else set())
    if incident.track_id not in ids:
        return False
    if case.span_s is None:
        return True
    start, end = case.span_s
    return incident.start_s <= end + _SLACK_S and incident.end_s >= start - _SLACK_S


def incidents_of(rule: Rule[Any], case: Case) -> list[Incident]:
    return [i for i in rule.judge(case.tracks, case.scene) if isinstance(i, Incident)]


def score(rule: Rule[Any], cases: Iterable[Case]) -> Score:
    """One rule on cases of its act."""
    result = Score()
    for case in cases:
        result.add(case, incidents_of(rule, case))
    return result


def known_acts() -> dict[str, list[str]]:
    """Rules with cases, each with the modules of `acts` that stage them."""
    found: dict[str, list[str]] = {}
    for module in iter_modules(acts.__path__):
        made = import_module(f"{acts.__name__}.{module.name}")
        if hasattr(made, "cases"):
            found.setdefault(getattr(made, "RULE", module.name), []).append(module.name)
    return found


def cases_of(module: str, seed: int) -> Iterable[Case]:
    """The cases that one module of `acts` stages of a seed."""
    made: Iterable[Case] = import_module(f"{acts.__name__}.{module}").cases(seed)
    return made
