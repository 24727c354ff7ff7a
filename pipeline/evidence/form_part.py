"""The part of a report that is the person's own: what they add, confirm and sign."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipeline.evidence.incident import IncidentRecord
from pipeline.evidence.person import PersonAdds
from pipeline.evidence.rows import Blank, Tick
from pipeline.evidence.words import moment, term
from pipeline.wording import Language


@dataclass(frozen=True, slots=True)
class FormPart:
    blanks: tuple[Blank, ...]
    ticks: tuple[Tick, ...]
    statement: str
    confirmed: str | None  # that and when the statement was, if it was


def form_part(
    record: IncidentRecord, person: PersonAdds | None, language: Language, time_zone: str
) -> FormPart:
    """Lines to write on, filled where the person has told already."""

    def word(name: str, /, **values: object) -> str:
        return term("report", name, language, **values)

    told = person or PersonAdds()
    confirmed = None
    if told.statement_confirmed_at is not None:
        time = moment(told.statement_confirmed_at.astimezone(ZoneInfo(time_zone)), language)
        confirmed = word("statement_confirmed", time=time)
    plate = told.plate_text
    if plate is None and told.plate_confirmed:
        plate = record.vehicle.plate.display
    return FormPart(
        blanks=(
            Blank(word("road"), told.road),
            Blank(word("place"), told.place),
            Blank(word("plate_seen"), plate),
            Blank(word("owner"), None),
            Blank(word("witness"), told.witnesses),
            Blank(word("other"), told.note),
            Blank(word("channel"), told.channel),
        ),
        ticks=(
            Tick(word("act_confirmed"), told.act_confirmed),
            Tick(word("plate_confirmed"), told.plate_confirmed),
        ),
        statement=word("statement"),
        confirmed=confirmed,
    )
