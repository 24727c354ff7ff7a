"""`dashcam doctor`: what is missing on this machine."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.commands.common import Json, emit
from pipeline.errors import EXIT_CHECK


def doctor(as_json: Json = False) -> None:
    """Say what is missing on this machine and how to get it.

    Example: `dashcam doctor`
    """
    from pipeline.doctor import examine

    healthy = True
    table = Table("", "what", "found", "what to do", box=None)
    for check in examine():
        healthy &= check.ok is not False
        if as_json:
            emit(
                {
                    "name": check.name,
                    "ok": check.ok,
                    "found": check.found,
                    "remedy": check.remedy if not check.ok else "",
                }
            )
        else:
            mark = {True: "✓", False: "✗", None: "·"}[check.ok]
            remedy = "" if check.ok else check.remedy
            table.add_row(mark, escape(check.name), escape(check.found), escape(remedy))
    if not as_json:
        Console().print(table)
    if not healthy:
        raise typer.Exit(EXIT_CHECK)
