"""What the shipped reader's probabilities become: structures, texts, a confidence."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.plates.rules import ALPHABET
from pipeline.plates.shipped_reader import texts
from pipeline.plates.speller import Spelling, view_of
from pipeline.plates.symbols import BREAK, COLOURS, END, HEIGHT_PX, SLOTS, SYMBOLS, WIDTH_PX


def spelling(said: str, doubts: dict[int, dict[str, float]] | None = None) -> Spelling:
    """What a network says that is sure of `said` (lines parted by `/`) but for some slots."""
    slots = np.full((SLOTS, SYMBOLS), 1e-5)
    symbols = [BREAK if c == "/" else ALPHABET.index(c) for c in said]
    for slot, symbol in enumerate(symbols + [END] * (SLOTS - len(symbols))):
        slots[slot, symbol] = 1.0
    for slot, others in (doubts or {}).items():
        slots[slot] = 1e-5
        for character, probability in others.items():
            code = {"/": BREAK, "$": END}.get(character)
            slots[slot, ALPHABET.index(character) if code is None else code] = probability
    slots /= slots.sum(axis=1, keepdims=True)
    colours = np.full(len(COLOURS), 1 / len(COLOURS))
    return Spelling(np.log(slots), np.log(colours))


@pytest.mark.parametrize(
    ("said", "plate"),
    [
        ("59V1/79379", "59-V1 793.79"),
        ("51A/19222", "51A-192.22"),
        ("51A19222", "51A-192.22"),
        ("81AA/04892", "81-AA 048.92"),
        ("TM1234", "TM-12-34"),
        ("29LD12345", "29LD-123.45"),
        ("60MĐ1/02343", "60-MĐ1 023.43"),
    ],
)
def test_a_clear_look_gives_its_plate(said: str, plate: str) -> None:
    best, *others = texts(spelling(said))
    assert best.text.display == plate
    assert all(other.cost > best.cost + 3 for other in others)


def test_the_grammar_decides_between_a_letter_and_a_digit() -> None:
    best = texts(spelling("59V1/79379", {2: {"8": 0.55, "B": 0.45}}))[0]
    assert best.text.normalized == "59B179379"


def test_two_readings_of_one_slot_are_weighed() -> None:
    first, second = texts(spelling("59V1/79379", {6: {"3": 0.7, "9": 0.3}}))[:2]
    assert (first.text.normalized, second.text.normalized) == ("59V173379", "59V179379")
    assert second.cost - first.cost == pytest.approx(np.log(0.7 / 0.3), abs=0.02)


def test_a_plate_of_four_digits_or_of_five() -> None:
    look = spelling("59V1/7937", {9: {"9": 0.3, "$": 0.7}})
    first, second = texts(look)[:2]
    assert {first.text.normalized, second.text.normalized} == {"59V17937", "59V179379"}


def test_words_are_no_plates() -> None:
    assert texts(spelling("HONDA")) == []
    assert texts(spelling("0912345678")) == []


def test_what_is_empty_says_nothing() -> None:
    assert texts(spelling("")) == []
    assert spelling("").lines == ()


def test_structures_are_as_likely_as_their_breaks_and_ends() -> None:
    look = spelling("59V1/79379", {4: {"/": 0.8, "7": 0.2}})
    found = dict(look.structures())
    assert np.exp(found[(4, 5)]) == pytest.approx(0.8, abs=0.01)


def test_a_view_holds_the_plate_upright() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    image[80:120, 100:200] = 255
    quad = np.array([[100, 80], [200, 80], [200, 120], [100, 120]], np.float64)
    view = view_of(image, quad)
    assert view.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert view[10:-10, 15:-15].min() > 200
    assert view[:2].max() < 60


def test_a_plate_upside_down_is_turned() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    image[80:120, 100:150] = 255
    quad = np.array([[200, 120], [100, 120], [100, 80], [200, 80]], np.float64)
    view = view_of(image, quad)
    assert view[20:44, 75:110].min() > 200
    assert view[20:44, 15:50].max() < 60


def test_a_view_beside_the_picture_is_no_crash() -> None:
    image = np.zeros((50, 50, 3), np.uint8)
    quad = np.array([[-90, -90], [-60, -90], [-60, -80], [-90, -80]], np.float64)
    assert view_of(image, quad).shape == (HEIGHT_PX, WIDTH_PX, 3)
