"""Trucks that nobody learned from, each looked at several times from each side, as tracks see them.

    python passages.py --out PASSAGES --trucks 300 --seed 1 [--backgrounds FOLDER]

One camera and one sun look at one truck; between looks the angle changes a little, the noise, the
backdrop, the detector's box and what stands in front. So what a network tells of these looks errs
as much alike as it does along a track. `images.npy` (N, 96, 128, 3), `labels.npy` (N, 96, 128),
`truths.npy` (N, 5): number of the truck, `trucks.Cargo`, view (0 behind, 1 behind and aside,
2 aside, 3 ahead), the sides' top over the cab's, the load's top over the cab's (nan without one).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from data import HEIGHT, WIDTH
from render import draw
from shapes import Part
from trucks import Cargo, Truck, draw_truck

LOOKS = 3
_VIEWS = ((0, 12), (24, 56), (68, 112), (124, 172))  # degrees from behind
_STEP = 4.0  # degrees from look to look
_LEAST = 0.7  # of the crop's rows: trucks are looked at from 64 pixels on, 0.75 of them


def tops(truck: Truck) -> tuple[float, float]:
    """The sides' top and the load's (nan: none) over the cab's."""
    load = truck.parts == Part.LOAD
    top = float(truck.corners[load][..., 2].max()) if load.any() else np.nan
    return truck.side_top / truck.cab_top, top / truck.cab_top


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--trucks", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--backgrounds", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng([options.seed, 7])
    streets = sorted(options.backgrounds.glob("*.jpg")) if options.backgrounds else []
    images, labels, truths = [], [], []
    kinds = dict.fromkeys(Cargo, 0)
    number = 0
    while number < options.trucks:
        truck = draw_truck(rng)
        if kinds[truck.cargo] >= options.trucks / len(Cargo):
            continue  # as many of each
        kinds[truck.cargo] += 1
        seed = int(rng.integers(1 << 31))
        high = rng.uniform(1.1, 2.2) if rng.random() < 0.6 else rng.uniform(2.2, 6.0)
        for view, (low, most) in enumerate(_VIEWS):
            start, distance = rng.uniform(low, most), rng.uniform(8, 40)
            side = rng.choice([-1, 1])
            for look in range(LOOKS):
                azimuth = side * float(np.clip(start + (look - 1) * _STEP, low, most))
                street = cv2.imread(str(streets[rng.integers(len(streets))])) if streets else None
                seen = (azimuth, float(distance * rng.uniform(0.8, 1.2)), float(high))
                setting = np.random.default_rng([seed, view])
                image, parts, _ = draw(truck, rng, street, seen, setting, _LEAST)
                images.append(image)
                labels.append(parts)
                truths.append((number, int(truck.cargo), view, *tops(truck)))
        number += 1
    options.out.mkdir(parents=True, exist_ok=True)
    np.save(options.out / "images.npy", np.array(images).reshape(-1, HEIGHT, WIDTH, 3))
    np.save(options.out / "labels.npy", np.array(labels))
    np.save(options.out / "truths.npy", np.array(truths, np.float32))


if __name__ == "__main__":
    main()
