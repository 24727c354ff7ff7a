"""Rú ga, nẹt pô, bấm còi liên tục: what is heard, and which vehicle in view it may come from.

Heard (`pipeline.sound`): bursts of an engine that is revved, bangs of an exhaust, presses of a
horn. A candidate takes a series: so many within a window of time, or one press that lasts.

A camera has one microphone: it tells what sounds and when, never from where. So a sound is tied to
a vehicle only as far as the pictures allow:

- revving and bangs: to the motorbike that is nearest (tallest in the picture) all along, if few are
  in view and no other is about as near; the more there are, the less sure;
- a horn: the filming vehicle's own one is the loudest of all and as loud all the time. Another's
  grows with nearness: sound falls by 20 log10 of the distance, as the height h of a box falls with
  it, so that level = a + b * 20 log10(h), with b about 1. A horn is tied to the one vehicle in view
  with which its level rises and falls so. Without that it is nobody's, even with one in view: who
  honks at somebody has them in view.

Everything else is left open, and said so. It cannot tell: whose sound it is for sure (somebody out
of view may be nearer), a horn that warns of danger from one that annoys, an engine that is revved
from another small engine, a bang from fireworks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from pipeline.types import (
    Abstention,
    Incident,
    Kind,
    Measure,
    Scene,
    SoundEvent,
    SoundKind,
    Track,
)
from pipeline.violations.base import Language, Rule, RuleSettings
from pipeline.violations.hearing import (
    SEEN_SHARE,
    Press,
    apart,
    at_once,
    best_looks,
    follows,
    heights,
    is_rival,
    only,
    presses_of,
    seen,
    series_of,
    typical,
)
from pipeline.violations.registry import rule
from pipeline.violations.ridden_on import joined

_NEARER = 1.4  # times as tall as the next motorbike: that one is nearest
_LEAST_HEIGHT = 0.06  # of the picture's: farther away, a motorbike is not heard over others
_TWO_WHEELS = (Kind.MOTORBIKE, Kind.BICYCLE)  # at a distance one is taken for the other
_MOST_SURE = {"revving": 0.65, "bangs": 0.5, "both": 0.7, "horn": 0.6}

_SENTENCES: dict[str, dict[Language, str]] = {
    "revving": {
        "vi": (
            "Nghe tiếng rú ga {revs:.0f} lần trong {sound_time:.1f} giây (cao độ lên đến "
            "{sound_pitch:.0f} Hz); {vehicle} ở gần nhất trong khung hình, có "
            "{motorbikes_in_view:.0f} xe mô tô đang thấy. Cần xem lại: âm thanh không cho biết "
            "chắc chắn của xe nào."
        ),
        "en": (
            "An engine is heard revving {revs:.0f} times in {sound_time:.1f} seconds (up to "
            "{sound_pitch:.0f} Hz); the {vehicle} is the nearest in view, of "
            "{motorbikes_in_view:.0f} in view. Check it: sound does not tell for sure whose it is."
        ),
    },
    "bangs": {
        "vi": (
            "Nghe {bangs:.0f} tiếng nổ pô trong {sound_time:.1f} giây; {vehicle} ở gần nhất trong "
            "khung hình, có {motorbikes_in_view:.0f} xe mô tô đang thấy. Cần xem lại: âm thanh "
            "không cho biết chắc chắn của xe nào."
        ),
        "en": (
            "{bangs:.0f} bangs as of an exhaust are heard in {sound_time:.1f} seconds; the "
            "{vehicle} is the nearest in view, of {motorbikes_in_view:.0f} in view. Check it: "
            "sound does not tell for sure whose it is."
        ),
    },
    "both": {
        "vi": (
            "Nghe tiếng rú ga {revs:.0f} lần và {bangs:.0f} tiếng nổ pô trong {sound_time:.1f} "
            "giây; {vehicle} ở gần nhất trong khung hình, có {motorbikes_in_view:.0f} xe mô tô "
            "đang thấy. Cần xem lại: âm thanh không cho biết chắc chắn của xe nào."
        ),
        "en": (
            "An engine is heard revving {revs:.0f} times, with {bangs:.0f} bangs, in "
            "{sound_time:.1f} seconds; the {vehicle} is the nearest in view, of "
            "{motorbikes_in_view:.0f} in view. Check it: sound does not tell for sure whose it is."
        ),
    },
    "long horn": {
        "vi": (
            "Nghe tiếng còi kéo dài {longest_horn:.1f} giây (khoảng {sound_pitch:.0f} Hz), có thể "
            "của {vehicle} này; có {vehicles_in_view:.0f} xe đang thấy. Cần xem lại: âm thanh "
            "không cho biết chắc chắn của xe nào."
        ),
        "en": (
            "A horn is heard for {longest_horn:.1f} seconds without a pause (about "
            "{sound_pitch:.0f} Hz), perhaps of this {vehicle}; {vehicles_in_view:.0f} vehicles "
            "are in view. Check it: sound does not tell for sure whose it is."
        ),
    },
    "horns": {
        "vi": (
            "Nghe còi bấm {horns:.0f} lần trong {sound_time:.1f} giây (khoảng {sound_pitch:.0f} "
            "Hz), có thể của {vehicle} này; có {vehicles_in_view:.0f} xe đang thấy. Cần xem lại: "
            "âm thanh không cho biết chắc chắn của xe nào."
        ),
        "en": (
            "A horn is heard {horns:.0f} times in {sound_time:.1f} seconds (about "
            "{sound_pitch:.0f} Hz), perhaps of this {vehicle}; {vehicles_in_view:.0f} vehicles "
            "are in view. Check it: sound does not tell for sure whose it is."
        ),
    },
}


class RevvingHonkingSettings(RuleSettings):
    revs: int = Field(3, ge=2, description="bursts of revving within the window")
    bangs: int = Field(4, ge=2, description="bangs within the window")
    horns: int = Field(5, ge=2, description="presses of a horn within the window")
    window_s: float = Field(10.0, gt=0, description="length of the window in seconds")
    long_horn_s: float = Field(3.0, gt=0, description="one press that lasts so long is enough")
    least_confidence: float = Field(0.5, ge=0, le=1, description="of a sound that counts")
    least_rev_db: float = Field(
        7.0, ge=0, description="so much must revving stand out; fainter is not near"
    )
    most_motorbikes: int = Field(
        3, ge=1, description="with more in view, revving is nobody's in particular"
    )


@rule
class RevvingHonking(Rule[RevvingHonkingSettings]):
    id = "revving_honking"
    names: ClassVar[dict[Language, str]] = {
        "vi": "Rú ga, nẹt pô, bấm còi liên tục",
        "en": "Revving, exhaust bangs, long horn",
    }
    settings_type = RevvingHonkingSettings
    sentence = _SENTENCES["revving"]

    def judge(self, tracks: Sequence[Track], scene: Scene) -> Iterable[Incident | Abstention]:
        if scene.sounds is None:
            times = scene.ego.times_s
            end = float(times[-1]) if len(times) else 0.0
            yield Abstention(self.id, 0.0, end, "no sound track")
            return
        heard = [s for s in scene.sounds if self._counts(s)]
        vehicles = joined(tracks)
        yield from self._engines(heard, vehicles, scene)
        yield from self._horns(heard, vehicles, scene)

    def _counts(self, sound: SoundEvent) -> bool:
        clear = sound.kind != SoundKind.REVVING or sound.level_db >= self.settings.least_rev_db
        return clear and sound.confidence >= self.settings.least_confidence

    # --- revving and bangs -----------------------------------------------------------------------

    def _engines(
        self, heard: Sequence[SoundEvent], vehicles: Sequence[Track], scene: Scene
    ) -> Iterator[Incident | Abstention]:
        settings = self.settings
        revs = series_of(only(heard, SoundKind.REVVING), settings.revs, settings.window_s)
        bangs = series_of(only(heard, SoundKind.BANG), settings.bangs, settings.window_s)
        left = list(bangs)
        for series in revs:
            beside = [one for one in left if apart(one, series) <= settings.window_s / 2]
            left = [one for one in left if one not in beside]
            yield self._engine(series, [event for one in beside for event in one], vehicles, scene)
        for series in left:
            yield self._engine([], series, vehicles, scene)

    def _engine(
        self,
        revs: Sequence[SoundEvent],
        bangs: Sequence[SoundEvent],
        vehicles: Sequence[Track],
        scene: Scene,
    ) -> Incident | Abstention:
        events = sorted([*revs, *bangs], key=lambda event: event.start_s)
        span = (events[0].start_s, max(event.end_s for event in events))
        form = "both" if revs and bangs else "revving" if revs else "bangs"
        what = {"revving": "revving is heard", "bangs": "bangs are heard"}.get(
            form, "revving and bangs are heard"
        )
        moments = np.array([(event.start_s + event.end_s) / 2 for event in events])
        in_view = [track for track in vehicles if seen(track, moments).any()]
        motorbikes = [track for track in in_view if track.kind is Kind.MOTORBIKE]
        if not motorbikes:
            return Abstention(self.id, *span, f"{what}, and no motorbike is in view")
        number_in_view, number_near = (at_once(group, moments) for group in (in_view, motorbikes))
        if number_near > self.settings.most_motorbikes:
            return Abstention(self.id, *span, f"{what}, and many motorbikes are in view")
        tall = {track.id: heights(track, moments) for track in motorbikes}
        nearest = max(motorbikes, key=lambda track: float(np.nansum(tall[track.id])))
        own = tall[nearest.id]
        height = typical(own)
        if np.isfinite(own).mean() < SEEN_SHARE:
            return Abstention(self.id, *span, f"{what}, and no motorbike is in view all along")
        if height < _LEAST_HEIGHT * scene.height:
            return Abstention(self.id, *span, f"{what}, and every motorbike in view is far away")
        near = [track for track in vehicles if track.kind in _TWO_WHEELS and track is not nearest]
        if any(is_rival(nearest, track, span, _NEARER) for track in near):
            return Abstention(self.id, *span, f"{what}, and no motorbike is clearly the nearest")
        wanted = self.settings.revs if revs else self.settings.bangs
        number = len(revs) if revs else len(bangs)
        surplus = min((number - wanted) / 3, 1.0)
        confidence = (
            float(np.mean([event.confidence for event in events]))
            * (0.55 + 0.15 * surplus + (0.1 if form == "both" else 0.0))
            / number_near**0.35
            / max(number_in_view - number_near, 1) ** 0.1
        )
        measures = [
            *([Measure("revs", float(len(revs)), "")] if revs else []),
            *([Measure("bangs", float(len(bangs)), "")] if bangs else []),
            *self._common(events, span, number_in_view),
            Measure("motorbikes_in_view", float(number_near), ""),
        ]
        return self.incident(
            nearest,
            span,
            min(confidence, _MOST_SURE[form]),
            measures,
            best_looks(nearest, moments),
            sentence=_SENTENCES[form],
        )

    # --- horns -----------------------------------------------------------------------------------

    def _horns(
        self, heard: Sequence[SoundEvent], vehicles: Sequence[Track], scene: Scene
    ) -> Iterator[Incident | Abstention]:
        settings = self.settings
        presses = presses_of(only(heard, SoundKind.HORN))
        long = [press for press in presses if press.end_s - press.start_s >= settings.long_horn_s]
        for press in long:
            yield self._horn("long horn", [press], vehicles, scene)
        for series in series_of(presses, settings.horns, settings.window_s):
            if not any(press in long for press in series):
                yield self._horn("horns", series, vehicles, scene)

    def _horn(
        self, form: str, presses: Sequence[Press], vehicles: Sequence[Track], scene: Scene
    ) -> Incident | Abstention:
        parts = [part for press in presses for part in press.parts]
        span = (presses[0].start_s, presses[-1].end_s)
        moments = np.array([(part.start_s + part.end_s) / 2 for part in parts])
        levels = np.array([part.level_db for part in parts])
        in_view = [track for track in vehicles if seen(track, moments).any()]
        what = "a long horn is heard" if form == "long horn" else "a horn is heard again and again"
        following = [t for t in in_view if follows(levels, heights(t, moments, scene))]
        if len(following) == 1:
            culprit = following[0]
            confidence = 0.5 + 0.1 * min(len(levels) / 8, 1.0)
        elif following:
            return Abstention(self.id, *span, f"{what}, and it may be that of several vehicles")
        elif not in_view:
            return Abstention(self.id, *span, f"{what}, and no vehicle is in view")
        else:
            return Abstention(self.id, *span, f"{what}, and it may be the filming vehicle's own")
        confidence *= float(np.mean([part.confidence for part in parts]))
        measures = [
            Measure("horns", float(len(presses)), ""),
            Measure(
                "longest_horn",
                round(max(press.end_s - press.start_s for press in presses), 1),
                "s",
                0.05,
            ),
            *self._common(parts, span, at_once(in_view, moments)),
        ]
        return self.incident(
            culprit,
            span,
            min(confidence, _MOST_SURE["horn"]),
            measures,
            best_looks(culprit, moments),
            sentence=_SENTENCES[form],
        )

    def _common(
        self, events: Sequence[SoundEvent], span: tuple[float, float], in_view: int
    ) -> list[Measure]:
        pitches = [event.pitch_hz for event in events if np.isfinite(event.pitch_hz)]
        return [
            Measure("sound_time", round(span[1] - span[0], 1), "s", 0.1),
            Measure("sound_level", round(float(np.median([e.level_db for e in events])), 1), "dB"),
            *([Measure("sound_pitch", round(float(np.median(pitches))), "Hz")] if pitches else []),
            Measure("vehicles_in_view", float(in_view), ""),
        ]
