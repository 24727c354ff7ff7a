"""People on foot whose way broke in pieces: a detector loses them, a passer-by hides them.

Two pieces are one person's where the second begins within `_GAP_S` of the first one's end, near
where the first would be by then at its pace or near where it was lost, and both are about as tall.
Each end is joined to one beginning at most, the nearest in time and place first. Before that each
track is cut where it goes over from one person to another: steps that nobody takes, or another
height from one look to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pipeline.scene.ground import Path
from pipeline.types import FloatArray
from pipeline.violations.chains import chains

_GAP_S, _OVERLAP_S = 2.5, 0.5  # between two pieces; two numbers may lie on one person for a moment
_REACH, _REACH_A_S = 0.45, 0.25  # own heights, and more a second of the gap
_GROWN = 0.3  # logarithm of the ratio of two pieces' heights
_PACE_LOOKS = 6
_UNSURE_ALONG = 0.7  # own heights along the line of sight that heights alone do not tell
_JUMP, _JUMP_A_S = 0.25, 1.3  # own heights, and more a second: no step of one person's
_RESIZED, _RESIZED_AT_ONCE = 0.2, 0.15  # logarithm: of the heights around a look, and at it


@dataclass(frozen=True, slots=True)
class Walk:
    """One person's way over the ground, in anchored pixels: arrays of one length N."""

    pieces: tuple[Path, ...]
    times_s: FloatArray
    feet: FloatArray  # (N, 2)
    widths: FloatArray
    heights: FloatArray

    def __len__(self) -> int:
        return len(self.times_s)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(piece.track.id for piece in self.pieces))

    @property
    def tall(self) -> float:
        return float(np.median(self.heights))

    def away(self, edge: int, focal_px: float) -> FloatArray:
        """(N,) how far from its place at look `edge` (0 or -1), in own heights, about.

        Across the picture by pixels; along the line of sight by how the height changes, for the
        distance is focal / height (px) of one's own heights.
        """
        across = np.linalg.norm(self.feet - self.feet[edge], axis=1) / self.tall
        padded = np.pad(np.log(self.heights), 2, mode="edge")
        smooth = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
        along = np.abs(smooth - smooth[edge]) * focal_px / self.tall
        return np.asarray(np.hypot(across, np.maximum(along - _UNSURE_ALONG, 0.0)))


def walks_of(tracks: Sequence[Path]) -> list[Walk]:
    """The ways of people, their pieces joined."""
    pieces = [piece for track in tracks for piece in _cut(track)]
    found = chains(len(pieces), lambda one, other: _cost(pieces[one], pieces[other]))
    return [_joined([pieces[index] for index in chain]) for chain in found]


def _cut(path: Path) -> Iterator[Path]:
    """The parts of a track that show one person each, two looks at least."""
    heights, times = path.heights, path.times_s
    steps = np.linalg.norm(np.diff(path.feet, axis=0), axis=1)
    tall = np.minimum(heights[1:], heights[:-1])
    jumps = steps > tall * (_JUMP + _JUMP_A_S * np.diff(times))
    at_once = np.abs(np.diff(np.log(heights))) > _RESIZED_AT_ONCE
    for after in np.flatnonzero(at_once) + 1:
        before, later = np.median(heights[max(after - 3, 0) : after]), heights[after : after + 3]
        jumps[after - 1] |= abs(float(np.log(np.median(later) / before))) > _RESIZED
    edges = [0, *(np.flatnonzero(jumps) + 1).tolist(), len(path)]
    for start, end in pairwise(edges):
        if end - start >= 2:
            part = slice(start, end)
            yield replace(
                path,
                times_s=times[part],
                feet=path.feet[part],
                widths=path.widths[part],
                heights=heights[part],
                whole=path.whole[part],
            )


def _cost(one: Path, other: Path) -> float | None:
    """How ill the second goes on from the first; None: not at all."""
    gap = float(other.times_s[0] - one.times_s[-1])
    if not -_OVERLAP_S < gap <= _GAP_S or other.times_s[-1] <= one.times_s[-1]:
        return None
    tall = float(np.median(one.heights[-_PACE_LOOKS:]))
    grown = abs(float(np.log(np.median(other.heights[:_PACE_LOOKS]) / tall)))
    if grown > _GROWN:
        return None
    since = max(gap, 0.0)
    ahead = one.feet[-1] + since * pace(one.times_s, one.feet, forward=True)
    off = min(
        float(np.linalg.norm(other.feet[0] - ahead)),
        float(np.linalg.norm(other.feet[0] - one.feet[-1])),
    )
    if off > (_REACH + _REACH_A_S * since) * tall:
        return None
    return off / tall + 0.3 * since


def pace(times: FloatArray, feet: FloatArray, forward: bool) -> FloatArray:
    """(2,) pixels a second at the end of a way (`forward`) or at its beginning."""
    some = min(len(times) - 1, _PACE_LOOKS)
    edge, other = (-1, -1 - some) if forward else (0, some)
    lasts = max(abs(float(times[edge] - times[other])), 0.4)
    sign = 1.0 if forward else -1.0
    return np.asarray(sign * (feet[edge] - feet[other]) / lasts)


def _joined(pieces: Sequence[Path]) -> Walk:
    times = np.concatenate([piece.times_s for piece in pieces])
    order = np.argsort(times, kind="stable")
    return Walk(
        tuple(pieces),
        times[order],
        np.concatenate([piece.feet for piece in pieces])[order],
        np.concatenate([piece.widths for piece in pieces])[order],
        np.concatenate([piece.heights for piece in pieces])[order],
    )
