"""Files that a passphrase opens, against another program's reading of the same format."""

from __future__ import annotations

import pyrage
import pytest

from pipeline.reporter.age_passphrase import (
    HEAVIEST,
    WrongPassphraseError,
    decrypt,
    encrypt,
)

LIGHT = 10  # of scrypt: a thousandth of the real work
PASSPHRASE = "một mật khẩu dài"


@pytest.mark.parametrize("size", [0, 1, 1024, 65_535, 65_536, 65_537, 200_000])
def test_age_opens_it(size: int) -> None:
    content = bytes(index % 251 for index in range(size))
    sealed = encrypt(content, PASSPHRASE, LIGHT)
    assert pyrage.passphrase.decrypt(sealed, PASSPHRASE) == content
    assert decrypt(sealed, PASSPHRASE) == content


def test_it_opens_what_age_made() -> None:
    sealed = pyrage.passphrase.encrypt(b"content", PASSPHRASE)
    work = int(sealed.split(b"\n")[1].split()[-1])  # what takes this machine about a second
    if work > HEAVIEST:
        pytest.skip(f"age made one of 2^{work} here, which we do not open")
    assert decrypt(sealed, PASSPHRASE) == b"content"


def test_every_changed_byte_is_found() -> None:
    sealed = encrypt(b"content", PASSPHRASE, LIGHT)
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(WrongPassphraseError):
            decrypt(bytes(changed), PASSPHRASE)
    for length in range(len(sealed)):
        with pytest.raises(WrongPassphraseError):
            decrypt(sealed[:length], PASSPHRASE)


def test_other_passphrases_and_files() -> None:
    sealed = encrypt(b"content", PASSPHRASE, LIGHT)
    for other in ("", PASSPHRASE + " ", "mot mat khau dai"):
        with pytest.raises(WrongPassphraseError):
            decrypt(sealed, other)
    with pytest.raises(WrongPassphraseError):
        decrypt(sealed.replace(b" 10\n", b" 40\n"), PASSPHRASE)  # would take for ever
    with pytest.raises(WrongPassphraseError):
        decrypt(b"age-encryption.org/v1\n-> X25519 abc\n", PASSPHRASE)


def test_no_two_are_alike() -> None:
    assert encrypt(b"x", PASSPHRASE, LIGHT) != encrypt(b"x", PASSPHRASE, LIGHT)
