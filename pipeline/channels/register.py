"""The register: what was made for whom and when, when it was sent, and what came back.

SQLite, in the person's own folder. It names packages by id and digest; it never holds who reports,
nor where on the disk anything lies.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.channels.submission import SentFile
from pipeline.errors import OutputError, UsageError
from pipeline.own_files import own_folder

FILE = "submitted.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS submitted (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    made TEXT NOT NULL,
    sent TEXT,
    package TEXT NOT NULL,
    manifest_sha256 TEXT NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    address TEXT,
    files TEXT NOT NULL,
    ready INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS answer (
    submitted INTEGER NOT NULL REFERENCES submitted (id),
    came TEXT NOT NULL,
    text TEXT NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Answer:
    came: str
    text: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """One line of the register; times are ISO 8601, UTC."""

    id: int
    made: str
    sent: str | None  # null: made, and not yet sent as far as the person said
    package: str
    manifest_sha256: str
    channel: str
    kind: str
    address: str | None
    files: list[dict[str, Any]]
    ready: bool
    answers: list[Answer]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Register:
    """The register in a folder; by default in the person's own."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = (folder or own_folder()) / FILE

    def add(
        self,
        package: str,
        manifest_sha256: str,
        channel: tuple[str, str, str | None],
        files: Sequence[SentFile],
        *,
        ready: bool,
    ) -> int:
        """Note what was made; `channel` is its name, kind and address. Returns the number."""
        with self._open() as base:
            cursor = base.execute(
                "INSERT INTO submitted (made, package, manifest_sha256, channel, kind, address,"
                " files, ready) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    _now(),
                    package,
                    manifest_sha256,
                    *channel,
                    json.dumps([asdict(file) for file in files]),
                    ready,
                ),
            )
            return int(cursor.lastrowid or 0)

    def sent(self, number: int, moment: datetime | None = None) -> None:
        """Note that the person sent it. Raises UsageError for an unknown number."""
        when = _now() if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")
        with self._open() as base:
            self._known(base, number)
            base.execute("UPDATE submitted SET sent = ? WHERE id = ?", (when, number))

    def answer(self, number: int, text: str) -> None:
        """Note what came back. Raises UsageError for an unknown number."""
        with self._open() as base:
            self._known(base, number)
            base.execute(
                "INSERT INTO answer (submitted, came, text) VALUES (?, ?, ?)",
                (number, _now(), text),
            )

    def all(self) -> list[Submitted]:
        """Every line, oldest first."""
        with self._open() as base:
            answers: dict[int, list[Answer]] = {}
            for number, came, text in base.execute(
                "SELECT submitted, came, text FROM answer ORDER BY rowid"
            ):
                answers.setdefault(number, []).append(Answer(came, text))
            names = [field.name for field in fields(Submitted) if field.name != "answers"]
            rows = base.execute(f"SELECT {', '.join(names)} FROM submitted ORDER BY id").fetchall()
        return [
            Submitted(
                **dict(zip(names, row, strict=True))
                | {"files": json.loads(row[8]), "ready": bool(row[9])},
                answers=answers.get(row[0], []),
            )
            for row in rows
        ]

    def _known(self, base: sqlite3.Connection, number: int) -> None:
        if not base.execute("SELECT 1 FROM submitted WHERE id = ?", (number,)).fetchone():
            raise UsageError(f"{number}: no such number; see: dashcam submitted list")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            handle = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
            os.close(handle)
            with closing(sqlite3.connect(self._path)) as base, base:
                base.execute("PRAGMA foreign_keys = ON")
                base.executescript(_TABLES)
                yield base
        except (sqlite3.Error, OSError) as error:
            raise OutputError(
                f"{self._path}: the register cannot be used ({error}); move it away to begin anew"
            ) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
