"""The person who reports. Nothing here ever prints, logs or raises with what it holds."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any

import yaml

from pipeline.errors import UsageError
from pipeline.reporter.forms import (
    address_fault,
    name_fault,
    number_fault,
    phone_fault,
    plain_number,
    plain_phone,
)
from pipeline.wording import Language, word

FAULTS: dict[str, Callable[[str], str | None]] = {
    "name": name_fault,
    "number": number_fault,
    "address": address_fault,
    "phone": phone_fault,
}
FIELDS = tuple(FAULTS)


class ReporterError(UsageError):
    """What was told of the reporter cannot be used; the message holds no part of it."""


@dataclass(frozen=True, slots=True, repr=False)
class Reporter:
    """Name, citizen identity number (12 digits), address, phone (as dialled in Vietnam)."""

    name: str
    number: str
    address: str
    phone: str

    def __repr__(self) -> str:
        return "Reporter(hidden)"

    def as_json(self) -> dict[str, str]:
        """For the keyring, for sealing and for their owner's eyes: the values in clear."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def reporter_of(told: Mapping[str, Any], language: Language) -> Reporter:
    """The reporter from what was told, each value checked for its form. Raises ReporterError."""
    missing = [name for name in FIELDS if not str(told.get(name) or "").strip()]
    if missing:
        names = ", ".join(word(f"reporter.field.{name}", language) for name in missing)
        raise ReporterError(word("reporter.missing", language, names=names))
    # Composed letters: the same name is the same bytes, whatever keyboard it came from.
    plain = {
        name: unicodedata.normalize("NFC", " ".join(str(told[name]).split())) for name in FIELDS
    }
    for name, fault in FAULTS.items():
        problem = fault(plain[name])
        if problem is not None:
            raise ReporterError(word(problem, language))
    return Reporter(
        name=plain["name"],
        number=plain_number(plain["number"]),
        address=plain["address"],
        phone=plain_phone(plain["phone"]),
    )


def told_in(text: str, language: Language) -> dict[str, str]:
    """What a file says, as JSON or as lines `name: …`. Raises ReporterError, without its cause:
    a parser's own message would quote the text.
    """
    content: object = None
    with suppress(yaml.YAMLError):
        # The base loader keeps every value as it is written: 001… is no number in base eight.
        content = yaml.load(text, Loader=yaml.BaseLoader)
    if not isinstance(content, dict):
        raise ReporterError(word("reporter.file", language))
    unknown = set(content) - set(FIELDS)
    if unknown:
        raise ReporterError(word("reporter.file", language))
    return {str(name): str(value) for name, value in content.items()}


def as_bytes(reporter: Reporter) -> bytes:
    return json.dumps(reporter.as_json(), ensure_ascii=False).encode()


def from_bytes(content: bytes, language: Language) -> Reporter:
    """Raises ReporterError where it is not what `as_bytes` wrote."""
    told: object = None
    with suppress(ValueError):
        told = json.loads(content)
    if not isinstance(told, dict):
        raise ReporterError(word("reporter.damaged", language))
    return reporter_of(told, language)
