"""The command `dashcam`: each command reads its options, calls one function, prints.

With `--json` stdout carries one JSON object per line and nothing else; progress and messages always
go to stderr. Exit codes are in `pipeline.errors` and in the README.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from pipeline import __version__
from pipeline.commands import config, key, models, reporter, rules
from pipeline.commands import submit as submitting
from pipeline.commands.common import complain
from pipeline.commands.doctor import doctor
from pipeline.commands.form import form
from pipeline.commands.inspect import inspect
from pipeline.commands.judge import judge
from pipeline.commands.look import detect, plates
from pipeline.commands.process import process
from pipeline.commands.redact import redact
from pipeline.commands.verify import verify
from pipeline.errors import (
    EXIT_DEFECT,
    EXIT_INTERRUPTED,
    EXIT_OUTPUT,
    DashcamError,
)
from pipeline.privacy import silence_libraries

silence_libraries()

_debug = False
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM})


class _Commands(TyperGroup):
    """Turns foreseen failures into one line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except DashcamError as error:
            if _debug:
                raise
            complain(str(error))
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            complain("interrupted; what was finished is kept, the same command goes on from there")
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except BrokenPipeError:  # `dashcam … --json | head`
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
            raise typer.Exit(0) from None
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except ImportError as error:
            if _debug or "libGL" not in str(error):
                raise
            complain(f"{error}; install it: sudo apt-get install libgl1 libglib2.0-0")
            raise typer.Exit(EXIT_DEFECT) from None
        except OSError as error:
            if _debug:
                raise
            complain(f"{error.filename or 'system'}: {error.strerror or error}")
            raise typer.Exit(EXIT_OUTPUT if error.errno in _NO_ROOM else EXIT_DEFECT) from None


app = typer.Typer(
    cls=_Commands,
    name="dashcam",
    help="From dashcam and phone footage of traffic violations to evidence that police can act on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

for _command in (
    process,
    detect,
    plates,
    inspect,
    judge,
    verify,
    form,
    redact,
    submitting.submit,
    submitting.channels,
    doctor,
):
    app.command()(_command)
app.add_typer(reporter.app, name="reporter")
app.add_typer(submitting.app, name="submitted")
app.add_typer(key.app, name="key")
app.add_typer(rules.app, name="rules")
app.add_typer(models.app, name="models")
app.add_typer(config.app, name="config")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and stop.", is_eager=True, callback=_show_version
        ),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of failures.")] = False,
) -> None:
    """From dashcam and phone footage of traffic violations to evidence that police can act on.

    Example: `dashcam process /media/card/DCIM -o evidence`
    """
    global _debug
    _debug = debug


def _on_terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main() -> None:
    """Entry point of the command."""
    signal.signal(signal.SIGTERM, _on_terminate)  # a terminated run cleans up like Ctrl-C
    if "--debug" in sys.argv[2:]:  # accepted behind the command, too
        sys.argv.remove("--debug")
        sys.argv.insert(1, "--debug")
    app(prog_name="dashcam")


if __name__ == "__main__":
    main()
