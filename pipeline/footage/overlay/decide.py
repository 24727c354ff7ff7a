"""From what a clock showed over a file to the time of the file's first frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from pipeline.types import TimeCandidate

from .look import Look
from .result import SOURCE
from .running import Agreement, Tick, agree, span_s, stands_still

_FEWEST = 3  # looks that must agree
_SHORTEST_S = 2.0  # a stretch in which a clock of whole seconds shows that it runs
_DRAWN_S = 0.1  # what a camera takes to draw its clock
_SAME_DAY = timedelta(hours=26)  # a zone apart, the day of a file name is the day of the picture


@dataclass(frozen=True, slots=True)
class Decision:
    """The time, or why there is none."""

    time: TimeCandidate | None
    warnings: tuple[str, ...] = ()
    order: str | None = None  # in which the day is written, where that is known


def ticks_of(looks: Sequence[Look], order: str) -> list[Tick]:
    """What the clock showed, its day read in `order`."""
    return [
        Tick(look.file_time_s, _seconds(look.stamp.moments[order]), look.stamp.period_s)
        for look in looks
        if look.stamp and order in look.stamp.moments
    ]


def orders_of(looks: Sequence[Look]) -> dict[str, Agreement]:
    """The orders of day, month and year that explain the most looks, and what they agree on."""
    orders = dict.fromkeys(order for look in looks if look.stamp for order in look.stamp.moments)
    agreements = {order: agree(ticks_of(looks, order)) for order in orders}
    most = max((len(item.agreeing) for item in agreements.values()), default=0)
    return {order: item for order, item in agreements.items() if len(item.agreeing) == most}


def decide(
    looks: Sequence[Look],
    duration_s: float,
    zone: tzinfo,
    others: Sequence[TimeCandidate],
    order: str | None,
) -> Decision:
    """The start of a file by looks at its clock.

    `order` is known from elsewhere ("dmy" …) or None; `others` are the other answers to when the
    file began, which may tell 5 November from 11 May.
    """
    agreements = orders_of(looks)
    if not agreements:
        seen = sum(look.doubtful for look in looks)
        text = "a clock is burnt into the picture, but it could not be read for certain"
        return Decision(None, (text,) if seen else ())
    first = next(iter(agreements.values()))
    problem = _two_clocks(looks) or _problem(first, looks, duration_s)
    if problem:
        return Decision(None, (problem,))
    moments = {
        name: datetime.fromtimestamp(item.start_s, UTC).replace(tzinfo=zone)
        for name, item in agreements.items()
    }
    name, how, warnings = resolve(moments, others, order)
    if name is None:
        return Decision(None, warnings)
    agreement = agreements[name]
    notes = [f"{len(agreement.agreeing)} pictures read"]
    long_enough = span_s(agreement.agreeing) > max(_SHORTEST_S, agreement.agreeing[0].period_s) - 1
    if not long_enough:
        doubt = "the file is too short to check that the clock in the picture runs"
        warnings, notes = (*warnings, doubt), [*notes, "not checked for running"]
    else:
        notes.append("runs at one second per second")
    if how:
        notes.append(how)
    uncertainty_s = round(agreement.half_width_s + _DRAWN_S, 2)
    time = TimeCandidate(SOURCE, moments[name], uncertainty_s, ", ".join(notes))
    return Decision(time, warnings, name)


def decide_still(
    look: Look, zone: tzinfo, others: Sequence[TimeCandidate], order: str | None
) -> Decision:
    """The time in a single picture. Whether its clock runs nobody can say."""
    if look.stamp is None:
        text = "a clock is burnt into the picture, but it could not be read for certain"
        return Decision(None, (text,) if look.doubtful else ())
    if problem := _two_clocks([look]):
        return Decision(None, (problem,))
    moments = {name: value.replace(tzinfo=zone) for name, value in look.stamp.moments.items()}
    name, how, warnings = resolve(moments, others, order)
    if name is None:
        return Decision(None, warnings)
    note = ", ".join(text for text in ("one picture, not checked for running", how) if text)
    time = TimeCandidate(SOURCE, moments[name], float(look.stamp.period_s), note)
    return Decision(time, warnings, name)


def resolve(
    moments: Mapping[str, datetime], others: Sequence[TimeCandidate], order: str | None
) -> tuple[str | None, str, tuple[str, ...]]:
    """Which order the day is written in, how that is known, and warnings; None: nobody can say."""
    distinct = {moment: name for name, moment in reversed(list(moments.items()))}
    if len(distinct) == 1:
        return next(iter(moments)), "", ()
    if order is not None and order in moments:
        return order, f"the day is written {_spelt(order)}", ()
    for other in sorted(others, key=lambda item: item.source == "file"):
        fitting = [
            name for name, moment in moments.items() if abs(other.start - moment) <= _SAME_DAY
        ]
        if len({moments[name] for name in fitting}) == 1:
            how = f"the day is read as {_spelt(fitting[0])}, by the {other.source}"
            doubt = f"{how} time, which copying may have changed"
            return fitting[0], how, (doubt,) if other.source == "file" else ()
    days = " or ".join(
        sorted(
            {f"{moment.date().isoformat()} ({_spelt(name)})" for moment, name in distinct.items()}
        )
    )
    return (
        None,
        "",
        (
            f"the date burnt into the picture is {days}, so its time is not used; "
            "say which with the setting footage.overlay_date_order",
        ),
    )


def _two_clocks(looks: Sequence[Look]) -> str | None:
    rivals = [look for look in looks if look.rival]
    if not rivals or len(rivals) * 3 < len(looks):
        return None
    stamp, rival = rivals[0].stamp, rivals[0].rival
    assert stamp is not None and rival is not None
    shown = " and ".join(str(next(iter(item.moments.values()))) for item in (stamp, rival))
    return f"two clocks in the picture show {shown}, so neither is used"


def _problem(agreement: Agreement, looks: Sequence[Look], duration_s: float) -> str | None:
    """Why the readings are no clock to go by."""
    everything = (*agreement.agreeing, *agreement.others)
    if stands_still(everything):
        shown = datetime.fromtimestamp(everything[0].shown_s, UTC).replace(tzinfo=None)
        return f"the clock in the picture stands still at {shown}, so its time is not used"
    if agreement.others and len(agreement.others) * 4 > len(everything):
        return (
            "the clock in the picture does not run at one second per second "
            f"(in {len(agreement.others)} of {len(everything)} pictures), so its time is not used"
        )
    if len(agreement.agreeing) < _FEWEST and duration_s > _SHORTEST_S:
        return (
            f"the clock in the picture could be read in {len(agreement.agreeing)} of "
            f"{len(looks)} pictures only, so its time is not used"
        )
    return None


def _spelt(order: str) -> str:
    return {"dmy": "day-month-year", "mdy": "month-day-year"}.get(order, "year-month-day")


def _seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=UTC).timestamp()
