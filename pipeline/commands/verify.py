"""`dashcam verify`: is a package whole and unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.common import Json, emit
from pipeline.errors import EXIT_CHECK


def verify(
    packages: Annotated[
        list[Path], typer.Argument(metavar="PACKAGE", help="Evidence package folders.")
    ],
    original: Annotated[
        Path | None,
        typer.Option("--original", metavar="FILE", help="The footage the clip was cut from."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that evidence packages are whole and unchanged. Exit code 4 if one is not.

    Example: `dashcam verify evidence/packages/* --original DCIM/clip.mp4`
    """
    from pipeline.evidence import verify as verification

    sound = True
    for package in packages:
        result = verification.verify(package, original=original)
        sound &= result.ok
        if as_json:
            emit(result.as_json())
            continue
        print(f"{package}: {'OK' if result.ok else 'FAILED'}")
        for check in result.checks:
            print(f"  {'✓' if check.ok else '✗'} {check.name}: {check.message}")
    if not sound:
        raise typer.Exit(EXIT_CHECK)
