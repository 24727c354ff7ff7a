"""The reports of a package: page and document, in every language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.evidence.incident import IncidentRecord
from pipeline.evidence.person import PersonAdds
from pipeline.evidence.reports.html import write_html
from pipeline.evidence.reports.pdf import write_pdf
from pipeline.evidence.reports.sheet import sheet
from pipeline.evidence.words import LANGUAGES
from pipeline.wording import Language


def write_reports(
    record: IncidentRecord, folder: Path, time_zone: str, person: PersonAdds | None = None
) -> Iterator[tuple[Path, Language]]:
    """Write `report.<language>.html` and `.pdf` beside the record's files. Raises OSError.

    `person` is what the person who reports has added, if they have.
    """
    for language in LANGUAGES:
        content = sheet(record, language, time_zone, person)
        for suffix, write in ((".html", write_html), (".pdf", write_pdf)):
            path = folder / f"report.{language}{suffix}"
            write(content, path)
            yield path, language
