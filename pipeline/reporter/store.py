"""Where the reporter is kept on their own machine: the system's keyring, or an encrypted file.

Never in clear on a disk: keyrings that write clear text, or none at all, are not taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol

from pipeline.errors import DashcamError, MissingExtraError, UsageError
from pipeline.own_files import own_folder, write_own
from pipeline.reporter.age import decrypt_with_passphrase, encrypt_to_passphrase
from pipeline.reporter.person import Reporter, as_bytes, from_bytes
from pipeline.wording import Language, word

Kind = Literal["keyring", "file"]
Ask = Callable[[], str]  # asks for the passphrase, only when one is needed

_SERVICE, _ENTRY = "dashcam-evidence", "reporter"
# Of the package `keyring`: those that hand the secret to the system's own service.
_SAFE = {"SecretService", "libsecret", "kwallet", "macOS", "Windows"}


class Store(Protocol):
    """One place to keep the reporter in."""

    def keep(self, reporter: Reporter, ask: Ask) -> None: ...

    def load(self, ask: Ask) -> Reporter | None: ...

    def forget(self) -> bool: ...


class FileStore:
    """`reporter.age` in the person's own folder, encrypted to their passphrase."""

    name = "reporter.age"

    def __init__(self, language: Language) -> None:
        self._language = language

    def keep(self, reporter: Reporter, ask: Ask) -> None:
        write_own(self.name, encrypt_to_passphrase(as_bytes(reporter), ask()))

    def load(self, ask: Ask) -> Reporter | None:
        try:
            content = (own_folder() / self.name).read_bytes()
        except FileNotFoundError:
            return None
        return from_bytes(decrypt_with_passphrase(content, ask()), self._language)

    def forget(self) -> bool:
        path = own_folder() / self.name
        there = path.exists()
        path.unlink(missing_ok=True)
        return there


class KeyringStore:
    """One entry of the system's keyring; `backend` as `keyring.get_keyring()` gives it."""

    def __init__(self, backend: Any, language: Language) -> None:
        self._backend, self._language = backend, language

    def keep(self, reporter: Reporter, ask: Ask) -> None:
        self._do("set_password", _SERVICE, _ENTRY, as_bytes(reporter).decode())

    def load(self, ask: Ask) -> Reporter | None:
        text = self._do("get_password", _SERVICE, _ENTRY)
        return None if text is None else from_bytes(text.encode(), self._language)

    def forget(self) -> bool:
        if self._do("get_password", _SERVICE, _ENTRY) is None:
            return False
        self._do("delete_password", _SERVICE, _ENTRY)
        return True

    def _do(self, act: str, *words: str) -> Any:
        try:
            return getattr(self._backend, act)(*words)
        except Exception as error:  # each system has errors of its own, and they may quote
            kind = type(error).__name__
        raise DashcamError(
            f"the system's keyring does not answer ({kind}); unlock it, or use --store file"
        )


def system_keyring() -> Any | None:
    """The backend of a keyring that keeps secrets secret, or None where there is none."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        backend = keyring.get_keyring()
        members = getattr(backend, "backends", None) or [backend]  # a chain of several
        return next((one for one in members if is_safe(one)), None)
    except (KeyringError, RuntimeError):
        return None


def is_safe(backend: Any) -> bool:
    """Whether a backend of `keyring` hands the secret to the system, and runs here."""
    package, _, module = type(backend).__module__.rpartition(".")
    return package == "keyring.backends" and module in _SAFE and backend.priority > 0


def chosen_store(wanted: Kind | None, language: Language) -> Store:
    """Where to keep the reporter: as wanted, else in the keyring where there is one.

    Raises MissingExtraError, UsageError.
    """
    if wanted == "file":
        return FileStore(language)
    backend = system_keyring()
    if backend is not None:
        return KeyringStore(backend, language)
    if wanted == "keyring":
        try:
            import keyring  # noqa: F401
        except ImportError:
            raise MissingExtraError("--store keyring", "keyring") from None
        raise UsageError("no keyring of the system answers here; use --store file")
    return FileStore(language)


def stores(language: Language) -> list[Store]:
    """Every place where the reporter may be kept on this machine."""
    backend = system_keyring()
    found: list[Store] = [FileStore(language)]
    return found if backend is None else [*found, KeyringStore(backend, language)]


def load_reporter(ask: Ask, language: Language) -> Reporter:
    """The reporter, from wherever they are kept. Raises UsageError where nobody was set."""
    for store in stores(language):
        found = store.load(ask)
        if found is not None:
            return found
    raise UsageError(word("reporter.nobody", language))
