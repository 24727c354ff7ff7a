"""Where the reporter is kept: never in clear, in one place, gone when forgotten."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import DashcamError, UsageError
from pipeline.reporter import store
from pipeline.reporter.age import LockedError
from pipeline.reporter.person import reporter_of
from pipeline.reporter.store import FileStore, KeyringStore, chosen_store, is_safe, load_reporter
from pipeline.reporter.traces import Traces, words_of
from tests.reporter.conftest import PASSPHRASE


class Drawer:
    """A keyring as the package `keyring` has them, in memory."""

    priority = 5.0

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, name: str, secret: str) -> None:
        self.kept[service, name] = secret

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


def never() -> str:
    raise AssertionError("no passphrase is needed")


def test_the_file_is_encrypted_and_its_owner_s_alone(
    told: dict[str, str], own_folder: Path
) -> None:
    reporter = reporter_of(told, "vi")
    keeper = FileStore("vi")
    assert keeper.load(never) is None
    keeper.keep(reporter, lambda: PASSPHRASE)
    assert keeper.load(lambda: PASSPHRASE) == reporter
    (path,) = [path for path in own_folder.rglob("*") if path.is_file()]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(own_folder.stat().st_mode) == 0o700
    assert path.read_bytes().startswith(b"age-encryption.org/v1\n-> scrypt")
    assert not list(Traces(words_of(told)).in_folder(own_folder))
    with pytest.raises(LockedError):
        keeper.load(lambda: "another one")
    assert keeper.forget() and not keeper.forget()
    assert not list(own_folder.iterdir())


def test_a_short_passphrase_is_refused(told: dict[str, str], own_folder: Path) -> None:
    with pytest.raises(UsageError, match="too short"):
        FileStore("vi").keep(reporter_of(told, "vi"), lambda: "1234567")
    assert not own_folder.exists() or not list(own_folder.iterdir())


def test_the_keyring_is_asked_for_nothing_but_the_secret(told: dict[str, str]) -> None:
    drawer = Drawer()
    keeper = KeyringStore(drawer, "vi")
    assert keeper.load(never) is None and not keeper.forget()
    keeper.keep(reporter_of(told, "vi"), never)
    assert keeper.load(never) == reporter_of(told, "vi")
    assert keeper.forget() and not drawer.kept


def test_a_keyring_that_fails_is_not_quoted(told: dict[str, str]) -> None:
    class Broken(Drawer):
        def set_password(self, service: str, name: str, secret: str) -> None:
            raise RuntimeError(f"cannot keep {secret}")

    with pytest.raises(DashcamError, match="does not answer") as caught:
        KeyringStore(Broken(), "vi").keep(reporter_of(told, "vi"), never)
    assert caught.value.__cause__ is None and caught.value.__context__ is None
    assert told["number"] not in str(caught.value)


@pytest.mark.parametrize(
    ("module", "priority", "safe"),
    [
        ("keyring.backends.SecretService", 5.0, True),
        ("keyring.backends.kwallet", 4.9, True),
        ("keyring.backends.macOS", 5.0, True),
        ("keyring.backends.SecretService", 0.0, False),
        ("keyring.backends.null", 5.0, False),
        ("keyring.backends.fail", 0.0, False),
        ("keyrings.alt.file", 0.5, False),  # PlaintextKeyring
        ("some.SecretService", 5.0, False),
    ],
)
def test_only_keyrings_that_keep_secrets_are_taken(
    module: str, priority: float, safe: bool
) -> None:
    backend = type("Keyring", (), {"__module__": module, "priority": priority})()
    assert is_safe(backend) is safe


def test_the_keyring_is_chosen_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> Any:
        return Drawer()

    monkeypatch.setattr(store, "system_keyring", found)
    assert isinstance(chosen_store(None, "vi"), KeyringStore)
    assert isinstance(chosen_store("file", "vi"), FileStore)
    monkeypatch.setattr(store, "system_keyring", lambda: None)
    assert isinstance(chosen_store(None, "vi"), FileStore)
    with pytest.raises(DashcamError, match="keyring"):
        chosen_store("keyring", "vi")


def test_nobody_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "system_keyring", lambda: None)
    with pytest.raises(UsageError, match="dashcam reporter set"):
        load_reporter(never, "vi")
