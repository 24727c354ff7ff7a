"""`dashcam submit`, `dashcam submitted`, `dashcam channels`: the way to the police.

Nothing is sent by the program: it makes what a channel takes and keeps a register.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.commands.common import Config, Json, emit, moment, settings_of
from pipeline.wording import word

ChannelsFile = Annotated[
    Path | None,
    typer.Option("--channels", metavar="FILE", help="YAML file with channels of your own."),
]
app = typer.Typer(
    help="The register: what was made for whom, when it was sent, and what came back.",
    no_args_is_help=True,
)


def submit(
    packages: Annotated[
        list[Path], typer.Argument(metavar="PACKAGE", help="Evidence packages: folders or zips.")
    ],
    channel: Annotated[
        str, typer.Option("--channel", metavar="NAME", help="See: dashcam channels.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="Folder for what is made.")
    ] = Path("dashcam-to-send"),
    lang: Annotated[str | None, typer.Option("--lang", metavar="vi|en", help="Language.")] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Even if nobody has confirmed act and plate yet.")
    ] = False,
    channels_file: ChannelsFile = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Make what a channel takes: an e-mail draft, files with a text to paste, or a zip.

    It is never sent by the program: look at it, then send it yourself. Exit code 4 for a package
    that does not verify, or that is not ready.

    Example: `dashcam submit evidence/packages/2025… --channel police_email -o to-send`
    """
    from pipeline.channels.channel import channel_named
    from pipeline.channels.register import Register
    from pipeline.channels.source import is_ready, source_of
    from pipeline.channels.submission import make_submission

    language = settings_of(config, language=lang).language
    chosen = channel_named(channel, channels_file)
    if not chosen.checked:
        print(word("submit.unchecked", language, channel=channel), file=sys.stderr)
    for package in packages:
        with source_of(package, language, anyway=anyway) as source:
            made = make_submission(source, channel, chosen, output, language)
            number = Register().add(
                source.record.id,
                source.manifest_sha256,
                (channel, chosen.kind, chosen.address),
                made.files,
                ready=is_ready(source),
            )
        if as_json:
            files = [
                {"name": file.name, "sha256": file.sha256, "bytes": file.bytes}
                for file in made.files
            ]
            emit({"id": number, "path": str(made.path), "channel": channel, "files": files})
        else:
            print(made.path)
        print(word("submit.made", language, number=number), file=sys.stderr)


def channels(channels_file: ChannelsFile = None, as_json: Json = False) -> None:
    """List the channels: shipped patterns and your own, and where to write your own.

    Example: `dashcam channels`
    """
    from pipeline.channels.channel import channels as all_channels
    from pipeline.channels.channel import own_channels_file

    table = Table("name", "kind", "what", "address", "checked", box=None)
    for name, one in all_channels(channels_file).items():
        if as_json:
            emit({"name": name, **one.model_dump()})
        else:
            checked = "yes" if one.checked else "to be checked"
            table.add_row(name, one.kind, escape(one.title.vi), escape(one.address or "—"), checked)
    if not as_json:
        Console().print(table)
        print(f"your own: {own_channels_file()}", file=sys.stderr)


@app.command("list")
def submitted_list(as_json: Json = False) -> None:
    """List what was made for whom, when it was sent, and what came back.

    Example: `dashcam submitted list`
    """
    from pipeline.channels.register import Register

    for line in Register().all():
        if as_json:
            emit(line.as_json())
            continue
        sent = f"sent {_short(line.sent)}" if line.sent else "not sent yet"
        address = f" ({line.address})" if line.address else ""
        print(f"{line.id:>4}  {line.package}")
        print(f"      made {_short(line.made)}, {sent}, {line.channel}{address}")
        for answer in line.answers:
            print(f"      {_short(answer.came)}: {answer.text}")


def _short(moment_utc: str) -> str:
    """A time of the register, to the minute, by the clock of this machine."""
    return f"{datetime.fromisoformat(moment_utc).astimezone():%Y-%m-%d %H:%M}"


@app.command("sent")
def submitted_sent(
    number: Annotated[int, typer.Argument(metavar="ID", help="Number in the register.")],
    at: Annotated[
        str | None, typer.Option("--at", metavar="ISO", help="When; default: now.")
    ] = None,
) -> None:
    """Note that you sent it.

    Example: `dashcam submitted sent 3`
    """
    from pipeline.channels.register import Register

    Register().sent(number, moment(at))


@app.command("answer")
def submitted_answer(
    number: Annotated[int, typer.Argument(metavar="ID", help="Number in the register.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What came back.")],
) -> None:
    """Note what came back.

    Example: `dashcam submitted answer 3 "Đã tiếp nhận, số 12/PA"`
    """
    from pipeline.channels.register import Register

    Register().answer(number, text)
