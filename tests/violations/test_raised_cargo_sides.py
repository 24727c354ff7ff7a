"""Raised sides are told against cab and wheel from aside, in metres from behind; else silence."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.types import Incident, Track
from pipeline.violations.raised_cargo_sides import RaisedCargoSides, RaisedCargoSidesSettings
from tests.violations import scenes
from tests.violations.test_spilling_cargo import looked_at

# 200 px high; over the road the cab 190 px (0.95), the sides 194 (0.97), their foot at 0.42;
# a wheel of 60 px.
ASIDE = {
    "open_bed": 0.95,
    "covered": 0.02,
    "cab_top": 0.05,
    "body_top": -0.03,
    "body_bottom": 0.58,
    "wheel_px": 64.0,
    "seen_aside": 0.9,
    "seen_behind": 0.02,
}
FACTORY = {**ASIDE, "body_top": 0.24}  # 0.8 of the cab
BEHIND = {
    "open_bed": 0.95,
    "covered": 0.02,
    "body_top": 0.02,
    "body_bottom": 0.6,
    "seen_aside": 0.02,
    "seen_behind": 0.95,
}


def with_plate(track: Track, mm_per_px: float) -> Track:
    scale = np.full(len(track), np.nan, np.float32)
    scale[[1, 6, 11]] = mm_per_px
    return replace(
        track, traits={**track.traits, "mm_per_px": scale, "mm_per_px_sigma": scale * 0.03}
    )


def judged(track: Track) -> list[Incident]:
    rule = RaisedCargoSides(RaisedCargoSidesSettings(enabled=True))
    return [one for one in rule.judge([track], scenes.scene(8)) if isinstance(one, Incident)]


def test_sides_over_the_cab_are_found_from_aside() -> None:
    (found,) = judged(looked_at(ASIDE))
    measures = {measure.name: measure for measure in found.measures}
    assert measures["side_to_cab"].value == pytest.approx(1.03 / 0.95, abs=0.001)
    assert measures["side_to_wheel"].value == pytest.approx(0.61 * 200 / 64, abs=0.001)
    assert measures["side_to_cab"].sigma == pytest.approx(0.03, abs=0.001)
    assert "1,08 lần ca-bin" in found.sentences["vi"]


def test_factory_sides_are_silent() -> None:
    assert not judged(looked_at(FACTORY))


def test_both_ratios_must_be_over() -> None:
    assert not judged(looked_at({**ASIDE, "wheel_px": 100.0}))  # 1.22 diameters: a low cab


def test_what_scatters_is_not_sure() -> None:
    track = looked_at({**ASIDE, "body_top": 0.04})  # 1.01 of the cab
    tops = track.traits["body_top"] + np.tile([-0.12, 0.12], len(track))[: len(track)]
    noisy = replace(track, traits={**track.traits, "body_top": tops.astype(np.float32)})
    assert judged(track) and not judged(noisy)


@pytest.mark.parametrize("other", [{"open_bed": 0.5}, {"covered": 0.6}])
def test_a_body_that_is_not_open_is_silent_however_high(other: dict[str, float]) -> None:
    assert not judged(looked_at({**ASIDE, **other}))
    assert not judged(with_plate(looked_at({**BEHIND, **other}), 17.0))


def test_aslant_nothing_is_compared() -> None:
    assert not judged(looked_at({**ASIDE, "seen_aside": 0.3}))


def test_from_behind_a_plate_gives_metres() -> None:
    (found,) = judged(with_plate(looked_at(BEHIND), 17.0))  # 200 px are 3.4 m
    height = next(one for one in found.measures if one.name == "side_height")
    assert height.value == pytest.approx(0.58 * 3.4, abs=0.02)
    assert "m, đo theo kích thước biển số" in found.sentences["vi"]
    assert not judged(with_plate(looked_at({**BEHIND, "body_top": 0.3}), 17.0))  # 1.0 m
    assert not judged(looked_at(BEHIND))  # no plate, no metres


def test_two_looks_are_not_enough() -> None:
    assert not judged(looked_at(ASIDE, looks=2))


def test_it_is_off_unless_asked_for() -> None:
    assert not RaisedCargoSidesSettings().enabled
