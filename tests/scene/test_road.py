"""Level ground from vehicles that come and go, against a pinhole camera of known height."""

import numpy as np
import pytest

from pipeline.scene.ground import Path, paths, stretches
from pipeline.scene.road import LevelGround, lane_under
from pipeline.types import Kind, Track
from tests.violations.scenes import HEIGHT, WIDTH, Box, scene, track

HORIZON, FOCAL, CAMERA_M = 310.0, 0.9 * WIDTH, 3.0


def seen_at(x_m: float, z_m: float) -> Box:
    scale = FOCAL / z_m
    x, foot = WIDTH / 2 + scale * x_m, HORIZON + scale * CAMERA_M
    return (x - 0.9 * scale, foot - 1.5 * scale, x + 0.9 * scale, foot)


def ways(*tracks: Track) -> list[Path]:
    around = scene(10)
    return paths(tracks, stretches(around.ego)[0], around)


def driving(track_id: int, x_m: float, slope: float = 0.0) -> Track:
    return track(
        track_id, Kind.CAR, lambda t: seen_at(x_m + slope * 5 * t, 12 + 5 * t), 0, 6, jitter_px=1.0
    )


def test_horizon_height_and_places() -> None:
    found = LevelGround.under(ways(driving(1, -2), driving(2, 3)), WIDTH)
    assert found is not None
    assert found.horizon_px == pytest.approx(HORIZON, abs=4)
    assert found.camera_m == pytest.approx(CAMERA_M, rel=0.1)
    box = seen_at(2.0, 20.0)
    (place,) = found.place(np.array([[(box[0] + box[2]) / 2, box[3]]]))
    assert place == pytest.approx([2.0, 20.0], rel=0.1)


def test_feet_at_the_horizon_are_nowhere() -> None:
    ground = LevelGround(HORIZON, WIDTH / 2, FOCAL, CAMERA_M)
    assert np.isnan(ground.place(np.array([[100.0, HORIZON]]))).all()


@pytest.mark.parametrize("slope", [0.0, 0.3, -0.3])
def test_the_road_heads_where_vehicles_head(slope: float) -> None:
    movers = ways(driving(1, -2, slope), driving(2, 3, slope), driving(3, 6, slope))
    ground = LevelGround.under(movers, WIDTH)
    assert ground is not None
    lane = lane_under(movers[1], movers, ground)
    assert lane is not None
    assert lane.direction[0] / lane.direction[1] == pytest.approx(slope, abs=0.08)


def test_vehicles_that_keep_their_size_tell_no_ground() -> None:
    across = track(1, Kind.CAR, lambda t: (100 + 90 * t, 300, 300 + 90 * t, 400), 0, 6)
    assert LevelGround.under(ways(across), WIDTH) is None
    assert HEIGHT == 720
