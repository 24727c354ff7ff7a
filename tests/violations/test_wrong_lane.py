"""Over a solid line, against the traffic, on the hard shoulder, and by a map of lanes."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.types import Abstention, CameraMotion, Incident, Kind, LaneLine, Scene, Track
from pipeline.violations.registry import load_rules
from pipeline.violations.wrong_lane import WrongLane, WrongLaneSettings
from tests.violations.scenes import Box, scene, track
from tests.violations.test_improper_overtaking import LANE_M, Place, ahead, line, seen, vehicle

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


def test_parked_on_a_solid_line_is_none() -> None:
    """It does not drive there; where it may stand is another rule's question."""
    car = track(1, Kind.CAR, lambda time: (590, 420, 690, 500), 0, 6, jitter_px=1)
    assert judged([car], [SOLID]) == []


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


# --- on the hard shoulder, and by a map of lanes -------------------------------------------------


def edge_lines() -> list[LaneLine]:
    return [line(-LANE_M / 2, colour="yellow"), line(LANE_M / 2)]


def on_shoulder(z: float = 16.0, rate_mps: float = 0.3) -> Place:
    return lambda time: (LANE_M / 2 + 1.4, z + rate_mps * time)


def found(tracks: list[Track], before: Scene, **settings: object) -> list[Incident | Abstention]:
    return list(WrongLane(WrongLaneSettings.model_validate(settings)).judge(tracks, before))


def incidents(items: list[Incident | Abstention]) -> list[Incident]:
    return [item for item in items if isinstance(item, Incident)]


def test_along_the_shoulder() -> None:
    tracks = [vehicle(1, on_shoulder()), vehicle(2, ahead(z=22.0))]
    (incident,) = incidents(found(tracks, seen(edge_lines(), None)))
    assert incident.track_id == 1 and "hard shoulder" in incident.sentences["en"]
    measures = {measure.name: measure.value for measure in incident.measures}
    assert measures["beyond_edge_m"] == pytest.approx(1.4, abs=0.35)
    assert measures["shoulder_duration"] == pytest.approx(10.0, abs=1.0)


@pytest.mark.parametrize(
    ("name", "kind", "place"),
    [
        ("a motorbike", Kind.MOTORBIKE, on_shoulder()),
        ("parked", Kind.CAR, lambda time: (LANE_M / 2 + 1.4, 90 - 9.0 * time)),
        ("stops", Kind.CAR, lambda time: (LANE_M / 2 + 1.4, 45 - 0.6 * time**2)),
        ("in the lane", Kind.CAR, ahead(z=16.0)),
    ],
)
def test_not_on_the_shoulder(name: str, kind: Kind, place: Place) -> None:
    tracks = [vehicle(1, place, kind=kind, end=8.0), vehicle(2, ahead(z=24.0))]
    assert incidents(found(tracks, seen(edge_lines(), 9.0))) == [], name


def test_a_lane_that_others_use_is_no_shoulder() -> None:
    tracks = [vehicle(1, on_shoulder()), vehicle(2, ahead()), vehicle(3, on_shoulder(27.0))]
    assert incidents(found(tracks, seen(edge_lines(), None))) == []


def test_over_the_edge_line_to_a_halt_is_none() -> None:
    def place(time: float) -> tuple[float, float]:
        aside = float(np.clip((time - 1.0) / 2.5, 0, 1))
        braking = max(time - 2.5, 0.0)
        return 0.2 + (LANE_M / 2 + 1.2) * aside, 24 - 0.9 * braking**2

    tracks = [vehicle(1, place, end=7.0), vehicle(2, ahead(z=30.0))]
    assert incidents(found(tracks, seen(edge_lines(), 9.0))) == []


MAP = [
    {
        "name": "làn xe máy",
        "polygon": [[0.55, 1.0], [0.95, 1.0], [0.6, 0.4], [0.5, 0.4]],
        "kinds": ["motorbike", "bicycle"],
    }
]


def in_mapped_lane(kind: Kind) -> Track:
    def box_at(time: float) -> Box:
        foot, x = 690 - 80 * time, 900 - 62 * time
        width = 160 - 24 * time
        return (x - width / 2, foot - width, x + width / 2, foot)

    return track(1, kind, box_at, 0.2, 4.0, jitter_px=1)


def test_a_car_in_the_lane_of_motorbikes() -> None:
    (incident,) = incidents(found([in_mapped_lane(Kind.CAR)], scene(8), lane_map=MAP))
    assert "(làn xe máy)" in incident.sentences["vi"]
    assert incident.end_s - incident.start_s > 2.0


def test_whoever_may_use_the_lane_may() -> None:
    assert incidents(found([in_mapped_lane(Kind.MOTORBIKE)], scene(8), lane_map=MAP)) == []


def test_beside_the_mapped_lane_is_none() -> None:
    one = in_mapped_lane(Kind.CAR)
    beside = replace(one, boxes=one.boxes - np.array([350, 0, 350, 0], np.float32))
    assert incidents(found([beside], scene(8), lane_map=MAP)) == []


def test_at_rest_in_the_mapped_lane_is_none() -> None:
    one = in_mapped_lane(Kind.CAR)
    rests = replace(one, boxes=np.repeat(one.boxes[6:7], len(one), axis=0))
    assert incidents(found([rests], scene(8), lane_map=MAP)) == []


def test_who_is_not_surely_a_car_is_none() -> None:
    unsure = replace(in_mapped_lane(Kind.CAR), kind_share=0.6)
    assert incidents(found([unsure], scene(8), lane_map=MAP)) == []


@pytest.mark.parametrize("state", [CameraMotion.PANNING, CameraMotion.DRIVING])
def test_a_map_does_not_hold_for_a_camera_that_moves(state: CameraMotion) -> None:
    items = found([in_mapped_lane(Kind.CAR)], scene(8, state), lane_map=MAP)
    assert incidents(items) == []
    assert any(isinstance(item, Abstention) and "map" in item.reason for item in items)


@pytest.mark.parametrize(
    "change",
    [
        {"polygon": [[0, 0], [1, 1]]},
        {"polygon": [[0, 0], [1, 1], [0, 640]]},
        {"kinds": []},
        {"kinds": ["tractor"]},
        {"speed": 3},
    ],
)
def test_a_map_that_cannot_be_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="lane_map"):
        load_rules(["wrong_lane"], {"wrong_lane": {"lane_map": [{**MAP[0], **change}]}})
