"""Motorbikes on a straight road under a pinhole camera: convoys, and what looks like one."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from pipeline.types import CameraMotion, EgoMotion, Kind, Scene, Track
from tests.violations.scenes import HEIGHT, RATE, WIDTH

Place = Callable[[np.ndarray], np.ndarray]  # times (N,) to places (N, 2): metres right and ahead


@dataclass
class Road:
    """A camera, its motion, and whoever is on the road; places are against the camera."""

    rng: np.random.Generator
    duration_s: float
    state: CameraMotion = CameraMotion.STILL
    ego_mps: float = 0.0  # a driving camera's speed
    pan_px: float = 0.0  # a sample, at most
    users: list[tuple[Kind, Place, float, float]] = field(default_factory=list)

    def add(self, kind: Kind, place: Place, start_s: float = 0.0, end_s: float = 1e9) -> None:
        self.users.append((kind, place, start_s, end_s))

    def made(self) -> tuple[list[Track], Scene]:
        rng = self.rng
        focal = WIDTH * rng.uniform(0.75, 1.1)
        camera = rng.uniform(1.2, 2.6)
        horizon = HEIGHT * rng.uniform(0.36, 0.48)
        times = np.arange(round(self.duration_s * RATE) + 1) / RATE
        count = len(times)
        steps = self.pan_px * np.sin(times * rng.uniform(0.4, 0.9) + rng.uniform(0, 6))
        shift = np.concatenate([[0], np.cumsum(steps[1:])])
        nod = rng.normal(0, 2.5 if self.state is CameraMotion.DRIVING else 0.3, count)
        homographies = np.repeat(np.eye(3)[None], count, axis=0)
        homographies[1:, 0, 2] = -np.diff(shift)
        homographies[1:, 1, 2] = np.diff(nod)
        if self.state is CameraMotion.DRIVING:
            growth = self.ego_mps / RATE / rng.uniform(40, 80)
            for frame in range(1, count):
                scale = 1 + growth + rng.normal(0, 0.002)
                x = WIDTH / 2
                homographies[frame] = [
                    [scale, 0, x * (1 - scale)],
                    [0, scale, horizon * (1 - scale) + nod[frame] - nod[frame - 1]],
                    [0, 0, 1],
                ]
        columns = []
        for kind, place, start, end in self.users:
            tall, wide = {
                Kind.MOTORBIKE: (1.3 * rng.normal(1, 0.08), 0.8),
                Kind.CAR: (1.5, 1.8),
            }[kind]
            at = place(times)
            scale = focal / np.maximum(at[:, 1], 0.5)
            x = WIDTH / 2 + scale * at[:, 0] - shift
            foot = horizon + nod + scale * camera
            box = np.column_stack(
                [x - scale * wide / 2, foot - scale * tall, x + scale * wide / 2, foot]
            )
            seen = (at[:, 1] > 3) & (tall * scale > 16) & (times >= start) & (times <= end)
            seen &= (box[:, 2] > 15) & (box[:, 0] < WIDTH - 15) & (foot < HEIGHT + 40)
            columns.append((kind, box, seen, at[:, 1]))
        hidden = _hidden(columns)
        tracks: list[Track] = []
        for index, (kind, box, seen, _) in enumerate(columns):
            shown = seen & ~hidden[index] & (rng.random(count) > 0.1)
            sizes = box[:, 3] - box[:, 1]
            noisy = box + rng.normal(0, 1, box.shape) * (0.8 + 0.015 * sizes)[:, None]
            noisy = np.clip(noisy, 0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
            frames = np.flatnonzero(shown)
            cuts = np.flatnonzero(np.diff(frames) > 1.5 * RATE) + 1
            if len(frames) > 16 and rng.random() < 0.15:
                cuts = np.union1d(cuts, rng.integers(6, len(frames) - 6, 1))
            for part in np.split(frames, cuts):
                if len(part) >= 2:
                    tracks.append(
                        Track(
                            id=len(tracks) + 1,
                            kind=kind,
                            kind_share=1.0,
                            frames=part.astype(np.int32),
                            times_s=part / RATE,
                            boxes=noisy[part].astype(np.float32),
                            confidences=rng.uniform(0.4, 0.9, len(part)).astype(np.float32),
                        )
                    )
        ego = EgoMotion(times, homographies, (self.state,) * count, np.full(count, 0.9))
        return tracks, Scene(WIDTH, HEIGHT, RATE, ego)


def _hidden(columns: list[tuple[Kind, np.ndarray, np.ndarray, np.ndarray]]) -> np.ndarray:
    """(users, frames) True where a nearer one covers most of it."""
    boxes = np.array([box for _, box, _, _ in columns])
    seen = np.array([one for _, _, one, _ in columns])
    ahead = np.array([z for _, _, _, z in columns])
    result = np.zeros(seen.shape, bool)
    for index, box in enumerate(boxes):
        low = np.maximum(boxes[..., :2], box[:, :2])
        high = np.minimum(boxes[..., 2:], box[:, 2:])
        common = np.prod(np.maximum(high - low, 0), axis=-1)
        area = np.prod(box[:, 2:] - box[:, :2], axis=-1)
        nearer = seen & (ahead < ahead[index])
        result[index] = ((common > 0.7 * np.maximum(area, 1)) & nearer).any(axis=0)
    return result


def line(x: float, z: float, vz: float, wobble: float = 0.0, phase: float = 0.0) -> Place:
    return lambda t: np.column_stack(
        [x + wobble * np.sin(0.7 * t + phase), z + vz * t + wobble * np.cos(0.5 * t + phase)]
    )


def formation(
    rng: np.random.Generator, number: int, abreast: int, z: float, vz: float, add: Callable
) -> None:
    """Rows of `abreast`, the nearest at z, each a little off its place and its speed."""
    side, row = rng.uniform(1.1, 1.7), rng.uniform(3.5, 5.5)
    middle = rng.uniform(-1.5, 1.5)
    for index in range(number):
        x = middle + side * (index % abreast - (abreast - 1) / 2) + rng.normal(0, 0.15)
        along = z + row * (index // abreast) + rng.normal(0, 0.4)
        add(
            Kind.MOTORBIKE,
            line(x, along, vz + rng.normal(0, 0.15), rng.uniform(0, 0.3), rng.uniform(0, 6)),
        )


def convoy(seed: int) -> tuple[list[Track], Scene]:
    """A group of 10 to 24, three to five abreast: coming, going, followed by a pan or a drive.

    Those that hide one another until fewer than nine are seen at once for four seconds are drawn
    again: there nobody sees the group.
    """
    rng = np.random.default_rng(seed)
    while True:
        tracks, scene = _convoy(rng, seed)
        counts = np.zeros(len(scene.ego.times_s))
        for track in tracks:
            if track.boxes[0, 2] > 0 and len(track) > 5:
                counts[track.frames[0] : track.frames[-1] + 1] += 1
        if (counts >= 9).sum() >= 4 * RATE:
            return tracks, scene


def _convoy(rng: np.random.Generator, seed: int) -> tuple[list[Track], Scene]:
    number, abreast = int(rng.integers(10, 25)), int(rng.integers(3, 6))
    way = seed % 4
    if way == 0:  # comes
        road = Road(rng, 28.0)
        formation(rng, number, abreast, 85, -rng.uniform(4, 8), road.add)
    elif way == 1:  # goes
        road = Road(rng, 26.0)
        speed = rng.uniform(4, 8)
        formation(rng, number, abreast, -speed * 5 - 5 * (number // abreast), speed, road.add)
    elif way == 2:  # goes, and the camera turns about
        road = Road(rng, 26.0, CameraMotion.PANNING, pan_px=rng.uniform(3, 10))
        speed = rng.uniform(4, 7)
        formation(rng, number, abreast, -speed * 4 - 5 * (number // abreast), speed, road.add)
    else:  # ahead of a camera that drives
        road = Road(rng, 14.0, CameraMotion.DRIVING, ego_mps=rng.uniform(5, 12))
        formation(rng, number, abreast, rng.uniform(8, 13), rng.uniform(-0.2, 0.5), road.add)
    if seed % 3 == 0:  # somebody comes the other way
        for index in range(3):
            road.add(Kind.MOTORBIKE, line(-5.5, 60 + 30 * index, -9 - road.ego_mps))
    return road.made()


def quiet(seed: int) -> tuple[str, list[Track], Scene]:
    """What must not be called a group, and its name."""
    rng = np.random.default_rng(seed)
    names = list(QUIET)
    name = names[seed % len(names)]
    tracks, scene = QUIET[name](rng).made()
    return name, tracks, scene


def _dense(rng: np.random.Generator, road: Road, rate: float, sigma: float, mean: float) -> None:
    """Motorbikes all over the road that keep coming, each at its own speed."""
    time = -12.0
    away = rng.random() < 0.5
    while time < road.duration_s:
        time += rng.exponential(1 / rate)
        speed = max(rng.normal(mean, sigma), 2.5)
        x, z = rng.uniform(-4, 4), (1.0 if away else 60.0)
        way = speed if away else -speed
        road.add(Kind.MOTORBIKE, line(x, z - way * time, way, 0.2, rng.uniform(0, 6)))


def _stream(rng: np.random.Generator) -> Road:
    road = Road(rng, 25.0)
    _dense(rng, road, rng.uniform(1.5, 4), rng.uniform(1.2, 2), rng.uniform(6, 9))
    return road


def _even_stream(rng: np.random.Generator) -> Road:
    road = Road(rng, 25.0)
    _dense(rng, road, rng.uniform(1.5, 4), 0.15, rng.uniform(6, 9))
    return road


def _platoon(rng: np.random.Generator) -> Road:
    road = Road(rng, 25.0)
    for _ in range(int(rng.integers(14, 45))):
        speed = max(rng.normal(7, rng.uniform(1.2, 2)), 3)
        away = line(rng.uniform(-4, 4), -speed * 3 - rng.uniform(0, 20), speed)
        road.add(Kind.MOTORBIKE, away)
    return road


def _queue(rng: np.random.Generator) -> Road:
    road = Road(rng, 15.0, rng.choice([CameraMotion.STILL, CameraMotion.PANNING]), pan_px=4)
    formation(rng, int(rng.integers(10, 25)), int(rng.integers(3, 6)), 7, 0.0, road.add)
    return road


def _parked(rng: np.random.Generator) -> Road:
    speed = rng.uniform(1, 10)
    road = Road(rng, 15.0, CameraMotion.DRIVING, ego_mps=speed)
    for index in range(int(rng.integers(30, 60))):
        x = 3.5 + 1.4 * (index % 3) + rng.normal(0, 0.1)
        z = 8 + 0.9 * index + rng.normal(0, 0.1)
        road.add(Kind.MOTORBIKE, line(x, z, -speed))
    return road


def _dense_drive(rng: np.random.Generator) -> Road:
    road = Road(rng, 25.0, CameraMotion.DRIVING, ego_mps=rng.uniform(4, 9))
    for _ in range(int(rng.integers(25, 60))):
        speed = rng.normal(0, rng.uniform(1.2, 2))
        road.add(Kind.MOTORBIKE, line(rng.uniform(-4, 4), rng.uniform(-15, 45), speed, 0.3, speed))
    return road


def _pairs(rng: np.random.Generator) -> Road:
    if rng.random() < 0.5:
        road = Road(rng, 14.0, CameraMotion.DRIVING, ego_mps=rng.uniform(5, 12))
        formation(rng, int(rng.integers(8, 16)), int(rng.integers(1, 3)), 9, 0.0, road.add)
    else:
        road = Road(rng, 28.0)
        formation(rng, int(rng.integers(8, 16)), int(rng.integers(1, 3)), 80, -6.0, road.add)
    return road


def _family(rng: np.random.Generator) -> Road:
    road = Road(rng, 14.0, CameraMotion.DRIVING, ego_mps=rng.uniform(5, 12))
    formation(rng, int(rng.integers(3, 7)), 3, 9, 0.0, road.add)
    return road


def _oncoming(rng: np.random.Generator) -> Road:
    speed = rng.uniform(5, 10)
    road = Road(rng, 20.0, CameraMotion.DRIVING, ego_mps=speed)
    for index in range(60):
        place = line(rng.uniform(-7, -3), 20 + 5 * index, -speed - rng.normal(8, 1))
        road.add(Kind.MOTORBIKE, place)
    return road


def _mixed(rng: np.random.Generator) -> Road:
    road = Road(rng, 14.0, CameraMotion.DRIVING, ego_mps=rng.uniform(5, 10))
    formation(rng, int(rng.integers(10, 20)), 3, 8, 0.0, road.add)
    for index in range(4):
        road.add(Kind.CAR, line(rng.choice([-2.8, 0, 2.8]), 11 + 4 * index, rng.normal(0, 0.2)))
    return road


def _passed_by(rng: np.random.Generator) -> Road:
    """The camera rides within traffic of one speed: others come from behind and fall back."""
    road = Road(rng, 20.0, CameraMotion.DRIVING, ego_mps=rng.uniform(4, 9))
    for index in range(int(rng.integers(30, 50))):
        faster = rng.random() < 0.5
        speed = rng.uniform(0.8, 3) if faster else -rng.uniform(0.2, 2)
        z = -20 + 1.2 * index if faster else 5 + index
        road.add(Kind.MOTORBIKE, line(rng.uniform(-4, 4), z, speed))
    return road


def _pan_over_parked(rng: np.random.Generator) -> Road:
    road = Road(rng, 15.0, CameraMotion.PANNING, pan_px=rng.uniform(5, 15))
    for index in range(int(rng.integers(10, 30))):
        road.add(Kind.MOTORBIKE, line(-4 + 0.9 * (index % 10), 9 + 2.5 * (index // 10), 0.0))
    return road


QUIET: dict[str, Callable[[np.random.Generator], Road]] = {
    "stream": _stream,
    "even stream": _even_stream,
    "platoon from a light": _platoon,
    "queue": _queue,
    "parked, camera drives": _parked,
    "dense traffic, camera drives": _dense_drive,
    "two abreast": _pairs,
    "family": _family,
    "oncoming": _oncoming,
    "cars among them": _mixed,
    "passed by": _passed_by,
    "pan over parked": _pan_over_parked,
}
