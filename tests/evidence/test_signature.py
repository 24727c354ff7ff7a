"""Keys and signatures: made once, checked by others' tools, bound to everything in a package."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from pipeline.errors import InputError, OutputError, UsageError
from pipeline.evidence.keys import (
    Key,
    fingerprint_named,
    grouped,
    load_key,
    make_key,
    public_key_of,
)
from pipeline.evidence.seal import Sealing, new_package, sealing
from pipeline.evidence.verify import Verification, verify
from pipeline.settings import Settings

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing")


def openssl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = ["openssl", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def package(finished: tuple[Path, Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished[0], tmp_path / finished[0].name))


def answer(result: Verification, name: str = "signature") -> tuple[bool, str]:
    return next((check.ok, check.message) for check in result.checks if check.name == name)


# --- the key -----------------------------------------------------------------------------------


def test_made_on_first_use_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHCAM_DATA", str(tmp_path / "own"))
    key = load_key()
    path = tmp_path / "own" / "signing-key.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key() == key
    assert os.listdir(tmp_path / "own") == ["signing-key.pem"]  # noqa: PTH208
    assert key.seed.hex() not in repr(key) and "seed" not in repr(key)


def test_it_has_no_name_in_it(tmp_path: Path) -> None:
    make_key(tmp_path / "key.pem")
    assert (tmp_path / "key.pem").stat().st_size == 119  # 48 bytes as base64, and its two lines


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    key = make_key(tmp_path / "key.pem")
    with pytest.raises(FileExistsError):
        make_key(tmp_path / "key.pem")
    assert load_key(tmp_path / "key.pem") == key
    assert [path.name for path in tmp_path.iterdir()] == ["key.pem"]


def test_rfc_8032_test_vector() -> None:
    """Section 7.1, test 3."""
    key = Key(bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"))
    public = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
    assert key.public.raw.hex() == public
    assert key.sign(bytes.fromhex("af82")).hex() == (
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    )


@needs_openssl
def test_openssl_reads_our_keys_and_we_read_its(tmp_path: Path) -> None:
    ours, its = tmp_path / "ours.pem", tmp_path / "its.pem"
    key = make_key(ours)
    assert openssl("pkey", "-in", ours, "-pubout").stdout == key.public.pem
    assert openssl("genpkey", "-algorithm", "ed25519", "-out", its).returncode == 0
    assert load_key(its).public.pem == openssl("pkey", "-in", its, "-pubout").stdout


@pytest.mark.parametrize("content", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END"])
def test_a_named_key_that_is_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key.pem"
    path.write_text(content)
    settings = Settings.model_validate({"evidence": {"key": str(path)}})
    with pytest.raises(InputError, match=r"key\.pem.*dashcam key make"):
        sealing(settings)


def test_a_named_key_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHCAM_KEY_FILE", str(tmp_path / "gone.pem"))
    with pytest.raises(InputError, match=r"gone\.pem"):
        sealing()
    assert not (tmp_path / "gone.pem").exists()


def test_where_no_key_can_be_kept_packages_are_unsigned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DASHCAM_DATA", str(tmp_path / "file" / "own"))
    with pytest.raises(OutputError):
        load_key()
    said: list[str] = []
    assert sealing(say=said.append).key is None
    assert len(said) == 1 and "not signed" in said[0] and "\n" not in said[0]


# --- fingerprints ------------------------------------------------------------------------------


def test_a_public_key_has_one_spelling() -> None:
    pem = Key(bytes(32)).public.pem
    key = public_key_of(pem)
    assert key is not None and key.pem == pem
    for other in (pem + "\n", pem.replace("\n", "\r\n"), pem[:-1], pem.replace("MCow", "MCow ")):
        assert public_key_of(other) is None


def test_ways_to_name_a_key(tmp_path: Path) -> None:
    public = Key(bytes(32)).public
    path = tmp_path / "pub.pem"
    path.write_bytes(public.pem.replace("\n", "\r\n").encode())
    names = [str(path), public.fingerprint, grouped(public.fingerprint).upper()]
    assert {fingerprint_named(name) for name in names} == {public.fingerprint}
    for wrong in (str(tmp_path / "gone"), str(tmp_path), "abcd"):
        with pytest.raises(UsageError, match="--key"):
            fingerprint_named(wrong)


# --- signatures --------------------------------------------------------------------------------


@needs_openssl
def test_openssl_checks_a_package(package: Path) -> None:
    def check() -> bool:
        done = openssl(
            *("pkeyutl", "-verify", "-pubin", "-inkey", package / "public-key.pem", "-rawin"),
            *("-in", package / "tagmanifest-sha256.txt"),
            *("-sigfile", package / "signature.ed25519"),
        )
        return done.returncode == 0

    assert check()
    with (package / "tagmanifest-sha256.txt").open("a") as tags:
        tags.write("\n")
    assert not check()


def test_whose_key(package: Path, tmp_path: Path) -> None:
    result = verify(package)
    ok, message = answer(result)
    assert ok and result.key and grouped(result.key) in message
    assert any("compare its fingerprint" in sentence for sentence in result.not_proved)
    named = verify(package, key=str(package / "public-key.pem"))
    assert named.ok and "you named" in answer(named)[1]
    stranger = tmp_path / "stranger.pem"
    stranger.write_text(Key(bytes(32)).public.pem)
    other = verify(package, key=str(stranger))
    assert not other.ok and "another key" in answer(other)[1] and not other.proved


def test_a_removed_signature(package: Path) -> None:
    (package / "signature.ed25519").unlink()
    assert "removed" in answer(verify(package))[1]


def unsigned(package: Path, folder: Path) -> Path:
    target = folder / "unsigned" / package.name
    with new_package(target, "unsigned", Sealing(None)) as payload:
        shutil.copytree(package / "data", payload, dirs_exist_ok=True)
    return target


def test_an_unsigned_package_says_so(tmp_path: Path, package: Path) -> None:
    it = unsigned(package, tmp_path)
    result = verify(it)
    ok, message = answer(result)
    assert ok and "not signed" in message
    assert any("not signed" in sentence for sentence in result.not_proved)
    assert not answer(verify(it, key=str(package / "public-key.pem")))[0]


def test_a_signature_that_the_label_denies(tmp_path: Path, package: Path) -> None:
    it = unsigned(package, tmp_path)
    shutil.copy(package / "signature.ed25519", it)
    assert not answer(verify(it))[0]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_proved_is_said_in_words(package: Path, language: str) -> None:
    result = verify(package, language=language)  # type: ignore[arg-type]
    text = " ".join((*result.proved, *result.not_proved))
    assert ("khóa" if language == "vi" else "key") in text
    assert ("con người quyết định" if language == "vi" else "people decide") in text
