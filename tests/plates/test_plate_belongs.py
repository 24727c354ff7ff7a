"""Whose plate it is."""

from __future__ import annotations

import numpy as np

from pipeline.plates.belongs import assign, owner
from pipeline.plates.grammar import parse
from pipeline.types import Kind, PlateReading, Track

Box = tuple[float, float, float, float]


def track(number: int, kind: Kind, box: Box, speed: float = 0.0, count: int = 6) -> Track:
    boxes = np.tile(np.array(box, np.float32), (count, 1))
    boxes[:, 0::2] += (speed * np.arange(count))[:, None]
    return Track(
        number,
        kind,
        1.0,
        np.arange(count, dtype=np.int32),
        np.arange(count) / 5.0,
        boxes,
        np.full(count, 0.9, np.float32),
    )


def reading(
    box: Box, frame: int = 0, written: str = "59-V1 793.79", confidence: float = 0.9
) -> PlateReading:
    text = parse(written)[0].text
    return PlateReading(written, text, confidence, box, (), 2, frame / 5.0, frame)


CAR: Box = (100, 100, 500, 400)
CAR_PLATE: Box = (250, 300, 350, 330)


def test_a_plate_low_on_a_car_is_its() -> None:
    car = track(1, Kind.CAR, CAR)
    assert owner(reading(CAR_PLATE, written="51G-971.62"), [car]) is car


def test_what_no_plate_of_the_vehicle_can_be_is_nobodys() -> None:
    car = track(1, Kind.CAR, CAR)
    above = reading((250, 110, 350, 140), written="51G-971.62")
    huge = reading((110, 250, 490, 390), written="51G-971.62")
    outside = reading((600, 300, 700, 330), written="51G-971.62")
    other_frame = reading(CAR_PLATE, frame=99, written="51G-971.62")
    for stray in (above, huge, outside, other_frame):
        assert owner(stray, [car]) is None


def test_a_person_has_no_plate() -> None:
    assert (
        owner(reading((140, 300, 180, 330)), [track(1, Kind.PERSON, (100, 100, 250, 400))]) is None
    )


def test_the_motorbike_in_front_of_a_car_keeps_its_plate() -> None:
    car = track(1, Kind.CAR, CAR)
    bike = track(2, Kind.MOTORBIKE, (240, 180, 360, 400))
    assert owner(reading((270, 320, 330, 360)), [car, bike]) is bike
    assert owner(reading((270, 320, 330, 360)), [car]) is None


def test_the_smaller_of_nested_boxes_is_nearer() -> None:
    bus = track(1, Kind.BUS, (0, 0, 1200, 700))
    car = track(2, Kind.CAR, (500, 350, 900, 690))
    assert owner(reading((640, 600, 760, 630), written="51G-971.62"), [bus, car]) is car


def test_between_two_equals_it_is_nobodys() -> None:
    left = track(1, Kind.MOTORBIKE, (100, 100, 260, 400))
    right = track(2, Kind.MOTORBIKE, (180, 100, 340, 400))
    assert owner(reading((195, 320, 245, 355)), [left, right]) is None


def test_a_plate_that_does_not_move_along_is_dropped() -> None:
    """A car passes a parked one whose plate is seen through its box in one frame."""
    car = track(1, Kind.CAR, CAR, speed=60.0)
    own = [reading((250 + 60 * f, 300, 350 + 60 * f, 330), f, "51G-971.62") for f in range(6)]
    parked = reading((510, 340, 590, 365), 3, "60A-123.45")
    assert owner(parked, [car]) is car, "alone it would be taken for the car's"
    assert assign([*own, parked], [car]) == {1: own}


def test_two_plates_in_one_box_all_along_belong_to_nobody() -> None:
    truck = track(1, Kind.TRUCK, CAR)
    left = [reading((130, 300, 200, 330), f, "51C-971.62") for f in range(6)]
    right = [reading((400, 300, 470, 330), f, "60C-123.45") for f in range(6)]
    assert assign([*left, *right], [truck]) == {}


def test_readings_come_sorted_by_time() -> None:
    car = track(1, Kind.CAR, CAR)
    its = [reading(CAR_PLATE, frame, "51G-971.62") for frame in (4, 0, 2)]
    assert [one.frame for one in assign(its, [car])[1]] == [0, 2, 4]
