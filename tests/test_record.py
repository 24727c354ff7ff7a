"""What a run observed, written and read back; and what is no record."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from pipeline import record
from pipeline.errors import OutputError
from pipeline.types import (
    Colour,
    Gap,
    Kind,
    LaneLine,
    LightState,
    Positions,
    Scene,
    SoundEvent,
    SoundKind,
    StopLine,
    Track,
    TrafficLight,
)
from tests.violations.scenes import scene, track

LINE = LaneLine(
    points=np.array([[640.0, 700.0], [600.0, 300.0]]),
    frame=3,
    start_s=0.5,
    end_s=4.0,
    duty=0.9,
    duty_sigma=0.05,
    colour="yellow",
    in_picture=True,
    confidence=0.8,
)


def observed() -> tuple[list[Track], Scene]:
    car = track(1, Kind.CAR, lambda t: (10 + t, 20, 110 + t, 90), 0, 3)
    ruler = np.full(len(car), np.nan, np.float32)
    ruler[4] = 3.5
    car = dataclasses.replace(car, colour=Colour("red", 0.7), traits={"mm_per_px": ruler})
    person = track(2, Kind.PERSON, lambda t: (5, 5, 25, 65), 1, 1)
    around = scene(3, lines=[LINE])
    unknown = np.full(len(around.ego.times_s), np.nan)
    here = np.where(around.ego.times_s > 1, 21.0, np.nan)
    around = dataclasses.replace(
        around,
        gaps=(Gap(1, 2, "damaged"),),
        stop_lines=(StopLine(np.array([[10.0, 600.0], [900.0, 610.0]]), 2, 0.5, 3.0, 0.7),),
        lights=(
            TrafficLight(
                np.array([0.2, 0.4]),
                np.array([[5, 5, 15, 35], [6, 5, 16, 35]], np.float32),
                (LightState.GREEN, LightState.RED),
                np.array([0.9, 0.8], np.float32),
            ),
        ),
        sounds=(SoundEvent(SoundKind.HORN, 0.1, 1.2, 0.8, 20.0, 440.0),),
        positions=Positions(around.ego.times_s, here, here + 85, unknown, unknown),
    )
    return [car, person], around


def test_silence_is_not_the_same_as_no_sound(tmp_path: Path) -> None:
    for sounds in (None, ()):
        record.save(tmp_path / "trip", [], dataclasses.replace(scene(1), sounds=sounds))
        found = record.load(tmp_path / "trip")
        assert found is not None and found[1].sounds == sounds


def test_a_bang_has_no_pitch(tmp_path: Path) -> None:
    bang = SoundEvent(SoundKind.BANG, 0.1, 0.2, 0.8, 20.0, float("nan"))
    record.save(tmp_path / "trip", [], dataclasses.replace(scene(1), sounds=(bang,)))
    found = record.load(tmp_path / "trip")
    assert found is not None and found[1].sounds is not None
    assert np.isnan(found[1].sounds[0].pitch_hz)


def same(one: object, other: object) -> bool:
    if dataclasses.is_dataclass(one):
        return type(one) is type(other) and all(
            same(getattr(one, item.name), getattr(other, item.name))
            for item in dataclasses.fields(one)
        )
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)  # type: ignore[attr-defined,index]
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))  # type: ignore[arg-type]
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(
            one, other, equal_nan=one.dtype.kind == "f"
        )  # type: ignore[attr-defined]
    return one == other


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    tracks, around = observed()
    record.save(tmp_path / "trip", tracks, around)
    found = record.load(tmp_path / "trip")
    assert found is not None
    assert same(found[0], tracks)
    assert same(found[1], around)
    assert [path.name for path in tmp_path.iterdir()] == ["trip"], "nothing half-written is left"


def test_nothing_observed_is_a_record_too(tmp_path: Path) -> None:
    record.save(tmp_path / "trip", [], scene(0))
    found = record.load(tmp_path / "trip")
    assert found is not None and found[0] == []


@pytest.mark.parametrize("name", ["trip.json", "tracks.npz", "ego.npz"])
@pytest.mark.parametrize("damage", ["missing", "cut", "empty"])
def test_a_damaged_record_is_none(tmp_path: Path, name: str, damage: str) -> None:
    folder = tmp_path / "trip"
    record.save(folder, *observed())
    file = folder / name
    content = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    assert record.load(folder) is None


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    taken = tmp_path / "record"
    taken.touch()
    with pytest.raises(OutputError, match="record"):
        record.save(taken / "trip", *observed())
