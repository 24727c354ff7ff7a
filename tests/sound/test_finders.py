"""Horns, revving and bangs of known truth, and noises that are none of them."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from driving_range import noises, sounds
from pipeline.sound.listen import heard_in
from pipeline.sound.pitch import HOP_S, follow_pitch
from pipeline.sound.spectrum import RATE_HZ, spectra
from pipeline.types import FloatArray, SoundEvent, SoundKind

LENGTH_S = 12.0


def road(rng: np.random.Generator, level: float = 0.03) -> FloatArray:
    return level * noises.road(rng, LENGTH_S)


def heard(sound: FloatArray, kind: SoundKind) -> list[SoundEvent]:
    return [event for event in heard_in(sound.astype(np.float32)) if event.kind is kind]


def with_one(sound: FloatArray, start_s: float, rng: np.random.Generator) -> FloatArray:
    bed = road(rng)
    return bed + sounds.placed(len(bed), sound, start_s)


@pytest.mark.parametrize("kind", ["car", "motorbike", "truck"])
@pytest.mark.parametrize("seed", range(3))
def test_horn_is_found_where_and_as_long_as_it_sounds(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    press, pitch = sounds.horn(rng, kind, 0.8)
    events = heard(with_one(0.1 * press, 4.0, rng), SoundKind.HORN)
    assert len(events) == 1
    assert events[0].start_s == pytest.approx(4.0, abs=0.1)
    assert events[0].end_s == pytest.approx(4.8, abs=0.12)
    assert events[0].confidence > 0.6
    # The lowest tone that stands out is the horn's, or a multiple of one of its two.
    assert events[0].pitch_hz >= 0.97 * pitch


def test_parts_of_a_long_horn_grow_as_it_does() -> None:
    rng = np.random.default_rng(5)
    press, _ = sounds.horn(rng, "car", 5.0)
    louder = press * np.linspace(0.05, 0.2, len(press))  # 12 dB in all
    events = heard(with_one(louder, 3.0, rng), SoundKind.HORN)
    assert len(events) >= 4
    assert all(b.start_s - a.end_s < 0.15 for a, b in pairwise(events))
    assert events[-1].level_db - events[0].level_db == pytest.approx(9.0, abs=2.5)
    assert events[-1].end_s - events[0].start_s == pytest.approx(5.0, abs=0.2)


def test_pitch_of_an_engine_is_its_firing_frequency() -> None:
    rng = np.random.default_rng(1)
    t = sounds.seconds(6.0)
    rpm = np.interp(t, [0, 2, 3, 6], [5400, 5400, 9000, 9000])
    sound = sounds.engine(rng, rpm, np.full(len(t), 1.0))
    path = follow_pitch(sound.astype(np.float32))
    for time, hz in ((1.0, 45.0), (4.5, 75.0)):
        assert 2 ** path.octaves[round(time / HOP_S)] == pytest.approx(hz, rel=0.05)


def test_bursts_of_revving_are_found() -> None:
    found = 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        starts = [2.0, 3.3, 4.5, 6.0, 7.4]
        rpm, load = sounds.rev_bursts(rng, LENGTH_S, starts)
        sound = road(rng) + 0.25 * sounds.engine(rng, rpm, load, cylinders=1 + seed % 2)
        events = heard(sound, SoundKind.REVVING)
        found += sum(any(abs(event.start_s - start) < 0.4 for event in events) for start in starts)
        assert all(any(abs(e.start_s - start) < 0.6 for start in starts) for e in events)
    assert found >= 15  # of 20


def test_bangs_are_found() -> None:
    rng = np.random.default_rng(3)
    sound = road(rng)
    starts = [2.0, 2.7, 4.1, 5.6, 6.1]
    for start in starts:
        sound += sounds.placed(len(sound), 0.5 * sounds.exhaust_bang(rng), start)
    events = heard(sound, SoundKind.BANG)
    assert [event.start_s for event in events] == pytest.approx(starts, abs=0.03)


@pytest.mark.parametrize(
    "name",
    ["road", "wind", "rain", "speech", "music", "siren", "beeps", "indicator", "doors", "passing"],
)
def test_other_noises_make_no_series(name: str) -> None:
    """No three revs, four bangs, nor five horns within the 12 seconds: the rule stays silent."""
    for seed in range(3):
        rng = np.random.default_rng(seed)
        quiet = {
            "road": lambda rng: noises.road(rng, LENGTH_S),
            "wind": lambda rng: noises.wind(rng, LENGTH_S),
            "rain": lambda rng: noises.rain(rng, LENGTH_S),
            "speech": lambda rng: noises.speech(rng, LENGTH_S, 2),
            "music": lambda rng: noises.music(rng, LENGTH_S),
            "siren": lambda rng: noises.siren(rng, LENGTH_S, "wail"),
            "beeps": lambda rng: noises.reversing_beeps(rng, LENGTH_S),
            "indicator": lambda rng: noises.indicator(rng, LENGTH_S),
            "doors": lambda rng: sum(
                sounds.placed(round(LENGTH_S * RATE_HZ), noises.door(rng), at)
                for at in (2.0, 3.1, 4.4, 6.0)
            ),
            "passing": lambda rng: noises.passing(rng, LENGTH_S),
        }[name]
        sound = road(rng) + 0.3 * np.asarray(quiet(rng))
        counts = Counter(e.kind for e in heard_in(sound.astype(np.float32)) if e.confidence >= 0.5)
        assert counts[SoundKind.REVVING] < 3
        assert counts[SoundKind.BANG] < 4
        assert counts[SoundKind.HORN] < 5


def test_a_hum_that_was_always_there_is_no_horn() -> None:
    rng = np.random.default_rng(2)
    t = sounds.seconds(LENGTH_S)
    hum = sum(0.02 * np.sin(2 * np.pi * 420 * order * t) for order in range(1, 10))
    assert not heard(road(rng) + hum, SoundKind.HORN)


def test_silence_and_noise_make_nothing() -> None:
    rng = np.random.default_rng(4)
    assert heard_in(np.zeros(5 * RATE_HZ, np.float32)) == ()
    assert heard_in(rng.normal(0, 0.1, 20 * RATE_HZ).astype(np.float32)) == ()
    assert heard_in(np.zeros(10, np.float32)) == ()


def test_levels_are_those_of_a_sine() -> None:
    t = np.arange(RATE_HZ) / RATE_HZ
    seen = spectra((0.1 * np.sin(2 * np.pi * 1000 * t)).astype(np.float32), 2048, 400, 5600.0)
    assert seen.levels_db[20].max() == pytest.approx(-20.0, abs=0.2)
    assert seen.levels_db[20].argmax() == seen.bin(1000.0)
