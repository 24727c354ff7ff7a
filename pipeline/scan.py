"""Single stages, for the commands `detect` and `plates`: pictures in, one dict a find out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.footage.find import find_footage
from pipeline.footage.frames import frames
from pipeline.footage.probe import probe
from pipeline.progress import Reporter
from pipeline.settings import Settings
from pipeline.types import KINDS, Frame, Trip
from pipeline.vision.detector import Detector
from pipeline.wording import word

if TYPE_CHECKING:
    from pipeline.plates import AnyReader

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})

OnFailure = Callable[[InputError], None]


def is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES


def read_picture(path: Path) -> NDArray[np.uint8]:
    """A picture file as BGR, upright. Raises InputError."""
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise InputError(path, error.strerror or str(error), "check the path") from error
    try:
        image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except cv2.error:  # larger than OpenCV will have
        image = None
    if image is None:
        raise InputError(path, "not a picture that can be read", "open and save it again as JPEG")
    return np.asarray(image, np.uint8)


def pictures(
    paths: Sequence[Path], settings: Settings, on_failure: OnFailure
) -> Iterator[tuple[Path, Frame]]:
    """Every picture of `paths`: pictures themselves, and the sampled frames of videos."""
    for path in _expand(paths, on_failure):
        try:
            if is_picture(path):
                yield path, Frame(read_picture(path), 0, 0.0, 0, 0.0)
                continue
            footage = probe(path, settings.footage)
            trip = Trip((footage,), (0.0,))
            with closing(frames(trip, settings.footage)) as sampled:
                for frame in sampled:
                    yield path, frame
        except InputError as error:
            on_failure(error)


def detect(
    paths: Sequence[Path], settings: Settings, detector: Detector, on_failure: OnFailure
) -> Iterator[dict[str, Any]]:
    """One dict for each road user in each picture: source, time_s, class, confidence, box."""
    for path, frame in pictures(paths, settings, on_failure):
        found = detector.detect([frame.image])[0]
        for box, confidence, kind in zip(found.boxes, found.confidences, found.kinds, strict=True):
            yield {
                "source": str(path),
                "time_s": round(frame.time_s, 3),
                "class": KINDS[kind].value,
                "confidence": round(float(confidence), 4),
                "box": [round(float(value), 1) for value in box],
            }


def plates(
    paths: Sequence[Path], settings: Settings, on_failure: OnFailure, reporter: Reporter
) -> Iterator[dict[str, Any]]:
    """One dict for each plate in each picture, and for the plate of each vehicle in each video.

    Pictures are read whole. In videos vehicles are tracked first, and a vehicle's looks are fused;
    its dict has `looks`, `agreeing` and `track` on top. Raises ModelError.
    """
    from pipeline.plates import as_json, make_reader, read_plates

    reader = make_reader(settings.plates, offline=settings.vision.offline)
    detector: Detector | None = None
    for path in _expand(paths, on_failure):
        try:
            if is_picture(path):
                readings = read_plates(read_picture(path), reader)
                found = [as_json(reading, str(path)) for reading in readings]
            else:
                detector = detector or _detector(settings)
                found = _vehicle_plates(path, settings, detector, reader, reporter)
        except InputError as error:
            on_failure(error)
            continue
        yield from found


def _detector(settings: Settings) -> Detector:
    from pipeline.vision.backends import load_detector
    from pipeline.vision.weights import choose_weights

    return load_detector(choose_weights(settings.vision), settings.vision)


def _vehicle_plates(
    path: Path, settings: Settings, detector: Detector, reader: AnyReader, reporter: Reporter
) -> list[dict[str, Any]]:
    """The plates of a video's vehicles, in the order in which they are seen best."""
    from pipeline.observe import observe
    from pipeline.plates import vehicle_as_json
    from pipeline.plates.vehicles import PlateService

    trip = Trip((probe(path, settings.footage),), (0.0,))
    language = settings.language
    name = word("stage.watch", language, name=trip.name)
    with reporter.stage(name, trip.duration_s, "s") as advance:
        tracks, scene = observe(trip, settings, detector, advance=advance)
    read = PlateService(settings.plates, reader).read(
        trip,
        tracks,
        {track.id for track in tracks if track.kind.is_vehicle},
        (scene.width, scene.height),
        lambda total: reporter.stage(word("stage.plates", language), total, ""),
    )
    found = [
        vehicle_as_json(plate, track_id, str(path))
        for track_id, plate in read.items()
        if plate.best is not None
    ]
    return sorted(found, key=lambda line: (line["time_s"], line["track"]))


def _expand(paths: Sequence[Path], on_failure: OnFailure) -> Iterator[Path]:
    """Folders as the pictures and videos in them, files as they are."""
    for path in paths:
        if path.is_dir():
            stills = sorted(item for item in path.rglob("*") if is_picture(item))
            videos, failures = find_footage([path])
            if stills or videos:
                yield from (*stills, *videos)
            else:
                for error in failures:
                    on_failure(error)
        else:
            yield path
