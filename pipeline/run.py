"""The way through: footage in, packages out. The one place where the rooms are joined.

find -> probe -> join -> observe -> judge -> plates -> package
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline import __version__, record
from pipeline.closeups.all import load_closeups, weights_behind
from pipeline.closeups.base import Closeup
from pipeline.errors import InputError, OutputError
from pipeline.evidence.c2pa import manifest as c2pa_manifest
from pipeline.evidence.custody import Step, step
from pipeline.evidence.package import ModelUse, PackageRequest, make_package, record_text
from pipeline.evidence.placing import clear_leftovers
from pipeline.footage.find import find_footage
from pipeline.footage.overlay import OverlayReader, with_overlay
from pipeline.footage.probe import probe
from pipeline.footage.trip import join, starts
from pipeline.journal import Journal
from pipeline.observe import observe
from pipeline.plates import make_reader, models_of
from pipeline.plates.vehicles import PlateService
from pipeline.progress import Advance, Reporter, Silent
from pipeline.scene.light_look import NETWORK as LIGHTS_NETWORK
from pipeline.scene.zones import read_zones
from pipeline.settings import Settings
from pipeline.types import Abstention, Footage, Incident, Plate, Scene, Track, Trip
from pipeline.violations.base import Rule
from pipeline.violations.registry import load_rules
from pipeline.vision.backends import load_detector
from pipeline.vision.detector import Detector
from pipeline.vision.registry import registry
from pipeline.vision.weights import Weights, checked, choose_weights
from pipeline.wording import word


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for: which footage, where to, and what they know of it."""

    paths: Sequence[Path]
    output: Path
    settings: Settings
    rules: Sequence[str] | None = None  # None: every rule that the settings do not switch off
    start_time: datetime | None = None
    gps_file: Path | None = None


@dataclass(slots=True)
class Result:
    """What a run left behind."""

    incidents: list[dict[str, Any]] = field(default_factory=list)
    failures: list[InputError] = field(default_factory=list)


def process(request: Request, reporter: Reporter | None = None) -> Result:
    """Turn footage into evidence packages.

    One bad file never stops the rest: what cannot be read is in `Result.failures`. Writes
    `run.json`, `incidents.jsonl`, `record/` and `packages/<incident-id>/` under `request.output`.
    Raises OutputError, ModelError, ConfigError.
    """
    reporter = reporter or Silent()
    started = time.monotonic()
    rules = load_rules(request.rules, request.settings.rules)
    settings = _often_enough(request.settings, rules)
    if settings.evidence.c2pa:
        c2pa_manifest.require()  # before hours are spent
    zones = read_zones(settings.places.zones) if settings.places.zones else ()
    weights = _weights(settings, reporter)
    detector = load_detector(weights, settings.vision)
    output = _writable(request.output)
    clear_leftovers(output / "packages")
    result = Result()
    trips = _trips(request, result, reporter)
    probed = step("probed")
    journal = Journal(output, settings, weights)
    for trip in trips:
        looks = load_closeups()
        try:
            tracks, scene = _observe(trip, settings, detector, looks, output, reporter)
        except InputError as error:
            result.failures.append(error)
            reporter.say(str(error))
            continue
        scene = replace(scene, zones=zones)
        history = (probed, step("watched", weights.name), step("judged"))
        found = list(_judged(rules, tracks, scene))
        incidents = [item for item in found if isinstance(item, Incident)]
        try:
            plates = _plates(trip, tracks, scene, incidents, settings, reporter)
        except InputError as error:  # the card was pulled out; what was watched still counts
            result.failures.append(error)
            reporter.say(str(error))
            plates = {}
        packaged = _package(
            trip,
            tracks,
            scene,
            incidents,
            plates,
            {rule.id: _models(weights, weights_behind(rule, looks)) for rule in rules},
            settings,
            output,
            reporter,
            result,
            history,
        )
        result.incidents += packaged
        journal.add(trip, tracks, scene, found, plates, packaged)
    journal.close(result.incidents, result.failures, time.monotonic() - started)
    return result


# --- the stages --------------------------------------------------------------------------------


def _often_enough(settings: Settings, rules: Sequence[Rule[Any]]) -> Settings:
    """The settings with the sample rate that the most demanding rule needs."""
    rate = max([settings.footage.sample_rate_hz, *(rule.sample_rate_hz for rule in rules)])
    footage = settings.footage.model_copy(update={"sample_rate_hz": rate})
    return settings.model_copy(update={"footage": footage})


def _weights(settings: Settings, reporter: Reporter) -> Weights:
    """The detector's weights, with a bar if they are fetched."""
    stage = None
    advance: Advance = lambda done: None  # noqa: E731
    try:

        def progress(done: int, total: int) -> None:
            nonlocal stage, advance
            if stage is None:
                name = word("stage.weights", settings.language)
                stage = reporter.stage(name, total / 1e6, "MB")
                advance = stage.__enter__()
            advance(done / 1e6)

        return choose_weights(settings.vision, progress)
    finally:
        if stage is not None:
            stage.__exit__(None, None, None)


def _trips(request: Request, result: Result, reporter: Reporter) -> list[Trip]:
    paths, unreadable = find_footage(request.paths)
    result.failures += unreadable
    settings = request.settings.footage
    footage: list[Footage] = []
    overlays = OverlayReader(settings)
    with reporter.stage(
        word("stage.inspect", request.settings.language), len(paths), ""
    ) as advance:
        for index, path in enumerate(paths):
            try:
                found = probe(path, settings, gps_file=request.gps_file)
                footage.append(with_overlay(found, settings, overlays))
            except InputError as error:
                result.failures.append(error)
            advance(index + 1)
    for failure in result.failures:
        reporter.say(str(failure))
    trips = join(footage, settings)
    if request.start_time is None or not trips:
        return trips
    start = request.start_time
    if start.tzinfo is None:
        start = start.replace(tzinfo=ZoneInfo(settings.time_zone))
    return [_started(trip, starts(trips, start), request, overlays) for trip in trips]


def _started(
    trip: Trip, begins: Mapping[Path, datetime], request: Request, overlays: OverlayReader
) -> Trip:
    """The trip with the clocks that follow from what the user said of the first file."""
    settings = request.settings.footage
    found = (
        probe(
            item.path,
            settings,
            start_time=begins.get(item.path),
            gps_file=request.gps_file,
        )
        for item in trip.footage
    )
    return Trip(tuple(with_overlay(item, settings, overlays) for item in found), trip.offsets_s)


def _observe(
    trip: Trip,
    settings: Settings,
    detector: Detector,
    looks: Sequence[Closeup],
    output: Path,
    reporter: Reporter,
) -> tuple[list[Track], Scene]:
    """`observe`, or the record of an earlier run that watched the same footage the same way."""
    used = [detector.weights, *(look.weights for look in looks if look.weights is not None)]
    used.append(checked(registry()[LIGHTS_NETWORK]))
    key = record.trip_key(trip, settings, [one.sha256 for one in used], __version__)
    folder = output / "record" / key
    earlier = record.load(folder)
    if earlier is not None:
        reporter.say(word("resumed", settings.language, name=trip.name))
        return earlier
    name = word("stage.watch", settings.language, name=trip.name)
    with reporter.stage(name, trip.duration_s, "s") as advance:
        tracks, scene = observe(trip, settings, detector, looks, advance)
    for gap in scene.gaps:
        reporter.say(
            word(
                "gap",
                settings.language,
                name=trip.name,
                start=gap.start_s,
                end=gap.end_s,
                reason=gap.reason,
            )
        )
    record.save(folder, tracks, scene, [item.path.name for item in trip.footage])
    return tracks, scene


def _judged(
    rules: Iterable[Rule[Any]], tracks: Sequence[Track], scene: Scene
) -> Iterable[Incident | Abstention]:
    for rule in rules:
        yield from rule.judge(tracks, scene)


def _plates(
    trip: Trip,
    tracks: Sequence[Track],
    scene: Scene,
    incidents: Sequence[Incident],
    settings: Settings,
    reporter: Reporter,
) -> dict[int, Plate]:
    """Plates by track id, of those vehicles whose plates the settings want read."""
    match settings.plates.scope:
        case "none":
            return {}
        case "incidents":
            wanted = {incident.track_id for incident in incidents}
        case "all":
            wanted = {track.id for track in tracks if track.kind.is_vehicle}
    if not wanted:
        return {}
    reader = make_reader(settings.plates, offline=settings.vision.offline)
    service = PlateService(settings.plates, reader)
    return service.read(
        trip,
        tracks,
        wanted,
        (scene.width, scene.height),
        lambda total: reporter.stage(word("stage.plates", settings.language), total, ""),
    )


def _package(
    trip: Trip,
    tracks: Sequence[Track],
    scene: Scene,
    incidents: Sequence[Incident],
    plates: dict[int, Plate],
    models: Mapping[str, Sequence[ModelUse]],
    settings: Settings,
    output: Path,
    reporter: Reporter,
    result: Result,
    history: tuple[Step, ...],
) -> list[dict[str, Any]]:
    """Make the packages and return the `incident.json` of each; failures go to `result`."""
    if not incidents:
        return []
    readers = [ModelUse(*model) for model in models_of(settings.plates)] if plates else []
    packaged = []
    name = word("stage.packages", settings.language)
    with reporter.stage(name, len(incidents), "") as advance:
        for index, incident in enumerate(incidents):
            request = PackageRequest(
                incident=incident,
                trip=trip,
                tracks=tuple(tracks),
                plate=plates.get(incident.track_id),
                models=_each_once((*models[incident.rule], *readers)),
                gaps=scene.gaps,
                history=history,
            )
            try:
                path = make_package(request, output / "packages", settings, reporter.say)
            except InputError as error:  # the card was pulled out; the others may be elsewhere
                result.failures.append(error)
                reporter.say(str(error))
                continue
            packaged.append(json.loads(record_text(path)))
            advance(index + 1)
    return packaged


def _models(detector: Weights, closer: Iterable[Weights]) -> list[ModelUse]:
    """What looked: the detector, and the networks of closer looks by their names as tasks."""
    uses = [ModelUse(detector.name, detector.origin, detector.sha256, "detector")]
    return uses + [ModelUse(one.name, one.origin, one.sha256, one.name) for one in closer]


def _each_once(models: Iterable[ModelUse]) -> tuple[ModelUse, ...]:
    return tuple(dict.fromkeys(models))


def _writable(output: Path) -> Path:
    """Make the output folder and try it, before hours are spent. Raises OutputError."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        probe_file = output / ".write-test"
        probe_file.write_bytes(b"")
        probe_file.unlink()
    except OSError as error:
        raise OutputError(
            f"{output}: nothing can be written there ({error.strerror or error}); "
            "choose another folder with -o"
        ) from error
    return output
