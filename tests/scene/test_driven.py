"""The satellites' word on the camera's motion, and when they have none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.scene.builder import SceneBuilder
from pipeline.scene.driven import Driven
from pipeline.scene.ego import Motion, with_gps
from pipeline.types import CameraMotion, Clock, Detections, Footage, Frame, GpsTrack, Trip

METRES_A_DEGREE = 111_195.0


def track(
    speeds_mps: np.ndarray, rate_hz: float = 1.0, *, tells_speed: bool = True, start_s: float = 0.0
) -> GpsTrack:
    """Driven north with these speeds, one a point."""
    times = start_s + np.arange(len(speeds_mps)) / rate_hz
    way = np.concatenate([[0.0], np.cumsum(speeds_mps[:-1] / rate_hz)])
    nothing = np.full(len(times), np.nan)
    return GpsTrack(
        "gpmf",
        times,
        21.0 + way / METRES_A_DEGREE,
        np.full(len(times), 105.8),
        speeds_mps.astype(float) if tells_speed else nothing,
        nothing,
    )


def trip(*tracks: GpsTrack | None) -> Trip:
    one = Footage(
        Path("a.mp4"), "mov", 1, 60.0, 854, 480, 0, 30.0, "h264", None, (),
        Clock(None, None, None), None,
    )  # fmt: skip
    footage = tuple(replace(one, gps=gps) for gps in tracks)
    return Trip(footage, tuple(60.0 * index for index in range(len(footage))))


STOP = np.concatenate([np.full(20, 12.0), [8.0, 4.0, 1.5], np.zeros(20), [1.5, 4.0, 8.0]])


@pytest.mark.parametrize("tells_speed", [True, False])
def test_a_drive_with_a_stop(tells_speed: bool) -> None:
    driven = Driven(trip(track(STOP, tells_speed=tells_speed)))
    assert driven.moves(0, 10.0) is True
    assert driven.moves(0, 32.0) is False
    assert driven.moves(0, 22.9) is None, "rolling out: neither"
    assert driven.moves(0, 44.5) in (True, None)


def test_the_noise_of_a_standing_receiver_is_no_drive() -> None:
    noise = np.random.default_rng(0).normal(0, 0.3, 60) / METRES_A_DEGREE
    standing = track(np.zeros(60), tells_speed=False)
    standing = replace(standing, latitudes=standing.latitudes + noise)
    driven = Driven(trip(standing))
    assert not any(driven.moves(0, time_s) for time_s in np.arange(0, 59, 0.2))


def test_no_word_without_satellites() -> None:
    assert Driven(trip(None)).moves(0, 1.0) is None
    assert Driven(trip(track(np.array([0.0])))).moves(0, 0.0) is None, "a phone's one position"
    driven = Driven(trip(track(np.full(10, 12.0), start_s=20.0)))
    assert driven.moves(0, 5.0) is None and driven.moves(0, 25.0) is True
    assert driven.moves(0, 40.0) is None


def test_a_tunnel_is_a_hole() -> None:
    whole = track(np.full(60, 12.0))
    keep = (whole.times_s < 20) | (whole.times_s > 40)
    holed = GpsTrack(
        "gpmf",
        whole.times_s[keep],
        whole.latitudes[keep],
        whole.longitudes[keep],
        whole.speeds_mps[keep],
        whole.altitudes_m[keep],
    )
    driven = Driven(trip(holed))
    assert driven.moves(0, 10.0) is True and driven.moves(0, 30.0) is None


def test_each_file_has_its_own_track() -> None:
    driven = Driven(trip(track(np.full(60, 12.0)), track(np.zeros(60))))
    assert driven.moves(0, 30.0) is True and driven.moves(1, 30.0) is False


@pytest.mark.parametrize(
    "state, share, moves, becomes",
    [
        (CameraMotion.UNKNOWN, 0.0, True, CameraMotion.DRIVING),
        (CameraMotion.UNKNOWN, 0.0, False, CameraMotion.UNKNOWN),
        (CameraMotion.UNKNOWN, 0.0, None, CameraMotion.UNKNOWN),
        (CameraMotion.DRIVING, 0.5, False, CameraMotion.UNKNOWN),
        (CameraMotion.DRIVING, 0.95, False, CameraMotion.PANNING),
        (CameraMotion.DRIVING, 0.5, None, CameraMotion.DRIVING),
        (CameraMotion.DRIVING, 0.5, True, CameraMotion.DRIVING),
        (CameraMotion.STILL, 0.95, True, CameraMotion.STILL),
        (CameraMotion.PANNING, 0.95, False, CameraMotion.PANNING),
    ],
)
def test_what_it_changes(
    state: CameraMotion, share: float, moves: bool | None, becomes: CameraMotion
) -> None:
    motion = Motion(np.eye(3), state, share)
    changed = with_gps(motion, moves)
    assert changed.state is becomes
    assert changed.inlier_share == share, "the picture was followed no better for it"


@pytest.mark.parametrize(
    "gps, state",
    [(track(np.full(60, 12.0)), CameraMotion.DRIVING), (None, CameraMotion.UNKNOWN)],
    ids=["with GPS", "without"],
)
def test_driving_through_the_dark(gps: GpsTrack | None, state: CameraMotion) -> None:
    black = np.zeros((480, 854, 3), np.uint8)
    builder = SceneBuilder(5.0, Driven(trip(gps)))
    for index in range(6):
        frame = Frame(black, index, 10 + 0.2 * index, 0, 10 + 0.2 * index)
        builder.update(frame, Detections.empty())
    assert set(builder.finish().ego.states) == {state}
