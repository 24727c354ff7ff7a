"""What a closer look is: it measures traits of road users in the full picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.types import Detections, Frame
from pipeline.vision.weights import Weights


class Closeup(Protocol):
    """Looks at road users of one frame in the full picture, while it is at hand.

    It looks seldom: a vehicle that has hardly grown since the last look tells nothing new.
    """

    traits: ClassVar[tuple[str, ...]]
    weights: Weights | None  # None: it needs no network

    def look(
        self, frame: Frame, detections: Detections, ids: NDArray[np.int32]
    ) -> Mapping[str, NDArray[np.float32]]:
        """(N,) a value for each detection under each of `traits`, NaN where it did not look.

        `ids` (N,) are the detections' track ids, -1 for those of no track. A trait may be left
        out where there was nobody to look at.
        """
        ...
