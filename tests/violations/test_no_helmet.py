"""Bare heads from looks of known truth: counted, and left alone where they are in doubt."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from pipeline.types import Incident, Kind, Track
from pipeline.violations.heads import heads, persons
from pipeline.violations.no_helmet import NoHelmet, NoHelmetSettings
from pipeline.violations.riders import loads
from tests.violations.scenes import Box, scene, track

SPEED = 250.0  # pixels a second, to the right: faster than a walk
SECONDS = 4.0


def bike(track_id: int, x: float = 200.0, speed: float = SPEED) -> Track:
    def box(time: float) -> Box:
        middle = x + speed * time
        return (middle - 70, 380, middle + 70, 520)

    return track(track_id, Kind.MOTORBIKE, box, 0, SECONDS)


def rider(
    track_id: int,
    looks: float | Sequence[float],
    *,
    x: float = 200.0,
    off: float = 0.0,
    tall: float = 180.0,
    speed: float = SPEED,
    until_s: float = SECONDS,
    from_s: float = 0.0,
) -> Track:
    """A person `off` px from the motorbike's middle; a look at the head in every second sample."""

    def box(time: float) -> Box:
        middle = x + off + speed * time
        return (middle - 0.2 * tall, 480 - tall, middle + 0.2 * tall, 480)

    made = track(track_id, Kind.PERSON, box, from_s, until_s)
    values = np.full(len(made), np.nan, np.float32)
    some = np.resize(np.asarray(looks, np.float32), len(values[::2]))
    values[::2] = some
    return replace(made, traits={"bare_head": values})


def judged(tracks: list[Track], **settings: float) -> list[Incident]:
    found = NoHelmet(NoHelmetSettings(**settings)).judge(tracks, scene(SECONDS))
    return [one for one in found if isinstance(one, Incident)]


def measures(incident: Incident) -> dict[str, float]:
    return {measure.name: measure.value for measure in incident.measures}


def test_a_bare_head_is_found() -> None:
    (found,) = judged([bike(1), rider(2, 0.98)])
    assert found.track_id == 1 and found.other_track_ids == (2,)
    said = measures(found)
    assert said["bare_heads"] == 1
    assert said["bare_looks"] == said["head_looks"] == 11
    assert said["head_height"] == pytest.approx(0.17 * 180, abs=0.2)
    assert found.confidence > 0.9
    assert "không đội mũ bảo hiểm" in found.sentences["vi"]


def test_the_probability_is_that_of_the_formula() -> None:
    rule = NoHelmet(NoHelmetSettings(prior=0.1, correlation=0.5))
    (load,) = loads([bike(1), rider(2, 0.9)])
    (head,) = heads(load, persons([rider(2, 0.9)]))
    # Of heads of 27 px and more a rider's looks are worth 1.27 times what Kish's formula says.
    odds = np.log(0.1 / 0.9) + 1.27 * 11 / (1 + 10 * 0.5) * np.log(0.9 / 0.1)
    assert rule.probability(head) == pytest.approx(1 / (1 + np.exp(-odds)), abs=1e-3)


def test_helmets_are_left_alone() -> None:
    assert judged([bike(1), rider(2, 0.03)]) == []


def test_of_two_the_one_without_is_counted() -> None:
    (found,) = judged([bike(1), rider(2, 0.02, off=-30), rider(3, 0.99, off=30)])
    assert measures(found)["bare_heads"] == 1
    assert found.other_track_ids == (3,)


def test_three_without_are_three() -> None:
    people = [rider(2 + i, 0.98, off=off) for i, off in enumerate((-45, 0, 45))]
    (found,) = judged([bike(1), *people])
    assert measures(found)["bare_heads"] == 3


def test_a_rider_lost_and_found_again_is_one() -> None:
    first = rider(2, 0.98, until_s=1.8)
    second = rider(3, 0.98, from_s=2.0)
    (found,) = judged([bike(1), first, second])
    assert measures(found)["bare_heads"] == 1
    assert found.other_track_ids == (2, 3)


def test_two_that_are_likely_bare_make_one_that_is_probable() -> None:
    likely = 0.81  # of each look; one rider alone is not enough
    assert judged([bike(1), rider(2, likely, off=-30)]) == []
    (found,) = judged([bike(1), rider(2, likely, off=-30), rider(3, likely, off=30)])
    assert measures(found)["bare_heads"] == 2 and found.confidence < 0.97


@pytest.mark.parametrize(
    "people",
    [
        pytest.param([rider(2, 0.7)], id="hardly told apart"),
        pytest.param([rider(2, [0.98, 0.1])], id="looks that disagree"),
        pytest.param([rider(2, 0.98, tall=70)], id="too small"),
        pytest.param([rider(2, 0.98, until_s=0.6)], id="too few looks"),
        pytest.param([rider(2, float("nan"))], id="nothing told"),
        pytest.param([rider(2, 0.98, off=200)], id="beside the motorbike"),
    ],
)
def test_doubt_is_silence(people: list[Track]) -> None:
    assert judged([bike(1), *people]) == []


def test_a_motorbike_at_rest_is_left_alone() -> None:
    assert judged([bike(1, speed=0.0), rider(2, 0.98, speed=0.0)]) == []


def test_a_pedestrian_without_a_motorbike_is_nobodys_business() -> None:
    assert judged([rider(2, 0.99)]) == []


def test_what_may_be_a_bicycle_is_left_alone() -> None:
    assert judged([replace(bike(1), kind_share=0.6), rider(2, 0.98)]) == []


def test_two_tracks_of_one_motorbike_give_one_finding() -> None:
    found = judged([bike(1), bike(4, x=204), rider(2, 0.98)])
    assert len(found) == 1


def test_without_closer_looks_nothing_is_said() -> None:
    assert judged([bike(1), replace(rider(2, 0.98), traits={})]) == []


def test_one_confident_look_does_not_count_for_many() -> None:
    """Looks agree in their errors: a hundred more of the same hardly add to eleven."""
    rule = NoHelmet(NoHelmetSettings())
    (load,) = loads([bike(1), rider(2, 0.9)])
    (head,) = heads(load, persons([rider(2, 0.9)]))
    few = rule.probability(head)
    head.looks *= 10
    assert rule.probability(head) - few < 0.06


def test_small_heads_are_trusted_less() -> None:
    rule = NoHelmet(NoHelmetSettings())
    said = []
    for tall in (90.0, 180.0):
        people = [rider(2, 0.9, tall=tall)]
        (head,) = heads(loads([bike(1), *people])[0], persons(people))
        said.append(rule.probability(head))
    assert said[0] < 0.7 < 0.8 < said[1]


def test_at_a_walking_pace_nobody_is_judged() -> None:
    pushed = [bike(1, speed=100.0), rider(2, 0.98, speed=100.0)]
    assert judged(pushed) == []
