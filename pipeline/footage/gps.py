"""Where a file was recorded, as far as the file itself tells."""

from __future__ import annotations

import re
from pathlib import Path

import av.container
import numpy as np

from pipeline.types import GpsTrack

_ISO6709 = re.compile(r"^([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?")


def read_gps(
    path: Path, container: av.container.InputContainer
) -> tuple[GpsTrack | None, tuple[str, ...]]:
    """The best track that the file holds, and warnings in words."""
    return _location(container), ()


def _location(container: av.container.InputContainer) -> GpsTrack | None:
    """The one point that a phone writes beside its recording (ISO 6709)."""
    for name in ("com.apple.quicktime.location.ISO6709", "location", "location-eng"):
        match = _ISO6709.match(container.metadata.get(name, ""))
        if match:
            latitude, longitude, altitude = (float(x) if x else np.nan for x in match.groups())
            return GpsTrack(
                "quicktime:location",
                np.zeros(1),
                np.array([latitude]),
                np.array([longitude]),
                np.array([np.nan]),
                np.array([altitude]),
            )
    return None
