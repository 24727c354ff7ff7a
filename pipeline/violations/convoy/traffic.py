"""What sets a convoy apart from traffic: who else rides there, its front, its end, its motion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.types import FloatArray, Scene
from pipeline.violations.convoy.placed import Placed
from pipeline.violations.convoy.sparse import nanmax, nanmean, nanmedian, nanmin

GAP_S = 1.5  # so long nobody else rides there before or after the group: it has a front, an end
_FEW = 0.2  # of the group's number: so many may ride before or after it
_AMONG_M = (2.0, 6.0)  # sideways and along: so near to the group's members is among them
_LOOKS_AMONG = 6  # at a car
_EDGE = 0.02  # of the picture's size


def change(ahead: FloatArray, times: FloatArray) -> float:
    """By what share of their distance members draw away, a second; median over members."""
    rates = []
    for column in np.log(ahead).T:
        known = np.isfinite(column)
        if known.sum() >= 8:
            rates.append(float(np.polyfit(times[known], column[known], 1)[0]))
    return float(np.median(rates)) if rates else 0.0


def outside(
    placed: Placed, members: NDArray[np.bool_], velocity: FloatArray, part: slice, driven: bool
) -> float:
    """Share of looks at motorbikes riding that way that are not the group's."""
    others = placed.is_motorbike & ~members
    same = others & _same_way(placed, velocity, driven)
    inside = float((placed.seen[part] & members).sum())
    outside = float((placed.seen[part] & same).sum())
    return outside / max(inside + outside, 1.0)


def _same_way(placed: Placed, velocity: FloatArray, driven: bool) -> NDArray[np.bool_]:
    """(B,) who rides in the group's direction, faster or slower than it."""
    own = nanmean(placed.velocities, axis=0)
    with np.errstate(all="ignore"):
        if driven:  # against the group: what comes towards it or is parked falls back quickly
            return np.asarray(own[:, 1] - velocity[1] > -4.0)
        speed = float(np.linalg.norm(velocity))
        along = own @ velocity / speed
        return np.asarray((along > 0.25 * speed) & (along > 1.0))


def among(placed: Placed, members: NDArray[np.bool_], part: slice) -> int:
    """Cars, buses and trucks that travel inside of the group."""
    group = placed.places[part][:, members]
    low, high = nanmin(group), nanmax(group)
    places, reach = placed.places[part], np.array(_AMONG_M)
    inside = (places > low[:, None] - reach) & (places < high[:, None] + reach)
    looks = np.isfinite(places[..., 0]).sum(axis=0)
    share = inside.all(axis=-1).sum(axis=0) / np.maximum(looks, 1)
    drift = np.abs(
        nanmean(
            placed.velocities[part] - nanmedian(placed.velocities[part][:, members], 1)[:, None],
            axis=0,
        )
    )
    among = ~placed.is_motorbike & (share > 0.3) & (looks >= _LOOKS_AMONG)
    return int((among & (drift[:, 1] < 3.0)).sum())


def turnover(placed: Placed, members: NDArray[np.bool_], part: slice, scene: Scene) -> int:
    """How many motorbikes come or go at the sides or the lower edge of the picture meanwhile."""
    first, last = placed.first + part.start, placed.first + part.stop - 1
    x_edge, y_edge = _EDGE * scene.width, _EDGE * scene.height
    events = 0
    for track, is_bike in zip(placed.tracks, placed.is_motorbike, strict=True):
        for frame, box in ((track.frames[0], track.boxes[0]), (track.frames[-1], track.boxes[-1])):
            at_edge = (
                box[0] < x_edge or box[2] > scene.width - x_edge or box[3] > scene.height - y_edge
            )
            events += bool(is_bike and at_edge and first + 2 < frame < last - 2)
    return events


def ends(
    placed: Placed, members: NDArray[np.bool_], velocity: FloatArray, number: int, rate: float
) -> str | None:
    """None where the group has a front and an end; else why it is not told, or "" for a stream."""
    same = placed.is_motorbike & (members | _same_way(placed, velocity, driven=False))
    counts = (placed.seen & same).sum(axis=1)
    inside = np.flatnonzero((placed.seen & members).any(axis=1))
    need = round(GAP_S * rate)
    few = max(_FEW * number, 1.0)
    before = counts[max(inside[0] - need, 0) : inside[0]]
    after = counts[inside[-1] + 1 : inside[-1] + 1 + need]
    front = len(before) >= need and float(before.mean()) <= few
    end = len(after) >= need and float(after.mean()) <= few
    if front and end:
        return None
    if (len(before) >= need and not front) or (len(after) >= need and not end):
        return ""
    if front or end:
        return None
    return "neither the front nor the end of the stream of motorbikes is seen"
