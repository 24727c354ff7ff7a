"""Pictures of a file for tests that need no more than that."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

REAL_VIDEOS = Path(__file__).parents[1] / ".." / "shared" / "data" / "video"


def sampled(path: Path, rate_hz: float = 5.0) -> Iterator[tuple[float, np.ndarray]]:
    """Seconds and BGR picture, `rate_hz` a second."""
    wanted = 0.0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            assert frame.time is not None
            if frame.time + 1e-6 >= wanted:
                wanted += 1 / rate_hz
                yield frame.time, frame.to_ndarray(format="bgr24")
