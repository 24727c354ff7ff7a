"""Which closer looks a run takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.closeups.aboard import Aboard
from pipeline.closeups.base import Closeup
from pipeline.closeups.cargo import CargoLooks
from pipeline.closeups.helmets import Helmets
from pipeline.closeups.rulers import PlateRulers
from pipeline.violations.base import Rule
from pipeline.vision.registry import registry
from pipeline.vision.weights import Weights, checked


def load_closeups() -> list[Closeup]:
    """Fresh ones for one trip. Raises ModelError where shipped weights are damaged."""
    return [Aboard(), Helmets(), PlateRulers(), CargoLooks()]


def weights_behind(rule: Rule[Any], looks: Sequence[Closeup]) -> list[Weights]:
    """The networks that had a part in what a rule judges by. Raises ModelError."""
    near = [
        look.weights
        for look in looks
        if look.weights is not None and set(rule.traits) & set(look.traits)
    ]
    return near + [checked(registry()[name]) for name in rule.networks]
