"""Whether a package is whole and unchanged, who sealed it, and whether its clip is the original's.

A package may come from a stranger: nothing outside its folder is opened on its word, and nothing in
it is opened before it is known to be a plain file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import CheckFailed
from pipeline.evidence.archive import unpacked
from pipeline.evidence.bag import LABEL, PAYLOAD, digests_below, label_of
from pipeline.evidence.checks.answers import Answers, Check, text_of
from pipeline.evidence.checks.films import against, credentials
from pipeline.evidence.checks.records import (
    beside,
    custody_record,
    files,
    identity,
    incident_record,
    seal_number,
)
from pipeline.evidence.checks.sealed import signature, stamp
from pipeline.evidence.checks.whole import archive, bag
from pipeline.evidence.keys import fingerprint_named
from pipeline.evidence.proof import Proof
from pipeline.evidence.shape import shape_of
from pipeline.evidence.shown import shown
from pipeline.wording import Language


@dataclass(frozen=True, slots=True)
class Verification:
    """All questions that were asked of one package, and what follows from the answers."""

    package: Path
    checks: tuple[Check, ...]
    key: str | None = None  # fingerprint of the key that signed it
    proved: tuple[str, ...] = ()  # sentences
    not_proved: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        return {
            "package": str(self.package),
            "ok": self.ok,
            "key": self.key,
            "checks": [asdict(check) for check in self.checks],
            "proved": list(self.proved),
            "not_proved": list(self.not_proved),
        }


def verify(
    package: Path,
    original: Path | Sequence[Path] | None = None,
    *,
    key: str | None = None,
    tsa_ca: Path | None = None,
    language: Language = "en",
) -> Verification:
    """Ask everything that can be asked of a package, a folder or a zip of it.

    `original`: footage that its clips are of. `key`: who should have signed it, a public key's
    file or a fingerprint. `tsa_ca`: certificates (PEM) of the time stamping authority to trust.
    Raises UsageError where those two cannot be used, and nothing for a package that is not sound:
    the answers say what is wrong with it.
    """
    wanted = None if key is None else fingerprint_named(key)
    originals = [original] if isinstance(original, Path) else list(original or ())
    proof = Proof(key_wanted=wanted is not None)
    checks = tuple(_asked(Answers(language, proof, wanted, tsa_ca), package, originals))
    ok = all(check.ok for check in checks)
    proved, not_proved = proof.sentences(ok, language)
    return Verification(package, checks, proof.key, proved, not_proved)


def _asked(answers: Answers, package: Path, originals: Sequence[Path]) -> Iterator[Check]:
    if package.is_dir():
        yield from _of_folder(answers, package, originals)
        return
    if not package.is_file():
        yield answers.fault("form", "form.none")
        return
    try:
        with unpacked(package, language=answers.language) as folder:
            yield archive(answers, package, folder)
            yield from _of_folder(answers, folder, originals)
    except CheckFailed as error:
        yield Check("archive", False, str(error))


def _of_folder(answers: Answers, package: Path, originals: Sequence[Path]) -> Iterator[Check]:
    try:
        shape = shape_of(package, answers.language)
        if shape.fault or shape.payload is None or shape.tags is None:
            yield Check("form", False, shape.fault)
            return
        yield answers.good("form", "form.ok")
        digests = digests_below(package, package / PAYLOAD)
        yield bag(answers, package, shape.payload, shape.tags, digests)
        label = label_of(text_of(package / LABEL))
        yield signature(answers, package, label)
        yield from stamp(answers, package, label)
        record, check = incident_record(answers, package)
        yield check
        custody, check = custody_record(answers, package, record, label, digests)
        yield check
        if record is None:
            return
        yield from beside(answers, package)
        yield files(answers, record, custody, digests)
        yield seal_number(answers, record)
        yield identity(answers, record, label)
        yield from credentials(answers, package, record, custody)
    except OSError as error:
        where = shown(str(error.filename or package))
        yield Check("reading", False, f"{where}: {error.strerror or error}")
        return
    for original in originals:
        yield from against(answers, package, record, original)
    answers.proof.clips = len(record.clips)
