"""The clips: which street, who is on it, where the camera is, and what is true of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import street
import studio
import traffic
from people import Clothes
from traffic import Mover, aside, at_rest, make_bike, make_car, steady

CameraPath = Callable[[float], tuple[tuple[float, float, float], float, float]]


@dataclass(slots=True)
class Scene:
    """A clip to be rendered."""

    file: str  # name of the clip, without suffix; a time in it is the camera's clock
    seconds: float
    rate: int  # pictures a second
    size: tuple[int, int]
    movers: list[Mover]
    camera: Any
    view: CameraPath  # position, yaw, pitch at a time
    sun: tuple[float, float, float]
    still: bool  # the camera does not move: the street is rendered once
    incidents: list[dict[str, Any]]
    notes: str
    overlay: str = ""  # how the camera burns the time in: "", "dashcam", "phone"
    speed_kmh: Callable[[float], float] | None = None
    shake: float = 0.0  # hand-held: pixels of sway
    samples: int = 10
    grain: float = 2.2
    gamma: float = 1.0  # the camera's exposure: below 1 lifts what is dark
    gain: float = 1.0
    extra: dict[str, Any] = field(default_factory=dict)


_SHIRTS = {
    "white": (0.62, 0.62, 0.60),
    "red": (0.38, 0.03, 0.03),
    "blue": (0.05, 0.14, 0.36),
    "green": (0.08, 0.22, 0.10),
    "grey": (0.17, 0.17, 0.18),
    "yellow": (0.60, 0.42, 0.06),
    "pink": (0.55, 0.22, 0.26),
    "black": (0.02, 0.02, 0.022),
    "sky": (0.25, 0.42, 0.58),
    "plaid": (0.25, 0.12, 0.08),
}
_DARK, _JEANS, _KHAKI = (0.02, 0.02, 0.025), (0.05, 0.075, 0.14), (0.20, 0.16, 0.10)
_HELMETS = {
    "red": (0.45, 0.02, 0.02),
    "white": (0.65, 0.65, 0.63),
    "black": (0.015, 0.015, 0.017),
    "blue": (0.03, 0.10, 0.35),
    "grey": (0.25, 0.25, 0.26),
}


def dressed(
    shirt: str, trousers: tuple[float, float, float] = _DARK, helmet: str | None = None, **more: Any
) -> Clothes:
    return Clothes(_SHIRTS[shirt], trousers, helmet=_HELMETS[helmet] if helmet else None, **more)


def _town(
    folder: Path,
    half: float,
    walk: float,
    start: float,
    end: float,
    seed: int,
    sides: tuple[int, ...] = (-1, 1),
) -> None:
    """A street between tube houses with trees and cables on its pavements."""
    street.carriageway(half + 0.1, start, end)
    random = np.random.default_rng(seed)
    trees = [street.tree_mesh(seed + i, 5.6 + 0.7 * i, 2.0 + 0.2 * i) for i in range(2)]
    for side in (-1, 1):
        street.pavement(side, half, half + walk, start, end)
        if side in sides:
            street.houses(side, half + walk, start, end, seed + side + 1, folder)
            for y in np.arange(start + 3, end, 9.5):
                street.place(
                    trees[int(random.integers(0, 2))],
                    side * (half + 1.1),
                    y + random.uniform(-1, 1),
                    random.uniform(0.85, 1.1),
                    random.uniform(0, 6),
                    0.1,
                )


def overload(folder: Path) -> Scene:
    """Three people without helmets on one motorbike; others pass with one or two, helmeted."""
    studio.set_sky(52, 60, sun=3.4)
    _town(folder, 5.0, 4.0, -62, 40, 3, sides=(-1,))
    street.houses(1, 10.5, -70, -16, 21, folder)
    street.houses(1, 10.5, 12, 40, 22, folder)
    street.poles(-5.7, -60, 40, 24, 5, arm=1.0)
    street.line(0, -62, 40, "yellow", dash=(2.0, 2.5))
    for x in (-4.75, 4.75):
        street.line(x, -62, 40)
    movers = [
        make_bike(
            "three up",
            "underbone",
            "blue",
            "59-X3 417.26",
            steady(2.7, -16.2, 3.7, 0.05),
            folder,
            (
                dressed("white", _JEANS),
                dressed("red", _DARK, long_hair=True),
                dressed("yellow", _KHAKI),
            ),
            heights=(1.62, 1.60, 1.74),
            rule="passenger_overload",
            looks=(10, 25, -15),
        ),
        make_bike(
            "scooter ahead",
            "scooter",
            "red",
            "59-D2 608.13",
            steady(1.7, -6.6, 5.2),
            folder,
            (dressed("pink", _DARK, "white", sleeves="long", mask=True),),
        ),
        make_bike(
            "two up",
            "underbone",
            "black",
            "60-B7 152.94",
            steady(2.0, -37.0, 5.1, 0.04, 1),
            folder,
            (
                dressed("green", _DARK, "black", sleeves="long"),
                dressed("sky", _JEANS, "red", long_hair=True),
            ),
        ),
        make_car(
            "sedan", "sedan", "white", "51H-273.48", steady(-2.3, 3.5, -7.5), folder, heading=np.pi
        ),
        make_bike(
            "far scooter",
            "scooter",
            "white",
            "59-F1 335.07",
            steady(-2.9, 38.5, -6.4),
            folder,
            (dressed("grey", _KHAKI, "blue"),),
            heading=np.pi,
        ),
        make_bike(
            "kerbside scooter",
            "scooter",
            "black",
            "59-P2 781.55",
            at_rest(-6.3, -1.6),
            folder,
            (),
            heading=2.7,
        ),
    ]
    movers[-1].root["lift"] = 0.14
    camera = studio.add_camera((8.2, 0, 1.6), 104, 4.5, 78)
    return Scene(
        "20250529_181108_overload",
        8.0,
        15,
        (1280, 720),
        movers,
        camera,
        lambda t: ((8.2, 0, 1.6), 104, 4.5),
        (52, 60, 0),
        True,
        [{"rule": rule, "mover": "three up"} for rule in ("passenger_overload", "no_helmet")],
        "Phone held at the kerb of a town street. A blue motorbike carries three people without "
        "helmets; the other motorbikes carry one or two, with helmets. No plate is legible.",
        shake=5.0,
        gamma=0.86,
        gain=1.03,
    )


def parked(folder: Path) -> Scene:
    """A car at rest in the right lane of the carriageway; the traffic drives around it."""
    studio.set_sky(50, 158, sun=3.4)
    _town(folder, 7.0, 4.0, -14, 110, 8)
    street.poles(8.0, -8, 110, 26, 6, arm=-1.0)
    street.sign_no_stopping(7.35, 22, folder)
    street.line(-0.12, -14, 110, "yellow")
    street.line(0.12, -14, 110, "yellow")
    for x in (-3.5, 3.5):
        street.line(x, -14, 110, dash=(2.0, 4.0))
    for x in (-6.75, 6.75):
        street.line(x, -14, 110)
    around = ((5.0, 13.5, -3.3), (21.0, 33.0, 3.3))
    movers = [
        make_car(
            "standing hatchback",
            "hatch",
            "red",
            "51G-684.19",
            at_rest(5.4, 17.0),
            folder,
            rule="illegal_parking",
        ),
        make_bike(
            "scooter 1",
            "scooter",
            "white",
            "59-V1 207.36",
            aside(steady(5.0, -1.0, 6.5), ((6, 13, -2.3), (21, 30, 2.3))),
            folder,
            (dressed("blue", _DARK, "red"),),
        ),
        make_car(
            "suv", "suv", "silver", "51K-318.72", aside(steady(5.2, -16.0, 7.6), around), folder
        ),
        make_bike(
            "underbone",
            "underbone",
            "red",
            "59-C3 566.48",
            aside(steady(5.3, -33.0, 7.0), ((5, 13, -2.9), (21, 31, 2.8))),
            folder,
            (dressed("plaid", _KHAKI, "black", sleeves="long"), dressed("white", _DARK, "white")),
        ),
        make_car(
            "van",
            "van",
            "white",
            "51B-204.57",
            aside(steady(5.2, -50.0, 8.0), around),
            folder,
            plate_ground="yellow",
        ),
        make_bike(
            "scooter 2",
            "scooter",
            "blue",
            "59-T2 114.83",
            aside(steady(5.1, -66.0, 8.2), ((6, 13, -2.6), (21, 30, 2.5))),
            folder,
            (dressed("yellow", _JEANS, "grey"),),
        ),
        make_car(
            "oncoming sedan",
            "sedan",
            "black",
            "61A-550.28",
            steady(-1.75, 36, -9.0),
            folder,
            heading=np.pi,
        ),
        make_bike(
            "oncoming underbone",
            "underbone",
            "green",
            "60-F3 420.69",
            steady(-4.9, 44, -6.8),
            folder,
            (dressed("grey", _DARK, "white"),),
            heading=np.pi,
        ),
        make_car(
            "oncoming suv",
            "suv",
            "blue",
            "51L-097.64",
            steady(-1.75, 165, -9.5),
            folder,
            heading=np.pi,
        ),
    ]
    camera = studio.add_camera((7.7, 0, 1.75), 18, 4.0, 75)
    return Scene(
        "20250612_074532_parked",
        12.0,
        10,
        (960, 540),
        movers,
        camera,
        lambda t: ((7.7, 0, 1.75), 18, 4.0),
        (50, 158, 0),
        True,
        [{"rule": "illegal_parking", "mover": "standing hatchback"}],
        "Camera at rest beside the road. A red car stands in the right lane for the whole clip, "
        "before a no-stopping sign (P.130); two cars and three motorbikes go around it. No plate "
        "is legible.",
        overlay="dashcam",
        speed_kmh=lambda t: 0.0,
        samples=7,
        gamma=0.86,
        gain=1.03,
    )


def quiet(folder: Path) -> Scene:
    """A quiet drive at 50 km/h: nobody does anything wrong."""
    studio.set_sky(40, 70, sun=3.4)
    speed = 13.9
    street.carriageway(9.6, -20, 330)
    street.median(0.55, -20, 330)
    for side in (-1, 1):
        street.line(side * 0.75, -20, 330, "yellow")
        street.line(side * 4.15, -20, 330, dash=(3.0, 6.0))
        street.line(side * 7.65, -20, 330)
    street.countryside(9.6, -25, 330, 11, folder)
    bay = street.Body()
    street.flat(bay, (9.5, 13.0), (58, 92), 0.002, street.m.asphalt())
    bay.build("lay-by")
    street.poles(12.8, -10, 330, 40, 4, arm=-1.4)
    street.houses(1, 17, 108, 150, 33, folder)
    street.houses(-1, 18, 60, 120, 34, folder)
    street.houses(-1, 18, 170, 215, 35, folder)
    street.kilometre_stone(10.4, 46)
    movers = [
        make_car(
            "sedan ahead", "sedan", "white", "51F-846.20", steady(5.9, 21, 13.7, 0.06), folder
        ),
        make_car("suv overtaking", "suv", "black", "60A-719.35", steady(2.4, 9, 15.6), folder),
        make_car("parked hatchback", "hatch", "yellow", "51G-130.77", at_rest(11.4, 76), folder),
        make_bike(
            "underbone",
            "underbone",
            "red",
            "60-B2 384.10",
            steady(8.45, 52, 8.2, 0.05),
            folder,
            (
                dressed("sky", _DARK, "white", sleeves="long"),
                dressed("pink", _JEANS, "red", long_hair=True),
            ),
        ),
        make_bike(
            "scooter",
            "scooter",
            "blue",
            "72-E1 655.92",
            steady(8.4, 86, 9.5),
            folder,
            (dressed("green", _KHAKI, "black"),),
        ),
        make_car(
            "oncoming sedan",
            "sedan",
            "silver",
            "72A-402.18",
            steady(-2.4, 62, -14.5),
            folder,
            heading=np.pi,
        ),
        make_car(
            "oncoming van",
            "van",
            "white",
            "50H-118.46",
            steady(-5.9, 120, -13.0),
            folder,
            heading=np.pi,
        ),
        make_car(
            "oncoming suv",
            "suv",
            "red",
            "51K-577.03",
            steady(-2.4, 150, -15.5),
            folder,
            heading=np.pi,
        ),
        make_bike(
            "oncoming scooter",
            "scooter",
            "white",
            "60-C1 270.85",
            steady(-8.4, 90, -9.0),
            folder,
            (dressed("yellow", _DARK, "blue"),),
            heading=np.pi,
        ),
    ]
    camera = studio.add_camera((5.8, 0, 1.35), 0, 2, 74)

    def view(t: float) -> tuple[tuple[float, float, float], float, float]:
        bounce = 0.012 * np.sin(9.1 * t) + 0.008 * np.sin(23 * t + 1)
        return (
            (5.8 + 0.04 * np.sin(0.8 * t), speed * t, 1.35 + bounce),
            0.25 * np.sin(0.7 * t),
            2.0 + 0.12 * np.sin(8.3 * t + 0.4),
        )

    return Scene(
        "20250708_091540_quiet",
        6.0,
        10,
        (854, 480),
        movers,
        camera,
        view,
        (40, 70, 0),
        False,
        [],
        "Dashcam of a car that keeps to its lane at 50 km/h: dashed line on its left, solid edge "
        "line on its right. Cars ahead and oncoming, motorbikes on the paved shoulder, a car "
        "parked in a lay-by. No incident.",
        overlay="dashcam",
        speed_kmh=lambda t: 50 + 0.8 * np.sin(0.9 * t),
        samples=4,
    )


def solid_line(folder: Path) -> Scene:
    """The car ahead crosses the solid centre line to pass a scooter, and comes back."""
    studio.set_sky(38, -60, sun=3.4)
    speed = 7.8
    street.carriageway(4.9, -20, 260)
    street.line(0, -20, 260, "yellow", width=0.18)
    for x in (-3.75, 3.75):
        street.line(x, -20, 260)
    street.countryside(4.9, -25, 260, 17, folder)
    street.poles(-6.6, -10, 260, 38, 7, arm=1.2)
    street.houses(1, 12, 70, 118, 41, folder)
    street.houses(-1, 13, 95, 160, 42, folder)
    street.kilometre_stone(6.2, 38)
    movers = [
        make_car(
            "car over the line",
            "sedan",
            "red",
            "60A-381.57",
            aside(
                steady(1.85, 12.5, 10.0),
                ((17, 29, -1.85), (44, 52, -1.35), (58, 76, 3.2)),
            ),
            folder,
            rule="wrong_lane",
        ),
        make_bike(
            "slow scooter",
            "scooter",
            "white",
            "60-H1 733.20",
            steady(2.9, 27, 5.5, 0.04),
            folder,
            (dressed("plaid", _KHAKI, "white"),),
        ),
        make_car(
            "oncoming van",
            "van",
            "white",
            "51D-420.91",
            steady(-1.95, 168, -9.0),
            folder,
            heading=np.pi,
        ),
        make_bike(
            "oncoming underbone",
            "underbone",
            "black",
            "60-B9 245.38",
            steady(-2.9, 24, -8.0),
            folder,
            (dressed("blue", _DARK, "grey"),),
            heading=np.pi,
        ),
    ]
    camera = studio.add_camera((1.8, 0, 1.35), 0, 2, 70)

    def view(t: float) -> tuple[tuple[float, float, float], float, float]:
        bounce = 0.012 * np.sin(8.7 * t) + 0.007 * np.sin(21 * t + 1)
        return (
            (1.8 + 0.04 * np.sin(0.7 * t), speed * t, 1.35 + bounce),
            0.2 * np.sin(0.6 * t),
            2.2 + 0.12 * np.sin(7.9 * t),
        )

    return Scene(
        "20250803_162217_solid_line",
        8.0,
        10,
        (854, 480),
        movers,
        camera,
        view,
        (38, -60, 0),
        False,
        [{"rule": "wrong_lane", "mover": "car over the line", "between": (1.1, 5.7)}],
        "Dashcam at 28 km/h. The red car ahead crosses the solid yellow centre line to pass a "
        "scooter, drives in the lane of the oncoming traffic and comes back.",
        overlay="dashcam",
        speed_kmh=lambda t: 28 + 0.7 * np.sin(0.8 * t),
        samples=4,
    )


SCENES: dict[str, Callable[[Path], Scene]] = {
    "overload": overload,
    "quiet": quiet,
    "parked": parked,
    "solid_line": solid_line,
}
__all__ = ["SCENES", "Scene", "traffic"]
