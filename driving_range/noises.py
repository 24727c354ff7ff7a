"""What else a camera's microphone hears: the road, weather, people, and signals that are lawful.

Same form as `driving_range.sounds`: float64, mono, `RATE_HZ` a second, loudest moment near 1.
"""

from __future__ import annotations

import numpy as np

from driving_range.sounds import RATE_HZ, edges, engine, loudest_one, placed, seconds, shaped
from pipeline.types import FloatArray


def road(rng: np.random.Generator, duration_s: float) -> FloatArray:
    """Tyres and wind: noise that falls with the frequency and swells slowly."""
    white = rng.normal(0, 1, len(seconds(duration_s)))
    slope = rng.uniform(0.7, 1.3)
    at = np.array([0, 30, 60, 120, 250, 500, 1000, 2000, 4000, 8000], float)
    sound = shaped(white, np.r_[0, 0.5, (60 / at[2:]) ** slope], at)
    return loudest_one(sound * _swell(rng, len(sound), 0.3))


def wind(rng: np.random.Generator, duration_s: float) -> FloatArray:
    """Gusts on a bare microphone: a deep rumble that comes and goes."""
    white = rng.normal(0, 1, len(seconds(duration_s)))
    sound = shaped(white, np.array([0, 1, 0.4, 0.02, 0]), np.array([0, 30, 150, 600, 8000]))
    return loudest_one(sound * _swell(rng, len(sound), 1.2) ** 2)


def rain(rng: np.random.Generator, duration_s: float) -> FloatArray:
    """Drops on a roof: many small clicks over a hiss."""
    count = len(seconds(duration_s))
    drops = (rng.random(count) < 0.004) * rng.exponential(1, count)
    ring = np.exp(-np.arange(200) / 25) * np.sin(np.arange(200) * rng.uniform(0.4, 1.2))
    hiss = shaped(
        rng.normal(0, 1, count), np.array([0, 0.2, 1, 0.6]), np.array([0, 300, 2500, 8000])
    )
    return loudest_one(np.convolve(drops, ring)[:count] + 0.25 * hiss)


def speech(rng: np.random.Generator, duration_s: float, voices: int = 1) -> FloatArray:
    """Talk without words: a voice's pulses through moving formants, in syllables and pauses."""
    count = len(seconds(duration_s))
    total = np.zeros(count)
    for _ in range(voices):
        base, at = rng.uniform(95, 230), rng.uniform(0, 0.5)
        while at < duration_s - 0.5:
            length = rng.uniform(0.09, 0.32)
            t = seconds(length)
            glide = base * (1 + rng.normal(0, 0.12) + rng.normal(0, 0.25) * t / length)
            phase = 2 * np.pi * np.cumsum(np.clip(glide, 60, 500)) / RATE_HZ
            orders = np.arange(1, int(5000 / base))
            formants = rng.uniform((300, 900, 2300), (800, 2200, 3000))
            gains = sum(np.exp(-(((orders * base - f) / 160) ** 2)) for f in formants) + 0.02
            tone = (gains / orders**0.5) @ np.sin(orders[:, None] * phase + rng.uniform(0, 6))
            breath = rng.normal(0, rng.uniform(0.02, 0.5), len(t))
            total += placed(count, (tone + breath) * edges(len(t), 0.03, 0.05), at)
            at += length + (rng.uniform(0.02, 0.1) if rng.random() < 0.8 else rng.uniform(0.3, 1.2))
    return loudest_one(total)


def music(rng: np.random.Generator, duration_s: float) -> FloatArray:
    """A radio: chords, a melody with vibrato, drums on the beat."""
    count = len(seconds(duration_s))
    total = np.zeros(count)
    beat = 60 / rng.uniform(75, 140)
    root = rng.uniform(110, 180)
    for number in range(int(duration_s / beat)):
        t = seconds(min(beat * 1.1, duration_s - number * beat))
        chord = root * 2 ** (np.array([0, 4, 7]) / 12 + (number // 4 % 4) * 5 / 12 % 1)
        notes = [*chord, *(2 * root * 2 ** (rng.integers(0, 12, 1) / 12))]
        tone = np.zeros(len(t))
        for index, note in enumerate(notes):
            bend = 1 + (0.008 if index == 3 else 0) * np.sin(2 * np.pi * 5.5 * t)
            phase = 2 * np.pi * np.cumsum(note * bend) / RATE_HZ
            for order in range(1, 9):
                tone += np.sin(order * phase) / order**1.3
        drum = rng.normal(0, 1, len(t)) * np.exp(-t / 0.03) * 4 * (number % 2)
        kick = np.sin(2 * np.pi * 60 * t) * np.exp(-t / 0.08) * 6
        total += placed(count, tone * np.exp(-t / (2 * beat)) + drum + kick, number * beat)
    return loudest_one(total)


def siren(rng: np.random.Generator, duration_s: float, kind: str) -> FloatArray:
    """An ambulance: "wail" and "yelp" sweep, "two-tone" steps between two pitches."""
    t = seconds(duration_s)
    low, high = rng.uniform(480, 650), rng.uniform(1100, 1500)
    if kind == "two-tone":
        low = rng.uniform(380, 480)
        pitch = np.where(np.mod(t, 1.1) < 0.55, low, low * 1.33)
    else:
        rate = rng.uniform(0.15, 0.35) if kind == "wail" else rng.uniform(2.5, 4)
        pitch = low * (high / low) ** (0.5 - 0.5 * np.cos(2 * np.pi * rate * t))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    return loudest_one(sum((np.sin(k * phase) / k**0.8 for k in range(1, 7)), np.zeros(len(t))))


def reversing_beeps(rng: np.random.Generator, duration_s: float) -> FloatArray:
    """A lorry that backs up: one high tone, on and off each second."""
    t = seconds(duration_s)
    pitch, period = rng.uniform(1000, 2900), rng.uniform(0.8, 1.2)
    on = np.mod(t, period) < 0.5 * period
    smooth = np.convolve(on.astype(float), np.ones(80) / 80, "same")
    return loudest_one(
        (np.sin(2 * np.pi * pitch * t) + 0.1 * np.sin(4 * np.pi * pitch * t)) * smooth
    )


def indicator(rng: np.random.Generator, duration_s: float) -> FloatArray:
    """The relay of a direction indicator: tick, tock, at an even pace."""
    count = len(seconds(duration_s))
    total, at, period = np.zeros(count), rng.uniform(0, 0.3), rng.uniform(0.3, 0.45)
    sounds = [_click(rng, rng.uniform(1500, 3500), 0.004) for _ in range(2)]
    number = 0
    while at < duration_s - 0.1:
        total += placed(count, sounds[number % 2], at)
        at, number = at + period, number + 1
    return loudest_one(total)


def door(rng: np.random.Generator) -> FloatArray:
    """A car's door that is shut: the latch, then a deep thud."""
    t = seconds(0.6)
    thud = np.sin(2 * np.pi * rng.uniform(50, 90) * t) * np.exp(-np.clip(t - 0.06, 0, None) / 0.07)
    low = shaped(
        rng.normal(0, 1, len(t)), np.array([1, 1, 0.1, 0.01]), np.array([0, 200, 800, 8000])
    )
    body = (thud + loudest_one(low) * np.exp(-np.clip(t - 0.06, 0, None) / 0.05)) * (t > 0.06)
    return loudest_one(body + placed(len(t), 0.4 * _click(rng, 1800, 0.01), 0.02))


def pothole(rng: np.random.Generator) -> FloatArray:
    """The car falls into a hole: below 150 Hz, with a rattle after it."""
    t = seconds(0.5)
    thump = (
        np.sin(2 * np.pi * rng.uniform(35, 80) * t) * np.exp(-t / 0.08) * np.clip(t / 0.012, 0, 1)
    )
    rattle = (
        rng.normal(0, 0.1, len(t)) * np.exp(-t / 0.1) * (0.5 + 0.5 * np.sin(2 * np.pi * 30 * t))
    )
    return loudest_one(thump + rattle)


def jackhammer(rng: np.random.Generator, duration_s: float) -> FloatArray:
    """Road works: blows so close that they are one noise."""
    count = len(seconds(duration_s))
    blows = np.zeros(count)
    at, pace = 0.0, rng.uniform(0.04, 0.08)
    while at < duration_s:
        blows[min(round(at * RATE_HZ), count - 1)] = rng.uniform(0.7, 1)
        at += pace * rng.uniform(0.95, 1.05)
    return loudest_one(np.convolve(blows, _click(rng, rng.uniform(800, 2000), 0.008))[:count])


def passing(rng: np.random.Generator, duration_s: float, *, cylinders: int = 4) -> FloatArray:
    """A vehicle that pulls away or passes: one long rise through its gears, louder, then gone."""
    t = seconds(duration_s)
    gears = np.mod(t / rng.uniform(2.2, 4.0), 1.0)
    rpm = rng.uniform(1500, 2000) + rng.uniform(1500, 3500) * gears
    near = np.exp(-(((t - rng.uniform(0.3, 0.7) * duration_s) / (0.22 * duration_s)) ** 2))
    return loudest_one(
        engine(rng, rpm, np.where(gears > 0.05, 1.0, 0.3), cylinders=cylinders) * near
    )


def bell(rng: np.random.Generator) -> FloatArray:
    """A bicycle's or a temple's bell: struck, then dying away."""
    t = seconds(2.0)
    pitch = rng.uniform(500, 2200)
    partials = ((1, 1.0), (2.0, 0.6), (2.76, 0.5), (5.4, 0.3))
    tone = sum((a * np.sin(2 * np.pi * pitch * r * t) for r, a in partials), np.zeros(len(t)))
    return loudest_one(tone * np.exp(-t / rng.uniform(0.15, 0.6)))


def _click(rng: np.random.Generator, pitch: float, decay_s: float) -> FloatArray:
    t = seconds(8 * decay_s)
    return loudest_one(
        (np.sin(2 * np.pi * pitch * t) + rng.normal(0, 0.5, len(t))) * np.exp(-t / decay_s)
    )


def _swell(rng: np.random.Generator, count: int, depth: float) -> FloatArray:
    knots = np.exp(rng.normal(0, depth, max(count // RATE_HZ, 2) + 1))
    return np.interp(np.arange(count), np.linspace(0, count, len(knots)), knots)
