"""Chở quá số người quy định: three or more people on a motorbike; people outside of a vehicle.

On a motorbike: people whose boxes sit on it, frame by frame (`pipeline.violations.riders`), and by
closer looks at it alone (`pipeline.closeups.aboard`). A stretch is a candidate where looks at three
or more outweigh those at fewer (`pipeline.violations.fullness`), the outermost keep their places
from look to look with their feet off the road, and the motorbike rides: whoever stands behind a
motorbike that waits, or is passed by it, does not keep a place on it. Where it goes no faster than
somebody walks (`pipeline.violations.rides`), `_AT_WALKING_PACE` times as much evidence is wanted;
`_PACE_UNTOLD` times where the camera drives, for there nobody's pace is told.

On a truck, a bus or a car: people in the bed, on the roof, hanging from the side, who keep their
place on it while it drives (`pipeline.violations.carried_outside`).

The law allows one passenger on a motorbike, and two in listed cases (a sick person, a child under
12, an arrest): a camera cannot tell those. It counts too low rather than too high: riders who hide
one another from in front or behind are one, and who sits low in a bed is not seen. Nor can it tell
a doll from a man, or that people were let ride in a bed (soldiers, workers of the road). How many
are outside of a vehicle is told too low: in a bed one hides the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.scene.ground import is_whole
from pipeline.scene.travel import moves
from pipeline.types import Abstention, Incident, Measure, Scene, Track
from pipeline.violations.base import Language, Rule, RuleSettings, spans
from pipeline.violations.carried_outside import Carried, carried
from pipeline.violations.fullness import Fullness, evidence, fullness, stretches
from pipeline.violations.registry import rule
from pipeline.violations.riders import Load, loads
from pipeline.violations.rides import creeps, drives, rides, standing
from pipeline.violations.same_motorbike import apart, one_each

_OUTSIDE: dict[Language, str] = {
    "vi": (
        "Trên {vehicle} đang chạy thấy có {people:.0f} người ở phía trên thùng hoặc nóc xe, hoặc "
        "bám ngoài thành xe, trong {overload_duration:.1f} giây ({frames_over:.0f} trên "
        "{frames_seen:.0f} hình đã xem)."
    ),
    "en": (
        "On the moving {vehicle}, {people:.0f} people are seen above its bed or roof or hanging "
        "from its side for {overload_duration:.1f} seconds ({frames_over:.0f} of "
        "{frames_seen:.0f} pictures looked at)."
    ),
}
_STEADY = 0.16  # motorbike widths from look to look: the outermost riders' places (median)
_FEET = 0.95  # of the motorbike's height: whose feet are lower walks beside it (median)
_AT_WALKING_PACE = 4.0  # times as much evidence: somebody may walk beside it
_PACE_UNTOLD = 2.0  # ... before a camera that drives: somebody may pass it slowly
_LEAST_SEEN = 2  # looks that must have seen so many
_LEAST_OUTSIDE = 8  # looks that must have seen anybody outside of a vehicle
_SEEN_SHARE, _OUTSIDE_SHARE = 0.2, 0.08  # of the looks, too: in a bed one hides the other


class PassengerOverloadSettings(RuleSettings):
    people: int = Field(3, ge=2, description="so many aboard are too many")
    least_s: float = Field(0.8, gt=0, description="seen for at least so long")
    least_frames: int = Field(4, ge=2, description="in at least so many sampled frames")
    share: float = Field(0.2, gt=0, le=1, description="of the frames of the stretch, at least")
    least_evidence: float = Field(
        4.0, gt=0, description="looks at so many, less what the looks at fewer speak against it"
    )
    least_height_px: float = Field(36, gt=0, description="of the motorbike's box")
    outside_s: float = Field(1.1, gt=0, description="people outside of a vehicle: for so long")
    outside_share: float = Field(0.55, gt=0, le=1, description="and in such a share of the frames")
    bridge_s: float = Field(1.4, ge=0, description="people outside: unseen for so long in between")


@rule
class PassengerOverload(Rule[PassengerOverloadSettings]):
    id = "passenger_overload"
    names: ClassVar[dict[Language, str]] = {
        "vi": "Chở quá số người quy định",
        "en": "Too many people on a motorbike",
    }
    settings_type = PassengerOverloadSettings
    traits: ClassVar[tuple[str, ...]] = ("aboard", "aboard_from", "aboard_to", "aboard_feet")
    sentence: ClassVar[dict[Language, str]] = {
        "vi": (
            "Trên {vehicle} thấy có {people:.0f} người trong {overload_duration:.1f} giây "
            "({frames_over:.0f} trên {frames_seen:.0f} hình đã xem)."
        ),
        "en": (
            "{people:.0f} people are seen on the {vehicle} for {overload_duration:.1f} seconds "
            "({frames_over:.0f} of {frames_seen:.0f} pictures looked at)."
        ),
    }

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        found = [incident for load in loads(tracks) for incident in self._of(load, scene)]
        kept = one_each(found, tracks)
        for one in carried(tracks):  # lost from sight and seen again they are one act
            outside = sorted(self._outside(one, scene), key=lambda found: -found.confidence)
            kept += outside[:1]
        return sorted(kept, key=lambda incident: incident.start_s)

    def _of(self, load: Load, scene: Scene) -> Iterable[Incident]:
        settings, track = self.settings, load.track
        heights = track.boxes[:, 3] - track.boxes[:, 1]
        usable = load.clear & (heights >= settings.least_height_px)
        seen = fullness(load)
        for part in stretches(
            seen.counts, usable, track.times_s, settings.people, settings.least_evidence
        ):
            rows = np.arange(part.start, part.stop)[usable[part]]
            hits = rows[seen.counts[rows] >= settings.people]
            # Each sampled picture stands for the time until the next one.
            span = (
                float(track.times_s[hits[-1]] - track.times_s[hits[0]]) + 1 / scene.sample_rate_hz
            )
            if len(hits) < settings.least_frames or span < settings.least_s:
                continue
            share = len(hits) / len(rows)
            if share < settings.share or not _sit(seen, hits) or not rides(track, part, scene):
                continue
            least = settings.least_evidence
            if drives(track, part, scene):
                least *= _PACE_UNTOLD
            elif creeps(track, part, scene):
                least *= _AT_WALKING_PACE
            if evidence(seen.counts[rows], settings.people) < least:
                continue
            size = float(np.median(heights[hits]))
            sure = float(np.mean(track.confidences[hits]))
            # Each further look at three makes a chance miscount of all of them less likely.
            confidence = (1 - 0.72 ** len(hits)) * (0.35 + 0.65 * share) * min(1, 0.5 + size / 160)
            best = hits[np.argsort(-(heights[hits] * track.confidences[hits]), kind="stable")]
            yield self.incident(
                track,
                (float(track.times_s[hits[0]]), float(track.times_s[hits[-1]])),
                confidence * min(1.0, 0.6 + 0.6 * sure),
                (
                    Measure("people", float(_most(seen.counts[hits], _SEEN_SHARE)), ""),
                    Measure("overload_duration", round(span, 2), "s", 1 / scene.sample_rate_hz),
                    Measure("frames_over", float(len(hits)), ""),
                    Measure("frames_seen", float(len(rows)), ""),
                    Measure("closer_over", float(seen.closer[hits].sum()), ""),
                    Measure("motorbike_height", round(size, 1), "px"),
                ),
                apart(track.times_s[best].tolist(), 0.5),
                sorted({rider for row in hits for rider in load.riders[row]}),
            )

    def _outside(self, load: Carried, scene: Scene) -> Iterable[Incident]:
        settings, track = self.settings, load.track
        counts = load.above + load.beside
        # Who waits beside a bus at its stop keeps their place as well; and where the picture's edge
        # cuts it, its own place is a guess.
        whole = is_whole(track.boxes, scene)
        seen = (counts > 0) & whole & ~standing(track, scene)
        for part in spans(seen.tolist(), track.times_s.tolist(), settings.bridge_s):
            rows = np.arange(part.start, part.stop)
            hits = rows[seen[rows]]
            span = float(track.times_s[hits[-1]] - track.times_s[hits[0]])
            share = len(hits) / len(rows)
            if len(hits) < _LEAST_OUTSIDE or share < settings.outside_share:
                continue
            if span < settings.outside_s or not moves(track, part, scene):
                continue
            heights = track.boxes[hits, 3] - track.boxes[hits, 1]
            best = hits[np.argsort(-(counts[hits] * heights), kind="stable")]
            sure = float(np.mean(track.confidences[hits]))
            yield self.incident(
                track,
                (float(track.times_s[hits[0]]), float(track.times_s[hits[-1]])),
                (1 - 0.85 ** len(hits)) * share * (0.5 + 0.4 * sure),
                (
                    Measure("people", float(_most(counts[hits], _OUTSIDE_SHARE)), ""),
                    Measure("overload_duration", round(span, 2), "s", 1 / scene.sample_rate_hz),
                    Measure("frames_over", float(len(hits)), ""),
                    Measure("frames_seen", float(len(rows)), ""),
                    Measure("people_above", float(np.median(load.above[hits])), ""),
                    Measure("people_beside", float(np.median(load.beside[hits])), ""),
                ),
                apart(track.times_s[best].tolist(), 0.5),
                load.people,
                _OUTSIDE,
            )


def _most(counts: NDArray[np.int32], share: float) -> int:
    """So many as a good part of the looks saw: who is hidden in most is there all the same."""
    for number in range(int(counts.max()), 0, -1):
        looks = int((counts >= number).sum())
        if looks >= max(_LEAST_SEEN, share * len(counts)):
            return number
    return int(np.median(counts))


def _sit(seen: Fullness, hits: NDArray[np.intp]) -> bool:
    """Do they keep their places on it, with their feet off the road?

    Front and rear change sides when a motorbike turns past the camera, so places are compared with
    those of the look before, not over the whole stretch.
    """
    if float(np.median(seen.feet[hits])) > _FEET:
        return False
    steps = np.abs(np.diff(seen.ends[hits], axis=0))
    return bool((np.median(steps, axis=0) <= _STEADY).all())
