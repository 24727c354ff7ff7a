"""The seal number: one digest that stands for the facts and for every file of evidence.

It is made before the reports, so that they can bear it, and does not count them: what a person
adds later changes the reports and leaves the number as it is. With any tool it is the SHA-256 of
the text

    <inputs_sha256>  incident
    <sha256>  <path>          for each file of evidence, in the order of the bytes of their paths

where every line ends with a line feed and both parts are two spaces apart, as `sha256sum` has it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from pipeline.evidence.incident import FileRecord, IncidentRecord, Role

# Roles of files that are evidence. Reports, and what else may be added later, only tell of it.
EVIDENCE: frozenset[Role] = frozenset(
    (
        "clip",
        "annotated",
        "still",
        "marked",
        "vehicle",
        "plate",
        "plate_enlarged",
        "track",
        "tracks",
    )
)
_MADE_LATER = {"created", "clips", "files", "inputs_sha256", "evidence_sha256"}


def facts_digest(record: IncidentRecord) -> str:
    """What `inputs_sha256` must be: the digest of the facts, without files and time of making."""
    facts = record.model_dump(mode="json", exclude=_MADE_LATER)
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def evidence_digest(files: Iterable[FileRecord], facts_sha256: str) -> str:
    """The seal number of files with their digests, and of the digest of the facts."""
    lines = [f"{facts_sha256}  incident\n"]
    kept = sorted((one.path.encode(), one.sha256) for one in files if one.role in EVIDENCE)
    lines += [f"{sha256}  {path.decode()}\n" for path, sha256 in kept]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def evidence_digest_of(record: IncidentRecord) -> str:
    """What `evidence_sha256` must be, from the facts themselves and the files that it lists."""
    return evidence_digest(record.files, facts_digest(record))
