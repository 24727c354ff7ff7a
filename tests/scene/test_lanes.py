"""Lines joined over time, the ego lane between them, and the edge of the carriageway."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from pipeline.scene.lanes import lanes_at, road_lines, vanishing_point
from pipeline.scene.lines import LineFinder
from pipeline.scene.small import Small
from pipeline.types import CameraMotion, LaneLine, Scene
from tests.footage_of import REAL_VIDEOS, sampled
from tests.scene.test_lines import road
from tests.violations.scenes import scene

HORIZON, FOCAL, CAMERA_M = 300.0, 1100.0, 1.35
CENTRE = 640.0


def pixel(x_m: float, z_m: float) -> tuple[float, float]:
    return CENTRE + FOCAL * x_m / z_m, HORIZON + FOCAL * CAMERA_M / z_m


def line(
    x_m: float,
    start_s: float = 0.0,
    end_s: float = 4.0,
    duty: float = 0.97,
    colour: str = "white",
    driven: bool = True,
) -> LaneLine:
    """A line so far to the right of the camera."""
    sigma = 0.04 if duty > 0.9 else 0.12
    points = np.array([pixel(x_m, 4.5), pixel(x_m, 60.0)])
    return LaneLine(points, round(5 * start_s), start_s, end_s, duty, sigma, colour, driven, 0.9)


def of(lines: Sequence[LaneLine], state: CameraMotion = CameraMotion.DRIVING) -> Scene:
    return scene(12, state, lines=lines)


def test_windows_of_one_line_are_one() -> None:
    before = of([line(-1.8), line(1.7), line(-1.75, 4.2, 8.0), line(1.8, 4.2, 8.0)])
    joined = road_lines(before)
    assert len(joined) == 2
    assert [(one.start_s, one.end_s, len(one.pieces)) for one in joined] == [(0, 8, 2)] * 2


def test_a_line_seen_much_later_is_another() -> None:
    assert len(road_lines(of([line(-1.8), line(-1.8, 9.5, 12.0)]))) == 2


def test_the_ego_lane_is_between_its_neighbours() -> None:
    before = of([line(x, colour="white") for x in (5.3, -1.8, 1.7, -5.3)])
    lanes = lanes_at(road_lines(before), before, 2.0)
    at = [
        round((float(one.column(np.array([600.0]), 2.0)[0]) - CENTRE) / 240, 1)
        for one in lanes.lines
    ]
    assert at == sorted(at) and len(at) == 4
    assert lanes.left is lanes.lines[1] and lanes.right is lanes.lines[2]
    assert lanes.edge is lanes.lines[3] and lanes.beyond(lanes.lines[1]) == lanes.lines[2:]
    assert lanes.confidence > 0.7
    assert lanes.vanishing == pytest.approx((CENTRE, HORIZON), abs=1.0)


def test_two_lines_too_far_apart_are_no_lane() -> None:
    before = of([line(-1.8), line(7.0)])
    assert lanes_at(road_lines(before), before, 2.0).confidence == 0.0


@pytest.mark.parametrize(
    "last", [line(1.7, colour="yellow"), line(1.7, duty=0.4)], ids=["yellow", "dashed"]
)
def test_only_a_solid_white_line_may_be_the_edge(last: LaneLine) -> None:
    before = of([line(-1.8), last])
    assert lanes_at(road_lines(before), before, 2.0).edge is None


def test_a_standing_camera_has_no_ego_lane() -> None:
    before = of([line(-1.8, driven=False), line(1.7, driven=False)], CameraMotion.STILL)
    lanes = lanes_at(road_lines(before), before, 2.0)
    assert lanes.left is None and lanes.right is None and lanes.edge is lanes.lines[-1]


def test_doubt_about_one_window_is_settled_by_its_neighbours() -> None:
    unsure = replace(line(1.7, 4.2, 8.0, duty=0.86), duty_sigma=0.13)
    assert not unsure.is_solid
    (alone,) = road_lines(of([unsure]))
    assert not alone.is_solid(6.0)
    (joined,) = road_lines(of([line(1.7), unsure, line(1.7, 8.2, 12.0)]))
    assert joined.is_solid(6.0)


def test_a_broken_window_stays_broken() -> None:
    (joined,) = road_lines(of([line(1.7), line(1.7, 4.2, 8.0, duty=0.4), line(1.7, 8.2, 12.0)]))
    assert joined.is_solid(2.0) and not joined.is_solid(6.0)


def test_under_a_standing_camera_one_broken_window_contradicts_the_others() -> None:
    pieces = [line(1.7, driven=False), line(1.7, 4.2, 8.0, 0.4, driven=False)]
    (joined,) = road_lines(of(pieces, CameraMotion.STILL))
    assert not joined.is_solid(2.0)


def test_a_standing_camera_sees_the_same_hole_again_and_again() -> None:
    """Five looks at a line that is broken before a driveway are one look."""
    pieces = [
        replace(line(1.7, start, start + 2.0, 0.84, driven=False), duty_sigma=0.145)
        for start in (0.0, 2.2, 4.4, 6.6, 8.8)
    ]
    (joined,) = road_lines(of(pieces, CameraMotion.STILL))
    assert len(joined.pieces) == 5 and not joined.is_solid(5.0)


def test_lines_meet_where_the_road_leads() -> None:
    before = of([line(-1.8), line(1.7), line(5.2)])
    point = vanishing_point(road_lines(before), before, 0.0, 4.0)
    assert point == pytest.approx((CENTRE, HORIZON), abs=1.0)
    assert vanishing_point(road_lines(of([line(-1.8)])), before, 0.0, 4.0) is None


def by_night(picture: np.ndarray, seed: int) -> np.ndarray:
    """What headlights show of it: bright near the car, dark far away and above, with noise."""
    rows = np.arange(len(picture))[:, None, None] / len(picture)
    light = np.clip((rows - 0.5) / 0.45, 0, 1) ** 0.7 * 0.75 + 0.06
    noise = np.random.default_rng(seed).normal(0, 4, picture.shape)
    return (picture * light + noise).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("night", [False, True])
def test_day_and_night_tell_solid_from_dashed(night: bool) -> None:
    finder = LineFinder()
    for index in range(20):
        picture = road([(-1.8, 3.0, 6.0), (1.8, 1.0, 0.0)], 14 * 0.2 * index, seed=index)
        picture = by_night(picture, index) if night else picture
        boxes = np.empty((0, 4), np.float32)
        finder.update(Small.of(picture), boxes, CameraMotion.DRIVING, index, index * 0.2)
    finder.close()
    before = replace(of(finder.lines), width=960, height=540)
    lanes = lanes_at(road_lines(before), before, 2.0)
    assert lanes.right is not None and lanes.right.is_solid(2.0)
    assert lanes.edge is lanes.right
    assert lanes.left is not None and not lanes.left.is_solid(2.0)
    assert lanes.confidence > 0.2


@pytest.mark.skipif(not REAL_VIDEOS.is_dir(), reason="no real footage beside the checkout")
def test_nine_of_ten_frames_of_the_real_motorway(capsys: pytest.CaptureFixture[str]) -> None:
    finder, times = LineFinder(), []
    boxes = np.empty((0, 4), np.float32)
    for index, (time, picture) in enumerate(sampled(REAL_VIDEOS / "dashcam_solid_right_line.mp4")):
        state = CameraMotion.DRIVING if index else CameraMotion.UNKNOWN
        finder.update(Small.of(picture), boxes, state, index, time)
        times.append(time)
    finder.close()
    before = replace(of(finder.lines), width=960, height=540)
    joined = road_lines(before)
    right = left = 0
    for time in times:
        here = [one for one in joined if one.start_s <= time <= one.end_s]
        lanes = lanes_at(here, before, time, reach_s=0.0)
        right += lanes.right is not None and lanes.right.is_solid(time)
        left += lanes.left is not None and not lanes.left.is_solid(time)
    with capsys.disabled():
        print(f"\nright solid in {right}, left dashed in {left} of {len(times)} frames")
    assert min(right, left) >= 0.9 * len(times)
