"""The lines of the road joined over time, and what they say of it: ego lane, middle, right edge.

The finder gives lines a window of some seconds at a time; pieces that lie where a piece before them
lay are one line of the road. Under a driving camera a line counts as solid where and while its
piece does; under a standing one it does not change, so all pieces tell together (mean weighted by
1/sigma^2), and one that is plainly broken contradicts the others. The same is done with a piece's
neighbours where it is in doubt under a driving camera.

The ego lane lies between the lines nearest to the vanishing point's column on either side of it, at
the near end: there the camera drives. The right edge of the carriageway is the outermost line on
the right, white and solid beyond doubt, if no lane of traffic lies beyond it; what vehicles did is
for the caller to say, for the lines alone cannot tell a hard shoulder from a lane.

It cannot tell: lines of bends (a line is straight), which of two lines side by side is meant
(they are one), an edge without paint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from pipeline.scene.ground import stretches
from pipeline.types import FloatArray, LaneLine, Scene

_NEAR, _FAR = 0.9, 0.65  # of the height: rows at which lines are compared
_SAME_NEAR, _SAME_FAR = 0.06, 0.025  # of the width: nearer than that, they are one line
_JOIN_S = 4.5  # from the end of a piece to the start of the next
_LEAST_CONFIDENCE = 0.4
_AS_SURE = 0.6  # of the surest line's confidence: those tell where the road leads
_BROKEN, _HARDLY_BROKEN = 0.6, 0.7  # duties that no window, and few windows, of a solid line have
_LANE_HEIGHTS = (
    1.5,
    4.5,
)  # width of a lane in heights of the camera: 2.7 to 3.9 m at 0.85 to 1.8 m
_HIGHEST, _LOWEST = -1.0, 0.75  # of the height: a camera on a bridge has no horizon in view
_LEAST_ANGLE = 0.25  # difference of slopes (columns a row) of two lines that show where they meet


@dataclass(frozen=True, slots=True, eq=False)
class RoadLine:
    """One line of the road, joined from the windows it was seen in."""

    pieces: tuple[LaneLine, ...]  # sorted by time; points in the picture
    in_picture: bool

    @property
    def start_s(self) -> float:
        return self.pieces[0].start_s

    @property
    def end_s(self) -> float:
        return self.pieces[-1].end_s

    @property
    def colour(self) -> str:
        """Yellow or white, as most of it looks."""
        yellow = sum(p.confidence if p.colour == "yellow" else -p.confidence for p in self.pieces)
        return "yellow" if yellow > 0 else "white"

    @property
    def confidence(self) -> float:
        return float(np.mean([piece.confidence for piece in self.pieces]))

    def piece_at(self, time_s: float) -> LaneLine:
        """The piece seen at that time, or the nearest to it."""
        return min(self.pieces, key=lambda p: max(p.start_s - time_s, time_s - p.end_s, 0.0))

    def column(self, rows: FloatArray, time_s: float) -> FloatArray:
        """(N,) columns of the line at rows (N,), straight on beyond its ends."""
        return _column(self.piece_at(time_s), rows)

    def far_row(self, time_s: float) -> float:
        return float(self.piece_at(time_s).points[-1, 1])

    def is_solid(self, time_s: float) -> bool:
        """Solid beyond doubt at that time."""
        here = self.piece_at(time_s)
        if self.in_picture:
            if here.is_solid or here.duty < _HARDLY_BROKEN:
                return here.is_solid
            # Not beyond doubt by itself: what came just before and comes after tells as well.
            at = next(i for i, piece in enumerate(self.pieces) if piece is here)
            pieces = self.pieces[max(at - 1, 0) : at + 2]
        else:
            pieces = self.pieces
        if min(piece.duty for piece in pieces) < _BROKEN:
            return False
        weights = np.array([piece.duty_sigma**-2 for piece in pieces])
        mean = float(np.average([piece.duty for piece in pieces], weights=weights))
        # A camera that stands sees the same paint in each piece, and the same hole in it.
        independent = float(weights.sum() if self.in_picture else weights.mean())
        return mean - 2 * independent**-0.5 > 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """The lines of one moment, left to right, and what they are."""

    lines: tuple[RoadLine, ...]
    vanishing: tuple[float, float] | None  # column and row where they meet
    left: RoadLine | None  # bounds the ego lane; None under a standing camera
    right: RoadLine | None
    edge: RoadLine | None  # the outermost on the right, white and solid: perhaps the edge
    confidence: float  # that left and right bound one lane: 0 where either is missing

    def beyond(self, line: RoadLine) -> tuple[RoadLine, ...]:
        """The lines to the right of one of them."""
        return self.lines[self.lines.index(line) + 1 :]


def road_lines(scene: Scene) -> tuple[RoadLine, ...]:
    """All lines of the trip, joined; pieces of too little confidence left out."""
    pieces = [line for line in scene.lines if line.confidence >= _LEAST_CONFIDENCE]
    pieces = [_anchored(line, scene) for line in pieces]
    chains: list[list[LaneLine]] = []
    for piece in sorted(pieces, key=lambda line: (line.start_s, -line.confidence)):
        best: list[LaneLine] | None = None
        least = 1.0
        for chain in chains:
            last = chain[-1]
            if last.in_picture is not piece.in_picture or piece.start_s - last.end_s > _JOIN_S:
                continue
            apart = _apart(last, piece, scene)
            if apart < least:
                best, least = chain, apart
        if best is None:
            chains.append([piece])
        elif piece.start_s > best[-1].start_s:  # of one window the surer piece is there already
            best.append(piece)
    return tuple(RoadLine(tuple(chain), chain[0].in_picture) for chain in chains)


def lanes_at(lines: Sequence[RoadLine], scene: Scene, time_s: float, reach_s: float = 2.0) -> Lanes:
    """What the lines seen within `reach_s` of a moment say of the road."""
    here = [ln for ln in lines if ln.start_s - reach_s <= time_s <= ln.end_s + reach_s]
    near = np.array([_NEAR * scene.height])
    here.sort(key=lambda line: float(line.column(near, time_s)[0]))
    vanishing = _vanishing(here, time_s, scene)
    left = right = None
    confidence = 0.0
    driven = [line for line in here if line.in_picture]
    if driven:
        middle = vanishing[0] if vanishing else scene.width / 2
        columns = [float(line.column(near, time_s)[0]) for line in driven]
        left = next(
            (ln for ln, x in zip(driven[::-1], columns[::-1], strict=True) if x < middle), None
        )
        right = next((ln for ln, x in zip(driven, columns, strict=True) if x > middle), None)
        if left and right and vanishing:
            width = float((right.column(near, time_s) - left.column(near, time_s))[0])
            heights = width / max(float(near[0]) - vanishing[1], 1.0)
            if _LANE_HEIGHTS[0] <= heights <= _LANE_HEIGHTS[1]:
                confidence = left.confidence * right.confidence
    edge = here[-1] if here else None
    if edge is not None and (edge.colour != "white" or not edge.is_solid(time_s)):
        edge = None
    if edge is not None and driven and edge is left:
        edge = None
    return Lanes(tuple(here), vanishing, left, right, edge, confidence)


def vanishing_point(
    lines: Sequence[RoadLine], scene: Scene, start_s: float, end_s: float
) -> tuple[float, float] | None:
    """Column and row where the lines of a stretch meet: the median over its seconds, or None."""
    found = []
    for time in np.arange(start_s, end_s + 0.5, 1.0):
        here = [line for line in lines if line.start_s - 0.5 <= time <= line.end_s + 0.5]
        least = _AS_SURE * max((line.confidence for line in here), default=0.0)
        sure = [line for line in here if line.confidence >= least]
        # Kerbs and shadows outvote two good lines by their number.
        point = _vanishing(sure, float(time), scene) or _vanishing(here, float(time), scene)
        if point is not None:
            found.append(point)
    if not found:
        return None
    column, row = np.median(np.array(found), axis=0)
    return float(column), float(row)


def _vanishing(
    lines: Sequence[RoadLine], time_s: float, scene: Scene
) -> tuple[float, float] | None:
    """Where the lines meet: the middle of the meetings of all pairs, by their angle."""
    found, weights = [], []
    for one, other in combinations([line.piece_at(time_s) for line in lines], 2):
        a, b = _slope(one), _slope(other)
        if abs(a - b) < _LEAST_ANGLE:
            continue
        (x1, y1), (x2, y2) = one.points[-1], other.points[-1]
        row = (x2 - x1 + a * y1 - b * y2) / (a - b)
        if not _HIGHEST * scene.height < row < _LOWEST * scene.height:
            continue
        found.append((x1 + a * (row - y1), row))
        weights.append(min(abs(a - b), 2.0) * min(one.confidence, other.confidence))
    if not found:
        return None
    points = np.array(found)
    column, row = (_middle(points[:, axis], np.array(weights)) for axis in (0, 1))
    return column, row


def _middle(values: FloatArray, weights: FloatArray) -> float:
    """Weighted median."""
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][int(np.searchsorted(total, total[-1] / 2))])


def _slope(line: LaneLine) -> float:
    (near_x, near_y), (far_x, far_y) = line.points[0], line.points[-1]
    return float((near_x - far_x) / (near_y - far_y))


def _column(line: LaneLine, rows: FloatArray) -> FloatArray:
    return np.asarray(line.points[-1, 0] + _slope(line) * (rows - line.points[-1, 1]))


def _apart(one: LaneLine, other: LaneLine, scene: Scene) -> float:
    """How far apart two pieces are, in the distance up to which they are one line."""
    rows = np.array([_NEAR, _FAR]) * scene.height
    between = np.abs(_column(one, rows) - _column(other, rows)) / scene.width
    return float((between / np.array([_SAME_NEAR, _SAME_FAR])).max())


def _anchored(line: LaneLine, scene: Scene) -> LaneLine:
    """A standing camera's line in the pixels of its stretch's first picture."""
    if line.in_picture:
        return line
    for stretch in stretches(scene.ego):
        if stretch.first <= line.frame <= stretch.last:
            anchor = stretch.anchors[line.frame - stretch.first]
            whole = np.column_stack([line.points, np.ones(len(line.points))]) @ anchor.T
            return replace(line, points=whole[:, :2] / whole[:, 2:])
    return line
