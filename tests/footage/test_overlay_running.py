"""Clocks that run, stand, jump or race, and what follows for the start of a file. No pictures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import floor
from zoneinfo import ZoneInfo

import pytest

from pipeline.footage.overlay.decide import Decision, decide, decide_still
from pipeline.footage.overlay.look import Look
from pipeline.footage.overlay.positions import track_in
from pipeline.footage.overlay.running import Tick, agree, next_look_s
from pipeline.footage.overlay.stamps import Stamp
from pipeline.types import TimeCandidate

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2023, 11, 5, 14, 29, 57, 630_000)
TIMES_S = (0.4, 3.1, 7.0, 12.6, 18.2)


def look(
    at_s: float,
    shown: datetime | None,
    orders: tuple[str, ...] = ("ymd",),
    period_s: int = 1,
    position: tuple[float, float] | None = None,
    doubtful: bool = False,
    rival: Stamp | None = None,
) -> Look:
    stamp = None
    if shown is not None:
        shown = shown.replace(microsecond=0, second=shown.second if period_s == 1 else 0)
        moments = dict.fromkeys(orders, shown)
        if orders == ("dmy", "mdy"):
            moments["mdy"] = shown.replace(day=shown.month, month=shown.day)
        stamp = Stamp(moments, period_s, (0,), "")
    return Look(at_s, (), stamp, doubtful, rival, position, None)


def looks(
    shown: Callable[[float], datetime], orders: tuple[str, ...] = ("ymd",), period_s: int = 1
) -> list[Look]:
    return [look(at_s, shown(at_s), orders, period_s) for at_s in TIMES_S]


def running(at_s: float) -> datetime:
    return START + timedelta(seconds=at_s)


def decided(
    seen: list[Look], *others: TimeCandidate, order: str | None = None, duration_s: float = 20.0
) -> Decision:
    return decide(seen, duration_s, ZONE, others, order)


def off_s(decision: Decision) -> float:
    assert decision.time is not None
    return (decision.time.start - START.replace(tzinfo=ZONE)).total_seconds()


def test_a_clock_that_runs_gives_the_start_within_its_uncertainty() -> None:
    found = decided(looks(running))
    assert found.time is not None
    assert found.time.source == "overlay"
    assert found.time.uncertainty_s < 0.5
    assert abs(off_s(found)) <= found.time.uncertainty_s
    assert found.warnings == ()


@pytest.mark.parametrize("phase", [0.0, 0.001, 0.25, 0.5, 0.75, 0.999])
def test_each_look_where_it_tells_most_halves_what_is_unknown(phase: float) -> None:
    start_s = 1000 + phase
    ticks = [Tick(0.0, floor(start_s))]
    for near_s in (2.0, 5.0, 8.0):
        at_s = next_look_s(agree(ticks), near_s)
        assert near_s <= at_s < near_s + 1
        ticks.append(Tick(at_s, floor(start_s + at_s)))
    found = agree(ticks)
    assert found.others == ()
    assert found.half_width_s == pytest.approx(1 / 16, abs=1e-9)
    assert abs(found.start_s - start_s) <= found.half_width_s + 1e-9


def test_a_clock_that_stands_still_is_refused() -> None:
    found = decided(looks(lambda at_s: START))
    assert found.time is None
    assert "stands still at 2023-11-05 14:29:57" in found.warnings[0]


@pytest.mark.parametrize("rate", [0.5, 0.8, 1.2, 2.0, 30.0])
def test_a_clock_that_runs_slow_or_fast_is_refused(rate: float) -> None:
    found = decided(looks(lambda at_s: START + timedelta(seconds=rate * at_s)))
    assert found.time is None
    assert "does not run at one second per second" in found.warnings[0]


def test_a_clock_that_is_drawn_late_at_times_is_less_certain() -> None:
    late = looks(lambda at_s: running(at_s - (0.3 if at_s > 5 else 0.0)))
    found = decided([*late, look(5.3, running(5.3 + 0.2)), look(1.3, running(1.0))])
    assert found.time is not None
    assert found.time.uncertainty_s >= 0.5
    assert abs(off_s(found)) <= found.time.uncertainty_s


@pytest.mark.parametrize("jump_s", [-3600, -3, 3, 3600])
def test_a_clock_that_jumps_is_refused(jump_s: float) -> None:
    jumped = looks(lambda at_s: running(at_s) + timedelta(seconds=jump_s if at_s > 10 else 0))
    found = decided(jumped)
    assert found.time is None
    assert found.warnings


def test_one_misread_look_of_five_does_not_move_the_start() -> None:
    seen = looks(running)
    seen[2] = look(seen[2].file_time_s, running(seen[2].file_time_s) + timedelta(hours=6))
    assert abs(off_s(decided(seen))) <= 0.5


def test_two_looks_are_too_few() -> None:
    found = decided([*looks(running)[:2], look(12.6, None), look(18.2, None)])
    assert found.time is None
    assert "2 of 4 pictures only" in found.warnings[0]


def test_what_is_read_differently_each_way_is_no_time() -> None:
    found = decided([look(at_s, None, doubtful=True) for at_s in TIMES_S])
    assert found.time is None
    assert "could not be read for certain" in found.warnings[0]


def test_no_clock_is_no_warning() -> None:
    assert decided([look(at_s, None) for at_s in TIMES_S]) == Decision(None)


def test_a_file_too_short_to_check_says_so() -> None:
    seen = [look(at_s, running(at_s)) for at_s in (0.0, 0.2, 0.4)]
    found = decided(seen, duration_s=0.5)
    assert found.time is not None
    assert "not checked for running" in found.time.note
    assert "too short" in found.warnings[0]


def test_a_clock_without_seconds_is_as_uncertain_as_that() -> None:
    early = [look(at_s, running(at_s) - timedelta(seconds=30), period_s=60) for at_s in TIMES_S]
    found = decided(early)
    assert found.time is not None
    assert found.time.uncertainty_s > 15
    assert found.warnings  # nobody saw it run


def test_a_date_of_two_readings_is_refused_with_both() -> None:
    found = decided(looks(running, ("dmy", "mdy")))
    assert found.time is None
    assert "2023-05-11 (month-day-year) or 2023-11-05 (day-month-year)" in found.warnings[0]
    assert "footage.overlay_date_order" in found.warnings[0]


@pytest.mark.parametrize("source", ["filename", "container", "gps"])
def test_another_source_of_that_day_tells_the_order(source: str) -> None:
    other = TimeCandidate(source, datetime(2023, 11, 5, 7, 31, tzinfo=UTC), 2.0)
    found = decided(looks(running, ("dmy", "mdy")), other)
    assert abs(off_s(found)) < 0.5
    assert found.order == "dmy"
    assert found.warnings == ()
    assert found.time is not None
    assert f"by the {source}" in found.time.note


def test_a_source_of_another_day_tells_no_order() -> None:
    other = TimeCandidate("filename", datetime(2023, 8, 5, 7, 31, tzinfo=UTC), 2.0)
    assert decided(looks(running, ("dmy", "mdy")), other).time is None


def test_the_order_by_the_time_on_disk_is_a_warning_too() -> None:
    other = TimeCandidate("file", datetime(2023, 11, 5, 7, 31, tzinfo=UTC), 86_400.0)
    found = decided(looks(running, ("dmy", "mdy")), other)
    assert abs(off_s(found)) < 0.5
    assert "copying" in found.warnings[0]


def test_the_order_that_the_user_names_rules() -> None:
    found = decided(looks(running, ("dmy", "mdy")), order="mdy")
    assert found.time is not None
    assert (found.time.start.month, found.time.start.day) == (5, 11)


def test_two_clocks_that_differ_are_both_refused() -> None:
    rival = Stamp({"ymd": START + timedelta(hours=1)}, 1, (3,), "")
    seen = [look(at_s, running(at_s), rival=rival) for at_s in TIMES_S]
    found = decided(seen)
    assert found.time is None
    assert "two clocks" in found.warnings[0]


def test_a_single_picture_is_marked_so() -> None:
    found = decide_still(look(0.0, START), ZONE, (), None)
    assert found.time is not None
    assert found.time.start == START.replace(microsecond=0, tzinfo=ZONE)
    assert found.time.uncertainty_s == 1.0
    assert "not checked for running" in found.time.note


def test_positions_make_a_track_without_the_misread_ones() -> None:
    points = [(21.0 + 1e-4 * i, 105.8 + 1e-4 * i) for i in range(8)]
    points[3] = (21.0 + 3e-4, 105.8 + 3e-4 + 0.003)  # a digit wrong: 300 m off
    points[5] = (0.0, 0.0)
    seen = [look(2.5 * i, None, position=point) for i, point in enumerate(points)]
    track, warnings = track_in(seen)
    assert track is not None
    assert track.source == "overlay"
    assert track.times_s.tolist() == [0.0, 2.5, 5.0, 10.0, 15.0, 17.5]
    assert any("1 points without a position" in text for text in warnings)
    assert any("1 misread" in text for text in warnings)


def test_positions_that_contradict_each_other_are_no_track() -> None:
    points = [(21.0, 105.8), (45.0, 3.0), (-20.0, 60.0), (10.0, -70.0), (60.0, 10.0)]
    track, warnings = track_in([look(i, None, position=point) for i, point in enumerate(points)])
    assert track is None
    assert warnings
