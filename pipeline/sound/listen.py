"""The sound track of a trip: decoded piece by piece, and what was heard in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pipeline.sound.bang import find_bangs
from pipeline.sound.horn import find_horns
from pipeline.sound.revving import find_revving
from pipeline.sound.spectrum import RATE_HZ, Samples
from pipeline.sound.track import OVERLAP_S, Piece, pieces
from pipeline.types import SoundEvent, Trip

_FINDERS: tuple[Callable[[Samples], Iterator[SoundEvent]], ...] = (
    find_horns,
    find_revving,
    find_bangs,
)
_LEAST_S = 0.5  # shorter pieces tell nothing


def listen(trip: Trip) -> tuple[SoundEvent, ...] | None:
    """Every horn, rev of an engine and bang of a trip, in order of time.

    None where no file of the trip has a sound track that can be decoded. Damaged packets are left
    out, a file that cannot be read is passed over; nothing is raised for either.
    """
    events: list[SoundEvent] = []
    heard = False
    for piece in pieces(trip):
        heard = True
        events += events_of(piece)
    return tuple(sorted(events, key=lambda event: event.start_s)) if heard else None


def events_of(piece: Piece) -> Sequence[SoundEvent]:
    """What is heard in a piece, in trip time, without what its neighbours tell better."""
    if len(piece.samples) < _LEAST_S * RATE_HZ:
        return []
    length = len(piece.samples) / RATE_HZ
    # Pieces overlap: an event belongs to the one in which it begins before the overlap's middle,
    # so that each is seen whole, with what is heard around it.
    first = OVERLAP_S / 2 if piece.has_before else 0.0
    last = length - OVERLAP_S / 2 if piece.has_after else length
    return [
        SoundEvent(
            kind=event.kind,
            start_s=piece.start_s + event.start_s,
            end_s=piece.start_s + event.end_s,
            confidence=event.confidence,
            level_db=event.level_db,
            pitch_hz=event.pitch_hz,
        )
        for finder in _FINDERS
        for event in finder(piece.samples)
        if first <= event.start_s < last
    ]


def heard_in(samples: Samples) -> tuple[SoundEvent, ...]:
    """The events of samples that are at hand: one piece of any length, from time 0."""
    events = events_of(Piece(0.0, samples, has_before=False, has_after=False))
    return tuple(sorted(events, key=lambda event: event.start_s))
