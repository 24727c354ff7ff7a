"""The reporter goes into a package: searched first, then sealed, then swapped in whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.errors import CheckFailed
from pipeline.evidence.opened import folder_of, record_of
from pipeline.evidence.seal import resealed
from pipeline.reporter.person import Reporter
from pipeline.reporter.sealed import SEALED, content_of
from pipeline.reporter.traces import Traces, words_of
from pipeline.wording import Language, word


def seal_into(
    package: Path,
    reporter: Reporter,
    encrypt: Callable[[bytes], bytes],
    language: Language,
    *,
    anyway: bool = False,
) -> None:
    """Put `data/reporter.age` into `package`; an earlier one is replaced.

    Raises CheckFailed where the package holds the identity in clear (unless `anyway`), and what
    `encrypt` and the sealing raise.
    """
    with folder_of(package) as folder:
        name = record_of(folder).id
        if not anyway:
            _refuse_traces(package, folder, reporter, language)
    with resealed(package, "reporter sealed") as copy:
        (copy / "data" / SEALED).write_bytes(encrypt(content_of(reporter, name)))


def _refuse_traces(package: Path, folder: Path, reporter: Reporter, language: Language) -> None:
    """Nobody seals a name that stands beside the seal: as a witness's, as the footage's."""
    found = list(Traces(words_of(reporter.as_json())).in_folder(folder))
    if found:
        labels = sorted({trace.label.split(" ")[0] for trace in found})
        raise CheckFailed(
            word(
                "reporter.in_clear",
                language,
                package=package,
                labels=", ".join(word(f"reporter.field.{label}", language) for label in labels),
                where=", ".join(sorted({trace.where for trace in found})[:5]),
            )
        )
