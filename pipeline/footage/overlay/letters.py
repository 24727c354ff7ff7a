"""Letters and digits that a recogniser takes for each other in small burnt-in text."""

from __future__ import annotations

import unicodedata

DIGIT = "[0-9OQDILZSB|!]"
"""One digit of an upper-case text, or what a digit is taken for."""

_DIGITS = str.maketrans("OQDILZSB|!", "0001125811")
_SIGNS = str.maketrans(
    {
        "–": "-", "—": "-", "−": "-", "·": ".", "•": ".", "。": ".", ",": ".", ";": ":",
        "’": "'", "′": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "″": '"', "º": "°", "˚": "°",
        "\\": "/", "_": " ",
    }
)  # fmt: skip
_SURE_SHARE = 0.6  # of the digits of a number must have been read as digits


def plain(text: str) -> str:
    """The text in upper case with the plainest of signs that look alike (`:` for a wide `：`)."""
    wide = unicodedata.normalize("NFKC", text.translate(_SIGNS))
    return unicodedata.normalize("NFC", wide).translate(_SIGNS).upper()


def number(text: str) -> int:
    """The number that digits, or letters taken for digits, stand for."""
    return int(text.translate(_DIGITS))


def decimal(text: str) -> float:
    """As `number`, with a fraction."""
    return float(text.translate(_DIGITS))


def are_digits(text: str) -> bool:
    """Whether enough of what stands for digits was read as digits, separators aside."""
    letters = [letter for letter in text if letter.isalnum() or letter in "|!"]
    digits = sum(letter.isdigit() for letter in letters)
    return bool(letters) and digits >= _SURE_SHARE * len(letters)
