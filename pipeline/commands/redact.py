"""`dashcam redact`: a copy of a package for publishing, with bystanders made unrecognisable."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.common import Config, Json, Offline, WeightsOption, emit, settings_of
from pipeline.errors import UsageError
from pipeline.progress import reporter_for
from pipeline.wording import word

Box = tuple[float, float, float, float]


def redact(
    packages: Annotated[
        list[Path], typer.Argument(metavar="PACKAGE", help="Evidence packages: folders or zips.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", help="Folder for the copies.")
    ] = Path("dashcam-to-publish"),
    show_riders: Annotated[
        bool,
        typer.Option("--show-riders", help="Leave the people on the reported vehicle as they are."),
    ] = False,
    keep_sound: Annotated[
        bool, typer.Option("--keep-sound", help="Keep the sound; voices tell who was there.")
    ] = False,
    keep_time: Annotated[
        bool, typer.Option("--keep-time", help="Name the time of the act in README.txt.")
    ] = False,
    blur_overlay: Annotated[
        list[str] | None,
        typer.Option(
            "--blur-overlay",
            metavar="X1,Y1,X2,Y2",
            help="Hide this part of every picture (pixels), e.g. a burnt-in place; repeat.",
        ),
    ] = None,
    fast: Annotated[
        bool,
        typer.Option(
            "--fast", help="Trust the package's tracks; do not look at the pictures again."
        ),
    ] = False,
    lang: Annotated[str | None, typer.Option("--lang", metavar="vi|en", help="Language.")] = None,
    weights: WeightsOption = None,
    offline: Offline = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Make a copy for publishing: faces and plates of all but the reported vehicle are hidden.

    The evidence itself is not touched. The copy has no sound, no time, no place and no metadata.
    Look at all of it before you publish it.

    Example: `dashcam redact evidence/packages/2025… -o to-publish`
    """
    from pipeline.redaction import redact as redaction
    from pipeline.redaction.everyone import plate_locator
    from pipeline.redaction.two_scales import close_look

    settings = settings_of(config, weights=weights, offline=offline, language=lang)
    language = settings.language
    wishes = redaction.Wishes(
        show_riders, keep_sound, keep_time, tuple(_box(text) for text in blur_overlay or ())
    )
    detector = locate = None
    if not fast:
        detector = close_look(settings.vision)
        locate = plate_locator(settings.vision.threads)
    for package in packages:
        made = redaction.redact(
            package,
            output,
            wishes,
            detector=detector,
            locate=locate,
            language=language,
            reporter=reporter_for(sys.stderr.isatty()),
        )
        if as_json:
            emit(
                {
                    "path": str(made.path),
                    "files": list(made.files),
                    "left_out": list(made.left_out),
                    "pictures": made.pictures,
                    "looked_again": not fast,
                }
            )
        else:
            print(made.path)
        if made.left_out:
            names = ", ".join(made.left_out)
            print(word("redact.left_out", language, names=names), file=sys.stderr)
        if made.has_overlay:
            print(word("redact.overlay", language), file=sys.stderr)
    print(word("redact.look", language), file=sys.stderr)


def _box(text: str) -> Box:
    try:
        x1, y1, x2, y2 = (float(part) for part in text.split(","))
    except ValueError:
        x1 = y1 = x2 = y2 = 0.0
    if not (x2 > x1 and y2 > y1):
        raise UsageError(
            f"--blur-overlay {text}: not a box; write left,top,right,bottom, e.g. 0,680,1280,720"
        )
    return x1, y1, x2, y2
