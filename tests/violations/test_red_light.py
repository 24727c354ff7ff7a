"""Red lights: vehicles of known ways over a stop line, and a light of known phases."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from pipeline.types import (
    Abstention,
    CameraMotion,
    Incident,
    Kind,
    LightState,
    Scene,
    StopLine,
    Track,
    TrafficLight,
)
from pipeline.violations.red_light import RedLight, RedLightSettings
from pipeline.violations.signals import contradicted, red_at
from tests.violations.scenes import HEIGHT, RATE, WIDTH, scene, track

HORIZON, FOCAL, CAMERA_M = 150.0, 0.9 * WIDTH, 4.0
LINE_M = 16.0
SIZES = {Kind.CAR: (4.4, 1.8, 1.5), Kind.MOTORBIKE: (1.9, 0.75, 1.5), Kind.BUS: (10.0, 2.45, 3.0)}


def pixel(x: float, z: float, y: float = 0.0) -> tuple[float, float]:
    return WIDTH / 2 + FOCAL * x / z, HORIZON + FOCAL * (CAMERA_M - y) / z


def seen_from_behind(kind: Kind, front: Callable[[float], tuple[float, float]]):
    """Box of a vehicle that drives away, from where its front is (x, z) at each time."""
    length, width, height = SIZES[kind]

    def box(time: float) -> tuple[float, float, float, float]:
        x, z = front(time)
        rear = max(z - length, 2.0)
        left, foot = pixel(x - width / 2, rear)
        right, _ = pixel(x + width / 2, rear)
        return left, pixel(x, rear, height)[1], right, foot

    return box


def runs(at_s: float, speed: float = 7.0, x: float = 2.0) -> Callable[[float], tuple[float, float]]:
    """Its front is over the line at `at_s`, at one speed."""
    return lambda time: (x, LINE_M + speed * (time - at_s))


def vehicle(
    number: int,
    kind: Kind,
    front: Callable[[float], tuple[float, float]],
    start_s: float,
    end_s: float,
) -> Track:
    return track(number, kind, seen_from_behind(kind, front), start_s, end_s, jitter_px=0.6)


def waiting(number: int, x: float = -1.5) -> Track:
    """Stands before the line from the 6th to the 20th second."""

    def front(time: float) -> tuple[float, float]:
        return x, LINE_M - 1.0 - max(0.0, 6.0 - time) * 5.0 + max(0.0, time - 20.5) * 5.0

    return vehicle(number, Kind.CAR, front, 5.0, 20.0)


def light(
    red_s: float = 5.0,
    green_s: float = 20.0,
    confidence: float = 0.95,
    box: tuple[float, float, float, float] = (900, 40, 920, 90),
    is_arrow: bool = False,
) -> TrafficLight:
    """Yellow for three seconds before red, green else; looked at every 0.4 s."""
    times = np.arange(0, 25, 0.4)

    def state(time: float) -> LightState:
        if red_s <= time < green_s:
            return LightState.RED
        return LightState.YELLOW if red_s - 3 <= time < red_s else LightState.GREEN

    return TrafficLight(
        times,
        np.tile(np.array(box, np.float32), (len(times), 1)),
        tuple(state(time) for time in times),
        np.full(len(times), confidence, np.float32),
        is_arrow,
    )


def junction(
    lights: Sequence[TrafficLight] | None = None,
    state: CameraMotion = CameraMotion.STILL,
    line_m: float = LINE_M,
    confidence: float = 0.9,
) -> Scene:
    ends = np.array([pixel(-3.5, line_m), pixel(5.0, line_m)])
    line = StopLine(ends, 0, 0.0, 20.0, confidence)
    of = scene(24.0, state)
    return replace(of, stop_lines=(line,), lights=(light(),) if lights is None else tuple(lights))


def judged(tracks: Sequence[Track], of: Scene) -> list[Incident]:
    found = RedLight(RedLightSettings()).judge(tracks, of)
    return [item for item in found if isinstance(item, Incident)]


@pytest.mark.parametrize("kind", [Kind.CAR, Kind.MOTORBIKE])
@pytest.mark.parametrize("speed", [4.0, 8.0])
def test_who_drives_on_is_found_with_the_time_since_red_began(kind: Kind, speed: float) -> None:
    culprit = vehicle(1, kind, runs(10.0, speed), 8.0, 15.0)
    incidents = judged([culprit, waiting(2)], junction())
    assert [incident.track_id for incident in incidents] == [1]
    measures = {measure.name: measure.value for measure in incidents[0].measures}
    rear_s = 10.0 + SIZES[kind][0] / speed
    assert measures["red_for"] == pytest.approx(rear_s - 5.0, abs=0.35)
    assert measures["beyond"] > 6
    assert incidents[0].other_track_ids == (2,)
    assert incidents[0].best_times_s[0] == pytest.approx(rear_s, abs=0.3)
    assert "đèn tín hiệu" in incidents[0].sentences["vi"]


@pytest.mark.parametrize("at_s", [1.0, 3.0, 4.6, 5.4, 21.0])
def test_green_yellow_and_the_first_second_of_red_are_silent(at_s: float) -> None:
    culprit = vehicle(1, Kind.CAR, runs(at_s), max(at_s - 2, 0.0), min(at_s + 3, 24.0))
    assert judged([culprit, waiting(2)], junction()) == []


def test_a_long_vehicle_whose_front_was_over_before_red_is_silent() -> None:
    bus = vehicle(1, Kind.BUS, runs(4.6, 2.5), 2.0, 14.0)
    assert judged([bus, waiting(2)], junction()) == []


def test_who_stops_past_the_line_is_silent() -> None:
    def creeps(time: float) -> tuple[float, float]:
        return 2.0, min(LINE_M + 5.0 * (time - 9.0), LINE_M + 5.0)

    assert judged([vehicle(1, Kind.MOTORBIKE, creeps, 7.0, 20.0), waiting(2)], junction()) == []


def test_who_turns_right_is_left_out() -> None:
    def turns(time: float) -> tuple[float, float]:
        gone = 4.0 * (time - 10.0)
        if gone < 1:
            return 3.0, LINE_M + gone
        return 3.0 + 5 * (1 - np.cos((gone - 1) / 5)), LINE_M + 1 + 5 * np.sin(
            min((gone - 1) / 5, np.pi / 2)
        )

    assert judged([vehicle(1, Kind.MOTORBIKE, turns, 7.0, 12.4), waiting(2)], junction()) == []


def test_oncoming_traffic_is_silent() -> None:
    def comes(time: float) -> tuple[float, float]:
        return -2.0, 50.0 - 6.0 * (time - 8.0)

    assert judged([vehicle(1, Kind.CAR, comes, 8.0, 15.0), waiting(2)], junction()) == []


def test_nobody_waits_so_the_line_may_be_another_direction_s() -> None:
    culprit = vehicle(1, Kind.CAR, runs(10.0), 8.0, 14.0)
    assert judged([culprit], junction()) == []


def test_lights_that_disagree_or_are_unsure_or_arrows_are_silent() -> None:
    tracks = [vehicle(1, Kind.CAR, runs(10.0), 8.0, 14.0), waiting(2)]
    other = light(red_s=50.0, green_s=60.0, box=(300, 40, 320, 90))
    assert judged(tracks, junction([light(), other])) == []
    assert judged(tracks, junction([light(confidence=0.6)])) == []
    assert judged(tracks, junction([light(is_arrow=True)])) == []
    assert judged(tracks, junction([light(box=(900, 600, 920, 650))])) == []
    assert len(judged(tracks, junction([light(), light(box=(300, 40, 320, 90))]))) == 1


def test_a_red_thing_that_never_changes_must_be_told_very_surely() -> None:
    tracks = [vehicle(1, Kind.CAR, runs(10.0), 8.0, 14.0), waiting(2)]
    assert judged(tracks, junction([light(-9.0, 99.0, confidence=0.85)])) == []
    found = judged(tracks, junction([light(-9.0, 99.0, confidence=0.97)]))
    assert len(found) == 1
    assert found[0].confidence < judged(tracks, junction())[0].confidence


def test_a_driving_camera_is_silent_and_an_unsure_line_too() -> None:
    tracks = [vehicle(1, Kind.CAR, runs(10.0), 8.0, 14.0), waiting(2)]
    assert judged(tracks, junction(state=CameraMotion.DRIVING)) == []
    assert judged(tracks, junction(confidence=0.3)) == []


def test_what_is_missing_is_said() -> None:
    of = junction()
    told = list(RedLight(RedLightSettings()).judge([], replace(of, lights=())))
    assert [item.reason for item in told if isinstance(item, Abstention)] == ["no light"]
    told = list(RedLight(RedLightSettings()).judge([], replace(of, stop_lines=())))
    assert [item.reason for item in told if isinstance(item, Abstention)] == ["no stop line"]


def test_since_when_it_is_red() -> None:
    red = red_at(light(red_s=5.0), 9.0)
    assert red is not None
    assert red.since_s == pytest.approx(5.2, abs=0.21)
    assert red.began and red.proven
    assert red_at(light(red_s=5.0), 4.0) is None
    assert red_at(light(red_s=5.0), 5.3) is None  # too soon after another colour
    assert red_at(light(red_s=5.0), 40.0) is None  # nobody looked
    assert contradicted([light()], 4.5) and not contradicted([light()], 9.0)


def test_picture_is_as_the_scene_says() -> None:
    assert pixel(0, LINE_M)[1] < HEIGHT and RATE == 5.0


def parts(whole: Track, lost: tuple[float, float], second: int) -> list[Track]:
    """A track that was lost between two times, and went on under another number."""
    first, then = whole.times_s < lost[0], whole.times_s > lost[1]
    return [
        replace(
            whole,
            id=number,
            frames=whole.frames[rows],
            times_s=whole.times_s[rows],
            boxes=whole.boxes[rows],
            confidences=whole.confidences[rows],
        )
        for number, rows in ((whole.id, first), (second, then))
    ]


def test_who_is_lost_at_the_line_and_found_again_is_one_finding() -> None:
    whole = vehicle(1, Kind.CAR, runs(10.0), 7.6, 14.0)
    pieces = parts(whole, (10.55, 11.55), 9)  # the rear is over at 10.63
    (incident,) = judged([*pieces, waiting(2)], junction())
    assert incident.track_id in (1, 9)
    assert judged([pieces[0], waiting(2)], junction()) == []
    assert judged([pieces[1], waiting(2)], junction()) == []


def test_who_comes_fast_needs_one_look_past_the_line() -> None:
    rear_s = 10.0 + 4.4 / 11.0
    culprit = vehicle(1, Kind.CAR, runs(10.0, 11.0), 8.6, rear_s + 0.21)
    assert [one.track_id for one in judged([culprit, waiting(2)], junction())] == [1]
    slower = vehicle(1, Kind.CAR, runs(10.0, 4.0), 7.0, 10.0 + 4.4 / 4.0 + 0.21)
    assert judged([slower, waiting(2)], junction()) == []


def test_a_track_that_changes_from_one_who_waits_to_one_who_passes_is_silent() -> None:
    """Whose plate it would show nobody knows."""
    waits = vehicle(1, Kind.MOTORBIKE, lambda time: (1.0, LINE_M - 0.8), 5.6, 11.0)
    passes = vehicle(1, Kind.MOTORBIKE, runs(12.6, 6.0), 11.2, 16.0)
    mixed = replace(
        waits,
        frames=np.concatenate([waits.frames, passes.frames]),
        times_s=np.concatenate([waits.times_s, passes.times_s]),
        boxes=np.concatenate([waits.boxes, passes.boxes]),
        confidences=np.concatenate([waits.confidences, passes.confidences]),
    )
    assert judged([mixed, waiting(2)], junction()) == []
    assert [one.track_id for one in judged([passes, waiting(2)], junction())] == [1]


def test_who_stands_a_hand_over_the_line_and_drives_on_in_red_is_found() -> None:
    def stands(time: float) -> tuple[float, float]:
        gone = max(time - 12.0, 0.0)
        return 2.0, LINE_M + 0.4 - max(6.0 - time, 0.0) * 4.0 + min(gone, 1.5) ** 2 * 2 + max(
            gone - 1.5, 0.0
        ) * 6.0

    (incident,) = judged([vehicle(1, Kind.CAR, stands, 4.0, 16.0), waiting(2)], junction())
    assert incident.track_id == 1
