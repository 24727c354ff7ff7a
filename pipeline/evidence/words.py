"""Every word of a package that a person reads, in Vietnamese and English, from `words.yaml`."""

from __future__ import annotations

from calendar import month_name
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.violations.registry import known_rules
from pipeline.wording import Language

LANGUAGES: tuple[Language, ...] = ("vi", "en")


def term(group: str, name: str, language: Language, /, **values: object) -> str:
    """The word for `name` of a group such as "kinds"; unlisted names are made readable."""
    pair = _words().get(group, {}).get(name)
    if pair is None:
        return name.replace("_", " ")
    return str(pair[LANGUAGES.index(language)]).format(**values)


def act(rule: str) -> dict[Language, str]:
    """The name of the act that a rule looks for, in every language."""
    known = known_rules().get(rule)
    return {
        language: known.names[language] if known else rule.replace("_", " ")
        for language in LANGUAGES
    }


def both(group: str, name: str) -> dict[Language, str]:
    """`term` in every language."""
    return {language: term(group, name, language) for language in LANGUAGES}


def number(value: float, language: Language, digits: int | None = None) -> str:
    """A number as it is written in that language; by default no finer than anyone measures."""
    if digits is None:
        size = abs(value)
        digits = 0 if size >= 100 else 1 if size >= 10 else 2
        text = f"{value:.{digits}f}"
        text = text.rstrip("0").rstrip(".") if digits else text
    else:
        text = f"{value:.{digits}f}"
    return text.replace(".", ",") if language == "vi" else text


def percent(share: float, language: Language) -> str:
    """A share of one in percent; never 100 where it is less."""
    value = share * 100
    digits = 0 if value < 99 or share >= 1 else 1
    if digits and value > 99.9:
        value = 99.9
    return number(value, language, digits) + "%"


def moment(time: datetime, language: Language) -> str:
    """Date, time and zone, e.g. 29/05/2025, 18:11:08 (UTC+07:00)."""
    zone = time.strftime("%z")
    zone = f"UTC{zone[:3]}:{zone[3:5]}" if zone else "UTC"
    clock = f"{time:%H:%M:%S} ({zone})"
    if language == "vi":
        return f"{clock}, ngày {time:%d/%m/%Y}"
    return f"{clock}, {time.day} {month_name[time.month]} {time.year}"


@cache
def _words() -> dict[str, Any]:
    path = Path(__file__).with_name("words.yaml")
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))
