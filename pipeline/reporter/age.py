"""Encryption as `age` does it (age-encryption.org/v1): to public keys, or to a passphrase."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pyrage

from pipeline.errors import InputError, UsageError
from pipeline.reporter import age_passphrase

SHORTEST_PASSPHRASE = 8
_KEY = re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]+")


class LockedError(UsageError):
    """The key or the passphrase does not open it."""


def encrypt_to_keys(content: bytes, keys: Sequence[str]) -> bytes:
    """Only the owners of the public keys (age1…) can read it. Raises UsageError."""
    recipients = []
    for key in keys:
        try:
            recipients.append(pyrage.x25519.Recipient.from_str(key.strip()))
        except pyrage.RecipientError:
            raise UsageError(
                f"{key}: not a public key of age; it begins with age1 and has 62 signs; "
                "ask the police office for theirs"
            ) from None
    if not recipients:
        raise UsageError("no public key to encrypt to; name one with --to age1…")
    return bytes(pyrage.encrypt(content, recipients))


def encrypt_to_passphrase(content: bytes, passphrase: str) -> bytes:
    """Whoever knows the passphrase can read it. Raises UsageError."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise UsageError(f"the passphrase is too short; take {SHORTEST_PASSPHRASE} signs or more")
    return age_passphrase.encrypt(content, passphrase)


def decrypt_with_passphrase(content: bytes, passphrase: str) -> bytes:
    """Raises LockedError."""
    try:
        return age_passphrase.decrypt(content, passphrase)
    except age_passphrase.WrongPassphraseError:
        raise LockedError(
            "the passphrase does not open it, or the file is damaged; try again"
        ) from None


def decrypt_with_keys(content: bytes, identities: Path) -> bytes:
    """With the secret keys in a file as `age-keygen` writes it. Raises InputError, LockedError."""
    try:
        text = identities.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(identities, "cannot be read as a key file", "check --identity") from None
    keys = []
    for found in _KEY.findall(text):
        try:
            keys.append(pyrage.x25519.Identity.from_str(found))
        except pyrage.IdentityError:
            raise InputError(identities, "a secret key in it is damaged", "copy it again") from None
    if not keys:
        raise InputError(identities, "no secret key of age in it", "make one with age-keygen")
    try:
        return bytes(pyrage.decrypt(content, keys))
    except pyrage.DecryptError:
        raise LockedError(
            f"{identities}: none of its keys opens it; it was sealed to another key"
        ) from None
