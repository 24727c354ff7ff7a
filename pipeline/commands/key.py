"""`dashcam key`: the key that packages are signed with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.common import Config, Json, emit, settings_of
from pipeline.errors import OutputError, UsageError
from pipeline.wording import word

app = typer.Typer(
    help="The key that packages are signed with: made on first use, kept on this machine.",
    no_args_is_help=True,
)


@app.command("show")
def key_show(config: Config = None, as_json: Json = False) -> None:
    """Show the fingerprint of the key that signs packages here.

    Example: `dashcam key show`
    """
    from pipeline.evidence.keys import grouped, load_key

    settings = settings_of(config)
    public = load_key(settings.evidence.key).public
    if as_json:
        emit({"fingerprint": public.fingerprint, "public_key": public.pem})
        return
    print(word("key.here", settings.language))
    print(f"  {grouped(public.fingerprint)}")
    print(word("key.about", settings.language))


@app.command("export")
def key_export(
    target: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to; default: to the terminal.")
    ] = None,
    config: Config = None,
) -> None:
    """Write the public key (PEM) for those who check packages with `dashcam verify --key`.

    Example: `dashcam key export my-key.pem`
    """
    from pipeline.evidence.keys import load_key

    settings = settings_of(config)
    pem = load_key(settings.evidence.key).public.pem
    if target is None:
        print(pem, end="")
        return
    try:
        with target.open("x", encoding="ascii", newline="\n") as stream:
            stream.write(pem)
    except FileExistsError:
        raise UsageError(f"{target}: there already; name another file") from None
    except OSError as error:
        raise OutputError(
            f"{target}: cannot be written ({error.strerror or error}); name another file"
        ) from error
    print(word("key.exported", settings.language, path=target), file=sys.stderr)


@app.command("make")
def key_make(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; nothing is replaced.")],
    config: Config = None,
) -> None:
    """Make a key in a file of its own, to be named as `evidence.key` or `DASHCAM_KEY_FILE`.

    Example: `dashcam key make /media/stick/signing.pem`
    """
    from pipeline.evidence.keys import make_key

    language = settings_of(config).language
    try:
        make_key(target)
    except FileExistsError:
        raise UsageError(f"{target}: there already; a key is never replaced") from None
    print(word("key.made", language, path=target), file=sys.stderr)
