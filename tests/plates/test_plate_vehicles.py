"""The plates of tracked vehicles: of a real file, through the decoder and the reader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from pipeline.footage.probe import probe
from pipeline.plates import PlateReader, TextLine
from pipeline.plates.base import Image
from pipeline.plates.vehicles import PlateService
from pipeline.progress import Advance
from pipeline.settings import FootageSettings, PlatesSettings
from pipeline.types import Kind, Plate, Trip

from .conftest import HEIGHT, WIDTH, Vehicle, film

BIKE = Vehicle(1, Kind.MOTORBIKE, (60, 220, 220, 480), 150, ("75-H1", "357.92"), 76)
CAR = Vehicle(2, Kind.CAR, (640, 160, 940, 420), -60, ("51G-971.62",), 120)
BARE = Vehicle(3, Kind.CAR, (400, 60, 560, 160))
FAR = Vehicle(4, Kind.MOTORBIKE, (20, 20, 50, 80), 10, ("59-X2", "123.45"), 14)
RIDER = Vehicle(5, Kind.PERSON, (70, 120, 210, 400), 150)
EVERYONE = [BARE, FAR, CAR, RIDER, BIKE]


@pytest.fixture(scope="module")
def trip(tmp_path_factory: pytest.TempPathFactory) -> Trip:
    path = film(EVERYONE, tmp_path_factory.mktemp("plates") / "street.mp4")
    return Trip((probe(path, FootageSettings()),), (0.0,))


class Counting:
    """A reader that counts what it is shown."""

    name = "counting"

    def __init__(self, reader: PlateReader) -> None:
        self._reader = reader
        self.shapes: list[tuple[int, ...]] = []

    def read(self, image: Image) -> list[TextLine]:
        self.shapes.append(image.shape)
        return self._reader.read(image)

    def recognise(self, lines: list[Image]) -> list[TextLine]:
        return self._reader.recognise(lines)


class Steps:
    """A stage that keeps what it was told."""

    def __init__(self) -> None:
        self.totals: list[int] = []
        self.done: list[float] = []

    @contextmanager
    def __call__(self, total: int) -> Iterator[Advance]:
        self.totals.append(total)
        yield self.done.append


def read(
    trip: Trip,
    reader: PlateReader,
    wanted: set[int],
    vehicles: list[Vehicle] = EVERYONE,
    looks: int = 4,
    steps: Steps | None = None,
) -> dict[int, Plate]:
    service = PlateService(PlatesSettings(looks=looks), reader)
    tracks = [vehicle.track() for vehicle in vehicles]
    return service.read(trip, tracks, wanted, (WIDTH, HEIGHT), steps or Steps())


def test_plates_are_read_from_the_file_and_belong_to_their_vehicles(
    trip: Trip, reader: PlateReader
) -> None:
    steps = Steps()
    plates = read(trip, reader, {1, 2, 3, 4}, steps=steps)
    assert set(plates) == {1, 2, 3, 4}
    for vehicle, text in ((BIKE, "75H135792"), (CAR, "51G97162")):
        plate = plates[vehicle.id]
        assert plate.text is not None
        assert plate.text.normalized == text
        assert plate.probability > 0.9
        assert plate.agreeing >= 3
        best = plate.best
        assert best is not None
        assert best.text == plate.text
        # The frame and the place that are shown are those of the reading.
        wanted = np.array(vehicle.plate_box_at(best.time_s))
        assert np.abs(np.array(best.box) - wanted).max() < 12
        assert best.time_s == pytest.approx(best.frame / 5, abs=0.05)
    for nothing in (BARE, FAR):
        assert plates[nothing.id] == Plate(None, 0.0, (), 0, 0, None)
    assert len(steps.totals) == 1
    assert steps.done == list(range(1, steps.totals[0] + 1))


def test_only_what_is_wanted_is_read(trip: Trip, reader: PlateReader) -> None:
    counting = Counting(reader)
    plates = read(trip, counting, {1}, looks=3)
    assert set(plates) == {1}
    assert plates[1].text is not None
    assert len(counting.shapes) == 3
    assert all(shape[1] <= 1.25 * 160 for shape in counting.shapes), "the vehicle, not the frame"
    assert read(trip, counting, set()) == {}
    assert len(counting.shapes) == 3


def test_a_vehicle_too_far_away_costs_nothing(trip: Trip, reader: PlateReader) -> None:
    counting, steps = Counting(reader), Steps()
    plates = read(trip, counting, {FAR.id, RIDER.id}, steps=steps)
    assert all(plate.text is None for plate in plates.values())
    assert (counting.shapes, steps.totals) == ([], [])


def test_a_neighbours_plate_is_not_ones_own(trip: Trip, reader: PlateReader) -> None:
    """A nearer car without a plate stands before the lower half of one that has one."""
    x1, _, x2, _ = CAR.box
    nearer = Vehicle(9, Kind.CAR, (x1 - 60, 310, x2 + 20, 530), CAR.speed)
    plates = read(trip, reader, {9}, [CAR, nearer])
    assert set(plates) == {9}, "what is not wanted is not told, though it was read"
    assert plates[9].text is None
    plates = read(trip, reader, {9, 2}, [CAR, nearer])
    assert plates[9].text is None
    assert plates[2].text is not None
    assert plates[2].text.normalized == "51G97162"


def test_two_vehicles_in_one_another_are_read_once(trip: Trip, reader: PlateReader) -> None:
    """A plate that two crops show is one look, not two that agree."""
    around = Vehicle(8, Kind.CAR, (CAR.box[0] - 30, 140, CAR.box[2] + 15, 425), CAR.speed)
    counting = Counting(reader)
    plates = read(trip, counting, {8, 2}, [CAR, around], looks=2)
    assert len(counting.shapes) == 2
    assert sum(plate.looks for plate in plates.values()) <= 2


def test_a_reading_of_one_look_is_no_fact(trip: Trip, reader: PlateReader) -> None:
    plate = read(trip, reader, {1}, looks=1)[1]
    assert plate.text is not None
    assert plate.looks == 1
    assert plate.probability < PlatesSettings().fact_probability
