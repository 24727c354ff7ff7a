"""Signal heads drawn on a picture: lamps round, arrows, walking men, numbers; poles, glow."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]
LIT = {
    1: ((40, 40, 255), (60, 50, 250), (50, 30, 230), (70, 90, 255)),
    2: ((40, 190, 255), (20, 160, 255), (60, 200, 250), (0, 140, 255)),
    3: ((200, 255, 60), (170, 250, 40), (220, 240, 80), (140, 235, 40)),
}  # BGR of red, yellow and green lamps


@dataclass(frozen=True)
class Lamp:
    """A lit lamp in a made picture."""

    x: float
    y: float
    diameter: float
    label: int
    arrow: int


def glyph(kind: str, side: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """(side, side) mask of what shines."""
    mask = np.zeros((side, side), np.uint8)
    c = side // 2
    if kind == "round":
        cv2.circle(mask, (c, c), int(side * 0.46), 255, -1)
    elif kind == "arrow":
        wide = [(0.5, 0.1), (0.9, 0.5), (0.74, 0.6), (0.58, 0.44), (0.58, 0.92)]
        wide += [(0.42, 0.92), (0.42, 0.44), (0.26, 0.6), (0.1, 0.5)]
        slim = [(0.5, 0.08), (0.86, 0.46), (0.66, 0.52), (0.62, 0.92), (0.38, 0.92)]
        slim += [(0.34, 0.52), (0.14, 0.46)]
        shape = np.array(wide if rng.random() < 0.5 else slim) - 0.5
        turn = np.deg2rad(rng.choice([0, 90, -90, 45, -45]))
        about = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        cv2.fillPoly(mask, [((shape @ about.T + 0.5) * side).astype(np.int32)], 255)
    elif kind == "man":
        cv2.circle(mask, (c, int(side * 0.18)), int(side * 0.1), 255, -1)
        body = (int(side * 0.38), int(side * 0.3)), (int(side * 0.62), int(side * 0.6))
        cv2.rectangle(mask, *body, 255, -1)
        stride = rng.uniform(0, 0.16)
        for sign in (-1, 1):
            foot = (int(c + sign * side * (0.08 + stride)), int(side * 0.94))
            hand = (int(c + sign * side * (0.16 + stride)), int(side * 0.6))
            cv2.line(mask, (c, int(side * 0.58)), foot, 255, int(side * 0.1))
            cv2.line(mask, (c, int(side * 0.34)), hand, 255, int(side * 0.08))
    else:
        text = str(rng.integers(0, 99))
        size = side / (42 if len(text) == 2 else 26)
        font = int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX]))
        thick = max(2, int(side * 0.09))
        cv2.putText(mask, text, (int(side * 0.04), int(side * 0.82)), font, size, 255, thick)
    return mask


def shine(
    picture: Picture,
    light: Picture,
    at: tuple[float, float],
    diameter: float,
    colour: tuple[int, int, int],
    kind: str,
    rng: np.random.Generator,
    night: bool,
) -> None:
    """Paint what shines; `light` gathers it for the glow."""
    side = max(int(diameter), 6)
    mask = glyph(kind, side, rng).astype(np.float32) / 255
    if rng.random() < 0.4 and side > 40:
        dots = np.zeros((side, side), np.float32)
        step = max(3, side // int(rng.integers(9, 16)))
        dots[step // 2 :: step, step // 2 :: step] = 1
        dots = cv2.dilate(dots, np.ones((max(2, int(step * 0.6)),) * 2))
        mask = mask * (0.35 + 0.65 * cv2.GaussianBlur(dots, (0, 0), step * 0.2))
    top, left = int(at[1] - side / 2), int(at[0] - side / 2)
    if top < 0 or left < 0 or top + side > len(picture) or left + side > picture.shape[1]:
        return
    paint = np.array(colour, np.float32) * rng.uniform(0.75, 1.05) + rng.normal(0, 10, 3)
    core = rng.uniform(0, 0.9 if night else 0.45)
    deep = cv2.distanceTransform((mask > 0.3).astype(np.uint8), cv2.DIST_L2, 3) / (side * 0.3)
    bright = paint + (255 - paint) * core * np.clip(deep, 0, 1)[..., None]
    if not night and rng.random() < 0.5:
        bright = bright * rng.uniform(0.4, 0.9)
    there = np.s_[top : top + side, left : left + side]
    share = mask[..., None]
    picture[there] = picture[there] * (1 - share) + bright * share
    light[there] += share * paint


def drawn(picture: Picture, size: float, night: bool, rng: np.random.Generator) -> list[Lamp]:
    """Draw a head with its lit lamp in the middle of a picture, changed in place."""
    height, width = picture.shape[:2]
    light = np.zeros_like(picture)
    kinds = ["round", "arrow", "man", "digit"]
    kind = str(rng.choice(kinds, p=[0.6, 0.2, 0.1, 0.1]))
    upright = kind == "man" or rng.random() < 0.72
    number = {"man": 2, "digit": 1}.get(kind, int(rng.choice([3, 3, 3, 3, 2, 4])))
    colours = {2: [1, 3], 4: [1, 2, 3, 3]}.get(number, [1, 2, 3])
    lit = int(rng.integers(0, number))
    label = colours[lit] if number > 1 else int(rng.integers(1, 4))
    pitch = size * rng.uniform(1.08, 1.3)
    long = size * 1.25 if kind == "digit" else pitch * (number - 1) + size * rng.uniform(1.15, 1.5)
    broad = size * 1.25 if kind == "digit" else size * rng.uniform(1.15, 1.6)
    middle = np.array([width / 2, height / 2])
    along = np.array([0.0, 1.0] if upright else [1.0, 0.0])
    head = middle - along * (lit - (number - 1) / 2) * pitch
    half = np.array([broad, long] if upright else [long, broad]) / 2
    base = _paint(night, rng)
    _poles(picture, head, size, night, rng)
    if rng.random() < 0.18:  # a board behind it
        board = half + size * rng.uniform(0.15, 0.5)
        pale = [60.0] * 3 if night else [200.0] * 3
        _box(picture, head, board, base * rng.uniform(0.5, 1.5) if rng.random() < 0.6 else pale)
    if not night or rng.random() >= 0.35:
        _box(picture, head, half, base)
    for index in range(number):
        x, y = head + along * (index - (number - 1) / 2) * pitch
        dark = np.array(LIT[colours[index] if number > 1 else label][0]) * rng.uniform(0.03, 0.22)
        tint = dark * (0.3 if night else 1) + base * 0.7
        cv2.circle(picture, (int(x), int(y)), int(size * 0.47), tint.tolist(), -1)
    colour = LIT[label][rng.integers(0, 4)]
    x, y = float(middle[0]), float(middle[1])
    shine(picture, light, (x, y), size, colour, kind, rng, night)
    told = kind in ("round", "arrow")
    lamps = [Lamp(x, y, 0.95 * size, label if told else 0, int(kind == "arrow"))]
    if told and rng.random() < 0.45:  # a number beside it
        lamps += _number(picture, light, head, half, size, base, colour, night, rng)
    _glow(picture, light, size, night, rng)
    return lamps


def _paint(night: bool, rng: np.random.Generator) -> Picture:
    dark = rng.uniform(0, 25) if night else rng.uniform(5, 60)
    base = np.full(3, dark) + rng.normal(0, 4, 3)
    if rng.random() < 0.08:
        base = np.array([30, rng.uniform(60, 110), rng.uniform(40, 80)]) * (0.3 if night else 1)
    if rng.random() < 0.06:
        base = np.array([30, 170, 200]) * (0.25 if night else rng.uniform(0.6, 1))
    return base.astype(np.float32)


def _box(picture: Picture, middle: Picture, half: Picture, colour: Picture | list[float]) -> None:
    low, high = (middle - half).astype(int).tolist(), (middle + half).astype(int).tolist()
    cv2.rectangle(picture, low, high, [float(c) for c in colour], -1)


def _poles(
    picture: Picture, head: Picture, size: float, night: bool, rng: np.random.Generator
) -> None:
    if rng.random() >= 0.8:
        return
    grey = [float(rng.uniform(60, 160)) * (0.25 if night else 1)] * 3
    thick = max(1, int(size * rng.uniform(0.2, 0.5))) / 2
    (x, y), (height, width) = head, picture.shape[:2]
    if rng.random() < 0.5:
        cv2.rectangle(picture, (int(x - thick), int(y)), (int(x + thick), height), grey, -1)
    else:
        left = int(x) if rng.random() < 0.5 else 0
        right = width if rng.random() < 0.5 else int(x)
        cv2.rectangle(picture, (left, int(y - thick)), (right, int(y + thick)), grey, -1)


def _number(
    picture: Picture,
    light: Picture,
    head: Picture,
    half: Picture,
    size: float,
    base: Picture,
    colour: tuple[int, int, int],
    night: bool,
    rng: np.random.Generator,
) -> list[Lamp]:
    side = size * rng.uniform(1.2, 1.9)
    step = half + side * 0.6
    away = np.array([(0, -1), (0, -1), (0, -1), (0, 1), (1, 0), (-1, 0)][rng.integers(0, 6)])
    x, y = head + away * step
    height, width = picture.shape[:2]
    if not (side < x < width - side and side < y < height - side):
        return []
    _box(picture, np.array([x, y]), np.array([side, side]) / 2, base)
    shine(picture, light, (x, y), side * 0.85, colour, "digit", rng, night)
    return [Lamp(float(x), float(y), side * 0.95, 0, 0)]


def _glow(
    picture: Picture, light: Picture, size: float, night: bool, rng: np.random.Generator
) -> None:
    if not night and rng.random() >= 0.3:
        return
    share = rng.uniform(0.15, 1.2) if night else rng.uniform(0.02, 0.25)
    less = max(1, int(size / 8))
    small = cv2.resize(light, None, fx=1 / less, fy=1 / less, interpolation=cv2.INTER_AREA)
    whole = (picture.shape[1], picture.shape[0])
    for sigma in (size * 0.25, size * 0.8):
        picture += cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / less), whole) * share * 0.6
    if night and rng.random() < 0.35:  # blown out
        core = cv2.GaussianBlur(small.max(axis=2), (0, 0), size * 0.2 / less)
        picture += (cv2.resize(core, whole) * rng.uniform(0.3, 0.9))[..., None]
