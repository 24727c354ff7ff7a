"""How well horns, revving and bangs are told from other noises, on recordings of known class.

    python benchmarks/sounds.py FOLDER [--folds 4,5]

FOLDER has the form of ESC-50 (https://github.com/karolpiczak/ESC-50): `meta/esc50.csv` with the
columns filename, fold and category, and `audio/`; or that of UrbanSound8K: `fold1/` to `fold10/`
with files named id-class-occurrence-slice.wav. The weights of `pipeline.sound.horn` were fitted on,
and the limits of the others chosen by, folds 1 and 3 of UrbanSound8K and folds 1 to 3 of ESC-10
(40 clips each of ten classes of ESC-50): measure on others.

Each clip is heard on its own, between one and a half seconds of faint noise. A clip is short: where
it begins and ends within a hum, the hum begins and ends as it never does in a film. Printed for
each class: its clips, those in which each sound was heard, and those whose sounds would make a
series that the rule takes up (were a vehicle in view). Then false sounds and series an hour over
all classes that are not named as theirs, and the processor's seconds for an hour of sound.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline.sound.listen import heard_in
from pipeline.sound.spectrum import RATE_HZ, Samples
from pipeline.types import SoundEvent, SoundKind
from pipeline.violations.hearing import only, presses_of, series_of
from pipeline.violations.revving_honking import RevvingHonkingSettings

URBAN = (
    "air_conditioner",
    "car_horn",
    "children_playing",
    "dog_bark",
    "drilling",
    "engine_idling",
    "gun_shot",
    "jackhammer",
    "siren",
    "street_music",
)
# Classes in which a sound is no mistake: what it is named for, or what the finder says itself
# that it cannot tell from it.
TRUE = {
    SoundKind.HORN: {"car_horn", "train"},
    SoundKind.REVVING: {"chainsaw", "engine", "engine_idling"},
    SoundKind.BANG: {"gun_shot", "fireworks"},
}
AROUND_S = 1.5


def clips(folder: Path, folds: set[str] | None) -> Iterator[tuple[str, Path]]:
    """Class and file of each clip of some folds (None: all)."""
    table = folder / "meta" / "esc50.csv"
    if table.exists():
        for row in csv.DictReader(table.open(encoding="utf-8")):
            if folds is None or row["fold"] in folds:
                yield row["category"], folder / "audio" / row["filename"]
        return
    for path in sorted(folder.glob("**/fold*/*.wav")):
        if folds is None or path.parent.name.removeprefix("fold") in folds:
            yield URBAN[int(path.stem.split("-")[1])], path


def samples_of(path: Path) -> Samples:
    """A whole sound file."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
    with av.open(str(path)) as container:
        parts = [
            part.to_ndarray()[0]
            for frame in (*container.decode(audio=0), None)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(parts).astype(np.float32)


def series(events: tuple[SoundEvent, ...]) -> set[SoundKind]:
    """Kinds of which the rule would take a series up."""
    settings = RevvingHonkingSettings()
    sure = [event for event in events if event.confidence >= settings.least_confidence]
    found = set()
    presses = presses_of(only(sure, SoundKind.HORN))
    long = any(press.end_s - press.start_s >= settings.long_horn_s for press in presses)
    if long or series_of(presses, settings.horns, settings.window_s):
        found.add(SoundKind.HORN)
    for kind, least in ((SoundKind.REVVING, settings.revs), (SoundKind.BANG, settings.bangs)):
        if series_of(only(sure, kind), least, settings.window_s):
            found.add(kind)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--folds", help="numbers, joined by commas; all where not given")
    options = parser.parse_args()
    folds = set(options.folds.split(",")) if options.folds else None
    least = RevvingHonkingSettings().least_confidence
    noise = np.random.default_rng(0)
    around = round(AROUND_S * RATE_HZ)
    number: Counter[str] = Counter()
    with_sound: dict[str, Counter[SoundKind]] = defaultdict(Counter)
    with_series: dict[str, Counter[SoundKind]] = defaultdict(Counter)
    false, false_series = Counter[SoundKind](), Counter[SoundKind]()
    quiet_s: Counter[SoundKind] = Counter()
    heard_s = spent_s = 0.0
    for category, path in clips(options.folder, folds):
        clip = samples_of(path)
        edges = noise.normal(0, 3e-4, (2, around)).astype(np.float32)
        sound = np.concatenate([edges[0], clip, edges[1]])
        start = time.process_time()
        events = heard_in(sound)
        spent_s += time.process_time() - start
        heard_s += len(sound) / RATE_HZ
        number[category] += 1
        found = Counter(event.kind for event in events if event.confidence >= least)
        taken_up = series(events)
        for kind in SoundKind:
            with_sound[category][kind] += found[kind] > 0
            with_series[category][kind] += kind in taken_up
            if category not in TRUE[kind]:
                quiet_s[kind] += len(clip) / RATE_HZ  # type: ignore[assignment]
                false[kind] += found[kind]
                false_series[kind] += kind in taken_up
    print(f"{'class':<22} clips   horn  revving  bang   series: horn revving bang")
    for category, count in sorted(number.items()):
        one, two = with_sound[category], with_series[category]
        print(
            f"{category:<22} {count:5d}  "
            + "  ".join(f"{one[kind]:5d}" for kind in SoundKind)
            + "           "
            + "  ".join(f"{two[kind]:5d}" for kind in SoundKind)
        )
    for kind in SoundKind:
        hours = max(quiet_s[kind] / 3600, 1e-9)
        print(
            f"{kind}: {false[kind] / hours:.1f} false sounds an hour, "
            f"{false_series[kind] / hours:.1f} clips an hour with a false series "
            f"({hours:.2f} h of other classes)"
        )
    print(f"{3600 * spent_s / max(heard_s, 1e-9):.1f} s of processor for an hour of sound")


if __name__ == "__main__":
    main()
