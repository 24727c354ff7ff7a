"""`dashcam judge`: rules again over a recorded run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.common import Config, Json, Zones, emit, settings_of


def judge(
    run_folder: Annotated[
        Path, typer.Argument(metavar="RUN_DIR", help="Folder that `dashcam process -o` made.")
    ],
    config: Config = None,
    zones: Zones = None,
    rules: Annotated[
        str | None,
        typer.Option("--rules", metavar="ID,…", help="Only these rules, e.g. wrong_lane,weaving."),
    ] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="vi|en", help="Language.")] = None,
    as_json: Json = False,
) -> None:
    """Run the rules again on what an earlier run observed, without decoding.

    For trying other settings of the rules. Makes no packages: `dashcam process` with the same
    output folder does, and takes up the record, too.

    Example: `dashcam judge evidence --rules passenger_overload --config stricter.yaml`
    """
    from pipeline import judge as judging

    settings = settings_of(config, language=lang, zones=zones)
    wanted = rules.split(",") if rules is not None else None
    for found in judging.judge(run_folder, settings, wanted):
        if as_json:
            emit(found)
            continue
        span = f"{found['start_s']:8.2f}–{found['end_s']:.2f} s"
        name = ", ".join(found["footage"]) or run_folder.name
        if found["kind"] == "incident":
            said = found["sentences"][settings.language]
            print(f"{name}  {span}  {found['rule']}  {found['confidence']:.2f}  {said}")
        else:
            print(f"{name}  {span}  {found['rule']}  —  {found['reason']}")
