"""Không đội mũ bảo hiểm: a rider of a motorbike wears no helmet.

Observed: heads of people whose boxes sit on a motorbike, looked at closely in the full picture some
twice a second (`pipeline.closeups.helmets`): each look gives the probability p of a bare head
against a helmet, both equally likely before it. A hat, a cap, a conical hat (nón lá) is no helmet.

For one rider with n looks the evidence is the mean log odds of them, counted as often as looks that
agree in their errors are worth (Kish 1965, Survey Sampling, 8.2: n / (1 + (n - 1) rho) for looks
correlated by rho), and what was to be expected before anything was seen:

    log odds = log(prior / (1 - prior)) + s n / (1 + (n - 1) rho) * mean(log(p / (1 - p)))

s is how far the network is to be trusted at that size of head: the slope of the log likelihood
ratio of bare against helmet over the mean of a rider's looks, measured on 95 bare heads and 515
helmets that it had not learned from (`models/helmet.md`): 0.72 / 1.43 at 17 pixels, 1.81 / 1.43
from 27 on, where 1.43 is what many looks are worth.

A motorbike is a candidate when it rides, and heads on it were seen often enough and large enough,
nearly all looks at each agree, each is likelier bare than not, and it is probable that one of them
is: 1 - (1 - p1)(1 - p2)… over as many as were seen aboard at once. So many are counted: rather too
few than too many.

What it cannot tell: whether a helmet is fastened or conforms to QCVN 2, what is under a hood, whom
the law exempts (children under six, a patient on the way to help, an arrested person), whether
somebody small sits between two others. Bicycles are not judged: a camera does not see a motor.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from pipeline.scene.ground import from_its_place
from pipeline.types import Abstention, CameraMotion, Incident, Measure, Scene, Track
from pipeline.violations.base import Language, Rule, RuleSettings
from pipeline.violations.heads import Head, heads, persons
from pipeline.violations.registry import rule
from pipeline.violations.riders import Load, loads
from pipeline.violations.rides import creeps, rides
from pipeline.violations.same_motorbike import apart, one_each

_TRUST_PX, _TRUST = (17.4, 26.9), (0.50, 1.27)  # s at heights of a head
_MOST_LOG_ODDS = 4.0  # that a single look may say
_FEET = 0.94  # of the motorbike's height: whose feet are lower walks beside it (median)
_AWAY = 2.2  # widths of the motorbike's box, before a camera that stands or turns
_DRIVES_S, _DRIVES_SHARE = 2.0, 0.7  # before and after too, and of these samples
_FOLLOWED = (CameraMotion.STILL, CameraMotion.PANNING)  # a pace over the ground is believed
_EDGE_PX = 3  # a box that ends so near the picture's edge is cut by it
_FEWEST_AT_ONCE = 2  # frames in which so many bare heads have to be aboard together


class NoHelmetSettings(RuleSettings):
    least_looks: int = Field(4, ge=2, description="at a rider's head")
    least_s: float = Field(0.8, ge=0, description="between the first look and the last")
    least_head_px: float = Field(19, gt=0, description="height of the head, median over the looks")
    share: float = Field(0.8, gt=0.5, le=1, description="of the looks that say bare")
    motorbike: float = Field(0.7, gt=0, le=1, description="of its looks that call it a motorbike")
    prior: float = Field(0.2, gt=0, lt=1, description="share of riders without a helmet")
    correlation: float = Field(0.7, ge=0, le=1, description="of the looks' errors on one rider")
    likely: float = Field(0.5, ge=0.5, lt=1, description="least probability of one bare head")
    probability: float = Field(0.8, gt=0.5, lt=1, description="least, that somebody's is bare")


@rule
class NoHelmet(Rule[NoHelmetSettings]):
    id = "no_helmet"
    names: ClassVar[dict[Language, str]] = {
        "vi": "Không đội mũ bảo hiểm",
        "en": "Riding without a helmet",
    }
    settings_type = NoHelmetSettings
    traits: ClassVar[tuple[str, ...]] = ("bare_head",)
    sentence: ClassVar[dict[Language, str]] = {
        "vi": (
            "Trên {vehicle} đang chạy thấy có {bare_heads:.0f} người không đội mũ bảo hiểm "
            "({bare_looks:.0f} trên {head_looks:.0f} lần nhìn vào đầu)."
        ),
        "en": (
            "On the moving {vehicle}, riders seen without a helmet: {bare_heads:.0f} "
            "({bare_looks:.0f} of {head_looks:.0f} looks at heads)."
        ),
    }

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        people = persons(tracks)
        if not any("bare_head" in person.traits for person in people.values()):
            return
        found: list[Incident] = []
        for load in loads(tracks):
            if load.track.kind_share < self.settings.motorbike:
                continue  # a bicycle, perhaps
            bare = [head for head in heads(load, people) if self._is_bare(head, load)]
            if bare:
                found += self._of(load, bare, scene)
        yield from one_each(found, tracks)

    def _is_bare(self, head: Head, load: Load) -> bool:
        settings, looks = self.settings, head.looks
        if len(looks) < settings.least_looks:
            return False
        times = load.track.times_s[[look.row for look in looks]]
        size = float(np.median([look.head_px for look in looks]))
        agreeing = np.mean([look.bare > 0.5 for look in looks])
        return bool(
            times[-1] - times[0] >= settings.least_s
            and size >= settings.least_head_px
            and agreeing >= settings.share
            and float(np.median(head.feet)) <= _FEET
            and self.probability(head) >= settings.likely
        )

    def probability(self, head: Head) -> float:
        """Of a bare head, by all looks at it."""
        settings, number = self.settings, len(head.looks)
        bare = np.clip([look.bare for look in head.looks], 1e-6, 1 - 1e-6)
        said = np.clip(np.log(bare / (1 - bare)), -_MOST_LOG_ODDS, _MOST_LOG_ODDS)
        size = float(np.median([look.head_px for look in head.looks]))
        worth = number / (1 + (number - 1) * settings.correlation)
        worth *= float(np.interp(size, _TRUST_PX, _TRUST))
        odds = math.log(settings.prior / (1 - settings.prior)) + worth * float(said.mean())
        return 1 / (1 + math.exp(-odds))

    def _of(self, load: Load, bare: Sequence[Head], scene: Scene) -> Iterable[Incident]:
        track = load.track
        rows = sorted({row for head in bare for row in head.rows})
        at_once = np.sort([sum(row in head.rows for head in bare) for row in rows])[::-1]
        number = int(at_once[min(_FEWEST_AT_ONCE, len(at_once)) - 1])
        # Only those aboard at once are surely several people.
        single = sorted((self.probability(head) for head in bare), reverse=True)[:number]
        probability = 1 - math.prod(1 - one for one in single)
        if probability < self.settings.probability:
            return
        if not _rides(track, rows[0], rows[-1], scene):
            return
        looks = [look for head in bare for look in head.looks]
        saying = sum(look.bare > 0.5 for look in looks)
        size = float(np.median([look.head_px for look in looks]))
        best = sorted(looks, key=lambda look: -look.head_px * look.bare)
        yield self.incident(
            track,
            (float(track.times_s[rows[0]]), float(track.times_s[rows[-1]])),
            probability,
            (
                Measure("bare_heads", float(number), ""),
                Measure("head_looks", float(len(looks)), ""),
                Measure("bare_looks", float(saying), ""),
                Measure("bare_share", round(saying / len(looks), 2), ""),
                Measure("head_height", round(size, 1), "px"),
                Measure("bare_probability", round(min(probability, 0.99), 2), ""),
            ),
            apart(track.times_s[[look.row for look in best]].tolist(), 0.5),
            sorted({person for head in bare for person in head.ids}),
        )


def _rides(track: Track, first: int, last: int, scene: Scene) -> bool:
    """Does it travel while it is whole in the picture? What the edge cuts seems to grow.

    Before a camera that stands it has to go faster than a walk: one that is pushed along does not.
    Before one that turns it may get well away from where it was instead, for there a pace is
    measured badly. A camera that is swung about is taken for one that drives, but not for long.
    """
    boxes = track.boxes[first : last + 1].astype(np.float64)
    whole = (boxes[:, :2] > _EDGE_PX).all(axis=1)
    whole &= (boxes[:, 2:] < np.array([scene.width, scene.height]) - _EDGE_PX).all(axis=1)
    rows = first + np.flatnonzero(whole)
    if len(rows) < 2:
        return False
    part = slice(int(rows[0]), int(rows[-1]) + 1)
    frames = track.frames[rows]
    around = round(_DRIVES_S * scene.sample_rate_hz)
    states = scene.ego.states[max(int(frames[0]) - around, 0) : int(frames[-1]) + 1 + around]
    drives = sum(state is CameraMotion.DRIVING for state in states) / len(states)
    if drives > _DRIVES_SHARE:
        return rides(track, part, scene)
    if not rides(track, part, scene):
        return False
    boxes = boxes[whole]
    _, moved = from_its_place(frames, boxes, scene)
    far = moved[-1] >= _AWAY * float(np.median(boxes[:, 2] - boxes[:, 0]))
    slow = creeps(track, part, scene)
    if all(state is CameraMotion.STILL for state in states):
        return not slow
    return far or (not slow and all(state in _FOLLOWED for state in states))
