"""What a drawn truck is made of: colours and textures by lot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from raster import BRICKS, GRAIN, PATCHES, PLAIN, PLANKS, RIBS

Floats = NDArray[np.float32]

_LOOSE = (  # sand, gravel, earth, coal, crushed brick, clay, lime (linear RGB)
    (0.45, 0.33, 0.18),
    (0.55, 0.45, 0.3),
    (0.3, 0.29, 0.28),
    (0.2, 0.2, 0.2),
    (0.16, 0.1, 0.06),
    (0.3, 0.13, 0.06),
    (0.02, 0.02, 0.022),
    (0.4, 0.14, 0.08),
    (0.6, 0.58, 0.54),
    (0.35, 0.22, 0.1),
)
_SHEETS = (  # tarpaulins: blue, green, orange, grey, silver, brown, black, stripes come by texture
    (0.03, 0.12, 0.45),
    (0.02, 0.18, 0.08),
    (0.6, 0.2, 0.03),
    (0.25, 0.26, 0.27),
    (0.5, 0.5, 0.5),
    (0.2, 0.14, 0.08),
    (0.03, 0.03, 0.03),
    (0.05, 0.25, 0.3),
    (0.45, 0.04, 0.04),
    (0.1, 0.14, 0.1),
)
_CABS = (
    (0.75, 0.75, 0.73),
    (0.7, 0.7, 0.7),
    (0.04, 0.12, 0.42),
    (0.02, 0.05, 0.2),
    (0.4, 0.02, 0.02),
    (0.65, 0.4, 0.02),
    (0.05, 0.28, 0.12),
    (0.3, 0.31, 0.32),
    (0.6, 0.18, 0.02),
    (0.1, 0.3, 0.5),
    (0.02, 0.02, 0.02),
)
_WOODS = ((0.25, 0.14, 0.06), (0.35, 0.22, 0.1), (0.15, 0.1, 0.06), (0.3, 0.26, 0.2))


class Paints:
    """A table of materials; each attribute is the index of one."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._rows: list[tuple[Floats, Floats]] = []
        cab = _CABS[rng.integers(len(_CABS))]
        body = cab if rng.random() < 0.35 else _CABS[rng.integers(len(_CABS))]
        steel = tuple(rng.uniform(0.1, 0.5) for _ in range(1)) * 3
        grey = float(rng.uniform(0.01, 0.08))
        self.cab = self.add(cab, PLAIN, gloss=0.3)
        kinds = [PLAIN, RIBS, PLANKS, PATCHES]
        shade = body if rng.random() < 0.75 else steel
        self.body = self.add(shade, int(rng.choice(kinds, p=[0.4, 0.3, 0.1, 0.2])), gloss=0.1)
        self.tailgate = self.body if rng.random() < 0.6 else self.add(body, PLAIN, gloss=0.1)
        board = _WOODS[rng.integers(4)] if rng.random() < 0.5 else _CABS[rng.integers(len(_CABS))]
        self.boards = self.add(board, int(rng.choice([PLAIN, PLANKS, RIBS, PATCHES])))
        self.trim = self.add(shade if rng.random() < 0.5 else steel, PLAIN)
        self.glass = self.add((0.02, 0.025, 0.03), PLAIN, gloss=0.7)
        self.dark = self.add((grey,) * 3, PLAIN)
        self.lamp = self.add((0.7, 0.7, 0.7), PLAIN, gloss=0.8)
        self.bumper = self.add(cab if rng.random() < 0.5 else (grey,) * 3, PLAIN)
        self.frame = self.add((grey,) * 3, PLAIN)
        self.rubber = self.add((rng.uniform(0.01, 0.05),) * 3, PLAIN)
        rim = rng.uniform(0.05, 0.6)
        self.rim = self.add((rim, rim, rim), PLAIN)
        self.bar = self.add(
            ((0.6, 0.02, 0.02), (0.5, 0.5, 0.5), (grey,) * 3)[rng.integers(3)], RIBS
        )
        self.tail = self.add((0.5, 0.01, 0.01), PLAIN)
        self.plate = self.add(((0.75, 0.75, 0.75), (0.75, 0.5, 0.02))[rng.integers(2)], PLAIN)
        self.letters = self.add(tuple(rng.uniform(0, 0.8, 3)), PLAIN)

    def add(
        self, colour: tuple[float, ...], kind: int, gloss: float = 0.0, other: float = 0.5
    ) -> int:
        """A material whose second colour is a darker, lighter or rusty kin of the first."""
        rng = self._rng
        first = np.clip(
            np.array(colour) * rng.uniform(0.6, 1.3) + rng.normal(0, 0.012, 3), 0.004, 0.85
        )
        second = first * rng.uniform(0.35, 0.95)
        if kind == PATCHES and rng.random() < 0.6:
            second = np.array([0.16, 0.07, 0.03]) * rng.uniform(0.5, 1.5)
        if kind == GRAIN:
            second = first * rng.uniform(0.25, 0.6)
            first = np.clip(first * rng.uniform(1.0, 1.6), 0, 0.8)
        scale = float(rng.uniform(0.25, 1.5))
        row = np.array(
            [kind, scale, rng.integers(1, 9999), gloss * rng.uniform(0.2, 1)], np.float32
        )
        self._rows.append((np.stack([first, second]).astype(np.float32), row))
        return len(self._rows) - 1

    def loose(self) -> int:
        return self.add(_LOOSE[self._rng.integers(len(_LOOSE))], GRAIN)

    def bricks(self) -> int:
        return self.add(((0.42, 0.14, 0.07), (0.3, 0.3, 0.3))[self._rng.integers(2)], BRICKS)

    def sheet(self) -> int:
        kind = PLAIN if self._rng.random() < 0.7 else RIBS
        return self.add(_SHEETS[self._rng.integers(len(_SHEETS))], kind, gloss=0.15)

    def thing(self) -> int:
        """Anything: a bag, a box, a piece of scrap."""
        rng = self._rng
        base = rng.uniform(0.02, 0.7)
        colour = np.clip(base + rng.normal(0, 0.15, 3), 0.01, 0.8)
        return self.add(tuple(colour), int(rng.choice([PLAIN, PATCHES, GRAIN])))

    def straw(self) -> int:
        return self.add(
            ((0.5, 0.4, 0.15), (0.2, 0.3, 0.06), (0.4, 0.3, 0.2))[self._rng.integers(3)], GRAIN
        )

    def same(self, one: int, other: int) -> None:
        """Makes material `one` look like `other`."""
        self._rows[one] = self._rows[other]

    def tables(self) -> tuple[Floats, Floats]:
        """Colours (M, 2, 3) and textures (M, 4) for `raster.shade`."""
        return np.stack([row[0] for row in self._rows]), np.stack([row[1] for row in self._rows])
