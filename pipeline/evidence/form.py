"""What a person adds to a package and confirms: put together, judged, and sealed in whole.

    answers -> PersonAdds -> data/person.json and the reports again -> the package, sealed again

The record of what the program found stays as it is: what the person says stands beside it.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import UsageError
from pipeline.evidence.digest import sha256_of
from pipeline.evidence.incident import RECORD, IncidentRecord
from pipeline.evidence.opened import record_of
from pipeline.evidence.person import PERSON, PersonAdds, VehicleKind
from pipeline.evidence.readiness import Missing, missing_in
from pipeline.evidence.reports.report import write_reports
from pipeline.evidence.seal import Sealing, resealed
from pipeline.plates.grammar import parse
from pipeline.types import PlateText
from pipeline.wording import Language, word

_PLATES_CONSIDERED = 40
_TIMES = ("%H:%M:%S %d/%m/%Y", "%H:%M %d/%m/%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")
_NO_TIME_ZONE = "Asia/Ho_Chi_Minh"
_WORDS = ("road", "place", "witnesses", "note", "channel")


class Answers(BaseModel):
    """What was answered this time; null: not asked, or left as it is. An empty text clears."""

    model_config = ConfigDict(extra="forbid")

    road: str | None = None
    place: str | None = None
    witnesses: str | None = None
    note: str | None = None
    channel: str | None = None
    time: str | None = None
    kind: VehicleKind | None = None
    plate: str | None = None
    plate_illegible: bool | None = None
    confirm_act: bool | None = None
    confirm_plate: bool | None = None
    statement: bool | None = None

    @property
    def words(self) -> dict[str, str]:
        """The answers in words, which could name somebody, by field."""
        told = {name: getattr(self, name) for name in _WORDS}
        return {name: text for name, text in told.items() if text}


def after(
    person: PersonAdds | None,
    answers: Answers,
    record: IncidentRecord,
    language: Language,
    now: datetime | None = None,
) -> PersonAdds:
    """What the person has told once `answers` are added to what they told before.

    A plate that changes is to be confirmed anew, and so is the statement after any change.
    Raises UsageError for a plate that no plate can be, a time that is none, a confirmation of
    nothing.
    """
    before = person or PersonAdds()
    told: dict[str, Any] = {
        name: text_of(getattr(answers, name), name)
        for name in _WORDS
        if getattr(answers, name) is not None
    }
    if answers.time is not None:
        told["time"] = time_of(answers.time, time_zone_of(record), language)
    if answers.kind is not None:
        told["kind"] = answers.kind
    if answers.confirm_act is not None:
        told["act_confirmed"] = answers.confirm_act
    told |= _plate(before, answers, record, language)
    try:
        result = PersonAdds.model_validate(before.model_dump() | told)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise UsageError(word("form.bad_value", language, field=field, why=first["msg"])) from None
    if answers.statement is not None or _content(result) != _content(before):
        given = (now or datetime.now(UTC)).replace(microsecond=0) if answers.statement else None
        result = result.model_copy(update={"statement_confirmed_at": given})
    status = "not ready" if missing_in(record, result) else "ready"
    return result.model_copy(update={"status": status})


def fill(package: Path, person: PersonAdds, *, seal: Sealing | None = None) -> list[Missing]:
    """Put what the person tells into `package`, with the reports made again; whole or not at all.

    Returns what it still lacks. Raises CheckFailed where the package is not sound, InputError,
    OutputError.
    """
    with resealed(package, "form filled", person.status, seal=seal) as copy:
        data, record = copy / "data", record_of(copy)
        text = person.model_dump_json(indent=2) + "\n"
        (data / PERSON).write_text(text, encoding="utf-8", newline="\n")
        written = {
            path.relative_to(data).as_posix(): path
            for path, _ in write_reports(record, data, time_zone_of(record), person)
        }
        files = tuple(
            file.model_copy(
                update={
                    "sha256": sha256_of(written[file.path]),
                    "bytes": written[file.path].stat().st_size,
                }
            )
            if file.path in written
            else file
            for file in record.files
        )
        text = record.model_copy(update={"files": files}).as_text()
        (data / RECORD).write_text(text, encoding="utf-8", newline="\n")
    return missing_in(record, person)


def time_zone_of(record: IncidentRecord) -> str:
    """The time zone that the package was made with."""
    return str(record.settings.get("footage", {}).get("time_zone", _NO_TIME_ZONE))


def suggestions(record: IncidentRecord, language: Language) -> dict[str, str]:
    """Road and place as far as the record knows them, to be taken over by the person."""
    found = {}
    if record.place is not None and record.place.road is not None:
        found["road"] = record.place.road.name
    elif record.overlay_place:
        found["road"] = record.overlay_place
    if record.place is not None and record.place.names is not None:
        names = record.place.names
        found["place"] = f"{names.commune}, {names.province}"
    return {name: plain(text) for name, text in found.items()}


def plate_named(text: str, language: Language) -> PlateText:
    """The plate that `text` spells, written as plates are. Raises UsageError, with what is near."""
    wanted = re.sub(r"[\W_]", "", plain(text).upper())
    parses = parse(text.upper(), best=_PLATES_CONSIDERED) if wanted else []
    for found in parses:
        if found.text.normalized == wanted:
            return found.text
    near = list(dict.fromkeys(found.text.display for found in parses))[:3]
    hint = word("form.plate_near", language, near=", ".join(near)) if near else ""
    raise UsageError(word("form.plate_bad", language, plate=plain(text), hint=hint))


def time_of(text: str, time_zone: str, language: Language) -> datetime | None:
    """A time as people write it, in `time_zone` unless it says another. Raises UsageError."""
    text = plain(text)
    if not text:
        return None
    time = None
    for form in _TIMES:
        try:
            time = datetime.strptime(text, form)
            break
        except ValueError:
            continue
    if time is None:
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            raise UsageError(word("form.time_bad", language, time=text)) from None
    return time.replace(tzinfo=ZoneInfo(time_zone)) if time.tzinfo is None else time


def plain(text: str) -> str:
    """`text` in one line, with composed letters and nothing that does not print."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(letter for letter in composed if letter.isprintable()).strip()


def text_of(text: str, field: str) -> str | None:
    """An answer in words; None clears it. A note keeps its lines."""
    lines = text.splitlines() if field in ("note", "witnesses") else [text]
    return "\n".join(filter(None, map(plain, lines))) or None


def _plate(
    before: PersonAdds, answers: Answers, record: IncidentRecord, language: Language
) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if answers.plate and answers.plate_illegible:
        raise UsageError(word("form.plate_both", language))
    if answers.plate is not None:
        text = plate_named(answers.plate, language).display if answers.plate.strip() else None
        told = {"plate_text": text, "plate_illegible": False}
        if text != before.plate_text or before.plate_illegible:
            told["plate_confirmed"] = False
    if answers.plate_illegible:  # the person says that they looked and cannot read it
        return {"plate_text": None, "plate_illegible": True, "plate_confirmed": True}
    if answers.plate_illegible is False and before.plate_illegible:
        told |= {"plate_illegible": False, "plate_confirmed": False}
    if answers.confirm_plate is not None:
        illegible = told.get("plate_illegible", before.plate_illegible)
        named = told.get("plate_text", before.plate_text) or record.vehicle.plate.text
        if answers.confirm_plate and not named and not illegible:
            raise UsageError(word("form.plate_nothing", language))
        told["plate_confirmed"] = answers.confirm_plate
        if not answers.confirm_plate:
            told["plate_illegible"] = False
    return told


def _content(person: PersonAdds) -> dict[str, Any]:
    """What the statement is about."""
    return person.model_dump(exclude={"statement_confirmed_at", "status", "channel"})
