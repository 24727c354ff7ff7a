"""What was seen for a while, followed by its texture to where nobody recognised it.

A detector knows a car from its second look on, and not at all for a moment behind a sign. Between
one picture and the next it hardly changes, so its box can be carried on, forward from its last look
and backward from its first: points of a grid within the box are followed there and back again
(Lucas and Kanade), those that do not return are dropped, and the box moves and grows by the medians
of the rest (the "median flow" of Kalal, Mikolajczyk and Matas, ICPR 2010). It stops where too few
points return, where the box no longer looks like what it held, where it leaves the picture, and
where something of the same kind was seen in its place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.redaction.ways import Way, overlap

Image = NDArray[np.uint8]
Box = NDArray[np.float64]  # (4,) xyxy

FOLLOW_S = 1.5  # at most, before the first look and after the last
_UNSURE_S = 0.4  # what nobody was ever sure of
_LONGEST_SIDE = 1280  # pixels of the pictures in which points are followed
_GRID = 9  # points in each direction
_INSIDE = 0.12  # of the box's sides: its rim shows what is behind
_ASTRAY = 0.04  # of the box's longer side, and at least
_ASTRAY_PX = 1.0  # so far a point may be from where it began, after there and back
_RETURNED = 12  # points
_ALIKE = 0.45  # correlation with what the box held at the look
_FACE = 24  # pixels of the reduced picture of it
_LEAST_PX = 6.0  # a box's shorter side
_STEP = 1.2  # most that a box grows or shrinks from one picture to the next
_TAKEN = 0.3  # overlap from which something seen is the thing itself
_WIDER = 0.06  # of its sides, for each second followed
_WINDOW, _LEVELS = (15, 15), 3


@dataclass(frozen=True, slots=True)
class _Moment:
    time_s: float
    grey: Image


@dataclass(slots=True)
class _Trail:
    """A box on its way through pictures in which nobody saw it."""

    number: int  # of the way
    box: Box  # pixels of the reduced picture
    face: NDArray[np.float32]
    found: list[tuple[float, Box]] = field(default_factory=list)


def followed(
    ways: Sequence[Way], pictures: Iterable[tuple[float, Image]], follow_s: float = FOLLOW_S
) -> list[Way]:
    """The ways, each with the boxes that could be carried on before its first and after its last.

    `pictures`: all of the clip, in order of time, BGR; they are gone through once.
    """
    starts = sorted(range(len(ways)), key=lambda number: float(ways[number].times_s[0]))
    before: dict[int, list[tuple[float, Box]]] = {}
    after: dict[int, list[tuple[float, Box]]] = {}
    earlier: deque[_Moment] = deque()
    open_: list[_Trail] = []
    waiting = set(range(len(ways)))
    scale, begun = 1.0, 0
    reach_s = [follow_s if way.sure else min(follow_s, _UNSURE_S) for way in ways]
    for time_s, image in pictures:
        scale = min(_LONGEST_SIDE / max(image.shape[:2]), 1.0)
        now = _Moment(time_s, _grey(image, scale))
        if earlier:
            open_ = [one for one in open_ if _goes_on(one, earlier[-1], now, ways, scale)]
        earlier.append(now)
        while earlier[0].time_s < time_s - follow_s - 0.1:
            earlier.popleft()
        while begun < len(starts) and ways[starts[begun]].times_s[0] <= time_s + 1e-6:
            number = starts[begun]
            begun += 1
            trail = _trail(number, ways[number].boxes[0] * scale, now)
            if trail is not None:
                _back(trail, earlier, ways, scale, reach_s[number])
                before[number] = trail.found
        for number in [one for one in waiting if ways[one].times_s[-1] <= time_s + 1e-6]:
            waiting.remove(number)
            trail = _trail(number, ways[number].boxes[-1] * scale, now)
            if trail is not None:
                after[number] = trail.found
                open_.append(trail)
        open_ = [
            one for one in open_ if time_s - ways[one.number].times_s[-1] < reach_s[one.number]
        ]
    return [
        _longer(way, before.get(number, []), after.get(number, []), scale)
        for number, way in enumerate(ways)
    ]


# --- one trail ---------------------------------------------------------------------------------


def _trail(number: int, box: Box, moment: _Moment) -> _Trail | None:
    face = _face(moment.grey, box)
    return None if face is None else _Trail(number, box, face)


def _back(
    trail: _Trail, earlier: Sequence[_Moment], ways: Sequence[Way], scale: float, follow_s: float
) -> None:
    first_s = float(ways[trail.number].times_s[0])
    for index in range(len(earlier) - 2, -1, -1):
        if earlier[index].time_s < first_s - follow_s:
            return
        if not _goes_on(trail, earlier[index + 1], earlier[index], ways, scale):
            return


def _goes_on(
    trail: _Trail, here: _Moment, there: _Moment, ways: Sequence[Way], scale: float
) -> bool:
    """Carry a trail's box from one picture to the next; false where it ends."""
    box = moved(here.grey, there.grey, trail.box)
    if box is None:
        return False
    face = _face(there.grey, box)
    if face is None or float((face * trail.face).mean()) < _ALIKE:
        return False
    if _is_taken(box / scale, there.time_s, trail.number, ways):
        return False
    trail.box = box
    trail.found.append((there.time_s, box))
    return True


def moved(here: Image, there: Image, box: Box) -> Box | None:
    """Where what is in `box` of one grey picture is in the other; None where that is not clear."""
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    if min(width, height) < _LEAST_PX:
        return None
    pad = int(max(width, height) * 0.5) + 24
    left, top = max(int(x1) - pad, 0), max(int(y1) - pad, 0)
    right, bottom = min(int(x2) + pad, here.shape[1]), min(int(y2) + pad, here.shape[0])
    one, other = here[top:bottom, left:right], there[top:bottom, left:right]
    across = np.linspace(x1 + _INSIDE * width, x2 - _INSIDE * width, _GRID) - left
    down = np.linspace(y1 + _INSIDE * height, y2 - _INSIDE * height, _GRID) - top
    grid = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 1, 2).astype(np.float32)
    inside = (grid >= 1).all(axis=(1, 2)) & (
        grid < np.array([one.shape[1] - 1, one.shape[0] - 1], np.float32)
    ).all(axis=(1, 2))
    points = grid[inside]
    if len(points) < _RETURNED or min(one.shape) < _WINDOW[0] * 2:
        return None
    lk = {"winSize": _WINDOW, "maxLevel": _LEVELS}
    forth, fine, _ = cv2.calcOpticalFlowPyrLK(one, other, points, None, **lk)  # type: ignore[call-overload]
    back, again, _ = cv2.calcOpticalFlowPyrLK(other, one, forth, None, **lk)  # type: ignore[call-overload]
    off = np.linalg.norm((back - points).reshape(-1, 2), axis=1)
    most = max(_ASTRAY * max(width, height), _ASTRAY_PX)
    good = (fine.ravel() == 1) & (again.ravel() == 1) & (off <= most)
    if good.sum() < _RETURNED:
        return None
    was, is_ = points.reshape(-1, 2)[good], forth.reshape(-1, 2)[good]
    shift = np.median(is_ - was, axis=0)
    grown = float(np.clip(_spread(was, is_), 1 / _STEP, _STEP))
    middle = np.array([(x1 + x2) / 2, (y1 + y2) / 2]) + shift
    half = np.array([width, height]) / 2 * grown
    result = np.concatenate([middle - half, middle + half])
    if not (0 <= middle[0] < here.shape[1] and 0 <= middle[1] < here.shape[0]):
        return None
    return result


def _spread(was: NDArray[np.float32], is_: NDArray[np.float32]) -> float:
    """How much farther points are from each other than they were (median over pairs)."""
    half = len(was) // 2
    before = np.linalg.norm(was[:half] - was[-half:], axis=1)
    after = np.linalg.norm(is_[:half] - is_[-half:], axis=1)
    apart = before > 1.0
    return float(np.median(after[apart] / before[apart])) if apart.any() else 1.0


def _face(grey: Image, box: Box) -> NDArray[np.float32] | None:
    """What the box holds: small, of mean 0 and deviation 1; None where too little of it is left."""
    x1, y1, x2, y2 = (round(float(side)) for side in box)
    height, width = grey.shape
    part = grey[max(y1, 0) : min(y2, height), max(x1, 0) : min(x2, width)]
    if part.size < 0.4 * max((x2 - x1) * (y2 - y1), 1) or min(part.shape) < _LEAST_PX / 2:
        return None
    small = cv2.resize(part, (_FACE, _FACE), interpolation=cv2.INTER_AREA).astype(np.float32)
    deviation = float(small.std())
    return (small - small.mean()) / deviation if deviation > 1.0 else None


def _is_taken(box: Box, time_s: float, number: int, ways: Sequence[Way]) -> bool:
    """Whether something of its kind was seen there: it is the same, and has a way of its own."""
    group = ways[number].group
    for other, way in enumerate(ways):
        if other == number or way.group is not group:
            continue
        if way.times_s[0] - 1e-6 <= time_s <= way.times_s[-1] + 1e-6:
            sight = way.at(time_s)
            if sight is not None and sight.seen and overlap(sight.box, box) >= _TAKEN:
                return True
    return False


def _longer(
    way: Way, before: list[tuple[float, Box]], after: list[tuple[float, Box]], scale: float
) -> Way:
    if not before and not after:
        return way
    first, last = float(way.times_s[0]), float(way.times_s[-1])
    head = [(time_s, _wider(box / scale, first - time_s)) for time_s, box in reversed(before)]
    tail = [(time_s, _wider(box / scale, time_s - last)) for time_s, box in after]
    times = [*(time for time, _ in head), *way.times_s, *(time for time, _ in tail)]
    boxes = [*(box for _, box in head), *way.boxes, *(box for _, box in tail)]
    return replace(way, times_s=np.array(times, np.float64), boxes=np.array(boxes, np.float64))


def _wider(box: Box, away_s: float) -> Box:
    around = _WIDER * away_s * (box[2:] - box[:2])
    return np.concatenate([box[:2] - around, box[2:] + around])


def _grey(image: Image, scale: float) -> Image:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)
