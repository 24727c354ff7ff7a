"""Cars: a body lofted from side-view curves, with windows, lamps and lines where they belong.

Every section across the car runs from the sill over the flank, the belt line and the roof's edge to
the middle; the curves below say how high and how wide these are along its length.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import materials as m
import numpy as np
from plates import SIZES_M, paint_plate
from shapes import Body, Floats, Part, block, ellipsoid, ring, spline, sweep

Curve = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class CarShape:
    """Curves are (y, value) from rear to front, metres, the middle of the car at y = 0."""

    length: float
    width: float
    wheel: float  # radius
    axles: tuple[float, float]  # y of rear and front
    sill: float
    roof_line: Curve
    belt: Curve
    roof_half: Curve  # half width of the roof's edge, as a share of half the car's
    screen: tuple[float, float]  # windscreen: y of its foot and of its top
    back: tuple[float, float]  # rear window: y of its top and of its foot
    windows: tuple[tuple[float, float], ...]  # side windows: y from, to
    doors: tuple[float, ...]  # y of the shut lines
    lamp_z: tuple[float, float]  # front lamps: from, to
    tail_z: tuple[float, float]
    tail_x: tuple[float, float] = (0.62, 1.0)  # shares of half the width


SEDAN = CarShape(
    4.45,
    1.74,
    0.315,
    (-1.27, 1.33),
    0.24,
    (
        (-2.22, 0.98),
        (-1.95, 1.03),
        (-1.55, 1.06),
        (-1.1, 1.27),
        (-0.65, 1.425),
        (-0.15, 1.47),
        (0.3, 1.44),
        (0.62, 1.29),
        (1.12, 1.0),
        (1.6, 0.93),
        (2.0, 0.84),
        (2.22, 0.76),
    ),
    ((-2.22, 0.90), (-1.5, 0.965), (0.0, 0.93), (1.1, 0.90), (2.0, 0.77), (2.22, 0.70)),
    ((-2.22, 0.86), (-1.6, 0.82), (-0.7, 0.70), (0.35, 0.70), (1.12, 0.84), (2.22, 0.86)),
    (1.08, 0.36),
    (-0.72, -1.52),
    ((-1.15, -0.28), (-0.18, 0.82)),
    (-0.23, 0.88, -1.0),
    (0.62, 0.76),
    (0.74, 0.93),
    (0.56, 1.0),
)
HATCH = CarShape(
    3.75,
    1.64,
    0.29,
    (-1.18, 1.22),
    0.23,
    (
        (-1.87, 1.05),
        (-1.8, 1.15),
        (-1.55, 1.40),
        (-1.2, 1.475),
        (-0.3, 1.51),
        (0.15, 1.48),
        (0.5, 1.33),
        (0.98, 1.03),
        (1.4, 0.96),
        (1.7, 0.87),
        (1.87, 0.78),
    ),
    ((-1.87, 0.95), (-1.2, 0.97), (0.95, 0.91), (1.6, 0.80), (1.87, 0.72)),
    ((-1.87, 0.80), (-1.5, 0.74), (0.2, 0.73), (0.98, 0.86), (1.87, 0.86)),
    (0.95, 0.22),
    (-1.5, -1.83),
    ((-1.3, -0.3), (-0.2, 0.7)),
    (-0.25, 0.76, -1.05),
    (0.64, 0.80),
    (0.80, 1.05),
    (0.72, 1.0),
)
SUV = CarShape(
    4.6,
    1.86,
    0.36,
    (-1.36, 1.40),
    0.30,
    (
        (-2.3, 1.10),
        (-2.24, 1.25),
        (-1.98, 1.62),
        (-1.55, 1.70),
        (-0.4, 1.73),
        (0.1, 1.70),
        (0.5, 1.53),
        (1.02, 1.19),
        (1.5, 1.12),
        (2.05, 1.03),
        (2.3, 0.90),
    ),
    ((-2.3, 1.06), (-1.2, 1.09), (1.0, 1.04), (2.0, 0.95), (2.3, 0.84)),
    ((-2.3, 0.80), (-1.9, 0.75), (0.1, 0.74), (1.02, 0.88), (2.3, 0.88)),
    (0.98, 0.18),
    (-1.92, -2.26),
    ((-1.95, -1.35), (-1.27, -0.25), (-0.15, 0.74)),
    (-0.2, 0.82, -1.2),
    (0.80, 0.94),
    (0.95, 1.22),
    (0.70, 1.0),
)
VAN = CarShape(
    5.4,
    1.98,
    0.35,
    (-1.75, 1.75),
    0.30,
    (
        (-2.7, 1.60),
        (-2.66, 1.95),
        (-2.55, 2.18),
        (-2.2, 2.27),
        (0.6, 2.28),
        (1.0, 2.22),
        (1.35, 1.98),
        (1.92, 1.40),
        (2.2, 1.26),
        (2.55, 1.08),
        (2.7, 0.92),
    ),
    ((-2.7, 1.20), (1.2, 1.20), (1.9, 1.14), (2.5, 0.98), (2.7, 0.86)),
    ((-2.7, 0.88), (-2.2, 0.86), (0.9, 0.86), (1.9, 0.9), (2.7, 0.86)),
    (1.88, 1.08),
    (-2.52, -2.69),
    ((-2.3, -1.35), (-1.28, -0.3), (-0.22, 0.72), (0.8, 1.62)),
    (0.76, 1.68, -0.26),
    (0.80, 0.98),
    (0.95, 1.35),
    (0.84, 1.0),
)
SHAPES = {"sedan": SEDAN, "hatch": HATCH, "suv": SUV, "van": VAN}


def car(
    shape: str,
    colour: str,
    plate: str,
    folder: Path,
    plate_ground: str = "white",
    lamps: bool = False,
    braking: bool = False,
) -> Any:
    """The root (an empty) of a car; children whose names hold "wheel" turn about X."""
    s = SHAPES[shape]
    root = bpy.data.objects.new(f"{colour} {shape}", None)
    bpy.context.scene.collection.objects.link(root)
    body = Body()
    _shell(body, s, m.paint(colour), lamps, braking)
    half, rear, front = s.width / 2, s.axles[0], s.axles[1]
    body.add(block((0, 0, s.sill + 0.28), (s.width * 0.86, s.length * 0.9, 0.5)), m.rubber())
    mirror_y, mirror_z = s.screen[0] - 0.28, _at(s.belt, s.screen[0]) + 0.12
    body.add(
        ellipsoid((half + 0.09, mirror_y, mirror_z), (0.12, 0.06, 0.075)),
        m.paint(colour),
        both=True,
    )
    body.add(
        sweep(
            ((half - 0.08, mirror_y, mirror_z - 0.07), (half + 0.05, mirror_y, mirror_z - 0.03)),
            0.025,
        ),
        m.plastic(),
        both=True,
    )
    for door in s.doors[:2]:
        z = _at(s.belt, door) - 0.12
        body.add(
            block((half - 0.008, door - 0.55, z), (0.04, 0.16, 0.028), 0.01),
            m.chrome() if shape != "hatch" else m.paint(colour),
            both=True,
        )
    _hang_plates(body, s, plate, plate_ground, folder)
    body.build(f"{colour} {shape} body", root)
    for name, y in (("rear", rear), ("front", front)):
        for side in (-1, 1):
            wheel = car_wheel(s.wheel).build(f"{name} wheel", root)
            wheel.location = (side * (half - 0.11), y, s.wheel)
            if side < 0:
                wheel.scale = (-1, 1, 1)
    root["half_length"] = s.length / 2
    root["wheel_radius"] = s.wheel
    return root


def car_wheel(radius: float) -> Body:
    """A wheel about the X axis, its outside towards +X, its centre at the origin."""
    body = Body()
    tyre = radius * 0.19
    body.add(ring((0, 0, 0), radius - tyre, tyre, 0.105), m.rubber())
    rim = radius - 2 * tyre + 0.015
    body.add(ring((0.05, 0, 0), rim, 0.018, 0.03), m.alloy())
    body.add(sweep(((-0.06, 0, 0), (0.01, 0, 0)), rim, sides=24, side=(0, 1, 0)), m.plastic())
    body.add(ellipsoid((0.06, 0, 0), (0.03, 0.06, 0.06)), m.alloy())
    for i in range(5):
        a = 2 * np.pi * i / 5
        d = np.array([0, np.cos(a), np.sin(a)])
        path = (np.array([0.07, 0, 0]) + d * 0.04, np.array([0.06, 0, 0]) + d * rim)
        body.add(sweep(path, (0.03, 0.045), (0.018, 0.018), side=np.cross(d, (1, 0, 0))), m.alloy())
    return body


def _shell(body: Body, s: CarShape, colour: Any, lamps: bool, braking: bool) -> None:
    half, end = s.width / 2, s.length / 2
    ys = np.arange(-end + 0.02, end - 0.019, 0.018)
    rings = [_section(s, y) for y in ys]
    taper = 1 - 0.13 * np.abs(ys / end) ** 7
    for section, share in zip(rings, taper, strict=True):
        section[:, 0] *= share
    front, back = _cap(rings[-1], ys[-1], 1), _cap(rings[0], ys[0], -1)
    stack = np.array(
        [*back[::-1]]
        + [np.insert(r, 1, y, axis=1) for r, y in zip(rings, ys, strict=True)]
        + [*front]
    )
    full = np.concatenate([stack, (stack * [-1, 1, 1])[:, -2:0:-1]], axis=1)
    rows, columns = full.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    right = np.roll(index, -1, axis=1)
    quads = np.stack([index[:-1], right[:-1], right[1:], index[1:]], -1).reshape(-1, 4)
    part: Part = (full.reshape(-1, 3), quads.tolist())
    c = full.reshape(-1, 3)[quads].mean(axis=1)
    x, y, z = np.abs(c[:, 0]), c[:, 1], c[:, 2]
    belt, roof = _at(s.belt, y), _at(s.roof_line, y)
    edge = _at(s.roof_half, y) * half
    choice = np.zeros(len(c), int)
    flank = (z < belt - 0.02) & (np.abs(y) < end - 0.05)
    for door in s.doors:  # shut lines, curved over the rear wheel where a door ends there
        choice[flank & (np.abs(y - door) < 0.009) & (z > s.sill + 0.12)] = 2
    choice[(z < s.sill + 0.1) & flank] = 2
    glazed = (z > belt + 0.035) & (z < roof - 0.075) & (x > edge * 0.86)
    span = (y > min(a for a, _ in s.windows) - 0.05) & (y < max(b for _, b in s.windows) + 0.05)
    choice[glazed & span & (roof - belt > 0.16)] = 2
    for a, b in s.windows:
        choice[glazed & (y > a) & (y < b) & (roof - belt > 0.16)] = 1
    foot, top = s.screen
    on_top = z > roof - 0.09
    choice[on_top & (y > top) & (y < foot) & (x < edge - 0.05)] = 1
    choice[on_top & (y > foot) & (y < foot + 0.07) & (x < edge)] = 2  # wiper well
    top, foot = s.back
    steep = abs(top - foot) < 0.5
    rear_glass = (y < top) & (y > foot) & (x < edge - 0.05)
    choice[rear_glass & ((z > belt + 0.08) if steep else on_top)] = 1
    nose = y > end - 0.32
    choice[nose & (x < half * 0.52) & (z > s.lamp_z[0] - 0.02) & (z < s.lamp_z[1] - 0.02)] = 2
    choice[nose & (x < half * 0.72) & (z > s.sill + 0.06) & (z < s.sill + 0.22)] = 2
    lamp = (y > end - 0.42) & (x > half * 0.56) & (z > s.lamp_z[0]) & (z < s.lamp_z[1] + 0.02)
    choice[lamp] = 3
    rear = y < -end + 0.22
    a, b = s.tail_x
    choice[
        rear & (x > half * a) & (x <= half * b + 0.02) & (z > s.tail_z[0]) & (z < s.tail_z[1])
    ] = 4
    choice[(y < -end + 0.1) & (z < s.sill + 0.17) & (x < half * 0.8)] = 2
    body.add_painted(
        part, (colour, m.glass(), m.plastic(), m.headlamp(lamps), m.tail_lamp(braking)), choice
    )


def _section(s: CarShape, y: float) -> Floats:
    """(P, 2) x, z of the right half of the section at `y`, from the sill to the middle."""
    half = s.width / 2
    top, belt, edge = _at(s.roof_line, y), _at(s.belt, y), _at(s.roof_half, y) * half
    sill = s.sill
    for axle in s.axles:
        reach = s.wheel + 0.055
        if abs(y - axle) < reach:
            sill = max(sill, s.wheel + np.sqrt(reach**2 - (y - axle) ** 2))
    widest = max(0.58, sill + 0.06)
    shoulder = max(belt - 0.07, widest + 0.03)
    belt = max(belt, shoulder + 0.03)
    rim = max(top - 0.05, belt + 0.004)
    points = np.array(
        [
            (half * 0.93, sill),
            (half * 0.975, sill + 0.25 * (widest - sill)),
            (half, widest),
            (half * 0.985, shoulder),
            (half * 0.955, belt),
            (edge + 0.03, belt + 0.82 * (rim - belt)),
            (edge - 0.05, rim + 0.018),
            (edge * 0.55, top - 0.012),
            (0, top),
        ]
    )
    return spline(points, 9)


def _cap(section: Floats, y: float, way: int) -> list[Floats]:
    """Shrinking copies of the last section that close the body with a rounded face."""
    middle = np.array([0.0, 0.55])
    rows = []
    for k in np.linspace(0.985, 0.0, 60):
        bulge = 0.10 * (1 - k**4) ** 0.5
        rows.append(np.insert(middle + (section - middle) * k, 1, y + way * bulge, axis=1))
    return rows


def _hang_plates(body: Body, s: CarShape, text: str, ground: str, folder: Path) -> None:
    end = s.length / 2 + 0.115
    w, h = SIZES_M["car_long"]
    front = m.picture(paint_plate(text, "car_long", ground, folder))
    z = s.sill + 0.27
    body.add_picture(
        [(w / 2, end, z), (-w / 2, end, z), (-w / 2, end, z + h), (w / 2, end, z + h)], front
    )
    w, h = SIZES_M["car_short"]
    back = m.picture(paint_plate(text, "car_short", ground, folder))
    z = s.tail_z[0] - 0.14
    body.add_picture(
        [(-w / 2, -end, z), (w / 2, -end, z), (w / 2, -end, z + h), (-w / 2, -end, z + h)], back
    )


def _at(curve: Curve, y: Any) -> Any:
    """A smooth curve through the points: linear, then averaged over 12 cm."""
    ys, values = np.array(curve).T
    offsets = np.linspace(-0.06, 0.06, 7)
    found = np.interp(np.asarray(y, float)[..., None] + offsets, ys, values).mean(axis=-1)
    return float(found) if np.ndim(y) == 0 else found
