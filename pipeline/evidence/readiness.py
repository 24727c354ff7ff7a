"""Whether a package may be called ready: all that the police ask for, and a person stands by it.

Only a person can confirm the act and the plate, and give the statement; time, place and vehicle
come from the record or, where it does not know them, from the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pipeline.errors import InputError
from pipeline.evidence.incident import IncidentRecord
from pipeline.evidence.opened import folder_of, record_of
from pipeline.evidence.person import PERSON, PersonAdds
from pipeline.evidence.words import term
from pipeline.wording import Language

# What supplies a field that is missing, as options of `dashcam form`.
_OPTIONS = {
    "act": "--confirm-act",
    "plate": "--plate TEXT --confirm-plate | --plate-illegible",
    "plate_confirmed": "--confirm-plate | --plate TEXT --confirm-plate | --plate-illegible",
    "time": "--time '18:11 29/05/2025'",
    "place": "--road TEXT | --place TEXT",
    "kind": "--kind KIND",
    "statement": "--statement",
}


@dataclass(frozen=True, slots=True)
class Missing:
    """A required field that nobody has filled."""

    field: str

    @property
    def options(self) -> str:
        """The options of `dashcam form` that supply it."""
        return _OPTIONS[self.field]

    def what(self, language: Language) -> str:
        """What is missing, in a few words."""
        return term("missing", self.field, language)

    def how(self, language: Language) -> str:
        """What to do about it."""
        return term("missing_how", self.field, language, options=self.options)


def missing_in(record: IncidentRecord, person: PersonAdds | None) -> list[Missing]:
    """The required fields that are still missing, in the order in which the form asks for them."""
    told = person or PersonAdds()
    plate_known = bool(told.plate_text or told.plate_illegible or record.vehicle.plate.text)
    there = {
        "act": told.act_confirmed,
        "plate": plate_known,
        "plate_confirmed": told.plate_confirmed or not plate_known,  # one thing at a time
        "time": record.when.start.time is not None or told.time is not None,
        "place": bool(record.place or told.road or told.place),
        "kind": (record.vehicle.kind or told.kind) is not None,
        "statement": told.statement_confirmed_at is not None,
    }
    return [Missing(field) for field, known in there.items() if not known]


def readiness(package: Path) -> list[Missing]:
    """What `package`, a folder or a zip, still lacks; nothing: it is ready.

    Whether it is sound is another question: see `pipeline.evidence.verify`. Raises InputError,
    CheckFailed for a zip that is refused.
    """
    with folder_of(package) as folder:
        return missing_in(record_of(folder), person_in(folder))


def person_in(folder: Path) -> PersonAdds | None:
    """What the person has told already; None before anybody did. Raises InputError."""
    path = folder / "data" / PERSON
    try:
        return PersonAdds.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        remedy = "look at it with: dashcam verify"
        raise InputError(path, "not what dashcam form writes", remedy) from None
