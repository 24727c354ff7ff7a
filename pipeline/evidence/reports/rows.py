"""The pieces that a report is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A fact: its name, and one line or more."""

    label: str
    lines: tuple[str, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Blank:
    """What the person who reports fills in: a line to write on, or what they have told."""

    label: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to be ticked, or that was."""

    text: str
    done: bool


@dataclass(frozen=True, slots=True)
class Picture:
    path: str  # below `data`
    caption: str
    role: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A file and what its content is known by."""

    name: str
    what: str
    sha256: str
