"""A package as a channel draws from it: its record, and the files worth sending, in order."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pipeline.errors import CheckFailed
from pipeline.evidence.digest import sha256_of
from pipeline.evidence.incident import ClipRecord, FileRecord, IncidentRecord
from pipeline.evidence.opened import folder_of, record_of
from pipeline.evidence.person import PERSON, PersonAdds
from pipeline.evidence.readiness import missing_in
from pipeline.evidence.verify import verify
from pipeline.reporter.sealed import SEALED
from pipeline.wording import Language, word

# What shows most in the least room comes first.
_STILLS = ("marked", "plate_enlarged", "plate", "vehicle", "still")


@dataclass(frozen=True, slots=True)
class Source:
    """A package that was found sound."""

    package: Path
    record: IncidentRecord

    @property
    def data(self) -> Path:
        return self.package / "data"

    @property
    def manifest_sha256(self) -> str:
        """Digest of the list of all digests: it stands for the whole package."""
        return sha256_of(self.package / "manifest-sha256.txt")

    @property
    def sealed(self) -> Path | None:
        path = self.data / SEALED
        return path if path.is_file() else None

    def report(self, language: Language) -> Path:
        return self.data / f"report.{language}.pdf"

    def pictures(self) -> list[Path]:
        """Stills and plates, those that tell most first."""
        found = [file for file in self.record.files if file.role in _STILLS]
        return [
            self.data / file.path
            for file in sorted(found, key=lambda file: _STILLS.index(file.role))
        ]

    def clips(self) -> list[tuple[ClipRecord, FileRecord]]:
        """Each original clip with its digest."""
        files = {file.path: file for file in self.record.files}
        return [(clip, files[clip.path]) for clip in self.record.clips if clip.path in files]

    def person(self) -> PersonAdds | None:
        """What the person added and confirmed (`dashcam form`), or nothing."""
        try:
            return PersonAdds.model_validate_json((self.data / PERSON).read_bytes())
        except (OSError, ValidationError):
            return None


@contextmanager
def source_of(package: Path, language: Language, *, anyway: bool = False) -> Iterator[Source]:
    """A package, a folder or a zip, that may be submitted.

    Raises InputError where it is none, CheckFailed where it is not sound or, unless `anyway`, not
    ready: a person has not looked at it yet.
    """
    result = verify(package, language=language)
    if not result.ok:
        broken = next(check for check in result.checks if not check.ok)
        raise CheckFailed(word("submit.unsound", language, package=package, reason=broken.message))
    with folder_of(package, language) as folder:
        source = Source(folder, record_of(folder))
        if not anyway:
            _refuse_unready(source, package, language)
        yield source


def is_ready(source: Source) -> bool:
    """Whether a person has filled in what is needed and confirmed what only they can."""
    person = source.person()
    return person is not None and not missing_in(source.record, person)


def _refuse_unready(source: Source, package: Path, language: Language) -> None:
    named = shlex.quote(str(package))
    person = source.person()
    if person is None:
        raise CheckFailed(word("submit.no_form", language, package=named))
    missing = ", ".join(one.what(language) for one in missing_in(source.record, person))
    if missing:
        raise CheckFailed(word("submit.not_ready", language, package=named, missing=missing))
