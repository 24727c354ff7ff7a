"""What a package's records say, against their schemas and against each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ValidationError

from pipeline.evidence.bag import PAYLOAD, Digests
from pipeline.evidence.checks.answers import Answers, Check, first_fault
from pipeline.evidence.checks.whole import differences
from pipeline.evidence.custody import CUSTODY, Custody
from pipeline.evidence.evidence_digest import EVIDENCE, evidence_digest_of, facts_digest
from pipeline.evidence.incident import RECORD, IncidentRecord
from pipeline.evidence.keys import grouped
from pipeline.evidence.person import PERSON, PersonAdds
from pipeline.evidence.seals import KEY_FACT, NONE
from pipeline.evidence.shown import shown, some
from pipeline.evidence.track_boxes import TRACKS, TracksRecord

_LARGEST_RECORD = 64 * 1024 * 1024  # bytes


def incident_record(answers: Answers, package: Path) -> tuple[IncidentRecord | None, Check]:
    """`incident.json` against its schema."""
    name = "record"
    path = package / PAYLOAD / RECORD
    if not path.is_file():
        return None, answers.fault(name, "file.missing", name=RECORD)
    if path.stat().st_size > _LARGEST_RECORD:
        return None, answers.fault(name, "record.large", file=RECORD)
    try:
        record = IncidentRecord.model_validate_json(path.read_bytes())
    except ValidationError as error:
        return None, answers.fault(name, "record.schema", file=RECORD, reason=first_fault(error))
    count = len(record.originals)
    wrong = [clip.path for clip in record.clips if not 0 <= clip.original < count]
    if wrong:
        return None, answers.fault(name, "record.original", file=RECORD, names=some(wrong))
    return record, answers.good(name, "record.ok", file=RECORD, version=str(record.schema_version))


def custody_record(
    answers: Answers,
    package: Path,
    record: IncidentRecord | None,
    label: dict[str, str],
    digests: Digests,
) -> tuple[Custody | None, Check]:
    """Its own words against the record, its steps against what is there."""
    name = "custody"
    path = package / PAYLOAD / CUSTODY
    if not path.is_file():
        return None, answers.fault(name, "file.missing", name=CUSTODY)
    if path.stat().st_size > _LARGEST_RECORD:
        return None, answers.fault(name, "record.large", file=CUSTODY)
    try:
        custody = Custody.model_validate_json(path.read_bytes())
    except ValidationError as error:
        return None, answers.fault(name, "record.schema", file=CUSTODY, reason=first_fault(error))
    faults = [] if record is None else _disagreements(answers, custody, record)
    below = {path.removeprefix(f"{PAYLOAD}/"): one for path, one in digests.items()}
    below.pop(CUSTODY, None)
    faults += differences(answers, custody.digests(), below)
    signed = custody.steps[-1].key if custody.steps else None
    if (signed or NONE) != label.get(KEY_FACT):
        faults.append(answers.word("custody.key"))
    if faults:
        return custody, Check(name, False, some(faults))
    return custody, answers.good(name, "custody.ok", count=len(custody.steps))


def beside(answers: Answers, package: Path) -> Iterator[Check]:
    """The other files that programs read: what a person added, where the vehicles are."""
    kinds: tuple[tuple[str, type[BaseModel]], ...] = (
        (PERSON, PersonAdds),
        (TRACKS, TracksRecord),
    )
    for name, kind in kinds:
        path = package / PAYLOAD / name
        if not path.is_file():
            continue
        if path.stat().st_size > _LARGEST_RECORD:
            yield answers.fault("record", "record.large", file=name)
            continue
        try:
            kind.model_validate_json(path.read_bytes())
        except ValidationError as error:
            yield answers.fault("record", "record.schema", file=name, reason=first_fault(error))
        else:
            yield answers.good("record", "record.follows", file=name)


def files(
    answers: Answers, record: IncidentRecord, custody: Custody | None, digests: Digests
) -> Check:
    """The record's own list against what is there, but for what a later step says it did."""
    steps = [] if custody is None else [step for step in custody.steps if step.files]
    later = {change.path for step in steps[1:] for change in step.files}
    fixed = {file.path for file in record.files if file.role in EVIDENCE}
    listed = {file.path: file.sha256 for file in record.files}
    found = {path.removeprefix(f"{PAYLOAD}/"): one for path, one in digests.items()}
    loose = (later - fixed) | {RECORD, CUSTODY}
    faults = differences(
        answers,
        {path: digest for path, digest in listed.items() if path not in loose},
        {path: digest for path, digest in found.items() if path not in loose},
    )
    faults += [
        answers.word("files.no_clip", name=clip.path)
        for clip in record.clips
        if clip.path not in listed
    ]
    if faults:
        return Check("files", False, some(faults))
    return answers.good("files", "files.ok", count=len(listed), file=RECORD)


def seal_number(answers: Answers, record: IncidentRecord) -> Check:
    """The digests that stand for the facts and for all evidence, computed again."""
    name = "seal number"
    if record.inputs_sha256 != facts_digest(record):
        return answers.fault(name, "number.facts", file=RECORD)
    if record.evidence_sha256 != evidence_digest_of(record):
        return answers.fault(name, "number.evidence")
    return answers.good(name, "number.ok", number=grouped(str(record.evidence_sha256)))


def identity(answers: Answers, record: IncidentRecord, label: dict[str, str]) -> Check:
    """The bag's own word on which package it is; the folder may have been renamed."""
    called = label.get("External-Identifier", "")
    if called != record.id:
        return answers.fault("identity", "identity.other", label=shown(called), id=record.id)
    return Check("identity", True, record.id)


def _disagreements(answers: Answers, custody: Custody, record: IncidentRecord) -> list[str]:
    def files(one: Custody | IncidentRecord) -> list[tuple[str, str, int]]:
        return [(file.name, file.sha256, file.bytes) for file in one.originals]

    pairs = {
        "package": (custody.package, record.id),
        "originals": (files(custody), files(record)),
        "models": (custody.models, record.models),
        "tool": (custody.tool, record.tool),
        "settings": (custody.settings, record.settings),
    }
    return [
        answers.word("custody.disagrees", what=what)
        for what, (one, other) in pairs.items()
        if one != other
    ]
