"""Which spots of a camera's pictures hold the clock, the position, a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .coordinates import position_in
from .look import Look
from .place import joined, name_in
from .speed import speed_in
from .spots import Box, beside

_AT_THE_EDGE = 2.5  # heights of a line between it and the nearer edge, where names stand too


@dataclass(frozen=True, slots=True)
class Layout:
    """Spots of one camera and what they are for; indices into `spots`."""

    spots: tuple[Box, ...] = ()
    clock: tuple[int, ...] = ()
    moving: tuple[int, ...] = ()  # position and speed
    names: tuple[int, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.clock or self.moving)

    @property
    def read(self) -> tuple[int, ...]:
        """The spots that are read in every picture."""
        return tuple(sorted({*self.clock, *self.moving}))


def layout_of(spots: Sequence[Box], looks: Sequence[Look], height: int) -> Layout:
    """What the spots of pictures `height` pixels high hold, by looks at all of them."""
    clocks = Counter(look.stamp.lines for look in looks if look.stamp)
    doubtful = any(look.doubtful for look in looks)
    clock = clocks.most_common(1)[0][0] if clocks else ()
    clock += tuple({i for look in looks if look.rival for i in look.rival.lines} - {*clock})
    everywhere = range(len(spots))
    texts = [[lines[i] for look in looks for lines in look.texts] for i in everywhere]
    positioned = any(look.position for look in looks)
    # Latitude and longitude may stand in two lines: a half alone is known by its neighbour.
    moving = tuple(
        i
        for i in everywhere
        if any(speed_in(text) is not None or position_in(text) for text in texts[i])
        or (positioned and any(_half_position(texts, i)))
    )
    if not clock and doubtful:
        clock = tuple(everywhere)
    known = [spots[i] for i in (*clocks.most_common(1)[0][0], *moving)] if clocks else []
    known = known or [spots[i] for i in moving]
    names = tuple(
        i
        for i in everywhere
        if i not in clock
        and i not in moving
        and any(_alike(spots[i], other, height) for other in known)
        and name_in(texts[i])
    )
    return Layout(tuple(spots), clock, moving, names)


def place_text(layout: Layout, looks: Sequence[Look]) -> str | None:
    """The name of street or camera that the looks agree on."""
    names = [
        name_in([lines[i] for look in looks for lines in look.texts if lines[i]])
        for i in layout.names
    ]
    own = name_in([look.stamp.rest for look in looks if look.stamp])  # in the line of the clock
    return joined([*names, own])


def _half_position(texts: Sequence[Sequence[str]], i: int) -> list[bool]:
    neighbours = [j for j in (i - 1, i + 1) if 0 <= j < len(texts)]
    return [
        position_in(f"{texts[min(i, j)][k]} {texts[max(i, j)][k]}") is not None
        for j in neighbours
        for k in range(len(texts[i]))
    ]


def _alike(one: Box, other: Box, height: int) -> bool:
    if beside(one, other):
        return True
    tall = max(one[3] - one[1], other[3] - other[1])
    edge = min(one[1], height - one[3])
    return tall <= 1.4 * min(one[3] - one[1], other[3] - other[1]) and edge <= _AT_THE_EDGE * tall
