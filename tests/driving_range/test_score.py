"""How findings are counted against the truth of cases."""

from dataclasses import replace

import numpy as np
import pytest

from driving_range.case import Case
from driving_range.score import Score, cases_of, is_of, known_acts
from pipeline.types import EgoMotion, Incident, Measure, Scene
from pipeline.violations.registry import known_rules

EGO = EgoMotion(np.array([0.0]), np.eye(3)[None], (), np.array([1.0]))
SCENE = Scene(1280, 720, 5.0, EGO)
ACT = Case("act", "weaving", True, [], SCENE, {"width": 2.0}, (2.0, 6.0), 3, (3, 5))
QUIET = Case("quiet", "weaving", False, [], SCENE)


def incident(track_id: int, start_s: float, end_s: float, width: float = 2.1) -> Incident:
    measures = (Measure("width", width, "m"),)
    return Incident("weaving", track_id, start_s, end_s, 0.8, measures, (start_s,), {})


def test_any_track_of_the_culprit_counts_while_the_act_lasts() -> None:
    assert is_of(incident(3, 3, 5), ACT) and is_of(incident(5, 3, 5), ACT)
    assert not is_of(incident(4, 3, 5), ACT)
    assert not is_of(incident(3, 8, 9), ACT)


def test_recall_precision_and_errors() -> None:
    score = Score()
    score.add(ACT, [incident(3, 3, 5), incident(5, 3, 5, 3.0), incident(9, 3, 5)])
    score.add(replace(ACT, name="missed"), [])
    score.add(QUIET, [incident(1, 0, 1)])
    score.add(QUIET, [])
    assert (score.positives, score.negatives, score.found, score.doubles) == (2, 2, 1, 1)
    assert score.recall == 0.5 and score.precision == pytest.approx(1 / 3)
    assert score.missed == ["missed"] and score.false == ["act", "quiet"]
    assert score.errors["width"] == [pytest.approx(0.05)]
    assert score.within("width", 0.08) == 1.0 and np.isnan(score.within("height", 0.08))
    whole = Score()
    whole.join(score)
    whole.join(score)
    assert whole.recall == 0.5 and len(whole.errors["width"]) == 2


def test_every_rule_with_cases_is_a_rule() -> None:
    assert set(known_acts()) <= set(known_rules())


def test_an_act_shows_what_it_says() -> None:
    """The first cases of a seed: culprits have tracks, quiet ones have none."""
    for index, case in enumerate(cases_of("weaving", 0)):
        if index == 2:
            break
        ids = {track.id for track in case.tracks}
        assert case.positive and case.culprit in ids and set(case.culprits) <= ids
        assert case.truth["swing_width"] > 1
