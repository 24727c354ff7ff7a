"""At rest on the road, not in the picture; on the carriageway, not beside it."""

import numpy as np
import pytest

from pipeline.types import Abstention, CameraMotion, Incident, Kind, Track
from pipeline.violations.illegal_parking import IllegalParking, IllegalParkingSettings
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
