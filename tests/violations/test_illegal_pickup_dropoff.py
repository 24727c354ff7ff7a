"""People who board or leave are told from those who are only near: on seeds not tuned by."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.types import (
    Abstention,
    CameraMotion,
    Incident,
    Positions,
    Scene,
    Track,
    Zone,
    ZoneKind,
)
from pipeline.violations.illegal_pickup_dropoff import (
    IllegalPickupDropoff,
    IllegalPickupDropoffSettings,
)
from tests.violations.range_illegal_pickup_dropoff import QUIET, Stop, boarding, quiet

FIRST = 7000  # seeds below were used for tuning
BOARDINGS, QUIETS = 60, 130


def judged(made: tuple[list[Track], Scene], **settings: float) -> list[Incident]:
    rule = IllegalPickupDropoff(IllegalPickupDropoffSettings(**settings))  # type: ignore[arg-type]
    return [item for item in rule.judge(*made) if isinstance(item, Incident)]


def values(incident: Incident) -> dict[str, float]:
    return {measure.name: measure.value for measure in incident.measures}


def test_recall_and_precision_over_the_range() -> None:
    found = [len(judged(boarding(seed))) for seed in range(FIRST, FIRST + BOARDINGS)]
    false = []
    for seed in range(FIRST, FIRST + QUIETS):
        name, tracks, scene = quiet(seed)
        false += [name] * len(judged((tracks, scene)))
    hits = sum(count > 0 for count in found)
    assert max(found) == 1
    assert hits >= 0.9 * BOARDINGS
    assert hits / (hits + len(false)) >= 0.95, false


@pytest.mark.parametrize("name", QUIET)
def test_quiet_scenes_stay_quiet(name: str) -> None:
    assert judged(QUIET[name](np.random.default_rng(77)).made()) == []


def stop(boards: int, leaves: int, state: CameraMotion = CameraMotion.STILL) -> Stop:
    """People at a door in the middle: first those who leave, then those who board."""
    made = Stop(np.random.default_rng(11), state=state)
    for index in range(leaves):
        time = 4.5 + 1.5 * index
        made.walk([(time, 0.5, 0.05), (time + 0.8, 0.5, 0.05), (time + 4, 0.5 - 3 * made.step, 0)])
    for index in range(boards):
        time = 9.0 + 2 * index
        made.walk([(time - 3, 0.5 + 3 * made.step, 0), (time, 0.5, 0.05), (time + 0.8, 0.5, 0.05)])
    return made


def test_what_is_measured() -> None:
    (incident,) = judged(stop(boards=3, leaves=2).made())
    measured = values(incident)
    assert measured["boarding"] == 3 and measured["leaving"] == 2
    assert measured["stop_duration"] == pytest.approx(15, abs=0.8)
    assert measured["door_place"] == pytest.approx(50, abs=4)
    assert measured["known_stops"] == 0
    assert "No stop is known here" in incident.sentences["en"]
    assert "3 người lên và 2 người xuống" in incident.sentences["vi"]
    assert len(incident.other_track_ids) == 5
    assert incident.confidence <= 0.75
    assert all(3 < time < 18 for time in incident.best_times_s)


def mapped(metres_north: float) -> tuple[list[Track], Scene]:
    """The same stop with satellites and a map of one bus stop, so far north of the camera."""
    tracks, scene = stop(boards=3, leaves=2).made()
    times = scene.ego.times_s
    known, unknown = np.ones(len(times)), np.full(len(times), np.nan)
    south = 10.0 + metres_north / 111_195
    corners = [(106.0, south), (106.0001, south), (106.0001, south + 1e-4), (106.0, south + 1e-4)]
    zone = Zone(ZoneKind.BUS_STOP, "Trạm", np.array(corners))
    places = Positions(times, 10.0 * known, 106.00005 * known, unknown, unknown)
    return tracks, replace(scene, zones=(zone,), positions=places)


def test_at_a_stop_of_the_map_it_is_allowed() -> None:
    assert judged(mapped(40)) == []
    (incident,) = judged(mapped(40), stop_within_m=30)
    assert values(incident)["nearest_stop"] == 40


def test_the_nearest_stop_is_told() -> None:
    (incident,) = judged(mapped(350))
    assert values(incident)["known_stops"] == 1
    assert values(incident)["nearest_stop"] == 350
    assert "350 m" in incident.sentences["vi"] and "350 m" in incident.sentences["en"]


def test_one_alone_counts_only_if_set_so() -> None:
    assert judged(stop(boards=1, leaves=0).made()) == []
    (incident,) = judged(stop(boards=1, leaves=0).made(), people=1)
    assert values(incident)["boarding"] == 1


def test_a_short_rest_is_none() -> None:
    assert judged(stop(boards=3, leaves=0).made(), least_s=20) == []


def test_two_doors_are_not_added_up() -> None:
    made = Stop(np.random.default_rng(11))
    for door, away, time in ((0.15, -3, 8.0), (0.85, 3, 12.0)):
        begin = door + away * made.step
        made.walk([(time - 3, begin, 0), (time, door, 0.05), (time + 0.8, door, 0.05)])
    assert judged(made.made()) == []
    assert len(judged(made.made(), people=1)) == 1


def test_under_a_pan_the_bus_still_rests() -> None:
    made = stop(boards=3, leaves=2, state=CameraMotion.PANNING)
    made.pan_px = 6
    assert len(judged(made.made())) == 1


@pytest.mark.parametrize("state", [CameraMotion.DRIVING, CameraMotion.UNKNOWN])
def test_a_camera_that_does_not_stand_abstains(state: CameraMotion) -> None:
    made = stop(boards=3, leaves=2, state=state)
    (item,) = IllegalPickupDropoff(IllegalPickupDropoffSettings()).judge(*made.made())
    assert isinstance(item, Abstention) and "camera" in item.reason


def test_without_a_bus_nothing_is_said() -> None:
    tracks, scene = stop(boards=3, leaves=2).made()
    people = [track for track in tracks if track.kind.is_vehicle is False]
    assert list(IllegalPickupDropoff(IllegalPickupDropoffSettings()).judge(people, scene)) == []


def test_one_who_comes_and_one_who_goes_may_have_walked_past() -> None:
    assert judged(stop(boards=1, leaves=1).made()) == []


def test_a_bus_whose_outline_shifts_goes_on_resting() -> None:
    """Who stops in front of it hides a part: its box steps aside by a tenth of its width."""
    tracks, scene = stop(boards=3, leaves=2).made()
    (bus,) = [track for track in tracks if track.kind.is_vehicle]
    boxes = bus.boxes.copy()
    boxes[bus.times_s > 9.5] += (
        np.float32(0.1)
        * (boxes[:, [2]] - boxes[:, [0]])[bus.times_s > 9.5]
        * np.array([1, 0, 1, 0], np.float32)
    )
    shifted = [replace(bus, boxes=boxes) if track is bus else track for track in tracks]
    (incident,) = judged((shifted, scene))
    assert values(incident)["stop_duration"] == pytest.approx(15, abs=0.8)
