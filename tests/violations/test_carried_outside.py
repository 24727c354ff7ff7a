"""People in beds and on roofs are counted; those behind a vehicle or inside of it are not."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pipeline.types import CameraMotion, Incident, Kind, Track
from pipeline.violations.passenger_overload import PassengerOverload, PassengerOverloadSettings
from pipeline.violations.rides import standing
from tests.violations.scenes import Box, scene, track

TRUCK = (200.0, 220.0)  # width, height in pixels


def moving(time: float) -> float:
    return 200 + 90 * time


def truck_at(time: float) -> Box:
    x = moving(time)
    return (x, 400 - TRUCK[1], x + TRUCK[0], 400)


def on_it(u: float, head: float, foot: float) -> Callable[[float], Box]:
    def at(time: float) -> Box:
        x = moving(time) + u * TRUCK[0]
        return (x - 22, 400 - head * TRUCK[1], x + 22, 400 - foot * TRUCK[1])

    return at


def judged(*people: Track, truck: Track | None = None) -> list[Incident]:
    rule = PassengerOverload(PassengerOverloadSettings())
    vehicle = truck or track(1, Kind.TRUCK, truck_at, 0, 6, jitter_px=2)
    found = rule.judge([vehicle, *people], scene(6, CameraMotion.STILL))
    return [item for item in found if isinstance(item, Incident)]


def person(number: int, box_at: Callable[[float], Box], end_s: float = 6) -> Track:
    return track(number, Kind.PERSON, box_at, 0, end_s, jitter_px=2)


def test_two_in_a_bed_are_counted() -> None:
    (incident,) = judged(person(2, on_it(0.3, 1.1, 0.6)), person(3, on_it(0.6, 1.15, 0.6)))
    values = {measure.name: measure.value for measure in incident.measures}
    assert incident.track_id == 1 and set(incident.other_track_ids) == {2, 3}
    assert values["people"] == 2 and values["people_above"] == 2 and values["people_beside"] == 0
    assert "2 người" in incident.sentences["vi"]


def test_one_who_hangs_from_the_side() -> None:
    (incident,) = judged(person(2, on_it(1.05, 0.9, 0.2)))
    values = {measure.name: measure.value for measure in incident.measures}
    assert values["people_beside"] == 1 and values["people_above"] == 0


def test_one_who_grows_smaller_than_the_truck_only_drives_beside_it() -> None:
    def at(time: float) -> Box:
        middle, size = moving(time) + 1.05 * TRUCK[0], 1 - 0.09 * time
        return (middle - 22, 400 - (0.9 * size) * TRUCK[1], middle + 22, 400 - 0.2 * TRUCK[1])

    assert judged(person(2, at)) == []


def test_a_bus_comes_to_its_stop_and_stands() -> None:
    def bus_at(time: float) -> Box:
        x = 200 + 200 * min(time, 3.0)
        return (x, 400 - TRUCK[1], x + TRUCK[0], 400)

    bus = track(1, Kind.BUS, bus_at, 0, 8, jitter_px=2)
    still = standing(bus, scene(8, CameraMotion.STILL))
    assert not still[bus.times_s < 3.0].any() and still[bus.times_s > 4.6].all()


def test_who_is_seen_on_it_only_now_and_then_is_none() -> None:
    seen = person(2, on_it(1.05, 0.9, 0.2))
    rows = np.flatnonzero(np.arange(len(seen)) % 6 < 3)
    now_and_then = replace(
        seen,
        frames=seen.frames[rows],
        times_s=seen.times_s[rows],
        boxes=seen.boxes[rows],
        confidences=seen.confidences[rows],
    )
    assert judged(now_and_then) == [] and len(judged(seen)) == 1


@pytest.mark.parametrize(
    ("u", "head", "foot"),
    [(0.3, 0.85, 0.5), (0.5, 0.9, 0.2), (1.05, 0.8, 0.0)],
    ids=["in the cab", "painted on the side", "on foot beside it"],
)
def test_others_are_not(u: float, head: float, foot: float) -> None:
    assert judged(person(2, on_it(u, head, foot))) == []


def test_whoever_it_passes_is_not_on_it() -> None:
    standing = [
        person(number, lambda t, x=x: (x - 22, 400 - 1.1 * 220, x + 22, 400 - 0.6 * 220))
        for number, x in enumerate(np.linspace(250, 900, 6), 2)
    ]
    assert judged(*standing) == []


def test_a_truck_at_rest_may_be_loaded() -> None:
    rest = track(1, Kind.TRUCK, lambda t: truck_at(0), 0, 6, jitter_px=2)
    assert judged(person(2, lambda t: on_it(0.4, 1.1, 0.6)(0)), truck=rest) == []


def test_a_rider_beside_it_is_on_a_motorbike() -> None:
    bike = track(4, Kind.MOTORBIKE, lambda t: (moving(t) + 190, 300, moving(t) + 240, 372), 0, 6)
    rider = person(2, on_it(1.05, 0.85, 0.2))
    rule = PassengerOverload(PassengerOverloadSettings())
    vehicle = track(1, Kind.TRUCK, truck_at, 0, 6)
    assert list(rule.judge([vehicle, bike, rider], scene(6))) == []
