"""Lead-up and aftermath, also over the seam between two files."""

from pathlib import Path

import pytest

from pipeline.evidence.window import Part, parts
from pipeline.settings import EvidenceSettings
from pipeline.types import Clock, Footage, Trip
from tests.evidence.findings import incident_of

SETTINGS = EvidenceSettings(lead_up_s=10, aftermath_s=10)


def footage(seconds: float) -> Footage:
    clock = Clock(None, None, None)
    return Footage(Path("a.mp4"), "mov", 1, seconds, 320, 240, 0, 25, "h264", None, (), clock, None)


def test_lead_up_and_aftermath() -> None:
    trip = Trip((footage(60),), (0.0,))
    assert parts(trip, incident_of(20, 24), SETTINGS) == (Part(0, 10, 34),)


def test_a_short_film_has_no_lead_up() -> None:
    trip = Trip((footage(3),), (0.0,))
    assert parts(trip, incident_of(0, 3), SETTINGS) == (Part(0, 0, 3),)


def test_an_act_over_a_seam_is_in_both_files() -> None:
    trip = Trip((footage(60), footage(60)), (0.0, 60.0))
    assert parts(trip, incident_of(58, 63), SETTINGS) == (Part(0, 48, 60), Part(1, 0, 13))


def test_the_lead_up_may_lie_in_the_file_before() -> None:
    trip = Trip((footage(60), footage(60)), (0.0, 60.0))
    assert parts(trip, incident_of(65, 66), SETTINGS) == (Part(0, 55, 60), Part(1, 0, 16))


def test_a_sliver_of_a_neighbour_is_left_out_unless_it_shows_the_act() -> None:
    trip = Trip((footage(60), footage(60)), (0.0, 60.0))
    assert parts(trip, incident_of(69.5, 72), SETTINGS) == (Part(1, 0, 22),)
    assert len(parts(trip, incident_of(59.8, 60.3), margins(0))) == 2


def test_an_act_of_three_files() -> None:
    trip = Trip((footage(20), footage(5), footage(20)), (0.0, 20.0, 25.0))
    found = parts(trip, incident_of(18, 26), SETTINGS)
    assert [part.footage_index for part in found] == [0, 1, 2]
    assert found[1] == Part(1, 0, 5)


@pytest.mark.parametrize("start, end", [(59.99, 59.99), (60.0, 60.0), (119.99, 120.5), (0, 0)])
def test_there_is_always_a_part(start: float, end: float) -> None:
    trip = Trip((footage(60), footage(60)), (0.0, 60.0))
    found = parts(trip, incident_of(start, end), margins(0))
    assert found and all(part.end_s >= part.start_s for part in found)


def margins(seconds: float) -> EvidenceSettings:
    return EvidenceSettings(lead_up_s=seconds, aftermath_s=seconds)
