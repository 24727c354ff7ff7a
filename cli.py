"""The command `dashcam`: each command reads its options, calls one function, prints.

With `--json` stdout carries one JSON object per line and nothing else; progress and messages always
go to stderr. Exit codes are in `pipeline.errors` and in the README.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup

from pipeline import __version__
from pipeline.errors import (
    EXIT_CHECK,
    EXIT_DEFECT,
    EXIT_INPUT,
    EXIT_INTERRUPTED,
    EXIT_OUTPUT,
    DashcamError,
    InputError,
    UsageError,
)
from pipeline.privacy import silence_libraries
from pipeline.progress import reporter_for
from pipeline.settings import Settings, load_settings
from pipeline.wording import word

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
            _complain(str(error))
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            _complain("interrupted; what was finished is kept, the same command goes on from there")
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except BrokenPipeError:  # `dashcam … --json | head`
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
            raise typer.Exit(0) from None
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except ImportError as error:
            if _debug or "libGL" not in str(error):
                raise
            _complain(f"{error}; install it: sudo apt-get install libgl1 libglib2.0-0")
            raise typer.Exit(EXIT_DEFECT) from None
        except OSError as error:
            if _debug:
                raise
            _complain(f"{error.filename or 'system'}: {error.strerror or error}")
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
models_app = typer.Typer(help="The models: which there are, and fetching released ones.")
config_app = typer.Typer(help="The settings: what is in force, and what there is to set.")
app.add_typer(models_app, name="models", no_args_is_help=True)
app.add_typer(config_app, name="config", no_args_is_help=True)

Footage = Annotated[
    list[Path], typer.Argument(metavar="FOOTAGE", help="Video files, or folders of them.")
]
Pictures = Annotated[
    list[Path],
    typer.Argument(metavar="IMAGE_OR_VIDEO", help="Pictures, videos, or folders of them."),
]
Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="YAML file with settings.")
]
WeightsOption = Annotated[
    Path | None,
    typer.Option("--weights", metavar="FILE", help="Detector: .onnx, .pt or an OpenVINO folder."),
]
Offline = Annotated[bool, typer.Option("--offline", help="Never ask a network for weights.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per line on stdout.")]


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


@app.command()
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

    settings = _settings(config, weights=weights, offline=offline, language=lang)
    request = run.Request(
        paths=footage,
        output=output,
        settings=settings,
        rules=rules.split(",") if rules is not None else None,
        start_time=_moment(start_time),
        gps_file=gps,
    )
    result = run.process(request, reporter_for(sys.stderr.isatty()))
    for incident in result.incidents:
        if as_json:
            _emit(incident)
        else:
            print(_summary(incident, settings))
    _say_result(len(result.incidents), output, settings)
    _leave(result.failures)


@app.command()
def detect(
    sources: Pictures,
    config: Config = None,
    weights: WeightsOption = None,
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Find people and vehicles in pictures and videos.

    Example: `dashcam detect street.jpg clip.mp4 --json`
    """
    from pipeline import scan
    from pipeline.vision.backends import load_detector
    from pipeline.vision.weights import choose_weights

    settings = _settings(config, weights=weights, offline=offline)
    detector = load_detector(choose_weights(settings.vision), settings.vision)
    failures: list[InputError] = []
    for found in scan.detect(sources, settings, detector, _collect(failures)):
        if as_json:
            _emit(found)
        else:
            box = ", ".join(f"{value:.0f}" for value in found["box"])
            print(
                f"{found['source']}  {found['time_s']:8.2f} s  {found['class']:<10} "
                f"{found['confidence']:.2f}  [{box}]"
            )
    _leave(failures)


@app.command()
def plates(
    sources: Pictures,
    config: Config = None,
    weights: WeightsOption = None,
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Read licence plates: whole pictures, and the tracked vehicles of videos.

    Example: `dashcam plates photos/*.jpg --json`
    """
    from pipeline import scan

    settings = _settings(config, weights=weights, offline=offline)
    failures: list[InputError] = []
    reporter = reporter_for(sys.stderr.isatty())
    for found in scan.plates(sources, settings, _collect(failures), reporter):
        if as_json:
            _emit(found)
        else:
            name = found["text"] or "—"
            print(
                f"{found['source']}  {found['time_s']:8.2f} s  {name:<14} "
                f"{found['confidence']:.2f}  {found['kind'] or ''}"
            )
    _leave(failures)


@app.command()
def inspect(
    footage: Footage,
    config: Config = None,
    start_time: Annotated[
        str | None, typer.Option("--start-time", metavar="ISO", help="When the file begins.")
    ] = None,
    gps: Annotated[
        Path | None, typer.Option("--gps", metavar="FILE", help="GPS track: .gpx or .nmea.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what a camera left in its files: streams, rotation, time and its source, GPS.

    Example: `dashcam inspect NO20231105-143000-000012F.MP4 --json`
    """
    from pipeline.footage.find import find_footage
    from pipeline.footage.inspect import describe
    from pipeline.footage.probe import probe

    settings = _settings(config)
    paths, failures = find_footage(footage)
    for error in failures:
        _complain(str(error))
    if start_time is not None and len(paths) > 1:
        raise UsageError("--start-time tells of one file, but there are several; name one")
    for path in paths:
        try:
            found = probe(path, settings.footage, start_time=_moment(start_time), gps_file=gps)
        except InputError as error:
            _collect(failures)(error)
            continue
        facts = describe(found)
        if as_json:
            _emit(facts)
        else:
            _show_facts(path, facts)
    _leave(failures)


@app.command()
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
            _emit(result.as_json())
            continue
        print(f"{package}: {'OK' if result.ok else 'FAILED'}")
        for check in result.checks:
            print(f"  {'✓' if check.ok else '✗'} {check.name}: {check.message}")
    if not sound:
        raise typer.Exit(EXIT_CHECK)


@app.command()
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
            _emit(
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


@models_app.command("list")
def models_list(as_json: Json = False) -> None:
    """List the models, shipped and released, and which lie on this machine.

    Example: `dashcam models list`
    """
    from pipeline.vision.registry import registry

    table = Table("name", "task", "origin", "size", "licence", "here", box=None)
    for entry in registry().values():
        here = entry.path.is_file()
        if as_json:
            _emit({**entry.model_dump(), "path": str(entry.path), "here": here})
        else:
            origin = "shipped" if entry.is_shipped else "released"
            size = f"{entry.bytes / 1e6:.1f} MB"
            table.add_row(
                entry.name, entry.task, origin, size, entry.licence, "yes" if here else "no"
            )
    if not as_json:
        Console().print(table)


@models_app.command("pull")
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


@config_app.command("show")
def config_show(config: Config = None) -> None:
    """Show the settings in force, from all layers.

    Example: `dashcam config show --config my.yaml`
    """
    import yaml

    settings = _settings(config)
    print(yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False, allow_unicode=True))


@config_app.command("schema")
def config_schema() -> None:
    """Print the JSON Schema of the settings: every name, its meaning and its default.

    Example: `dashcam config schema > settings.schema.json`
    """
    print(json.dumps(Settings.model_json_schema(), ensure_ascii=False, indent=2))


# --- what the commands share -------------------------------------------------------------------


def _settings(
    config: Path | None,
    *,
    weights: Path | None = None,
    offline: bool = False,
    language: str | None = None,
) -> Settings:
    flags: dict[str, Any] = {}
    if weights is not None:
        flags.setdefault("vision", {})["weights"] = weights
    if offline:
        flags.setdefault("vision", {})["offline"] = True
    if language is not None:
        flags["language"] = language
    return load_settings(config, flags)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--start-time {text}: not a time; write it like 2025-05-29T18:11:08+07:00"
        ) from None


def _emit(item: dict[str, Any]) -> None:
    print(json.dumps(item, ensure_ascii=False), flush=True)


def _complain(message: str) -> None:
    print(f"dashcam: {message}", file=sys.stderr, flush=True)


def _collect(failures: list[InputError]) -> Any:
    def on_failure(error: InputError) -> None:
        failures.append(error)
        _complain(str(error))

    return on_failure


def _leave(failures: list[InputError]) -> None:
    if failures:
        raise typer.Exit(EXIT_INPUT)


def _summary(incident: dict[str, Any], settings: Settings) -> str:
    return f"{incident['id']}\n  {incident['sentences'][settings.language]}"


def _say_result(count: int, output: Path, settings: Settings) -> None:
    language = settings.language
    if count == 0:
        print(word("nothing", language), file=sys.stderr)
        return
    print(word("found", language, count=count, folder=output / "packages"), file=sys.stderr)
    print(word("review", language), file=sys.stderr)


def _show_facts(path: Path, facts: dict[str, Any]) -> None:
    table = Table(title=escape(str(path)), box=None, show_header=False, title_justify="left")
    for name, value in facts.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        table.add_row(name, escape(text if len(text) < 400 else text[:400] + "…"))
    Console().print(table)


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
