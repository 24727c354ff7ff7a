"""`dashcam models`: which there are, and fetching released ones."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipeline.commands.common import Json, emit
from pipeline.errors import UsageError
from pipeline.progress import reporter_for

app = typer.Typer(
    help="The models: which there are, and fetching released ones.", no_args_is_help=True
)


@app.command("list")
def models_list(as_json: Json = False) -> None:
    """List the models, shipped and released, and which lie on this machine.

    Example: `dashcam models list`
    """
    from pipeline.vision.registry import registry

    table = Table("name", "task", "origin", "size", "licence", "here", box=None)
    for entry in registry().values():
        here = entry.path.is_file()
        if as_json:
            emit({**entry.model_dump(), "path": str(entry.path), "here": here})
        else:
            origin = "shipped" if entry.is_shipped else "released"
            size = f"{entry.bytes / 1e6:.1f} MB"
            table.add_row(
                entry.name, entry.task, origin, size, entry.licence, "yes" if here else "no"
            )
    if not as_json:
        Console().print(table)


@app.command("pull")
def models_pull(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Default: all released ones.")
    ] = None,
) -> None:
    """Fetch released models into the cache: with resume and checksum.

    Example: `dashcam models pull yolo26n`
    """
    from pipeline.vision.fetch import fetch
    from pipeline.vision.registry import registry

    released = {name: entry for name, entry in registry().items() if not entry.is_shipped}
    for name in names or released:
        if name not in released:
            raise UsageError(f"{name}: no released model; there are: {', '.join(released)}")
    reporter = reporter_for(sys.stderr.isatty())
    for name in names or released:
        entry = released[name]
        if not entry.path.is_file():
            with reporter.stage(name, entry.bytes / 1e6, "MB") as advance:
                fetch(entry, progress=lambda done, total, advance=advance: advance(done / 1e6))  # type: ignore[misc]
        print(entry.path)
