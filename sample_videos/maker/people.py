"""People: a skeleton posed by where pelvis, hands and feet are, dressed in cloth.

Lengths are of an adult 1.65 m tall and scale with `height`. Knees and elbows follow from the two
bones between their ends (the law of cosines).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import materials as m
import motorbikes as bikes
import numpy as np
from numpy.typing import ArrayLike
from shapes import Body, Floats, ellipsoid, sweep, welded


@dataclass(frozen=True, slots=True)
class Clothes:
    """What somebody wears. Colours are linear RGB."""

    shirt: tuple[float, float, float]
    trousers: tuple[float, float, float]
    sleeves: str = "short"
    helmet: tuple[float, float, float] | None = None
    long_hair: bool = False
    skin: float = 1.0
    shorts: bool = False
    mask: bool = False


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the ends of the body are, metres in the vehicle's axes, right side."""

    pelvis: tuple[float, float, float]
    lean: float  # how far the shoulders are before the pelvis
    hands: tuple[tuple[float, float, float], tuple[float, float, float]]  # left, right
    feet: tuple[tuple[float, float, float], tuple[float, float, float]]
    knees_out: float = 0.5
    look: float = 0.0  # degrees, left positive


def rider(
    place: int, of: int, clothes: Clothes, root: Any, height: float = 1.65, look: float = 0.0
) -> Any:
    """The rider at `place` (0 drives) of `of` riders, seated on the motorbike `root`."""
    y = bikes.SEATS[of][place]
    z = bikes.SEAT_Z + 0.09 + (0.01 if place else 0.0)
    if place == 0:
        grip, peg = np.array(bikes.GRIP), np.array(bikes.FRONT_PEG)
        hands = (tuple(grip * [-1, 1, 1]), tuple(grip))
        feet = (tuple(peg * [-1, 1, 1]), tuple(peg))
        pose = Pose((0, y, z), 0.05, hands, feet, 0.35, look)
    else:
        ahead = bikes.SEATS[of][place - 1]
        peg = np.add(bikes.REAR_PEG, (0.02 * place, -0.05 - 0.13 * (place - 1), 0.02))
        hold = np.array([0.17, ahead + 0.03, z + 0.08 + 0.03 * place])
        feet = (tuple(peg * [-1, 1, 1]), tuple(peg))
        pose = Pose((0, y, z), 0.03, (tuple(hold * [-1, 1, 1]), tuple(hold)), feet, 0.75, look)
    return person(pose, clothes, root, height)


def walker(clothes: Clothes, root: Any, height: float = 1.65, stride: float = 0.25) -> Any:
    """Somebody on foot, in the middle of a step."""
    k = height / 1.65
    pose = Pose(
        (0, 0, 0.88 * k),
        0.02,
        ((-0.24, 0.12, 0.80 * k), (0.24, -0.12, 0.82 * k)),
        ((-0.10, -stride, 0.09), (0.10, stride, 0.08)),
        0.1,
    )
    return person(pose, clothes, root, height)


def person(pose: Pose, clothes: Clothes, root: Any, height: float = 1.65) -> Any:
    k = height / 1.65
    pelvis = np.array(pose.pelvis, float)
    shoulders = pelvis + np.array([0, pose.lean, 0.46]) * k
    body = bpy.data.objects.new("person", None)
    bpy.context.scene.collection.objects.link(body)
    body.parent = root
    root, name = body, body.name
    shirt = m.cloth(str(clothes.shirt), clothes.shirt)
    trousers = m.cloth(str(clothes.trousers), clothes.trousers)
    skin = m.skin(clothes.skin)

    top = Body()
    spine = [
        pelvis + np.array([0, pose.lean * t + 0.015 * np.sin(np.pi * t), 0.46 * t]) * k
        for t in (-0.12, 0.0, 0.3, 0.62, 0.88, 1.0, 1.09)
    ]
    top.add(
        sweep(
            spine,
            np.array((0.165, 0.17, 0.148, 0.17, 0.165, 0.12, 0.06)) * k,
            np.array((0.125, 0.125, 0.105, 0.118, 0.10, 0.08, 0.06)) * k,
            smooth=3,
            sides=20,
            exponent=2.3,
        ),
        shirt,
    )
    flesh = Body()
    for side, hand in zip((-1, 1), pose.hands, strict=True):
        shoulder = shoulders + np.array([side * 0.175, 0, -0.035]) * k
        end = np.array(hand, float)
        elbow = joint(shoulder, end, 0.28 * k, 0.25 * k, (side * 0.8, -0.35, -0.8))
        cuff = elbow if clothes.sleeves == "long" else shoulder + (elbow - shoulder) * 0.72
        top.add(ellipsoid(shoulder, np.array((0.07, 0.065, 0.068)) * k), shirt)
        top.add(
            sweep((shoulder, (shoulder + cuff) / 2, cuff), np.array((0.064, 0.058, 0.056)) * k),
            shirt,
        )
        if clothes.sleeves == "long":
            top.add(ellipsoid(elbow, np.array((0.052,) * 3) * k), shirt)
            top.add(sweep((elbow, elbow + (end - elbow) * 0.9), np.array((0.05, 0.036)) * k), shirt)
        flesh.add(sweep((shoulder, elbow), np.array((0.045, 0.04)) * k), skin)
        flesh.add(ellipsoid(elbow, np.array((0.041,) * 3) * k), skin)
        flesh.add(
            sweep((elbow, elbow + (end - elbow) * 0.4, end), np.array((0.041, 0.038, 0.027)) * k),
            skin,
        )
        flesh.add(
            ellipsoid(end + np.array([0, 0.02, 0.0]), np.array((0.04, 0.05, 0.035)) * k), skin
        )
    welded(top.build(f"{name} shirt", root), 0.016)

    legs = Body()
    legs.add(
        ellipsoid(pelvis + np.array([0, -0.01, -0.01]) * k, np.array((0.17, 0.135, 0.115)) * k),
        trousers,
    )
    shoes = Body()
    for side, foot in zip((-1, 1), pose.feet, strict=True):
        hip = pelvis + np.array([side * 0.09, 0.02, -0.02]) * k
        ankle = np.array(foot, float) + np.array([0, -0.06, 0.07])
        knee = joint(hip, ankle, 0.42 * k, 0.41 * k, (side * pose.knees_out, 1.0, 0.5))
        hem = knee + (ankle - knee) * (0.12 if clothes.shorts else 0.93)
        legs.add(
            sweep((hip, (hip + knee) / 2, knee), np.array((0.092, 0.082, 0.066)) * k), trousers
        )
        legs.add(ellipsoid(knee, np.array((0.066, 0.066, 0.066)) * k), trousers)
        legs.add(
            sweep((knee, (knee + hem) / 2, hem), np.array((0.064, 0.062, 0.055)) * k), trousers
        )
        flesh.add(
            sweep((knee, knee + (ankle - knee) * 0.3, ankle), np.array((0.05, 0.056, 0.035)) * k),
            skin,
        )
        toe = ankle + np.array([side * 0.02, 0.17, -0.055])
        shoes.add(
            sweep(
                (np.add(ankle, (0, -0.055, -0.03)), np.add(ankle, (0, 0.02, -0.035)), toe),
                np.array((0.036, 0.045, 0.036)),
                np.array((0.035, 0.04, 0.022)),
                smooth=3,
            ),
            m.plain("shoes", (0.06, 0.045, 0.035), 0.6),
        )
    welded(legs.build(f"{name} trousers", root), 0.016)
    shoes.build(f"{name} shoes", root)
    _head(flesh, clothes, shoulders, k, pose.look, skin, name, root)
    flesh.build(f"{name} flesh", root)
    return root


def _head(
    flesh: Body,
    clothes: Clothes,
    shoulders: Floats,
    k: float,
    look: float,
    skin: Any,
    name: str,
    root: Any,
) -> None:
    neck = shoulders + np.array([0, 0.005, 0.0]) * k
    centre = shoulders + np.array([0, 0.04, 0.185]) * k
    flesh.add(
        sweep((neck, neck + np.array([0, 0.02, 0.13]) * k), np.array((0.056, 0.052)) * k), skin
    )

    def at(x: float, y: float, z: float) -> Floats:
        a = np.radians(look)
        return (
            centre + np.array([x * np.cos(a) - y * np.sin(a), x * np.sin(a) + y * np.cos(a), z]) * k
        )

    flesh.add(ellipsoid(at(0, 0, 0.02), np.array((0.08, 0.098, 0.108)) * k), skin)
    flesh.add(ellipsoid(at(0, 0.03, -0.055), np.array((0.058, 0.062, 0.065)) * k), skin)
    flesh.add(ellipsoid(at(0, 0.095, -0.005), np.array((0.014, 0.018, 0.024)) * k), skin)
    for side in (-1, 1):
        flesh.add(ellipsoid(at(side * 0.077, -0.005, 0.0), np.array((0.012, 0.02, 0.03)) * k), skin)
        flesh.add(
            ellipsoid(at(side * 0.03, 0.086, 0.022), np.array((0.014, 0.008, 0.006)) * k), m.hair()
        )
        flesh.add(
            ellipsoid(at(side * 0.031, 0.088, 0.042), np.array((0.018, 0.006, 0.004)) * k), m.hair()
        )
    flesh.add(
        ellipsoid(at(0, 0.088, -0.055), np.array((0.022, 0.006, 0.005)) * k),
        m.plain("lips", (0.28, 0.08, 0.07), 0.5),
    )
    if clothes.mask:
        flesh.add(
            ellipsoid(at(0, 0.052, -0.045), np.array((0.066, 0.055, 0.052)) * k),
            m.cloth("mask", (0.25, 0.42, 0.6)),
        )
    if clothes.helmet is not None:
        shell = m.plain(f"helmet {clothes.helmet}", clothes.helmet, 0.2, 0, 1.0)
        flesh.add(_shell_of(at(0, -0.005, 0.035), np.array((0.112, 0.13, 0.118)) * k, -0.25), shell)
        flesh.add(
            sweep(
                (
                    at(-0.1, 0.075, 0.045),
                    at(-0.06, 0.145, 0.045),
                    at(0.06, 0.145, 0.045),
                    at(0.1, 0.075, 0.045),
                ),
                0.03 * k,
                0.006,
                smooth=3,
                side=(0, 1, 0),
            ),
            m.plastic(),
        )
        for side in (-1, 1):
            flesh.add(
                sweep((at(side * 0.085, 0.02, 0.0), at(side * 0.05, 0.045, -0.105)), 0.007),
                m.plastic(),
            )
    else:
        flesh.add(
            _shell_of(at(0, -0.012, 0.03), np.array((0.09, 0.108, 0.112)) * k, 0.12, hairline=True),
            m.hair(),
        )
        flesh.add(ellipsoid(at(0, -0.045, 0.0), np.array((0.076, 0.065, 0.085)) * k), m.hair())
    if clothes.long_hair:
        fall = (at(0, -0.06, 0.03), at(0, -0.10, -0.08), at(0, -0.115, -0.22), at(0, -0.10, -0.33))
        flesh.add(
            sweep(
                fall,
                np.array((0.07, 0.075, 0.065, 0.035)) * k,
                np.array((0.04, 0.04, 0.032, 0.018)) * k,
                smooth=4,
            ),
            m.hair(),
        )


def _shell_of(centre: Floats, radii: Floats, cut: float, hairline: bool = False):
    """The upper part of an ellipsoid: below `cut` (and before the hairline) it is left open."""
    vertices, faces = ellipsoid((0, 0, 0), (1, 1, 1), 22, 30)
    middle = np.array([vertices[face].mean(axis=0) for face in faces])
    limit = (
        np.where(middle[:, 1] > 0.25, 0.42, -0.35)
        if hairline
        else cut + 0.25 * (middle[:, 1] > 0.3)
    )
    kept = [face for face, keep in zip(faces, middle[:, 2] > limit, strict=True) if keep]
    return np.asarray(centre) + vertices * radii, kept


def joint(
    start: ArrayLike, end: ArrayLike, upper: float, lower: float, towards: ArrayLike
) -> Floats:
    """Where the knee or elbow is: between bones of given lengths, bent `towards`."""
    a, b = np.asarray(start, float), np.asarray(end, float)
    line = b - a
    reach = float(np.linalg.norm(line))
    line /= reach
    reach = min(reach, (upper + lower) * 0.999)
    along = (upper**2 - lower**2 + reach**2) / (2 * reach)
    out = np.sqrt(max(upper**2 - along**2, 0.0))
    pole = np.asarray(towards, float)
    pole = pole - line * (pole @ line)
    pole /= np.linalg.norm(pole)
    return a + line * along + pole * out
