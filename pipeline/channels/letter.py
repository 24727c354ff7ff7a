"""The text that goes with a report: its facts, what is enclosed, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.channels.source import Source, is_ready
from pipeline.evidence.reports.rows import Row
from pipeline.evidence.reports.sheet import sheet
from pipeline.evidence.words import term
from pipeline.wording import Language


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that goes along: its name there, and what it is."""

    name: str
    what: str


def _say(name: str, language: Language, /, **values: object) -> str:
    return term("letter", name, language, **values)


def subject(source: Source, language: Language) -> str:
    """One line: the act, the plate where it is certain, the moment."""
    record = source.record
    act = getattr(record.act, language)
    parts = [_say("subject", language, act=act)]
    if record.vehicle.plate.display:
        parts.append(record.vehicle.plate.display)
    if record.when.start.time is not None:
        parts.append(f"{record.when.start.time:%d/%m/%Y %H:%M}")
    return " – ".join(parts)


def body(source: Source, enclosed: Sequence[Enclosed], language: Language) -> str:
    """The whole text. It names nobody who reports."""
    parts = [
        _say("greeting", language),
        _seen(source, language),
        "\n".join(_lines(_facts(source, language))),
        _enclosed(enclosed, language),
        _proof(source, language),
        _say("sealed" if source.sealed else "unnamed", language),
        _say("looked_at" if is_ready(source) else "candidate", language),
    ]
    return "\n\n".join(parts) + "\n"


def short(source: Source, enclosed: Sequence[Enclosed], most_signs: int, language: Language) -> str:
    """The text for a channel that takes `most_signs`: the whole, else without its lesser parts."""
    parts = [
        _seen(source, language),
        "\n".join(_lines(_facts(source, language))),
        _proof(source, language),
        _enclosed(enclosed, language),
        _say("sealed" if source.sealed else "unnamed", language),
    ]
    whole = body(source, enclosed, language)
    if len(whole) <= most_signs:
        return whole
    kept: list[str] = []
    for part in parts:
        if len("\n\n".join((*kept, part))) + 1 <= most_signs:
            kept.append(part)
    if not kept:
        kept = [parts[0][: most_signs - 2] + "…"]
    return "\n\n".join(kept) + "\n"


def _facts(source: Source, language: Language) -> Sequence[Row]:
    zone = source.record.settings.get("footage", {}).get("time_zone", "Asia/Ho_Chi_Minh")
    page = sheet(source.record, language, zone, source.person())
    told = (Row(one.label, (one.value,)) for one in page.form.blanks if one.value)
    return (*page.facts, *told)


def _lines(rows: Sequence[Row]) -> list[str]:
    return [f"{row.label}: {'; '.join(row.lines)}" for row in rows]


def _seen(source: Source, language: Language) -> str:
    record = source.record
    return f"{getattr(record.act, language)}. {getattr(record.sentences, language)}"


def _enclosed(enclosed: Sequence[Enclosed], language: Language) -> str:
    lines = [_say("enclosed", language), *(f"- {one.name}: {one.what}" for one in enclosed)]
    return "\n".join(lines)


def _proof(source: Source, language: Language) -> str:
    """What the original is known by, so that nobody can be given another."""
    lines = [
        _say("clip_hash", language, name=clip.path, sha256=file.sha256)
        for clip, file in source.clips()
    ]
    lines += [
        _say("original_hash", language, name=one.name, sha256=one.sha256)
        for one in source.record.originals
    ]
    lines.append(_say("package_hash", language, id=source.record.id, sha256=source.manifest_sha256))
    lines.append(_say("keep", language))
    return "\n".join(lines)
