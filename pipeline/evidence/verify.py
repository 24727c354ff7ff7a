"""Whether a package is whole and unchanged, who sealed it, and whether its clip is the original's.

A package may come from a stranger: nothing outside its folder is opened on its word, and nothing in
it is opened before it is known to be a plain file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline.errors import CheckFailed, InputError, MissingExtraError
from pipeline.evidence.archive import is_as_packed, unpacked
from pipeline.evidence.bag import (
    DECLARATION,
    DECLARED,
    LABEL,
    MANIFEST,
    PAYLOAD,
    TAG_MANIFEST,
    Digests,
    digests_below,
    label_of,
    label_text,
    manifest_text,
    oxum,
    tag_digests,
)
from pipeline.evidence.c2pa_check import GOOD, film_credentials
from pipeline.evidence.custody import CUSTODY, Custody
from pipeline.evidence.digest import sha256_of
from pipeline.evidence.evidence_digest import EVIDENCE, evidence_digest_of, facts_digest
from pipeline.evidence.incident import RECORD, ClipRecord, IncidentRecord
from pipeline.evidence.keys import fingerprint_named, grouped, public_key_of
from pipeline.evidence.packets import packets_are_identical
from pipeline.evidence.person import PERSON, PersonAdds
from pipeline.evidence.proof import Proof
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
from pipeline.evidence.shape import shape_of
from pipeline.evidence.shown import shown, some
from pipeline.evidence.timestamp import STAMP, StampError, check_stamp
from pipeline.evidence.track_boxes import TRACKS, TracksRecord
from pipeline.wording import Language, word

_LARGEST_RECORD = 64 * 1024 * 1024  # bytes
_LARGEST_TAG = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Check:
    """One question and its answer."""

    name: str
    ok: bool
    message: str


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
    asked = _Asked(language, originals, wanted, tsa_ca)
    checks = tuple(asked.of(package))
    ok = all(check.ok for check in checks)
    proved, not_proved = asked.proof.sentences(ok, language)
    return Verification(package, checks, asked.proof.key, proved, not_proved)


class _Asked:
    """The questions to one package; the answers leave in `proof` what they prove."""

    def __init__(
        self,
        language: Language,
        originals: Sequence[Path],
        key: str | None,
        tsa_ca: Path | None,
    ) -> None:
        self._language = language
        self._originals = originals
        self._key = key
        self._tsa_ca = tsa_ca
        self._digests: Digests = {}  # of the payload's files as they are
        self.proof = Proof(key_wanted=key is not None)

    def of(self, package: Path) -> Iterator[Check]:
        if package.is_dir():
            yield from self._of_folder(package)
            return
        if not package.is_file():
            yield self._fault("form", "form.none")
            return
        try:
            with unpacked(package, language=self._language) as folder:
                yield self._archive(package, folder)
                yield from self._of_folder(folder)
        except CheckFailed as error:
            yield Check("archive", False, str(error))

    def _of_folder(self, package: Path) -> Iterator[Check]:
        try:
            shape = shape_of(package, self._language)
            if shape.fault or shape.payload is None or shape.tags is None:
                yield Check("form", False, shape.fault)
                return
            yield self._good("form", "form.ok")
            yield self._bag(package, shape.payload, shape.tags)
            label = label_of(_text(package / LABEL))
            yield self._signature(package, label)
            yield from self._stamp(package, label)
            record, check = self._record(package)
            yield check
            custody, check = self._custody(package, record, label)
            yield check
            if record is None:
                return
            yield from self._beside(package)
            yield self._files(record, custody)
            yield self._number(record)
            yield self._name(record, label)
            yield from self._credentials(package, record, custody)
        except OSError as error:
            where = shown(str(error.filename or package))
            yield Check("reading", False, f"{where}: {error.strerror or error}")
            return
        for original in self._originals:
            yield from self._against(package, record, original)
        self.proof.clips = len(record.clips)

    # --- the package itself

    def _archive(self, package: Path, folder: Path) -> Check:
        match is_as_packed(package, folder):
            case True:
                return self._good("archive", "archive.ours")
            case False:
                return self._fault("archive", "archive.changed")
        return self._good("archive", "archive.foreign")

    def _bag(self, package: Path, payload: Digests, tags: Digests) -> Check:
        """The lists, made again from the files, against the lists that are there."""
        self._digests = digests_below(package, package / PAYLOAD)
        beside = tag_digests(package, frozenset({SIGNATURE}))
        faults = [*self._differences(payload, self._digests), *self._differences(tags, beside)]
        label = _text(package / LABEL)
        if not faults:
            as_written = {
                MANIFEST: manifest_text(self._digests),
                TAG_MANIFEST: manifest_text(beside),
                DECLARATION: DECLARED,
                LABEL: label_text(label_of(label)),
            }
            faults = [
                self._word("bag.rewritten", name=name)
                for name, text in as_written.items()
                if (package / name).read_bytes() != text.encode()
            ]
        if not faults and label_of(label).get("Payload-Oxum") != oxum(package, self._digests):
            faults = [self._word("bag.rewritten", name=LABEL)]
        if faults:
            return Check("bag", False, some(faults))
        self.proof.whole = True
        return self._good("bag", "bag.ok", count=len(self._digests))

    def _differences(self, listed: Digests, found: Digests) -> list[str]:
        lost = [path for path in listed if path not in found]
        more = [path for path in found if path not in listed]
        changed = [path for path in listed if path in found and listed[path] != found[path]]
        return [
            *(self._word("file.changed", name=shown(path)) for path in sorted(changed)),
            *(self._word("file.missing", name=shown(path)) for path in sorted(lost)),
            *(self._word("file.extra", name=shown(path)) for path in sorted(more)),
        ]

    # --- who and when

    def _signature(self, package: Path, label: dict[str, str]) -> Check:
        name = "signature"
        signature, key_file = package / SIGNATURE, package / PUBLIC_KEY
        algorithm = label.get(ALGORITHM_FACT)
        if algorithm == NONE and label.get(KEY_FACT) == NONE:
            if signature.exists() or key_file.exists():
                return self._fault(name, "signature.unannounced")
            if self._key is not None:
                return self._fault(name, "signature.none_wanted")
            return self._good(name, "signature.none")
        if algorithm != ALGORITHM:
            return self._fault(name, "signature.unknown")
        if not signature.is_file() or not key_file.is_file():
            return self._fault(name, "signature.removed")
        key = public_key_of(_text(key_file))
        if key is None or key.fingerprint != label.get(KEY_FACT):
            return self._fault(name, "signature.key_changed")
        tags = (package / TAG_MANIFEST).read_bytes()
        if signature.stat().st_size != 64 or not key.has_signed(tags, signature.read_bytes()):
            return self._fault(name, "signature.wrong")
        shown_key = grouped(key.fingerprint)
        if self._key is not None and self._key != key.fingerprint:
            return self._fault(name, "signature.other_key", fingerprint=shown_key)
        self.proof.key = key.fingerprint
        return self._good(
            name, "signature.yours" if self._key else "signature.some_key", fingerprint=shown_key
        )

    def _stamp(self, package: Path, label: dict[str, str]) -> Iterator[Check]:
        name = "timestamp"
        path = package / STAMP
        fact = label.get(STAMP_FACT)
        if fact == NONE and not path.exists():
            if self._tsa_ca is not None:
                yield self._fault(name, "stamp.none")
            return
        if fact != STAMPED or not path.is_file() or path.stat().st_size > _LARGEST_TAG:
            yield self._fault(name, "stamp.removed")
            return
        manifest = (package / MANIFEST).read_bytes()
        try:
            stamp = check_stamp(path.read_bytes(), manifest, self._tsa_ca)
        except MissingExtraError as error:
            if self._tsa_ca is not None:
                yield Check(name, False, str(error))
            else:
                yield Check(name, True, self._word("stamp.unread", reason=error))
            return
        except StampError as error:
            yield self._fault(name, "stamp.wrong", reason=error)
            return
        self.proof.stamped, self.proof.stamp_trusted = stamp.time, stamp.trusted
        time = f"{stamp.time:%Y-%m-%d %H:%M:%S} UTC"
        yield self._good(name, "stamp.trusted" if stamp.trusted else "stamp.untrusted", time=time)

    # --- the records

    def _record(self, package: Path) -> tuple[IncidentRecord | None, Check]:
        name = "record"
        path = package / PAYLOAD / RECORD
        if not path.is_file():
            return None, self._fault(name, "file.missing", name=RECORD)
        if path.stat().st_size > _LARGEST_RECORD:
            return None, self._fault(name, "record.large", file=RECORD)
        try:
            record = IncidentRecord.model_validate_json(path.read_bytes())
        except ValidationError as error:
            return None, self._fault(name, "record.schema", file=RECORD, reason=_first(error))
        count = len(record.originals)
        wrong = [clip.path for clip in record.clips if not 0 <= clip.original < count]
        if wrong:
            return None, self._fault(name, "record.original", file=RECORD, names=some(wrong))
        return record, self._good(
            name, "record.ok", file=RECORD, version=str(record.schema_version)
        )

    def _custody(
        self, package: Path, record: IncidentRecord | None, label: dict[str, str]
    ) -> tuple[Custody | None, Check]:
        """Its own words against the record, its steps against what is there."""
        name = "custody"
        path = package / PAYLOAD / CUSTODY
        if not path.is_file():
            return None, self._fault(name, "file.missing", name=CUSTODY)
        if path.stat().st_size > _LARGEST_RECORD:
            return None, self._fault(name, "record.large", file=CUSTODY)
        try:
            custody = Custody.model_validate_json(path.read_bytes())
        except ValidationError as error:
            return None, self._fault(name, "record.schema", file=CUSTODY, reason=_first(error))
        faults = [] if record is None else self._disagreements(custody, record)
        below = {path.removeprefix(f"{PAYLOAD}/"): one for path, one in self._digests.items()}
        below.pop(CUSTODY, None)
        faults += self._differences(custody.digests(), below)
        signed = custody.steps[-1].key if custody.steps else None
        if (signed or NONE) != label.get(KEY_FACT):
            faults.append(self._word("custody.key"))
        if faults:
            return custody, Check(name, False, some(faults))
        return custody, self._good(name, "custody.ok", count=len(custody.steps))

    def _disagreements(self, custody: Custody, record: IncidentRecord) -> list[str]:
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
            self._word("custody.disagrees", what=what)
            for what, (one, other) in pairs.items()
            if one != other
        ]

    def _beside(self, package: Path) -> Iterator[Check]:
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
                yield self._fault("record", "record.large", file=name)
                continue
            try:
                kind.model_validate_json(path.read_bytes())
            except ValidationError as error:
                yield self._fault("record", "record.schema", file=name, reason=_first(error))
            else:
                yield self._good("record", "record.follows", file=name)

    def _files(self, record: IncidentRecord, custody: Custody | None) -> Check:
        """The record's own list against what is there, but for what a later step says it did."""
        steps = [] if custody is None else [step for step in custody.steps if step.files]
        later = {change.path for step in steps[1:] for change in step.files}
        fixed = {file.path for file in record.files if file.role in EVIDENCE}
        listed = {file.path: file.sha256 for file in record.files}
        found = {path.removeprefix(f"{PAYLOAD}/"): one for path, one in self._digests.items()}
        loose = (later - fixed) | {RECORD, CUSTODY}
        faults = self._differences(
            {path: digest for path, digest in listed.items() if path not in loose},
            {path: digest for path, digest in found.items() if path not in loose},
        )
        faults += [
            self._word("files.no_clip", name=clip.path)
            for clip in record.clips
            if clip.path not in listed
        ]
        if faults:
            return Check("files", False, some(faults))
        return self._good("files", "files.ok", count=len(listed), file=RECORD)

    def _number(self, record: IncidentRecord) -> Check:
        """The digests that stand for the facts and for all evidence, computed again."""
        name = "seal number"
        if record.inputs_sha256 != facts_digest(record):
            return self._fault(name, "number.facts", file=RECORD)
        if record.evidence_sha256 != evidence_digest_of(record):
            return self._fault(name, "number.evidence")
        return self._good(name, "number.ok", number=grouped(str(record.evidence_sha256)))

    def _name(self, record: IncidentRecord, label: dict[str, str]) -> Check:
        """The bag's own word on which package it is; the folder may have been renamed."""
        called = label.get("External-Identifier", "")
        if called != record.id:
            return self._fault("identity", "identity.other", label=shown(called), id=record.id)
        return Check("identity", True, record.id)

    def _credentials(
        self, package: Path, record: IncidentRecord, custody: Custody | None
    ) -> Iterator[Check]:
        """The C2PA manifests within its films; those of this program's making must be there."""
        data = package / PAYLOAD
        for name, answer in film_credentials(data, record, custody, self.proof.key):
            if answer == "ok":
                self.proof.credited.append(name)
            yield Check("c2pa", answer in GOOD, self._word(f"c2pa.{answer}", name=shown(name)))

    # --- the original

    def _against(self, package: Path, record: IncidentRecord, original: Path) -> Iterator[Check]:
        name = shown(original.name)
        try:
            digest = sha256_of(original)
        except OSError as error:
            yield Check("original", False, f"{shown(str(original))}: {error.strerror or error}")
            return
        numbers = [at for at, one in enumerate(record.originals) if one.sha256 == digest]
        if numbers:
            self.proof.originals.append(name)
            yield self._good("original", "original.ok", name=name)
        else:
            names = ", ".join(f"{one.name} ({one.sha256[:12]}…)" for one in record.originals)
            yield self._fault(
                "original", "original.other", name=name, digest=digest[:12], names=names
            )
        for clip in record.clips:
            if not numbers or clip.original in numbers:
                yield self._packets(package, clip, original)

    def _packets(self, package: Path, clip: ClipRecord, original: Path) -> Check:
        try:
            found = packets_are_identical(
                package / PAYLOAD / clip.path, original, near_s=clip.start_s
            )
        except InputError as error:
            return Check("clip", False, str(error))
        if found.identical:
            self.proof.identical.add(clip.path)
            return self._good("clip", "clip.ok", name=clip.path, count=found.packets)
        return self._fault("clip", "clip.other", name=clip.path, reason=found.message)

    # --- words

    def _word(self, key: str, /, **values: object) -> str:
        return word(f"verify.{key}", self._language, **values)

    def _good(self, check: str, key: str, /, **values: object) -> Check:
        return Check(check, True, self._word(key, **values))

    def _fault(self, check: str, key: str, /, **values: object) -> Check:
        return Check(check, False, self._word(key, **values))


def _text(path: Path) -> str:
    with path.open("rb") as stream:
        return stream.read(_LARGEST_TAG).decode("utf-8", errors="replace")


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return shown(f"{where or 'file'}: {first['msg']}")
