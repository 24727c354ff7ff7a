"""Closer looks joined to the tracks they were taken of."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pipeline.closeups.closeups import Closeups
from pipeline.types import Detections, Frame, Kind, Track
from tests.violations.scenes import track

BLACK = np.zeros((40, 60, 3), np.uint8)


class WidthOfEven:
    """Looks at every other frame, at detections wider than 10 pixels."""

    traits: ClassVar[tuple[str, ...]] = ("width",)
    weights = None

    def look(
        self, frame: Frame, detections: Detections, ids: NDArray[np.int32]
    ) -> Mapping[str, NDArray[np.float32]]:
        if frame.index % 2:
            return {}
        widths = detections.boxes[:, 2] - detections.boxes[:, 0]
        return {"width": np.where(widths > 10, widths, np.nan).astype(np.float32)}


def seen(tracks: list[Track], frames: int) -> list[Track]:
    closeups = Closeups([WidthOfEven()])
    for index in range(frames):
        here = [(t, int(np.flatnonzero(t.frames == index)[0])) for t in tracks if index in t.frames]
        detections = Detections(
            np.array([t.boxes[row] for t, row in here], np.float32).reshape(-1, 4),
            np.full(len(here), 0.9, np.float32),
            np.zeros(len(here), np.int8),
        )
        ids = np.array([t.id for t, _ in here], np.int32)
        closeups.update(Frame(BLACK, index, index / 5, 0, index / 5), detections, ids)
    return closeups.joined(tracks)


def test_a_look_is_kept_at_its_frame_and_everywhere_else_is_nothing() -> None:
    wide = track(1, Kind.CAR, lambda t: (0, 0, 20 + 5 * t, 10), 0.2, 1.0)
    narrow = track(2, Kind.CAR, lambda t: (0, 0, 5, 10), 0.0, 1.0)
    found = seen([wide, narrow], 6)
    expected = [np.nan, 22.0, np.nan, 24.0, np.nan]
    np.testing.assert_allclose(found[0].trait("width"), expected)
    assert found[1].traits == {}, "nobody looked at it"
    assert np.isnan(found[1].trait("width")).all()


def test_what_belongs_to_no_track_is_forgotten() -> None:
    closeups = Closeups([WidthOfEven()])
    boxes = np.array([[0, 0, 30, 10]], np.float32)
    detections = Detections(boxes, np.ones(1, np.float32), np.zeros(1, np.int8))
    closeups.update(Frame(BLACK, 0, 0.0, 0, 0.0), detections, np.array([-1], np.int32))
    car = track(1, Kind.CAR, lambda t: (0, 0, 30, 10), 0, 1)
    assert closeups.joined([car])[0] is car
