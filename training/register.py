"""The list of models: a newly made one takes the place of its older entry."""

from __future__ import annotations

import hashlib
from pathlib import Path

import yaml

LICENCE = "AGPL-3.0-only"


def register(file: Path, task: str, origin: str, threshold: float | None = None) -> None:
    """Write a model's entry into `registry.yaml` beside it; the other entries stay."""
    registry = file.parent / "registry.yaml"
    entries = (
        yaml.safe_load(registry.read_text(encoding="utf-8"))["models"] if registry.exists() else []
    )
    entry = {
        "name": file.stem,
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "bytes": file.stat().st_size,
        "licence": LICENCE,
        "task": task,
        "origin": origin,
        **({} if threshold is None else {"threshold": threshold}),
        "card": f"{file.stem}.md",
    }
    names = [other["name"] for other in entries]
    if entry["name"] in names:
        entries[names.index(entry["name"])] = entry
    else:
        shipped = sum("url" not in other for other in entries)
        entries.insert(shipped, entry)
    text = yaml.safe_dump({"models": entries}, sort_keys=False, allow_unicode=True, width=100)
    registry.write_text(
        "# Models this project ships or fetches; pipeline/vision/weights.py reads this list.\n"
        + text,
        encoding="utf-8",
    )
