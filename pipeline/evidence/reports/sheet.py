"""What a report says, in one language and in the order it says it; HTML and PDF only set it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from pipeline.evidence.incident import FileRecord, IncidentRecord
from pipeline.evidence.person import PersonAdds
from pipeline.evidence.reports.drawing import Drawing
from pipeline.evidence.reports.form_part import FormPart, form_part, told_rows
from pipeline.evidence.reports.place_rows import MapPart, place_map, place_rows
from pipeline.evidence.reports.qr import qr_code
from pipeline.evidence.reports.rows import Digest, Picture, Row
from pipeline.evidence.words import moment, number, percent, term
from pipeline.wording import Language

__all__ = ["Row", "Sheet", "seal_text", "sheet"]

_DISAGREE_S = 5.0  # as in `pipeline.footage.clock`
_QR_MM = 34.0
_PICTURES = ("marked", "vehicle", "plate", "plate_enlarged")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report's whole content."""

    language: Language
    record: IncidentRecord
    act: str
    sentence: str
    facts: tuple[Row, ...]
    told: tuple[Row, ...]  # what an officer asks first, as the person who reports tells it
    measures: tuple[tuple[str, str, str], ...]  # quantity, value, standard deviation
    pictures: tuple[Picture, ...]
    digests: tuple[Digest, ...]
    made: tuple[Row, ...]
    map: MapPart | None
    form: FormPart
    seal: str | None  # the seal number, and its code to scan
    code: Drawing | None

    def word(self, name: str, /, **values: object) -> str:
        """A fixed text of the report."""
        return term("report", name, self.language, **values)


def sheet(
    record: IncidentRecord,
    language: Language,
    time_zone: str,
    person: PersonAdds | None = None,
) -> Sheet:
    """The report on `record`, whose files other than reports are there already.

    `person` fills the lines that are otherwise left to be written on.
    """
    writer = _Writer(record, language)
    seal = record.evidence_sha256
    about = writer.word("seal_about")
    return Sheet(
        language=language,
        record=record,
        act=getattr(record.act, language),
        sentence=getattr(record.sentences, language),
        facts=(*writer.when(), *place_rows(record, language), *writer.vehicle()),
        told=told_rows(person, language, time_zone),
        measures=writer.measures(),
        pictures=writer.pictures(),
        digests=writer.digests(),
        made=writer.made(time_zone),
        map=place_map(record, language),
        form=form_part(record, person, language, time_zone),
        seal=seal,
        code=None if seal is None else qr_code(seal_text(record.id, seal), _QR_MM, about),
    )


def seal_text(id_: str, seal: str) -> str:
    """What the QR code says: two lines that a telephone shows as they are."""
    return f"{id_}\nSHA-256 {seal}"


class _Writer:
    """Puts the record's parts into words."""

    def __init__(self, record: IncidentRecord, language: Language) -> None:
        self.record = record
        self.language = language

    def word(self, name: str, /, **values: object) -> str:
        return term("report", name, self.language, **values)

    def number(self, value: float, digits: int | None = None) -> str:
        return number(value, self.language, digits)

    def percent(self, share: float) -> str:
        return percent(share, self.language)

    # --- when

    def when(self) -> list[Row]:
        when = self.record.when
        rows = []
        if when.start.time is None or when.source is None:
            lines = (self.word("unknown"), term("reasons", "no_clock", self.language))
            rows.append(Row(self.word("when"), lines, strong=True))
        else:
            start = moment(when.start.time, self.language)
            if when.uncertainty_s is not None:
                start += ", " + self._plus_minus(when.uncertainty_s)
            source = term("time_sources", when.source, self.language)
            rows.append(Row(self.word("when"), (start,), strong=True))
            rows.append(Row(self.word("time_source"), (source, *self._disagreements())))
        rows.append(Row(self.word("in_file"), self._in_file()))
        missing = tuple(
            self.word(
                "missing",
                start=self.number(gap.start_s, 1),
                end=self.number(gap.end_s, 1),
                name=self.record.originals[gap.original].name,
            )
            for gap in self.record.missing_pictures
        )
        if missing:
            rows.append(Row(self.word("warning"), missing))
        return rows

    def _plus_minus(self, seconds: float) -> str:
        """In the unit that people would say it in."""
        for name, size in (("uncertainty_h", 3600.0), ("uncertainty_min", 60.0)):
            if seconds >= 1.5 * size:
                return self.word(name, value=self.number(seconds / size))
        return self.word("uncertainty", value=self.number(seconds))

    def _in_file(self) -> tuple[str, ...]:
        start, end = self.record.when.start, self.record.when.end
        names = [original.name for original in self.record.originals]
        if start.original == end.original:
            seconds = f"{self.number(start.file_time_s, 1)}–{self.number(end.file_time_s, 1)}"
            return (self.word("in_named_file", seconds=seconds, name=names[start.original]),)
        return tuple(
            f"{self.word(which)}: "
            + self.word(
                "in_named_file",
                seconds=self.number(one.file_time_s, 1),
                name=names[one.original],
            )
            for which, one in (("start", start), ("end", end))
        )

    def _disagreements(self) -> list[str]:
        """What other sources say the time was, where they say something else."""
        when = self.record.when
        mine = [one for one in when.candidates if one.original == when.start.original]
        chosen = next((one for one in mine if one.source == when.source), None)
        if chosen is None or when.start.time is None:
            return []
        lines = []
        for one in mine:
            apart = one.start - chosen.start
            limit = timedelta(seconds=_DISAGREE_S + one.uncertainty_s)
            if one.source in (when.source, "file") or abs(apart) <= limit:
                continue
            time = moment(when.start.time + apart, self.language)
            source = term("time_sources", one.source, self.language)
            lines.append(self.word("other_time", source=source, time=time))
        return lines

    # --- who

    def vehicle(self) -> list[Row]:
        vehicle = self.record.vehicle
        kind = self.word("unknown")
        if vehicle.kind is not None:
            kind = term("kinds", vehicle.kind, self.language)
            if vehicle.kind_share is not None:
                share = self.word("kind_share", share=self.percent(vehicle.kind_share))
                kind += f" ({share})"
        colour = self.word("unknown")
        if vehicle.colour is not None:
            share = self.word("colour_share", share=self.percent(vehicle.colour.share))
            colour = f"{term('colours', vehicle.colour.name, self.language)} ({share})"
        return [
            Row(self.word("kind"), (kind,), strong=True),
            Row(self.word("colour"), (colour,)),
            *self._plate(),
        ]

    def _plate(self) -> list[Row]:
        plate = self.record.vehicle.plate
        label = self.word("plate")
        guesses = tuple(
            f"{one.display} ({self.percent(one.probability)})" for one in plate.alternatives
        )
        if plate.text is None:
            if not guesses:
                return [Row(label, (self.word("plate_unread"),), strong=True)]
            maybe = f"{self.word('plate_maybe')}: {', '.join(guesses)}"
            return [Row(label, (self.word("plate_unsure"), maybe), strong=True)]
        sure = self.word(
            "plate_value", text=plate.display, probability=self.percent(plate.probability)
        )
        lines = [sure, self.word("plate_looks", agreeing=plate.agreeing, looks=plate.looks)]
        if guesses:
            lines.append(f"{self.word('plate_else')}: {', '.join(guesses)}")
        rows = [Row(label, tuple(lines), strong=True)]
        if plate.province is not None and plate.province.name is not None:
            issued = f"{plate.province.name} ({plate.province.code})"
            rows.append(Row(self.word("plate_province"), (issued,)))
        return rows

    # --- how

    def measures(self) -> tuple[tuple[str, str, str], ...]:
        rows = []
        for item in self.record.measures:
            unit = term("units", item.unit, self.language)
            gap = "" if unit in ("", "°", "%") else " "
            sigma = "" if not item.sigma else f"± {self.number(item.sigma)}{gap}{unit}"
            value = f"{self.number(item.value)}{gap}{unit}"
            rows.append((getattr(item.label, self.language), value, sigma))
        return tuple(rows)

    def pictures(self) -> tuple[Picture, ...]:
        """The vehicle and its plate, then the stills; the best of them is there as the marked one.

        Of the plate, the enlargement where there is one.
        """
        files = self.record.files
        by_role = {one.role: one for one in files if one.role in _PICTURES}
        if "plate_enlarged" in by_role:
            by_role.pop("plate", None)
        marked = by_role.get("marked")
        chosen = [by_role[role] for role in _PICTURES if role in by_role]
        chosen += [
            one
            for one in files
            if one.role == "still" and (marked is None or _place(one) != _place(marked))
        ]
        return tuple(Picture(one.path, self._caption(one), one.role) for one in chosen)

    def _caption(self, file: FileRecord) -> str:
        if file.role == "plate_enlarged":
            return self.word("plate_enlarged")
        name = {"vehicle": "vehicle_crop", "plate": "plate_crop"}.get(file.role, file.role)
        text = self.word(name, time=self._time_of(file), number=self._number_of(file))
        shows = self._shows(file) if file.role in ("still", "marked") else ""
        return f"{text}: {shows}" if shows else text

    def _shows(self, file: FileRecord) -> str:
        """What the still of that moment was chosen for."""
        stills = [one for one in self.record.files if one.role == "still"]
        reasons = next((one.shows for one in stills if _place(one) == _place(file)), ())
        return "; ".join(term("shows", one, self.language) for one in reasons)

    def _number_of(self, file: FileRecord) -> int:
        """Which of the stills was taken at the same moment."""
        stills = [_place(one) for one in self.record.files if one.role == "still"]
        return stills.index(_place(file)) + 1 if _place(file) in stills else 0

    def _time_of(self, file: FileRecord) -> str:
        """The moment of a still by the clock; by the file's time where the clock is not known."""
        start = self.record.when.start
        if file.file_time_s is None or file.original is None:
            return ""
        if start.time is not None and file.original == start.original:
            time = start.time + timedelta(seconds=file.file_time_s - start.file_time_s)
            text = f"{time:%H:%M:%S}.{time.microsecond // 100_000}"
            return text.replace(".", ",") if self.language == "vi" else text
        return self.word("file_time", seconds=self.number(file.file_time_s, 1))

    def digests(self) -> tuple[Digest, ...]:
        by_path = {one.path: one for one in self.record.files}
        found = [
            Digest(one.name, self.word("original"), one.sha256) for one in self.record.originals
        ]
        for clip in self.record.clips:
            span = self.word(
                "clip_span",
                start=self.number(clip.start_s, 1),
                end=self.number(clip.end_s, 1),
                name=self.record.originals[clip.original].name,
            )
            what = f"{self.word('clip')}: {span}"
            found.append(Digest(clip.path, what, by_path[clip.path].sha256))
        found += [
            Digest(one.path, self.word("annotated"), one.sha256)
            for one in self.record.files
            if one.role == "annotated"
        ]
        return tuple(found)

    def made(self, time_zone: str) -> tuple[Row, ...]:
        record = self.record
        created = moment(record.created.astimezone(ZoneInfo(time_zone)), self.language)
        models: list[str] = []
        for model in record.models:
            origin = term("origins", model.origin, self.language)
            models.append(f"{self.word(model.task)}: {model.name} ({origin})")
            models += [f"SHA-256 {model.sha256}"] if model.sha256 else []
        rows = [
            Row(self.word("confidence"), (self.percent(record.confidence),)),
            Row(self.word("tool"), (f"{record.tool.name} {record.tool.version}",)),
            Row(self.word("created"), (created,)),
        ]
        if models:
            rows.append(Row(self.word("models"), tuple(models)))
        return tuple(rows)


def _place(file: FileRecord) -> tuple[int | None, float | None]:
    return file.original, file.file_time_s
