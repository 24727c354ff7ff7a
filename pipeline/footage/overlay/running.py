"""Whether a burnt-in clock runs, and when the file began by it.

A clock that shows whole seconds says T from the moment it turns to T until it turns to T + 1: seen
at file time t, it puts the file's start between T - t and T + 1 - t. Readings that agree leave a
narrow stretch; readings of a clock that stands, jumps or runs too fast leave none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SLACK_S = 0.35  # a camera draws its clock late at times, by a few pictures


@dataclass(frozen=True, slots=True)
class Tick:
    """One look at a clock: the file time, what it showed (seconds), for how long it shows that."""

    file_time_s: float
    shown_s: float
    period_s: int = 1

    @property
    def earliest_s(self) -> float:
        return self.shown_s - self.file_time_s

    @property
    def latest_s(self) -> float:
        return self.earliest_s + self.period_s


@dataclass(frozen=True, slots=True)
class Agreement:
    """The start that most looks agree on."""

    start_s: float
    half_width_s: float  # the start lies this near
    agreeing: tuple[Tick, ...]
    others: tuple[Tick, ...]


def agree(ticks: Sequence[Tick]) -> Agreement:
    """The start of the file by most of the looks; ties go to the earlier looks. At least one."""
    best: tuple[Tick, ...] = ()
    for candidate in ticks:
        for start_s in (candidate.earliest_s, (candidate.earliest_s + candidate.latest_s) / 2):
            inside = tuple(
                tick
                for tick in ticks
                if tick.earliest_s - SLACK_S <= start_s < tick.latest_s + SLACK_S
            )
            if len(inside) > len(best):
                best = inside
    low = max(tick.earliest_s for tick in best)
    high = min(tick.latest_s for tick in best)
    others = tuple(tick for tick in ticks if tick not in best)
    # Where only the slack reconciles them, the clock is drawn unevenly: any of them may be late.
    half_s = (high - low) / 2 if high > low else low - high + best[0].period_s / 2
    return Agreement((low + high) / 2, half_s, best, others)


def stands_still(ticks: Sequence[Tick]) -> bool:
    """Whether a clock shows the same over a stretch in which it must have changed."""
    shown = {tick.shown_s for tick in ticks}
    return len(shown) == 1 and span_s(ticks) > ticks[0].period_s + SLACK_S


def span_s(ticks: Sequence[Tick]) -> float:
    times = [tick.file_time_s for tick in ticks]
    return max(times) - min(times)


def next_look_s(agreement: Agreement, near_s: float) -> float:
    """The file time from `near_s` on at which a look halves what is not known of the start.

    There the clock turns if the start is in the middle of the stretch that is left.
    """
    period_s = agreement.agreeing[0].period_s
    return near_s + (-(agreement.start_s + near_s)) % period_s
