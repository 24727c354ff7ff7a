"""A bus seen by a camera that stands or turns, and people about it: boarding, or only near."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from pipeline.types import CameraMotion, EgoMotion, Kind, Scene, Track
from tests.violations.scenes import HEIGHT, RATE, WIDTH

Way = list[tuple[float, float, float]]  # time, u along the bus, v up from its foot


@dataclass
class Stop:
    """A bus outline at rest in the picture, and who walks about; places in shares of the bus."""

    rng: np.random.Generator
    duration_s: float = 22.0
    state: CameraMotion = CameraMotion.STILL
    pan_px: float = 0.0  # a sample, at most
    rest: tuple[float, float] = (3.0, 18.0)  # it comes before and goes after
    coming: float = 0.5  # of its width, how far it travels before and after
    growth: float = 0.0  # of the picture a second: a camera that drives
    tall: float = field(init=False)  # of a person beside it, in heights of the bus
    others: list[tuple[Kind, Way, float]] = field(default_factory=list)
    people: list[tuple[Way, tuple[float, float], float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tall = self.rng.uniform(0.45, 0.65)
        self.width = self.rng.uniform(220, 620)
        self.height = self.width * self.rng.uniform(0.4, 0.95)
        self.height = min(max(self.height, 125), 330)
        self.left = self.rng.uniform(250, 1000 - 0.8 * self.width)
        self.foot = self.rng.uniform(max(400, self.height + 60), 640)

    def walk(self, way: Way, hidden: tuple[float, float] = (0, 0), size: float = 1.0) -> None:
        """Somebody on their way; unseen from hidden[0] to hidden[1]."""
        self.people.append((way, hidden, size))

    def made(self) -> tuple[list[Track], Scene]:
        rng = self.rng
        times = np.arange(round(self.duration_s * RATE) + 1) / RATE
        count = len(times)
        shift = np.cumsum(self.pan_px * np.sin(times * rng.uniform(0.4, 0.9) + rng.uniform(0, 6)))
        shift -= shift[0]
        homographies = np.repeat(np.eye(3)[None], count, axis=0)
        homographies[1:, 0, 2] = -np.diff(shift) + rng.normal(0, 0.1, count - 1)
        if self.growth:
            homographies[1:, 0, 0] = homographies[1:, 1, 1] = 1 + self.growth / RATE
        start, end = self.rest
        moved = self.coming * self.width
        off = np.interp(times, [start - 3, start, end, end + 3], [-moved, 0, 0, moved])
        foot = np.full(count, self.foot)
        zoom = (1 + self.growth) ** times
        tracks: list[Track] = []

        def seen(kind: Kind, box: np.ndarray, shown: np.ndarray, drop: float) -> None:
            visible = (
                shown & (rng.random(count) > drop) & (box[:, 2] > 10) & (box[:, 0] < WIDTH - 10)
            )
            frames = np.flatnonzero(visible)
            noise = rng.normal(0, 1, box.shape) * (0.7 + 0.008 * (box[:, 3] - box[:, 1]))[:, None]
            noisy = np.clip(box + noise, 0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
            cuts = np.flatnonzero(np.diff(frames) > 1.5 * RATE) + 1
            if kind is Kind.PERSON and len(frames) > 14 and rng.random() < 0.2:
                cuts = np.union1d(cuts, rng.integers(4, len(frames) - 4, 1))
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
                            confidences=rng.uniform(0.5, 0.9, len(part)).astype(np.float32),
                        )
                    )

        def boxed(x: np.ndarray, y: np.ndarray, wide: float, tall: float) -> np.ndarray:
            middle, level = WIDTH / 2, HEIGHT * 0.4
            x = middle + (x - middle) * zoom - shift
            y = level + (y - level) * zoom
            return np.column_stack([x - wide * zoom / 2, y - tall * zoom, x + wide * zoom / 2, y])

        middle = self.left + self.width / 2
        there = (times > start - 3) & (times < end + 3)
        seen(Kind.BUS, boxed(middle + off, foot, self.width, self.height), there, 0.05)
        for kind, way, wide in self.others:
            t, u, v = np.array(way).T
            x = self.left + self.width * np.interp(times, t, u)
            y = self.foot - self.height * np.interp(times, t, v)
            shown = (times >= t[0]) & (times <= t[-1])
            tall = wide * (0.75 if kind is Kind.CAR else 1.0)
            seen(kind, boxed(x, y, wide * self.width, tall * self.width), shown, 0.08)
        for way, hidden, size in self.people:
            t, u, v = np.array(way).T
            x = self.left + self.width * np.interp(times, t, u)
            y = self.foot - self.height * np.interp(times, t, v)
            tall = self.tall * self.height * size
            shown = (times >= t[0]) & (times <= t[-1])
            shown &= ~((times > hidden[0]) & (times < hidden[1]))
            seen(Kind.PERSON, boxed(x, y, 0.38 * tall, tall), shown, 0.12)
        ego = EgoMotion(times, homographies, (self.state,) * count, np.full(count, 0.95))
        return tracks, Scene(WIDTH, HEIGHT, RATE, ego)

    @property
    def step(self) -> float:
        """A walk of one second (1.2 m at 1.7 m tall), in widths of the bus."""
        return 0.7 * self.tall * self.height / self.width


def _stop(rng: np.random.Generator) -> Stop:
    if rng.random() < 0.4:
        return Stop(rng, state=CameraMotion.PANNING, pan_px=rng.uniform(1, 6))
    return Stop(rng)


def _walkers(stop: Stop, number: int) -> None:
    """Walk past along the near side without a stop."""
    rng = stop.rng
    for _ in range(number):
        begin, v = rng.uniform(0, 10), rng.uniform(-0.08, 0.1)
        lasts = 3.4 / stop.step
        ends = (-1.2, 2.2) if rng.random() < 0.5 else (2.2, -1.2)
        stop.walk([(begin, ends[0], v), (begin + lasts, ends[1], v)])


def boarding(seed: int) -> tuple[list[Track], Scene]:
    """Two to five people leave or board at one door while the bus rests: out first, then in."""
    rng = np.random.default_rng(seed)
    stop = _stop(rng)
    door, v = rng.uniform(0.2, 0.8), rng.uniform(0.0, 0.12)
    time = stop.rest[0] + rng.uniform(0.8, 2)
    number = int(rng.integers(2, 6))
    leaving = int(rng.integers(0, number + 1))
    for index in range(number):
        side = rng.choice([-1.0, 1.0])
        lasts = rng.uniform(2.5, 4)
        away = door + side * stop.step * lasts
        far = v - rng.uniform(0.0, 0.1)
        at = door + rng.normal(0, 0.02)
        if index >= leaving:  # boards
            stop.walk([(max(time - lasts, 0), away, far), (time, at, v), (time + 0.8, at, v)])
        else:
            stop.walk([(time, at, v), (time + 0.6, at, v), (time + 0.6 + lasts, away, far)])
        time = min(time + rng.uniform(1.2, 2.6), stop.rest[1] - 1.5)
    if rng.random() < 0.4:
        _walkers(stop, 1)
    return stop.made()


def quiet(seed: int) -> tuple[str, list[Track], Scene]:
    """What must not be called boarding, and its name."""
    rng = np.random.default_rng(seed)
    names = list(QUIET)
    name = names[seed % len(names)]
    tracks, scene = QUIET[name](rng).made()
    return name, tracks, scene


def _nobody(rng: np.random.Generator) -> Stop:
    return _stop(rng)


def _passers_by(rng: np.random.Generator) -> Stop:
    stop = _stop(rng)
    _walkers(stop, int(rng.integers(2, 7)))
    return stop


def _passers_lost(rng: np.random.Generator) -> Stop:
    """Walk past on the near side, and are lost on the way by the detector or behind a post."""
    stop = _stop(rng)
    for _ in range(int(rng.integers(2, 5))):
        begin, v, lasts = rng.uniform(2, 10), rng.uniform(-0.08, 0.1), 1.6 / stop.step
        ends = (-0.3, 1.3) if rng.random() < 0.5 else (1.3, -0.3)
        gone = begin + lasts * rng.uniform(0.3, 0.6)
        stop.walk(
            [(begin, ends[0], v), (begin + lasts, ends[1], v)],
            hidden=(gone, gone + rng.uniform(1, 3.5)),
        )
    return stop


def _behind(rng: np.random.Generator) -> Stop:
    """Walk along the far side: vanish at one edge of the bus, are seen again at the other."""
    stop = _stop(rng)
    for _ in range(int(rng.integers(2, 6))):
        begin, v, lasts = rng.uniform(0, 8), rng.uniform(0.15, 0.3), 1.8 / stop.step
        ends = (-0.4, 1.4) if rng.random() < 0.5 else (1.4, -0.4)
        half = 0.19 * stop.tall * 0.8 * stop.height / stop.width
        first, last = (
            begin + lasts * (0.4 + shift) / 1.8 for shift in (-half * 0.5, 1 + half * 0.5)
        )
        stop.walk(
            [(begin, ends[0], v), (begin + lasts, ends[1], v)], hidden=(first, last), size=0.8
        )
    return stop


def _vanish_behind(rng: np.random.Generator) -> Stop:
    """Cross before a bus at a light and go on out of sight behind it: never seen again."""
    stop = _stop(rng)
    for _ in range(int(rng.integers(2, 6))):
        begin, v, lasts = rng.uniform(2, 12), rng.uniform(0.1, 0.28), 0.5 / stop.step
        edge, out = (0.0, -0.5) if rng.random() < 0.5 else (1.0, 1.5)
        way = [(begin, out, v), (begin + lasts, edge, v)]
        if rng.random() < 0.5:
            way = [(begin, edge, v), (begin + lasts, out, v)]
        stop.walk(way, size=0.85)
    return stop


def _crossing(rng: np.random.Generator) -> Stop:
    """A crowd crosses between camera and bus, nearer to the camera, hiding one another."""
    stop = _stop(rng)
    for _ in range(int(rng.integers(4, 9))):
        begin, v = rng.uniform(2, 12), rng.uniform(-0.3, -0.12)
        ends = (-0.4, 1.4) if rng.random() < 0.5 else (1.4, -0.4)
        lasts = 1.8 / stop.step / rng.uniform(0.9, 1.4)
        gone = begin + lasts * rng.uniform(0.2, 0.7)
        stop.walk(
            [(begin, ends[0], v), (begin + lasts, ends[1], v)],
            hidden=(gone, gone + rng.uniform(0.2, 1.2)),
            size=1.2,
        )
    return stop


def _waiting(rng: np.random.Generator) -> Stop:
    """People who stand at the kerb beside it and stay."""
    stop = _stop(rng)
    for _ in range(int(rng.integers(2, 6))):
        u, v = rng.uniform(0.1, 0.9), rng.uniform(-0.05, 0.1)
        stop.walk([(0, u, v), (stop.duration_s, u + rng.normal(0, 0.03), v)])
    return stop


def _windows(rng: np.random.Generator) -> Stop:
    """Passengers seen through the windows, now and then."""
    stop = _stop(rng)
    for _ in range(int(rng.integers(3, 8))):
        u, begin = rng.uniform(0.15, 0.85), rng.uniform(3, 14)
        stop.walk([(begin, u, 0.45), (begin + 3, u + 0.1, 0.45)], size=0.5)
    return stop


def _riders(rng: np.random.Generator) -> Stop:
    """Motorbikes with riders filter past the bus and are hidden in the traffic."""
    stop = _stop(rng)
    for _ in range(int(rng.integers(2, 6))):
        begin, v = rng.uniform(3, 12), rng.uniform(-0.15, 0.05)
        lasts = 1.6 / stop.step / rng.uniform(1.1, 2.5)
        ends = (-0.3, 0.6) if rng.random() < 0.5 else (1.3, 0.4)
        way = [(begin, ends[0], v), (begin + lasts * 0.6, ends[1], v)]
        stop.others.append((Kind.MOTORBIKE, way, 0.75 * stop.tall * stop.height / stop.width))
        stop.walk([(t, u, v + 0.1) for t, u, v in way])
    return stop


def _driving_past(rng: np.random.Generator) -> Stop:
    stop = Stop(rng, state=CameraMotion.DRIVING, growth=rng.uniform(0.02, 0.08))
    _at_the_door(stop)
    return stop


def _moving_bus(rng: np.random.Generator) -> Stop:
    """It creeps along while people walk about it."""
    stop = Stop(rng, rest=(10.0, 10.6), coming=1.0)
    _at_the_door(stop)
    return stop


def _short(rng: np.random.Generator) -> Stop:
    stop = Stop(rng, rest=(8.0, 9.6), coming=0.8)
    _walkers(stop, 3)
    return stop


def _at_the_door(stop: Stop) -> None:
    for index in range(3):
        time = 5.0 + 3 * index
        stop.walk([(time, 0.5 - 3 * stop.step, 0.0), (time + 3, 0.5, 0.05)])


def _one_gets_out(rng: np.random.Generator) -> Stop:
    """The driver looks at a tyre and comes back: one person, at one door, both ways."""
    stop = _stop(rng)
    stop.walk([(5, 0.5, 0.05), (7, 0.5 + 2 * stop.step, 0.0), (9, 0.5 + 2 * stop.step, 0.0)])
    return stop


def _milling(rng: np.random.Generator) -> Stop:
    """People of a market who wander, stand, and are lost for a while."""
    stop = _stop(rng)
    for _ in range(int(rng.integers(2, 6))):
        u, time = rng.uniform(-0.3, 1.3), 0.0
        way = [(time, u, 0.0)]
        while time < stop.duration_s:
            walks = rng.uniform(0.6, 3)
            u += rng.choice([-1, 1]) * stop.step * walks * 0.8
            time += walks
            way.append((time, u, rng.uniform(-0.08, 0.08)))
            time += rng.exponential(1.5)
            way.append((time, u, way[-1][2]))
        gone = rng.uniform(4, 14)
        stop.walk(way, hidden=(gone, gone + rng.uniform(0.5, 4)))
    return stop


QUIET: dict[str, Callable[[np.random.Generator], Stop]] = {
    "nobody": _nobody,
    "passers-by": _passers_by,
    "passers-by lost on the way": _passers_lost,
    "along the far side": _behind,
    "vanish behind": _vanish_behind,
    "crossing": _crossing,
    "waiting": _waiting,
    "windows": _windows,
    "riders": _riders,
    "camera drives": _driving_past,
    "bus creeps": _moving_bus,
    "short stop": _short,
    "driver gets out": _one_gets_out,
    "milling about": _milling,
}
