"""Overtaking over a solid line, into oncoming traffic, on the right; and overtaking as one may."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from pipeline.types import (
    Abstention,
    CameraMotion,
    Incident,
    Kind,
    LaneLine,
    Positions,
    Scene,
    Track,
)
from pipeline.violations.improper_overtaking import (
    ImproperOvertaking,
    ImproperOvertakingSettings,
)
from pipeline.violations.wrong_lane import WrongLane, WrongLaneSettings
from tests.violations.scenes import HEIGHT, WIDTH, Box, scene, track

HORIZON, FOCAL, CAMERA_M, MIDDLE = 300.0, 1100.0, 1.35, 640.0
LANE_M = 3.5  # the camera drives in the middle of the right one of two lanes
SECONDS = 10.0
Place = Callable[[float], tuple[float, float]]  # time to metres right of the camera, and ahead


def pixel(x_m: float, y_m: float, z_m: float) -> tuple[float, float]:
    return MIDDLE + FOCAL * x_m / z_m, HORIZON + FOCAL * (CAMERA_M - y_m) / z_m


def box(x: float, z: float, size: tuple[float, float, float]) -> Box:
    """Around a vehicle of length, width and height whose near end is at (x, z)."""
    length, width, height = size
    z = max(z, 1.2)
    corners = [
        pixel(x + side * width / 2, y, z + far)
        for side in (-1, 1)
        for y in (0, height)
        for far in (0, length)
    ]
    xs, ys = zip(*corners, strict=True)
    return (
        float(np.clip(min(xs), 0, WIDTH)),
        float(np.clip(min(ys), 0, HEIGHT)),
        float(np.clip(max(xs), 0, WIDTH)),
        float(np.clip(max(ys), 0, HEIGHT)),
    )


SIZES = {
    Kind.CAR: (4.4, 1.8, 1.5),
    Kind.MOTORBIKE: (1.9, 0.75, 1.0),
    Kind.TRUCK: (7.0, 2.2, 2.6),
}


def vehicle(
    track_id: int, place: Place, start: float = 0.0, end: float = SECONDS, kind: Kind = Kind.CAR
) -> Track:
    return track(
        track_id, kind, lambda time: box(*place(time), SIZES[kind]), start, end, jitter_px=0.4
    )


def line(x: float, solid: bool = True, colour: str = "white", driven: bool = True) -> LaneLine:
    return LaneLine(
        points=np.array([pixel(x, 0, 4.5), pixel(x, 0, 60.0)]),
        frame=0,
        start_s=0.0,
        end_s=SECONDS,
        duty=0.97 if solid else 0.35,
        duty_sigma=0.04 if solid else 0.15,
        colour=colour,
        in_picture=driven,
        confidence=0.9,
    )


def lines(solid: bool, driven: bool = True, colour: str = "yellow") -> list[LaneLine]:
    return [line(-LANE_M / 2, solid, colour, driven), line(LANE_M / 2, True, "white", driven)]


def seen(
    on: Sequence[LaneLine],
    speed_mps: float | None = 9.0,
    state: CameraMotion = CameraMotion.DRIVING,
) -> Scene:
    made = scene(SECONDS, state, lines=on)
    if speed_mps is None:
        return made
    count = len(made.ego.times_s)
    flat = np.zeros(count)
    known = Positions(
        made.ego.times_s, flat + 21.27, flat + 106.19, flat + speed_mps, np.zeros(count)
    )
    return replace(made, positions=known)


def judged(tracks: Sequence[Track], before: Scene) -> list[Incident]:
    rule = ImproperOvertaking(ImproperOvertakingSettings())
    return [item for item in rule.judge(list(tracks), before) if isinstance(item, Incident)]


def swings_out(
    out: float = -3.3, gain_mps: float = 4.0, back: bool = True, lasts: float = 1.4
) -> Place:
    """From 8 m ahead of the camera past one at 20 m: out from 1 s on, back from 5.5 s on."""

    def place(time: float) -> tuple[float, float]:
        gone = np.clip((time - 0.6) / lasts, 0, 1) - (
            np.clip((time - 5.5) / 1.4, 0, 1) if back else 0
        )
        return out * float(gone), 8 + gain_mps * time

    return place


def ahead(z: float = 20.0, x: float = 0.2, rate_mps: float = 0.0) -> Place:
    return lambda time: (x, z + rate_mps * time)


def test_over_a_solid_line() -> None:
    (incident,) = judged([vehicle(1, swings_out()), vehicle(2, ahead())], seen(lines(True), None))
    assert incident.track_id == 1 and incident.other_track_ids == (2,)
    assert "over a solid line" in incident.sentences["en"]
    assert incident.sentences["vi"].startswith("Ô tô con vượt xe khác qua vạch liền")
    # Its middle is over the line from about 1.4 to 6.2 s.
    assert incident.start_s == pytest.approx(1.5, abs=0.5)
    assert incident.end_s == pytest.approx(6.0, abs=0.6)


def test_it_may_stay_on_the_other_side() -> None:
    fast = vehicle(1, swings_out(back=False))
    assert len(judged([fast, vehicle(2, ahead())], seen(lines(True)))) == 1


def test_over_a_dashed_line_with_nobody_near_is_none() -> None:
    assert judged([vehicle(1, swings_out()), vehicle(2, ahead())], seen(lines(False))) == []


def test_a_white_line_that_nobody_shows_to_part_directions_is_none() -> None:
    on = lines(True, colour="white")
    assert judged([vehicle(1, swings_out()), vehicle(2, ahead())], seen(on)) == []


def test_within_the_lane_is_none() -> None:
    slow = vehicle(2, ahead(x=1.3), kind=Kind.MOTORBIKE)
    assert judged([vehicle(1, swings_out(out=-0.7)), slow], seen(lines(True))) == []


def test_around_one_that_stands_is_none() -> None:
    parked = vehicle(2, ahead(z=45.0, x=1.0, rate_mps=-8.0), end=5.2)
    fast = vehicle(1, lambda t: (swings_out()(t)[0], 8 + 0.3 * t))
    assert judged([fast, parked], seen(lines(True), 8.0)) == []
    assert judged([fast, parked], seen(lines(True), None)) == []


def test_nobody_is_passed() -> None:
    assert judged([vehicle(1, swings_out())], seen(lines(True))) == []
    far = vehicle(2, ahead(z=45.0))
    assert judged([vehicle(1, swings_out(gain_mps=2.0)), far], seen(lines(True))) == []


def oncoming(meets_s: float, closing_mps: float = 20.0) -> Place:
    """One in the other lane that comes; level with the fast one's front at `meets_s`."""
    there = 8 + 4.0 * meets_s + 4.4
    rate = 4.0 - closing_mps
    return lambda time: (-LANE_M + 0.2, there + rate * (time - meets_s))


def test_into_oncoming_traffic() -> None:
    come = vehicle(3, oncoming(8.2), 4.6, 9.6)
    before = seen(lines(False), 9.0)
    (incident,) = judged([vehicle(1, swings_out()), vehicle(2, ahead()), come], before)
    assert incident.track_id == 1 and set(incident.other_track_ids) == {2, 3}
    measures = {measure.name: measure for measure in incident.measures}
    true = 8.2 - incident.end_s
    assert measures["oncoming_gap"].value == pytest.approx(true, rel=0.12)
    assert "đi tới gần" in incident.sentences["vi"]


def test_one_that_comes_later_is_none() -> None:
    come = vehicle(3, oncoming(11.5), 7.0, SECONDS)
    before = seen(lines(False), 9.0)
    assert judged([vehicle(1, swings_out()), vehicle(2, ahead()), come], before) == []


def test_without_satellites_nobody_is_known_to_come() -> None:
    come = vehicle(3, oncoming(8.2), 4.6, 9.6)
    before = seen(lines(False), None)
    assert judged([vehicle(1, swings_out()), vehicle(2, ahead()), come], before) == []


def from_beside(lane: float, back_s: float = 20.0) -> Place:
    """From beside the camera's own car ahead, in the lane at `lane`."""

    def place(time: float) -> tuple[float, float]:
        back = float(np.clip((time - back_s) / 1.4, 0, 1))
        return lane * (1 - back), 3.0 + 4.5 * (time - 1.0)

    return place


def test_past_the_camera_over_a_solid_line() -> None:
    fast = vehicle(1, from_beside(-LANE_M + 0.2, 3.0), 1.2, 7.0)
    (incident,) = judged([fast], seen(lines(True), None))
    assert "the camera's own vehicle" in incident.sentences["en"]
    assert "xe của người quay" in incident.sentences["vi"]
    assert incident.other_track_ids == ()


def test_past_the_camera_over_a_dashed_line_is_none() -> None:
    fast = vehicle(1, from_beside(-LANE_M + 0.2, 3.0), 1.2, 7.0)
    assert judged([fast], seen(lines(False), None)) == []


def test_past_the_camera_beyond_the_edge_line() -> None:
    fast = vehicle(1, from_beside(LANE_M / 2 + 1.4), 1.2, 7.0)
    (incident,) = judged([fast], seen(lines(True), None))
    assert "on the right" in incident.sentences["en"]


def test_a_motorbike_on_the_shoulder_is_none() -> None:
    fast = vehicle(1, from_beside(LANE_M / 2 + 1.0), 1.2, 7.0, Kind.MOTORBIKE)
    assert judged([fast], seen(lines(True), None)) == []


def test_the_lane_beyond_a_solid_line_that_others_use_is_no_shoulder() -> None:
    fast = vehicle(1, from_beside(LANE_M / 2 + 1.4), 1.2, 7.0)
    other = vehicle(2, ahead(z=25.0, x=LANE_M / 2 + 1.5))
    assert judged([fast, other], seen(lines(True), None)) == []


def test_the_edge_has_to_be_seen_for_long() -> None:
    short = [replace(one, end_s=5.0) for one in lines(True)]
    fast = vehicle(1, from_beside(LANE_M / 2 + 1.4), 1.2, 7.0)
    assert judged([fast], seen(short, None)) == []


def test_a_standing_camera_tells_it_too() -> None:
    fast = vehicle(1, lambda t: (swings_out(gain_mps=9.0)(t)[0], 5 + 9.0 * t), end=6.0)
    slow = vehicle(2, ahead(z=14.0, rate_mps=5.0), end=6.0)
    before = seen(lines(True, driven=False), None, CameraMotion.STILL)
    (incident,) = judged([fast, slow], before)
    assert incident.track_id == 1 and incident.other_track_ids == (2,)


def test_without_lines_it_says_that_it_cannot_tell() -> None:
    rule = ImproperOvertaking(ImproperOvertakingSettings())
    (item,) = rule.judge([vehicle(1, swings_out())], seen([]))
    assert isinstance(item, Abstention) and "line" in item.reason


def test_a_crossing_that_is_part_of_it_is_left_to_this_rule() -> None:
    tracks = [vehicle(1, swings_out(lasts=5.0)), vehicle(2, ahead(z=22.0))]
    before = seen(lines(True), None)
    left = list(WrongLane(WrongLaneSettings()).judge(tracks, before))
    assert [item.reason for item in left if isinstance(item, Abstention)] == [
        "part of an overtaking"
    ]
    assert not any(isinstance(item, Incident) for item in left)
    alone = WrongLane(WrongLaneSettings(leave_overtaking=False)).judge(tracks, before)
    assert [item.track_id for item in alone if isinstance(item, Incident)] == [1]
