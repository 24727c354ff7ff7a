"""The nouns of the pipeline.

Everything that crosses from one room to another is one of these. They are frozen and hold numpy
arrays where there are many of a thing, so that nothing is copied on the hot path and nothing that
was handed over can change afterwards.

Conventions: boxes are `xyxy` in pixels of the upright original frame; `time_s` is seconds since the
start of the *trip* (for a single file, since its first frame), `file_time_s` since the first frame
of the file; moments of the calendar are aware datetimes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Kind(StrEnum):
    """What a road user is. The order is that of the shipped detector's classes."""

    PERSON = "person"
    BICYCLE = "bicycle"
    MOTORBIKE = "motorbike"
    CAR = "car"
    BUS = "bus"
    TRUCK = "truck"

    @property
    def is_vehicle(self) -> bool:
        return self is not Kind.PERSON


KINDS: tuple[Kind, ...] = tuple(Kind)


# --- footage -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TimeCandidate:
    """One answer to "when did this file start", and where it was read."""

    source: str  # e.g. "option", "filename", "gps", "quicktime:creationdate", "container", "file"
    start: datetime
    uncertainty_s: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """When a file's first frame was taken, or that nobody knows."""

    start: datetime | None
    source: str | None
    uncertainty_s: float | None
    candidates: tuple[TimeCandidate, ...] = ()
    warnings: tuple[str, ...] = ()

    def at(self, file_time_s: float) -> datetime | None:
        """The moment `file_time_s` seconds into the file."""
        return None if self.start is None else self.start + timedelta(seconds=file_time_s)


@dataclass(frozen=True, slots=True)
class GpsTrack:
    """Positions in one file's time: arrays of one length N, sorted by time.

    Degrees (WGS 84), metres, metres per second; NaN where a point lacks a value.
    """

    source: str  # e.g. "gpmf", "gpx sidecar", "quicktime:location"
    times_s: FloatArray  # (N,) file time
    latitudes: FloatArray
    longitudes: FloatArray
    speeds_mps: FloatArray
    altitudes_m: FloatArray
    utc_start: datetime | None = None  # of file time 0 by the satellites' clock, where they tell

    def __len__(self) -> int:
        return len(self.times_s)


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a container, as `dashcam inspect` shows it."""

    index: int
    type: str  # "video", "audio", "data", "subtitle"
    codec: str | None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Footage:
    """One file that a camera wrote, probed but not decoded."""

    path: Path
    container: str
    size_bytes: int
    duration_s: float
    width: int  # pixels, upright: after the rotation was applied
    height: int
    rotation_deg: int  # clockwise turn that makes the stored picture upright: 0, 90, 180 or 270
    frame_rate: float  # average frames per second as the container tells it
    video_codec: str
    audio_codec: str | None
    streams: tuple[Stream, ...]
    clock: Clock
    gps: GpsTrack | None
    warnings: tuple[str, ...] = ()
    overlay_place: str | None = None  # name of a street or camera burnt into the picture


@dataclass(frozen=True, slots=True)
class Trip:
    """Files of one camera that follow each other without a hole, in order.

    `offsets_s[i]` is the trip time of the first frame of `footage[i]`.
    """

    footage: tuple[Footage, ...]
    offsets_s: tuple[float, ...]

    @property
    def duration_s(self) -> float:
        return self.offsets_s[-1] + self.footage[-1].duration_s

    @property
    def name(self) -> str:
        return self.footage[0].path.stem

    def locate(self, time_s: float) -> tuple[int, float]:
        """The file that holds trip time `time_s`: its index and the time within it."""
        index = max(int(np.searchsorted(self.offsets_s, time_s, side="right")) - 1, 0)
        return index, time_s - self.offsets_s[index]

    def at(self, time_s: float) -> datetime | None:
        """The moment of trip time `time_s`, by the clock of the file that holds it."""
        index, file_time_s = self.locate(time_s)
        return self.footage[index].clock.at(file_time_s)


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a trip without pictures: damaged packets, or a hole between files."""

    start_s: float
    end_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One sampled picture: BGR, uint8, (H, W, 3), upright, possibly a read-only view."""

    image: NDArray[np.uint8]
    index: int  # counts the sampled frames of the trip from 0
    time_s: float  # trip time
    footage_index: int
    file_time_s: float


# --- vision ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Detections:
    """What a detector saw in one frame: arrays of one length N (N may be 0)."""

    boxes: NDArray[np.float32]  # (N, 4) xyxy pixels
    confidences: NDArray[np.float32]  # (N,) 0..1
    kinds: NDArray[np.int8]  # (N,) index into KINDS

    def __len__(self) -> int:
        return len(self.boxes)

    @classmethod
    def empty(cls) -> Detections:
        return cls(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int8))

    def select(self, keep: NDArray[Any]) -> Detections:
        """The detections at the indices (or under the mask) `keep`."""
        return Detections(self.boxes[keep], self.confidences[keep], self.kinds[keep])


@dataclass(frozen=True, slots=True)
class Colour:
    """Paint of a vehicle: a name of the report form and how much of the body agrees with it."""

    name: str  # "white", "black", "grey", "red", "yellow", "green", "blue", "brown", "orange"
    share: float


@dataclass(frozen=True, slots=True)
class Track:
    """One road user followed through a trip: arrays of one length N, sorted by time."""

    id: int
    kind: Kind
    kind_share: float  # confidence-weighted share of its observations that voted for `kind`
    frames: NDArray[np.int32]  # (N,) Frame.index
    times_s: FloatArray  # (N,) trip time
    boxes: NDArray[np.float32]  # (N, 4)
    confidences: NDArray[np.float32]  # (N,)
    colour: Colour | None = None
    # What closer looks measured, by name, e.g. "bare_head": (N,), NaN where nobody looked.
    traits: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.times_s)

    def trait(self, name: str) -> NDArray[np.float32]:
        """(N,) one of `traits`; all NaN where nobody ever looked for it."""
        found = self.traits.get(name)
        return np.full(len(self), np.nan, np.float32) if found is None else found

    def confidence_between(self, start_s: float, end_s: float) -> float:
        """Mean of its looks in that time; of all of them where there were none in it."""
        inside = (self.times_s >= start_s) & (self.times_s <= end_s)
        return float(np.mean(self.confidences[inside] if inside.any() else self.confidences))

    @property
    def start_s(self) -> float:
        return float(self.times_s[0])

    @property
    def end_s(self) -> float:
        return float(self.times_s[-1])


# --- scene -------------------------------------------------------------------------------------


class CameraMotion(StrEnum):
    """What the camera did between one sampled frame and the one before."""

    STILL = "still"
    PANNING = "panning"  # turned about itself: one homography explains the whole background
    DRIVING = "driving"  # moved through the world: nearer things shift more than farther ones
    UNKNOWN = "unknown"  # too little texture, a cut, darkness


@dataclass(frozen=True, slots=True)
class EgoMotion:
    """The camera's motion over the sampled frames: arrays of one length F.

    `homographies[f]` maps pixels of frame f-1 to pixels of frame f for things at rest in the world
    (the identity for f = 0 and where nothing could be estimated).
    """

    times_s: FloatArray  # (F,)
    homographies: FloatArray  # (F, 3, 3)
    states: tuple[CameraMotion, ...]  # F of them
    inlier_shares: FloatArray  # (F,) share of the followed points that the homography explains


@dataclass(frozen=True, slots=True)
class LaneLine:
    """A painted line on the road, seen over a stretch of time.

    `points` are in pixels of the *reference* frame `frame`; the line is followed to other frames by
    the ego-motion (still or panning camera), or is fixed in the picture (`in_picture`: the lines of
    the lane that a driving camera keeps to).
    """

    points: FloatArray  # (P, 2) x, y from near (bottom) to far
    frame: int
    start_s: float
    end_s: float
    duty: float  # painted share of its length, over time: 1.0 solid, about 0.3 to 0.5 dashed
    duty_sigma: float
    colour: str  # "white" or "yellow"
    in_picture: bool
    confidence: float

    @property
    def is_solid(self) -> bool:
        """Solid beyond doubt: a line that may be dashed is never called solid."""
        return self.duty - 2 * self.duty_sigma > 0.7


@dataclass(frozen=True, slots=True)
class StopLine:
    """A painted band across the carriageway, before a junction; not a zebra crossing."""

    points: FloatArray  # (2, 2) its left and its right end, pixels of the frame `frame`
    frame: int
    start_s: float
    end_s: float
    confidence: float


class LightState(StrEnum):
    """What a traffic light shows."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    OFF = "off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TrafficLight:
    """One traffic light, looked at again and again: arrays of one length T, sorted by time."""

    times_s: FloatArray  # (T,)
    boxes: NDArray[np.float32]  # (T, 4) of its housing, pixels of the frame of that time
    states: tuple[LightState, ...]  # T of them
    confidences: NDArray[np.float32]  # (T,) that the state is right
    is_arrow: bool = False  # holds for one turn alone

    def __len__(self) -> int:
        return len(self.times_s)


class SoundKind(StrEnum):
    """A noise that traffic rules know."""

    HORN = "horn"
    REVVING = "revving"  # one burst of an engine turned up without need
    BANG = "bang"  # of an exhaust


@dataclass(frozen=True, slots=True)
class SoundEvent:
    """One noise of the sound track, in trip time."""

    kind: SoundKind
    start_s: float
    end_s: float
    confidence: float
    level_db: float  # over the background
    pitch_hz: float  # of the lowest strong tone; NaN for a bang


class ZoneKind(StrEnum):
    """What the user's map says of a piece of ground."""

    NO_STOPPING = "no_stopping"
    NO_PARKING = "no_parking"
    BUS_STOP = "bus_stop"
    PARKING = "parking"
    CROSSING = "crossing"


@dataclass(frozen=True, slots=True)
class Zone:
    """A piece of ground for which something holds."""

    kind: ZoneKind
    name: str
    ring: FloatArray  # (P, 2) longitude, latitude; degrees (WGS 84)


@dataclass(frozen=True, slots=True)
class Positions:
    """Where the camera was at each sampled frame: arrays of one length F; NaN where unknown."""

    times_s: FloatArray
    latitudes: FloatArray  # degrees (WGS 84)
    longitudes: FloatArray
    speeds_mps: FloatArray
    headings_deg: FloatArray  # of its motion, clockwise from north


@dataclass(frozen=True, slots=True)
class Scene:
    """What the rules may know of the road and of the camera, over one trip."""

    width: int
    height: int
    sample_rate_hz: float
    ego: EgoMotion
    lines: tuple[LaneLine, ...] = ()
    gaps: tuple[Gap, ...] = ()
    stop_lines: tuple[StopLine, ...] = ()
    lights: tuple[TrafficLight, ...] = ()
    sounds: tuple[SoundEvent, ...] | None = None  # None: there was nothing to be heard
    positions: Positions | None = None  # None: no satellites
    zones: tuple[Zone, ...] = ()  # of the user's map; not of the record


# --- plates ------------------------------------------------------------------------------------


class PlateKind(StrEnum):
    """What a plate's text says about what it hangs on."""

    CAR = "car"
    MOTORBIKE = "motorbike"
    TRAILER = "trailer"
    MILITARY = "military"
    DIPLOMATIC = "diplomatic"
    TEMPORARY = "temporary"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class PlateText:
    """A plate's text as the grammar understands it."""

    normalized: str  # letters and digits only, e.g. "51A19222"
    display: str  # as it is written, e.g. "51A-192.22"
    kind: PlateKind
    province: str | None  # code of two digits, e.g. "51"


@dataclass(frozen=True, slots=True)
class PlateReading:
    """One look at one plate in one frame."""

    raw: str  # what the reader said, lines joined by a space
    text: PlateText | None  # None: no plate the grammar knows
    confidence: float  # 0..1, probability that `text` is exactly right
    box: tuple[float, float, float, float]  # of the plate, pixels of the frame
    alternatives: tuple[tuple[PlateText, float], ...]  # others it may be, likeliest first
    lines: int
    time_s: float  # the frame that was read, and no other
    frame: int


@dataclass(frozen=True, slots=True)
class Plate:
    """What all looks at one vehicle's plate say together."""

    text: PlateText | None  # None: never read
    probability: float
    alternatives: tuple[tuple[PlateText, float], ...]
    looks: int  # readings that were weighed
    agreeing: int  # of these, how many read exactly `text`
    best: PlateReading | None  # the look to show beside the text


# --- incidents ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured quantity, with its uncertainty (one standard deviation) where it has one."""

    name: str
    value: float
    unit: str
    sigma: float | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """A candidate violation: what was measured, never a verdict."""

    rule: str
    track_id: int  # of the vehicle it is about
    start_s: float
    end_s: float
    confidence: float  # 0..1
    measures: tuple[Measure, ...]
    best_times_s: tuple[float, ...]  # the moments that show it best, best first
    sentences: dict[str, str]  # language ("vi", "en") to what is seen, filled from the measures
    other_track_ids: tuple[int, ...] = ()  # e.g. the riders


@dataclass(frozen=True, slots=True)
class Abstention:
    """A rule's word that it could not judge a stretch, and why."""

    rule: str
    start_s: float
    end_s: float
    reason: str
