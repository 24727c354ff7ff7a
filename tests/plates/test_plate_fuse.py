"""Many looks, one plate: agreement wins, one look is never a fact."""

from __future__ import annotations

import numpy as np

from pipeline.plates.fuse import SINGLE_LOOK_CAP, fuse, independence
from pipeline.plates.grammar import parse
from pipeline.types import Kind, PlateReading, Track


def track(kind: Kind = Kind.MOTORBIKE) -> Track:
    return Track(
        7,
        kind,
        1.0,
        np.arange(20, dtype=np.int32),
        np.arange(20) / 5.0,
        np.tile(np.array([0, 0, 200, 300], np.float32), (20, 1)),
        np.full(20, 0.9, np.float32),
    )


def look(
    written: str,
    confidence: float,
    time_s: float,
    others: tuple[tuple[str, float], ...] = (),
    height: float = 40.0,
) -> PlateReading:
    return PlateReading(
        raw=written,
        text=parse(written)[0].text,
        confidence=confidence,
        box=(50.0, 200.0, 50.0 + 1.4 * height, 200.0 + height),
        alternatives=tuple((parse(other)[0].text, share) for other, share in others),
        lines=2,
        time_s=time_s,
        frame=round(time_s * 5),
    )


def test_nothing_read() -> None:
    plate = fuse([], track())
    assert (plate.text, plate.probability, plate.best, plate.looks) == (None, 0.0, None, 0)


def test_one_look_is_never_a_fact() -> None:
    plate = fuse([look("84-B1 362.17", 0.999, 1.0)], track())
    assert plate.text is not None
    assert plate.probability <= SINGLE_LOOK_CAP < 0.8
    assert plate.agreeing == 1


def test_agreement_makes_a_fact() -> None:
    plate = fuse([look("84-B1 362.17", 0.9, t) for t in (0.0, 1.0, 2.0)], track())
    assert plate.probability > 0.97
    assert (plate.looks, plate.agreeing) == (3, 3)


def test_the_first_read_does_not_win() -> None:
    looks = [look("84-D1 362.17", 0.95, 0.0, height=15.0)]
    looks += [look("84-B1 362.17", 0.9, t, height=45.0) for t in (1.0, 2.0, 3.0)]
    plate = fuse(looks, track())
    assert plate.text is not None
    assert plate.text.normalized == "84B136217"
    assert plate.best is not None
    assert plate.best.time_s > 0.0, "the look shown is one that read the text shown"
    assert plate.agreeing == 3
    assert plate.alternatives[0][0].normalized == "84D136217"


def test_looks_that_contradict_each_other_leave_doubt() -> None:
    texts = ("84-D1 362.17", "84-B1 362.11", "84-S1 352.17", "64-B1 362.17")
    plate = fuse([look(text, 0.9, float(t)) for t, text in enumerate(texts)], track())
    assert plate.probability < 0.75


def test_doubtful_looks_do_not_speak_against_sure_ones() -> None:
    """Half the frames show half of the plate, which could be another plate of the grammar."""
    looks = [look("75-H1 357.92", 0.98, t) for t in (0.0, 0.4)]
    looks += [look("HL-35-92", 0.11, t) for t in (1.0, 2.0)]
    plate = fuse(looks, track())
    assert plate.text == looks[0].text
    assert plate.probability > 0.9
    assert plate.agreeing == 2


def test_the_same_piece_again_and_again_is_not_the_plate() -> None:
    looks = [look("66-P1 895.75", 0.98, 0.0)]
    looks += [look("66-P1 9575", 0.3, float(t)) for t in (2, 3, 4)]
    plate = fuse(looks, track())
    assert plate.text == looks[0].text
    assert plate.probability <= SINGLE_LOOK_CAP


def test_one_sure_look_of_something_else_does_not_undo_agreement() -> None:
    looks = [look("51G-971.62", 0.99, t) for t in (0.0, 1.0, 2.0)]
    looks.append(look("16G-7162", 0.86, 3.0))
    plate = fuse(looks, track(Kind.CAR))
    assert plate.text == looks[0].text
    assert plate.probability > 0.97


def test_many_doubtful_looks_stay_doubtful() -> None:
    few = fuse([look("84-B1 362.17", 0.3, float(t)) for t in range(3)], track())
    many = fuse([look("84-B1 362.17", 0.3, float(t)) for t in range(8)], track())
    assert few.probability < many.probability < 0.8


def test_who_read_it_is_shown_even_where_nobody_read_it_first() -> None:
    """The text may be everybody's second: then the look that holds it likeliest is shown."""
    looks = [
        look("84-D1 362.17", 0.35, 0.0, (("84-B1 362.17", 0.33),)),
        look("84-G1 362.17", 0.35, 2.0, (("84-B1 362.17", 0.34),)),
        look("84-S1 362.17", 0.35, 4.0, (("84-B1 362.17", 0.32),)),
    ]
    plate = fuse(looks, track())
    assert plate.text is not None
    assert plate.text.normalized == "84B136217"
    assert plate.agreeing == 0
    assert plate.best == looks[1]
    assert plate.probability <= SINGLE_LOOK_CAP


def test_neighbouring_frames_count_little_more_than_one() -> None:
    burst = [look("84-B1 362.17", 0.85, t / 30) for t in range(6)]
    spread = [look("84-B1 362.17", 0.85, 1.5 * t) for t in range(6)]
    assert independence(burst).sum() < 1.5
    assert independence(spread).sum() > 2.5
    assert fuse(burst, track()).probability < fuse(spread, track()).probability


def test_alternatives_of_doubtful_looks_add_up() -> None:
    looks = [
        look("84-D1 362.17", 0.5, 0.0, (("84-B1 362.17", 0.4),)),
        look("84-G1 362.17", 0.5, 1.0, (("84-B1 362.17", 0.45),)),
        look("84-B1 362.17", 0.6, 2.0, (("84-D1 362.17", 0.1),)),
    ]
    plate = fuse(looks, track())
    assert plate.text is not None
    assert plate.text.normalized == "84B136217"
    assert plate.agreeing == 1
    assert plate.probability <= SINGLE_LOOK_CAP


def test_a_plate_of_the_wrong_kind_is_believed_less() -> None:
    looks = [look("51G-971.62", 0.6, 0.0), look("51-G9 7162", 0.55, 1.0)]
    assert fuse(looks, track(Kind.CAR)).text == looks[0].text
    assert fuse(looks, track(Kind.MOTORBIKE)).text == looks[1].text


def test_the_shares_never_exceed_one() -> None:
    looks = [look("84-B1 362.17", 0.9, 0.0), look("84-D1 362.17", 0.9, 1.0)]
    plate = fuse(looks, track())
    assert plate.probability + sum(share for _, share in plate.alternatives) <= 1.0 + 1e-9
