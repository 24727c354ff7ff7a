"""Convoys are found, traffic is not: on seeds that nobody tuned by."""

import numpy as np
import pytest

from pipeline.types import Abstention, CameraMotion, Incident, Kind, Scene, Track
from pipeline.violations.convoy.members import unevenness
from pipeline.violations.group_riding import GroupRiding, GroupRidingSettings
from tests.violations.range_group_riding import QUIET, Road, convoy, formation, quiet

FIRST = 9000  # seeds below were used for tuning
CONVOYS, QUIETS = 32, 60


def judged(made: tuple[list[Track], Scene], **settings: float) -> list[Incident]:
    rule = GroupRiding(GroupRidingSettings(**settings))  # type: ignore[arg-type]
    return [item for item in rule.judge(*made) if isinstance(item, Incident)]


def values(incident: Incident) -> dict[str, float]:
    return {measure.name: measure.value for measure in incident.measures}


def test_recall_and_precision_over_the_range() -> None:
    found = [len(judged(convoy(seed))) for seed in range(FIRST, FIRST + CONVOYS)]
    false = []
    for seed in range(FIRST, FIRST + QUIETS):
        name, tracks, scene = quiet(seed)
        false += [name] * len(judged((tracks, scene)))
    hits = sum(count > 0 for count in found)
    assert max(found) == 1
    assert hits >= 0.9 * CONVOYS
    assert hits / (hits + len(false)) >= 0.95, false


@pytest.mark.parametrize("name", QUIET)
def test_quiet_scenes_stay_quiet(name: str) -> None:
    assert judged(QUIET[name](np.random.default_rng(77)).made()) == []


def column(speed: float = -6.0, abreast: int = 4, number: int = 16) -> tuple[list[Track], Scene]:
    road = Road(np.random.default_rng(5), 28.0)
    formation(road.rng, number, abreast, 80, speed, road.add)
    return road.made()


def test_what_is_measured() -> None:
    (incident,) = judged(column())
    measured = values(incident)
    assert 10 <= measured["motorbikes"] <= 16
    assert measured["abreast"] in (3, 4, 5)
    sigma = {measure.name: measure.sigma for measure in incident.measures}
    assert abs(measured["group_speed"] - 21.6) < 1.5 * (sigma["group_speed"] or 0)
    assert incident.confidence <= 0.65
    assert len({incident.track_id, *incident.other_track_ids}) >= 10
    assert "km/h" in incident.sentences["vi"] and "dense traffic" in incident.sentences["en"]


def test_fewer_than_set_are_none() -> None:
    assert judged(column(), motorbikes=30) == []
    assert judged(column(), abreast=7) == []
    assert judged(column(), least_s=25) == []


def test_a_speed_is_not_told_from_a_camera_that_drives() -> None:
    road = Road(np.random.default_rng(3), 14.0, CameraMotion.DRIVING, ego_mps=8)
    formation(road.rng, 20, 4, 10, 0.0, road.add)
    (incident,) = judged(road.made())
    assert "group_speed" not in values(incident)
    assert "ahead of the filming vehicle" in incident.sentences["en"]


def test_without_the_background_nothing_is_said() -> None:
    road = Road(np.random.default_rng(3), 14.0, CameraMotion.UNKNOWN)
    formation(road.rng, 20, 4, 10, 0.0, road.add)
    items = list(GroupRiding(GroupRidingSettings()).judge(*road.made()))
    assert items and all(isinstance(item, Abstention) for item in items)
    assert "background" in items[0].reason


def test_an_empty_road_is_none() -> None:
    tracks, scene = Road(np.random.default_rng(0), 10.0).made()
    assert list(GroupRiding(GroupRidingSettings()).judge(tracks, scene)) == []
    one = Track(
        1,
        Kind.MOTORBIKE,
        1.0,
        np.array([0], np.int32),
        np.array([0.0]),
        np.array([[10, 10, 40, 60]], np.float32),
        np.array([0.5], np.float32),
    )
    assert list(GroupRiding(GroupRidingSettings()).judge([one], scene)) == []


def test_one_who_is_placed_ill_does_not_make_a_group_uneven() -> None:
    rng = np.random.default_rng(2)
    own = rng.normal(0, 0.2, (12, 2))
    velocities = np.tile(np.array([0.0, 5.0]) + own, (30, 1, 1))
    alike = unevenness(velocities)
    assert 0.15 < alike < 0.45
    velocities[:, 0, 1] += 3.0
    assert unevenness(velocities) < 1.4 * alike
    apart = np.tile(np.array([0.0, 5.0]) + 5 * own, (30, 1, 1))
    assert unevenness(apart) > 4 * alike
