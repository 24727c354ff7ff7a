"""Where fetched models lie."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_dir() -> Path:
    """The folder of fetched models; `DASHCAM_CACHE` names another."""
    named = os.environ.get("DASHCAM_CACHE")
    return Path(named) if named else Path(platformdirs.user_cache_dir("dashcam-evidence"))


def cached(file: str) -> Path:
    return cache_dir() / "models" / file
