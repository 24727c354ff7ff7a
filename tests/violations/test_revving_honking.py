"""Whom a sound is tied to, and when it is nobody's."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from driving_range.acts.revving_honking import QUIET, engine_heard, noise_beside, own_horn
from pipeline.types import (
    Abstention,
    CameraMotion,
    Incident,
    Kind,
    Scene,
    SoundEvent,
    SoundKind,
    Track,
)
from pipeline.violations.hearing import follows, presses_of, series_of
from pipeline.violations.revving_honking import RevvingHonking, RevvingHonkingSettings
from tests.violations.scenes import Box, scene, standing, track


def sound(kind: SoundKind, start: float, length: float = 0.5, level: float = 20.0) -> SoundEvent:
    pitch = {SoundKind.HORN: 420.0, SoundKind.REVVING: 70.0}.get(kind, float("nan"))
    return SoundEvent(kind, start, start + length, 0.9, level, pitch)


def revs(*starts: float) -> list[SoundEvent]:
    return [sound(SoundKind.REVVING, start) for start in starts]


def bangs(*starts: float) -> list[SoundEvent]:
    return [sound(SoundKind.BANG, start, 0.1) for start in starts]


def judged(
    tracks: Sequence[Track],
    heard: Sequence[SoundEvent] | None,
    state: CameraMotion = CameraMotion.DRIVING,
) -> list[Incident | Abstention]:
    made: Scene = replace(scene(20.0, state), sounds=None if heard is None else tuple(heard))
    return list(RevvingHonking(RevvingHonkingSettings()).judge(tracks, made))


def motorbike(track_id: int = 1, height: float = 150.0, x: float = 600.0) -> Track:
    return track(track_id, Kind.MOTORBIKE, standing(x, 600, height / 2, height), 0, 20)


def comes(start_height: float, end_height: float) -> Callable[[float], Box]:
    """From 3 to 12 s a vehicle comes nearer at a steady pace."""

    def box(time: float) -> Box:
        share = min(max((time - 3) / 9, 0), 1)
        height = 1 / ((1 - share) / start_height + share / end_height)
        return 600 - height / 2, 500 - height, 600 + height / 2, 500.0

    return box


def measures(incident: Incident) -> dict[str, float]:
    return {measure.name: measure.value for measure in incident.measures}


def test_no_sound_track_is_said() -> None:
    (found,) = judged([motorbike()], None)
    assert isinstance(found, Abstention)
    assert found.reason == "no sound track"
    assert judged([motorbike()], []) == []


def test_revving_is_the_nearest_motorbikes() -> None:
    (found,) = judged([motorbike(1), motorbike(2, 60, 900)], revs(3, 4.5, 6, 7.5))
    assert isinstance(found, Incident)
    assert found.track_id == 1
    assert (found.start_s, found.end_s) == (3, 8)
    assert measures(found) == {
        "revs": 4,
        "sound_time": 5.0,
        "sound_level": 20.0,
        "sound_pitch": 70.0,
        "vehicles_in_view": 2,
        "motorbikes_in_view": 2,
    }
    assert "rú ga 4 lần trong 5,0 giây" in found.sentences["vi"]
    (alone,) = judged([motorbike(1)], revs(3, 4.5, 6, 7.5))
    assert isinstance(alone, Incident)
    assert alone.confidence > found.confidence


def test_bangs_and_both_have_their_own_words() -> None:
    (found,) = judged([motorbike()], bangs(3, 3.8, 5.5, 6.1))
    assert isinstance(found, Incident)
    assert "4 tiếng nổ pô" in found.sentences["vi"]
    (both,) = judged([motorbike()], [*revs(3, 4.5, 6), *bangs(3.7, 5.2, 6.6, 7.1)])
    assert isinstance(both, Incident)
    assert measures(both)["revs"] == 3
    assert measures(both)["bangs"] == 4
    assert both.confidence > found.confidence


@pytest.mark.parametrize(
    ("tracks", "reason"),
    [
        ([], "no motorbike is in view"),
        ([track(1, Kind.CAR, standing(600, 600, 200, 160), 0, 20)], "no motorbike is in view"),
        ([motorbike(n, 150 - 40 * n, 200.0 * n) for n in range(1, 5)], "many motorbikes"),
        ([motorbike(1), motorbike(2, 140, 900)], "no motorbike is clearly the nearest"),
        ([motorbike(1, 30)], "far away"),
        ([track(1, Kind.MOTORBIKE, standing(600, 600, 80, 150), 0, 4)], "all along"),
    ],
)
def test_revving_is_nobodys(tracks: list[Track], reason: str) -> None:
    (found,) = judged(tracks, revs(3, 4.5, 6, 7.5))
    assert isinstance(found, Abstention)
    assert reason in found.reason


def test_too_few_or_too_far_apart_is_nothing() -> None:
    assert judged([motorbike()], revs(3, 4)) == []
    assert judged([motorbike()], revs(1, 9, 17)) == []
    assert judged([motorbike()], bangs(3, 4, 5)) == []
    assert judged([motorbike()], [replace(e, confidence=0.3) for e in revs(3, 4, 5, 6)]) == []


def test_a_track_that_was_lost_and_found_is_one() -> None:
    parts = [
        track(1, Kind.MOTORBIKE, standing(600, 600, 75, 150), 0, 5),
        track(2, Kind.MOTORBIKE, standing(605, 600, 75, 150), 5.6, 20),
    ]
    (found,) = judged(parts, revs(3, 4.5, 6, 7.5))
    assert isinstance(found, Incident)
    assert found.track_id == 2  # the longer one
    assert measures(found)["motorbikes_in_view"] == 1


def honks(levels: Sequence[float]) -> list[SoundEvent]:
    return [sound(SoundKind.HORN, 3.5 + n, 0.5, level) for n, level in enumerate(levels)]


def test_a_horn_that_grows_with_a_vehicle_is_its_own() -> None:
    car = track(1, Kind.CAR, comes(50, 250), 0, 20)
    times = np.array([3.75 + n for n in range(8)])
    heights = np.array([car.boxes[round(t * 5)][3] - car.boxes[round(t * 5)][1] for t in times])
    growing = (20 * np.log10(heights / heights[0]) + 8).tolist()
    (found,) = judged([car, motorbike(2)], honks(growing), CameraMotion.STILL)
    assert isinstance(found, Incident)
    assert found.track_id == 1
    assert measures(found)["horns"] == 8
    (own,) = judged([car], honks([25.0] * 8), CameraMotion.STILL)
    assert isinstance(own, Abstention)
    assert "own" in own.reason
    assert not [f for f in judged([car], honks([25.0] * 8)) if isinstance(f, Incident)]


def test_a_long_horn_needs_a_vehicle_that_it_grows_with() -> None:
    car = track(1, Kind.CAR, comes(50, 250), 0, 20)
    starts = np.arange(6.0, 11.0, 0.5)
    heights = np.array([np.ptp(car.boxes[round((t + 0.25) * 5)][[1, 3]]) for t in starts])
    levels = 20 * np.log10(heights / heights[0]) + 8
    parts = [
        sound(SoundKind.HORN, start, 0.5, level)
        for start, level in zip(starts, levels, strict=True)
    ]
    (found,) = judged([car], parts, CameraMotion.STILL)
    assert isinstance(found, Incident)
    assert measures(found)["longest_horn"] == 5.0
    assert "còi kéo dài 5,0 giây" in found.sentences["vi"]
    (open_,) = judged([motorbike()], parts, CameraMotion.PANNING)
    assert isinstance(open_, Abstention)
    assert judged([car], parts[:4], CameraMotion.STILL) == []


def test_follows_wants_a_slope_near_one() -> None:
    heights = np.geomspace(30, 200, 8)
    exact = 20 * np.log10(heights)
    assert follows(exact + 3, heights)
    assert not follows(np.full(8, 20.0), heights)
    assert not follows(-exact, heights)
    assert not follows(3 * exact, heights)
    assert not follows(exact[:3], heights[:3])
    assert not follows(np.zeros(8), np.full(8, 100.0))


def test_presses_and_series() -> None:
    parts = [sound(SoundKind.HORN, start, 1.0) for start in (1.0, 2.0, 3.05, 5.0)]
    assert [len(press.parts) for press in presses_of(parts)] == [3, 1]
    events = revs(0, 1, 2, 30, 40, 41, 42, 43)
    assert [[e.start_s for e in run] for run in series_of(events, 3, 10)] == [
        [0, 1, 2],
        [40, 41, 42, 43],
    ]


def test_from_the_waveform_on() -> None:
    """A few staged cases, heard by the program itself; the benchmark has many more."""
    rule = RevvingHonking(RevvingHonkingSettings())
    rng = np.random.default_rng(77)
    wanted = [engine_heard(rng, form, "hand") for form in ("revving", "revving", "bangs", "both")]
    hits = 0
    for case in wanted:
        found = [x for x in rule.judge(case.tracks, case.scene) if isinstance(x, Incident)]
        assert all(incident.track_id in case.culprits for incident in found), case.name
        hits += bool(found)
    assert hits >= 3
    silent = [
        own_horn(rng, long=True),
        noise_beside(rng, "no sound", None, "hand"),
        *(noise_beside(rng, n, QUIET[n](rng), "hand") for n in ("talk", "music", "doors")),
    ]
    for case in silent:
        found = [x for x in rule.judge(case.tracks, case.scene) if isinstance(x, Incident)]
        assert not found, case.name
