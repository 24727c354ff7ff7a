"""The key that packages are signed with: Ed25519 (RFC 8032), kept on this machine only.

It is made when the first package is signed and holds no name of anybody. Files are PEM as RFC 8410
has them (PKCS #8 and SubjectPublicKeyInfo), so that OpenSSL reads them too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from pipeline.errors import InputError, OutputError, UsageError
from pipeline.own_files import own_folder

KEY_FILE = "DASHCAM_KEY_FILE"  # environment: another key than the one of this machine
OWN_KEY = "signing-key.pem"

# What stands before the 32 bytes of a key in DER (RFC 8410, sections 4 and 7).
_PRIVATE_DER = bytes.fromhex("302e020100300506032b657004220420")
_PUBLIC_DER = bytes.fromhex("302a300506032b6570032100")
_PEM = re.compile(r"^-----BEGIN ([A-Z ]+)-----\n(.+?)\n-----END \1-----\n?$", re.DOTALL)
_LARGEST = 16_384  # bytes of a key file


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What anybody may know, and needs to check a signature."""

    raw: bytes  # 32

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the key as DER: 64 hexadecimal digits."""
        return hashlib.sha256(_PUBLIC_DER + self.raw).hexdigest()

    @property
    def pem(self) -> str:
        return _pem("PUBLIC KEY", _PUBLIC_DER + self.raw)

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` (64 bytes, no other length) is this key's over `message`."""
        try:
            VerifyKey(self.raw).verify(message, signature)
        except (BadSignatureError, ValueError):
            return False
        return len(signature) == 64


@dataclass(frozen=True, slots=True)
class Key:
    """A key to sign with; nothing shows what is secret in it."""

    seed: bytes = field(repr=False)  # 32

    @property
    def public(self) -> PublicKey:
        return PublicKey(bytes(SigningKey(self.seed).verify_key))

    def sign(self, message: bytes) -> bytes:
        """64 bytes, the same for the same message."""
        return bytes(SigningKey(self.seed).sign(message).signature)


def named_key_file(setting: Path | None) -> Path | None:
    """The key file that the user named, in the environment or the settings."""
    named = os.environ.get(KEY_FILE)
    return Path(named) if named else setting


def load_key(setting: Path | None = None) -> Key:
    """The key to sign with: the one that the user named, else this machine's, made if need be.

    Raises InputError where a named one cannot be used, OutputError where none can be made.
    """
    named = named_key_file(setting)
    if named is not None:
        return _read(named, "make one with: dashcam key make FILE")
    path = own_folder() / OWN_KEY
    if not path.exists():
        with suppress(FileExistsError):  # another process was faster: its key is the key
            make_key(path)
    return _read(path, "move it away and a new one is made")


def make_key(path: Path) -> Key:
    """Make a new key in a file that only its owner can read.

    Raises FileExistsError where there is something already, OutputError where it cannot be written.
    """
    key = Key(os.urandom(32))
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(_pem("PRIVATE KEY", _PRIVATE_DER + key.seed))
            stream.flush()
            os.fsync(stream.fileno())
        os.link(part, path)  # unlike a rename, it never replaces a key
    except FileExistsError:
        raise
    except OSError as error:
        raise OutputError(
            f"{path}: the key cannot be written ({error.strerror or error}); "
            f"name a file elsewhere with {KEY_FILE}"
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return key


def public_key_of(text: str) -> PublicKey | None:
    """The public key in a PEM, or None; one spelling only, so that no byte of it can change."""
    der = _der(text, "PUBLIC KEY")
    if der is None or len(der) != 44 or not der.startswith(_PUBLIC_DER):
        return None
    key = PublicKey(der[len(_PUBLIC_DER) :])
    return key if key.pem == text else None


def fingerprint_named(named: str) -> str:
    """The fingerprint that a user means by a public key's file, or by the fingerprint itself.

    Raises UsageError.
    """
    digits = re.sub(r"[\s:]", "", named.removeprefix("SHA256:")).lower()
    if re.fullmatch(r"[0-9a-f]{64}", digits):
        return digits
    try:
        text = _text(Path(named))
    except OSError as error:
        raise UsageError(
            f"--key {named}: cannot be read ({error.strerror or error}); "
            "name the file that `dashcam key export` wrote, or a fingerprint"
        ) from error
    der = _der(text.replace("\r\n", "\n").strip() + "\n", "PUBLIC KEY")
    if der is None or len(der) != 44 or not der.startswith(_PUBLIC_DER):
        raise UsageError(f"--key {named}: no Ed25519 public key in it (PEM); check the file")
    return PublicKey(der[len(_PUBLIC_DER) :]).fingerprint


def grouped(fingerprint: str) -> str:
    """A fingerprint as people compare it: groups of four digits."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def _read(path: Path, remedy: str) -> Key:
    try:
        der = _der(_text(path).replace("\r\n", "\n").strip() + "\n", "PRIVATE KEY")
    except OSError as error:
        raise InputError(
            path, f"the key cannot be read ({error.strerror or error})", remedy
        ) from error
    if der is None or len(der) != 48 or not der.startswith(_PRIVATE_DER):
        raise InputError(path, "no Ed25519 private key in it (PEM)", remedy)
    return Key(der[len(_PRIVATE_DER) :])


def _text(path: Path) -> str:
    with path.open("rb") as stream:
        return stream.read(_LARGEST).decode("ascii", errors="replace")


def _pem(name: str, der: bytes) -> str:
    return f"-----BEGIN {name}-----\n{base64.b64encode(der).decode()}\n-----END {name}-----\n"


def _der(text: str, name: str) -> bytes | None:
    match = _PEM.match(text)
    if match is None or match[1] != name:
        return None
    try:
        return base64.b64decode("".join(match[2].split()), validate=True)
    except (binascii.Error, ValueError):
        return None
