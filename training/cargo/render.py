"""Pictures of drawn trucks with exact labels, as the detector would crop them.

    python render.py --out SHARD --count 4000 --seed 1 [--backgrounds FOLDER]

A shard is `images.npy` (N, 96, 128, 3) BGR, `labels.npy` (N, 96, 128) of `Part` and `truths.npy`
(N, 4): `Cargo` (-1: cannot be seen), raised, azimuth (degrees, 0 from behind), height of the sides'
top as a share of the cab's.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from data import HEIGHT, WIDTH
from numpy.typing import NDArray
from photo import camera, in_front, surroundings, tone
from raster import fill, shade
from shapes import Part
from trucks import Truck, draw_truck

MARGIN = 0.06  # of the box, on each side: what the closeup adds around a detection
_TIMES = 1  # supersampling: 2 is cleaner and three times slower

Floats = NDArray[np.float32]


def _view(rng: np.random.Generator) -> tuple[float, float, float]:
    """Azimuth (degrees, 0 from behind, 180 from ahead), distance and height of the camera (m)."""
    kind = rng.random()
    side = rng.choice([-1, 1])
    if kind < 0.42:
        azimuth = rng.normal(0, 14)
    elif kind < 0.65:
        azimuth = side * rng.uniform(20, 65)
    elif kind < 0.82:
        azimuth = side * rng.uniform(65, 115)
    else:
        azimuth = side * rng.uniform(115, 180)
    high = rng.uniform(1.1, 2.2) if rng.random() < 0.6 else rng.uniform(2.2, 8.0)
    return float(azimuth), float(rng.uniform(8, 45)), float(high)


def _looking(azimuth: float, distance: float, high: float) -> tuple[Floats, Floats]:
    a = np.radians(azimuth)
    target = np.array([0, -2.5, 1.6])
    eye = target + distance * np.array([np.sin(a), -np.cos(a), 0])
    eye[2] = high
    forward = target - eye
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    return eye, np.stack([right, np.cross(right, forward), forward])


def draw(
    truck: Truck,
    rng: np.random.Generator,
    backdrop: NDArray[np.uint8] | None,
    view: tuple[float, float, float] | None = None,
    light: np.random.Generator | None = None,
    least: float = 0.35,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Floats]:
    """One crop (96, 128, 3), its labels (96, 128) and its truths (4,).

    `view` is azimuth (degrees), distance and camera height (m). Of generators `light` in one state
    come one sun and one camera; noise and what stands in front come from `rng` either way. The
    camera saw the truck with `least` of the crop's rows or more.
    """
    azimuth, distance, high = view or _view(rng)
    setting = light or rng
    eye, turn = _looking(azimuth, distance, high)
    local = (truck.corners - eye) @ turn.T
    flat = local[..., :2] / local[..., 2:]
    low, top = flat.reshape(-1, 2).min(0), flat.reshape(-1, 2).max(0)
    span = top - low
    box = np.array([low[0], -top[1], top[0], -low[1]])  # y down
    low, top = box[:2].copy(), box[2:].copy()
    # the detector's box is a little off
    slip = rng.normal(0, 0.02, 4) * np.tile(span, 2)
    low += slip[:2] - MARGIN * span
    top += slip[2:] + MARGIN * span
    w, h = WIDTH * _TIMES, HEIGHT * _TIMES
    scale = np.array([w, h]) / (top - low)
    corners = np.empty_like(truck.corners, dtype=np.float32)
    corners[..., 0] = (flat[..., 0] - low[0]) * scale[0]
    corners[..., 1] = (-flat[..., 1] - low[1]) * scale[1]
    corners[..., 2] = 1 / local[..., 2]
    depth, ids = np.zeros((h, w), np.float32), np.full((h, w), -1, np.int32)
    fill(corners, depth, ids)
    rays = np.empty((h, w, 3), np.float32)
    xs, ys = np.meshgrid(
        (np.arange(w) + 0.5) / scale[0] + low[0], (np.arange(h) + 0.5) / scale[1] + low[1]
    )
    rays[..., 0], rays[..., 1], rays[..., 2] = xs, -ys, 1
    rays = (rays @ turn).astype(np.float32)
    points = eye + rays / np.maximum(depth, 1e-6)[..., None]
    ground = (ids < 0) & (rays[..., 2] < -1e-3)
    reach = np.where(ground, -eye[2] / np.minimum(rays[..., 2], -1e-3), 0)
    points = np.where(ground[..., None], eye + rays * reach[..., None], points).astype(np.float32)
    sun = _sun(setting)
    lit = _shadows(truck.corners, points, sun, float(setting.uniform(0, 0.25)))
    strength = setting.uniform(0.3, 2.4) if setting.random() < 0.6 else setting.uniform(0, 0.2)
    strengths = [strength, setting.uniform(0.45, 1.0), setting.uniform(0.12, 0.35)]
    edge = truck.corners
    normals = np.cross(edge[:, 1] - edge[:, 0], edge[:, 2] - edge[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    colours, textures = truck.paints.tables()
    image = np.zeros((h, w, 3), np.float32)
    shade(
        ids,
        points,
        normals.astype(np.float32),
        truck.materials,
        colours,
        textures,
        lit,
        sun,
        eye.astype(np.float32),
        np.array(strengths, np.float32),
        image,
    )
    exposed = setting.uniform(0.12, 0.4) / (
        image[ids >= 0].mean() + 0.02
    )  # as a camera sets itself
    image = tone(image * np.clip(exposed, 0.5, 5) ** setting.uniform(0.5, 1.0), setting)
    behind = surroundings(rng, backdrop, rays, h, w)
    shadow = np.where(
        ground & (lit < 1), setting.uniform(0.3, 0.7) if strength > 0.2 else 0.75, 1.0
    )
    under = ground & (np.abs(points[..., 0]) < truck.half_width) & (points[..., 1] < 1.8)
    under &= points[..., 1] > truck.corners[..., 1].min()
    shadow = np.where(under, 0.3, shadow)
    shadow = cv2.GaussianBlur(shadow.astype(np.float32), (0, 0), 1.5)
    image = np.where((ids >= 0)[..., None], image, behind * shadow[..., None])
    labels = np.where(ids >= 0, truck.parts[ids], Part.BACKGROUND).astype(np.uint8)
    image, labels = in_front(rng, image, labels)
    small = cv2.resize(image, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    labels = labels[_TIMES - 1 :: _TIMES, _TIMES - 1 :: _TIMES]
    ratio = truck.side_top / truck.cab_top
    cargo = float(truck.cargo)
    tells = {1: Part.COVER, 3: Part.LOAD, 4: Part.LOAD}.get(int(cargo))
    if tells is not None and (labels == tells).mean() < 0.012:
        cargo = -1.0  # nothing of it can be seen from here
    truths = np.array([cargo, truck.raised, azimuth, ratio], np.float32)
    picture = camera(setting, rng, np.clip(small, 0, 255), least)
    if light is None and rng.random() < 0.5:  # cheap second look: mirrored
        picture, labels = picture[:, ::-1], labels[:, ::-1]
    return np.ascontiguousarray(picture), np.ascontiguousarray(labels), truths


def _sun(rng: np.random.Generator) -> Floats:
    e, a = np.radians(rng.uniform(18, 80)), rng.uniform(0, 2 * np.pi)
    return np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)], np.float32)


def _shadows(corners: Floats, points: Floats, sun: Floats, dim: float) -> Floats:
    """(H, W) 1 where the sun reaches, `dim` where the truck stands before it."""
    right = np.cross([0, 0, 1.0], sun)
    right /= np.linalg.norm(right)
    frame = np.stack([right, np.cross(sun, right), sun])
    seen = corners @ frame.T
    low = seen.reshape(-1, 3).min(0)
    size = (seen.reshape(-1, 3).max(0) - low)[:2].max() + 0.1
    cells = 160
    drawn = np.empty_like(corners, dtype=np.float32)
    drawn[..., :2] = (seen[..., :2] - low[:2]) / size * cells
    drawn[..., 2] = seen[..., 2] - low[2] + 1.0
    depth, ids = np.zeros((cells, cells), np.float32), np.full((cells, cells), -1, np.int32)
    fill(drawn.astype(np.float32), depth, ids)
    at = points @ frame.T
    column = ((at[..., 0] - low[0]) / size * cells).astype(int)
    row = ((at[..., 1] - low[1]) / size * cells).astype(int)
    inside = (column >= 0) & (column < cells) & (row >= 0) & (row < cells)
    nearest = np.where(inside, depth[np.clip(row, 0, cells - 1), np.clip(column, 0, cells - 1)], 0)
    return np.where(nearest > at[..., 2] - low[2] + 1.0 + 0.12, dim, 1.0).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--backgrounds", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(options.seed)
    streets = sorted(options.backgrounds.glob("*.jpg")) if options.backgrounds else []
    options.out.mkdir(parents=True, exist_ok=True)
    images = np.zeros((options.count, HEIGHT, WIDTH, 3), np.uint8)
    labels = np.zeros((options.count, HEIGHT, WIDTH), np.uint8)
    truths = np.zeros((options.count, 4), np.float32)
    truck = draw_truck(rng)
    for i in range(options.count):
        if i % 2 == 0:  # two looks at each truck
            truck = draw_truck(rng)
        street = cv2.imread(str(streets[rng.integers(len(streets))])) if streets else None
        images[i], labels[i], truths[i] = draw(truck, rng, street)
    for name, array in (("images", images), ("labels", labels), ("truths", truths)):
        np.save(options.out / f"{name}.npy", array)


if __name__ == "__main__":
    main()
