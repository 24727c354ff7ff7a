"""What the law says of each act: from a data file, with its source, or "to be checked".

A report quotes only what stands there. An entry whose source nobody has compared with the text of
the law says so, and neither its clause nor its fine is shown as a fact.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigError
from pipeline.resources import shipped


class Source(BaseModel):
    """Where a statement was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(description="law, article, clause, as one cites it")
    url: str | None = None
    checked: str | None = Field(None, description="day (ISO) on which somebody compared it")


class Act(BaseModel):
    """One act of the list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vi: str
    en: str
    observed_vi: str = Field(description="what a camera can observe of it")
    observed_en: str
    limits: dict[str, float] = Field(default_factory=dict, description="numbers that rules use")
    forbids: Source | None = Field(None, description="the norm")
    fine: Source | None = Field(None, description="the sanction, as the decree has it")


@cache
def acts() -> dict[str, Act]:
    """Every act by the id of its rule. Raises ConfigError."""
    path = shipped("configs") / "violations.vietnam.yaml"
    try:
        entries: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["acts"]
        return {name: Act.model_validate(entry) for name, entry in entries.items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValidationError) as error:
        raise ConfigError(f"{path}: the list of acts cannot be read ({error})") from error
