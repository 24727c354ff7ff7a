"""`dashcam detect` and `dashcam plates`: what is in pictures and videos."""

from __future__ import annotations

import sys

from pipeline.commands.common import (
    Config,
    Json,
    Offline,
    Pictures,
    WeightsOption,
    collect,
    emit,
    leave,
    settings_of,
)
from pipeline.errors import InputError
from pipeline.progress import reporter_for


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

    settings = settings_of(config, weights=weights, offline=offline)
    detector = load_detector(choose_weights(settings.vision), settings.vision)
    failures: list[InputError] = []
    for found in scan.detect(sources, settings, detector, collect(failures)):
        if as_json:
            emit(found)
        else:
            box = ", ".join(f"{value:.0f}" for value in found["box"])
            print(
                f"{found['source']}  {found['time_s']:8.2f} s  {found['class']:<10} "
                f"{found['confidence']:.2f}  [{box}]"
            )
    leave(failures)


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

    settings = settings_of(config, weights=weights, offline=offline)
    failures: list[InputError] = []
    reporter = reporter_for(sys.stderr.isatty())
    for found in scan.plates(sources, settings, collect(failures), reporter):
        if as_json:
            emit(found)
        else:
            name = found["text"] or "—"
            print(
                f"{found['source']}  {found['time_s']:8.2f} s  {name:<14} "
                f"{found['confidence']:.2f}  {found['kind'] or ''}"
            )
    leave(failures)
