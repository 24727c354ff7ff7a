"""The detector protocol, and what exported weights say of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.types import KINDS, Detections, Kind
from pipeline.vision.weights import Weights

DEFAULT_CONFIDENCE = 0.25

# Names that weights in the wild give to what we call a kind (COCO's first).
_KIND_OF_NAME = {
    "person": Kind.PERSON,
    "pedestrian": Kind.PERSON,
    "rider": Kind.PERSON,
    "bicycle": Kind.BICYCLE,
    "bike": Kind.BICYCLE,
    "motorcycle": Kind.MOTORBIKE,
    "motorbike": Kind.MOTORBIKE,
    "motor": Kind.MOTORBIKE,
    "car": Kind.CAR,
    "van": Kind.CAR,
    "bus": Kind.BUS,
    "coach": Kind.BUS,
    "truck": Kind.TRUCK,
    "lorry": Kind.TRUCK,
}


class Detector(Protocol):
    """Finds road users in pictures."""

    weights: Weights

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """One `Detections` for each BGR picture (H, W, 3), boxes in that picture's pixels."""
        ...


@dataclass(frozen=True, slots=True)
class ModelMeta:
    """What exported weights say of themselves (the metadata Ultralytics' export writes)."""

    names: dict[int, str]
    stride: int = 32

    def kind_table(self, source: Path) -> NDArray[np.int8]:
        """(C,) index into KINDS for each class of the model, -1 for classes we do not use."""
        table = np.full(max(self.names) + 1 if self.names else 0, -1, np.int8)
        for index, name in self.names.items():
            kind = _KIND_OF_NAME.get(name.strip().lower())
            if kind is not None:
                table[index] = KINDS.index(kind)
        if not (table >= 0).any():
            raise ModelError(
                f"{source}: none of its classes is a road user ({', '.join(self.names.values())}); "
                "use weights that know person, motorcycle, car, bus or truck"
            )
        return table


def parse_names(raw: Any, source: Path) -> dict[int, str]:
    """Class names from metadata: a dict, a list, or the text of a Python dict."""
    import ast

    if isinstance(raw, str):
        try:
            raw = ast.literal_eval(raw)
        except (ValueError, SyntaxError) as error:
            raise ModelError(
                f"{source}: its class names cannot be read; export it again"
            ) from error
    if isinstance(raw, dict):
        return {int(index): str(name) for index, name in raw.items()}
    if isinstance(raw, list | tuple):
        return dict(enumerate(map(str, raw)))
    raise ModelError(f"{source}: it does not name its classes; export it again with metadata")
