"""A scene as JSON and columns, and back: what a run's record keeps of it."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.types import (
    CameraMotion,
    EgoMotion,
    Gap,
    LaneLine,
    LightState,
    Positions,
    Scene,
    SoundEvent,
    SoundKind,
    StopLine,
    TrafficLight,
)

Columns = dict[str, NDArray[Any]]
_POSITIONS = ("latitudes", "longitudes", "speeds_mps", "headings_deg")


def columns_of(scene: Scene) -> Columns:
    """What the scene knows of each sampled frame, arrays of one length."""
    ego, positions = scene.ego, scene.positions
    columns: Columns = {
        "times_s": ego.times_s,
        "homographies": ego.homographies,
        "states": np.array([state.value for state in ego.states], dtype="U10"),
        "inlier_shares": ego.inlier_shares,
    }
    if positions is not None:
        columns |= {name: getattr(positions, name) for name in _POSITIONS}
    return columns


def rest_of(scene: Scene) -> dict[str, Any]:
    """Everything else of it but the user's zones, for JSON."""
    return {
        "width": scene.width,
        "height": scene.height,
        "sample_rate_hz": scene.sample_rate_hz,
        "gaps": [asdict(gap) for gap in scene.gaps],
        "lines": [_plain(line) for line in scene.lines],
        "stop_lines": [_plain(line) for line in scene.stop_lines],
        "lights": [_plain(light) for light in scene.lights],
        "sounds": None if scene.sounds is None else [_plain(event) for event in scene.sounds],
    }


def scene_of(columns: Columns, rest: dict[str, Any]) -> Scene:
    """The scene again. Raises KeyError, TypeError or ValueError for what is none."""
    sounds = rest["sounds"]
    return Scene(
        width=rest["width"],
        height=rest["height"],
        sample_rate_hz=rest["sample_rate_hz"],
        ego=EgoMotion(
            times_s=columns["times_s"],
            homographies=columns["homographies"],
            states=tuple(CameraMotion(str(state)) for state in columns["states"]),
            inlier_shares=columns["inlier_shares"],
        ),
        lines=tuple(
            LaneLine(**{**line, "points": np.array(line["points"])}) for line in rest["lines"]
        ),
        gaps=tuple(Gap(**gap) for gap in rest["gaps"]),
        stop_lines=tuple(
            StopLine(**{**line, "points": np.array(line["points"])}) for line in rest["stop_lines"]
        ),
        lights=tuple(map(_light, rest["lights"])),
        sounds=None if sounds is None else tuple(map(_sound, sounds)),
        positions=(
            Positions(columns["times_s"], *(columns[name] for name in _POSITIONS))
            if _POSITIONS[0] in columns
            else None
        ),
    )


def _plain(item: Any) -> dict[str, Any]:
    """A dataclass with arrays as lists; NaN, which JSON has not, as None."""
    fields = asdict(item)
    for name, value in fields.items():
        if isinstance(value, np.ndarray):
            fields[name] = value.tolist()
        elif isinstance(value, float) and math.isnan(value):
            fields[name] = None
    return fields


def _light(fields: dict[str, Any]) -> TrafficLight:
    return TrafficLight(
        times_s=np.array(fields["times_s"], np.float64),
        boxes=np.array(fields["boxes"], np.float32).reshape(-1, 4),
        states=tuple(LightState(state) for state in fields["states"]),
        confidences=np.array(fields["confidences"], np.float32),
        is_arrow=fields["is_arrow"],
    )


def _sound(fields: dict[str, Any]) -> SoundEvent:
    pitch = fields["pitch_hz"]
    known = {"kind": SoundKind(fields["kind"]), "pitch_hz": math.nan if pitch is None else pitch}
    return SoundEvent(**{**fields, **known})
