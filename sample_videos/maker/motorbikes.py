"""Motorbikes of Vietnam's streets: the underbone (a Wave, a Sirius) and the scooter.

The front axle lies at y = +0.62, the rear one at -0.62; riders sit where `SEATS` says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import materials as m
import numpy as np
from plates import SIZES_M, paint_plate
from shapes import Body, block, ellipsoid, grid, ring, sweep

AXLE = 0.62
SEAT_Z = 0.80
SEATS = {1: (-0.02,), 2: (0.02, -0.36), 3: (0.16, -0.19, -0.55)}  # y of each rider, front first
GRIP = (0.31, 0.27, 1.03)
FRONT_PEG = (0.20, 0.16, 0.29)
REAR_PEG = (0.23, -0.36, 0.34)


def motorbike(model: str, colour: str, plate: str, folder: Path, lit: bool = False) -> Any:
    """The root of an "underbone" or a "scooter"; children named "wheel" turn about X."""
    root = bpy.data.objects.new(f"{colour} {model}", None)
    bpy.context.scene.collection.objects.link(root)
    radius = 0.285 if model == "underbone" else 0.25
    body = Body()
    _front(body, colour, radius, lit)
    (_underbone if model == "underbone" else _scooter)(body, colour)
    _rear(body, radius, plate, folder)
    body.build(f"{colour} {model} body", root)
    for name, y in (("rear", -AXLE), ("front", AXLE)):
        wheel = bike_wheel(radius, spoked=model == "underbone").build(f"{name} wheel", root)
        wheel.location = (0, y, radius)
    root["half_length"] = 0.95
    root["wheel_radius"] = radius
    return root


def bike_wheel(radius: float, spoked: bool) -> Body:
    body = Body()
    tyre = 0.042 if spoked else 0.055
    body.add(ring((0, 0, 0), radius - tyre, tyre, tyre * 1.05), m.rubber())
    rim = radius - 2 * tyre
    body.add(ring((0, 0, 0), rim, 0.014, 0.03), m.chrome() if spoked else m.alloy())
    body.add(sweep(((-0.06, 0, 0), (0.06, 0, 0)), 0.055, sides=18, side=(0, 1, 0)), m.engine())
    body.add(sweep(((-0.045, 0, 0), (-0.035, 0, 0)), 0.10, sides=24, side=(0, 1, 0)), m.alloy())
    for i in range(18 if spoked else 5):
        a = 2 * np.pi * i / (18 if spoked else 5)
        d = np.array([0, np.cos(a), np.sin(a)])
        lean = 0.03 * (-1) ** i if spoked else 0
        path = (np.array([lean, 0, 0]) + d * 0.04, d * rim)
        thick = 0.0035 if spoked else 0.02
        body.add(
            sweep(path, thick, thick, sides=6 if spoked else 10),
            m.chrome() if spoked else m.alloy(),
        )
    return body


def _front(body: Body, colour: str, radius: float, lit: bool) -> None:
    paint, black, chrome = m.paint(colour), m.plastic(), m.chrome()
    fork = ((0.062, AXLE, radius), (0.062, 0.50, 0.58), (0.055, 0.42, 0.80))
    body.add(sweep(fork, (0.028, 0.026, 0.022)), m.alloy(), both=True)
    a = np.radians(np.linspace(38, 165, 16))
    guard = np.stack(
        [0 * a, AXLE + (radius + 0.03) * np.cos(a), radius + (radius + 0.03) * np.sin(a)], -1
    )
    body.add(
        sweep(guard, np.interp(np.arange(16), (0, 3, 12, 15), (0.035, 0.062, 0.062, 0.03)), 0.016),
        paint,
    )
    body.add(
        sweep(
            ((0, 0.50, 0.60), (0, 0.47, 0.74), (0, 0.43, 0.90)),
            (0.07, 0.12, 0.13),
            (0.04, 0.075, 0.07),
            smooth=4,
            exponent=2.6,
        ),
        paint,
    )
    # head: cowl, lamp, indicators, dial
    body.add(ellipsoid((0, 0.39, 1.00), (0.150, 0.125, 0.095)), paint)
    body.add(ellipsoid((0, 0.475, 0.985), (0.105, 0.055, 0.062)), m.headlamp(lit))
    body.add(ellipsoid((0.125, 0.455, 0.965), (0.045, 0.045, 0.03)), m.indicator(), both=True)
    body.add(ellipsoid((0, 0.335, 1.075), (0.10, 0.07, 0.03)), black)
    bar = ((0, 0.36, 1.0), (0.14, 0.35, 1.03), (0.24, 0.30, 1.04), (0.38, 0.25, 1.025))
    body.add(sweep(bar, 0.013, smooth=3), chrome, both=True)
    body.add(sweep(((0.25, 0.295, 1.038), (0.385, 0.248, 1.025)), 0.021), m.rubber(), both=True)
    body.add(sweep(((0.27, 0.335, 1.03), (0.38, 0.31, 1.02)), 0.008), chrome, both=True)
    body.add(
        sweep(((0.21, 0.32, 1.04), (0.24, 0.35, 1.14), (0.28, 0.34, 1.22)), 0.007, smooth=3),
        black,
        both=True,
    )
    body.add(ellipsoid((0.30, 0.34, 1.25), (0.062, 0.018, 0.045)), black, both=True)
    body.add(ellipsoid((0.30, 0.326, 1.25), (0.052, 0.010, 0.036)), chrome, both=True)


def _underbone(body: Body, colour: str) -> None:
    paint, black, metal = m.paint(colour), m.plastic(), m.engine()
    shield = ((0.11, 0.40, 0.90), (0.165, 0.37, 0.74), (0.175, 0.33, 0.56), (0.15, 0.30, 0.40))
    body.add(
        sweep(
            shield,
            (0.05, 0.085, 0.095, 0.04),
            (0.02, 0.028, 0.028, 0.018),
            smooth=5,
            side=(0.5, 1, 0),
        ),
        paint,
        both=True,
    )
    body.add(
        sweep(
            shield,
            (0.02, 0.05, 0.055, 0.02),
            (0.024, 0.034, 0.034, 0.02),
            smooth=5,
            side=(0.5, 1, 0),
        ),
        m.plain("cream", (0.55, 0.55, 0.52), 0.5),
        both=True,
    )
    spine = ((0, 0.40, 0.78), (0, 0.22, 0.60), (0, 0.02, 0.55), (0, -0.2, 0.60))
    body.add(
        sweep(spine, (0.06, 0.075, 0.075, 0.07), (0.09, 0.075, 0.07, 0.07), smooth=4, exponent=2.6),
        paint,
    )
    tail = ((0, 0.16, 0.66), (0, -0.1, 0.66), (0, -0.4, 0.70), (0, -0.70, 0.77), (0, -0.82, 0.80))
    body.add(
        sweep(
            tail,
            (0.09, 0.125, 0.13, 0.09, 0.05),
            (0.06, 0.085, 0.085, 0.05, 0.03),
            smooth=5,
            exponent=2.8,
        ),
        paint,
    )
    body.add(
        sweep(
            ((0.128, 0.0, 0.62), (0.128, -0.35, 0.66), (0.10, -0.66, 0.75)),
            0.006,
            (0.03, 0.035, 0.02),
            smooth=4,
            side=(1, 0, 0),
        ),
        black,
        both=True,
    )
    seat = (
        (0, 0.17, 0.745),
        (0, -0.02, 0.755),
        (0, -0.28, 0.78),
        (0, -0.60, 0.80),
        (0, -0.70, 0.79),
    )
    body.add(
        sweep(
            seat,
            (0.075, 0.115, 0.135, 0.125, 0.07),
            (0.025, 0.045, 0.045, 0.045, 0.02),
            smooth=5,
            exponent=3,
        ),
        m.rubber(),
    )
    # engine: lying cylinder with fins, crankcase, chain case
    body.add(block((0, 0.03, 0.35), (0.24, 0.30, 0.20), 0.05), metal)
    body.add(ellipsoid((0.13, 0.0, 0.35), (0.05, 0.12, 0.11)), m.alloy(), both=True)
    body.add(sweep(((0, 0.17, 0.37), (0, 0.33, 0.40)), (0.07, 0.065)), m.alloy())
    for i in range(5):
        body.add(block((0, 0.19 + 0.028 * i, 0.376 + 0.005 * i), (0.18, 0.008, 0.15)), metal)
    body.add(block((-0.105, -0.38, 0.31), (0.035, 0.62, 0.10), 0.03), black)


def _scooter(body: Body, colour: str) -> None:
    paint, black = m.paint(colour), m.plastic()

    def apron(u, v):  # the shield before the rider's legs
        across = (v - 0.5) * 2
        half = np.interp(u, (0, 0.25, 0.7, 1), (0.13, 0.21, 0.215, 0.15))
        z = 0.98 - 0.66 * u
        y = 0.44 - 0.10 * u + 0.05 * np.sin(np.pi * u) - 0.10 * across**2
        return np.stack([across * half, y, z], -1)

    body.add(grid(apron, 14, 14), paint)
    body.add(grid(lambda u, v: apron(u, v) - np.array([0, 0.03, 0]), 14, 14), black)
    body.add(ellipsoid((0, 0.475, 0.80), (0.10, 0.05, 0.06)), m.headlamp())
    body.add(
        sweep(
            ((0, 0.36, 0.31), (0, 0.1, 0.27), (0, -0.15, 0.28)),
            (0.13, 0.17, 0.16),
            0.045,
            smooth=3,
            exponent=4,
        ),
        black,
    )
    body.add(
        sweep(
            ((0.15, 0.34, 0.30), (0.175, 0.1, 0.265), (0.165, -0.16, 0.30)), 0.02, 0.045, smooth=3
        ),
        paint,
        both=True,
    )
    tail = (
        (0, -0.10, 0.44),
        (0, -0.22, 0.56),
        (0, -0.45, 0.64),
        (0, -0.72, 0.74),
        (0, -0.88, 0.80),
    )
    body.add(
        sweep(
            tail,
            (0.12, 0.165, 0.175, 0.12, 0.05),
            (0.12, 0.17, 0.15, 0.08, 0.03),
            smooth=5,
            exponent=2.6,
        ),
        paint,
    )
    seat = (
        (0, 0.06, 0.72),
        (0, -0.10, 0.765),
        (0, -0.35, 0.785),
        (0, -0.62, 0.815),
        (0, -0.76, 0.81),
    )
    body.add(
        sweep(
            seat,
            (0.08, 0.135, 0.15, 0.135, 0.07),
            (0.03, 0.05, 0.045, 0.045, 0.02),
            smooth=5,
            exponent=3,
        ),
        m.rubber(),
    )
    body.add(block((-0.12, -0.42, 0.30), (0.10, 0.50, 0.20), 0.06), m.engine())


def _rear(body: Body, radius: float, plate: str, folder: Path) -> None:
    black, chrome = m.plastic(), m.chrome()
    body.add(sweep(((0.12, -AXLE, radius), (0.09, -0.15, 0.33)), 0.02), black, both=True)
    for i in np.linspace(0, 1, 9):  # springs
        body.add(
            ring((0.135, -0.60 + 0.13 * i, 0.36 + 0.24 * i), 0.026, 0.006, around=12),
            m.alloy(),
            both=True,
        )
    body.add(sweep(((0.135, -0.60, 0.32), (0.135, -0.46, 0.62)), 0.016), chrome, both=True)
    rail = ((0.14, -0.35, 0.80), (0.165, -0.60, 0.85), (0.12, -0.82, 0.89), (0, -0.88, 0.90))
    body.add(sweep(rail, 0.012, smooth=4), chrome, both=True)
    pipe = ((0.10, 0.28, 0.30), (0.13, 0.12, 0.20), (0.15, -0.15, 0.22), (0.165, -0.32, 0.26))
    body.add(sweep(pipe, 0.018, smooth=4), chrome)
    body.add(
        sweep(
            (
                (0.165, -0.28, 0.25),
                (0.17, -0.40, 0.275),
                (0.175, -0.78, 0.34),
                (0.175, -0.84, 0.35),
            ),
            (0.022, 0.048, 0.05, 0.03),
            smooth=3,
        ),
        m.engine(),
    )
    body.add(sweep(((0.19, -0.38, 0.285), (0.195, -0.70, 0.34)), 0.02, 0.04), chrome)
    body.add(sweep(((0.05, 0.16, 0.26), (0.27, 0.16, 0.26)), 0.016), m.rubber(), both=True)
    body.add(sweep(((0.10, -0.36, 0.32), (0.28, -0.36, 0.315)), 0.014), m.rubber(), both=True)
    a = np.radians(np.linspace(35, 165, 14))
    guard = np.stack(
        [0 * a, -AXLE + (radius + 0.05) * np.cos(a), radius + (radius + 0.06) * np.sin(a)], -1
    )
    body.add(sweep(guard, 0.065, 0.012), black)
    body.add(
        sweep(
            ((0, -0.80, 0.74), (0, -0.90, 0.60), (0, -0.97, 0.42)),
            (0.07, 0.075, 0.06),
            0.012,
            smooth=3,
        ),
        black,
    )
    body.add(ellipsoid((0, -0.83, 0.775), (0.085, 0.05, 0.045)), m.tail_lamp())
    body.add(ellipsoid((0.12, -0.80, 0.76), (0.035, 0.04, 0.025)), m.indicator(), both=True)
    w, h = SIZES_M["motorbike"]
    material = m.picture(paint_plate(plate, "motorbike", "white", folder))
    low = np.array([0.0, -0.965, 0.50])
    up = np.array([0.0, 0.045, h])
    across = np.array([w / 2, 0, 0])
    body.add_picture([low - across, low + across, low + across + up, low - across + up], material)
