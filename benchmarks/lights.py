"""How well traffic lights and stop lines are found, and how often where there are none.

    python benchmarks/lights.py --none VIDEO ... [--hanoi FRAMES] [--china PICTURES]

`--none`: real clips without any light: how many are found all the same, a minute.
`--hanoi`: `data/videos/frames` of uvhnael/Red-Light-Violation-Detection: two junctions, 64 seconds
each, 640x480. What the light beside the stop line shows was read off the pictures, to the frame.
`--china`: `light` of HevLfreis/TrafficLight-Detector: what each picture's lights show was read off.
None of these pictures was learned from. Each sampled picture goes through detector and scene as in
a run; the pictures of China through the search alone, at the threshold for a new light.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.scene.builder import SceneBuilder
from pipeline.scene.light_lamps import find_lamps
from pipeline.scene.light_look import STATES, LampReader
from pipeline.scene.lights import LightFinder
from pipeline.settings import VisionSettings
from pipeline.types import Frame, LightState, Scene, TrafficLight
from pipeline.vision.backends import load_detector
from pipeline.vision.registry import registry
from pipeline.vision.weights import checked

RATE_HZ = 5.0
FOUND = 0.85  # as `pipeline.scene.lights` asks of a new light
PLACES = 14
NO_BOXES = np.empty((0, 4), np.float32)
R, Y, G = LightState.RED, LightState.YELLOW, LightState.GREEN


@dataclass(frozen=True)
class Junction:
    """A clip kept as frames: where its near light hangs, and what it shows from which second on."""

    pattern: str
    rate_hz: float
    lamp: tuple[float, float]  # the red one
    phases: tuple[tuple[float, LightState | None], ...]  # None: dark
    line: tuple[tuple[float, float], tuple[float, float]]  # the stop line's ends

    def state(self, time_s: float) -> LightState | None:
        return [state for start, state in self.phases if start <= time_s][-1]


HANOI = {
    "Giảng Võ - Láng Hạ": Junction(
        "16h15.25.9.22_*.png",
        6.0165,
        (626, 182),
        ((0.0, G), (1.33, None), (4.32, R)),
        ((40, 337), (515, 365)),
    ),
    "Lý Thường Kiệt - Hàng Bài": Junction(
        "output_*.png",
        6.0165,
        (560, 190),
        ((0.0, Y), (0.66, R), (42.55, G)),
        ((192, 385), (561, 398)),
    ),
}
CHINA = {
    "1": "G", "10": "R", "11": "R", "12": "RY", "13": "RYG", "14": "R", "15": "R", "16": "Y",
    "17": "Y", "18": "Y", "19": "RY", "2": "G", "20": "RY", "21": "Y", "22": "Y", "23": "Y",
    "24": "Y", "3": "RG", "4": "G", "5": "RG", "6": "RG", "7": "R", "8": "R", "9": "R",
    "IMG_0000": "G", "IMG_0318": "G", "IMG_0322": "G", "IMG_0328": "R", "IMG_0338": "Y",
    "IMG_0339": "Y", "IMG_0341": "R", "IMG_0342": "R", "IMG_0344": "R", "IMG_0349": "R",
    "IMG_0359": "R", "IMG_0365": "R", "IMG_0369": "G", "IMG_0379": "R", "IMG_0387": "R",
    "IMG_0389": "G", "IMG_0394": "R", "IMG_0398": "G", "IMG_0403": "R",
}  # fmt: skip


def of_video(path: Path) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    video = cv2.VideoCapture(str(path))
    rate = video.get(cv2.CAP_PROP_FPS)
    index, next_s = 0, 0.0
    while True:
        more, picture = video.read()
        if not more:
            return
        if index / rate >= next_s - 1e-6:
            next_s += 1 / RATE_HZ
            yield index / rate, np.asarray(picture, np.uint8)
        index += 1


def of_frames(folder: Path, junction: Junction) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    for index, path in enumerate(sorted(folder.glob(junction.pattern))):
        yield index / junction.rate_hz, np.asarray(cv2.imread(str(path)), np.uint8)


def watched(pictures: Iterator[tuple[float, NDArray[np.uint8]]]) -> tuple[Scene, float, float]:
    """The scene, the seconds seen and the milliseconds that lights cost a picture."""
    detector = load_detector(checked(registry()["road_users"]), VisionSettings())
    builder, alone = SceneBuilder(RATE_HZ), LightFinder()
    time_s, spent, count = 0.0, 0.0, 0
    for index, (time_s, picture) in enumerate(pictures):
        detections = detector.detect([picture])[0]
        frame = Frame(picture, index, time_s, 0, time_s)
        motion = builder.update(frame, detections)
        started = time.process_time()
        alone.update(frame, detections.boxes, motion)
        spent += time.process_time() - started
        count += 1
    return builder.finish(), time_s, 1000 * spent / max(count, 1)


def none(paths: list[Path]) -> None:
    lights = lines = 0
    seconds = 0.0
    for path in paths:
        scene, lasts, cost = watched(of_video(path))
        lights, lines, seconds = (
            lights + len(scene.lights),
            lines + len(scene.stop_lines),
            seconds + lasts,
        )
        shown = [str(max(set(light.states), key=light.states.count)) for light in scene.lights]
        print(
            f"{path.name}: {lasts:.0f} s, {len(scene.lights)} lights {shown}, "
            f"{len(scene.stop_lines)} stop lines, {cost:.1f} ms a picture"
        )
    print(f"a minute: {60 * lights / seconds:.2f} lights, {60 * lines / seconds:.2f} stop lines")


def hanoi(folder: Path) -> None:
    for name, junction in HANOI.items():
        scene, lasts, cost = watched(of_frames(folder, junction))
        near = [light for light in scene.lights if _holds(light, junction.lamp)]
        told = right = wrong = looks = 0
        for light in near:
            for at, state in zip(light.times_s, light.states, strict=True):
                truth = junction.state(float(at))
                looks += 1
                told += state is not LightState.UNKNOWN
                right += state is truth
                wrong += state is not LightState.UNKNOWN and state is not truth
        print(
            f"{name}: {lasts:.0f} s, {len(scene.lights)} lights, the near one "
            f"{'found' if near else 'missed'}: {looks} looks, {told} told, {right} right, "
            f"{wrong} wrong; {cost:.1f} ms a picture"
        )
        for other in scene.lights:
            if other not in near:
                shown = {str(state): other.states.count(state) for state in set(other.states)}
                print(f"  also at {np.median(other.boxes, axis=0).round().tolist()}: {shown}")
        for line in scene.stop_lines:
            off = [_off(line.points, end) for end in junction.line]
            print(
                f"  stop line {line.points.round().tolist()} from {line.start_s:.0f} to "
                f"{line.end_s:.0f} s: {off[0]:+.0f} and {off[1]:+.0f} rows off at the true ends"
            )


def china(folder: Path) -> None:
    reader = LampReader()
    shown = found = told = right = reds = right_reds = 0
    for name, colours in CHINA.items():
        picture = cv2.imread(str(folder / f"{name}.jpg"))
        truth = {{"R": R, "Y": Y, "G": G}[letter] for letter in colours}
        lamps = find_lamps(np.asarray(picture, np.uint8), PLACES, NO_BOXES)
        looks = reader.look(np.asarray(picture, np.uint8), lamps).states
        best = looks[:, 1:].argmax(axis=1) + 1
        states = [STATES[b] for b, look in zip(best, looks, strict=True) if look[b] >= FOUND]
        shown += len(truth)
        found += len(truth & set(states))
        told += len(states)
        right += sum(state in truth for state in states)
        reds += states.count(R)
        right_reds += sum(state is R and R in truth for state in states)
    print(
        f"China, {len(CHINA)} pictures: {found} of {shown} colours shown are told; of {told} lamps "
        f"told {right} have a colour that the picture shows; of {reds} red ones {right_reds}"
    )


def _holds(light: TrafficLight, place: tuple[float, float]) -> bool:
    x1, y1, x2, y2 = np.median(light.boxes, axis=0)
    return bool(x1 - 4 <= place[0] <= x2 + 4 and y1 - 4 <= place[1] <= y2 + 4)


def _off(points: NDArray[np.float64], end: tuple[float, float]) -> float:
    (x1, y1), (x2, y2) = points
    return float(y1 + (y2 - y1) * (end[0] - x1) / (x2 - x1) - end[1])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--none", type=Path, nargs="*", default=[])
    arguments.add_argument("--hanoi", type=Path)
    arguments.add_argument("--china", type=Path)
    options = arguments.parse_args()
    cv2.setNumThreads(1)
    if options.china:
        china(options.china)
    if options.none:
        none(options.none)
    if options.hanoi:
        hanoi(options.hanoi)


if __name__ == "__main__":
    main()
