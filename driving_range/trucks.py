"""Trucks whose cab, sides and load have true heights, and what the close looks would tell of them.

Where the parts are in the picture follows from geometry. How well the network finds their edges,
and what it takes a cargo for, is drawn from how it did on drawn trucks that it never saw
(`truck_answers.csv`: two looks at each of some hundred trucks; `training/cargo/evaluate.py`).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from driving_range.actors import Actor, TraitAt, actor
from driving_range.camera import Camera
from driving_range.ways import Way, posed
from pipeline.types import FloatArray, Kind

_ANSWERS = Path(__file__).with_name("truck_answers.csv")
_LEAST_PX, _EVERY_S, _FIRST, _GROWN = 64.0, 0.5, 6, 1.12  # as pipeline.closeups.cargo looks
_EDGE_LOOK = 0.012  # of the box's height: what an edge's error changes from one look to the next
_WHEEL_LOOK = 0.05  # of a wheel's diameter, likewise
_SCALE_TRUCK, _SCALE_LOOK = 0.028, 0.02  # of a plate's scale
_LEAST_PLATE_PX, _PLATE_MM, _PLATE_M = 7.0, 165.0, 0.8
_JITTER = 0.7  # of a probability's logit, from one look to the next


@dataclass(frozen=True)
class Body:
    """Metres over the road; `cargo` is closed, covered, sunk, heaped or goods."""

    length: float
    width: float
    cab_top: float
    cab_long: float
    floor: float
    side_top: float
    wheel: float
    cargo: str
    load_top: float | None = None

    @property
    def top(self) -> float:
        return max(self.cab_top, self.side_top, self.load_top or 0.0)


def truck(
    body: Body, way: Way, camera: Camera, rng: np.random.Generator, plate: bool = True
) -> Actor:
    """A truck that looks like `body`; without a `plate` no scale is told."""
    plain = actor(Kind.TRUCK, way, rng)
    made = _Told(body, way, camera, int(rng.integers(1 << 31)), plate)
    names = made.names()
    traits: Mapping[str, TraitAt] = {name: made.trait(name) for name in names}
    return replace(plain, size_m=(body.length, body.width, body.top), traits=traits)


class _Told:
    """What would be told of one truck; the same each time it is asked."""

    def __init__(self, body: Body, way: Way, camera: Camera, seed: int, plate: bool) -> None:
        self._body, self._way, self._camera = body, way, camera
        self._seed, self._plate = seed, plate

    def names(self) -> tuple[str, ...]:
        scale = ("mm_per_px", "mm_per_px_sigma") if self._plate else ()
        edges = ("cab_top", "body_top", "body_bottom", "load_top", "wheel_px")
        answers = ("heaped", "covered", "open_bed", "load_share", "seen_aside", "seen_behind")
        return (*edges, *answers, *scale)

    def trait(self, name: str) -> TraitAt:
        return lambda times, boxes: self._all(times, boxes)[name]

    def _all(self, times: FloatArray, boxes: FloatArray) -> Mapping[str, FloatArray]:
        noise = np.random.default_rng(self._seed)
        rows = _table()[self._body.cargo]
        mine = rows[noise.integers(len(rows))]
        values = self._edges(times, boxes, mine, noise)
        values |= self._answers(len(times), mine, noise)
        due = _due(times, boxes, self._camera.size)
        values = {name: np.where(due, column, np.nan) for name, column in values.items()}
        return values | self._scale(times, boxes, noise)

    def _edges(
        self, times: FloatArray, boxes: FloatArray, mine: FloatArray, noise: np.random.Generator
    ) -> dict[str, FloatArray]:
        body, count = self._body, len(times)
        half, front = body.width / 2, body.length / 2
        behind_cab = front - body.cab_long
        cab = self._rows(
            times, [(a, b, body.cab_top) for a in (behind_cab, front) for b in (-half, half)]
        )
        rim = self._rows(
            times, [(a, b, body.side_top) for a in (-front, behind_cab) for b in (-half, half)]
        )
        foot = self._rows(
            times, [(a, b, body.floor) for a in (-front, behind_cab) for b in (-half, half)]
        )
        peak = self._rows(times, [((behind_cab - front) / 2, 0.0, body.load_top or 0.0)])
        tall = boxes[:, 3] - boxes[:, 1]
        azimuth = self._azimuth(times)
        shares = {
            "cab_top": cab.min(axis=1),
            "body_top": rim.min(axis=1),
            "body_bottom": foot.max(axis=1),
            "load_top": peak[:, 0],
        }
        values = {}
        # The errors of one truck of the table: gross ones too, and parts that were not found.
        for (name, row), error in zip(shares.items(), mine[4:8], strict=True):
            values[name] = (row - boxes[:, 1]) / tall + error + noise.normal(0, _EDGE_LOOK, count)
        hidden = (azimuth < 30) & (cab.min(axis=1) > rim.min(axis=1) - 0.02 * tall)
        values["cab_top"][hidden] = np.nan
        if body.load_top is None:
            values["load_top"][:] = np.nan
        ground = self._rows(times, [(-front + 1.0, -half, 0.0), (-front + 1.0, half, 0.0)])
        over = self._rows(
            times, [(-front + 1.0, -half, body.wheel), (-front + 1.0, half, body.wheel)]
        )
        wheel = (ground - over).max(axis=1)
        wheel *= 1 + np.nan_to_num(mine[8]) + noise.normal(0, _WHEEL_LOOK, count)
        values["wheel_px"] = np.where((azimuth > 35) & (noise.random(count) > 0.2), wheel, np.nan)
        sure = 1 / (1 + np.exp(-(azimuth - 60 + noise.normal(0, 5, count)) / 4))
        sure *= 1 / (1 + np.exp((azimuth - 120 + noise.normal(0, 5, count)) / 4))
        values["seen_aside"] = sure
        values["seen_behind"] = 1 / (1 + np.exp((azimuth - 20 + noise.normal(0, 4, count)) / 3))
        return values

    def _rows(self, times: FloatArray, points: list[tuple[float, float, float]]) -> FloatArray:
        """(N, P) rows of the picture of points (along, across, up) of the truck."""
        pose, poses = posed(self._way, times), self._camera.poses(times)
        sin, cos = np.sin(pose[:, 2])[:, None], np.cos(pose[:, 2])[:, None]
        along, across, up = np.array(points, float).T
        world = np.stack(
            [
                pose[:, :1] + along * sin + across * cos,
                np.broadcast_to(up, (len(times), len(up))),
                pose[:, 1:2] + along * cos - across * sin,
            ],
            axis=-1,
        )
        return np.asarray(poses.project(world)[0][..., 1])

    def _azimuth(self, times: FloatArray) -> FloatArray:
        """(N,) degrees between its heading and the line of sight: 0 from behind, 180 from ahead."""
        pose, poses = posed(self._way, times), self._camera.poses(times)
        sight = pose[:, :2] - poses.centres[:, [0, 2]]
        heading = np.column_stack([np.sin(pose[:, 2]), np.cos(pose[:, 2])])
        cosine = (sight * heading).sum(axis=1) / (np.linalg.norm(sight, axis=1) + 1e-9)
        return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1, 1))))

    def _answers(
        self, count: int, mine: FloatArray, noise: np.random.Generator
    ) -> dict[str, FloatArray]:
        """Answers as one truck of the table got them, shaken a little at each look."""
        values = {}
        for name, value in zip(("heaped", "covered", "open_bed"), mine[:3], strict=True):
            safe = np.clip(value, 1e-4, 1 - 1e-4)
            logit = np.log(safe / (1 - safe)) + noise.normal(0, _JITTER, count)
            values[name] = 1 / (1 + np.exp(-logit))
        values["load_share"] = np.clip(mine[3] * (1 + noise.normal(0, 0.15, count)), 0, 1)
        return values

    def _scale(
        self, times: FloatArray, boxes: FloatArray, noise: np.random.Generator
    ) -> dict[str, FloatArray]:
        pose, poses = posed(self._way, times), self._camera.poses(times)
        rear = pose[:, :2] - np.column_stack([np.sin(pose[:, 2]), np.cos(pose[:, 2])]) * (
            self._body.length / 2
        )
        point = np.column_stack([rear[:, 0], np.full(len(times), _PLATE_M), rear[:, 1]])
        true = 1000 * poses.seen_from(point[:, None])[:, 0, 2] / poses.focal_px
        common, each = noise.normal(0, _SCALE_TRUCK), noise.normal(0, _SCALE_LOOK, len(times))
        seen = (_PLATE_MM / true >= _LEAST_PLATE_PX) & (self._azimuth(times) < 50)
        seen &= (np.arange(len(times)) % 5 == 0) & (noise.random(len(times)) > 0.2) & self._plate
        scale = np.where(seen, true * np.exp(common + each), np.nan)
        return {"mm_per_px": scale, "mm_per_px_sigma": scale * np.hypot(_SCALE_TRUCK, _SCALE_LOOK)}


def _due(times: FloatArray, boxes: FloatArray, size: tuple[int, int]) -> FloatArray:
    """(N,) True where the program would look."""
    due = np.zeros(len(times), bool)
    last_s, most, looks = -np.inf, 0.0, 0
    for index, (time, (x1, y1, x2, y2)) in enumerate(zip(times, boxes, strict=True)):
        cut = x1 < 2 or y1 < 2 or x2 > size[0] - 2 or y2 > size[1] - 2
        if y2 - y1 < _LEAST_PX or cut or time - last_s < _EVERY_S:
            continue
        if looks >= _FIRST and y2 - y1 < _GROWN * most:
            continue
        due[index], last_s, most, looks = True, time, max(y2 - y1, most), looks + 1
    return due


@cache
def _table() -> Mapping[str, FloatArray]:
    """By cargo, (R, 9): what the network told, and by how much the edges were off."""
    rows: dict[str, list[list[float]]] = {}
    with _ANSWERS.open() as lines:
        for row in csv.DictReader(lines):
            values = [float(value) for name, value in row.items() if name != "cargo"]
            rows.setdefault(row["cargo"], []).append(values)
    return {cargo: np.array(values) for cargo, values in rows.items()}
