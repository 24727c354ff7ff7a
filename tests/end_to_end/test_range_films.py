"""Films of the driving range through the whole program: what was staged is found, and no more."""

from pathlib import Path

import pytest

from driving_range.film import film
from driving_range.staged import STAGES
from driving_range.staged_noise import NOISES
from tests.end_to_end.conftest import Dashcam

SEED = 1  # the scenes of other seeds were not looked at when the stages were written


@pytest.mark.parametrize("name", [*STAGES, *NOISES])
def test_what_was_staged_is_found(dashcam: Dashcam, tmp_path: Path, name: str) -> None:
    staged = {**STAGES, **NOISES}[name](SEED)
    path = tmp_path / "20260101_080000.mp4"
    clip = film(staged.world, staged.camera, path, rate=5, seed=SEED, sound=staged.sound)
    run = dashcam("process", clip, "-o", tmp_path / "out", "--json", timeout=900)
    assert run.code == 0, run.err
    found = {item["rule"] for item in run.lines}
    assert set(staged.rules) <= found <= {*staged.rules, *staged.also}
