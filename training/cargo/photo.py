"""What a camera makes of a drawn truck: tone, what is behind and before it, blur and noise."""

from __future__ import annotations

import cv2
import numpy as np
from data import HEIGHT, WIDTH
from numpy.typing import NDArray
from shapes import Floats, Part


def tone(image: Floats, rng: np.random.Generator) -> Floats:
    """Linear light to a camera's RGB values 0..255 in BGR order, tinted by its white balance."""
    warm = 1 + rng.normal(0, 0.06, 3)
    return (255 * np.clip(image * warm, 0, 1.5) ** (1 / rng.uniform(1.9, 2.4)))[..., ::-1].clip(
        0, 255
    )


def surroundings(rng, picture, rays, h, w):  # type: ignore[no-untyped-def]
    """A street's picture, or sky, road and blocks of colour."""
    if picture is not None and rng.random() < 0.75:
        if rng.random() < 0.5:
            picture = picture[:, ::-1]
        return cv2.resize(picture, (w, h)).astype(np.float32)
    down = rays[..., 2] < 0
    sky, road = rng.uniform(120, 255, 3), np.full(3, rng.uniform(50, 170)) + rng.normal(0, 8, 3)
    out = np.where(down[..., None], road, sky).astype(np.float32)
    for _ in range(int(rng.integers(0, 9))):  # houses, trees, poles
        x0, wide = int(rng.uniform(-20, w)), int(rng.uniform(4, w * 0.6))
        y0 = int(rng.uniform(0, h * 0.6))
        block = out[y0 : int(rng.uniform(y0 + 5, h * 0.9)), max(x0, 0) : x0 + wide]
        block[:] = rng.uniform(10, 220, 3) + rng.normal(0, rng.uniform(2, 40), block.shape)
    grain = cv2.GaussianBlur(
        rng.normal(0, 60, (h, w)).astype(np.float32), (0, 0), rng.uniform(0.8, 6)
    )
    return out + grain[..., None]


def in_front(rng, image, labels):  # type: ignore[no-untyped-def]
    """Now and then something stands before the truck: a rider, a car's roof, a pole."""
    if rng.random() < 0.25:
        h, w = labels.shape
        for _ in range(int(rng.integers(1, 3))):
            cx, cy = rng.uniform(0, w), rng.uniform(0.6 * h, 1.05 * h)
            axes = (int(rng.uniform(0.03, 0.2) * w), int(rng.uniform(0.05, 0.3) * h))
            mask = np.zeros((h, w), np.uint8)
            cv2.ellipse(mask, (int(cx), int(cy)), axes, 0, 0, 360, 1, -1)
            tone = rng.uniform(5, 200, 3) + rng.normal(0, 25, (h, w, 1))
            image = np.where(mask[..., None] > 0, tone, image)
            labels = np.where(mask > 0, Part.BACKGROUND, labels).astype(np.uint8)
    return image, labels


def camera(
    setting: np.random.Generator, rng: np.random.Generator, image: Floats, least: float
) -> NDArray[np.uint8]:
    """What a distant, moving, cheap camera makes of it; `rng` is its noise."""
    if setting.random() < 0.75:  # fewer pixels than the crop has
        share = setting.uniform(least, 1.0)
        small = cv2.resize(
            image,
            (max(int(WIDTH * share), 20), max(int(HEIGHT * share), 16)),
            interpolation=cv2.INTER_AREA,
        )
        image = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    if setting.random() < 0.3:
        image = cv2.GaussianBlur(image, (0, 0), setting.uniform(0.3, 1.3))
    if setting.random() < 0.2:  # sharpened by the camera
        image = image + setting.uniform(0.5, 2.5) * (image - cv2.GaussianBlur(image, (0, 0), 1.0))
    if setting.random() < 0.35:  # haze
        image = image * (1 - (a := setting.uniform(0, 0.4))) + a * setting.uniform(120, 230)
    image = image + rng.normal(0, setting.uniform(0, 7), image.shape)
    out = np.clip(image, 0, 255).astype(np.uint8)
    if setting.random() < 0.7:
        _, data = cv2.imencode(
            ".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(setting.integers(25, 92))]
        )
        out = cv2.imdecode(data, 1)
    return out
