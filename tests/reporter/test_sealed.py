"""What is sealed: readable with the key alone, for one package, of a size that tells nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pyrage
import pytest

from pipeline.errors import CheckFailed, InputError, UsageError
from pipeline.reporter.age import (
    LockedError,
    decrypt_with_keys,
    decrypt_with_passphrase,
    encrypt_to_keys,
    encrypt_to_passphrase,
)
from pipeline.reporter.person import reporter_of
from pipeline.reporter.sealed import content_of, open_sealed
from pipeline.reporter.traces import Traces, words_of


@pytest.fixture
def office() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


def key_file(folder: Path, identity: pyrage.x25519.Identity) -> Path:
    path = folder / "office.key"
    path.write_text(f"# public key: {identity.to_public()}\n{identity}\n", encoding="utf-8")
    return path


def package_with(folder: Path, sealed: bytes) -> Path:
    (folder / "package" / "data").mkdir(parents=True, exist_ok=True)
    (folder / "package" / "data" / "reporter.age").write_bytes(sealed)
    return folder / "package"


def test_the_office_opens_it_with_any_age(
    tmp_path: Path, told: dict[str, str], office: pyrage.x25519.Identity
) -> None:
    content = content_of(reporter_of(told, "vi"), "some-id")
    sealed = encrypt_to_keys(content, [str(office.to_public())])
    assert not list(Traces(words_of(told)).in_content(sealed, "seal"))
    plain = json.loads(pyrage.decrypt(sealed, [office]))
    assert plain["reporter"] == told and plain["package"] == "some-id"
    keys = key_file(tmp_path, office)
    package = package_with(tmp_path, sealed)
    opened = open_sealed(package, "some-id", lambda one: decrypt_with_keys(one, keys), "vi")
    assert opened.reporter.as_json() == told
    assert told["name"] not in repr(opened)


def test_nobody_else_opens_it(
    tmp_path: Path, told: dict[str, str], office: pyrage.x25519.Identity
) -> None:
    sealed = encrypt_to_keys(b"x", [str(office.to_public())])
    other = key_file(tmp_path, pyrage.x25519.Identity.generate())
    with pytest.raises(LockedError, match=r"office\.key"):
        decrypt_with_keys(sealed, other)
    with pytest.raises(LockedError):
        decrypt_with_keys(sealed[:-1], key_file(tmp_path, office))
    other.write_text("no key here", encoding="utf-8")
    with pytest.raises(InputError, match="no secret key"):
        decrypt_with_keys(sealed, other)


def test_a_seal_of_another_package_is_refused(
    tmp_path: Path, told: dict[str, str], office: pyrage.x25519.Identity
) -> None:
    content = content_of(reporter_of(told, "vi"), "another-id")
    package = package_with(tmp_path, encrypt_to_keys(content, [str(office.to_public())]))
    keys = key_file(tmp_path, office)
    with pytest.raises(CheckFailed):
        open_sealed(package, "some-id", lambda one: decrypt_with_keys(one, keys), "vi")


def test_its_size_does_not_tell_how_long_a_name_is(told: dict[str, str]) -> None:
    """Of the content: what age puts around it has a size by chance."""
    names = ("An Bê", "Công Tằng Tôn Nữ Thị Hoàng Phương Diễm Quỳnh")
    sizes = {
        len(content_of(reporter_of({**told, "name": name}, "vi"), "some-id")) for name in names
    }
    assert sizes == {1024}


def test_a_passphrase_does_as_well(told: dict[str, str]) -> None:
    sealed = encrypt_to_passphrase(b"content", "một mật khẩu")
    assert decrypt_with_passphrase(sealed, "một mật khẩu") == b"content"
    with pytest.raises(LockedError):
        decrypt_with_passphrase(sealed, "một mật khẩu khác")


@pytest.mark.parametrize("key", ["", "age1abc", "AGE-SECRET-KEY-1QQ", "ssh-ed25519 AAAA"])
def test_what_is_no_public_key(key: str) -> None:
    with pytest.raises(UsageError, match="not a public key of age"):
        encrypt_to_keys(b"x", [key])


def test_nothing_sealed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(InputError, match=r"no reporter\.age"):
        open_sealed(tmp_path, "some-id", lambda one: one, "vi")
