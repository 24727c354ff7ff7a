"""Triangles to pixels: a z-buffer, a sun's shadow map and procedural textures, all on numbers.

A path tracer gives some thousand trucks an hour on one core; this gives some hundred thousand, and
what a small network needs to learn of parts is variety of shapes, paints and light. Compiled with
Numba; nothing here is needed to run the program.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@njit(cache=True, fastmath=True)
def fill(
    corners: Floats, depth: Floats, ids: NDArray[np.int32]
) -> None:  # pragma: no cover - compiled
    """Draws triangles (T, 3, [x px, y px, 1 / distance]) into `depth` (1 / distance) and `ids`."""
    height, width = depth.shape
    for t in range(corners.shape[0]):
        x0, y0, w0 = corners[t, 0, 0], corners[t, 0, 1], corners[t, 0, 2]
        x1, y1, w1 = corners[t, 1, 0], corners[t, 1, 1], corners[t, 1, 2]
        x2, y2, w2 = corners[t, 2, 0], corners[t, 2, 1], corners[t, 2, 2]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if abs(area) < 1e-6 or w0 <= 0 or w1 <= 0 or w2 <= 0:
            continue
        left = max(int(np.floor(min(x0, x1, x2))), 0)
        right = min(int(np.ceil(max(x0, x1, x2))) + 1, width)
        top = max(int(np.floor(min(y0, y1, y2))), 0)
        bottom = min(int(np.ceil(max(y0, y1, y2))) + 1, height)
        for y in range(top, bottom):
            for x in range(left, right):
                px, py = x + 0.5, y + 0.5
                b0 = ((x1 - px) * (y2 - py) - (x2 - px) * (y1 - py)) / area
                b1 = ((x2 - px) * (y0 - py) - (x0 - px) * (y2 - py)) / area
                b2 = 1 - b0 - b1
                if b0 < 0 or b1 < 0 or b2 < 0:
                    continue
                w = b0 * w0 + b1 * w1 + b2 * w2
                if w > depth[y, x]:
                    depth[y, x] = w
                    ids[y, x] = t


@njit(cache=True)
def _lattice(x: int, y: int, z: int, seed: int) -> float:
    n = (x * 374761393 + y * 668265263 + z * 2147483647 + seed * 974634599) & 0x7FFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0x7FFFFFFF
    return ((n ^ (n >> 16)) & 0xFFFF) / 65535.0


@njit(cache=True)
def _value_noise(x: float, y: float, z: float, seed: int) -> float:
    xi, yi, zi = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    fx, fy, fz = x - xi, y - yi, z - zi
    fx, fy, fz = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy), fz * fz * (3 - 2 * fz)
    total = 0.0
    for i in range(2):
        for j in range(2):
            for k in range(2):
                weight = (fx if i else 1 - fx) * (fy if j else 1 - fy) * (fz if k else 1 - fz)
                total += weight * _lattice(xi + i, yi + j, zi + k, seed)
    return total


PLAIN, GRAIN, PLANKS, RIBS, BRICKS, PATCHES = range(6)


@njit(cache=True)
def _texture(p: Floats, kind: int, scale: float, seed: int) -> float:
    """How much of a material's second colour is at point `p`: 0..1."""
    soft = _value_noise(p[0] / scale, p[1] / scale, p[2] / scale, seed)
    if kind == GRAIN:
        fine = _value_noise(p[0] * 14, p[1] * 14, p[2] * 14, seed + 1)
        finer = _value_noise(p[0] * 31, p[1] * 31, p[2] * 31, seed + 2)
        return 0.3 * soft + 0.4 * fine + 0.3 * finer
    if kind == PLANKS:
        row = p[2] / 0.16
        return 1.0 if row - np.floor(row) < 0.16 else 0.5 * soft
    if kind == RIBS:
        column = (p[1] + p[0]) / (scale * 0.6)
        return 0.9 if column - np.floor(column) < 0.14 else 0.4 * soft
    if kind == BRICKS:
        row = np.floor(p[2] / 0.09)
        column = np.floor((p[1] + p[0]) / 0.2 + 0.5 * (int(row) & 1))
        edge = p[2] / 0.09 - row < 0.14
        return 1.0 if edge else 0.7 * _lattice(int(column), int(row), 0, seed)
    if kind == PATCHES:
        return 1.0 if soft > 0.62 else 0.0
    return 0.5 * soft + 0.5 * _value_noise(p[0] * 3, p[1] * 3, p[2] * 3, seed + 3)


@njit(cache=True)
def shade(
    ids: NDArray[np.int32],
    points: Floats,
    normals: Floats,
    materials: NDArray[np.int32],
    colours: Floats,
    textures: Floats,
    lit: Floats,
    sun: Floats,
    eye: Floats,
    light: Floats,
    image: Floats,
) -> None:  # pragma: no cover - compiled
    """Colours (H, W, 3), linear, of the pixels that show a triangle.

    `points` (H, W, 3) metres, `normals` (T, 3), `colours` (M, 2, 3), `textures` (M, [kind, scale m,
    seed, gloss]), `lit` (H, W) 1 in the sun, `light` ([sun, sky, ground]).
    """
    height, width = ids.shape
    for y in range(height):
        for x in range(width):
            t = ids[y, x]
            if t < 0:
                continue
            m = materials[t]
            p = points[y, x]
            share = _texture(p, int(textures[m, 0]), textures[m, 1], int(textures[m, 2]))
            n = normals[t].copy()
            to = eye - p
            to /= np.sqrt((to * to).sum()) + 1e-6
            if (n * to).sum() < 0:
                n = -n
            if int(textures[m, 0]) == GRAIN:  # loose stuff: every grain looks elsewhere
                for i in range(3):
                    n[i] += 0.9 * (
                        _value_noise(p[0] * 9, p[1] * 9, p[2] * 9, i * 17 + int(textures[m, 2]))
                        - 0.5
                    )
                n /= np.sqrt((n * n).sum())
            direct = max((n * sun).sum(), 0.0) * lit[y, x] * light[0]
            up = 0.5 + 0.5 * n[2]
            soft = light[1] * up + light[2] * (1 - up)
            half = to + sun
            half /= np.sqrt((half * half).sum()) + 1e-6
            gloss = textures[m, 3] * max((n * half).sum(), 0.0) ** 24 * lit[y, x] * light[0]
            for c in range(3):
                albedo = colours[m, 0, c] * (1 - share) + colours[m, 1, c] * share
                image[y, x, c] = albedo * (direct + soft) + gloss
