"""The same input and settings give the same bytes, but for times: here the clock stands still."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest

import pipeline.evidence.custody as custody_module
import pipeline.evidence.describe as describe_module
import pipeline.evidence.seal as seal_module
from pipeline.evidence.archive import pack
from pipeline.evidence.package import make_package
from pipeline.settings import Settings
from tests.evidence.conftest import Film
from tests.evidence.findings import footage_of, plate_of, request_of, trip_of


class _Still(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=tz or UTC)


def test_byte_for_byte(
    film: Film, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (custody_module, describe_module, seal_module):
        monkeypatch.setattr(module, "datetime", _Still)
    request = request_of(trip_of(footage_of(film("whole.mp4"))), plate=plate_of(0.93, 2.4))
    one, two = (make_package(request, tmp_path / name, settings) for name in ("one", "two"))
    files = {path.relative_to(one) for path in one.rglob("*") if path.is_file()}
    assert files == {path.relative_to(two) for path in two.rglob("*") if path.is_file()}
    differing = [name for name in files if (one / name).read_bytes() != (two / name).read_bytes()]
    assert not differing
    for package in (one, two):
        pack(package, package.with_suffix(".zip"), package.name)
    assert one.with_suffix(".zip").read_bytes() == two.with_suffix(".zip").read_bytes()
