"""The C2PA manifests of a package's films against the package."""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path
from typing import Literal

from pipeline.errors import MissingExtraError
from pipeline.evidence.c2pa.manifest import Credentials, credentials_of
from pipeline.evidence.custody import Custody
from pipeline.evidence.incident import IncidentRecord
from pipeline.evidence.keys import PublicKey

CREDITED = "credentials"  # the step of custody that puts them in; its note names the films

Answer = Literal[
    "ok", "earlier_key", "foreign", "unread", "wrong", "other_source", "other_key", "gone"
]
GOOD: Set[Answer] = frozenset({"ok", "earlier_key", "foreign", "unread"})


def film_credentials(
    data: Path, record: IncidentRecord, custody: Custody | None, fingerprint: str | None
) -> Iterator[tuple[str, Answer]]:
    """Each film that has a manifest, or should have one, and what is to be said of it.

    `fingerprint`: of the key whose signature over the package holds. Raises OSError.
    """
    steps = () if custody is None else custody.steps
    said = {name for one in steps if one.action == CREDITED for name in one.note.split(", ")}
    keys = (fingerprint, {one.key for one in steps} - {None})
    for file in record.files:
        if file.role not in ("clip", "annotated") or not (data / file.path).is_file():
            continue  # that a file is gone, others say
        try:
            found = credentials_of(data / file.path)
        except MissingExtraError:
            yield file.path, "unread"
            continue
        if found is not None:
            yield file.path, _answer(found, record, file.path in said, *keys)
        elif file.path in said:
            yield file.path, "gone"


def _answer(
    found: Credentials,
    record: IncidentRecord,
    ours: bool,
    fingerprint: str | None,
    earlier: Set[str | None],
) -> Answer:
    if not found.holds:
        return "wrong"
    if not ours:
        return "foreign"
    if not set(found.sources) <= {one.sha256 for one in record.originals} or not found.sources:
        return "other_source"
    key = None if found.key is None else PublicKey(found.key).fingerprint
    if key is not None and key == fingerprint:
        return "ok"
    return "earlier_key" if key in earlier else "other_key"
