"""The best stills: full frames as they are, the vehicle marked and cut out, its plate.

Stills are JPEG at quality 95. The plate is cut from the very frame of the best reading and stored
without loss, beside an enlargement by cubic interpolation, which adds no detail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.evidence.boxes import box_at
from pipeline.evidence.incident import Role
from pipeline.evidence.marks import RED, Box, Picture, draw_box, draw_label, label
from pipeline.footage.pick import frames_at
from pipeline.settings import Settings
from pipeline.types import Frame, Incident, Kind, Plate, Track, Trip

_APART_S = 0.15  # nearer ones show the same
_VEHICLE_MARGIN = 0.15  # of the box's longer side
_RIDER_HEIGHT = 0.7  # above a two-wheeler's box, in its heights
_PLATE_MARGIN = 0.12
_ENLARGED_WIDTH = 640  # pixels, about; plates are enlarged by a whole number
_MOST_ENLARGED = 12
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 95]


@dataclass(frozen=True, slots=True)
class Still:
    """A picture that was written."""

    path: Path
    role: Role
    footage_index: int
    file_time_s: float
    note: str | None = None


def save_stills(
    trip: Trip,
    incident: Incident,
    tracks: Sequence[Track],
    plate: Plate | None,
    folder: Path,
    settings: Settings,
) -> list[Still]:
    """Write the stills of an incident into `folder`, the best first.

    Fewer than wanted are written where the act is too short for more. Raises DecodeError, OSError.
    """
    track = next((one for one in tracks if one.id == incident.track_id), None)
    times = choose_times(incident, track, settings.evidence.stills)
    saved = list(_scenes(trip, incident, track, times, folder, settings))
    if plate is not None and plate.text is not None and plate.best is not None:
        moment = [(plate.best.frame, plate.best.time_s)]
        for frame in frames_at(trip, moment):
            saved += _plate(frame, plate.best.box, folder)
    return saved


def choose_times(incident: Incident, track: Track | None, count: int) -> list[float]:
    """Trip times of the stills: the rule's best moments first, then spread over the act."""
    chosen: list[float] = []
    for time in incident.best_times_s:
        if all(abs(time - other) >= _APART_S for other in chosen):
            chosen.append(float(time))
    spread = np.linspace(incident.start_s, incident.end_s, 4 * count + 1)
    if track is not None:  # the frames that were looked at: there its box is known best
        inside = track.times_s[
            (track.times_s >= incident.start_s) & (track.times_s <= incident.end_s)
        ]
        spread = inside if len(inside) else spread
    while len(chosen) < count:  # each as far from the others as it goes
        apart = [min((abs(time - other) for other in chosen), default=np.inf) for time in spread]
        farthest = int(np.argmax(apart))
        if apart[farthest] < _APART_S:
            break
        chosen.append(float(spread[farthest]))
    return chosen[:count]


def _scenes(
    trip: Trip,
    incident: Incident,
    track: Track | None,
    times: Sequence[float],
    folder: Path,
    settings: Settings,
) -> Iterator[Still]:
    """Full frames in order of time; of the first of `times`, marked and cut out, too."""
    order = sorted((time, rank) for rank, time in enumerate(times))
    moments = [(rank, time) for time, rank in order]
    for number, frame in enumerate(frames_at(trip, moments), start=1):
        path = folder / f"still-{number}.jpg"
        _write(path, frame.image)
        yield Still(path, "still", frame.footage_index, frame.file_time_s)
        box = box_at(track, times[frame.index]) if track is not None else None
        if frame.index or track is None or box is None:
            continue
        crop = _cut(frame.image, _with_rider(box, track.kind), _VEHICLE_MARGIN)
        if crop.size:
            _write(folder / "vehicle.jpg", crop)
            yield Still(folder / "vehicle.jpg", "vehicle", frame.footage_index, frame.file_time_s)
        marked = frame.image.copy()
        thickness = max(2, marked.shape[0] // 240)
        draw_box(marked, box, RED, thickness)
        text = label(track, incident, settings.language)
        draw_label(marked, box, text, RED, max(marked.shape[0] // 40, 10))
        _write(folder / "marked.jpg", marked)
        yield Still(folder / "marked.jpg", "marked", frame.footage_index, frame.file_time_s)


def _with_rider(box: Box, kind: Kind) -> Box:
    """A two-wheeler's box ends at the saddle; its rider sits above."""
    if kind not in (Kind.MOTORBIKE, Kind.BICYCLE):
        return box
    x1, y1, x2, y2 = box
    return x1, y1 - _RIDER_HEIGHT * (y2 - y1), x2, y2


def _plate(frame: Frame, box: Box, folder: Path) -> Iterator[Still]:
    crop = _cut(frame.image, box, _PLATE_MARGIN)
    if not crop.size:
        return
    _write(folder / "plate.png", crop)
    yield Still(folder / "plate.png", "plate", frame.footage_index, frame.file_time_s)
    factor = min(max(round(_ENLARGED_WIDTH / crop.shape[1]), 1), _MOST_ENLARGED)
    if factor < 2:
        return
    large = cv2.resize(crop, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    _write(folder / "plate-enlarged.png", np.asarray(large, np.uint8))
    note = f"plate.png enlarged {factor} times by cubic interpolation, no detail added"
    yield Still(
        folder / "plate-enlarged.png",
        "plate_enlarged",
        frame.footage_index,
        frame.file_time_s,
        note,
    )


def _cut(image: Picture, box: Box, margin: float) -> Picture:
    """What `box` holds, with a margin (a share of its longer side) where the picture has one."""
    around = margin * max(box[2] - box[0], box[3] - box[1])
    height, width = image.shape[:2]
    x1, y1 = max(int(box[0] - around), 0), max(int(box[1] - around), 0)
    x2, y2 = min(int(box[2] + around) + 1, width), min(int(box[3] + around) + 1, height)
    return image[y1:y2, x1:x2]


def _write(path: Path, image: Picture) -> None:
    done, data = cv2.imencode(path.suffix, image, _JPEG if path.suffix == ".jpg" else [])
    if not done:
        raise ValueError(f"{path.name}: {image.shape} cannot be encoded")
    path.write_bytes(data.tobytes())
