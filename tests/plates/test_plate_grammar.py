"""The grammar: every kind of plate, the usual confusions, what is no plate."""

from __future__ import annotations

import random

import pytest

from pipeline.plates.grammar import odds, parse
from pipeline.plates.rules import plate_rules
from pipeline.types import PlateKind

WRITTEN = [
    ("51A-192.22", "51A19222", PlateKind.CAR, "51"),
    ("51G-971.62", "51G97162", PlateKind.CAR, "51"),
    ("29X-1234", "29X1234", PlateKind.CAR, "29"),
    ("80B-123.45", "80B12345", PlateKind.CAR, "80"),
    ("59-V1 793.79", "59V179379", PlateKind.MOTORBIKE, "59"),
    ("81-K5 3579", "81K53579", PlateKind.MOTORBIKE, "81"),
    ("81-AA 048.92", "81AA04892", PlateKind.MOTORBIKE, "81"),
    ("29-MĐ1 013.53", "29MĐ101353", PlateKind.MOTORBIKE, "29"),
    ("51R-141.39", "51R14139", PlateKind.TRAILER, "51"),
    ("51LD-123.45", "51LD12345", PlateKind.SPECIAL, "51"),
    ("60KT-987.65", "60KT98765", PlateKind.SPECIAL, "60"),
    ("TM-12-34", "TM1234", PlateKind.MILITARY, None),
    ("80-011-NG-01", "80011NG01", PlateKind.DIPLOMATIC, "80"),
    ("T51-123.45", "T5112345", PlateKind.TEMPORARY, "51"),
]


@pytest.mark.parametrize(("written", "normalized", "kind", "province"), WRITTEN)
def test_reads_every_kind_as_it_is_written(
    written: str, normalized: str, kind: PlateKind, province: str | None
) -> None:
    text = parse(written)[0].text
    assert (text.display, text.normalized) == (written, normalized)
    assert (text.kind, text.province) == (kind, province)


@pytest.mark.parametrize(
    ("lines", "display"),
    [
        (["5IA", "192.22"], "51A-192.22"),
        (["59-VI", "793.79"], "59-V1 793.79"),
        (["81-K5", "3S79"], "81-K5 3579"),
        (["81-AA", "O48.92"], "81-AA 048.92"),
        (["84-81", "362.17"], "84-B1 362.17"),  # a digit is never right where a letter stands
        (["6O-C2", "366.B7"], "60-C2 366.87"),
        (["29-MD1", "013.53"], "29-MĐ1 013.53"),
        (["5IG-97l.62"], "51G-971.62"),
        (["51G-971.62|"], "51G-971.62"),  # the border read as a stroke
        (["·59-U1", "396.19"], "59-U1 396.19"),
    ],
)
def test_corrects_by_position(lines: list[str], display: str) -> None:
    assert parse("", lines=lines)[0].text.display == display


@pytest.mark.parametrize(
    "text",
    ["", "HONDA", "C00D", "IN CAR", "2113", "SIRIUS", "TOYOTA", "VIETNAM", "60", "...", "--"],
)
def test_what_no_plate_can_say_is_refused(text: str) -> None:
    assert parse(text) == []


@pytest.mark.parametrize(
    "text", ["0909123456", "+84 909", "16/09/2016 06:59", "ABCD.EFG", "1900.6868"]
)
def test_phone_numbers_and_dates_cost_much_more_than_plates(text: str) -> None:
    dear = parse(text)
    assert not dear or dear[0].cost > parse("51A-192.22")[0].cost + 5


def test_a_province_that_does_not_exist_is_never_given() -> None:
    provinces = plate_rules().provinces
    for code in ("10", "13", "42", "44", "45", "46", "87", "91", "96", "00"):
        for found in parse(f"{code}A-123.45"):
            assert found.text.province in provinces


def test_a_lost_first_digit_is_no_old_plate() -> None:
    """A dot is printed only before the last two of five digits, so four with a dot cost more."""
    cut = parse("", lines=["66-P1", "95.75"])[0]
    whole = parse("", lines=["66-P1", "9575"])[0]
    assert cut.cost > whole.cost + 3


def test_the_same_letters_are_told_apart_by_their_lines() -> None:
    assert parse("", lines=["81-K5", "3579"])[0].text.display == "81-K5 3579"
    assert parse("", lines=["81K", "535.79"])[0].text.display == "81K-535.79"
    assert parse("81K53579", aspect=4.5)[0].text.kind is PlateKind.CAR


def test_odds_are_probabilities_and_fall_with_doubt() -> None:
    clear, doubtful = parse("51A-192.22"), parse("", lines=["84-01", "362.17"])
    assert sum(odds(clear)) == pytest.approx(1.0)
    assert odds(clear)[0] > 0.9 > odds(doubtful)[0]
    assert {"84D136217", "84B136217"} & {one.text.normalized for one in doubtful}


def test_guesses_of_the_reader_change_the_answer() -> None:
    head = "84-91"
    sure = tuple(((c, 0.99),) for c in head)
    torn = (*sure[:3], (("9", 0.6), ("B", 0.39)), sure[4])
    tail = tuple(((c, 0.99),) for c in "362.17")
    best = parse("", lines=[head, "362.17"], guesses=[torn, tail])[0]
    assert best.text.normalized == "84B136217"


def test_every_template_reads_back_what_it_writes() -> None:
    rng = random.Random(20260724)
    for template in plate_rules().templates:
        for _ in range(12):
            normalized = "".join(
                rng.choice(field.words)
                if field.words
                else "".join(rng.choice("0123456789") for _ in range(field.length))
                for field in (*template.head, *template.tail)
            )
            text = template.text(normalized)
            assert parse(text.display)[0].text == text


def test_any_single_usual_confusion_of_a_plate_keeps_it_among_the_answers() -> None:
    doubles = {"0": "OD", "8": "B", "1": "I", "5": "S", "2": "Z", "6": "G", "4": "A", "B": "8"}
    for written in ("51A-192.22", "59-V1 793.79", "60-B6 280.34"):
        normalized = parse(written)[0].text.normalized
        for place, character in enumerate(written):
            for double in doubles.get(character, ""):
                said = written[:place] + double + written[place + 1 :]
                assert normalized in {one.text.normalized for one in parse(said)}, said


def test_letters_are_commoner_in_some_provinces() -> None:
    """In the provinces plates of five digits mostly begin with B; in the cities with any letter."""

    def ahead(province: str, letter: str, other: str) -> float:
        cost = {
            one: parse("", lines=[f"{province}-{one}1", "362.17"])[0].cost
            for one in (letter, other)
        }
        return cost[other] - cost[letter]

    assert ahead("84", "B", "U") > 1.0
    assert ahead("59", "B", "U") == pytest.approx(0.0, abs=0.1)
    assert parse("", lines=["84-U1", "362.17"])[0].text.normalized == "84U136217", (
        "what is plainly read stays"
    )
