"""Plates as rulers: geometry against Monte Carlo, outlines on drawn and on real plates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from pipeline.closeups.plate_edges import refined
from pipeline.closeups.plate_scale import plate_scale
from pipeline.closeups.rulers import PlateRulers
from pipeline.plates.locator import PlateLocator, PlateSpot
from pipeline.types import KINDS, Detections, Frame, Kind, PlateKind

REAL = Path(__file__).parents[3] / "shared" / "data" / "plates_vn"
real = pytest.mark.skipif(not REAL.is_dir(), reason="the shared pictures are not here")


def quad_of(
    width: float, height: float, yaw_deg: float = 0.0, pitch_deg: float = 0.0, roll_deg: float = 0.0
) -> np.ndarray:
    """Corners of a plate by parallel projection, around (200, 150)."""
    yaw, pitch, roll = np.radians([yaw_deg, pitch_deg, roll_deg])
    across = width / 2 * np.array([np.cos(yaw), 0.0])
    down = height / 2 * np.array([np.sin(yaw) * np.sin(pitch), np.cos(pitch)])
    turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    flat = np.array([-across - down, across - down, across + down, down - across])
    return flat @ turn.T + np.array([200.0, 150.0])


@pytest.mark.parametrize("kind", [Kind.MOTORBIKE, Kind.TRUCK])
@pytest.mark.parametrize("width_px", [26.0, 45.0, 90.0])
def test_the_scale_is_as_uncertain_as_monte_carlo_says(kind: Kind, width_px: float) -> None:
    rng = np.random.default_rng(int(width_px))
    sizes = [(190, 140)] if kind is Kind.MOTORBIKE else [(330, 165), (280, 200)]
    usual = (18, 14) if kind is Kind.MOTORBIKE else (4, 10)
    off, sigmas = [], []
    for _ in range(250):
        wide, high = sizes[rng.integers(len(sizes))]
        pixels = width_px / wide
        quad = quad_of(
            *(pixels * np.array([wide, high]) * (1 + rng.normal(0, 0.02, 2))),
            float(np.clip(rng.normal(0, 25), -55, 55)),
            float(rng.normal(*usual)),
            float(rng.normal(0, 6)),
        )
        found = plate_scale(quad + rng.normal(0, 0.6, (4, 2)), 0.98, kind)
        if found is not None:
            off.append(found.mm_per_px * pixels - 1)
            sigmas.append(found.sigma * pixels)
    assert len(off) > 240
    score = np.array(off) / np.array(sigmas)
    assert abs(np.mean(score)) < 0.3
    assert 0.6 < np.std(score) < 1.15
    assert np.mean(np.abs(score) < 2) > 0.93
    assert np.percentile(np.abs(off), 90) < 0.08


def test_the_side_that_is_not_foreshortened_decides() -> None:
    facing = plate_scale(quad_of(95, 70), 1.0, Kind.MOTORBIKE)
    turned = plate_scale(quad_of(95, 70, yaw_deg=40), 1.0, Kind.MOTORBIKE)
    tilted = plate_scale(quad_of(95, 70, pitch_deg=35), 1.0, Kind.MOTORBIKE)
    assert facing is not None and turned is not None and tilted is not None
    for found in (facing, turned, tilted):
        assert found.mm_per_px == pytest.approx(2.0, rel=0.05)
    assert turned.yaw_deg > 30 > facing.yaw_deg


def test_old_and_new_one_line_plates_are_told_by_height_where_width_cannot() -> None:
    new = plate_scale(quad_of(104, 22), 0.0, Kind.CAR)
    old = plate_scale(quad_of(94, 22), 0.0, Kind.CAR)
    assert new is not None and old is not None
    assert new.mm_per_px == pytest.approx(5.0, rel=0.05)
    assert old.mm_per_px == pytest.approx(5.0, rel=0.05)


def test_what_has_no_plates_shape_is_no_ruler() -> None:
    assert plate_scale(quad_of(200, 15), 0.0, Kind.CAR) is None  # a strip of chrome
    assert plate_scale(quad_of(60, 160), 1.0, Kind.MOTORBIKE) is None
    assert plate_scale(quad_of(3, 2), 1.0, Kind.MOTORBIKE) is None


# --- outlines -------------------------------------------------------------------------------------


def picture_of(quad: np.ndarray, light: int = 205, around: int = 70) -> np.ndarray:
    """A plate with two lines of letters, drawn eight times larger and made smaller, with noise."""
    factor = 8
    large = np.full((300 * factor, 400 * factor, 3), around, np.uint8)
    corners = ((quad + 0.5) * factor - 0.5).astype(np.float32)
    face = np.full((140, 190, 3), light, np.uint8)
    dark = 30 if light > around else 225
    for line, text in enumerate(("59-X1", "793.79")):
        cv2.putText(face, text, (14, 60 + 62 * line), 2, 1.5, (dark,) * 3, 6)
    source = np.array([[0, 0], [190, 0], [190, 140], [0, 140]], np.float32) - 0.5
    warp = cv2.getPerspectiveTransform(source, corners)
    size = (large.shape[1], large.shape[0])
    drawn = cv2.warpPerspective(face, warp, size)
    mask = cv2.warpPerspective(np.full((140, 190), 255, np.uint8), warp, size)
    large[mask > 127] = drawn[mask > 127]
    small = cv2.resize(large, (400, 300), interpolation=cv2.INTER_AREA).astype(np.float64)
    small += np.random.default_rng(0).normal(0, 3, small.shape)
    return np.clip(small, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("width", [26.0, 50.0, 120.0])
@pytest.mark.parametrize("light", [205, 30])
def test_an_outline_is_found_to_a_fraction_of_a_pixel(width: float, light: int) -> None:
    true = quad_of(width, width * 140 / 190, 10, 5, 4)
    middle = true.mean(axis=0)
    located = middle + (true - middle) * 1.07 + np.array([0.02, -0.02]) * width
    found = refined(picture_of(true, light, 110), located)
    assert found is not None
    assert np.abs(located - true).max() > 0.03 * width
    assert np.abs(found - true).max() < max(0.35, 0.01 * width)


def test_no_outline_where_nothing_stands_out() -> None:
    even = np.full((300, 400, 3), 120, np.uint8)
    assert refined(even, quad_of(60, 44)) is None
    assert refined(even, quad_of(6, 4)) is None


def sides(quad: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    return np.array([lengths[[0, 2]].mean(), lengths[[1, 3]].mean()])


@real
def test_real_plates_keep_their_size_when_the_picture_is_made_smaller() -> None:
    locator = PlateLocator()
    raw, fine = [], []
    for name in ("clip3.2_new_12", "clip3_new_13", "clip3_new_11", "clip3_new_6", "clip4_new_14"):
        image = cv2.imread(str(REAL / f"{name}.jpg"))
        for spot in locator.find(image):
            outline = refined(image, spot.quad)
            if spot.score < 0.8 or outline is None:
                continue
            truth = sides(outline)
            factor = 40.0 / truth[0]
            small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
            near = [
                one
                for one in locator.find(small)
                if np.linalg.norm(one.quad.mean(axis=0) - factor * outline.mean(axis=0)) < 10
            ]
            again = refined(small, near[0].quad) if near else None
            if again is not None:
                raw.append(sides(near[0].quad) / factor / truth - 1)
                fine.append(sides(again) / factor / truth - 1)
    assert len(fine) >= 5
    assert np.median(np.abs(fine)) < 0.012
    assert np.median(np.abs(fine)) < np.median(np.abs(raw)) / 2


# --- when it looks, and at whom -------------------------------------------------------------------


class FakeReader:
    """Finds what it is told to, in pixels of the picture it was made for."""

    def __init__(self, quad: np.ndarray, kind: PlateKind | None) -> None:
        self.looked = 0
        self._quad, self._kind = quad, kind
        self.locator = SimpleNamespace(find=self._find, weights=None)
        self.read = 0

    def _find(self, crop: np.ndarray) -> list[PlateSpot]:
        self.looked += 1
        height, width = crop.shape[:2]
        # The crop of the box of `seen` at the factor of the look: the plate in its lower middle.
        size = np.array([width, height])
        return [PlateSpot(self._quad * size, 0.9, 1.0)]

    def examine(self, image: np.ndarray, spots: Sequence[PlateSpot]) -> list[tuple[object, object]]:
        self.read += 1
        if self._kind is None:
            return []
        return [(SimpleNamespace(confidence=0.7, text=SimpleNamespace(kind=self._kind)), None)]


def detections(*boxes: tuple[Kind, tuple[float, float, float, float]]) -> Detections:
    return Detections(
        np.array([box for _, box in boxes], np.float32),
        np.full(len(boxes), 0.9, np.float32),
        np.array([KINDS.index(kind) for kind, _ in boxes], np.int8),
    )


TRUCK_BOX = (50.0, 20.0, 350.0, 320.0)
# The plate drawn at (160..240, 180..220) in the crop (38, 125)..(363, 333) that a look takes.
PLATE = np.array([[160, 180], [240, 180], [240, 220], [160, 220]], float)
CROP = np.array([38.0, 125.0]), np.array([325.0, 208.0])


def street() -> np.ndarray:
    image = np.full((400, 420, 3), 60, np.uint8)
    cv2.rectangle(image, (160, 180), (239, 219), (210, 210, 210), -1)
    return image


def rulers(kind: PlateKind | None) -> tuple[PlateRulers, FakeReader]:
    reader = FakeReader((PLATE - CROP[0]) / CROP[1], kind)
    return PlateRulers(reader), reader  # type: ignore[arg-type]


def looked(ruler: PlateRulers, time_s: float, *boxes: tuple[Kind, tuple[float, ...]]) -> float:
    frame = Frame(street(), round(5 * time_s), time_s, 0, time_s)
    ids = np.arange(len(boxes), dtype=np.int32)
    found = ruler.look(frame, detections(*boxes), ids)  # type: ignore[arg-type]
    return float(found["mm_per_px"][0]) if found else float("nan")


def test_a_truck_whose_plate_is_read_gets_a_scale() -> None:
    ruler, _ = rulers(PlateKind.CAR)
    assert looked(ruler, 0.0, (Kind.TRUCK, TRUCK_BOX)) == pytest.approx(330 / 80, rel=0.04)


@pytest.mark.parametrize("kind", [None, PlateKind.MOTORBIKE])
def test_lettering_and_plates_of_another_class_are_no_rulers(kind: PlateKind | None) -> None:
    ruler, reader = rulers(kind)
    assert np.isnan(looked(ruler, 0.0, (Kind.TRUCK, TRUCK_BOX)))
    assert reader.read == 1


def test_a_plate_on_a_nearer_vehicle_is_not_the_trucks() -> None:
    ruler, reader = rulers(PlateKind.CAR)
    nearer = (Kind.CAR, (150.0, 150.0, 250.0, 240.0))
    assert np.isnan(looked(ruler, 0.0, (Kind.TRUCK, TRUCK_BOX), nearer))
    assert reader.read == 0


def test_looks_are_rare_and_a_plate_is_read_once() -> None:
    ruler, reader = rulers(PlateKind.CAR)
    for index in range(100):
        looked(ruler, index / 5, (Kind.TRUCK, TRUCK_BOX))
    assert reader.looked == 6
    assert reader.read == 1


def test_others_are_looked_at_where_something_stands_out() -> None:
    ruler, reader = rulers(PlateKind.CAR)
    looked(ruler, 0.0, (Kind.CAR, (50.0, 60.0, 350.0, 300.0)))
    looked(ruler, 1.0, (Kind.MOTORBIKE, (50.0, 20.0, 200.0, 320.0)))
    looked(ruler, 2.0, (Kind.PERSON, TRUCK_BOX))
    looked(ruler, 3.0, (Kind.TRUCK, (0.0, 20.0, 350.0, 320.0)))
    assert reader.looked == 0
    looked(ruler, 4.0, (Kind.CAR, (80.0, 20.0, 320.0, 320.0)))
    assert reader.looked == 1
