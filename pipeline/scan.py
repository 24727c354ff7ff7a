"""Single stages, for the commands `detect` and `plates`: pictures in, one dict a find out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.footage.frames import frames
from pipeline.footage.probe import find_footage, probe
from pipeline.settings import Settings
from pipeline.types import KINDS, Frame, Trip
from pipeline.vision.detector import Detector

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
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
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
