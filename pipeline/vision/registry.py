"""The list of models, `models/registry.yaml`: those that ship, and released ones to be fetched."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import ModelError
from pipeline.resources import shipped
from pipeline.vision.cache import cached


class Entry(BaseModel):
    """One model of `models/registry.yaml`."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    file: str
    sha256: str
    bytes: int
    licence: str
    task: str
    origin: str
    url: str | None = None  # where the released ones are fetched from; None: ships with us
    member: str | None = None  # the file's name in the zip archive that `url` is, where it is one
    threshold: float | None = None  # confidence from which a detection counts
    card: str | None = None

    @property
    def is_shipped(self) -> bool:
        return self.url is None

    @property
    def path(self) -> Path:
        """Where the file lies, or will lie once it is fetched."""
        return shipped("models") / self.file if self.is_shipped else cached(self.file)


@cache
def registry() -> dict[str, Entry]:
    """All models of `models/registry.yaml` by name."""
    path = shipped("models") / "registry.yaml"
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
        return {entry["name"]: Entry.model_validate(entry) for entry in entries}
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValidationError) as error:
        raise ModelError(f"{path}: the list of models cannot be read ({error})") from error
