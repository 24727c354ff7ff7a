"""Comparing Vietnamese names that are spelt in two ways."""

from __future__ import annotations

import unicodedata

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_KINDS = ("phuong", "thitran", "xa", "dackhu", "quan", "huyen", "thixa", "thanhpho", "tinh")


def same_but_for_tone_place(one: str, other: str) -> bool:
    """Whether two names differ in nothing but the letter that bears a tone: Hòa, Hoà."""
    return _tones_last(one) == _tones_last(other)


def key(name: str) -> str:
    """A name without accents, spaces, case, leading zeros, and with i for y."""
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    words = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return "".join(word.lstrip("0") or word for word in words.split()).replace("y", "i")


def short(key_of_name: str) -> str:
    """A key without the kind of unit before it; "phuong1" stays, a number is no name."""
    for kind in _KINDS:
        rest = key_of_name.removeprefix(kind)
        if rest != key_of_name and not rest.isdigit():
            return rest
    return key_of_name


def _tones_last(name: str) -> list[str]:
    words = unicodedata.normalize("NFD", name.lower()).split()
    return ["".join(sorted(word, key=lambda c: (c in _TONES, 0))) for word in words]
