"""The register: what was made, when it was sent, what came back; and nobody's name."""

from __future__ import annotations

import sqlite3
import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from pipeline.channels.register import Register
from pipeline.channels.submission import SentFile
from pipeline.errors import OutputError, UsageError

FILES = (SentFile("a.eml", "ab" * 32, 1234),)


def register(folder: Path) -> Register:
    folder.mkdir(parents=True, exist_ok=True)
    return Register(folder)


def test_what_goes_in_comes_out(own_folder: Path) -> None:
    one = register(own_folder)
    assert one.all() == []
    first = one.add("id-1", "cd" * 32, ("mail", "email", "a@example.org"), FILES, ready=True)
    second = one.add("id-2", "ef" * 32, ("over", "handover", None), FILES, ready=False)
    assert (first, second) == (1, 2)
    moment = datetime(2025, 6, 1, 9, 30, tzinfo=timezone(timedelta(hours=7)))
    one.sent(first, moment)
    one.answer(first, "Đã tiếp nhận")
    one.answer(first, "Đã xử lý; cảm ơn'); DROP TABLE answer; --")
    mine, other = Register().all()
    assert mine.sent == "2025-06-01T02:30:00+00:00"
    assert mine.files == [{"name": "a.eml", "sha256": "ab" * 32, "bytes": 1234}]
    assert (mine.ready, mine.address, mine.package) == (True, "a@example.org", "id-1")
    assert [answer.text for answer in mine.answers] == [
        "Đã tiếp nhận",
        "Đã xử lý; cảm ơn'); DROP TABLE answer; --",
    ]
    assert datetime.fromisoformat(mine.made).tzinfo == UTC
    assert (other.sent, other.answers, other.ready) == (None, [], False)


def test_its_owner_s_alone(own_folder: Path) -> None:
    register(own_folder).all()
    assert stat.S_IMODE((own_folder / "submitted.sqlite").stat().st_mode) == 0o600


def test_it_has_no_place_for_who_reports(own_folder: Path) -> None:
    register(own_folder).all()
    with sqlite3.connect(own_folder / "submitted.sqlite") as base:
        columns = {row[1] for row in base.execute("PRAGMA table_info(submitted)")}
    assert columns == {
        *("id", "made", "sent", "package", "manifest_sha256"),
        *("channel", "kind", "address", "files", "ready"),
    }


def test_unknown_numbers_and_damage(own_folder: Path) -> None:
    one = register(own_folder)
    for act in (lambda: one.sent(7), lambda: one.answer(7, "x")):
        with pytest.raises(UsageError, match="7: no such number"):
            act()
    (own_folder / "submitted.sqlite").write_bytes(b"not a data base at all" * 100)
    with pytest.raises(OutputError, match="the register cannot be used"):
        one.all()
