"""Chở vật liệu dễ rơi vãi: loose stuff heaped above the sides of an open truck, without a cover.

Observed, at each close look at a truck (`pipeline.closeups.cargo`): sand, stones, earth, scrap or
straw that stands above the sides and over which no tarpaulin lies. Two things can contradict each
other, and must both speak for it: the network's verdict on the whole, of all looks together
(`truck_looks.fused`: looks at one truck err alike)

    heaped >= h,  covered <= c

and the parts that it found in the picture, at `agreement` of the looks

    load >= l of the truck's picture,  more load than cover,  load's top over sides' top

with h, c and l from the settings. A candidate needs `looks` such looks, over at least `least_s`
seconds. `heap_share` is the median over these looks of

    sides' top - load's top,   in hundredths of the truck's height in the picture:

what shows of the heap, not its height in metres, for its top is farther away than the tailgate.
No law is applied: what must be covered, and how, the officer judges.

It cannot tell: what the material is, whether a fine net lies over it, whether anything falls (at
five pictures a second falling stones are not seen), a load sunk below the sides that the wind
carries off, what stands in the bed behind the cab when seen from ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from pipeline.types import Abstention, Incident, Measure, Scene, Track
from pipeline.violations.base import Language, Rule, RuleSettings
from pipeline.violations.registry import rule
from pipeline.violations.truck_looks import column, error, fused, heights_px, is_truck, once

_ABOVE = 0.015  # of the box's height: less is a rim's thickness
_OWN_ERROR = 0.015  # of the box's height: edges of parts are told no better, however many looks


class SpillingCargoSettings(RuleSettings):
    enabled: bool = False
    heaped: float = Field(
        0.8, gt=0.5, lt=1, description="probability of an open heap, of all looks together"
    )
    covered: float = Field(
        0.2, gt=0, lt=1, description="probability of a tarpaulin that is too much, likewise"
    )
    load: float = Field(0.03, gt=0, lt=1, description="share of open load in the truck's picture")
    looks: int = Field(4, ge=2, description="looks that must show it")
    agreement: float = Field(0.6, gt=0.5, le=1, description="share of all looks that show it")
    least_s: float = Field(1.5, ge=0, description="from the first of them to the last")


@rule
class SpillingCargo(Rule[SpillingCargoSettings]):
    id = "spilling_cargo"
    names: ClassVar[dict[Language, str]] = {
        "vi": "Chở vật liệu dễ rơi vãi",
        "en": "Load that may spill",
    }
    settings_type = SpillingCargoSettings
    traits: ClassVar[tuple[str, ...]] = (
        "heaped",
        "covered",
        "load_share",
        "cover_share",
        "load_top",
        "body_top",
    )
    sentence: ClassVar[dict[Language, str]] = {
        "vi": (
            "{vehicle} chở vật liệu rời chất có ngọn cao hơn thành thùng, không thấy che phủ "
            "({looks:.0f} lần quan sát, phần ngọn nhìn thấy chiếm khoảng {heap_share:.0f} % "
            "chiều cao xe)."
        ),
        "en": (
            "The {vehicle} carries loose material heaped above its sides, no cover seen "
            "({looks:.0f} looks, what shows of the heap is about {heap_share:.0f} % of the "
            "truck's height)."
        ),
    }

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        words = [self._judge(track) for track in tracks if is_truck(track)]
        yield from once([word for word in words if word is not None], tracks)

    def _judge(self, track: Track) -> Incident | None:
        settings = self.settings
        heaped, load = column(track, "heaped"), column(track, "load_share")
        above = column(track, "body_top") - column(track, "load_top")
        looked = np.isfinite(heaped)
        with np.errstate(invalid="ignore"):
            speaks = (
                looked
                & (load >= settings.load)
                & ~(column(track, "cover_share") > load)
                & (above >= _ABOVE)
            )
        sure = fused(heaped)
        if not sure >= settings.heaped or fused(column(track, "covered")) > settings.covered:
            return None
        rows = np.flatnonzero(speaks)
        if len(rows) < settings.looks or len(rows) < settings.agreement * looked.sum():
            return None
        start_s, end_s = float(track.times_s[rows[0]]), float(track.times_s[rows[-1]])
        if end_s - start_s < settings.least_s:
            return None
        measures = [
            Measure("looks", float(len(rows)), ""),
            Measure("agreement", round(100 * len(rows) / float(looked.sum())), "%"),
            Measure(
                "heap_share",
                round(100 * float(np.median(above[rows])), 1),
                "%",
                round(100 * error(above[rows], _OWN_ERROR), 1),
            ),
        ]
        tall = heights_px(track)[rows]
        best = rows[np.argsort(-(tall * heaped[rows]), kind="stable")]
        confidence = (
            sure * len(rows) / float(looked.sum()) * (1 - 0.5 ** (len(rows) / settings.looks))
        )
        return self.incident(
            track, (start_s, end_s), confidence, measures, track.times_s[best[:3]].tolist()
        )
