"""What vehicles sound like, synthesised: horns, engines that rev, exhaust bangs.

Waveforms are float64, mono, `RATE_HZ` a second, with the loudest moment near 1. Horns follow
UN Regulation 28: a buzzing diaphragm with its strongest partials between 1.8 and 3.55 kHz. An
engine fires `cylinders * rpm / 120` times a second (four strokes) or `cylinders * rpm / 60` (two);
its sound repeats with that frequency and rings in the exhaust.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import av
import numpy as np

from pipeline.types import FloatArray

RATE_HZ = 16_000
_AAC_LEAD = 1024  # samples that the encoder sends before the first one


def seconds(duration_s: float) -> FloatArray:
    """(S,) times of the samples of a stretch."""
    return np.arange(round(duration_s * RATE_HZ)) / RATE_HZ


def shaped(white: FloatArray, gain: FloatArray, at_hz: FloatArray) -> FloatArray:
    """A sound through a filter: gains at frequencies, straight lines between them."""
    spectrum = np.fft.rfft(white)
    frequencies = np.fft.rfftfreq(len(white), 1 / RATE_HZ)
    return np.asarray(np.fft.irfft(spectrum * np.interp(frequencies, at_hz, gain), len(white)))


def loudest_one(sound: FloatArray) -> FloatArray:
    return np.asarray(sound / max(float(np.abs(sound).max()), 1e-9))


def edges(length: int, attack_s: float, release_s: float) -> FloatArray:
    """(S,) an envelope that rises and falls like a switch with a little inertia."""
    t = np.arange(length) / RATE_HZ
    return np.clip(np.minimum(t / attack_s, (length / RATE_HZ - t) / release_s), 0, 1)


# --- horns -------------------------------------------------------------------------------------


def horn(rng: np.random.Generator, kind: str, duration_s: float) -> tuple[FloatArray, float]:
    """One press of a horn of a "car", "motorbike" or "truck", and its lowest pitch in Hz."""
    t = seconds(duration_s)
    if kind == "truck":  # air through two or three trumpets, a moment until they speak
        low = rng.uniform(240, 330)
        pitches = [low * ratio for ratio in (1.0, 1.26, 1.5)[: rng.integers(2, 4)]]
        slope, bright, attack = rng.uniform(0.6, 1.0), rng.uniform(1.0, 2.5), rng.uniform(0.05, 0.1)
        lag = 0.03 * np.exp(-t / 0.05)
    elif kind == "car":  # a low and a high disc or trumpet
        low = rng.uniform(380, 440)
        pitches = [low, low * rng.uniform(1.18, 1.28)]
        slope, bright, attack = (
            rng.uniform(0.1, 0.5),
            rng.uniform(1.5, 3.0),
            rng.uniform(0.01, 0.03),
        )
        lag = 0.004 * np.exp(-t / 0.03)
    else:  # one small disc
        pitches = [rng.uniform(350, 520)]
        slope, bright, attack = (
            rng.uniform(0.0, 0.4),
            rng.uniform(1.5, 3.5),
            rng.uniform(0.01, 0.03),
        )
        lag = 0.004 * np.exp(-t / 0.03)
    peak_hz = rng.uniform(1900, 3400)
    sound = np.zeros(len(t))
    for pitch in pitches:
        drift = 1 + 0.002 * np.sin(2 * np.pi * rng.uniform(0.2, 1.5) * t + rng.uniform(0, 6)) - lag
        phase = 2 * np.pi * np.cumsum(pitch * drift) / RATE_HZ
        for order in range(1, int(7500 / pitch) + 1):
            frequency = order * pitch
            ring = bright * np.exp(-0.5 * (np.log2(frequency / peak_hz) / 0.5) ** 2)
            level = (order**-slope + ring) * rng.uniform(0.5, 1.2)
            sound += level * np.sin(order * phase + rng.uniform(0, 6))
    return loudest_one(sound * edges(len(t), attack, rng.uniform(0.02, 0.06))), min(pitches)


# --- engines -----------------------------------------------------------------------------------


def engine(
    rng: np.random.Generator,
    rpm: FloatArray,
    load: FloatArray,
    *,
    cylinders: int = 1,
    strokes: int = 4,
) -> FloatArray:
    """An engine whose speed (turns a minute) and load (0..1) are given for each sample."""
    firing = rpm * cylinders / (120 if strokes == 4 else 60)
    cycles = np.cumsum(firing) / RATE_HZ
    # Each charge burns a little differently from the one before.
    charge = np.interp(
        cycles, np.arange(int(cycles[-1]) + 2), rng.normal(1, 0.12, int(cycles[-1]) + 2)
    )
    phase = np.mod(cycles, 1.0)
    pulse = np.exp(-phase * rng.uniform(5, 12)) * charge
    hiss = rng.normal(0, 1, len(rpm)) * np.exp(-phase * 3.0) * rng.uniform(0.1, 0.35)
    raw = (pulse - 0.1 + hiss) * (0.12 + 0.88 * load)
    ring_hz = rng.uniform(180, 420)
    at = np.array([0, 40, 120, ring_hz, 2 * ring_hz, 1200, 3000, 8000])
    gain = np.array([0, 0.5, 1, rng.uniform(1.2, 2.5), 1, rng.uniform(0.5, 0.9), 0.3, 0.08])
    return loudest_one(shaped(raw, gain, at))


def rev_bursts(
    rng: np.random.Generator, duration_s: float, starts_s: Sequence[float], *, gentle: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Speed and load of an engine that idles and is revved at given moments.

    `gentle`: the throttle barely opens, the engine goes a third faster at most.
    """
    t = seconds(duration_s)
    idle = rng.uniform(1300, 1800)
    rpm, load = np.full(len(t), idle), np.full(len(t), 0.05)
    for start in starts_s:
        top = idle * (rng.uniform(1.1, 1.25) if gentle else rng.uniform(3.2, 5.5))
        rise, hold, fall = rng.uniform(0.18, 0.45), rng.uniform(0.0, 0.25), rng.uniform(0.3, 0.6)
        since = t - start
        up = np.clip(since / rise, 0, 1) ** 0.8
        down = np.exp(-np.clip(since - rise - hold, 0, None) / (0.5 * fall))
        shape = np.where(since > 0, up * down, 0)
        rpm = np.maximum(rpm, idle + (top - idle) * shape)
        load = np.maximum(load, np.where((since > 0) & (since < rise + hold), 1.0, 0.35 * shape))
    smooth = np.exp(-np.arange(800) / 240)
    load = np.convolve(load, smooth / smooth.sum())[: len(t)]
    return rpm * (1 + 0.004 * np.sin(2 * np.pi * 1.3 * t)), load


def exhaust_bang(rng: np.random.Generator) -> FloatArray:
    """Unburnt mixture that goes off in the exhaust: a click, a thump and its ringing."""
    t = seconds(0.35)
    click = rng.normal(0, 1, len(t)) * np.exp(-t / rng.uniform(0.006, 0.02))
    tail = shaped(
        rng.normal(0, 1, len(t)), np.array([0.3, 1, 1, 0.15]), np.array([0, 80, 500, 4000])
    ) * np.exp(-t / rng.uniform(0.03, 0.07))
    thump = np.sin(2 * np.pi * rng.uniform(70, 140) * t) * np.exp(-t / 0.05)
    rise = np.clip(t / 0.001, 0, 1)
    return loudest_one(rise * (click + 1.5 * loudest_one(tail) + rng.uniform(0.3, 1.0) * thump))


# --- the way into the file -----------------------------------------------------------------------


def placed(length: int, sound: FloatArray, start_s: float) -> FloatArray:
    """(length,) silence with a sound from a moment on; what runs over the end is cut."""
    track = np.zeros(length)
    first = round(start_s * RATE_HZ)
    part = sound[: max(length - first, 0)]
    track[first : first + len(part)] = part
    return track


def over(bed: FloatArray, sound: FloatArray, db: float) -> FloatArray:
    """Both, the sound's loud part so many dB over the bed."""
    loud = np.abs(sound) > 0.1 * np.abs(sound).max()
    gain = np.sqrt((bed**2).mean() / max(float((sound[loud] ** 2).mean()), 1e-12))
    return np.asarray(bed + sound * gain * 10 ** (db / 20))


def in_cabin(sound: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Heard through glass and steel: the higher, the less comes through."""
    gain = 10 ** (-np.array([0, 6, 12, rng.uniform(14, 20), rng.uniform(18, 26), 32]) / 20)
    return shaped(sound, gain, np.array([0, 100, 400, 1500, 3500, 8000]))


def through_codec(sound: FloatArray, codec: str = "aac", bit_rate: int = 48_000) -> FloatArray:
    """What is left after a camera's encoder ("aac", or "adpcm_ima_wav" of cheap ones)."""
    buffer = io.BytesIO()
    container = "mp4" if codec == "aac" else "wav"
    with av.open(buffer, "w", format=container) as out:
        stream: Any = out.add_stream(codec, rate=RATE_HZ, layout="mono")
        if codec == "aac":
            stream.bit_rate = bit_rate
        samples = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        for packet in (*stream.encode(frame), *stream.encode(None)):
            out.mux(packet)
    buffer.seek(0)
    with av.open(buffer, "r") as back:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
        parts = [
            part.to_ndarray()[0]
            for frame in back.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    decoded = np.concatenate(parts).astype(np.float64)
    if codec == "aac":
        decoded = decoded[_AAC_LEAD:]
    return np.pad(decoded, (0, max(len(sound) - len(decoded), 0)))[: len(sound)]
