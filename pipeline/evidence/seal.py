"""Packages are sealed here: made aside, listed, signed, and moved into place whole.

    payload -> custody.json -> manifest -> time stamp -> tag manifest -> signature -> into place

The time stamp is over `manifest-sha256.txt`, so over every file of the payload. The signature is
over `tagmanifest-sha256.txt`, which lists the manifest, the stamp, the label and the public key:
over everything there is.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from pipeline import __version__
from pipeline.errors import CheckFailed, InputError, OutputError
from pipeline.evidence.archive import pack, unpacked
from pipeline.evidence.bag import (
    LABEL,
    MANIFEST,
    PAYLOAD,
    TAG_MANIFEST,
    Digests,
    digests_below,
    label_of,
    oxum,
    write_manifest,
    write_tags,
)
from pipeline.evidence.custody import CUSTODY, Custody, changes_between, step
from pipeline.evidence.digest import sha256_of
from pipeline.evidence.evidence_digest import EVIDENCE
from pipeline.evidence.incident import RECORD, IncidentRecord
from pipeline.evidence.keys import Key, load_key, named_key_file
from pipeline.evidence.placing import folder_aside, put_in_place
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
from pipeline.evidence.timestamp import STAMP, Authority, StampError
from pipeline.settings import Settings

Say = Callable[[str], None]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sealing:
    """With what packages are sealed."""

    key: Key | None  # None: they are not signed
    authority: Authority | None = None  # None: no time stamp is asked for
    say: Say = _log.warning


def sealing(settings: Settings | None = None, say: Say | None = None) -> Sealing:
    """The sealing that the settings and this machine give.

    A key that the user named must be usable; where this machine can keep none, packages are not
    signed and `say` is told so. Raises InputError, MissingExtraError.
    """
    evidence = (settings or Settings()).evidence
    say = say or _log.warning
    authority = Authority(evidence.timestamp_url) if evidence.timestamp_url else None
    try:
        key = load_key(evidence.key)
    except (InputError, OutputError) as error:
        if named_key_file(evidence.key) is not None:
            raise
        say(f"packages are not signed: {error}")
        key = None
    return Sealing(key, authority, say)


@contextmanager
def new_package(
    target: Path,
    description: str,
    seal: Sealing | None = None,
    archive: str = "folder",
    *,
    identifier: str | None = None,
) -> Iterator[Path]:
    """A folder to be filled with the payload; on leaving it becomes the package `target`.

    `archive` is "folder", "zip" (`target` with .zip behind it, alone) or "both". An older one is
    replaced. If anything fails or is interrupted, nothing is left behind and the older one stays.
    A `custody.json` in the payload gets the step "sealed". `identifier` is the `id` of the record
    where the folder is called something else. Raises OutputError.
    """
    seal = seal or sealing()
    target = target.absolute()
    with folder_aside(target) as part:
        payload = part / PAYLOAD
        payload.mkdir()
        yield payload
        facts = {
            "External-Identifier": identifier or target.name,
            "External-Description": description,
        }
        _close(part, facts, {}, "sealed", "", seal)
        _place(part, target, archive)


@contextmanager
def resealed(
    package: Path,
    action: str = "edited",
    note: str = "",
    *,
    seal: Sealing | None = None,
    check: bool = True,
) -> Iterator[Path]:
    """A copy of `package` to be edited below `data/`; on leaving it takes the package's place.

    The copy is listed and signed again, and `custody.json` gets the step `action` with the files
    that it added, changed or took away. What the camera saw must stay as it is. A zip of the
    package beside it is made again as well; `package` may also be a zip. The old package stays if
    anything fails.

    Raises CheckFailed where the package is not sound before (unless `check` is off) or where the
    evidence in it was touched, InputError where it is none, OutputError.
    """
    seal = seal or sealing()
    package = package.absolute()
    with ExitStack() as stack:
        folder = stack.enter_context(unpacked(package)) if package.is_file() else package
        if check:
            _refuse_unsound(package, folder)
        target = package.with_suffix("") if package.is_file() else package
        part = stack.enter_context(folder_aside(target))
        try:
            shutil.copytree(folder, part, dirs_exist_ok=True, symlinks=True)
        except shutil.Error as error:
            raise OutputError(f"{package}: cannot be copied ({error.args[0][0][2]})") from error
        before = digests_below(part / PAYLOAD, part / PAYLOAD)
        fixed = _untouchable(part, package)
        facts = label_of((part / LABEL).read_text(encoding="utf-8"))
        yield part
        for name in sorted(fixed):
            path = part / PAYLOAD / name
            if not path.is_file() or sha256_of(path) != before.get(name):
                raise CheckFailed(f"{package}: {name} is evidence and stays as it is; undo that")
        for tag in (PUBLIC_KEY, SIGNATURE, STAMP, TAG_MANIFEST):
            (part / tag).unlink(missing_ok=True)
        _close(part, facts, before, action, note, seal)
        zipped = target.with_name(f"{target.name}.zip")
        archive = "folder" if not zipped.is_file() else "zip" if package.is_file() else "both"
        _place(part, target, archive)


# --- behind them -------------------------------------------------------------------------------


def _close(
    part: Path, facts: dict[str, str], before: Digests, action: str, note: str, seal: Sealing
) -> None:
    """Write everything that stands around the payload of a bag."""
    payload = part / PAYLOAD
    digests = digests_below(payload, payload)
    _write_custody(payload, before, digests, action, note, seal)
    listed = {f"{PAYLOAD}/{path}": digest for path, digest in digests.items()}
    if CUSTODY in digests:
        listed[f"{PAYLOAD}/{CUSTODY}"] = sha256_of(payload / CUSTODY)
    write_manifest(part, listed)
    stamp = _stamp(part, seal)
    facts |= {
        "Bag-Software-Agent": f"dashcam-evidence {__version__}",
        "Bagging-Date": f"{datetime.now(UTC):%Y-%m-%d}",
        "Payload-Oxum": oxum(part, listed),
        ALGORITHM_FACT: ALGORITHM if seal.key else NONE,
        KEY_FACT: seal.key.public.fingerprint if seal.key else NONE,
        STAMP_FACT: STAMPED if stamp else NONE,
    }
    if seal.key is not None:
        (part / PUBLIC_KEY).write_text(seal.key.public.pem, encoding="ascii", newline="\n")
    write_tags(part, facts)
    if seal.key is not None:
        message = (part / TAG_MANIFEST).read_bytes()
        (part / SIGNATURE).write_bytes(seal.key.sign(message))


def _write_custody(
    payload: Path, before: Digests, after: Digests, action: str, note: str, seal: Sealing
) -> None:
    path = payload / CUSTODY
    if not path.is_file():
        return
    try:
        custody = Custody.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise InputError(path, "not a record of custody", "make the package again") from error
    earlier, later = (
        {name: digest for name, digest in files.items() if name != CUSTODY}
        for files in (before, after)
    )
    last = step(
        action,
        note,
        key=seal.key.public.fingerprint if seal.key else None,
        files=changes_between(earlier, later),
    )
    path.write_text(custody.after(last).as_text(), encoding="utf-8", newline="\n")


def _stamp(part: Path, seal: Sealing) -> bool:
    """Ask for a time stamp; a package without one is better than none."""
    if seal.authority is None:
        return False
    try:
        (part / STAMP).write_bytes(seal.authority.stamp((part / MANIFEST).read_bytes()))
    except StampError as error:
        seal.say(f"no time stamp: {error}")
        return False
    return True


def _place(part: Path, target: Path, archive: str) -> None:
    if archive != "folder":
        zipped = target.with_name(f"{target.name}.zip")
        with folder_aside(zipped) as aside:
            pack(part, aside / zipped.name, target.name)
            put_in_place(aside / zipped.name, zipped)
    if archive != "zip":
        put_in_place(part, target)


def _refuse_unsound(package: Path, folder: Path) -> None:
    """Nobody signs what somebody else has changed."""
    from pipeline.evidence.verify import verify  # it reads what is written here

    result = verify(folder)
    if not result.ok:
        fault = next(check for check in result.checks if not check.ok)
        raise CheckFailed(f"{package}: not sound, so not sealed again ({fault.message})")


def _untouchable(part: Path, package: Path) -> set[str]:
    try:
        record = IncidentRecord.model_validate_json((part / PAYLOAD / RECORD).read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(package, "not an evidence package", "name its folder") from error
    return {file.path for file in record.files if file.role in EVIDENCE}
