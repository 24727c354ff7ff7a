"""Who sealed a package, and when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import MissingExtraError
from pipeline.evidence.bag import MANIFEST, TAG_MANIFEST
from pipeline.evidence.checks.answers import LARGEST_TAG, Answers, Check, text_of
from pipeline.evidence.keys import grouped, public_key_of
from pipeline.evidence.seals import (
    ALGORITHM,
    ALGORITHM_FACT,
    KEY_FACT,
    NONE,
    PUBLIC_KEY,
    SIGNATURE,
    STAMP_FACT,
    STAMPED,
)
from pipeline.evidence.timestamp import STAMP, StampError, check_stamp


def signature(answers: Answers, package: Path, label: dict[str, str]) -> Check:
    """Who signed it, if anybody, and whether the signature holds."""
    name = "signature"
    signed, key_file = package / SIGNATURE, package / PUBLIC_KEY
    algorithm = label.get(ALGORITHM_FACT)
    if algorithm == NONE and label.get(KEY_FACT) == NONE:
        if signed.exists() or key_file.exists():
            return answers.fault(name, "signature.unannounced")
        if answers.key is not None:
            return answers.fault(name, "signature.none_wanted")
        return answers.good(name, "signature.none")
    if algorithm != ALGORITHM:
        return answers.fault(name, "signature.unknown")
    if not signed.is_file() or not key_file.is_file():
        return answers.fault(name, "signature.removed")
    key = public_key_of(text_of(key_file))
    if key is None or key.fingerprint != label.get(KEY_FACT):
        return answers.fault(name, "signature.key_changed")
    tags = (package / TAG_MANIFEST).read_bytes()
    if signed.stat().st_size != 64 or not key.has_signed(tags, signed.read_bytes()):
        return answers.fault(name, "signature.wrong")
    shown_key = grouped(key.fingerprint)
    if answers.key is not None and answers.key != key.fingerprint:
        return answers.fault(name, "signature.other_key", fingerprint=shown_key)
    answers.proof.key = key.fingerprint
    return answers.good(
        name, "signature.yours" if answers.key else "signature.some_key", fingerprint=shown_key
    )


def stamp(answers: Answers, package: Path, label: dict[str, str]) -> Iterator[Check]:
    """When an authority saw its list of files, if one did."""
    name = "timestamp"
    path = package / STAMP
    fact = label.get(STAMP_FACT)
    if fact == NONE and not path.exists():
        if answers.tsa_ca is not None:
            yield answers.fault(name, "stamp.none")
        return
    if fact != STAMPED or not path.is_file() or path.stat().st_size > LARGEST_TAG:
        yield answers.fault(name, "stamp.removed")
        return
    manifest = (package / MANIFEST).read_bytes()
    try:
        seen = check_stamp(path.read_bytes(), manifest, answers.tsa_ca)
    except MissingExtraError as error:
        if answers.tsa_ca is not None:
            yield Check(name, False, str(error))
        else:
            yield Check(name, True, answers.word("stamp.unread", reason=error))
        return
    except StampError as error:
        yield answers.fault(name, "stamp.wrong", reason=error)
        return
    answers.proof.stamped, answers.proof.stamp_trusted = seen.time, seen.trusted
    time = f"{seen.time:%Y-%m-%d %H:%M:%S} UTC"
    yield answers.good(name, "stamp.trusted" if seen.trusted else "stamp.untrusted", time=time)
