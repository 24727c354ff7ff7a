"""The plate rules of a country, read from a data file: provinces, series, templates, confusions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from pipeline.errors import ConfigError
from pipeline.resources import shipped
from pipeline.types import PlateKind, PlateText

ALPHABET = "0123456789ABCDĐEFGHIJKLMNOPQRSTUVWXYZ"
_USUAL_SERIES = 20  # of one-letter car plates, for which the cost is that of the template alone
POSITION = {character: index for index, character in enumerate(ALPHABET)}


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a plate: one of the listed `words`, or `length` free digits if there are none."""

    length: int
    words: tuple[str, ...]
    codes: NDArray[np.int16]  # (len(words), length): the words as indices into ALPHABET

    @classmethod
    def of(cls, words: tuple[str, ...]) -> Field:
        codes = np.array([[POSITION[c] for c in word] for word in words], np.int16)
        return cls(len(words[0]), words, codes)

    @classmethod
    def digits(cls, length: int) -> Field:
        return cls(length, (), np.empty((0, length), np.int16))


@dataclass(frozen=True, slots=True)
class Template:
    """One way a plate is written."""

    name: str
    kind: PlateKind
    head: tuple[Field, ...]
    tail: tuple[Field, ...]
    province_at: int | None
    written: str
    lines: frozenset[int]
    cost: float  # -log of the share of one of its series among the vehicles of a street

    @property
    def head_length(self) -> int:
        return sum(field.length for field in self.head)

    @property
    def length(self) -> int:
        return self.head_length + sum(field.length for field in self.tail)

    def text(self, normalized: str) -> PlateText:
        """The plate of that text: as it is written, its kind, its province."""
        letters = iter(normalized)
        display = "".join(next(letters) if mark == "*" else mark for mark in self.written)
        at = self.province_at
        province = None if at is None else normalized[at : at + 2]
        return PlateText(normalized, display, self.kind, province)


@dataclass(frozen=True, slots=True)
class Letters:
    """How common the letters are that a series begins with, where that is far from even."""

    templates: frozenset[str]
    not_in: frozenset[str]  # provinces of which it does not hold
    costs: dict[str, float]  # nats, against letters all alike; negative for the common ones
    other: float

    def cost(self, template: Template, normalized: str) -> float:
        at = template.province_at
        if template.name not in self.templates or at is None:
            return 0.0
        if normalized[at : at + 2] in self.not_in:
            return 0.0
        return self.costs.get(normalized[at + 2], self.other)


@dataclass(frozen=True, slots=True)
class PlateRules:
    """Everything the grammar knows of one country's plates."""

    provinces: dict[str, str]
    templates: tuple[Template, ...]
    letters: tuple[Letters, ...]
    said: NDArray[np.float64]  # said[c, t]: probability that a reader says c where t stands

    def cost(self, template: Template, normalized: str) -> float:
        """Nats: how rare a text is beside others, before anything was read."""
        return template.cost + sum(one.cost(template, normalized) for one in self.letters)


@lru_cache(maxsize=4)
def plate_rules(path: Path | None = None) -> PlateRules:
    """The rules in `path`, or the shipped ones of Vietnam. Raises ConfigError."""
    path = path or shipped("configs") / "plates.vietnam.yaml"
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _parse(data)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); reinstall it") from error
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{path}: not a file of plate rules ({reason}); correct it") from error


def _parse(data: dict[str, Any]) -> PlateRules:
    provinces = {str(code): str(name) for code, name in data["provinces"].items()}
    if not all(len(code) == 2 and code.isdigit() for code in provinces):
        raise ValueError("a province code is two digits in quotes")
    series = {name: _words(entry) for name, entry in data["series"].items()}
    templates = [
        template
        for entry in data["templates"]
        for template in _templates(entry, tuple(provinces), series)
    ]
    letters = tuple(_letters(entry) for entry in data["letters"])
    return PlateRules(provinces, tuple(templates), letters, _confusions(data))


def _letters(entry: dict[str, Any]) -> Letters:
    """Half of what the counts say: they are of few plates, and of one part of the country."""
    counts = {str(letter): float(count) for letter, count in entry["counts"].items()}
    total = sum(counts.values()) + _USUAL_SERIES
    costs = {
        letter: -0.5 * math.log((count + 1.0) / total * _USUAL_SERIES)
        for letter, count in counts.items()
    }
    return Letters(
        frozenset(entry["templates"]),
        frozenset(str(code) for code in entry["not_in"]),
        costs,
        -0.5 * math.log(_USUAL_SERIES / total),
    )


def _words(entry: str | dict[str, str]) -> tuple[str, ...]:
    if isinstance(entry, str):
        return tuple(entry.split())
    pairs = product(entry["first"].split(), entry["second"].split())
    left_out = entry.get("except", "").split()
    return tuple(a + b for a, b in pairs if a + b not in left_out)


def _templates(
    entry: dict[str, Any], provinces: tuple[str, ...], series: dict[str, tuple[str, ...]]
) -> list[Template]:
    """One template for each length that the series of the entry come in."""
    lengths = sorted(
        {
            len(word)
            for token in entry["head"] + entry["tail"]
            if token.startswith("series:")
            for word in series[token.removeprefix("series:")]
        }
    )
    result = []
    for length, written in zip(
        lengths, (entry["written"], entry.get("written_long", "")), strict=False
    ):
        head, tail = (
            tuple(_field(token, provinces, series, length) for token in entry[part])
            for part in ("head", "tail")
        )
        at = None
        if "province" in entry["head"]:
            before = entry["head"][: entry["head"].index("province")]
            at = sum(field.length for field in head[: len(before)])
        # A share is divided among the texts of its template: many series, each of them rarer; by
        # the root, for the first series of a set are far commoner than the last.
        series_words = [len(field.words) for field in (*head, *tail) if field.words]
        texts = math.prod(series_words) / (len(provinces) * _USUAL_SERIES)
        template = Template(
            entry["name"],
            PlateKind(entry["kind"]),
            head,
            tail,
            at,
            written,
            frozenset(entry["lines"]),
            -math.log(float(entry["share"]) / len(lengths)) + 0.5 * math.log(texts),
        )
        if written.count("*") != template.length:
            raise ValueError(f"template {entry['name']}: `{written}` does not fit its parts")
        result.append(template)
    return result


def _field(
    token: str, provinces: tuple[str, ...], series: dict[str, tuple[str, ...]], length: int
) -> Field:
    if token == "province":
        return Field.of(provinces)
    kind, _, value = token.partition(":")
    if kind == "digits":
        return Field.digits(int(value))
    if kind == "series":
        return Field.of(tuple(word for word in series[value] if len(word) == length))
    raise ValueError(f"unknown part `{token}`")


def _confusions(data: dict[str, Any]) -> NDArray[np.float64]:
    said = np.full((len(ALPHABET), len(ALPHABET)), float(data["confusion_floor"]))
    for one, other, probability in data["confusions"]:
        said[POSITION[one], POSITION[other]] = probability
        said[POSITION[other], POSITION[one]] = probability
    np.fill_diagonal(said, 0.0)
    # What is left of each column is the share of right readings; never less than the confusions'
    # own, so that a letter with many doubles is still likelier itself.
    np.fill_diagonal(said, np.maximum(1.0 - said.sum(axis=0), 0.3))
    return np.asarray(said / said.sum(axis=0))
