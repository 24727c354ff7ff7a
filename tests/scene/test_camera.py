"""Metres with uncertainties: formulas against Monte Carlo, calibration against cameras of truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pipeline.scene.calibration import ground_of, heading_column
from pipeline.scene.camera import LevelGround
from pipeline.scene.quantity import Quantity, combined, propagated
from pipeline.types import CameraMotion, Kind, LaneLine, Positions, Scene, Track
from tests.violations.scenes import HEIGHT, RATE, WIDTH, Box, scene, track

HORIZON, FOCAL, CAMERA_M = 330.0, 0.85 * WIDTH, 1.4
GROUND = LevelGround(HORIZON, WIDTH / 2, FOCAL, CAMERA_M, 6.0, 60.0, 0.08)
DRAWS = 40_000


def drawn(rng: np.random.Generator, quantity: Quantity) -> np.ndarray:
    return rng.normal(quantity.value, quantity.sigma, DRAWS)


def grounds(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return drawn(rng, GROUND.horizon), drawn(rng, GROUND.focal), drawn(rng, GROUND.camera)


@pytest.mark.parametrize("foot", [420.0, 500.0, 650.0])
def test_size_distance_and_scale_are_as_uncertain_as_monte_carlo_says(foot: float) -> None:
    rng = np.random.default_rng(0)
    horizon, focal, camera = grounds(rng)
    row, extent = Quantity(foot, 2.0), Quantity(180.0, 3.0)
    rows, extents = drawn(rng, row), drawn(rng, extent)
    for found, true in (
        (GROUND.size(extent, row), extents * camera / (rows - horizon)),
        (GROUND.scale(row), camera / (rows - horizon)),
        (GROUND.ahead(row), focal * camera / (rows - horizon)),
    ):
        assert found.value == pytest.approx(true.mean(), rel=0.02)
        assert found.sigma == pytest.approx(true.std(), rel=0.1)


def test_a_mistaken_horizon_cancels_at_the_distance_of_what_told_the_height() -> None:
    rng = np.random.default_rng(2)
    told_px, told_m, foot = 150.0, 1.5, 480.0
    horizons = rng.normal(HORIZON, 8.0, DRAWS)
    camera = told_m * (foot - HORIZON) / told_px
    ground = LevelGround(
        HORIZON, WIDTH / 2, FOCAL, camera, 8.0, 60.0, 0.05 * camera, -told_m / told_px
    )
    metres = told_m * (1 + rng.normal(0, 0.05, DRAWS))
    for row in (foot, 420.0):
        true = metres * (foot - horizons) / told_px / (row - horizons)
        found = ground.scale(Quantity(row, 0.0))
        assert found.sigma == pytest.approx(true.std(), rel=0.1)
    at_foot = Quantity(foot, 0.0)
    apart = replace(ground, camera_per_px=0.0).scale(at_foot)
    assert ground.scale(at_foot).sigma < 0.75 * apart.sigma
    assert ground.camera.sigma == pytest.approx(np.hypot(0.05 * camera, 0.08), rel=0.01)


def test_speed_is_as_uncertain_as_monte_carlo_says() -> None:
    rng = np.random.default_rng(1)
    times = np.arange(15) / RATE
    true_rows = HORIZON + FOCAL * CAMERA_M / (14 + 3.0 * times)
    speeds = []
    for _ in range(3000):
        ground = LevelGround(
            rng.normal(HORIZON, GROUND.horizon_sigma_px),
            WIDTH / 2,
            rng.normal(FOCAL, GROUND.focal_sigma_px),
            rng.normal(CAMERA_M, GROUND.camera_sigma_m),
        )
        rows = true_rows + rng.normal(0, 1.5, len(times))
        speeds.append(ground.speed(rows, times, 1.5).value)
    found = GROUND.speed(true_rows, times, 1.5)
    assert found.value == pytest.approx(3.0, rel=0.01)
    assert np.mean(speeds) == pytest.approx(3.0, rel=0.05)
    assert found.sigma == pytest.approx(np.std(speeds), rel=0.15)


def test_what_lies_above_the_horizon_has_no_size() -> None:
    assert np.isnan(GROUND.scale(Quantity(HORIZON - 5, 1.0)).value)
    assert np.isnan(GROUND.speed(np.array([400.0]), np.array([0.0]), 1.0).value)


def test_propagation_is_exact_where_a_formula_is_linear() -> None:
    found = propagated(lambda a, b: 3 * a - 4 * b, Quantity(1, 0.3), Quantity(2, 0.1))
    assert (found.value, found.sigma) == (pytest.approx(-5), pytest.approx(np.hypot(0.9, 0.4)))


def test_estimates_that_agree_are_surer_together_and_others_are_not() -> None:
    agreeing = combined([Quantity(10, 1), Quantity(10.5, 1)])
    disagreeing = combined([Quantity(10, 1), Quantity(16, 1)])
    assert agreeing is not None and disagreeing is not None
    assert agreeing.value == pytest.approx(10.25)
    assert agreeing.sigma == pytest.approx(0.5**0.5)
    assert disagreeing.sigma == pytest.approx(3.0)
    assert combined([]) is None
    assert combined([Quantity(float("nan"), 1.0)]) is None


# --- calibration ----------------------------------------------------------------------------------


def on_road(x_m: float, z_m: float, width_m: float = 1.75, height_m: float = 1.5) -> Box:
    scale = FOCAL / z_m
    x, foot = WIDTH / 2 + scale * x_m, HORIZON + scale * CAMERA_M
    return (x - width_m / 2 * scale, foot - height_m * scale, x + width_m / 2 * scale, foot)


def going(track_id: int, kind: Kind, at: Callable[[float], Box], jitter_px: float = 0.7) -> Track:
    return track(track_id, kind, at, 0, 6, jitter_px=jitter_px)


def lane(width_m: float, slope_px: float = 0.0) -> tuple[LaneLine, LaneLine]:
    """The lines of a lane that the camera drives in the middle of."""
    rows = np.array([0.93 * HEIGHT, 0.64 * HEIGHT])
    shares = (rows - HORIZON) / CAMERA_M
    made = [
        LaneLine(
            points=np.column_stack([WIDTH / 2 + side * width_m / 2 * shares + slope_px, rows]),
            frame=0,
            start_s=0.0,
            end_s=4.0,
            duty=1.0,
            duty_sigma=0.05,
            colour="white",
            in_picture=True,
            confidence=0.9,
        )
        for side in (-1, 1)
    ]
    return made[0], made[1]


def driving(lines: tuple[LaneLine, ...] = ()) -> Scene:
    return scene(6.0, CameraMotion.DRIVING, lines=lines)


def within(found: Quantity, true: float, sigmas: float = 2.0) -> bool:
    return abs(found.value - true) <= sigmas * found.sigma


def test_a_lane_tells_horizon_height_and_heading() -> None:
    found = ground_of([], driving(lane(3.5)))
    assert found is not None
    assert found.horizon_px == pytest.approx(HORIZON, abs=1.0)
    assert within(found.camera, CAMERA_M)
    assert found.camera_sigma_m / CAMERA_M < 0.12
    column = heading_column(driving(lane(3.5, slope_px=40.0)))
    assert column is not None and column.value == pytest.approx(WIDTH / 2 + 40, abs=1.0)


def test_two_lanes_without_a_line_between_are_not_taken_for_one() -> None:
    found = ground_of([], driving(lane(7.0)))
    assert found is not None and found.camera_m == pytest.approx(CAMERA_M, rel=0.1)


def test_vehicles_of_usual_height_tell_the_ground_and_one_half_hidden_does_not_spoil_it() -> None:
    cars = [
        going(n, Kind.CAR, lambda t, x=x: on_road(x, 9 + 4 * t)) for n, x in enumerate((-3, 3, 6))
    ]
    hidden = going(9, Kind.CAR, lambda t: on_road(0.0, 12.0, height_m=0.7))
    found = ground_of([*cars, hidden], driving())
    assert found is not None
    assert within(found.horizon, HORIZON) and within(found.camera, CAMERA_M)
    assert ground_of(cars[:1], driving(), without={cars[0].id}) is None


def test_a_camera_that_pans_has_no_horizon_of_its_own() -> None:
    cars = [going(1, Kind.CAR, lambda t: on_road(-3, 9 + 4 * t))]
    assert ground_of(cars, scene(6.0, CameraMotion.PANNING)) is None


def test_plates_tell_the_height_better_than_vehicles_alone() -> None:
    ways = [going(1, Kind.CAR, lambda t: on_road(-3, 9 + 4 * t, height_m=1.8), jitter_px=0.2)]
    alone = ground_of(ways, driving())
    scale = 1000 * (9 + 4 * ways[0].times_s) / FOCAL
    traits = {"mm_per_px": np.float32(scale), "mm_per_px_sigma": np.float32(0.03 * scale)}
    ruled = ground_of([replace(ways[0], traits=traits)], driving())
    assert alone is not None and ruled is not None
    assert ruled.camera_sigma_m < 0.6 * alone.camera_sigma_m
    assert within(ruled.camera, CAMERA_M)


def parked(count: int, speed_mps: float, own_mps: float = 0.0) -> list[Track]:
    """Vehicles beside the road that the camera passes at a speed."""
    closing = speed_mps - own_mps
    return [
        going(
            n,
            Kind.CAR,
            lambda t, n=n: on_road(3.5 + 0.2 * n, 95 + 3 * n - closing * t),
            jitter_px=0.05,
        )
        for n in range(count)
    ]


def satellites(speed_mps: float) -> Positions:
    times = np.arange(round(6 * RATE) + 1) / RATE
    nothing = np.full(len(times), 10.0)
    return Positions(times, nothing, nothing, np.full(len(times), speed_mps), nothing)


def test_vehicles_at_rest_and_satellites_tell_the_focal_length() -> None:
    seen = replace(driving(lane(3.4)), positions=satellites(12.0))
    found = ground_of(parked(4, 12.0), seen)
    usual = ground_of(parked(4, 12.0), driving(lane(3.4)))
    assert found is not None and usual is not None
    assert within(found.focal, FOCAL)
    assert found.focal_sigma_px < 0.7 * usual.focal_sigma_px


def test_traffic_that_comes_does_not_tell_the_focal_length() -> None:
    seen = replace(driving(lane(3.4)), positions=satellites(6.0))
    found = ground_of(parked(4, 6.0, own_mps=-6.0), seen)
    assert found is not None and found.focal_px == pytest.approx(0.9 * WIDTH)
