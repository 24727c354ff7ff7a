"""The small films of the evidence's tests."""

from __future__ import annotations

from tests.evidence.conftest import film, settings

__all__ = ["film", "settings"]
