"""What a run observed, written and read back; and what is no record."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from pipeline import record
from pipeline.errors import OutputError
from pipeline.types import Colour, Gap, Kind, LaneLine, Scene, Track
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
    car = dataclasses.replace(car, colour=Colour("red", 0.7))
    person = track(2, Kind.PERSON, lambda t: (5, 5, 25, 65), 1, 1)
    return [car, person], dataclasses.replace(scene(3, lines=[LINE]), gaps=(Gap(1, 2, "damaged"),))


def same(one: object, other: object) -> bool:
    if dataclasses.is_dataclass(one):
        return type(one) is type(other) and all(
            same(getattr(one, item.name), getattr(other, item.name))
            for item in dataclasses.fields(one)
        )
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))  # type: ignore[arg-type]
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)  # type: ignore[attr-defined]
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
