"""Over the stop line at a red light, and all that only looks like it.

A junction with a light and a stop line for those who drive away from the camera; the camera stands
above the kerb, is held in a hand, or is the dashcam of a car that waits in the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from driving_range import ways
from driving_range.actors import Actor, actor
from driving_range.camera import Camera, at_the_wheel, in_a_hand, on_a_stand
from driving_range.case import Case
from driving_range.observe import RATE_HZ, Observed, observe
from driving_range.traffic import some_size, some_weather
from driving_range.views import View, views
from driving_range.world import Light, Road, StopMark, World, lanes
from pipeline.types import CameraMotion, FloatArray, Kind, LightState

_DURATION_S = 26.0
_POSITIVES = 24
_HOLE_S = 2.4  # without a look at the culprit, at the line
_STYLES = ("stand", "stand", "hand", "wheel")
_LONG = {Kind.MOTORBIKE: 1.92, Kind.CAR: 4.4, Kind.BUS: 9.5, Kind.TRUCK: 6.8}


@dataclass
class _Junction:
    """A stage: the light is red from `red_s` to `green_s`; the line lies at z = `line`."""

    world: World
    camera: Camera
    road: Road
    line: float
    red_s: float
    green_s: float
    lane_x: list[float]
    rng: np.random.Generator

    def state(self, time_s: float) -> str:
        if self.red_s <= time_s < self.green_s:
            return "red"
        return "yellow" if self.red_s - 3.0 <= time_s < self.red_s else "green"

    def drive(
        self, kind: Kind, x: float, points: Sequence[tuple[float, float]], name: str
    ) -> Actor:
        """An actor whose *front* is at `line + offset` at each (time, offset)."""
        made = actor(kind, ways.standing(0, 0), self.rng, name=name)
        half = made.size_m[0] / 2
        way = ways.through([(time, x, self.line + offset - half) for time, offset in points])
        made = replace(made, way=way)
        return self.world.add(made)

    def through(self, kind: Kind, x: float, at_s: float, speed: float, name: str) -> Actor:
        """Drives on at one speed; its front is over the line at `at_s`."""
        return self.drive(
            kind, x, [(at_s - 8, -8 * speed), (at_s, 0.0), (at_s + 9, 9 * speed)], name
        )

    def waiter(self, kind: Kind, x: float, gap_m: float, comes_s: float) -> Actor:
        """Comes to rest `gap_m` before the line and drives on when it is green."""
        go = self.green_s + float(self.rng.uniform(0.6, 1.6))
        return self.drive(
            kind,
            x,
            [
                (comes_s - 5, -gap_m - 38),
                (comes_s - 1.5, -gap_m - 5),
                (comes_s + 1, -gap_m),
                (go, -gap_m),
                (go + 2.5, -gap_m + 6),
                (go + 6, -gap_m + 34),
            ],
            "waiter",
        )

    def observe(self) -> Observed:
        return observe(self.world, self.camera, self.rng)


def _junction(rng: np.random.Generator, style: str, **phases: float) -> _Junction:
    each = int(rng.choice([1, 2, 3], p=[0.3, 0.5, 0.2]))
    width = float(rng.uniform(3.0, 3.75))
    road = lanes(each, width, oncoming=each, between="dashed")
    # As near as a motorbike must be to be found and followed over the line and beyond.
    tall = float(rng.uniform(1.8, 3.6)) if style == "stand" else 1.5
    line = float(rng.uniform(max(7.0, 2.9 * tall), 12.5))
    red = phases.get("red", float(rng.uniform(5.0, 7.5)))
    green = phases.get("green", float(rng.uniform(20.0, 40.0)))
    lane_x = [width * (lane + 0.5) for lane in range(each)]
    world = World(_DURATION_S, road, noise=some_weather(rng))
    if style == "stand":
        x = float(rng.uniform(0.3, 1.0) * (road.right_kerb + 0.5))
        aim = road.right_kerb / 2 + float(rng.normal(0, 1.0))
        camera = on_a_stand(
            rng,
            x=x,
            heading=float(np.arctan2(aim - x, line)),
            height_m=tall,
            pitch=float(rng.uniform(0.3, 0.7) * tall / line),
        )
    elif style == "hand":
        camera = in_a_hand(
            rng, x=road.right_kerb + 0.6, heading=-float(np.arctan2(road.right_kerb / 2, line + 4))
        )
    else:
        stop_z = line - float(rng.uniform(5.5, 9.0))
        arrives = red - float(rng.uniform(0.5, 2.0))
        x = lane_x[0]

        def way(times: FloatArray) -> FloatArray:
            points = [(arrives - 6, x, stop_z - 40), (arrives - 2, x, stop_z - 7)]
            rest = [(arrives, x, stop_z), (green + 1.5, x, stop_z), (green + 6, x, stop_z + 25)]
            return ways.through([*points, *rest])(times)

        camera = at_the_wheel(rng, way=way)
    stage = _Junction(
        world, replace(camera, size=some_size(rng)), road, line, red, green, lane_x, rng
    )
    right = road.right_kerb
    world.stop_marks = (StopMark(line, 0.1, right - 0.4),)
    near = Light(right + 0.4, 2.9, line + float(rng.uniform(2.0, 4.0)), stage.state)
    far = Light(right - 1.0, 5.2, line + float(rng.uniform(18.0, 26.0)), stage.state)
    world.lights = (near, far) if rng.random() < 0.5 else (far,)
    return stage


def _queue(stage: _Junction, number: int, keep_x: float | None = None) -> list[Actor]:
    """`number` vehicles that wait at the line, not in the way of `keep_x`."""
    made = []
    rng = stage.rng
    xs = [x for x in stage.lane_x for _ in (0, 1)]
    places = [x + (-0.9 if index % 2 else 0.9) for index, x in enumerate(xs)]
    if keep_x is not None:
        places = [x for x in places if abs(x - keep_x) > 1.6] or [places[0] - 1.2]
    for index in range(min(number, len(places))):
        kind = Kind.MOTORBIKE if rng.random() < 0.7 else Kind.CAR
        gap = float(rng.uniform(0.3, 1.6))
        comes = stage.red_s + float(rng.uniform(0.5, 2.0)) + 0.3 * index
        made.append(stage.waiter(kind, places[index], gap, comes))
    return made


def _kind(rng: np.random.Generator) -> Kind:
    kinds = (Kind.MOTORBIKE, Kind.CAR, Kind.TRUCK, Kind.BUS)
    return kinds[int(rng.choice(4, p=[0.6, 0.3, 0.06, 0.04]))]


def _free_x(stage: _Junction) -> float:
    """Where somebody can pass: of several lanes the outer one, else beside the queue."""
    if len(stage.lane_x) > 1:
        return stage.lane_x[-1] + float(stage.rng.uniform(-0.5, 0.5))
    return stage.lane_x[0] + float(stage.rng.uniform(0.6, 1.1))


def _shows(stage: _Junction, culprit: Actor, queue: Sequence[Actor]) -> bool:
    """Is it in the picture, large and free enough, from whole before the line to well past it?

    And somebody who waits at the line, without whom nobody could say that the light holds for them.
    """
    times = np.arange(round(_DURATION_S * RATE_HZ) + 1) / RATE_HZ
    seen = views(stage.world, stage.camera.poses(times), times)
    rear, good = _visible(seen, culprit, stage, 0.85)
    before = good & (rear < -culprit.size_m[0] - 0.5) & (rear > -20)
    over = (good | (rear > 9))[(rear > -2) & (rear < 12)]
    waits = (times > stage.red_s + 1) & (times < min(stage.green_s, _DURATION_S))
    waiting = [int((_visible(seen, one, stage, 0.6)[1] & waits).sum()) for one in queue]
    return int(before.sum()) >= 2 and bool(over.all()) and max(waiting, default=0) >= 3 * RATE_HZ


def _visible(
    seen: Sequence[View], one: Actor, stage: _Junction, share: float
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """(F,) metres of its rear past the line, and whether it can be found at each sample."""
    view = next(view for view in seen if view.actor is one and view.rider is None)
    boxes = np.nan_to_num(view.boxes)
    size = np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)) * 640 / max(stage.camera.size)
    good = (view.shares > share) & (size > (30 if one.kind is Kind.MOTORBIKE else 20))
    return view.places[:, 1] - one.size_m[0] / 2 - stage.line, good


def _is_told(seen: Observed) -> bool:
    """Are light and line seen, without which nothing can be judged?"""
    return bool(seen.scene.lights and seen.scene.stop_lines)


def _is_recorded(seen: Observed, stage: _Junction, culprit: Actor, queue: Sequence[Actor]) -> bool:
    """Do tracks show the culprit before the line and after it, and somebody who waits there?

    Without these nobody who looks at the tracks can say what happened.
    """
    frames = _frames(seen, culprit)
    rear = seen.view(culprit).places[:, 1] - culprit.size_m[0] / 2 - stage.line
    before = frames[(rear[frames] < -0.5) & (rear[frames] > -20)]
    after = frames[(rear[frames] > 0.5) & (rear[frames] < 12)]
    if len(before) < 2 or len(after) < 2 or after[0] - before[-1] > _HOLE_S * RATE_HZ:
        return False
    first, last = (stage.red_s + 1) * RATE_HZ, min(stage.green_s, _DURATION_S) * RATE_HZ
    waits = [_frames(seen, one) for one in queue]
    return any(((one > first) & (one < last)).sum() >= 3 * RATE_HZ for one in waits)


def _frames(seen: Observed, one: Actor) -> NDArray[np.int32]:
    """Samples at which tracks show somebody."""
    ids = set(seen.ids(one))
    found = [track.frames for track in seen.tracks if track.id in ids]
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.int32)


def _positive(rng: np.random.Generator, index: int) -> Case:
    for _ in range(300):
        case = _attempt(rng, index)
        if case is not None:
            return case
    raise RuntimeError("no camera saw the act in three hundred attempts")


def _attempt(rng: np.random.Generator, index: int) -> Case | None:
    style = _STYLES[index % len(_STYLES)]
    stage = _junction(rng, style)
    x = _free_x(stage)
    last = min(stage.green_s - 3.0, _DURATION_S - 5.0)
    at = float(rng.uniform(stage.red_s + 3.0, max(last, stage.red_s + 3.5)))
    kind = _kind(rng) if len(stage.lane_x) > 1 else Kind.MOTORBIKE
    if rng.random() < 0.15:  # stops first and does not wait
        stop = float(rng.uniform(0.5, 1.5))
        culprit = stage.drive(
            kind,
            x,
            [
                (stage.red_s - 4, -stop - 30),
                (stage.red_s + 0.8, -stop),
                (at - 0.7, -stop),
                (at + 1.0, 2.0),
                (at + 3.0, 13.0),
                (at + 6.0, 40.0),
            ],
            "jumps",
        )
    else:
        culprit = stage.through(kind, x, at, float(rng.uniform(3.5, 8.0)), "runs")
    queue = _queue(stage, int(rng.integers(1, 5)), x)
    if not _shows(stage, culprit, queue):
        return None
    seen = stage.observe()
    if not _is_told(seen) or not _is_recorded(seen, stage, culprit, queue):
        return None
    return seen.case(
        f"runs-{style}-{index}",
        "red_light",
        culprit,
        {"red_for": _rear_time(culprit, stage) - stage.red_s},
        (at - 1.0, min(at + 6.0, _DURATION_S)),
    )


def _rear_time(one: Actor, stage: _Junction) -> float:
    times = np.arange(0, _DURATION_S + 10, 0.02)
    rear = ways.posed(one.way, times)[:, 1] - one.size_m[0] / 2 - stage.line
    return float(times[np.flatnonzero(rear >= 0)[0]])


def _green(rng: np.random.Generator, style: str) -> Observed:
    stage = _junction(rng, style, red=float(rng.uniform(14, 18)))
    for k in range(3):
        stage.through(_kind(rng), stage.lane_x[k % len(stage.lane_x)], 3.0 + 2.5 * k, 8.0, "legal")
    _queue(stage, 3)
    return stage.observe()


def _yellow(rng: np.random.Generator, style: str) -> Observed:
    stage = _junction(rng, style, red=float(rng.uniform(8, 11)))
    at = stage.red_s - float(rng.uniform(0.2, 2.5))
    stage.through(_kind(rng), _free_x(stage), at, float(rng.uniform(6, 11)), "yellow")
    _queue(stage, 2, _free_x(stage))
    return stage.observe()


def _just_red(rng: np.random.Generator, style: str) -> Observed:
    stage = _junction(rng, style, red=float(rng.uniform(8, 11)))
    at = stage.red_s + float(rng.uniform(0.0, 0.75))
    stage.through(_kind(rng), _free_x(stage), at, float(rng.uniform(6, 11)), "moment")
    _queue(stage, 2, _free_x(stage))
    return stage.observe()


def _long_one(rng: np.random.Generator, style: str) -> Observed:
    """Its front was over the line before red, its rear comes long after."""
    stage = _junction(rng, style, red=float(rng.uniform(8, 11)))
    kind = Kind.BUS if rng.random() < 0.5 else Kind.TRUCK
    at = stage.red_s - float(rng.uniform(0.3, 1.0))
    stage.through(kind, _free_x(stage), at, float(rng.uniform(2.2, 3.5)), "long")
    _queue(stage, 2, _free_x(stage))
    return stage.observe()


def _creeps(rng: np.random.Generator, style: str) -> Observed:
    """Comes to rest past the line, on the crossing."""
    stage = _junction(rng, style)
    kind = Kind.MOTORBIKE if rng.random() < 0.7 else Kind.CAR
    reach = _LONG[kind] + float(rng.uniform(0.5, 4.5))
    at = stage.red_s + float(rng.uniform(1.5, 6.0))
    points = [(at - 5, -30.0), (at - 1.5, -5.0), (at, 0.0), (at + 2.5, reach)]
    rest = [(stage.green_s + 0.5, reach), (stage.green_s + 4, reach + 25)]
    stage.drive(kind, _free_x(stage), [*points, *rest], "creeps")
    _queue(stage, 3, _free_x(stage))
    return stage.observe()


def _turns_right(rng: np.random.Generator, style: str) -> Observed:
    stage = _junction(rng, style)
    kind = Kind.MOTORBIKE if rng.random() < 0.7 else Kind.CAR
    at = stage.red_s + float(rng.uniform(2.0, 8.0))
    x, z = stage.road.right_kerb - 1.6, stage.line
    speed = float(rng.uniform(3.0, 5.0))
    arc = [
        (at + s / speed, x + 6 * (1 - np.cos(s / 6)), z + 2 + 6 * np.sin(s / 6))
        for s in np.linspace(0.5, 9.4, 5)
    ]
    end = [(at + 9.4 / speed + 4, arc[-1][1] + 4 * speed, arc[-1][2])]
    made = actor(kind, ways.standing(0, 0), rng, name="right")
    half = made.size_m[0] / 2
    start = [(at - 6, x, z - 6 * speed - half), (at, x, z - half)]
    stage.world.add(replace(made, way=ways.through([*start, *arc, *end])))
    _queue(stage, 2, x)
    return stage.observe()


def _oncoming(rng: np.random.Generator, style: str) -> Observed:
    """Those who come towards the camera, beside the line's end or over it."""
    stage = _junction(rng, style)
    for k in range(3):
        x = -stage.lane_x[k % len(stage.lane_x)] + float(rng.uniform(0, 0.9))
        stage.world.add(
            actor(_kind(rng), ways.straight(x, 60 + 25 * k + rng.uniform(0, 9), -8.0), rng)
        )
    _queue(stage, 3)
    return stage.observe()


def _crossers(rng: np.random.Generator, style: str) -> Observed:
    """Traffic of the other road, over the junction while this one is red."""
    stage = _junction(rng, style)
    for k in range(4):
        sign = 1 if k % 2 else -1
        z = stage.line + float(rng.uniform(5, 16))
        start = stage.red_s + 2 + 2.2 * k
        points = [(start, -sign * 40.0, z), (start + 10, sign * 45.0, z + rng.uniform(-1, 1))]
        stage.world.add(actor(_kind(rng), ways.through(points), rng, name="crosser"))
    _queue(stage, 3)
    return stage.observe()


def _turns_in(rng: np.random.Generator, style: str) -> Observed:
    """Comes out of the side road behind the line and drives away."""
    stage = _junction(rng, style)
    at = stage.red_s + float(rng.uniform(2, 7))
    x, z = stage.lane_x[-1], stage.line
    points = [(at, x + 30, z + 5.0), (at + 5, x + 3, z + 6.0), (at + 7, x, z + 11.0)]
    stage.world.add(
        actor(_kind(rng), ways.through([*points, (at + 12, x, z + 50.0)]), rng, name="turns in")
    )
    _queue(stage, 3)
    return stage.observe()


def _past_already(rng: np.random.Generator, style: str) -> Observed:
    """Over the line on green, held up on the junction, and on when the light is red."""
    stage = _junction(rng, style, red=float(rng.uniform(7, 9)))
    at = stage.red_s - float(rng.uniform(2.0, 3.5))
    reach = float(rng.uniform(7, 11))
    points = [(at - 6, -40.0), (at, 0.0), (at + 2, reach), (at + 6, reach), (at + 10, reach + 25)]
    stage.drive(_kind(rng), _free_x(stage), points, "held up")
    _queue(stage, 2, _free_x(stage))
    return stage.observe()


def _disagreeing(rng: np.random.Generator, style: str) -> Observed:
    """Two lights in view that tell different things."""
    stage = _junction(rng, style)
    other = Light(1.0, 5.2, stage.line + 20, lambda t: "green", 0.9, 0.35)
    stage.world.lights = (*stage.world.lights, other)
    at = stage.red_s + float(rng.uniform(3, 8))
    stage.through(_kind(rng), _free_x(stage), at, 7.0, "unsure")
    _queue(stage, 2, _free_x(stage))
    return stage.observe()


def _seen_with(
    change: Callable[[Observed, np.random.Generator], Observed],
) -> Callable[[np.random.Generator, str], Observed]:
    """A run over the line of which the scene does not tell enough."""

    def staged(rng: np.random.Generator, style: str) -> Observed:
        stage = _junction(rng, style)
        at = stage.red_s + float(rng.uniform(3, 8))
        stage.through(_kind(rng), _free_x(stage), at, 7.0, "unsure")
        _queue(stage, 2, _free_x(stage))
        return change(stage.observe(), rng)

    return staged


def _arrows(seen: Observed, rng: np.random.Generator) -> Observed:
    lights = tuple(replace(light, is_arrow=True) for light in seen.scene.lights)
    return replace(seen, scene=replace(seen.scene, lights=lights))


def _doubtful(seen: Observed, rng: np.random.Generator) -> Observed:
    """A red thing that is hardly ever taken for a light."""
    lights = tuple(
        replace(
            light,
            confidences=(light.confidences * 0.7).astype(np.float32),
            states=tuple(
                state if rng.random() < 0.5 else LightState.UNKNOWN for state in light.states
            ),
        )
        for light in seen.scene.lights
    )
    return replace(seen, scene=replace(seen.scene, lights=lights))


def _far_line(rng: np.random.Generator, style: str) -> Observed:
    """Only a line beyond the junction is seen: who came on green goes over it when it is red."""
    style = "stand" if style == "wheel" else style
    stage = _junction(rng, style, red=float(rng.uniform(8, 11)))
    stage.world.stop_marks = (StopMark(stage.line, -stage.road.right_kerb, stage.road.right_kerb),)
    speed = float(rng.uniform(5, 9))
    for k in range(2):
        at = stage.red_s + float(rng.uniform(1.3, 3.0)) + k * 0.7
        stage.through(_kind(rng), stage.lane_x[k % len(stage.lane_x)], at, speed, "cleared")
    # Those of this direction wait before their own line, nearer to the camera than the picture is.
    return stage.observe()


def _starts_early(rng: np.random.Generator, style: str) -> Observed:
    """Rolls off a moment before green."""
    stage = _junction(rng, style, green=float(rng.uniform(13, 16)))
    x = _free_x(stage)
    at = stage.green_s - float(rng.uniform(0.1, 0.5))
    stage.drive(
        Kind.MOTORBIKE,
        x,
        [(stage.red_s - 4, -30), (stage.red_s + 1, -0.5), (at - 0.4, -0.5), (at, 0), (at + 4, 25)],
        "early",
    )
    _queue(stage, 3, x)
    return stage.observe()


def _driving_by(rng: np.random.Generator, style: str) -> Observed:
    """The camera drives over the line itself; so does another."""
    stage = _junction(rng, "wheel")
    speed = float(rng.uniform(7, 11))
    x = stage.lane_x[0]
    stage.camera = replace(
        at_the_wheel(rng, x=x, z=stage.line - speed * (stage.red_s + 3), speed_mps=speed),
        size=stage.camera.size,
        motion=CameraMotion.DRIVING,
    )
    stage.through(_kind(rng), _free_x(stage), stage.red_s + 2.5, speed * 1.1, "beside")
    return stage.observe()


_Staged = Callable[[np.random.Generator, str], Observed]
_NEGATIVES: tuple[tuple[str, _Staged, int], ...] = (
    ("green", _green, 4),
    ("yellow", _yellow, 4),
    ("just-red", _just_red, 4),
    ("long-one", _long_one, 4),
    ("creeps", _creeps, 5),
    ("turns-right", _turns_right, 4),
    ("oncoming", _oncoming, 3),
    ("crossers", _crossers, 3),
    ("turns-in", _turns_in, 3),
    ("past-already", _past_already, 3),
    ("disagreeing", _disagreeing, 2),
    ("arrows", _seen_with(_arrows), 2),
    ("doubtful", _seen_with(_doubtful), 2),
    ("far-line", _far_line, 3),
    ("starts-early", _starts_early, 3),
    ("driving-by", _driving_by, 2),
)


def cases(seed: int) -> Iterator[Case]:
    """24 runs over the line and 51 that are none."""
    rng = np.random.default_rng(seed)
    for index in range(_POSITIVES):
        yield _positive(rng, index)
    for name, staged, number in _NEGATIVES:
        for index in range(number):
            style = _STYLES[int(rng.integers(len(_STYLES)))]
            for _ in range(5):
                seen = staged(rng, style)
                if _is_told(seen):
                    break
            yield seen.case(f"{name}-{style}-{index}", "red_light")
