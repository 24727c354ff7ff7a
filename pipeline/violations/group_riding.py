"""Tụ tập thành đoàn: many motorbikes that ride as one group, spread over the road.

Observed: motorbikes placed on level ground, frame by frame. With h the height of a box, y its foot
and y0 the horizon, h = c (y - y0) (Hoiem, Efros and Hebert, Putting Objects in Perspective, 2008,
eq. 1); c is fitted within frames, so that a nodding camera does not matter, y0 is then the median
of y - h / c. A motorbike of `_TALL_M` gives the camera's height `_TALL_M` / c, and

    ahead = focal * camera / (y - y0),   right = (x - middle) * camera / (y - y0).

Those that are near each other and keep their places (difference of their velocities, over a second
and more) are a group. A group is a candidate when it is large, several abreast, seen for long, and
set apart: ordinary traffic in Vietnam is hundreds of motorbikes that move together and lawfully,
but each rides at a speed of its own, with cars among them, and neither front nor end is seen. So
silent are: motorbikes of the same direction that do not keep with the group in number, cars and
trucks inside of it, members that come and go at the picture's edge, a stream without a gap.

That they ride is told against the background: under a camera that stands, by their way in metres;
under one that drives, by how much slower they grow than the background does (what is parked grows
faster than what lies behind it).

It cannot tell: a lawful convoy (a funeral, a wedding, a club on tour), who belongs to whom, nor a
group from dense traffic that happens to keep its places. Its confidence never exceeds `_MOST_SURE`.
The number of 8 is no law's: fewer are a family or friends, and leave a platoon from a green light
too little to be told from; whoever wants fewer sets fewer.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.scene.ground import chained
from pipeline.types import (
    Abstention,
    CameraMotion,
    FloatArray,
    Incident,
    Kind,
    Measure,
    Scene,
    Track,
)
from pipeline.violations.base import Language, Rule, RuleSettings, spans
from pipeline.violations.registry import rule

_TALL_M, _TALL_SHARE = 1.3, 0.15  # a motorbike's box, bare or with its riders, and how it varies
_BIKE_M = 0.75  # wide
_FOCAL, _FOCAL_SHARE = 0.9, 0.2  # of the picture's width, as in `pipeline.scene.road`
_LEAST_PX = 14.0  # smaller boxes are too far away to place
_FARTHEST_M = 45.0  # beyond, velocities are noise
_CAMERA_M = (0.5, 12.0)  # a height outside of this is a wrong horizon
_HALF_WINDOW_S = 1.0  # velocities are fitted over so long before and after
_NEAR_M = (4.0, 8.0)  # sideways and along: so near is the next one of a group
_ROW_M = 3.5  # along the road: within, they ride in one row
_BESIDE_M = 0.6  # sideways: nearer is one motorbike seen twice
_LEAST_COMMON_S = 1.5  # two that are seen together for less are not compared
_BLOCK_S = 60.0  # longer times full of motorbikes are judged piece by piece
_BRIDGE_S = 1.5
_GAP_S = 1.5  # so long nobody else rides there before or after the group: it has a front, an end
_STRAGGLE_S = 4.0  # the first and the last are seen so long before and after the bulk
_FEW = 0.2  # of the group's number: so many may ride before or after it
_MOST_OUTSIDE = 0.25  # of the looks at motorbikes of that direction: more is traffic
_MOST_AMONG = 0.1  # cars for each motorbike
_AMONG_M = (2.0, 6.0)  # sideways and along: so near to the group's members is among them
_LOOKS_AMONG = 6  # at a car
_MOST_TURNOVER = 0.05  # comings and goings at the edge, a second and member
_EDGE = 0.02  # of the picture's size
_RIDES_MPS = 1.5
_RECEDES = 0.02  # a second: so much slower than the background it grows, or it may be parked
_MOST_SURE = 0.65
_CARS = (Kind.CAR, Kind.BUS, Kind.TRUCK)

_DRIVEN: dict[Language, str] = {
    "vi": (
        "Ít nhất {motorbikes:.0f} xe mô tô đi thành nhóm phía trước xe quay phim trong "
        "{together:.1f} giây, dàn {abreast:.0f} xe ngang nhau, rộng khoảng {spread:.1f} m. "
        "Cần xem lại: có thể là dòng xe đông."
    ),
    "en": (
        "At least {motorbikes:.0f} motorbikes ride as a group ahead of the filming vehicle for "
        "{together:.1f} seconds, {abreast:.0f} abreast, about {spread:.1f} m wide. "
        "Check it: it may be dense traffic."
    ),
}


class GroupRidingSettings(RuleSettings):
    motorbikes: int = Field(8, ge=4, description="so many seen at once are a group")
    abreast: int = Field(3, ge=2, description="of them side by side")
    least_s: float = Field(6.0, gt=0, description="the group is in view for at least so long")
    apart_mps: float = Field(
        1.0, gt=0, description="velocities that differ by less (m/s) are one group's"
    )
    uneven_mps: float = Field(
        0.4, gt=0, description="the members' velocities scatter by at most so much (m/s, rms)"
    )


@dataclass(frozen=True, slots=True)
class _Field:
    """Vehicles on level ground: F frames in a row by B tracks, NaN where one is not seen."""

    first: int  # frame
    times_s: FloatArray  # (F,)
    tracks: tuple[Track, ...]  # B
    places: FloatArray  # (F, B, 2) metres to the right and ahead
    velocities: FloatArray  # (F, B, 2) metres a second against the camera, without its pan
    seen: NDArray[np.bool_]  # (F, B) between its first and last look
    is_motorbike: NDArray[np.bool_]  # (B,)


@rule
class GroupRiding(Rule[GroupRidingSettings]):
    id = "group_riding"
    names: ClassVar[dict[Language, str]] = {
        "vi": "Tụ tập thành đoàn",
        "en": "Riding as a group over the width of the road",
    }
    settings_type = GroupRidingSettings
    sentence: ClassVar[dict[Language, str]] = {
        "vi": (
            "Ít nhất {motorbikes:.0f} xe mô tô đi thành nhóm trong {together:.1f} giây với tốc độ "
            "chung khoảng {group_speed:.0f} km/h, dàn {abreast:.0f} xe ngang nhau, rộng khoảng "
            "{spread:.1f} m. Cần xem lại: có thể là dòng xe đông."
        ),
        "en": (
            "At least {motorbikes:.0f} motorbikes ride as a group for {together:.1f} seconds at "
            "a common speed of about {group_speed:.0f} km/h, {abreast:.0f} abreast, about "
            "{spread:.1f} m wide. Check it: it may be dense traffic."
        ),
    }

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        bikes = [track for track in tracks if track.kind is Kind.MOTORBIKE and _is_usable(track)]
        cars = [track for track in tracks if track.kind in _CARS and _is_usable(track)]
        for first, last in _blocks(bikes, self.settings.motorbikes, scene):
            yield from self._block(bikes, cars, first, last, scene)

    def _block(
        self, bikes: Sequence[Track], cars: Sequence[Track], first: int, last: int, scene: Scene
    ) -> Iterator[Incident | Abstention]:
        times = scene.ego.times_s
        start, end = float(times[first]), float(times[last])
        if end - start < self.settings.least_s:
            return
        margin = round((_GAP_S + _STRAGGLE_S) * scene.sample_rate_hz)
        field = _field([*bikes, *cars], max(first - margin, 0), last + margin, scene)
        if field is None:
            yield Abstention(
                self.id, start, end, "the motorbikes do not tell how far away each of them is"
            )
            return
        for members in _groups(field, self.settings.apart_mps):
            found = self._judge(field, members, scene)
            if isinstance(found, str):
                yield Abstention(self.id, start, end, found)
            elif found is not None:
                yield found

    def _judge(
        self, field: _Field, members: NDArray[np.bool_], scene: Scene
    ) -> Incident | str | None:
        """A candidate, or why it cannot be told, or None where it is none."""
        settings = self.settings
        rate = scene.sample_rate_hz
        counts = (field.seen & members).sum(axis=1)
        most = max(settings.motorbikes / 2, 3)
        parts = list(spans((counts >= most).tolist(), field.times_s.tolist(), _BRIDGE_S))
        if not parts:
            return None
        part = max(parts, key=lambda one: one.stop - one.start)
        times = field.times_s[part]
        together = float(times[-1] - times[0])
        number = _lasting(counts[part], round(2 * rate))
        if together < settings.least_s or number < settings.motorbikes:
            return None
        abreast, spread = _rows(field.places[part][:, members])
        if abreast < settings.abreast:
            return None
        uneven = _unevenness(field.velocities[:, members])
        if uneven > settings.uneven_mps:
            return None  # each at a speed of their own: traffic, or a platoon from a light
        velocity = _common(field.velocities[part][:, members])
        states = scene.ego.states[field.first + part.start : field.first + part.stop]
        unknown, driving = (
            float(np.mean([state is wanted for state in states]))
            for wanted in (CameraMotion.UNKNOWN, CameraMotion.DRIVING)
        )
        if unknown > 0.4:
            return "too little of the background can be followed"
        driven = driving > 0.4
        speed = float(np.linalg.norm(velocity))
        if driven:
            growth = _background_growth(scene, field.first + part.start, field.first + part.stop)
            growing = -_change(field.places[part][:, members, 1], times)
            if growth < _RECEDES:
                return "the background does not show how the camera drives"
            if growth - growing < _RECEDES:
                return None  # parked, for all that can be seen
        elif speed < _RIDES_MPS:
            return None
        outside = _outside(field, members, velocity, part, driven)
        if outside > _MOST_OUTSIDE or _among(field, members, part) > _MOST_AMONG * number:
            return None
        if driven:
            if _turnover(field, members, part, scene) > _MOST_TURNOVER * number * together:
                return None
        else:
            reason = _ends(field, members, velocity, number, rate)
            if reason is not None:
                return reason or None
        return self._incident(
            field,
            members,
            part,
            number,
            abreast,
            spread,
            uneven,
            outside,
            None if driven else speed,
            rate,
        )

    def _incident(
        self,
        field: _Field,
        members: NDArray[np.bool_],
        part: slice,
        number: int,
        abreast: float,
        spread: float,
        uneven: float,
        outside: float,
        speed: float | None,
        rate: float,
    ) -> Incident:
        settings = self.settings
        times = field.times_s[part]
        together = float(times[-1] - times[0])
        measures = [
            Measure("motorbikes", float(number), ""),
            Measure("together", round(together, 1), "s", 1 / rate),
            Measure("abreast", float(round(abreast)), ""),
            Measure("spread", round(spread, 1), "m", round(_TALL_SHARE * spread, 1)),
            Measure("unevenness", round(uneven, 2), "m/s"),
            Measure("outsiders", round(100 * outside, 0), "%"),
        ]
        if speed is not None:
            sigma = 3.6 * speed * float(np.hypot(_TALL_SHARE, _FOCAL_SHARE))
            measures.append(Measure("group_speed", round(3.6 * speed, 1), "km/h", round(sigma, 1)))
        confidence = (
            0.42
            + 0.08 * min((number - settings.motorbikes) / 6, 1)
            + 0.08 * min((together - settings.least_s) / 6, 1)
            + 0.07 * min((abreast - settings.abreast) / 2, 1)
        ) * (1 - outside)
        lengths = (field.seen[part] & members).sum(axis=0)
        order = np.argsort(-lengths, kind="stable")[: int(members.sum())]
        ids = [field.tracks[index].id for index in order]
        lead = field.tracks[int(order[0])]
        sizes = np.nansum(
            np.where(members, 1 / np.maximum(field.places[part][..., 1], 1.0), 0), axis=1
        )
        best = float(times[int(sizes.argmax())])
        return self.incident(
            lead,
            (float(times[0]), float(times[-1])),
            min(confidence, _MOST_SURE),
            measures,
            [best, float(times[0]), float(times[-1])],
            ids[1:],
            None if speed is not None else _DRIVEN,
        )


def _is_usable(track: Track) -> bool:
    heights = track.boxes[:, 3] - track.boxes[:, 1]
    return len(track) >= 6 and float(np.median(heights)) >= _LEAST_PX


def _blocks(bikes: Sequence[Track], least: int, scene: Scene) -> Iterator[tuple[int, int]]:
    """First and last frames between which half a group or more is in view."""
    total = len(scene.ego.times_s)
    steps = np.zeros(total + 1, np.int64)
    for track in bikes:
        steps[track.frames[0]] += 1
        steps[min(int(track.frames[-1]) + 1, total)] -= 1
    counts = np.cumsum(steps)[:total]
    for part in spans((counts >= least / 2).tolist(), scene.ego.times_s.tolist(), _BRIDGE_S):
        if counts[part].max() < least:
            continue
        piece = max(round(_BLOCK_S * scene.sample_rate_hz), 1)
        for first in range(part.start, part.stop, piece):
            yield first, min(first + piece, part.stop) - 1


def _field(tracks: Sequence[Track], first: int, last: int, scene: Scene) -> _Field | None:
    """Where everyone is on the ground, or None where the sizes do not tell."""
    last = min(last, len(scene.ego.times_s) - 1)
    here = [t for t in tracks if t.frames[0] <= last and t.frames[-1] >= first]
    times = scene.ego.times_s[first : last + 1]
    boxes = np.full((len(times), len(here), 4), np.nan)
    seen = np.zeros((len(times), len(here)), bool)
    for column, track in enumerate(here):
        rows = np.flatnonzero((track.frames >= first) & (track.frames <= last))
        if len(rows):
            inside = track.frames[rows] - first
            boxes[inside, column] = track.boxes[rows]
            seen[inside[0] : inside[-1] + 1, column] = True
    is_motorbike = np.array([track.kind is Kind.MOTORBIKE for track in here], bool)
    x, foot = (boxes[..., 0] + boxes[..., 2]) / 2, boxes[..., 3]
    height = np.where(is_motorbike, foot - boxes[..., 1], np.nan)
    height[(foot > scene.height - 3) | (boxes[..., 0] < 3) | (boxes[..., 2] > scene.width - 3)] = (
        np.nan
    )
    slope = _slope(height, foot)
    if slope is None:
        return None
    with np.errstate(all="ignore"):
        horizon = _filled(_nanmedian(foot - height / slope, axis=1))
        camera = _TALL_M / slope
        below = foot - horizon[:, None]
        below[below < 2] = np.nan
        middle = chained(scene.ego, range(first, last + 1), (scene.width / 2, float(horizon[0])))
        places = np.stack(
            [(x - middle[:, :1]) * camera / below, _FOCAL * scene.width * camera / below], axis=-1
        )
        places[places[..., 1] > 1.6 * _FARTHEST_M] = np.nan
    velocities = _velocities(places, times, scene.sample_rate_hz)
    velocities[places[..., 1] > _FARTHEST_M] = np.nan
    return _Field(first, times, tuple(here), places, velocities, seen, is_motorbike)


def _slope(height: FloatArray, foot: FloatArray) -> float | None:
    """c of h = c (y - y0), fitted within frames; None where it is not told well enough."""
    known = np.isfinite(height) & (np.isfinite(height).sum(axis=1) >= 4)[:, None]
    if known.sum() < 30:
        return None
    h, y = np.where(known, height, np.nan), np.where(known, foot, np.nan)
    keep = known.any(axis=1)
    h, y = h[keep], y[keep]
    h, y = h - np.nanmean(h, axis=1, keepdims=True), y - np.nanmean(y, axis=1, keepdims=True)
    squares = float(np.nansum(y * y))
    if squares <= 0:
        return None
    slope = float(np.nansum(h * y)) / squares
    # What is off of one motorbike's height is off in all of its looks: as good as so many tracks.
    tracks = max(int(known.any(axis=0).sum()), 3)
    left = float(np.nanvar(h - slope * y)) * known.sum() / tracks
    sigma = np.sqrt(left / squares)
    if slope <= 0 or sigma > 0.3 * slope:
        return None
    return slope if _CAMERA_M[0] < _TALL_M / slope < _CAMERA_M[1] else None


def _velocities(places: FloatArray, times: FloatArray, rate: float) -> FloatArray:
    """(F, B, 2) slopes of straight lines through the places around each frame."""
    half = max(round(_HALF_WINDOW_S * rate), 1)
    padded = np.pad(places, ((half, half), (0, 0), (0, 0)), constant_values=np.nan)
    clock = np.pad(times, half, constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=0)
    moments = np.lib.stride_tricks.sliding_window_view(clock, 2 * half + 1)[:, None, None, :]
    known = np.isfinite(around)
    count = np.maximum(known.sum(axis=-1), 1)
    t = np.where(known, moments, 0.0)
    p = np.where(known, around, 0.0)
    t = np.where(known, t - (t.sum(axis=-1) / count)[..., None], 0.0)
    with np.errstate(all="ignore"):
        result = (t * p).sum(axis=-1) / (t * t).sum(axis=-1)
    result[(count < half + 1) | ~np.isfinite(places)] = np.nan
    return np.asarray(result)


def _groups(field: _Field, apart: float) -> Iterator[NDArray[np.bool_]]:
    """(B,) masks of motorbikes that are near each other and keep their places."""
    columns = np.flatnonzero(field.is_motorbike)
    places, velocities = field.places[:, columns], field.velocities[:, columns]
    count = len(columns)
    rate = 1 / max(float(np.median(np.diff(field.times_s))), 1e-3)
    linked = np.zeros((count, count), bool)
    for one in range(count):
        rows = np.flatnonzero(np.isfinite(velocities[:, one, 0]))
        others = np.flatnonzero(
            np.isfinite(velocities[rows, :, 0]).sum(axis=0) >= _LEAST_COMMON_S * rate
        )
        if len(others) == 0:
            continue
        both = np.ix_(rows, others)
        offset = np.abs(places[both] - places[rows][:, [one]])
        apart_by = velocities[both] - velocities[rows][:, [one]]
        near = _nanmedian(offset, axis=0) <= np.array(_NEAR_M)
        same = np.linalg.norm(_nanmean(apart_by, axis=0), axis=-1) <= 1.5 * apart
        linked[one, others] = near.all(axis=-1) & same
    for component in _components(linked):
        if len(component) < 4:
            continue
        velocity = _nanmedian(velocities[:, component], axis=1)
        off = np.linalg.norm(
            _nanmean(velocities[:, component] - velocity[:, None], axis=0), axis=-1
        )
        members = np.zeros(len(field.tracks), bool)
        members[columns[component][off <= apart]] = True
        yield members


def _components(linked: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    left = np.ones(len(linked), bool)
    while left.any():
        inside = np.zeros(len(linked), bool)
        inside[int(np.flatnonzero(left)[0])] = True
        while True:
            grown = inside | linked[inside].any(axis=0)
            if bool((grown == inside).all()):
                break
            inside = grown
        left &= ~inside
        yield np.flatnonzero(inside)


def _lasting(counts: NDArray[np.int64], samples: int) -> int:
    """The most that are in view for most of so many samples in a row."""
    if len(counts) < samples or samples < 1:
        return 0
    around = np.lib.stride_tricks.sliding_window_view(counts, samples)
    return int(np.median(around, axis=1).max())


def _rows(places: FloatArray) -> tuple[float, float]:
    """Median over frames of how many ride in the widest row, and of its width in metres."""
    numbers, widths = [], []
    for frame in places:
        here = frame[np.isfinite(frame[:, 0]) & (frame[:, 1] < _FARTHEST_M)]
        if len(here) < 4:
            continue
        best, width = 0, 0.0
        for ahead in here[:, 1]:
            row = np.sort(here[(here[:, 1] >= ahead) & (here[:, 1] <= ahead + _ROW_M), 0])
            count, last = 0, -np.inf
            for x in row:
                if x - last >= _BESIDE_M:
                    count, last = count + 1, x
            reach = float(row[-1] - row[0]) + _BIKE_M
            if (count, reach) > (best, width):
                best, width = count, reach
        numbers.append(best)
        widths.append(width)
    return (float(np.median(numbers)), float(np.median(widths))) if numbers else (0.0, 0.0)


def _common(velocities: FloatArray) -> FloatArray:
    """(2,) the velocity that the members share, median over all looks."""
    return np.nan_to_num(_nanmedian(velocities.reshape(-1, 2), axis=0))


def _unevenness(velocities: FloatArray) -> float:
    """How far the members' mean velocities are off from the group's, rms over members, m/s."""
    off = _nanmean(velocities - _nanmedian(velocities, axis=1)[:, None], axis=0)
    known = off[np.isfinite(off[:, 0])]
    return float(np.sqrt((known**2).sum(axis=1).mean())) if len(known) else np.inf


def _change(ahead: FloatArray, times: FloatArray) -> float:
    """By what share of their distance members draw away, a second; median over members."""
    rates = []
    for column in np.log(ahead).T:
        known = np.isfinite(column)
        if known.sum() >= 8:
            rates.append(float(np.polyfit(times[known], column[known], 1)[0]))
    return float(np.median(rates)) if rates else 0.0


def _background_growth(scene: Scene, first: int, stop: int) -> float:
    """By what share the background grows, a second: positive driving ahead."""
    ego = scene.ego
    logs = []
    for frame in range(max(first, 1), stop):
        if ego.states[frame] is CameraMotion.DRIVING:
            scale = float(np.linalg.det(ego.homographies[frame][:2, :2]))
            step = float(ego.times_s[frame] - ego.times_s[frame - 1])
            logs.append(0.5 * np.log(max(scale, 1e-6)) / max(step, 1e-3))
    return float(np.mean(logs)) if logs else 0.0


def _outside(
    field: _Field, members: NDArray[np.bool_], velocity: FloatArray, part: slice, driven: bool
) -> float:
    """Share of looks at motorbikes riding that way that are not the group's."""
    others = field.is_motorbike & ~members
    same = others & _same_way(field, velocity, driven)
    inside = float((field.seen[part] & members).sum())
    outside = float((field.seen[part] & same).sum())
    return outside / max(inside + outside, 1.0)


def _same_way(field: _Field, velocity: FloatArray, driven: bool) -> NDArray[np.bool_]:
    """(B,) who rides in the group's direction, faster or slower than it."""
    own = _nanmean(field.velocities, axis=0)
    with np.errstate(all="ignore"):
        if driven:  # against the group: what comes towards it or is parked falls back quickly
            return np.asarray(own[:, 1] - velocity[1] > -4.0)
        speed = float(np.linalg.norm(velocity))
        along = own @ velocity / speed
        return np.asarray((along > 0.25 * speed) & (along > 1.0))


def _among(field: _Field, members: NDArray[np.bool_], part: slice) -> int:
    """Cars, buses and trucks that travel inside of the group."""
    group = field.places[part][:, members]
    low, high = _nanmin(group), _nanmax(group)
    places, reach = field.places[part], np.array(_AMONG_M)
    inside = (places > low[:, None] - reach) & (places < high[:, None] + reach)
    looks = np.isfinite(places[..., 0]).sum(axis=0)
    share = inside.all(axis=-1).sum(axis=0) / np.maximum(looks, 1)
    drift = np.abs(
        _nanmean(
            field.velocities[part] - _nanmedian(field.velocities[part][:, members], 1)[:, None],
            axis=0,
        )
    )
    among = ~field.is_motorbike & (share > 0.3) & (looks >= _LOOKS_AMONG)
    return int((among & (drift[:, 1] < 3.0)).sum())


def _turnover(field: _Field, members: NDArray[np.bool_], part: slice, scene: Scene) -> int:
    """How many motorbikes come or go at the sides or the lower edge of the picture meanwhile."""
    first, last = field.first + part.start, field.first + part.stop - 1
    x_edge, y_edge = _EDGE * scene.width, _EDGE * scene.height
    events = 0
    for track, is_bike in zip(field.tracks, field.is_motorbike, strict=True):
        for frame, box in ((track.frames[0], track.boxes[0]), (track.frames[-1], track.boxes[-1])):
            at_edge = (
                box[0] < x_edge or box[2] > scene.width - x_edge or box[3] > scene.height - y_edge
            )
            events += bool(is_bike and at_edge and first + 2 < frame < last - 2)
    return events


def _ends(
    field: _Field, members: NDArray[np.bool_], velocity: FloatArray, number: int, rate: float
) -> str | None:
    """None where the group has a front and an end; else why it is not told, or "" for a stream."""
    same = field.is_motorbike & (members | _same_way(field, velocity, driven=False))
    counts = (field.seen & same).sum(axis=1)
    inside = np.flatnonzero((field.seen & members).any(axis=1))
    need = round(_GAP_S * rate)
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


def _filled(values: FloatArray) -> FloatArray:
    """The values with holes bridged by straight lines."""
    known = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(len(values)), known, values[known])


def _nanmedian(values: FloatArray, axis: int) -> FloatArray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmedian(values, axis=axis))


def _nanmean(values: FloatArray, axis: int) -> FloatArray:
    known = np.isfinite(values)
    with np.errstate(all="ignore"):
        return np.asarray(np.where(known, values, 0).sum(axis=axis) / known.sum(axis=axis))


def _nanmin(values: FloatArray) -> FloatArray:
    return np.asarray(np.where(np.isfinite(values), values, np.inf).min(axis=1))


def _nanmax(values: FloatArray) -> FloatArray:
    return np.asarray(np.where(np.isfinite(values), values, -np.inf).max(axis=1))
