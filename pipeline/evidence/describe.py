"""From the pipeline's nouns to the record of a package."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline import __version__
from pipeline.evidence.custody import Step
from pipeline.evidence.digest import sha256_of_original
from pipeline.evidence.evidence_digest import facts_digest
from pipeline.evidence.incident import (
    Candidate,
    ColourFound,
    IncidentRecord,
    Measured,
    Missing,
    Model,
    Moment,
    Original,
    PlateFound,
    PlateLook,
    Province,
    Texts,
    TimeSource,
    Tool,
    Vehicle,
    When,
    safe_name,
)
from pipeline.evidence.shown import escaped
from pipeline.evidence.where import whereabouts
from pipeline.evidence.window import Part
from pipeline.evidence.words import act, both
from pipeline.plates.rules import plate_rules
from pipeline.privacy import without_folders
from pipeline.settings import Settings
from pipeline.types import Gap, Incident, Plate, PlateReading, Track, Trip

TOOL = "dashcam-evidence"


@dataclass(frozen=True, slots=True)
class ModelUse:
    """A model that had a part in the finding."""

    name: str
    origin: str  # "user", "released", "shipped" or "package"
    sha256: str | None
    task: str  # "detector", "plate_reader"


@dataclass(frozen=True, slots=True)
class PackageRequest:
    """Everything a package is made from."""

    incident: Incident
    trip: Trip
    tracks: tuple[Track, ...]
    plate: Plate | None  # None: nobody tried to read it
    models: tuple[ModelUse, ...]
    gaps: tuple[Gap, ...] = ()
    history: tuple[Step, ...] = ()  # what was done with the footage before, and when


def describe(request: PackageRequest, parts: Sequence[Part], settings: Settings) -> IncidentRecord:
    """The record of a package without its files, which are still to be made.

    Reads the originals to digest them. Raises InputError.
    """
    view = View(request, parts)
    incident = request.incident
    originals = tuple(_original(request.trip, index) for index in view.files)
    when = _when(view, incident)
    where = whereabouts(request.trip, view.files, parts, when.start, settings)
    record = IncidentRecord(
        id=_id(incident, when, originals[when.start.original].sha256),
        rule=incident.rule,
        act=Texts(**act(incident.rule)),
        sentences=Texts(**{language: incident.sentences[language] for language in ("vi", "en")}),
        confidence=round(incident.confidence, 4),
        when=when,
        place=where.place,
        place_reason=where.reason,
        overlay_place=where.overlay,
        vehicle=_vehicle(view, request, settings),
        measures=tuple(
            Measured(
                name=item.name,
                label=Texts(**both("measures", item.name)),
                value=round(item.value, 4),
                unit=item.unit,
                sigma=None if item.sigma is None else round(item.sigma, 4),
            )
            for item in incident.measures
        ),
        originals=originals,
        missing_pictures=tuple(view.missing(request.gaps)),
        clips=(),
        files=(),
        models=tuple(
            Model(task=use.task, name=use.name, origin=use.origin, sha256=use.sha256)
            for use in request.models
        ),
        tool=Tool(name=TOOL, version=__version__),
        settings=_settings(settings, incident.rule),
        created=datetime.now(UTC).replace(microsecond=0),
        inputs_sha256="0" * 64,
    )
    return record.model_copy(update={"inputs_sha256": facts_digest(record)})


class View:
    """The files of a trip that a package tells of, by their places in `originals`.

    These are the files of its clips, and the one that the plate was read in.
    """

    def __init__(self, request: PackageRequest, parts: Sequence[Part]) -> None:
        self.trip = request.trip
        self.parts = parts
        files = {part.footage_index for part in parts}
        if request.plate is not None and request.plate.best is not None:
            files.add(self.trip.locate(request.plate.best.time_s)[0])
        self.files = sorted(files)

    def moment(self, time_s: float) -> Moment:
        """Trip time as a moment of the file that holds it, or of the nearest one told of."""
        index, _ = self.trip.locate(time_s)
        index = min(self.files, key=lambda file: abs(file - index))
        file_time_s = max(time_s - self.trip.offsets_s[index], 0.0)
        return Moment(
            original=self.files.index(index),
            file_time_s=round(file_time_s, 3),
            time=self.trip.footage[index].clock.at(round(file_time_s, 3)),
        )

    def missing(self, gaps: Sequence[Gap]) -> list[Missing]:
        found = []
        for part in self.parts:
            offset = self.trip.offsets_s[part.footage_index]
            for gap in gaps:
                start = max(gap.start_s - offset, part.start_s)
                end = min(gap.end_s - offset, part.end_s)
                if end > start:
                    found.append(
                        Missing(
                            original=self.files.index(part.footage_index),
                            start_s=round(start, 3),
                            end_s=round(end, 3),
                            reason=gap.reason,
                        )
                    )
        return found


def _original(trip: Trip, index: int) -> Original:
    footage = trip.footage[index]
    return Original(
        name=escaped(footage.path.name),
        sha256=sha256_of_original(footage.path),
        bytes=footage.size_bytes,
        duration_s=round(footage.duration_s, 3),
        container=footage.container,
        video_codec=footage.video_codec,
        width=footage.width,
        height=footage.height,
        rotation_deg=footage.rotation_deg,
    )


def _id(incident: Incident, when: When, original_sha256: str) -> str:
    """The same for the same act in the same file; safe as the name of a folder."""
    time = when.start.time
    head = f"{time:%Y%m%dT%H%M%S}" if time is not None else "undated"
    facts = f"{incident.rule}|{original_sha256}|{incident.start_s:.3f}|{incident.track_id}"
    tail = hashlib.sha256(facts.encode()).hexdigest()[:8]
    return f"{head}-{safe_name(incident.rule)}-{tail}"


def _when(view: View, incident: Incident) -> When:
    start = view.moment(incident.start_s)
    clocks = [view.trip.footage[index].clock for index in view.files]
    clock = clocks[start.original]
    return When(
        start=start,
        end=view.moment(incident.end_s),
        source=clock.source,
        uncertainty_s=clock.uncertainty_s,
        warnings=tuple(dict.fromkeys(text for one in clocks for text in one.warnings)),
        candidates=tuple(
            TimeSource(
                original=number,
                source=item.source,
                start=item.start,
                uncertainty_s=item.uncertainty_s,
                note=item.note,
            )
            for number, one in enumerate(clocks)
            for item in one.candidates
        ),
    )


# --- who ---------------------------------------------------------------------------------------


def _vehicle(view: View, request: PackageRequest, settings: Settings) -> Vehicle:
    incident = request.incident
    track = next((one for one in request.tracks if one.id == incident.track_id), None)
    colour = track.colour if track is not None else None
    return Vehicle(
        track=incident.track_id,
        kind=track.kind if track is not None else None,
        kind_share=round(track.kind_share, 4) if track is not None else None,
        colour=ColourFound(name=colour.name, share=round(colour.share, 4)) if colour else None,
        plate=_plate(view, request.plate, settings.plates.fact_probability),
    )


def _plate(view: View, plate: Plate | None, fact_probability: float) -> PlateFound:
    if plate is None:
        plate = Plate(None, 0.0, (), 0, 0, None)
    guesses = list(plate.alternatives)
    fact = plate.text
    if fact is not None and plate.probability < fact_probability:
        guesses.insert(0, (fact, plate.probability))
        fact = None
    province = None
    if fact is not None and fact.province is not None:
        name = plate_rules().provinces.get(fact.province)
        province = Province(code=fact.province, name=name)
    return PlateFound(
        text=fact.normalized if fact else None,
        display=fact.display if fact else None,
        kind=fact.kind if fact else None,
        province=province,
        probability=round(plate.probability, 4),
        alternatives=tuple(
            Candidate(text=text.normalized, display=text.display, probability=round(share, 4))
            for text, share in guesses
        ),
        looks=plate.looks,
        agreeing=plate.agreeing,
        best_look=_look(view, plate.best) if plate.best else None,
    )


def _look(view: View, reading: PlateReading) -> PlateLook:
    moment = view.moment(reading.time_s)
    x1, y1, x2, y2 = (round(float(value), 1) for value in reading.box)
    return PlateLook(
        original=moment.original,
        file_time_s=moment.file_time_s,
        box=(x1, y1, x2, y2),
        raw=reading.raw,
    )


# --- how ---------------------------------------------------------------------------------------


def _settings(settings: Settings, rule: str) -> dict[str, Any]:
    """The settings in force, without weights' paths and other rules' settings.

    The geocoder's address may hold a key; its host stands beside the road that it named.
    """
    whole = settings.model_dump(
        mode="json",
        exclude={
            "vision": {"weights"},
            "places": {"geocoder"},
            "evidence": {"archive", "key", "timestamp_url"},  # how it is sealed, not what is found
            "rules": True,
        },
    )
    whole["rules"] = {rule: settings.model_dump(mode="json")["rules"].get(rule, {})}
    return {name: without_folders(value) for name, value in whole.items()}
