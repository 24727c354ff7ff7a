"""At rest on the road, not in the picture; on the carriageway, not beside it."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.scene.ground import Path
from pipeline.scene.road import Lane
from pipeline.types import (
    Abstention,
    CameraMotion,
    Incident,
    Kind,
    LightState,
    Positions,
    Scene,
    StopLine,
    Track,
    TrafficLight,
    Zone,
    ZoneKind,
)
from pipeline.violations.illegal_parking import (
    IllegalParking,
    IllegalParkingSettings,
    _passes,
)
from tests.violations.scenes import Box, scene, track

HORIZON, FOCAL, CAMERA_M, MIDDLE = 200.0, 900.0, 2.5, 640.0


def on_road(x_m: float, z_m: float, width_m: float = 1.8, height_m: float = 1.5) -> Box:
    """Box of a vehicle seen from the front or behind by a pinhole camera over the road."""
    scale = FOCAL / z_m
    foot = HORIZON + scale * CAMERA_M
    x = MIDDLE + scale * x_m
    return (x - scale * width_m / 2, foot - scale * height_m, x + scale * width_m / 2, foot)


def parked(x_m: float = 3.0, z_m: float = 18.0, **times: float) -> Track:
    box = on_road(x_m, z_m)
    return track(
        1, Kind.CAR, lambda t: box, times.get("start", 0), times.get("end", 14), jitter_px=1.5
    )


def passer(
    track_id: int, start_s: float, around: bool, lane_m: float = 3.0, speed: float = 10.0
) -> Track:
    """Drives away along its lane; `around` the car at 18 m, by a swing to the left and back."""

    def box_at(time: float) -> Box:
        z = 6 + speed * (time - start_s)
        beside = np.interp(z, [6, 13, 22, 34], [0.0, 1.0, 1.0, 0.0]) if around else 0.0
        x = lane_m - 2.6 * float(beside)
        return on_road(x, z)

    return track(track_id, Kind.CAR, box_at, start_s, start_s + 4.5, jitter_px=1.0)


def judged(
    tracks: list[Track],
    state: CameraMotion = CameraMotion.STILL,
    pan_px: float = 0.0,
    duration_s: float = 14,
) -> list[Incident | Abstention]:
    rule = IllegalParking(IllegalParkingSettings())
    return list(rule.judge(tracks, scene(duration_s, state, pan_px)))


def incidents(items: list[Incident | Abstention]) -> list[Incident]:
    return [item for item in items if isinstance(item, Incident)]


def test_a_car_at_rest_in_a_lane_that_others_go_around() -> None:
    tracks = [parked(), *(passer(i, 1 + 3 * (i - 2), around=True) for i in (2, 3, 4))]
    (incident,) = incidents(judged(tracks))
    assert incident.track_id == 1
    values = {measure.name: measure.value for measure in incident.measures}
    assert values["rest_duration"] == pytest.approx(14, abs=0.5)
    assert values["passing"] == 3
    assert set(incident.other_track_ids) == {2, 3, 4}


def test_a_car_beside_the_road_is_none() -> None:
    tracks = [
        parked(x_m=6.5),
        *(passer(i, 1 + 3 * (i - 2), around=False, lane_m=1.5) for i in (2, 3, 4)),
    ]
    assert incidents(judged(tracks)) == []


def test_a_short_stop_is_none() -> None:
    tracks = [parked(end=5), *(passer(i, 0.5 + (i - 2), around=True) for i in (2, 3, 4))]
    assert incidents(judged(tracks)) == []


def test_nobody_passing_tells_nothing() -> None:
    assert incidents(judged([parked()])) == []


def test_a_queue_is_not_parking() -> None:
    before = on_road(3.0, 26.0)
    queue = track(9, Kind.CAR, lambda t: before, 0, 14, jitter_px=1.0)
    tracks = [parked(), queue, *(passer(i, 1 + 3 * (i - 2), around=True) for i in (2, 3, 4))]
    assert incidents(judged(tracks)) == []


def shifted(source: Track, pan_px: float) -> Track:
    """The same track seen by a camera that pans to the right."""
    boxes = source.boxes.copy()
    boxes[:, [0, 2]] -= (pan_px * source.frames)[:, None]
    return Track(
        source.id, source.kind, 1.0, source.frames, source.times_s, boxes, source.confidences
    )


def test_a_pan_does_not_move_what_rests() -> None:
    pan = 4.0
    tracks = [parked(), *(passer(i, 1 + 3 * (i - 2), around=True) for i in (2, 3, 4))]
    moved = [shifted(one, pan) for one in tracks]
    assert len(incidents(judged(moved, CameraMotion.PANNING, pan))) == 1


def test_what_keeps_its_place_in_a_panning_picture_does_not_rest() -> None:
    tracks = [parked(), *(passer(i, 1 + 3 * (i - 2), around=True) for i in (2, 3, 4))]
    assert incidents(judged(tracks, CameraMotion.PANNING, pan_px=4.0)) == []


def test_a_driving_camera_is_said_to_be_unable_to_tell() -> None:
    tracks = [parked(), passer(2, 1, around=True)]
    (item,) = judged(tracks, CameraMotion.DRIVING)
    assert isinstance(item, Abstention) and "camera" in item.reason


def test_a_moving_vehicle_is_none() -> None:
    def box_at(time: float) -> Box:
        return on_road(3.0, 15 + 0.5 * time)

    creeping = track(1, Kind.CAR, box_at, 0, 14)
    tracks = [creeping, *(passer(i, 1 + 3 * (i - 2), around=True) for i in (2, 3, 4))]
    assert incidents(judged(tracks)) == []


# --- zones of the user's map, and who waits -------------------------------------------------------

LATITUDE, LONGITUDE = 21.2731, 106.1946
DEGREE_M = 111_195.0


def zone(kind: ZoneKind, near_m: float, far_m: float, half_m: float = 30.0) -> Zone:
    """So far ahead of the camera, which looks to the north; and to its sides."""
    corners = [(-half_m, near_m), (half_m, near_m), (half_m, far_m), (-half_m, far_m)]
    east = DEGREE_M * np.cos(np.radians(LATITUDE))
    ring = [(LONGITUDE + x / east, LATITUDE + y / DEGREE_M) for x, y in corners]
    return Zone(kind, "Chợ Thương", np.array(ring))


def mapped(
    *zones: Zone, heading: float | None = 0.0, duration_s: float = 14.0, **more: object
) -> Scene:
    """A camera that drove north a while ago and stands now."""
    made = scene(duration_s)
    times = made.ego.times_s
    speeds, headings = np.zeros(len(times)), np.full(len(times), np.nan)
    if heading is not None:
        speeds[0], headings[0] = 3.0, heading
    here = np.ones(len(times))
    known = Positions(times, here * LATITUDE, here * LONGITUDE, speeds, headings)
    return replace(made, positions=known, zones=zones, **more)  # type: ignore[arg-type]


def told(tracks: list[Track], before: Scene, **settings: float) -> list[Incident]:
    rule = IllegalParking(IllegalParkingSettings.model_validate(settings))
    return incidents(list(rule.judge(tracks, before)))


# By its height (75 px at f = 0.9 x 1280) the car stands about 23 m ahead, 17 to 31 m to be safe.
THERE = (8.0, 42.0)


@pytest.mark.parametrize(
    ("kind", "says"),
    [(ZoneKind.NO_STOPPING, "stopping is forbidden"), (ZoneKind.CROSSING, "on a crossing")],
)
def test_at_rest_in_a_zone_that_forbids_it(kind: ZoneKind, says: str) -> None:
    (incident,) = told([parked()], mapped(zone(kind, *THERE)))
    assert says in incident.sentences["en"] and "(Chợ Thương)" in incident.sentences["vi"]
    assert incident.sentences["vi"].startswith("Ô tô con đứng yên ít nhất 14 giây")


def test_a_zone_that_it_may_not_stand_in_tells_nothing() -> None:
    assert told([parked()], mapped(zone(ZoneKind.NO_STOPPING, 8.0, 24.0))) == []
    assert told([parked()], mapped(zone(ZoneKind.NO_STOPPING, -40.0, -8.0))) == []


def test_without_a_heading_the_whole_circle_has_to_lie_in_it() -> None:
    ahead = zone(ZoneKind.NO_STOPPING, *THERE)
    around = zone(ZoneKind.NO_STOPPING, -60.0, 60.0, 60.0)
    assert told([parked()], mapped(ahead, heading=None)) == []
    assert len(told([parked()], mapped(around, heading=None))) == 1


def test_a_short_stop_in_a_zone_is_none() -> None:
    before = mapped(zone(ZoneKind.NO_STOPPING, *THERE))
    assert told([parked(end=9.0)], before) == []
    assert len(told([parked(end=9.0)], before, zone_s=8.5)) == 1


def test_where_parking_alone_is_forbidden_it_takes_longer() -> None:
    before = mapped(zone(ZoneKind.NO_PARKING, *THERE))
    assert told([parked()], before) == []
    assert len(told([parked()], before, parking_s=12.0)) == 1


@pytest.mark.parametrize("kind", [ZoneKind.PARKING, ZoneKind.BUS_STOP])
def test_where_one_may_stand_it_is_silent(kind: ZoneKind) -> None:
    tracks = [parked(), *(passer(i, 1 + 3 * (i - 2), around=True) for i in (2, 3, 4))]
    assert len(told(tracks, mapped())) == 1
    assert told(tracks, mapped(zone(kind, 22.0, 27.0))) == []
    assert told([parked()], mapped(zone(ZoneKind.NO_STOPPING, *THERE), zone(kind, 22, 27))) == []
    assert len(told(tracks, mapped(zone(kind, 80.0, 99.0)))) == 1


def light(*states: tuple[float, LightState]) -> TrafficLight:
    """Changes at the given times."""
    times = np.arange(0, 14.01, 0.2)
    shown = tuple(
        next((state for since, state in reversed(states) if since <= time), LightState.UNKNOWN)
        for time in times
    )
    boxes = np.tile(np.array([700, 40, 712, 70], np.float32), (len(times), 1))
    return TrafficLight(times, boxes, shown, np.full(len(times), 0.9, np.float32))


def test_who_waits_at_a_red_light_is_not_parked() -> None:
    tracks = [parked(), *(passer(i, 1 + 3 * (i - 2), around=True) for i in (2, 3, 4))]
    red, green = (0.0, LightState.RED), (0.0, LightState.GREEN)
    assert told(tracks, mapped(lights=(light(red),))) == []
    assert told(tracks, mapped(lights=(light(green, (6.0, LightState.RED)),))) == []
    assert len(told(tracks, mapped(lights=(light(green),)))) == 1
    early = (light(red, (1.0, LightState.GREEN)),)
    assert len(told(tracks, mapped(lights=early))) == 1
    stays = zone(ZoneKind.NO_STOPPING, *THERE)
    assert told([parked()], mapped(stays, lights=(light(red),))) == []


def stop_line(z_m: float) -> StopLine:
    ends = [on_road(x, z_m, width_m=0.01) for x in (1.5, 4.5)]
    points = np.array([(box[0], box[3]) for box in ends])
    return StopLine(points, 0, 0.0, 14.0, 0.9)


def test_the_first_before_a_stop_line_is_not_parked() -> None:
    tracks = [parked(), *(passer(i, 1 + 3 * (i - 2), around=True) for i in (2, 3, 4))]
    assert told(tracks, mapped(stop_lines=(stop_line(23.0),))) == []
    assert len(told(tracks, mapped(stop_lines=(stop_line(45.0),)))) == 1
    stays = zone(ZoneKind.NO_STOPPING, *THERE)
    assert told([parked()], mapped(stays, stop_lines=(stop_line(19.0),))) == []


def test_two_at_rest_in_a_zone_may_be_a_queue() -> None:
    before = on_road(3.0, 26.0)
    other = track(9, Kind.CAR, lambda t: before, 0, 14, jitter_px=1.0)
    assert told([parked(), other], mapped(zone(ZoneKind.NO_STOPPING, *THERE))) == []


def test_in_a_jam_nobody_is_parked_whatever_lane_the_others_are_in() -> None:
    """One comes up, so that lanes are known; beside it another rests, a while of the time."""
    box = on_road(-1.0, 16.0)
    beside = track(2, Kind.CAR, lambda time: box, 3.0, 12.0, jitter_px=1.5)
    comes = [passer(number, 4.0 * (number - 3), around=False, lane_m=-5.0) for number in (3, 4)]
    before = mapped(zone(ZoneKind.NO_STOPPING, *THERE))
    assert told([parked(), beside, comes[0]], before) == []
    assert [one.track_id for one in told([parked(), *comes], before)] == [1]


class Metres:
    """Ground on which a pixel is a metre."""

    def place(self, feet: np.ndarray) -> np.ndarray:
        return feet


@pytest.mark.parametrize(
    ("along", "passes"),
    [
        ((-0.8, 0.6, 2.0, 3.4), True),  # a large vehicle hides it before and after
        ((-6.0, -4.0, -1.5, 0.5), True),
        ((5.0, 2.0, -1.0), True),  # comes
        ((-0.5, 0.0, 0.4, 0.8), False),  # rests beside it
        ((0.2, 2.0, 4.0, 6.0), False),  # was never behind it
        ((-9.0, -6.0, -3.0), False),
    ],
)
def test_who_goes_past_it(along: tuple[float, ...], passes: bool) -> None:
    lane = Lane(np.zeros(2), np.array([0.0, 1.0]))
    beside = np.full(len(along), -2.6)
    feet = np.column_stack([beside, along])
    mover = Path(parked(), np.arange(len(along)) / 5, feet, beside, beside, beside)
    assert _passes(mover, lane, Metres()) is passes  # type: ignore[arg-type]
