"""Every rule there is, found by importing the files of this folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from pydantic import ValidationError

import pipeline.violations as package
from pipeline.errors import ConfigError, UsageError
from pipeline.violations.base import Rule, RuleSettings

R = TypeVar("R", bound=Rule[Any])

_RULES: dict[str, type[Rule[Any]]] = {}


def rule(cls: type[R]) -> type[R]:
    """Register a rule under its id."""
    if cls.id in _RULES:
        raise ValueError(f"two rules are called {cls.id}")
    _RULES[cls.id] = cls
    return cls


@cache
def known_rules() -> Mapping[str, type[Rule[Any]]]:
    """All rules by id, in the order of their names."""
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(sorted(_RULES.items()))


def load_rules(
    wanted: Sequence[str] | None, settings: Mapping[str, Mapping[str, Any]]
) -> list[Rule[Any]]:
    """The rules of a run: those named, or all that the settings do not switch off.

    Raises UsageError for a name that is no rule, ConfigError for settings that do not fit.
    """
    rules = known_rules()
    for name in (*(wanted or ()), *settings):
        if name not in rules:
            raise UsageError(f"{name or '(nothing)'}: no such rule; there are: {', '.join(rules)}")
    made = [
        cls(_settings(cls, settings.get(name, {})))
        for name, cls in rules.items()
        if wanted is None or name in wanted
    ]
    return [one for one in made if wanted is not None or one.settings.enabled]


def _settings(cls: type[Rule[Any]], values: Mapping[str, Any]) -> RuleSettings:
    try:
        return cls.settings_type.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in ("rules", cls.id, *first["loc"]))
        raise ConfigError(f"{where}: {first['msg']}; see: dashcam config schema") from error
