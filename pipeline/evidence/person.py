"""What the person who reports adds to a package, and confirms; nothing of who they are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from pipeline.evidence.incident import Part
from pipeline.types import Kind

PERSON = "person.json"

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
VehicleKind = Literal[Kind.BICYCLE, Kind.MOTORBIKE, Kind.CAR, Kind.BUS, Kind.TRUCK]


class PersonAdds(Part):
    """A field that nobody filled is null: the report leaves a line to write on.

    `person.json` of a package is one of these (`docs/person.schema.json`).
    """

    road: Line | None = Field(None, description="the road that the act was on")
    place: Line | None = Field(None, description="commune, house number, milestone")
    witnesses: Text | None = Field(None, description="who else saw it, by the person's own choice")
    note: Text | None = Field(None, description="anything else that bears on it")
    channel: Line | None = Field(None, description="the way it goes to the police")
    act_confirmed: bool = Field(False, description="the person watched the clip and saw the act")
    plate_confirmed: bool = Field(
        False, description="the person looked, and the plate reads so or cannot be read"
    )
    plate_text: Line | None = Field(None, description="the plate as the person reads it")
    plate_illegible: bool = Field(False, description="the person cannot read it either")
    time: AwareDatetime | None = Field(None, description="when it was, as the person knows it")
    kind: VehicleKind | None = Field(None, description="kind of vehicle, as the person sees it")
    statement_confirmed_at: AwareDatetime | None = Field(
        None, description="when the person agreed to the statement of truth"
    )
    status: Literal["ready", "not ready"] = Field(
        "not ready", description="as `pipeline.evidence.readiness` judged it when it was written"
    )
