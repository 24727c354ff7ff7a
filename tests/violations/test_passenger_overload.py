"""Riders counted on rendered boxes: who is aboard, who merely stands by."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from pipeline.types import CameraMotion, Incident, Kind, Track
from pipeline.violations.passenger_overload import PassengerOverload, PassengerOverloadSettings
from tests.violations.scenes import Box, scene, standing, track

SPEED = 80.0  # pixels a second, to the right


def judged(tracks: list[Track], **settings: float) -> list[Incident]:
    rule = PassengerOverload(PassengerOverloadSettings(**settings))
    return [item for item in rule.judge(tracks, scene(6)) if isinstance(item, Incident)]


def riding(x: float, y: float, w: float, h: float, speed: float = SPEED) -> Callable[[float], Box]:
    return lambda t: (x + speed * t, y, x + speed * t + w, y + h)


def bike(track_id: int = 1, x: float = 100, speed: float = SPEED, end: float = 3.0) -> Track:
    return track(track_id, Kind.MOTORBIKE, riding(x, 300, 160, 100, speed), 0, end, jitter_px=2)


def rider(
    track_id: int, place: float, x: float = 100, speed: float = SPEED, end: float = 3.0
) -> Track:
    """A rider whose middle is `place` widths from the left edge of the motorbike."""
    left = x + place * 160 - 25
    return track(track_id, Kind.PERSON, riding(left, 250, 50, 130, speed), 0, end, jitter_px=2)


def test_three_aboard_are_a_candidate_while_they_are_seen() -> None:
    tracks = [bike(), rider(2, 0.35), rider(3, 0.6), rider(4, 0.85)]
    (incident,) = judged(tracks)
    assert incident.track_id == 1
    assert incident.start_s == 0.0 and incident.end_s == 3.0
    assert set(incident.other_track_ids) == {2, 3, 4}
    assert next(m.value for m in incident.measures if m.name == "people") == 3
    assert "3 người" in incident.sentences["vi"] and "3 people" in incident.sentences["en"]


def test_two_aboard_are_none() -> None:
    assert judged([bike(), rider(2, 0.4), rider(3, 0.75)]) == []


def test_two_boxes_on_one_head_are_one_person() -> None:
    tracks = [bike(), rider(2, 0.4), rider(3, 0.75), rider(4, 0.79)]
    assert judged(tracks) == []


def test_a_passer_by_is_never_counted() -> None:
    pedestrian = track(4, Kind.PERSON, standing(350, 385, 50, 140), 0, 3, jitter_px=2)
    assert judged([bike(), rider(2, 0.4), rider(3, 0.75), pedestrian]) == []


def test_whoever_walks_beside_a_waiting_motorbike_is_not_aboard() -> None:
    tracks = [bike(speed=0), *(rider(i, p, speed=0) for i, p in ((2, 0.3), (3, 0.6), (4, 0.9)))]
    assert judged(tracks) == []


def test_riders_of_a_neighbouring_motorbike_are_its_own() -> None:
    tracks = [
        bike(),
        rider(2, 0.35),
        rider(3, 0.75),
        bike(5, x=180),
        rider(6, 0.35, x=180),
        rider(7, 0.75, x=180),
    ]
    assert judged(tracks) == []


def test_a_glimpse_is_not_enough() -> None:
    tracks = [bike(), rider(2, 0.35), rider(3, 0.6), rider(4, 0.85, end=0.4)]
    assert judged(tracks) == []


def test_a_motorbike_tracked_twice_is_one_incident() -> None:
    tracks = [bike(), bike(9), rider(2, 0.35), rider(3, 0.6), rider(4, 0.85)]
    assert len(judged(tracks)) == 1


def test_a_pan_that_follows_the_motorbike_does_not_make_it_rest() -> None:
    tracks = [bike(speed=0), *(rider(i, p, speed=0) for i, p in ((2, 0.3), (3, 0.6), (4, 0.9)))]
    rule = PassengerOverload(PassengerOverloadSettings())
    panned = scene(6, CameraMotion.PANNING, pan_px=16)
    assert len([i for i in rule.judge(tracks, panned) if isinstance(i, Incident)]) == 1


def test_a_motorbike_too_far_away_is_not_judged() -> None:
    tracks = [bike(), rider(2, 0.35), rider(3, 0.6), rider(4, 0.85)]
    assert judged(tracks, least_height_px=120) == []


def looked_at(bike: Track, aboard: Sequence[float], feet: float = 0.8, stray: float = 0.0) -> Track:
    """The motorbike with closer looks that see so many aboard (NaN: none taken)."""
    counts = np.resize(np.asarray(aboard, np.float32), len(bike))
    ends = np.where(np.isfinite(counts), 0.3, np.nan).astype(np.float32)
    shift = (stray * np.arange(len(bike))).astype(np.float32)
    traits = {
        "aboard": counts,
        "aboard_from": shift - ends,
        "aboard_to": shift + ends,
        "aboard_feet": np.full(len(bike), feet, np.float32),
    }
    return replace(bike, traits=traits)


TWO = (0.4, 0.75)


def test_a_third_whom_only_the_closer_look_sees_counts() -> None:
    two = [rider(2, TWO[0], speed=200.0), rider(3, TWO[1], speed=200.0)]
    seen = looked_at(bike(speed=200.0), [3.0])
    (incident,) = judged([seen, *two])
    values = {measure.name: measure.value for measure in incident.measures}
    assert values["people"] == 3 and values["closer_over"] == values["frames_over"] == 16
    assert judged([bike(speed=200.0), *two]) == []


def test_a_third_in_every_second_look_is_enough_in_every_eighth_not() -> None:
    two = [rider(2, TWO[0], speed=200.0), rider(3, TWO[1], speed=200.0)]
    often = looked_at(bike(speed=200.0), [3.0, 2.0])
    seldom = looked_at(bike(speed=200.0), [3.0, *[2.0] * 7])
    assert len(judged([often, *two])) == 1 and judged([seldom, *two]) == []


def test_feet_on_the_road_are_not_aboard() -> None:
    two = [rider(2, TWO[0], speed=200.0), rider(3, TWO[1], speed=200.0)]
    assert judged([looked_at(bike(speed=200.0), [3.0], feet=1.0), *two]) == []


def test_who_does_not_keep_a_place_is_not_aboard() -> None:
    two = [rider(2, TWO[0], speed=200.0), rider(3, TWO[1], speed=200.0)]
    assert judged([looked_at(bike(speed=200.0), [3.0], stray=0.25), *two]) == []


def test_at_a_walking_pace_more_evidence_is_wanted() -> None:
    for speed, found in ((80.0, 0), (250.0, 1)):
        two = [rider(2, TWO[0], speed=speed), rider(3, TWO[1], speed=speed)]
        some = looked_at(bike(speed=speed), [*[3.0] * 6, *[2.0] * 10])
        assert len(judged([some, *two])) == found
