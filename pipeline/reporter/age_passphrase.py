"""Encryption to a passphrase in the format of `age` (age-encryption.org/v1, C2SP `age.md`).

Any age program opens what is written here. It is not left to `pyrage`, which makes the work heavy
where the machine is fast (1 GiB of memory) and then refuses to open its own files while
that machine is busy: here the work is that of the `age` command, always.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Iterator
from contextlib import suppress

from nacl.bindings import (
    crypto_aead_chacha20poly1305_ietf_decrypt,
    crypto_aead_chacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

WORK = 18  # log2 of scrypt's N: 256 MiB, about a second
HEAVIEST = 20  # what is opened at most: 1 GiB
_VERSION = b"age-encryption.org/v1"
_LABEL = b"age-encryption.org/v1/scrypt"
_HEAD = re.compile(
    rb"age-encryption\.org/v1\n-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n"
    rb"([A-Za-z0-9+/]{43})\n(---) ([A-Za-z0-9+/]{43})\n"
)
_CHUNK, _TAG = 64 * 1024, 16


class WrongPassphraseError(Exception):
    """The passphrase does not open it, or it is damaged, or it is no such file."""


def encrypt(content: bytes, passphrase: str, work: int = WORK) -> bytes:
    """`content` as an age file that the passphrase opens."""
    file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrapped = _seal(_scrypt(passphrase, salt, work), bytes(12), file_key)
    head = b"%s\n-> scrypt %s %d\n%s\n---" % (_VERSION, _base64(salt), work, _base64(wrapped))
    payload = _hkdf(file_key, nonce, b"payload")
    body = b"".join(
        _seal(payload, number, content[start : start + _CHUNK])
        for start, number in _chunks(len(content), _CHUNK)
    )
    return b"%s %s\n%s%s" % (head, _base64(_mac(file_key, head)), nonce, body)


def decrypt(sealed: bytes, passphrase: str) -> bytes:
    """What `encrypt`, or any age program, put in. Raises WrongPassphraseError."""
    found = _HEAD.match(sealed)
    if found is None or int(found[2]) > HEAVIEST:
        raise WrongPassphraseError
    with suppress(CryptoError, ValueError, binascii.Error):
        salt, wrapped, mac = (_plain(found[index]) for index in (1, 3, 5))
        file_key = _open(_scrypt(passphrase, salt, int(found[2])), bytes(12), wrapped)
        if hmac.compare_digest(mac, _mac(file_key, sealed[: found.end(4)])):
            body = sealed[found.end() + 16 :]
            payload = _hkdf(file_key, sealed[found.end() : found.end() + 16], b"payload")
            return b"".join(
                _open(payload, number, body[start : start + _CHUNK + _TAG])
                for start, number in _chunks(len(body), _CHUNK + _TAG)
            )
    raise WrongPassphraseError


def _chunks(length: int, size: int) -> Iterator[tuple[int, bytes]]:
    """Where each chunk begins, and its nonce: a counter, and whether it is the last."""
    count = max(-(-length // size), 1)
    for index in range(count):
        yield index * size, index.to_bytes(11, "big") + bytes([index == count - 1])


def _scrypt(passphrase: str, salt: bytes, work: int) -> bytes:
    n = 1 << work
    return hashlib.scrypt(
        passphrase.encode(), salt=_LABEL + salt, n=n, r=8, p=1, dklen=32, maxmem=(n + 64) * 1024
    )


def _hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF with SHA-256 (RFC 5869), 32 bytes."""
    extracted = hmac.digest(salt or bytes(32), key, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(_hkdf(file_key, b"", b"header"), head, "sha256")


def _seal(key: bytes, nonce: bytes, content: bytes) -> bytes:
    return bytes(crypto_aead_chacha20poly1305_ietf_encrypt(content, None, nonce, key))


def _open(key: bytes, nonce: bytes, sealed: bytes) -> bytes:
    return bytes(crypto_aead_chacha20poly1305_ietf_decrypt(sealed, None, nonce, key))


def _base64(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")


def _plain(text: bytes) -> bytes:
    plain = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    if _base64(plain) != text:
        raise ValueError("base64 that is written in another way")
    return plain
