"""The camera's places at the sampled frames, over files with and without satellites."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.scene.positions import positions_of
from pipeline.types import Clock, Footage, GpsTrack, Trip


def footage(gps: GpsTrack | None) -> Footage:
    clock = Clock(None, None, None)
    return Footage(Path("a.mp4"), "mp4", 1, 10.0, 640, 360, 0, 30.0, "h264", None, (), clock, gps)


def northwards(speed_mps: float) -> GpsTrack:
    times = np.arange(0, 11.0)
    nothing = np.full(11, np.nan)
    latitudes = 21.0 + speed_mps * times / 111_195
    return GpsTrack("gpx sidecar", times, latitudes, np.full(11, 105.8), nothing, nothing)


def test_each_frame_has_the_place_of_its_own_file() -> None:
    trip = Trip((footage(None), footage(northwards(10.0))), (0.0, 10.0))
    found = positions_of(trip, np.array([1.0, 9.9, 12.0, 15.0]))
    assert found is not None
    assert np.isnan(found.latitudes[:2]).all(), "the first file has no satellites"
    np.testing.assert_allclose(found.latitudes[2:], 21.0 + np.array([20, 50]) / 111_195, atol=1e-7)
    np.testing.assert_allclose(found.speeds_mps[2:], 10.0, atol=0.01)
    assert (np.abs((found.headings_deg[2:] + 180) % 360 - 180) < 0.5).all()


def test_no_satellites_no_positions() -> None:
    trip = Trip((footage(None),), (0.0,))
    assert positions_of(trip, np.array([1.0])) is None
    early = replace(northwards(1.0), times_s=np.arange(500, 511.0))
    assert positions_of(Trip((footage(early),), (0.0,)), np.array([1.0])) is None
