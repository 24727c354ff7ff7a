"""`dashcam process`: the main job."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.commands.common import (
    Config,
    Footage,
    Json,
    Offline,
    WeightsOption,
    Zones,
    emit,
    leave,
    moment,
    settings_of,
)
from pipeline.progress import reporter_for
from pipeline.settings import Settings
from pipeline.wording import word

if TYPE_CHECKING:
    from pipeline.run import Result


def process(
    footage: Footage,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", help="Folder for the results.")
    ] = Path("dashcam-output"),
    config: Config = None,
    weights: WeightsOption = None,
    start_time: Annotated[
        str | None,
        typer.Option(
            "--start-time",
            metavar="ISO",
            help="When the (first) file begins, e.g. 2025-05-29T18:11:08+07:00.",
        ),
    ] = None,
    gps: Annotated[
        Path | None, typer.Option("--gps", metavar="FILE", help="GPS track: .gpx or .nmea.")
    ] = None,
    zones: Zones = None,
    rules: Annotated[
        str | None,
        typer.Option("--rules", metavar="ID,…", help="Only these rules, e.g. wrong_lane,weaving."),
    ] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="vi|en", help="Language.")] = None,
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Footage in, evidence packages out: the main job.

    Writes `OUT/run.json`, `OUT/incidents.jsonl` and `OUT/packages/<incident-id>/`.
    The same command again goes on where an interrupted run stopped.

    Example: `dashcam process DCIM/*.MP4 -o evidence --rules passenger_overload --lang en`
    """
    from pipeline import run

    settings = settings_of(config, weights=weights, offline=offline, language=lang, zones=zones)
    request = run.Request(
        paths=footage,
        output=output,
        settings=settings,
        rules=rules.split(",") if rules is not None else None,
        start_time=moment(start_time),
        gps_file=gps,
    )
    result = run.process(request, reporter_for(sys.stderr.isatty()))
    for incident in result.incidents:
        if as_json:
            emit(incident)
        else:
            print(_summary(incident, settings))
    _say_result(result, output, settings)
    leave(result.failures)


def _summary(incident: dict[str, Any], settings: Settings) -> str:
    return f"{incident['id']}\n  {incident['sentences'][settings.language]}"


def _say_result(result: Result, output: Path, settings: Settings) -> None:
    language, count = settings.language, len(result.incidents)
    if count:
        print(word("found", language, count=count, folder=output / "packages"), file=sys.stderr)
        print(word("review", language), file=sys.stderr)
    elif result.failures:
        words = word("nothing_in_rest", language, count=len(result.failures))
        print(words, file=sys.stderr)
    else:
        print(word("nothing", language), file=sys.stderr)
