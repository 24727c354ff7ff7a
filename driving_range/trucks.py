"""Trucks whose cab, sides and load have true heights, and what the close looks would tell of them.

Where the parts are in the picture follows from geometry. How well the network finds their edges,
and what it takes the cargo and the view for, is how it did on one drawn truck that it never saw,
among those that are most like this one (`truck_answers.csv`: three looks at each of some hundred
trucks from each of four sides, with one camera and one sun, so that looks err as much alike as
along a track; `training/cargo/passages.py`, `evaluate.py`). `true_azimuth` (degrees, 0 from behind)
and `true_shows` (load over the sides, in shares of the box's height) are the truth behind a look.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from driving_range.actors import Actor, TraitAt, actor
from driving_range.camera import Camera
from driving_range.ways import Way, posed
from pipeline.types import FloatArray, Kind

_ANSWERS = Path(__file__).with_name("truck_answers.csv")
_LEAST_PX, _EVERY_S, _FIRST, _GROWN = 64.0, 0.5, 6, 1.12  # as pipeline.closeups.cargo looks
_SCALE_TRUCK, _SCALE_LOOK = 0.028, 0.02  # of a plate's scale
_LEAST_PLATE_PX, _PLATE_MM, _PLATE_M = 7.0, 165.0, 0.8
_VIEWS_DEG = (20, 60, 120)  # between the table's four views
_LIKE = 6  # trucks of the table most like one, of which one is drawn
_SIDES, _SHOWS = 0.1, 0.03  # differences that weigh alike: sides over cab, load over sides
_TOLD = ("heaped", "covered", "open_bed", "load_share", "cover_share", "seen_aside", "seen_behind")
_EDGES = ("cab_top", "body_top", "body_bottom", "load_top", "wheel_px")


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
        return (*_EDGES, *_TOLD, "true_azimuth", "true_shows", *scale)

    def trait(self, name: str) -> TraitAt:
        return lambda times, boxes: self._all(times, boxes)[name]

    def _all(self, times: FloatArray, boxes: FloatArray) -> Mapping[str, FloatArray]:
        noise = np.random.default_rng(self._seed)
        due = _due(times, boxes, self._camera.size)
        azimuth = self._azimuth(times)
        true = self._true_edges(times, boxes)
        shows = true["body_top"] - true["load_top"] if self._body.load_top else np.zeros(len(times))
        views = np.searchsorted(_VIEWS_DEG, azimuth)
        looks = self._looks(views, due, float(np.median(shows[due])) if due.any() else 0.0, noise)
        values = {name: looks[name] for name in _TOLD}
        values |= {"true_azimuth": azimuth, "true_shows": shows}
        # Where the table's truck shows no load, what was told of one is over its sides' top.
        unseen = np.isnan(looks["shows"])
        true["load_top"] = np.where(unseen, true["body_top"], true["load_top"])
        for name in _EDGES:
            error = looks[name]
            values[name] = true[name] * (1 + error) if name == "wheel_px" else true[name] + error
        values = {name: np.where(due, column, np.nan) for name, column in values.items()}
        return values | self._scale(times, boxes, noise)

    def _looks(
        self, views: NDArray[np.int64], due: FloatArray, shows: float, noise: np.random.Generator
    ) -> Mapping[str, FloatArray]:
        """Columns (N,) of the table: the looks at one truck like this one, in their order."""
        body = self._body
        trucks = _table()[body.cargo]
        often = np.bincount(views[due], minlength=len(_VIEWS_DEG) + 1)
        seen = np.array([np.nansum(often * truck.shows) / max(often.sum(), 1) for truck in trucks])
        sides = np.array([truck.sides for truck in trucks])
        unlike = (
            np.abs(sides - body.side_top / body.cab_top) / _SIDES + np.abs(seen - shows) / _SHOWS
        )
        one = trucks[
            int(np.argsort(unlike, kind="stable")[noise.integers(min(_LIKE, len(trucks)))])
        ]
        which = np.zeros(len(views), int)
        for view in range(len(_VIEWS_DEG) + 1):
            here = views == view
            rows = np.flatnonzero(one.views == view)
            which[here] = rows[np.maximum(np.cumsum(due & here)[here] - 1, 0) % len(rows)]
        return {name: column[which] for name, column in one.columns.items()}

    def _true_edges(self, times: FloatArray, boxes: FloatArray) -> dict[str, FloatArray]:
        """Shares of the box's height from its top; the wheel in pixels; NaN where hidden."""
        body = self._body
        half, front = body.width / 2, body.length / 2
        behind_cab = front - body.cab_long
        ends, sides = (-front, behind_cab), (-half, half)
        top, tall = boxes[:, 1], boxes[:, 3] - boxes[:, 1]

        def rows(along: tuple[float, float], up: float) -> FloatArray:
            return self._rows(times, [(a, b, up) for a in along for b in sides])

        cab = rows((behind_cab, front), body.cab_top).min(axis=1)
        rim = rows(ends, body.side_top).min(axis=1)
        foot = rows(ends, body.floor).max(axis=1)
        peak = self._rows(times, [((behind_cab - front) / 2, 0.0, body.load_top or body.side_top)])
        tread = (-front + 1.0, -front + 1.0)
        wheel = (rows(tread, 0.0) - rows(tread, body.wheel)).max(axis=1)
        azimuth = self._azimuth(times)
        hidden = (azimuth < 30) & (cab > rim - 0.02 * tall)
        return {
            "cab_top": np.where(hidden, np.nan, (cab - top) / tall),
            "body_top": (rim - top) / tall,
            "body_bottom": (foot - top) / tall,
            "load_top": (peak[:, 0] - top) / tall,
            "wheel_px": np.where(azimuth > 35, wheel, np.nan),
        }

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


@dataclass(frozen=True)
class _Drawn:
    """One truck of the table and the looks at it."""

    sides: float  # their top over the cab's
    views: NDArray[np.int64]  # (R,) 0 behind, 1 behind and aside, 2 aside, 3 ahead
    shows: FloatArray  # (4,) by view: load over the sides, shares of the box's height, 0 unseen
    columns: Mapping[str, FloatArray]  # (R,)


@cache
def _table() -> Mapping[str, list[_Drawn]]:
    """Trucks by cargo."""
    looks: dict[tuple[str, str], list[dict[str, str]]] = {}
    with _ANSWERS.open() as lines:
        for row in csv.DictReader(lines):
            looks.setdefault((row["cargo"], row["truck"]), []).append(row)
    found: dict[str, list[_Drawn]] = {}
    for (cargo, _), rows in looks.items():
        views = np.array([int(row["view"]) for row in rows])
        columns = {
            name: np.array([float(row[name]) for row in rows])
            for name in rows[0]
            if name not in ("truck", "cargo")
        }
        shown = np.nan_to_num(columns["shows"])
        shows = np.array([shown[views == view].mean() for view in range(len(_VIEWS_DEG) + 1)])
        found.setdefault(cargo, []).append(_Drawn(float(rows[0]["sides"]), views, shows, columns))
    return found
