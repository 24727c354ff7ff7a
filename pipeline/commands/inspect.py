"""`dashcam inspect`: what a camera left in its files."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.commands.common import (
    Config,
    Footage,
    Json,
    collect,
    complain,
    emit,
    leave,
    moment,
    settings_of,
)
from pipeline.errors import InputError, UsageError


class When(StrEnum):
    """The values of the setting `footage.overlay`."""

    AUTO = "auto"
    NEVER = "never"
    ALWAYS = "always"


def inspect(
    footage: Footage,
    config: Config = None,
    start_time: Annotated[
        str | None, typer.Option("--start-time", metavar="ISO", help="When the file begins.")
    ] = None,
    gps: Annotated[
        Path | None, typer.Option("--gps", metavar="FILE", help="GPS track: .gpx or .nmea.")
    ] = None,
    overlay: Annotated[
        When | None, typer.Option("--overlay", help="Read what is burnt into the picture.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what a camera left in its files: streams, rotation, time and its source, GPS, overlay.

    Example: `dashcam inspect NO20231105-143000-000012F.MP4 --json`
    """
    from pipeline.footage.find import find_footage
    from pipeline.footage.inspect import describe
    from pipeline.footage.overlay import OverlayReader, with_overlay
    from pipeline.footage.probe import probe

    settings = settings_of(config).footage
    if overlay is not None:
        settings = settings.model_copy(update={"overlay": overlay.value})
    overlays = OverlayReader(settings)
    paths, failures = find_footage(footage)
    for error in failures:
        complain(str(error))
    if start_time is not None and len(paths) > 1:
        raise UsageError("--start-time tells of one file, but there are several; name one")
    for path in paths:
        try:
            probed = probe(path, settings, start_time=moment(start_time), gps_file=gps)
            found = with_overlay(probed, settings, overlays)
        except InputError as error:
            collect(failures)(error)
            continue
        facts = describe(found)
        if as_json:
            emit(facts)
        else:
            _show_facts(path, facts)
    leave(failures)


def _show_facts(path: Path, facts: dict[str, Any]) -> None:
    table = Table(title=escape(str(path)), box=None, show_header=False, title_justify="left")
    for name, value in facts.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        table.add_row(name, escape(text if len(text) < 400 else text[:400] + "…"))
    Console().print(table)
