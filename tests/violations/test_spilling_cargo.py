"""An open heap is a candidate after several looks that agree; a cover, a doubt, a car is not."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from pipeline.types import Incident, Kind, Track
from pipeline.violations.spilling_cargo import SpillingCargo, SpillingCargoSettings
from tests.violations import scenes

HEAP = {"heaped": 0.93, "covered": 0.03, "load_share": 0.12, "load_top": 0.30, "body_top": 0.42}


def looked_at(
    traits: dict[str, float], looks: int = 8, every: int = 3, kind: Kind = Kind.TRUCK
) -> Track:
    """A truck 200 pixels high, looked at at every third sample."""
    track = scenes.track(7, kind, scenes.standing(600, 500, 220, 200), 0, 8)
    rows = np.arange(looks) * every
    columns = {}
    for name, value in traits.items():
        column = np.full(len(track), np.nan, np.float32)
        column[rows] = value
        columns[name] = column
    return replace(track, traits=columns)


def judged(tracks: Sequence[Track]) -> list[Incident]:
    rule = SpillingCargo(SpillingCargoSettings(enabled=True))
    return [one for one in rule.judge(tracks, scenes.scene(8)) if isinstance(one, Incident)]


def test_an_open_heap_is_found_and_measured() -> None:
    (found,) = judged([looked_at(HEAP)])
    measures = {measure.name: measure for measure in found.measures}
    assert found.track_id == 7
    assert measures["looks"].value == 8
    assert measures["heap_share"].value == pytest.approx(12, abs=0.1)
    assert (found.start_s, found.end_s) == (0, pytest.approx(4.2))
    assert "chiếm khoảng 12 % chiều cao xe" in found.sentences["vi"]


@pytest.mark.parametrize(
    "other",
    [
        {"heaped": 0.55},
        {"covered": 0.5},
        {"load_share": 0.01},
        {"load_top": 0.42},
        {"body_top": np.nan},
        {"heaped": np.nan},
    ],
)
def test_each_part_of_the_evidence_is_needed(other: dict[str, float]) -> None:
    assert not judged([looked_at({**HEAP, **other})])


def test_few_looks_or_short_ones_are_not_enough() -> None:
    assert not judged([looked_at(HEAP, looks=3)])
    assert not judged([looked_at(HEAP, looks=5, every=1)])  # within 0.8 s


def test_looks_that_contradict_each_other_are_silent() -> None:
    track = looked_at(HEAP, looks=10)
    heaped = track.traits["heaped"].copy()
    heaped[np.flatnonzero(np.isfinite(heaped))[::3]] = 0.2
    assert not judged([replace(track, traits={**track.traits, "heaped": heaped})])


def test_only_trucks_are_judged() -> None:
    assert not judged([looked_at(HEAP, kind=Kind.BUS)])
    assert not judged([replace(looked_at(HEAP), kind_share=0.4)])


def test_it_is_off_unless_asked_for() -> None:
    assert not SpillingCargoSettings().enabled
