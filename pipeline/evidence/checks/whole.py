"""Whether every file of a package is there and as it was, and the lists are those of its making."""

from __future__ import annotations

from pathlib import Path

from pipeline.evidence.archive import is_as_packed
from pipeline.evidence.bag import (
    DECLARATION,
    DECLARED,
    LABEL,
    MANIFEST,
    TAG_MANIFEST,
    Digests,
    label_of,
    label_text,
    manifest_text,
    oxum,
    tag_digests,
)
from pipeline.evidence.checks.answers import Answers, Check, text_of
from pipeline.evidence.seals import SIGNATURE
from pipeline.evidence.shown import shown, some


def archive(answers: Answers, package: Path, folder: Path) -> Check:
    """A zip against the one that this program makes of the same files."""
    match is_as_packed(package, folder):
        case True:
            return answers.good("archive", "archive.ours")
        case False:
            return answers.fault("archive", "archive.changed")
    return answers.good("archive", "archive.foreign")


def bag(
    answers: Answers, package: Path, payload: Digests, tags: Digests, digests: Digests
) -> Check:
    """The lists against those made again; `digests` are the payload's as it is."""
    beside = tag_digests(package, frozenset({SIGNATURE}))
    faults = [*differences(answers, payload, digests), *differences(answers, tags, beside)]
    label = text_of(package / LABEL)
    if not faults:
        as_written = {
            MANIFEST: manifest_text(digests),
            TAG_MANIFEST: manifest_text(beside),
            DECLARATION: DECLARED,
            LABEL: label_text(label_of(label)),
        }
        faults = [
            answers.word("bag.rewritten", name=name)
            for name, text in as_written.items()
            if (package / name).read_bytes() != text.encode()
        ]
    if not faults and label_of(label).get("Payload-Oxum") != oxum(package, digests):
        faults = [answers.word("bag.rewritten", name=LABEL)]
    if faults:
        return Check("bag", False, some(faults))
    answers.proof.whole = True
    return answers.good("bag", "bag.ok", count=len(digests))


def differences(answers: Answers, listed: Digests, found: Digests) -> list[str]:
    """What is not in `found` as it is in `listed`, in words."""
    lost = [path for path in listed if path not in found]
    more = [path for path in found if path not in listed]
    changed = [path for path in listed if path in found and listed[path] != found[path]]
    return [
        *(answers.word("file.changed", name=shown(path)) for path in sorted(changed)),
        *(answers.word("file.missing", name=shown(path)) for path in sorted(lost)),
        *(answers.word("file.extra", name=shown(path)) for path in sorted(more)),
    ]
