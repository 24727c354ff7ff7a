"""`dashcam reporter`: who reports, kept on this machine and sealed into packages on their word.

Nothing of an identity is ever taken from the command line: it would stand in the shell's history.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipeline.commands.common import Config, Json, emit, settings_of
from pipeline.errors import InputError, UsageError
from pipeline.wording import Language, word

app = typer.Typer(
    help="The person who reports: kept encrypted here, sealed into packages for the police.",
    no_args_is_help=True,
)

# Two of them: the one of a seal is told to the police, the one of this machine to nobody.
PASSPHRASE = "DASHCAM_REPORTER_PASSPHRASE"
SEAL_PASSPHRASE = "DASHCAM_SEAL_PASSPHRASE"
Packages = Annotated[
    list[Path], typer.Argument(metavar="PACKAGE", help="Evidence packages: folders or zips.")
]
UsePassphrase = Annotated[
    bool,
    typer.Option("--passphrase", help=f"With a passphrase: asked for, or in ${SEAL_PASSPHRASE}."),
]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _passphrase(language: Language, variable: str = PASSPHRASE, *, new: bool = False) -> str:
    """From the environment, else asked for (hidden); a new one is asked for twice."""
    given = os.environ.get(variable)
    if given:
        return given
    if not sys.stdin.isatty():
        raise UsageError(f"a passphrase is needed; put it into the environment as {variable}")
    which = "reporter.passphrase" if variable == PASSPHRASE else "reporter.seal_passphrase"
    text = word(f"{which}.new" if new else which, language)
    confirm = word("reporter.passphrase.again", language) if new else False
    return str(typer.prompt(text, hide_input=True, confirmation_prompt=confirm, err=True))


@app.command("set")
def reporter_set(
    from_file: Annotated[
        Path | None,
        typer.Option(
            "--from-file",
            metavar="FILE",
            help="Read name, number, address, phone (JSON, or lines `name: …`); - for stdin.",
        ),
    ] = None,
    store: Annotated[
        Literal["keyring", "file"] | None,
        typer.Option("--store", help="Where to keep it; default: the keyring, where there is one."),
    ] = None,
    config: Config = None,
) -> None:
    """Tell who reports: name, citizen identity number, address, phone. Kept encrypted, here only.

    Example: `dashcam reporter set`
    """
    from pipeline.reporter.person import reporter_of, told_in
    from pipeline.reporter.store import chosen_store, stores

    language = settings_of(config).language
    keeper = chosen_store(store, language)
    told = _asked(language) if from_file is None else told_in(_text_of(from_file), language)
    reporter = reporter_of(told, language)
    keeper.keep(reporter, lambda: _passphrase(language, new=True))
    for other in stores(language):  # one place only
        if type(other) is not type(keeper):
            other.forget()
    _say(word("reporter.kept", language))


@app.command("show")
def reporter_show(config: Config = None, as_json: Json = False) -> None:
    """Show on this terminal who is set as the reporter.

    Example: `dashcam reporter show`
    """
    from pipeline.reporter.store import load_reporter

    language = settings_of(config).language
    reporter = load_reporter(lambda: _passphrase(language), language)
    _show(reporter.as_json(), language, as_json)


@app.command("forget")
def reporter_forget(config: Config = None) -> None:
    """Remove the reporter from this machine. Packages that hold a sealed identity keep it.

    Example: `dashcam reporter forget`
    """
    from pipeline.reporter.store import stores

    language = settings_of(config).language
    gone = [store.forget() for store in stores(language)]
    _say(word("reporter.forgotten" if any(gone) else "reporter.nobody", language))


@app.command("seal")
def reporter_seal(
    packages: Packages,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="KEY", help="The police office's public key (age1…)."),
    ] = None,
    channel: Annotated[
        str | None,
        typer.Option("--channel", metavar="NAME", help="To the key of that channel's office."),
    ] = None,
    passphrase: UsePassphrase = False,
    yes: Annotated[bool, typer.Option("--yes", help="You agree; nothing is asked.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Even where the identity stands in clear beside it.")
    ] = False,
    config: Config = None,
) -> None:
    """Seal your identity into packages: only the police office can open it.

    It becomes `data/reporter.age`. The package is searched first: where your name, number, address
    or phone stands in it in clear, it is not sealed.

    Example: `dashcam reporter seal evidence/packages/* --to age1…`
    """
    from pipeline.reporter.seal import seal_into
    from pipeline.reporter.store import load_reporter

    language = settings_of(config).language
    keys = [*(to or []), *([_key_of(channel)] if channel else [])]
    if bool(keys) == passphrase:
        raise UsageError("say to whom: --to KEY, --channel NAME, or --passphrase")
    _agree(packages, keys, yes, language)
    encrypt = _encryption(keys, language)
    reporter = load_reporter(lambda: _passphrase(language), language)
    for package in packages:
        seal_into(package, reporter, encrypt, language, anyway=anyway)
        _say(word("reporter.sealed", language, package=package))


@app.command("open")
def reporter_open(
    packages: Packages,
    identity: Annotated[
        Path | None,
        typer.Option("--identity", metavar="KEYFILE", help="Secret key, as age-keygen writes it."),
    ] = None,
    passphrase: UsePassphrase = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """For the police: show who is sealed in a package.

    Example: `dashcam reporter open PACKAGE --identity office.key`
    """
    from pipeline.evidence.opened import folder_of, record_of
    from pipeline.reporter.age import decrypt_with_keys, decrypt_with_passphrase
    from pipeline.reporter.sealed import open_sealed

    language = settings_of(config).language
    if (identity is None) == (not passphrase):
        raise UsageError("say with what: --identity KEYFILE, or --passphrase")

    def decrypt(content: bytes) -> bytes:
        if identity is not None:
            return decrypt_with_keys(content, identity)
        return decrypt_with_passphrase(content, _passphrase(language, SEAL_PASSPHRASE))

    for package in packages:
        with folder_of(package, language) as folder:
            opened = open_sealed(folder, record_of(folder).id, decrypt, language)
        sealed = opened.sealed.isoformat()
        if as_json:
            told = opened.reporter.as_json()
            emit({"package": opened.package, "sealed": sealed, "reporter": told})
            continue
        print(word("reporter.opened", language, package=opened.package, sealed=sealed))
        _show(opened.reporter.as_json(), language, as_json=False)


# --- what they share ---------------------------------------------------------------------------


def _show(told: dict[str, str], language: Language, as_json: bool) -> None:
    if as_json:
        emit(told)
        return
    for name, value in told.items():
        print(f"{word(f'reporter.field.{name}', language)}: {value}")


def _text_of(path: Path) -> str:
    try:
        if str(path) == "-":
            return sys.stdin.buffer.read().decode("utf-8")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(path, "cannot be read as text (UTF-8)", "check --from-file") from None


def _asked(language: Language) -> dict[str, str]:
    """Each value, asked for until it has the right form."""
    from pipeline.reporter.person import FAULTS

    if not sys.stdin.isatty():
        raise UsageError("nobody is there to be asked; use --from-file FILE, or --from-file -")
    _say(word("reporter.intro", language))
    told: dict[str, str] = {}
    for name, fault in FAULTS.items():
        while name not in told:
            value = str(typer.prompt(word(f"reporter.field.{name}", language), err=True)).strip()
            problem = fault(value)
            if problem is None:
                told[name] = value
            else:
                _say(word(problem, language))
    return told


def _key_of(channel: str) -> str:
    from pipeline.channels.channel import channel_named

    found = channel_named(channel)
    if found.age_key is None:
        raise UsageError(
            f"{channel}: that office's public key is not known; ask them for it, then: --to age1…"
        )
    return found.age_key


def _agree(packages: Sequence[Path], keys: Sequence[str], yes: bool, language: Language) -> None:
    """The person's explicit word. Raises UsageError without it."""
    if yes:
        return
    by = (
        word("reporter.by.keys", language, keys=", ".join(f"{key[:12]}…" for key in keys))
        if keys
        else word("reporter.by.passphrase", language)
    )
    question = word("reporter.ask", language, count=len(packages), by=by)
    if not sys.stdin.isatty():
        raise UsageError(f"{word('reporter.not_agreed', language)} (--yes)")
    if str(typer.prompt(question, err=True, default="", show_default=False)).strip() != "yes":
        raise UsageError(word("reporter.not_agreed", language))


def _encryption(keys: Sequence[str], language: Language) -> Callable[[bytes], bytes]:
    from pipeline.reporter.age import encrypt_to_keys, encrypt_to_passphrase

    if keys:
        encrypt_to_keys(b"", keys)  # a bad key shows before anything is read
        return lambda content: encrypt_to_keys(content, keys)
    passphrase = _passphrase(language, SEAL_PASSPHRASE, new=True)
    return lambda content: encrypt_to_passphrase(content, passphrase)
