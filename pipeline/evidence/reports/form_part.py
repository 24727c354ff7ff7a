"""The part of a report that is the person's own: what they add, confirm and sign."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipeline.evidence.incident import IncidentRecord
from pipeline.evidence.person import PersonAdds
from pipeline.evidence.readiness import missing_in
from pipeline.evidence.reports.rows import Blank, Row, Tick
from pipeline.evidence.words import moment, term
from pipeline.wording import Language


@dataclass(frozen=True, slots=True)
class FormPart:
    blanks: tuple[Blank, ...]
    ticks: tuple[Tick, ...]
    statement: str
    confirmed: str | None  # that and when the statement was, if it was
    status: str | None = None  # ready or what is missing; None: nobody has filled it yet


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
    if told.plate_illegible:
        plate = word("plate_illegible")
    elif plate is None and told.plate_confirmed:
        plate = record.vehicle.plate.display
    tick = "plate_illegible_confirmed" if told.plate_illegible else "plate_confirmed"
    own = []  # of what the record knows, or should know
    if told.time is not None:
        time = moment(told.time.astimezone(ZoneInfo(time_zone)), language)
        own.append(Blank(word("time_told"), time))
    if told.kind is not None:
        own.append(Blank(word("kind_told"), term("kinds", told.kind, language)))
    return FormPart(
        blanks=(
            *own,
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
            Tick(word(tick), told.plate_confirmed),
        ),
        statement=word("statement"),
        confirmed=confirmed,
        status=None if person is None else _status(record, person, language),
    )


def told_rows(person: PersonAdds | None, language: Language, time_zone: str) -> tuple[Row, ...]:
    """Time, place, kind and plate as the person tells them: these go to the report's top."""
    if person is None:
        return ()
    found = []
    if person.time is not None:
        found.append(("time_told", moment(person.time.astimezone(ZoneInfo(time_zone)), language)))
    if person.road or person.place:
        found.append(("where_told", ", ".join(filter(None, (person.road, person.place)))))
    if person.kind is not None:
        found.append(("kind_told", term("kinds", person.kind, language)))
    if person.plate_text and not person.plate_illegible:
        found.append(("plate_seen", person.plate_text))
    return tuple(Row(term("report", name, language), (text,), strong=True) for name, text in found)


def _status(record: IncidentRecord, person: PersonAdds, language: Language) -> str:
    missing = missing_in(record, person)
    if not missing:
        return term("report", "ready", language)
    names = ", ".join(one.what(language) for one in missing)
    return term("report", "not_ready", language, missing=names)
