"""Traffic lights: drawn heads on noisy streets."""

import cv2
import numpy as np
import pytest

from pipeline.scene.ego import Motion
from pipeline.scene.light_heads import Head
from pipeline.scene.light_lamps import find_lamps
from pipeline.scene.lights import LightFinder
from pipeline.types import CameraMotion, Frame, LightState, TrafficLight

NO_BOXES = np.empty((0, 4), np.float32)
BGR = {"red": (50, 40, 245), "yellow": (40, 185, 255), "green": (190, 250, 70)}
ORDER = ("red", "yellow", "green")
SIZE = 18  # pixels: a lamp's diameter


def street(seed: int, night: bool = False) -> np.ndarray:
    """Sky, houses and a road, with noise; by night a fifth as bright."""
    rng = np.random.default_rng(seed)
    level = 0.2 if night else 1.0
    picture = np.full((540, 960, 3), (205, 185, 165), np.float32) * level
    picture[260:] = 105 * level
    houses = np.random.default_rng(7)
    for left in range(0, 960, 120):
        height = int(houses.uniform(60, 190))
        grey = houses.uniform(90, 170, 3) * level
        cv2.rectangle(picture, (left, 260 - height), (left + 112, 260), grey.tolist(), -1)
    return (picture + rng.normal(0, 4, picture.shape)).clip(0, 255).astype(np.uint8)


def head(picture: np.ndarray, x: int, y: int, lit: str | None, level: bool = False) -> np.ndarray:
    """A head whose red lamp's middle is at (x, y); the others below it, or right of it."""
    picture = picture.copy()
    step = int(SIZE * 1.2)
    dx, dy = (step, 0) if level else (0, step)
    half = int(SIZE * 0.7)
    corners = (x - half, y - half), (x + 2 * dx + half, y + 2 * dy + half)
    cv2.rectangle(picture, (x + dx - 3, y + dy), (x + dx + 3, 300), (90, 90, 90), -1)
    cv2.rectangle(picture, *corners, (28, 28, 28), -1)
    for index, name in enumerate(ORDER):
        at = (x + index * dx, y + index * dy)
        colour = BGR[name] if name == lit else tuple(v * 0.12 + 20 for v in BGR[name])
        cv2.circle(picture, at, SIZE // 2, colour, -1, cv2.LINE_AA)
    return cv2.GaussianBlur(picture, (0, 0), 0.8)


def watched(
    pictures: list[np.ndarray],
    state: CameraMotion = CameraMotion.STILL,
    steps: list[np.ndarray] | None = None,
    boxes: np.ndarray = NO_BOXES,
) -> tuple[TrafficLight, ...]:
    finder = LightFinder()
    for index, picture in enumerate(pictures):
        motion = Motion(steps[index] if steps else np.eye(3), state, 1.0)
        time_s = index * 0.2
        finder.update(Frame(picture, index, time_s, 0, time_s), boxes, motion)
    return finder.lights()


def phases(index: int) -> str:
    return "green" if index < 15 else "yellow" if index < 25 else "red"


def changes(light: TrafficLight) -> list[LightState]:
    told = [state for state in light.states if state is not LightState.UNKNOWN]
    return [s for i, s in enumerate(told) if i == 0 or told[i - 1] is not s]


@pytest.mark.parametrize("level", [False, True])
def test_one_light_is_one_light_through_its_phases(level: bool) -> None:
    pictures = [head(street(i), 620, 90, phases(i), level) for i in range(50)]
    lights = watched(pictures)
    assert len(lights) == 1
    assert changes(lights[0]) == [LightState.GREEN, LightState.YELLOW, LightState.RED]
    first_red = next(
        t for t, s in zip(lights[0].times_s, lights[0].states, strict=True) if s is LightState.RED
    )
    assert first_red == pytest.approx(25 * 0.2, abs=0.61)
    x1, y1, x2, y2 = np.median(lights[0].boxes[-8:], axis=0)
    wide, tall = (62, 25) if level else (25, 62)
    assert (x2 - x1, y2 - y1) == (pytest.approx(wide, abs=12), pytest.approx(tall, abs=12))
    assert x1 < 620 < x2 and y1 < 90 < y2
    assert not lights[0].is_arrow


def test_a_light_by_night() -> None:
    pictures = [head(street(i, night=True), 620, 90, phases(i)) for i in range(50)]
    lights = watched(pictures)
    assert len(lights) == 1
    assert changes(lights[0]) == [LightState.GREEN, LightState.YELLOW, LightState.RED]


def test_two_heads_are_two_lights() -> None:
    pictures = [head(head(street(i), 300, 90, "red"), 700, 120, "red") for i in range(20)]
    assert len(watched(pictures)) == 2


def test_a_street_without_lights_has_none() -> None:
    assert watched([street(i) for i in range(20)]) == ()
    assert watched([head(street(i), 620, 90, None) for i in range(20)]) == ()


def test_lamps_of_road_users_are_not_looked_at() -> None:
    pictures = [head(street(i), 620, 90, "red") for i in range(20)]
    assert watched(pictures, boxes=np.array([[560, 40, 700, 220]], np.float32)) == ()


def test_a_glance_is_too_short() -> None:
    pictures = [head(street(i), 620, 90, "red" if i < 4 else None) for i in range(20)]
    assert watched(pictures) == ()


def test_a_turning_camera_keeps_its_light() -> None:
    pictures, steps = [], []
    for i in range(30):
        shift = np.array([[1.0, 0, -8 * i], [0, 1, 0]])
        whole = head(street(i), 760, 90, phases(i))
        pictures.append(cv2.warpAffine(whole, shift, (960, 540), borderMode=cv2.BORDER_REPLICATE))
        steps.append(np.array([[1, 0, -8.0 if i else 0.0], [0, 1, 0], [0, 0, 1]]))
    lights = watched(pictures, CameraMotion.PANNING, steps)
    assert len(lights) == 1
    assert changes(lights[0])[-1] is LightState.RED


def test_a_cut_ends_what_was_seen() -> None:
    finder = LightFinder()
    for i in range(20):
        state = CameraMotion.UNKNOWN if i == 10 else CameraMotion.STILL
        picture = head(street(i), 620 if i < 10 else 200, 90, "red")
        finder.update(Frame(picture, i, i * 0.2, 0, i * 0.2), NO_BOXES, Motion(np.eye(3), state, 1))
    assert [light.times_s[-1] < 2.0 for light in finder.lights()] == [True, False]


def test_spots_are_found_with_their_middle_and_size() -> None:
    for diameter in (6, 12, 25, 50):
        picture = street(3)
        cv2.circle(picture, (480, 120), diameter // 2, BGR["red"], -1, cv2.LINE_AA)
        found = find_lamps(picture, 5, NO_BOXES)
        assert np.linalg.norm(found.centres[0] - (480, 120)) < 0.15 * diameter + 1
        assert found.diameters[0] == pytest.approx(diameter, rel=0.35)


def test_a_head_takes_only_what_fits_it() -> None:
    one = Head(10.0)
    one.shows(0.0, LightState.RED, 0.9, np.array([100.0, 50.0]), 10.0, np.nan)
    assert one.accepts(np.array([101.0, 52.0]), 10.0, LightState.RED)
    assert not one.accepts(np.array([115.0, 50.0]), 10.0, LightState.RED)
    assert one.accepts(np.array([100.0, 74.0]), 10.0, LightState.GREEN)
    assert one.accepts(np.array([124.0, 50.0]), 10.0, LightState.GREEN)
    assert not one.accepts(np.array([100.0, 26.0]), 10.0, LightState.GREEN)  # green above red
    assert not one.accepts(np.array([100.0, 53.0]), 10.0, LightState.GREEN)  # in red's own place
    assert not one.accepts(np.array([100.0, 74.0]), 25.0, LightState.GREEN)  # of another size
    one.move(np.array([[1, 0, 5.0], [0, 1, -3.0], [0, 0, 1]]))
    assert one.middle.tolist() == [105.0, 47.0]
