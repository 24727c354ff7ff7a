"""Riders counted on rendered boxes: who is aboard, who merely stands by."""

from collections.abc import Callable

from pipeline.types import CameraMotion, Incident, Kind, Track
from pipeline.violations.passenger_overload import PassengerOverload, PassengerOverloadSettings
from tests.violations.scenes import Box, scene, standing, track

SPEED = 80.0  # pixels a second, to the right


def judged(tracks: list[Track], **settings: float) -> list[Incident]:
    rule = PassengerOverload(PassengerOverloadSettings(**settings))  # type: ignore[arg-type]
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
