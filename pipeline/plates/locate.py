"""From lines of text, and from bright rectangles, to places where a plate may be.

Nothing is decided here: a place is worth a second look, or it is not. Two lines are one plate when
they are stacked, of one size, tilted alike and centred on one another; two plates side by side
never are. A line whose partner the reader missed gets the strip where the partner must be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .base import Image, Quad, TextLine
from .grammar import parse
from .observe import observe
from .quads import Strip, box_around, overlap
from .shapes import plate_shapes

# Lines of one plate, in heights of the line; a detector's quads are a little larger than the text.
_STACK = (0.55, 1.6)
_TILT_SIGMA_DEG = 5.0
_SIZE_SIGMA = 0.22  # of the logarithm of the ratio of their heights
_CENTRE_SIGMA = 0.30  # heights; a digit lost at one end moves the centre by about as much
_WORST_GEOMETRY = 9.0  # nats
_WORST_COST = 22.0  # nats; dearer texts are no plates
_MOST_PLACES = 10

_ONE_LINE = (2.2, 7.5)  # width over height of a line that is a whole plate


@dataclass(frozen=True, slots=True)
class Place:
    """Where a plate may be: its lines from top to bottom, read already or not."""

    quads: tuple[Quad, ...]
    lines: tuple[TextLine | None, ...]
    geometry: float  # nats: how badly the lines sit together
    cost: float  # nats: of the cheapest plate text, geometry included; for the order of looking

    @property
    def box(self) -> tuple[float, float, float, float]:
        return box_around(self.quads)


def places(lines: Sequence[TextLine], image: Image) -> list[Place]:
    """Where in the picture to look again, most promising first."""
    lines = [line for line in lines if 2 <= len(observe(line.text)) <= 14]
    found = [*_singles(lines), *_pairs(lines)]
    found.sort(key=lambda place: place.cost)
    kept: list[Place] = []
    for place in found:
        if all(overlap(place.box, other.box) < 0.5 for other in kept):
            kept.append(place)
    guesses = [
        Place(quads, (None,) * len(quads), 0.0, _WORST_COST) for quads in plate_shapes(image)
    ]
    for place in (*guesses, *_orphans(lines)):
        if all(overlap(place.box, other.box) < 0.4 for other in kept):
            kept.append(place)
    return kept[:_MOST_PLACES]


def _singles(lines: Sequence[TextLine]) -> list[Place]:
    result = []
    for line in lines:
        strip = Strip.of(line.quad)
        if not _ONE_LINE[0] <= strip.width / strip.height <= _ONE_LINE[1]:
            continue
        parses = parse("", lines=[line.text], guesses=[line.characters])
        if parses and parses[0].cost < _WORST_COST:
            result.append(Place((line.quad,), (line,), 0.0, parses[0].cost))
    return result


def _pairs(lines: Sequence[TextLine]) -> list[Place]:
    result = []
    strips = [Strip.of(line.quad) for line in lines]
    for above, one in enumerate(strips):
        for below, other in enumerate(strips):
            geometry = math.inf if above == below else stacking_cost(one, other)
            if geometry > _WORST_GEOMETRY:
                continue
            pair = (lines[above], lines[below])
            parses = parse("", lines=[p.text for p in pair], guesses=[p.characters for p in pair])
            if parses and parses[0].cost + geometry < _WORST_COST:
                quads = (pair[0].quad, pair[1].quad)
                result.append(Place(quads, pair, geometry, parses[0].cost + geometry))
    return result


def stacking_cost(above: Strip, below: Strip) -> float:
    """How badly two strips sit together as the lines of one plate, in nats; infinite where not."""
    height = (above.height + below.height) / 2
    offset = below.centre - above.centre
    along, down = above.along + below.along, above.down + below.down
    apart = float(offset @ down) / float(np.linalg.norm(down)) / height
    if not _STACK[0] <= apart <= _STACK[1]:
        return math.inf
    beside = float(offset @ along) / float(np.linalg.norm(along)) / height
    if abs(beside) * height > 0.6 * min(above.width, below.width):
        return math.inf
    tilt = (below.angle_deg - above.angle_deg + 180.0) % 360.0 - 180.0
    size = math.log(below.height / above.height)
    squares = (tilt / _TILT_SIGMA_DEG) ** 2 + (size / _SIZE_SIGMA) ** 2
    return 0.5 * (squares + (beside / _CENTRE_SIGMA) ** 2)


def _orphans(lines: Sequence[TextLine]) -> list[Place]:
    """Lines that look like one half of a plate, with the strip where the other half must be."""
    result = []
    for line in lines:
        strip = Strip.of(line.quad)
        shape = strip.width / strip.height
        digits = sum(character.isdigit() for character in line.text)
        count = len(observe(line.text))
        if digits >= max(count - 1, 4) and count <= 6 and 1.5 <= shape <= 4.5:
            quads = (strip.moved(-1.0, 0.95 * strip.width), line.quad)
            result.append(Place(quads, (None, line), 0.0, _WORST_COST))
        elif digits >= 2 and 3 <= count <= 5 and 1.2 <= shape <= 3.5:
            quads = (line.quad, strip.moved(1.0, max(strip.width, 2.7 * strip.height)))
            result.append(Place(quads, (line, None), 0.0, _WORST_COST))
    return result
