"""Whether a package's films are the original's, and whose manifests they bear."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import InputError
from pipeline.evidence.bag import PAYLOAD
from pipeline.evidence.c2pa.check import GOOD, film_credentials
from pipeline.evidence.checks.answers import Answers, Check
from pipeline.evidence.custody import Custody
from pipeline.evidence.digest import sha256_of
from pipeline.evidence.incident import ClipRecord, IncidentRecord
from pipeline.evidence.packets import packets_are_identical
from pipeline.evidence.shown import shown


def credentials(
    answers: Answers, package: Path, record: IncidentRecord, custody: Custody | None
) -> Iterator[Check]:
    """The C2PA manifests within its films; those of this program's making must be there."""
    data = package / PAYLOAD
    for name, answer in film_credentials(data, record, custody, answers.proof.key):
        if answer == "ok":
            answers.proof.credited.append(name)
        yield Check("c2pa", answer in GOOD, answers.word(f"c2pa.{answer}", name=shown(name)))


def against(
    answers: Answers, package: Path, record: IncidentRecord, original: Path
) -> Iterator[Check]:
    """Whether footage at hand is what the clips are of, packet by packet."""
    name = shown(original.name)
    try:
        digest = sha256_of(original)
    except OSError as error:
        yield Check("original", False, f"{shown(str(original))}: {error.strerror or error}")
        return
    numbers = [at for at, one in enumerate(record.originals) if one.sha256 == digest]
    if numbers:
        answers.proof.originals.append(name)
        yield answers.good("original", "original.ok", name=name)
    else:
        names = ", ".join(f"{one.name} ({one.sha256[:12]}…)" for one in record.originals)
        yield answers.fault(
            "original", "original.other", name=name, digest=digest[:12], names=names
        )
    for clip in record.clips:
        if not numbers or clip.original in numbers:
            yield _packets(answers, package, clip, original)


def _packets(answers: Answers, package: Path, clip: ClipRecord, original: Path) -> Check:
    try:
        found = packets_are_identical(package / PAYLOAD / clip.path, original, near_s=clip.start_s)
    except InputError as error:
        return Check("clip", False, str(error))
    if found.identical:
        answers.proof.identical.add(clip.path)
        return answers.good("clip", "clip.ok", name=clip.path, count=found.packets)
    return answers.fault("clip", "clip.other", name=clip.path, reason=found.message)
