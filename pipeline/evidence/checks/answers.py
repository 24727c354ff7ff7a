"""Questions to a package and their answers, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pipeline.evidence.proof import Proof
from pipeline.evidence.shown import shown
from pipeline.wording import Language, word

LARGEST_TAG = 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Check:
    """One question and its answer."""

    name: str
    ok: bool
    message: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Says what was found of one package, and keeps in `proof` what follows from it."""

    language: Language
    proof: Proof
    key: str | None = None  # fingerprint of who should have signed it
    tsa_ca: Path | None = None  # certificates of the authority whose stamps are to be trusted

    def word(self, key: str, /, **values: object) -> str:
        return word(f"verify.{key}", self.language, **values)

    def good(self, check: str, key: str, /, **values: object) -> Check:
        return Check(check, True, self.word(key, **values))

    def fault(self, check: str, key: str, /, **values: object) -> Check:
        return Check(check, False, self.word(key, **values))


def text_of(path: Path) -> str:
    """A small text file, whatever is in it. Raises OSError."""
    with path.open("rb") as stream:
        return stream.read(LARGEST_TAG).decode("utf-8", errors="replace")


def first_fault(error: ValidationError) -> str:
    """Where a record leaves its schema, in few words."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return shown(f"{where or 'file'}: {first['msg']}")
