"""Loads measured by plates on tracks of known size: what exceeds is told, what may be is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from pipeline.scene.quantity import Quantity
from pipeline.types import Abstention, CameraMotion, Incident, Kind, Scene, Track
from pipeline.violations.law import acts
from pipeline.violations.rear_view import View, size_of, together
from pipeline.violations.registry import load_rules
from tests.violations.scenes import HEIGHT, WIDTH, Box, scene, track

HORIZON, FOCAL, CAMERA_M = 0.46 * HEIGHT, 0.9 * WIDTH, 1.4
VIEW = View(
    Quantity(FOCAL, 0.18 * WIDTH), Quantity(HORIZON, 25.0), Quantity(WIDTH / 2, 0.03 * WIDTH)
)


def box_of(x_m: float, z_m: float, width_m: float, height_m: float, length_m: float = 8.0) -> Box:
    """A cuboid that drives straight away from the camera, its rear `z_m` ahead."""
    near, far = FOCAL / z_m, FOCAL / (z_m + length_m)
    left, right = x_m - width_m / 2, x_m + width_m / 2
    columns = [WIDTH / 2 + side * scale for side in (left, right) for scale in (near, far)]
    foot = HORIZON + CAMERA_M * near
    return (min(columns), HORIZON - (height_m - CAMERA_M) * near, max(columns), foot)


def ruled(
    kind: Kind,
    width_m: float,
    height_m: float,
    z_at: Callable[[float], float] = lambda t: 16.0,
    x_m: float = 0.0,
    every: int = 5,
    wrong: float = 1.0,
    track_id: int = 1,
    length_m: float = 8.0,
) -> Track:
    made = track(
        track_id,
        kind,
        lambda t: box_of(x_m, z_at(t), width_m, height_m, length_m),
        0.0,
        4.0,
        jitter_px=1.0,
    )
    scales = np.array([1000 * z_at(t) / FOCAL * wrong for t in made.times_s], np.float32)
    scales[np.arange(len(made)) % every != 0] = np.nan
    return replace(made, traits={"mm_per_px": scales, "mm_per_px_sigma": 0.03 * scales})


def judged(
    *tracks: Track, around: Scene | None = None, **settings: float
) -> list[Incident | Abstention]:
    (rule,) = load_rules(["oversize_cargo"], {"oversize_cargo": settings})
    return list(rule.judge(tracks, around or scene(4.0, CameraMotion.DRIVING)))


def found(*tracks: Track, around: Scene | None = None, **settings: float) -> list[Incident]:
    return [
        word for word in judged(*tracks, around=around, **settings) if isinstance(word, Incident)
    ]


def measure(incident: Incident, name: str) -> tuple[float, float]:
    (one,) = [one for one in incident.measures if one.name == name]
    return one.value, one.sigma or 0.0


def test_a_load_that_towers_is_told_with_its_height() -> None:
    (incident,) = found(ruled(Kind.TRUCK, 2.4, 5.3))
    value, sigma = measure(incident, "load_height")
    assert value == pytest.approx(5.3, rel=0.04)
    assert 0.1 < sigma < 0.4
    assert (
        measure(incident, "height_limit")[0]
        == acts()["oversize_cargo"].limits["container_height_m"]
    )
    assert "5,3 m" in incident.sentences["vi"] and "4,35 m" in incident.sentences["vi"]
    assert "5.3 m" in incident.sentences["en"]
    assert incident.best_times_s


@pytest.mark.parametrize("height", [3.5, 4.2, 4.35])
def test_a_tall_legal_truck_is_not(height: float) -> None:
    assert found(ruled(Kind.TRUCK, 2.5, height)) == []


def test_a_wide_load_is_told_with_its_width() -> None:
    (incident,) = found(ruled(Kind.TRUCK, 3.5, 3.4))
    assert measure(incident, "load_width")[0] == pytest.approx(3.5, rel=0.04)


@pytest.mark.parametrize("x_m", [0.0, 1.5, 3.5, -3.5])
def test_the_side_that_shows_is_not_its_width(x_m: float) -> None:
    assert found(ruled(Kind.TRUCK, 2.5, 3.4, x_m=x_m)) == []


def test_a_light_truck_may_be_less_high() -> None:
    (incident,) = found(ruled(Kind.TRUCK, 1.7, 4.3, length_m=5.0))
    assert measure(incident, "height_limit")[0] == 3.5
    assert found(ruled(Kind.TRUCK, 2.3, 4.3)) == []


def test_a_motorbike_with_crates_across_is_told_and_one_with_mirrors_is_not() -> None:
    (incident,) = found(ruled(Kind.MOTORBIKE, 1.8, 1.3, z_at=lambda t: 7.0, length_m=1.9))
    assert measure(incident, "load_width")[0] == pytest.approx(1.8, rel=0.08)
    assert found(ruled(Kind.MOTORBIKE, 0.95, 1.3, z_at=lambda t: 7.0, length_m=1.9)) == []


def test_what_does_not_go_along_with_the_camera_is_not_judged() -> None:
    assert found(ruled(Kind.TRUCK, 2.4, 5.3, z_at=lambda t: 37 - 5.0 * t)) == []
    at_rest = ruled(Kind.TRUCK, 2.4, 5.3)
    assert found(at_rest, around=scene(4.0, CameraMotion.STILL)) == []


def test_one_that_drives_away_from_a_camera_that_stands_is() -> None:
    away = ruled(Kind.TRUCK, 2.4, 5.6, z_at=lambda t: 17 + 3 * t)
    (incident,) = found(away, around=scene(4.0, CameraMotion.STILL))
    assert measure(incident, "load_height")[0] == pytest.approx(5.6, rel=0.06)


def test_one_look_is_not_enough_and_that_is_said() -> None:
    words = judged(ruled(Kind.TRUCK, 2.4, 5.3, every=50))
    assert [type(word) for word in words] == [Abstention]


def test_a_scale_that_the_road_contradicts_is_not_used() -> None:
    """Another vehicle's plate, half again as large: the ground of the cars around says so."""
    cars = [
        track(n, Kind.CAR, lambda t, x=x: box_of(x, 9 + 5 * t, 1.75, 1.5, 0.1), 0, 4, jitter_px=0.5)
        for n, x in ((2, -4.0), (3, 4.0), (4, 7.0), (5, -7.0))
    ]
    mistaken = ruled(Kind.TRUCK, 2.4, 3.6, wrong=1.5)
    assert found(mistaken) != []
    words = judged(mistaken, *cars)
    assert [type(word) for word in words if not isinstance(word, Incident)] == [Abstention]
    assert [word for word in words if isinstance(word, Incident)] == []
    assert found(ruled(Kind.TRUCK, 2.4, 5.3), *cars) != []


def test_one_truck_lost_and_found_again_is_one_incident() -> None:
    first = ruled(Kind.TRUCK, 2.4, 5.3)
    again = ruled(Kind.TRUCK, 2.4, 5.3, track_id=2)
    moved = replace(again, times_s=again.times_s + 5.0, frames=again.frames + 25)
    assert len(found(first, moved, around=scene(9.0, CameraMotion.DRIVING))) == 1


def test_cut_by_the_picture_is_not_measured() -> None:
    assert found(ruled(Kind.TRUCK, 2.4, 5.3, z_at=lambda t: 9.0)) == []


def sizes(rng: np.random.Generator, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Width and height by the formulas, every input drawn at random about its value."""
    box = box_of(1.5, 14.0, 2.4, 4.0)
    scale = 14.0 / FOCAL * rng.normal(1, 0.03, draws)
    focal = rng.normal(FOCAL, VIEW.focal.sigma, draws)
    horizon = rng.normal(HORIZON, VIEW.horizon.sigma, draws)
    column = rng.normal(WIDTH / 2, VIEW.vanishing.sigma, draws)
    across, along = 0.012 * (box[2] - box[0]), 0.012 * (box[3] - box[1])
    left, right = (rng.normal(edge, np.hypot(across, 1), draws) for edge in (box[0], box[2]))
    top, bottom = (rng.normal(edge, np.hypot(along, 1), draws) for edge in (box[1], box[3]))
    contact, highest = rng.normal(0.5, 0.5, draws), rng.normal(0, 0.3, draws)
    widest, length = rng.normal(0, 0.3, draws), rng.normal(7.5, 2.5, draws)
    distance = focal * scale
    height = scale * (
        (bottom - horizon) * (1 + contact / distance) + (horizon - top) * (1 + highest / distance)
    )
    side = np.maximum(left - column, 0) * length / focal
    return scale * (right - left) * (1 + widest / distance) - side, height


def test_sizes_are_as_uncertain_as_monte_carlo_says() -> None:
    width, height = sizes(np.random.default_rng(3), 40_000)
    box = np.array(box_of(1.5, 14.0, 2.4, 4.0), np.float32)
    scale = 1000 * 14.0 / FOCAL
    said = size_of(box, Kind.TRUCK, scale, 0.03 * scale, VIEW)
    assert said.height.value == pytest.approx(height.mean(), rel=0.01)
    assert said.height.sigma == pytest.approx(height.std(), rel=0.1)
    assert said.width.value == pytest.approx(width.mean(), rel=0.02)
    assert said.width.sigma == pytest.approx(width.std(), rel=0.2)


def test_a_side_that_fills_the_box_leaves_the_width_unknown() -> None:
    box = np.array(box_of(-5.0, 9.0, 2.4, 3.0, 10.0), np.float32)
    said = size_of(box, Kind.TRUCK, 1000 * 9.0 / FOCAL, 0.2, VIEW)
    assert not np.isfinite(said.width.sigma)


def test_a_roof_seen_from_above_leaves_the_height_unknown() -> None:
    """From a bridge: the box's upper edge is the roof's far one."""
    box = np.array([500.0, HORIZON + 20, 780.0, HORIZON + 400], np.float32)
    said = size_of(box, Kind.TRUCK, 14.0, 0.4, VIEW)
    assert not np.isfinite(said.height.sigma)
    assert np.isfinite(said.width.sigma)


def test_looks_share_their_errors_and_one_that_is_hidden_is_forgotten() -> None:
    looks: Sequence[Quantity] = [Quantity(5.0, 0.2)] * 6 + [Quantity(2.5, 0.1)]
    both = together(list(looks))
    assert both.value == pytest.approx(5.0)
    assert both.sigma == pytest.approx(0.2, rel=0.1)
    unknown = together([Quantity(0.0, float("inf"))] * 3 + [Quantity(3.0, 0.1)])
    assert not np.isfinite(unknown.sigma)
