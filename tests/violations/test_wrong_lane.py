"""Over a solid line, and against the traffic."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.types import CameraMotion, Incident, Kind, LaneLine, Track
from pipeline.violations.wrong_lane import WrongLane, WrongLaneSettings
from tests.violations.scenes import Box, scene, track

# A line up the middle of the picture.
SOLID = LaneLine(
    points=np.array([[640.0, 700.0], [640.0, 300.0]]),
    frame=0,
    start_s=0.0,
    end_s=8.0,
    duty=0.98,
    duty_sigma=0.04,
    colour="white",
    in_picture=False,
    confidence=0.9,
)
DASHED = replace(SOLID, duty=0.4, duty_sigma=0.2)


def judged(
    tracks: list[Track], lines: list[LaneLine], state: CameraMotion = CameraMotion.STILL
) -> list[Incident]:
    rule = WrongLane(WrongLaneSettings())
    return [
        item
        for item in rule.judge(tracks, scene(8, state, lines=lines))
        if isinstance(item, Incident)
    ]


def driving(x0: float, x1: float, start_s: float = 0.0, end_s: float = 4.0) -> Track:
    """A car that goes up the picture from foot row 640 to 400, from column x0 to x1."""

    def box_at(time: float) -> Box:
        share = (time - start_s) / (end_s - start_s)
        x, foot = x0 + (x1 - x0) * share, 640 - 240 * share
        width = 180 - 80 * share
        return (x - width / 2, foot - 0.8 * width, x + width / 2, foot)

    return track(1, Kind.CAR, box_at, start_s, end_s, jitter_px=1)


def test_crossing_a_solid_line() -> None:
    (incident,) = judged([driving(740, 540)], [SOLID])
    assert incident.track_id == 1
    assert "goes across" in incident.sentences["en"]
    assert incident.sentences["vi"].startswith("Ô tô con")
    assert 0 < incident.start_s < incident.end_s < 4


def test_staying_on_a_solid_line() -> None:
    (incident,) = judged([driving(640, 640)], [SOLID])
    assert "across" not in incident.sentences["en"]


def test_crossing_a_dashed_line_is_none() -> None:
    assert judged([driving(740, 540)], [DASHED]) == []


def test_driving_beside_the_line_is_none() -> None:
    assert judged([driving(760, 730)], [SOLID]) == []


def test_a_corner_over_the_line_is_none() -> None:
    # The box of a car seen at an angle is wider than its wheels stand.
    assert judged([driving(700, 675)], [SOLID]) == []


def test_a_line_seen_at_another_time_does_not_count() -> None:
    assert judged([driving(740, 540)], [replace(SOLID, start_s=7.0, end_s=8.0)]) == []


def test_a_quick_touch_is_none() -> None:
    assert judged([driving(740, 540, 0.0, 0.8)], [SOLID]) == []


def flow(track_id: int, x: float, down: bool, start_s: float, width: float = 80) -> Track:
    """A car along column x, coming down the picture or going up."""

    def box_at(time: float) -> Box:
        share = (time - start_s) / 3.0
        foot = 300 + 340 * (share if down else 1 - share)
        return (x - width / 2, foot - 90, x + width / 2, foot)

    return track(track_id, Kind.CAR, box_at, start_s, start_s + 3.0, jitter_px=1)


def test_against_the_traffic() -> None:
    others = [flow(i, 500 + 4 * i, down=True, start_s=0.6 * i) for i in range(2, 8)]
    (incident,) = judged([flow(1, 505, down=False, start_s=2.0), *others], [])
    assert incident.track_id == 1
    assert next(m.value for m in incident.measures if m.name == "against") >= 4


def test_oncoming_traffic_on_its_own_side_is_none() -> None:
    down = [flow(i, 500, down=True, start_s=0.6 * i) for i in range(2, 8)]
    up = [flow(i, 700, down=False, start_s=0.6 * (i - 8)) for i in range(8, 14)]
    assert judged([*down, *up], []) == []


def test_a_two_way_lane_is_none() -> None:
    down = [flow(i, 500, down=True, start_s=0.6 * i) for i in range(2, 8)]
    up = [flow(i, 505, down=False, start_s=0.6 * (i - 8)) for i in range(8, 12)]
    assert judged([*down, *up], []) == []


@pytest.mark.parametrize("state", [CameraMotion.DRIVING])
def test_a_driving_camera_does_not_tell_directions(state: CameraMotion) -> None:
    others = [flow(i, 500 + 4 * i, down=True, start_s=0.6 * i) for i in range(2, 8)]
    assert judged([flow(1, 505, down=False, start_s=2.0), *others], [], state) == []
