"""Arithmetic of boxes and the suppression of duplicates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.types import KINDS, Detections, Kind
from pipeline.vision.boxes import areas, intersections, iou, one_kind_each, suppress


def detections(*items: tuple[Kind, float, tuple[float, float, float, float]]) -> Detections:
    return Detections(
        np.array([box for _, _, box in items], np.float32).reshape(-1, 4),
        np.array([confidence for _, confidence, _ in items], np.float32),
        np.array([KINDS.index(kind) for kind, _, _ in items], np.int8),
    )


def test_iou_of_known_boxes() -> None:
    a = np.array([[0, 0, 10, 10]])
    b = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30], [10, 0, 20, 10]])
    assert iou(a, b)[0] == pytest.approx([1, 1 / 3, 0, 0])


def test_iou_of_empty_boxes_is_zero_not_nan() -> None:
    empty = np.zeros((1, 4))
    assert iou(empty, empty)[0, 0] == 0
    assert areas(np.array([[5, 5, 3, 9]]))[0] == 0


coordinate = st.integers(0, 60)
box = st.tuples(coordinate, coordinate, coordinate, coordinate).map(
    lambda c: (min(c[0], c[2]), min(c[1], c[3]), max(c[0], c[2]), max(c[1], c[3]))
)


@given(box, box)
def test_intersection_agrees_with_counting_pixels(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    canvas = np.zeros((2, 60, 60), bool)
    for layer, (x1, y1, x2, y2) in zip(canvas, (a, b), strict=True):
        layer[y1:y2, x1:x2] = True
    assert intersections(np.array([a]), np.array([b]))[0, 0] == (canvas[0] & canvas[1]).sum()


def test_suppression_keeps_the_surer_of_two_and_both_of_different_kinds() -> None:
    found = suppress(
        detections(
            (Kind.CAR, 0.5, (0, 0, 100, 100)),
            (Kind.CAR, 0.9, (2, 2, 101, 101)),
            (Kind.PERSON, 0.4, (0, 0, 100, 100)),
        ),
        0.7,
    )
    assert sorted(found.confidences.tolist()) == pytest.approx([0.4, 0.9])


def test_suppression_spares_riders_who_sit_close() -> None:
    riders = detections(
        (Kind.PERSON, 0.9, (0, 0, 40, 100)),
        (Kind.PERSON, 0.8, (15, 0, 55, 100)),
        (Kind.PERSON, 0.7, (30, 0, 70, 100)),
    )
    assert len(suppress(riders, 0.7)) == 3


def test_a_pickup_seen_as_car_and_truck_is_one_vehicle() -> None:
    found = one_kind_each(
        detections(
            (Kind.CAR, 0.6, (0, 0, 100, 60)),
            (Kind.TRUCK, 0.7, (1, 0, 101, 61)),
            (Kind.PERSON, 0.5, (0, 0, 100, 60)),
        )
    )
    assert {KINDS[kind] for kind in found.kinds} == {Kind.TRUCK, Kind.PERSON}
