"""Content Credentials: a C2PA manifest within the clip and the annotated copy.

The manifest travels with the file when it leaves the package: it names the camera's file that it is
a piece of by its SHA-256, says what was done, binds every byte of picture and sound by digest, and
is signed by the key that signs the package. It names no person, no machine, no place and no file.
Packets are not touched: the manifest is a box beside them, and the clip is only kept with it after
every packet was compared with what it was before.

It is the one part of a package that is not the same each time: C2PA salts each assertion at random.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.errors import InputError, MissingExtraError
from pipeline.evidence.c2pa.box import CONTAINERS, certificate_in, manifest_of
from pipeline.evidence.c2pa.chain import certificate_chain, key_in
from pipeline.evidence.keys import Key
from pipeline.evidence.packets import packets_are_identical

ASSERTION = "org.dashcam-evidence.source"
TRIMMED = "c2pa.trimmed"
DRAWN = ("c2pa.trimmed", "c2pa.resized", "c2pa.drawing", "c2pa.transcoded")
_UNTRUSTED = "signingCredential.untrusted"  # always so: nobody vouches for the key
_TYPES = {".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime"}
# Nothing is asked of a network, and no picture of the film is put in.
_SETTINGS = {
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"ocsp_fetch": False, "remote_manifest_fetch": False},
}


@dataclass(frozen=True, slots=True)
class Source:
    """What a film is a piece of."""

    sha256: str  # of the camera's file
    bytes: int
    start_s: float  # file time of the first picture
    end_s: float


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the manifest of a film says, and whether it holds."""

    holds: bool  # signature and all digests
    faults: tuple[str, ...]  # codes of the C2PA specification
    key: bytes | None  # Ed25519 key of the signer's certificate, 32 bytes
    sources: tuple[str, ...]  # SHA-256 of the camera's files; empty where another program made it


def require() -> None:
    """Raises MissingExtraError where the extra is not installed."""
    _c2pa()


def embed(film: Path, sources: Sequence[Source], actions: Sequence[str], key: Key) -> bool:
    """Put a manifest into an MP4 or MOV; false, and the film as it was, where that cannot be.

    `actions`: what was done with the source, as C2PA names it. Raises MissingExtraError, OSError.
    """
    c2pa = _c2pa()
    if film.suffix.lower() not in CONTAINERS:
        return False
    part = film.with_name(f".{film.name}.c2pa")
    try:
        with (
            _context(c2pa) as context,
            c2pa.Signer.from_callback(
                key.sign, c2pa.C2paSigningAlg.ED25519, certificate_chain(key)
            ) as signer,
            c2pa.Builder(_manifest(film, sources, actions), context) as builder,
            film.open("rb") as source,
            part.open("w+b") as target,
        ):
            builder.sign(signer, _TYPES[film.suffix.lower()], source, target)
        if not packets_are_identical(part, film).identical:
            return False
        part.replace(film)
        return True
    except (c2pa.C2paError, InputError):  # a container that one of its readers does not follow
        return False
    finally:
        part.unlink(missing_ok=True)


def credentials_of(film: Path) -> Credentials | None:
    """The manifest in a film, checked; None where it has none.

    Raises MissingExtraError where there is one and the extra is not installed, OSError.
    """
    jumbf = manifest_of(film)
    if jumbf is None:
        return None
    c2pa = _c2pa()
    try:
        with (
            _context(c2pa) as context,
            film.open("rb") as stream,
            c2pa.Reader(_TYPES[film.suffix.lower()], stream, context=context) as reader,
        ):
            told = json.loads(reader.json())
            state = str(reader.get_validation_state())
    except (c2pa.C2paError, ValueError) as error:
        return Credentials(False, (type(error).__name__,), None, ())
    certificate = certificate_in(jumbf)
    faults = _faults(told)
    holds = state in ("Valid", "Trusted") and not faults
    key = None if certificate is None else key_in(certificate)
    return Credentials(holds, faults or (() if holds else (state,)), key, _sources(told))


def _manifest(film: Path, sources: Sequence[Source], actions: Sequence[str]) -> dict[str, Any]:
    labels = [f"source-{number}" for number in range(1, len(sources) + 1)]
    opened = [
        {"action": "c2pa.opened", "parameters": {"ingredientIds": [labels[0]]}},
        *(
            {"action": "c2pa.placed", "parameters": {"ingredientIds": [label]}}
            for label in labels[1:]
        ),
    ]
    return {
        "claim_generator_info": [{"name": "dashcam-evidence", "version": __version__}],
        "title": film.name,
        "format": _TYPES[film.suffix.lower()],
        "ingredients": [
            {
                "title": "the camera's file",
                "format": "video/mp4",
                "instance_id": f"sha256:{source.sha256}",
                "relationship": "parentOf" if number == 0 else "componentOf",
                "label": label,
            }
            for number, (label, source) in enumerate(zip(labels, sources, strict=True))
        ],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {"actions": [*opened, *({"action": action} for action in actions)]},
            },
            {
                "label": ASSERTION,
                "data": {
                    "sources": [
                        {
                            "sha256": source.sha256,
                            "bytes": source.bytes,
                            "start_s": f"{source.start_s:.3f}",
                            "end_s": f"{source.end_s:.3f}",
                        }
                        for source in sources
                    ]
                },
            },
        ],
    }


def _faults(told: dict[str, Any]) -> tuple[str, ...]:
    failures = told.get("validation_results", {}).get("activeManifest", {}).get("failure", [])
    return tuple(str(one.get("code")) for one in failures if one.get("code") != _UNTRUSTED)


def _sources(told: dict[str, Any]) -> tuple[str, ...]:
    active = told.get("manifests", {}).get(told.get("active_manifest"), {})
    found = [
        one["sha256"]
        for assertion in active.get("assertions", [])
        if assertion.get("label") == ASSERTION and isinstance(assertion.get("data"), dict)
        for one in assertion["data"].get("sources", [])
        if isinstance(one, dict) and isinstance(one.get("sha256"), str)
    ]
    return tuple(found)


def _context(c2pa: Any) -> Any:
    return c2pa.Context(c2pa.Settings.from_json(json.dumps(_SETTINGS)))


def _c2pa() -> Any:
    try:
        import c2pa
    except ImportError as error:
        raise MissingExtraError("a C2PA manifest", "c2pa") from error
    return c2pa
