"""`incident.json`: everything a package knows of one candidate, for people and programs.

Schema: `docs/incident.schema.json`, made from these classes (`python -m pipeline.evidence.schema`).
A field that is not known is null, with a reason beside it where one can be given. Nothing here
names the person who reports, their account or their folders.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from pipeline.types import Kind, PlateKind

RECORD = "incident.json"

Share = Annotated[float, Field(ge=0, le=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
PLAIN_PATH = r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$"


def _stays_inside(path: str) -> str:
    if any(part in (".", "..") for part in path.split("/")):
        raise ValueError("a path of a package stays inside it")
    return path


InsidePath = Annotated[str, Field(pattern=PLAIN_PATH), AfterValidator(_stays_inside)]


class Part(BaseModel):
    """A part of the record: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Texts(Part):
    vi: str
    en: str


class Original(Part):
    """A file that the camera wrote. It stays with the person who reports."""

    name: str = Field(description="file name without its folder")
    sha256: Sha256
    bytes: int
    duration_s: float
    container: str
    video_codec: str
    width: int = Field(description="pixels, upright")
    height: int
    rotation_deg: int


class Moment(Part):
    original: int = Field(description="index into `originals`")
    file_time_s: float = Field(description="seconds since the first picture of that file")
    time: AwareDatetime | None


class TimeSource(Part):
    """What one source says of when a file began."""

    original: int
    source: str
    start: AwareDatetime
    uncertainty_s: float
    note: str = ""


class When(Part):
    start: Moment
    end: Moment
    source: str | None = Field(description="where the time was read; null: nobody knows it")
    uncertainty_s: float | None
    warnings: tuple[str, ...]
    candidates: tuple[TimeSource, ...] = Field(description="every source that was found")


class Position(Part):
    """WGS 84, degrees; of the camera."""

    original: int
    file_time_s: float
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    speed_mps: float | None
    altitude_m: float | None = None
    time: AwareDatetime | None = Field(None, description="by the clock that `when` names")


class Here(Position):
    """Where the camera was when the act began, between the points of the track."""

    heading_deg: Annotated[float, Field(ge=0, lt=360)] | None = Field(
        None, description="of the camera's way, clockwise from true north; null while it stands"
    )
    uncertainty_m: float | None = Field(None, description="one standard deviation")


class Names(Part):
    """What the place is called, now and before the communes of 1 July 2025."""

    commune: str
    province: str
    commune_former: str | None
    district_former: str | None
    province_former: str | None
    certain: bool = Field(description="the position is farther from a border than it may be wrong")
    text: Texts


class RoadFound(Part):
    name: str
    source: str = Field(description="the host that was asked")


class Place(Part):
    source: str
    at_start: Here
    points: tuple[Position, ...] = Field(description="of the act with lead-up and aftermath only")
    names: Names | None = None
    road: RoadFound | None = None
    warnings: tuple[str, ...] = ()
    reasons: dict[str, Texts] = Field(
        default_factory=dict, description="why a field of the place is null, by its name"
    )


class Candidate(Part):
    text: str = Field(description="letters and digits only")
    display: str
    probability: Share


class Province(Part):
    code: str
    name: str | None


class PlateLook(Part):
    """The one look that the picture of the plate was cut from."""

    original: int
    file_time_s: float
    box: tuple[float, float, float, float] = Field(description="xyxy, pixels of the upright frame")
    raw: str


class PlateFound(Part):
    text: str | None = Field(description="null where it is not certain enough to be called a fact")
    display: str | None
    kind: PlateKind | None
    province: Province | None
    probability: Share = Field(description="of the likeliest text, certain enough or not")
    alternatives: tuple[Candidate, ...] = Field(description="what else it may be, likeliest first")
    looks: int
    agreeing: int
    best_look: PlateLook | None


class ColourFound(Part):
    name: str
    share: Share


class Vehicle(Part):
    track: int
    kind: Kind | None
    kind_share: Share | None
    colour: ColourFound | None
    plate: PlateFound


class Measured(Part):
    name: str
    label: Texts
    value: float
    unit: str
    sigma: float | None = Field(description="one standard deviation")


class Missing(Part):
    """A stretch without pictures in what the clip shows."""

    original: int
    start_s: float
    end_s: float
    reason: str


class ClipRecord(Part):
    path: InsidePath
    original: int
    start_s: float = Field(description="file time of its first picture")
    end_s: float = Field(description="file time of its last picture")
    packets: int
    packets_identical: bool = Field(description="bit for bit, compared when the clip was made")
    left_out: tuple[str, ...] = Field(description="what the original has besides: kinds and names")
    inside: tuple[str, ...] = Field(
        (), description="kinds of messages that the camera wrote inside its packets, which stay"
    )


Role = Literal[
    "clip",
    "annotated",
    "still",
    "marked",
    "vehicle",
    "plate",
    "plate_enlarged",
    "track",
    "tracks",
    "report",
]

Shows = Literal["act_best", "act_start", "act_end", "plate", "vehicle", "surroundings"]


class FileRecord(Part):
    path: InsidePath = Field(description="below the package's folder `data`")
    role: Role
    sha256: Sha256
    bytes: int
    language: Literal["vi", "en"] | None = None
    original: int | None = None
    file_time_s: float | None = None
    note: str | None = None
    shows: tuple[Shows, ...] = Field((), description="of a still: what it was chosen for")


class Model(Part):
    task: str
    name: str
    origin: str
    sha256: str | None


class Tool(Part):
    name: str
    version: str


class IncidentRecord(Part):
    """A candidate violation and its evidence."""

    schema_version: Literal["1.0", "1.1"] = "1.1"
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    status: Literal["candidate"] = "candidate"
    rule: str
    act: Texts
    sentences: Texts
    confidence: Share
    when: When
    place: Place | None
    place_reason: Texts | None = Field(description="why the place is not known")
    overlay_place: str | None = Field(
        None, description="name of the street or camera burnt into the picture, as it was read"
    )
    vehicle: Vehicle
    measures: tuple[Measured, ...]
    originals: tuple[Original, ...]
    missing_pictures: tuple[Missing, ...]
    clips: tuple[ClipRecord, ...]
    files: tuple[FileRecord, ...] = Field(description="all others of `data`")
    models: tuple[Model, ...]
    tool: Tool
    settings: dict[str, Any] = Field(description="in force for this package, without any path")
    created: AwareDatetime
    inputs_sha256: Sha256 = Field(description="equal for packages made from equal findings")
    evidence_sha256: Sha256 | None = Field(
        None, description="the seal number: stands for the facts and for every file of evidence"
    )

    def as_text(self) -> str:
        """The file's content."""
        return self.model_dump_json(indent=2) + "\n"


def safe_name(text: str) -> str:
    """`text` with nothing in it that a folder's name may not hold."""
    return re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_") or "act"
