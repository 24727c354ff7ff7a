"""Copies for publishing: nobody but the reported vehicle, in no picture, and nothing else."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import pipeline.redaction.redact as redact_module
from pipeline.errors import CheckFailed, InputError, UsageError
from pipeline.evidence.package import PackageRequest, make_package
from pipeline.evidence.track_boxes import read_tracks
from pipeline.footage.binary import ffmpeg_path
from pipeline.redaction.film_out import pictures_of
from pipeline.redaction.redact import Wishes, redact
from pipeline.redaction.two_scales import close_look
from pipeline.redaction.ways import Group, Linker, Way, overlap
from pipeline.settings import Settings, VisionSettings
from pipeline.types import KINDS, Detections, Kind, Track
from pipeline.vision.backends import load_detector
from pipeline.vision.weights import Weights, choose_weights
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, gps_of, plate_of, request_of, track_of, trip_of
from tests.footage_of import REAL_VIDEOS

Image = NDArray[np.uint8]

# A part that was hidden has lost what letters and faces are made of: in detail (all but a blur of
# 4 pixels) its distance from what it was is at least this share of the detail that it had, both as
# root mean squares. 0: nothing changed; 1: none of it is left.
HIDDEN, DETAIL = 0.8, 4.0
# What the encoder does to a part that is kept, in levels of 255 (root mean square).
KEPT = 5.0


def cut(image: Image, box: Sequence[float]) -> NDArray[np.float32]:
    x1, y1, x2, y2 = (max(round(float(value)), 0) for value in box)
    return image[y1:y2, x1:x2].astype(np.float32)


def distance(one: Image, other: Image, box: Sequence[float]) -> float:
    """Root mean square difference within `box`, in levels of 255."""
    return float(np.sqrt(np.mean((cut(one, box) - cut(other, box)) ** 2)))


def is_hidden(one: Image, other: Image, box: Sequence[float]) -> bool:
    def detail(part: NDArray[np.float32]) -> NDArray[np.float32]:
        return part - np.asarray(cv2.GaussianBlur(part, (0, 0), DETAIL), np.float32)

    before, after = (detail(cut(image, box)) for image in (one, other))
    apart = float(np.sqrt(np.mean((before - after) ** 2)))
    return apart >= HIDDEN * float(np.sqrt(np.mean(before**2)))


def pairs(package: Path, copy: Path) -> list[tuple[float, Image, Image]]:
    """Every picture of the clip, as it was and as it is in the copy, with its time."""
    before = [(time_s, image.copy()) for time_s, image in pictures_of(package / "data/clip.mp4", 0)]
    after = [(time_s, image.copy()) for time_s, image in pictures_of(copy / "clip.mp4", 0)]
    assert [time_s for time_s, _ in before] == pytest.approx([t for t, _ in after], abs=1e-3)
    return [(time_s, a, b) for (time_s, a), (_, b) in zip(before, after, strict=True)]


def standing(id_: int, kind: Kind, box: Sequence[float], start_s: float, end_s: float) -> Track:
    track = track_of(id_, kind, start_s, end_s)
    boxes = np.tile(np.array(box, np.float32), (len(track), 1))
    return replace(track, boxes=boxes)


REPORTED = (20.0, 40.0, 120.0, 140.0)
CAR, WALKER = (180.0, 30.0, 290.0, 120.0), (140.0, 130.0, 175.0, 235.0)


@pytest.fixture(scope="module")
def street(film: Film, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reported car, another one and somebody on foot, who stand in a moving pattern."""
    footage = replace(footage_of(film("street.mp4", 4)), gps=gps_of(4))
    request = request_of(trip_of(footage), 1.5, 2.5, plate_of(0.93, 2.0))
    tracks = (
        standing(7, Kind.CAR, REPORTED, 0.0, 3.9),
        standing(8, Kind.CAR, CAR, 0.3, 3.6),  # first seen, last seen: it was there all the time
        standing(9, Kind.PERSON, WALKER, 0.0, 3.9),
    )
    folder = tmp_path_factory.mktemp("street")
    return make_package(replace(request, tracks=tracks), folder, settings)


@pytest.fixture(scope="module")
def copy(street: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return redact(street, tmp_path_factory.mktemp("copy"), Wishes(), detector=None).path


class Sees:
    """A detector that sees what the test says, by the number of the picture: every second."""

    weights = Weights(Path("none"), "none", "user", "00" * 32)

    def __init__(self, found: dict[int, Sequence[float]]) -> None:
        self.found, self.count = found, 0

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        box = self.found.get(self.count)
        self.count += 2
        if box is None:
            return [Detections.empty()]
        kinds = np.array([KINDS.index(Kind.CAR)], np.int8)
        return [Detections(np.array([box], np.float32), np.full(1, 0.9, np.float32), kinds)]


def test_every_picture_of_the_clip(street: Path, copy: Path) -> None:
    found = pairs(street, copy)
    assert len(found) >= 70
    plate = (REPORTED[0] + 15, REPORTED[1] + 50, REPORTED[2] - 15, REPORTED[3])
    for time_s, before, after in found:
        x1, y1, x2, y2 = CAR
        assert is_hidden(before, after, (x1, (y1 + y2) / 2, x2, y2)), time_s  # plates
        assert is_hidden(before, after, (x1, y1 + 8, x2, (y1 + y2) / 2)), time_s  # windows
        x1, y1, x2, y2 = WALKER
        assert is_hidden(before, after, (x1, y1, x2, y1 + 0.3 * (y2 - y1))), time_s  # head
        x1, y1, x2, y2 = REPORTED
        assert is_hidden(before, after, (x1, y1, x2, y1 + 0.35 * (y2 - y1))), time_s  # driver
        assert distance(before, after, plate) < KEPT, time_s


def test_nothing_but_pictures(street: Path, copy: Path) -> None:
    names = {path.name for path in copy.iterdir()}
    assert {"README.txt", "clip.mp4", "marked.jpg", "still-1.jpg", "plate.png"} <= names
    assert not names & {"incident.json", "track.gpx", "vehicle.jpg", "annotated.mp4"}
    start = street.name.partition("-")[0]
    for path in copy.iterdir():
        content = path.read_bytes()
        for secret in (b"Exif", b"Lavf", start.encode(), b"2025-05-29", b"106.19", b"GPS"):
            assert secret not in content, (path.name, secret)
    assert start not in copy.name
    with av.open(str(copy / "clip.mp4")) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert not {"creation_time", "encoder", "location"} & container.metadata.keys()


def test_stills_are_hidden_too(street: Path, copy: Path) -> None:
    before, after = (
        np.asarray(cv2.imread(str(path)), np.uint8)
        for path in (street / "data/stills/still-1.jpg", copy / "still-1.jpg")
    )
    assert is_hidden(before, after, CAR)
    assert distance(before, after, (35, 90, 105, 140)) < KEPT


def test_the_evidence_is_not_touched(street: Path, tmp_path: Path) -> None:
    def state() -> dict[str, str]:
        files = (path for path in street.rglob("*") if path.is_file())
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    earlier = state()
    wishes = Wishes(keep_sound=True, keep_time=True, overlays=((0.0, 200.0, 60.0, 240.0),))
    made = redact(street, tmp_path, wishes, detector=None, language="en")
    assert state() == earlier
    assert made.left_out == ("stills/vehicle.jpg",)
    readme = (made.path / "README.txt").read_text(encoding="utf-8")
    assert street.name in readme and "2025-05-29 18:11" in readme
    with av.open(str(made.path / "clip.mp4")) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
    for time_s, before, after in pairs(street, made.path):
        assert is_hidden(before, after, (0, 200, 60, 240)), time_s


def test_who_is_seen_in_some_pictures_is_hidden_in_all(street: Path, tmp_path: Path) -> None:
    unknown = (40.0, 165.0, 130.0, 230.0)  # in no track
    seen: dict[int, Sequence[float]] = dict.fromkeys(
        [*range(20, 31), *range(40, 51)], unknown
    )  # with a hole of 0.4 s
    made = redact(street, tmp_path, Wishes(), detector=Sees(seen))
    for number, (_, before, after) in enumerate(pairs(street, made.path)):
        near = 20 - 9 <= number <= 50 + 9  # as long before and after as it was seen, nearly
        if near:
            assert is_hidden(before, after, unknown), number
        if number < 5:
            assert distance(before, after, (60, 180, 110, 220)) < KEPT


def test_interrupted_leaves_nothing(street: Path, tmp_path: Path) -> None:
    class Stops(Sees):
        def detect(self, images: Sequence[Image]) -> list[Detections]:
            if self.count == 6:
                raise KeyboardInterrupt
            return super().detect(images)

    with pytest.raises(KeyboardInterrupt):
        redact(street, tmp_path / "out", Wishes(), detector=Stops({}))
    assert not list((tmp_path / "out").iterdir())


def test_what_is_refused(street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="-o"):
        redact(street, street / "data", Wishes(), detector=None)
    broken = tmp_path / street.name
    subprocess.run(["cp", "-r", str(street), str(broken)], check=True)
    (broken / "data" / "tracks.json").write_text("{}")
    with pytest.raises(CheckFailed, match="hồ sơ"):
        redact(broken, tmp_path / "out", Wishes(), detector=None)

    def none(path: Path) -> Any:
        raise FileNotFoundError(path)

    monkeypatch.setattr(redact_module, "read_tracks", none)
    with pytest.raises(InputError, match="--fast"):
        redact(street, tmp_path / "out", Wishes(), detector=None)
    assert not (tmp_path / "out").exists()


def test_tracks_of_a_package(street: Path) -> None:
    tracks = read_tracks(street / "data" / "tracks.json")
    assert tracks.reported == 7
    (clip,) = tracks.clips
    assert [(one.id, one.kind) for one in clip.tracks] == [
        (7, Kind.CAR),
        (8, Kind.CAR),
        (9, Kind.PERSON),
    ]
    assert clip.tracks[1].times_s[0] == 0.3
    assert clip.tracks[1].boxes[0] == CAR


def test_a_way_goes_on() -> None:
    times = np.arange(0, 1.01, 0.2)
    boxes = np.stack([times * 100, times * 0, times * 100 + 40, times * 0 + 40], axis=1)
    way = Way(Group.CAR, times, boxes)
    between, after = way.at(0.5), way.at(1.4)
    assert between is not None and between.seen and between.box[0] == pytest.approx(50)
    assert after is not None and not after.seen and after.box[0] == pytest.approx(140)
    assert after.room[0] < after.box[0] - 4 and after.room[2] > after.box[2] + 4
    assert way.at(1.6) is None and way.at(-0.6) is None and way.at(-0.4) is not None


def test_detections_become_ways() -> None:
    linker = Linker()
    for count in range(10):
        found = [(Group.CAR, [count * 5.0, 0.0, count * 5.0 + 50, 40.0], 0.2)]
        if count == 4:
            found.append((Group.PERSON, [200.0, 0.0, 220.0, 60.0], 0.2))  # once, and unsure
        linker.look(count / 30, [] if count in (5, 6) else found)
    (way,) = linker.ways()
    assert way.group is Group.CAR and len(way.times_s) == 8


# --- a real road -------------------------------------------------------------------------------

# Of highway_overpass.mp4, seconds 8.8 to 9.6: where the white car is, as the tracker has it.
WHITE_CAR = (
    (0.010, (672.7, 93.2, 720.2, 141.3)),
    (0.210, (675.8, 107.7, 728.8, 159.4)),
    (0.410, (680.0, 126.4, 742.0, 183.3)),
    (0.610, (685.2, 150.2, 752.4, 218.2)),
    (0.811, (689.2, 182.3, 770.9, 263.1)),
)


@pytest.mark.skipif(not REAL_VIDEOS.is_dir(), reason="the shared videos are not here")
def test_on_a_motorway(tmp_path: Path, settings: Settings) -> None:
    film = tmp_path / "road.mp4"
    cut = ["-ss", "8.8", "-t", "0.8", "-i", str(REAL_VIDEOS / "highway_overpass.mp4"), "-an"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", str(film)]
    subprocess.run([ffmpeg_path(), "-y", "-v", "error", *cut, *coded], check=True)
    times = np.array([time_s for time_s, _ in WHITE_CAR])
    white = Track(
        7,
        Kind.CAR,
        0.9,
        np.arange(len(times), dtype=np.int32),
        times,
        np.array([box for _, box in WHITE_CAR], np.float32),
        np.full(len(times), 0.8),
    )
    request: PackageRequest = request_of(trip_of(footage_of(film)), 0.2, 0.6)
    package = make_package(replace(request, tracks=(white,)), tmp_path, settings)
    vision = VisionSettings(offline=True, confidence=0.25)
    made = redact(package, tmp_path / "out", Wishes(), detector=close_look(vision))
    pictures = pairs(package, made.path)
    assert len(pictures) >= 23
    checked = 0
    eye = load_detector(choose_weights(vision), vision)
    for time_s, before, after in pictures:
        seen = eye.detect([before])[0]
        here = [float(np.interp(time_s, times, white.boxes[:, side])) for side in range(4)]
        own = [box for box in seen.boxes if overlap(box, here) > 0.4]
        assert own, time_s
        x1, y1, x2, y2 = own[0]
        plate = (x1 + 0.3 * (x2 - x1), y1 + 0.55 * (y2 - y1), x2 - 0.3 * (x2 - x1), y2)
        assert distance(before, after, plate) < KEPT, time_s
        for box, sure in zip(seen.boxes, seen.confidences, strict=True):
            if sure < 0.35 or overlap(box, here) > 0.4:
                continue
            x1, y1, x2, y2 = (float(side) for side in box)
            parts = ((x1, (y1 + y2) / 2, x2, y2), (x1, y1 + 0.15 * (y2 - y1), x2, (y1 + y2) / 2))
            for part in parts:
                assert is_hidden(before, after, part), (time_s, part)
                checked += 1
    assert checked >= 60
