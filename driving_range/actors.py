"""Road users of true size, and who rides on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from driving_range.ways import Way
from pipeline.types import FloatArray, Kind

# What a close-up says: times (N,) and boxes (N, 4) px of the body to values (N,), NaN: cannot tell.
TraitAt = Callable[[FloatArray, FloatArray], FloatArray]

# Length, width, height in metres and their spread from one to the next: TCVN-size traffic of
# Vietnamese streets (Honda Wave 1.92 x 0.71 x 1.08, with mirrors and load a little more; Toyota
# Vios 4.43 x 1.73 x 1.48; Hyundai County 7.1 x 2.0 x 2.8 to Universe 12 x 2.5 x 3.5; light truck
# Hyundai Porter 5.2 x 1.7 x 2.0 to Hino FL 9.5 x 2.5 x 2.9).
SIZES_M: Mapping[Kind, tuple[tuple[float, float, float], float]] = {
    Kind.PERSON: ((0.35, 0.50, 1.65), 0.06),
    Kind.BICYCLE: ((1.75, 0.60, 1.05), 0.05),
    Kind.MOTORBIKE: ((1.92, 0.75, 1.10), 0.05),
    Kind.CAR: ((4.4, 1.78, 1.52), 0.06),
    Kind.BUS: ((9.5, 2.45, 3.1), 0.08),
    Kind.TRUCK: ((6.8, 2.2, 2.6), 0.12),
}


@dataclass(frozen=True)
class Rider:
    """A person who rides on an actor; places in metres against the middle of its ground box."""

    along_m: float = -0.1  # ahead of the vehicle's middle
    across_m: float = 0.0  # to its right
    foot_m: float = 0.25  # how high the feet are
    height_m: float = 1.35  # from there up: seated
    width_m: float = 0.5
    length_m: float = 0.45
    seen_share: float = 1.0  # of the looks that would find a person there: less for a load
    traits: Mapping[str, TraitAt] = field(default_factory=dict)


@dataclass(frozen=True)
class Load:
    """A box of goods on a vehicle that a detector takes as part of it; metres."""

    back_m: float  # from the vehicle's middle, ahead: its rear end
    front_m: float
    width_m: float
    bottom_m: float  # over the road
    top_m: float


@dataclass(frozen=True, eq=False)
class Actor:
    """One road user. `size_m`: true length, width, height."""

    kind: Kind
    way: Way
    size_m: tuple[float, float, float]
    name: str = ""
    from_s: float = -1e9
    until_s: float = 1e9
    riders: tuple[Rider, ...] = ()
    plate: str | None = None
    colour: str = "grey"
    foot_m: float = 0.0  # how high it stands over the road
    load: Load | None = None
    traits: Mapping[str, TraitAt] = field(default_factory=dict)


def sized(kind: Kind, rng: np.random.Generator) -> tuple[float, float, float]:
    """Length, width and height of one of its kind, drawn at random."""
    mean, spread = SIZES_M[kind]
    common = rng.normal(0, spread)
    each = np.clip(1 + common + rng.normal(0, spread / 2, 3), 0.75, 1.35)
    length, width, height = (float(m * e) for m, e in zip(mean, each, strict=True))
    return length, width, height


def actor(
    kind: Kind,
    way: Way,
    rng: np.random.Generator,
    *,
    riders: int | None = None,
    name: str = "",
    from_s: float = -1e9,
    until_s: float = 1e9,
    traits: Mapping[str, TraitAt] | None = None,
) -> Actor:
    """One of a random size; motorbikes and bicycles with `riders` (one or two where None)."""
    size = sized(kind, rng)
    if kind not in (Kind.MOTORBIKE, Kind.BICYCLE):
        riders = 0
    elif riders is None:
        riders = 1 if kind is Kind.BICYCLE else int(rng.choice([1, 2], p=[0.7, 0.3]))
    return Actor(
        kind,
        way,
        size,
        name or str(kind),
        from_s,
        until_s,
        seated(riders, rng),
        colour=str(rng.choice(["white", "black", "grey", "red", "blue"])),
        traits=traits or {},
    )


def seated(number: int, rng: np.random.Generator) -> tuple[Rider, ...]:
    """`number` people one behind the other on a motorbike's seat, driver first."""
    gap = 0.38 if number <= 2 else 0.30
    return tuple(
        Rider(
            along_m=0.12 - gap * index + rng.normal(0, 0.02),
            across_m=rng.normal(0, 0.03),
            foot_m=0.25 + 0.08 * (index > 0),
            height_m=float(1.32 * np.clip(rng.normal(1, 0.05), 0.85, 1.12)),
        )
        for index in range(number)
    )


def constant(value: float, from_height_px: float = 0.0) -> TraitAt:
    """A trait that does not change, seen on boxes of at least such a height."""
    return lambda times, boxes: np.where(
        boxes[:, 3] - boxes[:, 1] >= from_height_px, np.full(len(times), value), np.nan
    )
