"""“Cơi nới” thành thùng xe: sides of an open truck that were made higher.

Observed, at close looks at a truck whose body is open above (`pipeline.closeups.cargo`); a box, a
container, a tank or a body with hoops under its tarpaulin is no open bed, however high it is. Two
tests, either of which makes a candidate:

- **from the side**, where cab, wheels and body are at one distance (`seen_aside`), over the looks

      side_to_cab   = (1 - sides' top) / (1 - cab's top)          heights over the road
      side_to_wheel = (sides' foot - sides' top) / wheel's diameter

  and both must be over their limits by `sure` standard deviations. A factory's tipper carries its
  sides to some 0.75 to 0.9 of the cab's height, and its sides are about as high as a wheel;
- **from behind**, where the tailgate is at the plate's distance (`seen_behind`), with the truck's
  height in metres from the plate

      side_height = (sides' foot - sides' top) x height

  over its limit by `sure` standard deviations.

That the body is open, all looks say together (`truck_looks.fused`: looks at one truck err alike).
The error of a median over n looks is 1.25 sd / sqrt(n), joined with what looks share (the edges of
parts as the network draws them, and the plate's own error). The limits are no law's: what a truck's
sides may be is written in its own inspection certificate, which the officer has. They lie beyond
what factories build for sand and stone.

It cannot tell: sides raised by less than that, cages for animals or light goods that are legal and
as high, whether raised sides were entered in the papers; nor from behind without a readable plate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.types import Abstention, FloatArray, Incident, Measure, Scene, Track
from pipeline.violations.base import Language, Rule, RuleSettings
from pipeline.violations.registry import rule
from pipeline.violations.truck_looks import (
    column,
    error,
    fused,
    height_m,
    heights_px,
    is_truck,
    once,
)

_EDGE = 0.03  # of a ratio: what all looks share of the error of parts' edges
_VIEW = 0.6  # probability of the view from which a look is taken


class RaisedCargoSidesSettings(RuleSettings):
    enabled: bool = False
    side_to_cab: float = Field(0.95, gt=0, description="sides' top over the cab's, above the road")
    side_to_wheel: float = Field(1.3, gt=0, description="height of the sides in wheel diameters")
    side_height_m: float = Field(1.5, gt=0, description="height of the sides in metres")
    sure: float = Field(1.64, ge=0, description="standard deviations beyond a limit")
    open_bed: float = Field(
        0.8, gt=0.5, lt=1, description="probability that the bed is open, of all looks together"
    )
    covered: float = Field(
        0.2, gt=0, lt=1, description="probability of a tarpaulin that is too much, likewise"
    )
    looks: int = Field(3, ge=2, description="looks that are measured")
    least_s: float = Field(1.0, ge=0, description="from the first of them to the last")


@rule
class RaisedCargoSides(Rule[RaisedCargoSidesSettings]):
    id = "raised_cargo_sides"
    names: ClassVar[dict[Language, str]] = {
        "vi": "“Cơi nới” thành thùng xe",
        "en": "Raised sides of a truck's body",
    }
    settings_type = RaisedCargoSidesSettings
    traits: ClassVar[tuple[str, ...]] = (
        "open_bed",
        "covered",
        "cab_top",
        "body_top",
        "body_bottom",
        "wheel_px",
        "seen_aside",
        "seen_behind",
        "mm_per_px",
        "mm_per_px_sigma",
    )
    sentence: ClassVar[dict[Language, str]] = {
        "vi": (
            "Thành thùng hở của {vehicle} cao bằng {side_to_cab:.2f} lần ca-bin (tính từ mặt "
            "đường) và {side_to_wheel:.1f} lần đường kính bánh xe."
        ),
        "en": (
            "The sides of the {vehicle}'s open bed reach {side_to_cab:.2f} times the cab's height "
            "above the road and are {side_to_wheel:.1f} wheel diameters high."
        ),
    }
    sentence_behind: ClassVar[dict[Language, str]] = {
        "vi": (
            "Thành thùng hở của {vehicle} cao khoảng {side_height:.2f} m, đo theo kích thước biển "
            "số."
        ),
        "en": (
            "The sides of the {vehicle}'s open bed are about {side_height:.2f} m high, measured "
            "with the plate as a ruler."
        ),
    }

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        trucks = [track for track in tracks if is_truck(track) and self._is_open(track)]
        words = [self._from_aside(track) or self._from_behind(track) for track in trucks]
        yield from once([word for word in words if word is not None], tracks)

    def _is_open(self, track: Track) -> bool:
        """Do all looks together say that the body is open above and nothing lies over it?"""
        seen = column(track, "open_bed")
        if np.isfinite(seen).sum() < self.settings.looks:
            return False
        return (
            fused(seen) >= self.settings.open_bed
            and fused(column(track, "covered")) <= self.settings.covered
        )

    def _from_aside(self, track: Track) -> Incident | None:
        settings = self.settings
        top, foot = column(track, "body_top"), column(track, "body_bottom")
        with np.errstate(invalid="ignore", divide="ignore"):
            cab = (1 - top) / (1 - column(track, "cab_top"))
            wheel = (foot - top) * heights_px(track) / column(track, "wheel_px")
            usable = (column(track, "seen_aside") >= _VIEW) & np.isfinite(cab + wheel)
        rows = np.flatnonzero(usable)
        if not self._enough(track, rows):
            return None
        to_cab = _measure("side_to_cab", cab[rows], "", _EDGE)
        to_wheel = _measure("side_to_wheel", wheel[rows], "", 2 * _EDGE * float(wheel[rows].mean()))
        beyond = min(
            _beyond(to_cab, settings.side_to_cab), _beyond(to_wheel, settings.side_to_wheel)
        )
        return self._found(track, rows, (to_cab, to_wheel), beyond, self.sentence)

    def _from_behind(self, track: Track) -> Incident | None:
        scale = height_m(track)
        if scale is None:
            return None
        share = column(track, "body_bottom") - column(track, "body_top")
        with np.errstate(invalid="ignore"):
            usable = (column(track, "seen_behind") >= _VIEW) & np.isfinite(share)
        rows = np.flatnonzero(usable)
        if not self._enough(track, rows):
            return None
        part = float(np.median(share[rows]))
        spread = np.hypot(error(share[rows], _EDGE * part) * scale[0], part * scale[1])
        height = Measure("side_height", round(part * scale[0], 2), "m", round(float(spread), 2))
        beyond = _beyond(height, self.settings.side_height_m)
        return self._found(track, rows, (height,), beyond, self.sentence_behind)

    def _enough(self, track: Track, rows: NDArray[np.intp]) -> bool:
        if len(rows) < self.settings.looks:
            return False
        return float(track.times_s[rows[-1]] - track.times_s[rows[0]]) >= self.settings.least_s

    def _found(
        self,
        track: Track,
        rows: NDArray[np.intp],
        measures: tuple[Measure, ...],
        beyond: float,
        sentence: dict[Language, str],
    ) -> Incident | None:
        if beyond < self.settings.sure:
            return None
        span = float(track.times_s[rows[0]]), float(track.times_s[rows[-1]])
        opened = column(track, "open_bed")[rows]
        best = rows[np.argsort(-(heights_px(track)[rows] * opened), kind="stable")]
        confidence = fused(opened) * (1 - 0.5 ** (beyond / max(self.settings.sure, 0.5)))
        looks = Measure("looks", float(len(rows)), "")
        return self.incident(
            track,
            span,
            confidence,
            (*measures, looks),
            track.times_s[best[:3]].tolist(),
            sentence=sentence,
        )


def _measure(name: str, values: FloatArray, unit: str, own: float) -> Measure:
    return Measure(name, round(float(np.median(values)), 3), unit, round(error(values, own), 3))


def _beyond(measure: Measure, limit: float) -> float:
    """How many standard deviations a measure is over a limit."""
    return (measure.value - limit) / max(measure.sigma or 0.0, 1e-6)
