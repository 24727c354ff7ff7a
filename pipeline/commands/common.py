"""What the commands share: options that mean the same everywhere, and how they talk."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.errors import EXIT_INPUT, InputError, UsageError
from pipeline.settings import Settings, load_settings

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
Zones = Annotated[
    Path | None,
    typer.Option(
        "--zones",
        metavar="FILE",
        help="GeoJSON map of no-stopping and no-parking zones, bus stops, parking, crossings.",
    ),
]
Offline = Annotated[bool, typer.Option("--offline", help="Never ask a network for weights.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per line on stdout.")]


def settings_of(
    config: Path | None,
    *,
    weights: Path | None = None,
    offline: bool = False,
    language: str | None = None,
    zones: Path | None = None,
) -> Settings:
    flags: dict[str, Any] = {}
    if weights is not None:
        flags.setdefault("vision", {})["weights"] = weights
    if offline:
        flags.setdefault("vision", {})["offline"] = True
    if zones is not None:
        flags.setdefault("places", {})["zones"] = zones
    if language is not None:
        flags["language"] = language
    return load_settings(config, flags)


def moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--start-time {text}: not a time; write it like 2025-05-29T18:11:08+07:00"
        ) from None


def emit(item: dict[str, Any]) -> None:
    print(json.dumps(item, ensure_ascii=False), flush=True)


def complain(message: str) -> None:
    print(f"dashcam: {message}", file=sys.stderr, flush=True)


def collect(failures: list[InputError]) -> Any:
    def on_failure(error: InputError) -> None:
        failures.append(error)
        complain(str(error))

    return on_failure


def leave(failures: list[InputError]) -> None:
    if failures:
        raise typer.Exit(EXIT_INPUT)
