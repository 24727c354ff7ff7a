"""The stills: full frames as they are, the vehicle marked and cut out, its plate.

Each full frame is there for a reason: the act where it shows best, where it begins and ends, the
look at the plate that was read best, the whole vehicle, the surroundings; one may serve several.

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
from pipeline.evidence.exif import Taken, with_exif
from pipeline.evidence.incident import Role, Shows
from pipeline.evidence.marks import RED, Box, Picture, draw_box, draw_label, label
from pipeline.footage.pick import frames_at
from pipeline.footage.position import position_at
from pipeline.settings import EvidenceSettings, Settings
from pipeline.types import Frame, Incident, Kind, Plate, Track, Trip
from pipeline.wording import Language

_APART_S = 0.15  # nearer ones show the same
_REASONS = 6  # a still may be there for
_FEWEST = 4  # stills, where the act is long enough
_AWAY_S = 2.0  # from the act: what lies around it, without what happens
_LEAST_AWAY_S = 0.5
_TICK_S = 0.001
_EDGE_SHARE = 0.01  # of the picture: a box that comes so near to its edge may be cut off
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
    shows: tuple[Shows, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A trip time worth a still, and what it shows."""

    time_s: float
    shows: tuple[Shows, ...]


def save_stills(
    trip: Trip,
    incident: Incident,
    tracks: Sequence[Track],
    plate: Plate | None,
    folder: Path,
    settings: Settings,
    incident_id: str = "incident",
) -> list[Still]:
    """Write the stills of an incident into `folder`, full frames first, in order of time.

    Fewer than wanted are written where the act is too short for more. Every picture tells in its
    EXIF when and where it was taken. Raises DecodeError, OSError.
    """
    track = next((one for one in tracks if one.id == incident.track_id), None)
    moments = choose_moments(trip, incident, track, plate, settings.evidence)
    pen = _Pen(trip, folder, incident_id)
    saved = list(_scenes(trip, incident, track, moments, pen, settings.language))
    if plate is not None and plate.text is not None and plate.best is not None:
        moment = [(plate.best.frame, plate.best.time_s)]
        for frame in frames_at(trip, moment):
            saved += _plate(frame, plate.best.box, pen)
    return saved


def choose_moments(
    trip: Trip,
    incident: Incident,
    track: Track | None,
    plate: Plate | None,
    settings: EvidenceSettings,
) -> list[Moment]:
    """At most `settings.stills` moments, the most telling first.

    Those that show the same are one. Where they are few, or more are wanted than there are reasons,
    others are spread over the act.
    """
    wanted: list[tuple[Shows, float]] = []
    looked_at = _inside(track, incident.start_s, incident.end_s)
    best = [float(time) for time in incident.best_times_s]
    wanted += [("act_best", time) for time in (best or [_nearest(looked_at, incident.start_s)])[:1]]
    if plate is not None and plate.text is not None and plate.best is not None:
        wanted.append(("plate", plate.best.time_s))
    begin = max(incident.start_s - settings.lead_up_s, 0.0)
    finish = min(incident.end_s + settings.aftermath_s, trip.duration_s)
    whole = _whole_vehicle(track, begin, finish, trip)
    wanted += [("vehicle", whole)] if whole is not None else []
    around = _surroundings(incident, begin, finish)
    wanted += [("surroundings", around)] if around is not None else []
    wanted.append(("act_end", _nearest(looked_at, incident.end_s)))
    wanted.append(("act_start", _nearest(looked_at, incident.start_s)))
    chosen = _merged(wanted)[: settings.stills]
    spread = [*best, *_farthest(looked_at, incident)]
    goal = settings.stills if settings.stills > _REASONS else min(settings.stills, _FEWEST)
    while len(chosen) < goal:  # each as far from the others as it goes
        apart = [min(abs(time - one.time_s) for one in chosen) for time in spread]
        farthest = int(np.argmax(apart))
        if apart[farthest] < _APART_S:
            break
        chosen.append(Moment(spread[farthest], ()))
    return chosen


def _merged(wanted: Sequence[tuple[Shows, float]]) -> list[Moment]:
    chosen: list[Moment] = []
    for shows, time in wanted:
        same = next((one for one in chosen if abs(one.time_s - time) < _APART_S), None)
        if same is None:
            chosen.append(Moment(time, (shows,)))
        else:
            chosen[chosen.index(same)] = Moment(same.time_s, (*same.shows, shows))
    return chosen


def _inside(track: Track | None, start_s: float, end_s: float) -> list[float]:
    """The frames that were looked at: there its box is known best."""
    if track is None:
        return []
    times = track.times_s[(track.times_s > start_s - _TICK_S) & (track.times_s < end_s + _TICK_S)]
    return [float(time) for time in times]


def _nearest(times: Sequence[float], time_s: float) -> float:
    return min(times, key=lambda time: abs(time - time_s), default=time_s)


def _farthest(looked_at: Sequence[float], incident: Incident) -> list[float]:
    spread = looked_at or np.linspace(incident.start_s, incident.end_s, 49)
    return [float(time) for time in spread]


def _whole_vehicle(track: Track | None, start_s: float, end_s: float, trip: Trip) -> float | None:
    """When it fills most of the picture, uncut by its edges where it ever is."""
    if track is None:
        return None
    width, height = trip.footage[0].width, trip.footage[0].height
    best: tuple[bool, float, float] | None = None
    for time_s, values in zip(track.times_s, track.boxes, strict=True):
        if not start_s <= time_s <= end_s:
            continue
        left, top, right, bottom = (float(value) for value in values)
        x1, y1, x2, y2 = _with_rider((left, top, right, bottom), track.kind)
        edge = _EDGE_SHARE * max(width, height)
        uncut = x1 > edge and y1 > edge and x2 < width - edge and y2 < height - edge
        rank = (uncut, (x2 - x1) * (y2 - y1), float(time_s))
        best = rank if best is None or rank[:2] > best[:2] else best
    return None if best is None else best[2]


def _surroundings(incident: Incident, begin_s: float, finish_s: float) -> float | None:
    """A little before the act, else a little after it, within the clip."""
    before = max(incident.start_s - _AWAY_S, begin_s)
    if incident.start_s - before >= _LEAST_AWAY_S:
        return before
    after = min(incident.end_s + _AWAY_S, finish_s)
    return after if after - incident.end_s >= _LEAST_AWAY_S else None


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes pictures, each with the facts of its taking."""

    trip: Trip
    folder: Path
    incident_id: str

    def write(self, name: str, image: Picture, frame: Frame) -> Path:
        path = self.folder / name
        done, data = cv2.imencode(path.suffix, image, _JPEG if path.suffix == ".jpg" else [])
        if not done:
            raise ValueError(f"{name}: {image.shape} cannot be encoded")
        path.write_bytes(with_exif(data.tobytes(), self._taken(frame)))
        return path

    def _taken(self, frame: Frame) -> Taken:
        footage = self.trip.footage[frame.footage_index]
        time = footage.clock.at(round(frame.file_time_s, 3))
        known = footage.gps is not None and len(footage.gps) > 0
        position = position_at(footage.gps, frame.file_time_s) if known and footage.gps else None
        return Taken(self.incident_id, time, position)


def _scenes(
    trip: Trip,
    incident: Incident,
    track: Track | None,
    chosen: Sequence[Moment],
    pen: _Pen,
    language: Language,
) -> Iterator[Still]:
    """Full frames in order of time; the best of the act marked, too, and the vehicle cut out."""
    order = sorted((one.time_s, rank) for rank, one in enumerate(chosen))
    cut_from = next((rank for rank, one in enumerate(chosen) if "vehicle" in one.shows), 0)
    moments = [(rank, time) for time, rank in order]
    for number, frame in enumerate(frames_at(trip, moments), start=1):
        rank, where = frame.index, (frame.footage_index, frame.file_time_s)
        path = pen.write(f"still-{number}.jpg", frame.image, frame)
        yield Still(path, "still", *where, shows=chosen[rank].shows)
        box = box_at(track, chosen[rank].time_s) if track is not None else None
        if track is None or box is None:
            continue
        crop = _cut(frame.image, _with_rider(box, track.kind), _VEHICLE_MARGIN)
        if rank == cut_from and crop.size:
            yield Still(pen.write("vehicle.jpg", crop, frame), "vehicle", *where)
        if rank == 0:
            marked = frame.image.copy()
            draw_box(marked, box, RED, max(2, marked.shape[0] // 240))
            text = label(track, incident, language)
            draw_label(marked, box, text, RED, max(marked.shape[0] // 40, 10))
            yield Still(pen.write("marked.jpg", marked, frame), "marked", *where)


def _with_rider(box: Box, kind: Kind) -> Box:
    """A two-wheeler's box ends at the saddle; its rider sits above."""
    if kind not in (Kind.MOTORBIKE, Kind.BICYCLE):
        return box
    x1, y1, x2, y2 = box
    return x1, y1 - _RIDER_HEIGHT * (y2 - y1), x2, y2


def _plate(frame: Frame, box: Box, pen: _Pen) -> Iterator[Still]:
    where = (frame.footage_index, frame.file_time_s)
    crop = _cut(frame.image, box, _PLATE_MARGIN)
    if not crop.size:
        return
    yield Still(pen.write("plate.png", crop, frame), "plate", *where)
    factor = min(max(round(_ENLARGED_WIDTH / crop.shape[1]), 1), _MOST_ENLARGED)
    if factor < 2:
        return
    large = cv2.resize(crop, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    path = pen.write("plate-enlarged.png", np.asarray(large, np.uint8), frame)
    note = f"plate.png enlarged {factor} times by cubic interpolation, no detail added"
    yield Still(path, "plate_enlarged", *where, note)


def _cut(image: Picture, box: Box, margin: float) -> Picture:
    """What `box` holds, with a margin (a share of its longer side) where the picture has one."""
    around = margin * max(box[2] - box[0], box[3] - box[1])
    height, width = image.shape[:2]
    x1, y1 = max(int(box[0] - around), 0), max(int(box[1] - around), 0)
    x2, y2 = min(int(box[2] + around) + 1, width), min(int(box[3] + around) + 1, height)
    return image[y1:y2, x1:x2]
