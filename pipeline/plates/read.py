"""Plates in one picture: find places, look at each several times, say how sure the text is.

One recogniser on one cut of the pixels is sure of itself on blur too; what filters is whether
several cuts of the same pixels give the same text. So every place is read again: wider, smaller,
and where these disagree with its contrast drawn apart and softened. What the looks say is added up
over the texts that the grammar allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.types import PlateReading, PlateText

from .base import AnyReader, Image, PlateReader, Quad, TextLine, WholePlateReader
from .confidence import Evidence, probability
from .grammar import Parse, odds, parse
from .locate import Place, places
from .quads import Strip, overlap
from .views import blurred, contrasted, reduced, widened

_UNSAID = 3.0  # nats above the dearest text of a look, for a text that it does not name
_LOOKS_WEIGHT = 1.7  # looks at the same pixels count as so many independent ones together
_CLEAR = 0.95
_FIRST_VIEWS = (widened, reduced)
_LATER_VIEWS = (contrasted, blurred)
_LEAST_CONFIDENCE = 0.05
_ALTERNATIVES = 4


@dataclass(frozen=True, slots=True)
class _Look:
    lines: tuple[TextLine, ...]
    parses: list[Parse]


def read_plates(
    image: Image,
    reader: AnyReader,
    *,
    time_s: float = 0.0,
    frame: int = 0,
    offset: tuple[float, float] = (0.0, 0.0),
) -> list[PlateReading]:
    """Every plate in a frame or in a crop of one, surest first.

    `image` is BGR (H, W, 3); `offset` is the crop's upper left corner in the frame, so that boxes
    are in pixels of the whole frame. A place whose text no plate can say is left out.
    """
    if isinstance(reader, WholePlateReader):
        return [_placed(one, time_s, frame, offset) for one in reader.plates(image)]
    return [
        reading
        for reading, _ in examine(image, reader, time_s=time_s, frame=frame, offset=offset)
        if reading.confidence >= _LEAST_CONFIDENCE
    ]


def _placed(
    reading: PlateReading, time_s: float, frame: int, offset: tuple[float, float]
) -> PlateReading:
    (x1, y1, x2, y2), (dx, dy) = reading.box, offset
    box = (x1 + dx, y1 + dy, x2 + dx, y2 + dy)
    return replace(reading, box=box, time_s=time_s, frame=frame)


def examine(
    image: Image,
    reader: PlateReader,
    *,
    time_s: float = 0.0,
    frame: int = 0,
    offset: tuple[float, float] = (0.0, 0.0),
) -> list[tuple[PlateReading, Evidence]]:
    """As `read_plates`, the doubtful ones too, each with what its confidence rests on."""
    found = places(reader.read(image), image)
    weighed = []
    for place, looks in zip(found, _look_again(image, reader, found), strict=True):
        result = _weigh(place, looks, image, time_s, frame, offset)
        if result is not None:
            weighed.append(result)
    weighed.sort(key=lambda pair: pair[0].confidence, reverse=True)
    kept: list[tuple[PlateReading, Evidence]] = []
    for reading, evidence in weighed:
        if all(overlap(reading.box, other.box) < 0.4 for other, _ in kept):
            kept.append((reading, evidence))
    return kept


def _look_again(image: Image, reader: PlateReader, found: Sequence[Place]) -> list[list[_Look]]:
    """All looks at each place: that which found it, two more, and yet two where these disagree."""
    looks = []
    for place in found:
        first = tuple(line for line in place.lines if line is not None)
        looks.append([_Look(first, _parses(first))] if len(first) == len(place.quads) else [])
    for views, everywhere in ((_FIRST_VIEWS, True), (_LATER_VIEWS, False)):
        chosen = [
            index
            for index, seen in enumerate(looks)
            if everywhere or (any(look.parses for look in seen) and not _is_clear(seen))
        ]
        crops = [
            view(image, quad) for index in chosen for quad in found[index].quads for view in views
        ]
        lines = iter(reader.recognise(crops))
        for index in chosen:
            rows = [[next(lines) for _ in views] for _ in found[index].quads]
            looks[index] += [_Look(look, _parses(look)) for look in zip(*rows, strict=True)]
    return looks


def _is_clear(looks: Sequence[_Look]) -> bool:
    """Do all looks say the same, without a rival?"""
    if not all(look.parses for look in looks):
        return False
    texts = {look.parses[0].text for look in looks}
    return len(texts) == 1 and min(odds(look.parses)[0] for look in looks) > _CLEAR


def _parses(lines: Sequence[TextLine]) -> list[Parse]:
    if not all(line.text for line in lines):
        return []
    return parse(
        "", lines=[line.text for line in lines], guesses=[line.characters for line in lines]
    )


def _weigh(
    place: Place,
    looks: Sequence[_Look],
    image: Image,
    time_s: float,
    frame: int,
    offset: tuple[float, float],
) -> tuple[PlateReading, Evidence] | None:
    readable = [look for look in looks if look.parses]
    if not readable:
        return None
    totals = _add_up(readable)
    shares = odds(totals)
    best = totals[0].text
    agreeing = sum(look.parses[0].text == best for look in readable)
    evidence = Evidence(
        margin=shares[0],
        misfit=totals[0].cost / _LOOKS_WEIGHT / len(best.normalized),
        agreement=agreeing / len(looks),
        looks=len(looks),
        height_px=min(Strip.of(quad).height for quad in place.quads),
        geometry=place.geometry,
        is_cut=_is_cut(place.quads, image),
        may_be_longer="." not in best.display,  # four digits: a piece of a plate with five
    )
    confidence = probability(evidence)
    first = max(readable, key=lambda look: look.parses[0].text == best)
    x1, y1, x2, y2 = place.box
    dx, dy = offset
    reading = PlateReading(
        raw=" ".join(line.text for line in first.lines),
        text=best,
        confidence=confidence,
        box=(x1 + dx, y1 + dy, x2 + dx, y2 + dy),
        alternatives=_alternatives(totals, shares, confidence),
        lines=len(place.quads),
        time_s=time_s,
        frame=frame,
    )
    return reading, evidence


def _add_up(looks: Sequence[_Look]) -> list[Parse]:
    """The texts of all looks with their costs added, as so many looks as they are worth."""
    texts: dict[str, PlateText] = {}
    for look in looks:
        for one in look.parses:
            texts.setdefault(one.text.normalized, one.text)
    weight = min(_LOOKS_WEIGHT, float(len(looks))) / len(looks)
    totals = []
    for normalized, text in texts.items():
        cost = 0.0
        for look in looks:
            said = {one.text.normalized: one.cost for one in look.parses}
            cost += said.get(normalized, look.parses[-1].cost + _UNSAID)
        totals.append(Parse(text, weight * cost))
    return sorted(totals, key=lambda one: one.cost)


def _alternatives(
    totals: Sequence[Parse], shares: Sequence[float], confidence: float
) -> tuple[tuple[PlateText, float], ...]:
    """The other texts, with what the best one's probability leaves them."""
    rest = sum(shares[1:])
    if rest <= 0:
        return ()
    # The grammar's texts never have all of the remainder: it may be none of them.
    left = min(1.0 - confidence, rest / shares[0] * confidence)
    pairs = [
        (one.text, left * share / rest) for one, share in zip(totals[1:], shares[1:], strict=True)
    ]
    return tuple(pair for pair in pairs[:_ALTERNATIVES] if pair[1] >= 0.001)


def _is_cut(quads: Sequence[Quad], image: Image) -> bool:
    """Does a line reach the border of the picture, so that characters may lie beyond it?"""
    height, width = image.shape[:2]
    for quad in quads:
        near = 0.12 * Strip.of(quad).height
        if quad[:, 0].min() < near or quad[:, 0].max() > width - near:
            return True
        if quad[:, 1].min() < 0 or quad[:, 1].max() > height:
            return True
    return False
