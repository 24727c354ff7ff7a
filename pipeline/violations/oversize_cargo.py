"""Chở hàng quá khổ: a vehicle with its load higher or wider than the law allows.

Observed: the box of a truck, or of a motorbike from behind, at the moments when its plate gave a
scale (`mm_per_px`, `pipeline.closeups.rulers`); height from the road and width in metres with their
uncertainties (`pipeline.violations.rear_view`), over at least two looks. A candidate exceeds a
limit of the data file by `sigmas` standard deviations:

- a truck's height: 4.2 m, but 4.35 m with a container, and a box cannot tell which, so it counts
  from there; 3.5 m where it is surely narrower than any truck that carries 5 t;
- a truck's width: 2.5 m;
- a motorbike's width: 0.3 m beyond each side of the rack, whose own width is generously assumed.

The vehicle must travel with the camera or, where that stands, come or go: what stands beside the
road may stand at any angle. Widths are told by a camera that drives: one that stands sees vehicles
from aside. Where horizon and camera height are known (`pipeline.scene.calibration`), the plate's
scale must agree with theirs, or the rule abstains: another vehicle's plate, or a sloping road.

It cannot tell: length and what sticks out behind (from behind they are not seen); a container from
other loads; a load that is permitted (escorted transport); how high a motorbike's load is, for
riders are as high. Loads in front of the rear face look smaller than they are, so that sizes are
rather too small.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.scene.calibration import ground_of
from pipeline.scene.quantity import Quantity
from pipeline.types import Abstention, Incident, Kind, Measure, Scene, Track
from pipeline.violations.base import Language, Rule, RuleSettings
from pipeline.violations.law import acts
from pipeline.violations.rear_view import together
from pipeline.violations.registry import rule
from pipeline.violations.ruled import (
    agrees,
    goes_on,
    measured,
    sizes_of,
    state_of,
    travels,
    view_of,
)

# A truck that the detector takes for a bus or a car is no less high.
_KINDS = (Kind.TRUCK, Kind.BUS, Kind.CAR, Kind.MOTORBIKE)
_LEAST_KIND_SHARE = 0.6
_LOST_ALIKE_S = 8.0
_LARGE_PX = 120.0  # wide: a truck of which one should know a plate


class OversizeCargoSettings(RuleSettings):
    sigmas: float = Field(2.0, ge=1, description="standard deviations beyond the limit")
    width_sigmas: float = Field(
        3.0, ge=1, description="the same for a truck's width, for many are as wide as they may be"
    )
    least_looks: int = Field(2, ge=1, description="looks at its plate that gave a scale")
    least_s: float = Field(1.0, gt=0, description="from the first of them to the last")
    light_m: float = Field(2.0, gt=0, description="narrower trucks carry less than 5 t")
    rack_m: float = Field(0.4, gt=0, description="width of a motorbike's rack")


@dataclass(frozen=True, slots=True)
class _Looks:
    """The looks at one vehicle's plate: rows of its track, and what they say together."""

    rows: NDArray[np.intp]
    width: Quantity
    height: Quantity


@rule
class OversizeCargo(Rule[OversizeCargoSettings]):
    id = "oversize_cargo"
    names: ClassVar[dict[Language, str]] = {
        "vi": "Chở hàng quá khổ",
        "en": "Oversize load",
    }
    settings_type = OversizeCargoSettings
    traits: ClassVar[tuple[str, ...]] = ("mm_per_px", "mm_per_px_sigma")
    sentence: ClassVar[dict[Language, str]] = {
        "vi": (
            "{vehicle} cùng hàng hóa cao khoảng {load_height:.1f} m tính từ mặt đường, giới hạn "
            "{height_limit:.2f} m; đo theo kích thước biển số, {plate_looks:.0f} lần."
        ),
        "en": (
            "The {vehicle} with its load is about {load_height:.1f} m high, the limit is "
            "{height_limit:.2f} m from the road; measured by the size of its plate, "
            "{plate_looks:.0f} times."
        ),
    }
    wide: ClassVar[dict[Language, str]] = {
        "vi": (
            "{vehicle} cùng hàng hóa rộng khoảng {load_width:.1f} m, giới hạn {width_limit:.2f} m; "
            "đo theo kích thước biển số, {plate_looks:.0f} lần."
        ),
        "en": (
            "The {vehicle} with its load is about {load_width:.1f} m wide, the limit is "
            "{width_limit:.2f} m; measured by the size of its plate, {plate_looks:.0f} times."
        ),
    }

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        found: list[Incident] = []
        by_id = {track.id: track for track in tracks}
        for word in self._each(tracks, scene):
            if isinstance(word, Abstention):
                yield word
            else:
                found.append(word)
        kept: list[Incident] = []
        for incident in sorted(found, key=lambda one: -one.confidence):
            if not any(self._is_same(incident, other, by_id) for other in kept):
                kept.append(incident)
        yield from sorted(kept, key=lambda one: one.start_s)

    def _is_same(self, one: Incident, other: Incident, by_id: Mapping[int, Track]) -> bool:
        """Is it one vehicle, lost and found again? One of the same size may be lost for longer."""
        first, second = one.measures[0], other.measures[0]
        apart = abs(first.value - second.value)
        alike = first.name == second.name and apart < 2 * math.hypot(
            first.sigma or 0.0, second.sigma or 0.0
        )
        tracks = by_id[one.track_id], by_id[other.track_id]
        alike &= tracks[0].kind is tracks[1].kind
        return goes_on(*tracks, _LOST_ALIKE_S) if alike else goes_on(*tracks)

    def _each(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        for track in tracks:
            if track.kind not in _KINDS:
                continue
            if track.kind is Kind.MOTORBIKE and track.kind_share < _LEAST_KIND_SHARE:
                continue
            rows = measured(track, scene)
            if not self._is_enough(track, rows):
                widths = track.boxes[:, 2] - track.boxes[:, 0]
                if track.kind is Kind.TRUCK and (widths >= _LARGE_PX).sum() >= 5:
                    yield self._abstain(track, "its plate gave no scale often enough")
                continue
            yield from self._judge(track, rows, tracks, scene)

    def _is_enough(self, track: Track, rows: NDArray[np.intp]) -> bool:
        if len(rows) < self.settings.least_looks:
            return False
        return float(track.times_s[rows[-1]] - track.times_s[rows[0]]) >= self.settings.least_s

    def _judge(
        self, track: Track, rows: NDArray[np.intp], tracks: Sequence[Track], scene: Scene
    ) -> Iterable[Incident | Abstention]:
        state = state_of(track, rows, scene)
        ground = ground_of(tracks, scene, {track.id})
        view = view_of(track, rows, state, ground, scene)
        if not travels(track, rows, state, view):
            return
        if ground is not None and not agrees(track, rows, ground, view):
            yield self._abstain(track, "its plate's scale and the road's disagree")
            return
        sizes = sizes_of(track, rows, view, scene)
        looks = _Looks(
            rows,
            together([size.width for size in sizes]),
            together([size.height for size in sizes]),
        )
        yield from self._compare(track, looks)

    def _compare(self, track: Track, looks: _Looks) -> Iterable[Incident]:
        limits, sigmas = acts()[self.id].limits, self.settings.sigmas
        if track.kind is Kind.MOTORBIKE:
            allowed = self.settings.rack_m + 2 * limits["motorbike_beyond_side_m"]
            yield from self._beyond(track, looks, "width", allowed, sigmas)
            return
        high = limits["container_height_m"]
        widest = looks.width.value + sigmas * looks.width.sigma
        if widest < self.settings.light_m:  # no bus or car is as narrow and as high either
            high = limits["height_below_5t_m"]
        found = list(self._beyond(track, looks, "height", high, sigmas))
        if not found:
            wide = limits["width_m"]
            found = list(self._beyond(track, looks, "width", wide, self.settings.width_sigmas))
        yield from found

    def _beyond(
        self, track: Track, looks: _Looks, name: str, limit: float, sigmas: float
    ) -> Iterable[Incident]:
        size = looks.width if name == "width" else looks.height
        sure = (size.value - limit) / size.sigma
        if sure < sigmas:
            return
        rows = looks.rows
        # Two standard deviations alone are a one in forty chance; further ones and looks help.
        confidence = 0.9 - 0.3 * math.exp(-(sure - sigmas) / 1.5)
        confidence *= 1 - 0.5 ** (len(rows) + 1)
        measures = [
            Measure(f"load_{name}", round(size.value, 2), "m", round(size.sigma, 2)),
            Measure(f"{name}_limit", limit, "m"),
            Measure("plate_looks", float(len(rows)), ""),
        ]
        fineness = track.trait("mm_per_px")[rows]
        yield self.incident(
            track,
            (float(track.times_s[rows[0]]), float(track.times_s[rows[-1]])),
            confidence,
            measures,
            [float(track.times_s[row]) for row in rows[np.argsort(fineness, kind="stable")]],
            sentence=self.wide if name == "width" else None,
        )

    def _abstain(self, track: Track, why: str) -> Abstention:
        return Abstention(self.id, track.start_s, track.end_s, f"track {track.id}: {why}")
