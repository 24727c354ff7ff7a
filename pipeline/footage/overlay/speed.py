"""Speed as cameras write it."""

from __future__ import annotations

import re

from .letters import are_digits, decimal, plain

_FASTEST_MPS = 120.0
# "45KM/H", "45 km h", "45KMIH": the stroke is often read as a letter. "28 MPH".
_SPEED = re.compile(
    r"(?<![0-9.])(?P<n>[0-9OQDIL]{1,3}(?:\.\d)?)\s?"
    r"(?:(?P<km>K\s?M\s?[/IL1|.]?\s?(?:H|N)R?\b|KPH\b)|(?P<mi>M\s?P\s?H\b|MI/H\b))"
)


def speed_in(text: str) -> float | None:
    """Metres per second, or None."""
    match = _SPEED.search(plain(text))
    if match is None or not are_digits(match["n"]):
        return None
    speed_mps = decimal(match["n"]) * (0.44704 if match["mi"] else 1 / 3.6)
    return speed_mps if speed_mps <= _FASTEST_MPS else None
