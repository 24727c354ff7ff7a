"""Plate texts to render: drawn from the program's own grammar, rare kinds more often."""

from __future__ import annotations

import random
from dataclasses import dataclass

from pipeline.plates.rules import ALPHABET, Field, Template, plate_rules
from pipeline.plates.symbols import BREAK, END, SLOTS

_TEMPER = 0.75  # power of a template's share: rare kinds have to be learned, too


@dataclass(frozen=True, slots=True)
class PlateText:
    """What is written on a plate: its lines with their dots and dashes, colour and size."""

    head: str  # as written, e.g. "59-U1"; the whole text of a one-line plate
    tail: str  # second line, e.g. "729.79"; empty on a one-line plate
    template: str
    colour: str

    @property
    def lines(self) -> tuple[str, ...]:
        return (self.head, self.tail) if self.tail else (self.head,)

    @property
    def codes(self) -> list[int]:
        """The symbols a reader must say: SLOTS of them."""
        codes: list[int] = []
        for number, line in enumerate(self.lines):
            codes += [BREAK] if number else []
            codes += [ALPHABET.index(c) for c in line if c in ALPHABET]
        return codes + [END] * (SLOTS - len(codes))


def draw(source: random.Random) -> PlateText:
    """A plate text by chance."""
    templates = plate_rules().templates
    shares = [2.718281828 ** (-_TEMPER * template.cost) for template in templates]
    template = source.choices(templates, shares)[0]
    normalized = "".join(_word(field, source) for field in (*template.head, *template.tail))
    # Two lines on a car's plate are as common as one.
    two = 2 in template.lines and (1 not in template.lines or source.random() < 0.5)
    head, tail = _written(template, normalized, two)
    return PlateText(head, tail, template.name, _colour(template, source))


def _word(field: Field, source: random.Random) -> str:
    if field.words:
        return source.choice(field.words)
    return "".join(source.choice("0123456789") for _ in range(field.length))


def _written(template: Template, normalized: str, two: bool) -> tuple[str, str]:
    """The lines as they are painted: with the dash of a motorbike's head, and the dot."""
    display = template.text(normalized).display
    if not two:
        return display.replace(" ", "-"), ""
    seen = at = 0
    while seen < template.head_length:
        seen += display[at] in ALPHABET
        at += 1
    return display[:at], display[at:].strip(" -")


def _colour(template: Template, source: random.Random) -> str:
    if template.name == "military":
        return "red"
    kinds = {"car": 0.35, "car_old": 0.2, "special": 0.1, "trailer": 0.2, "motorbike": 0.02}
    if source.random() < kinds.get(template.name, 0.0):
        return "yellow"
    return "blue" if source.random() < 0.08 else "white"
