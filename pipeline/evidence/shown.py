"""Names from strangers as a terminal may show them: one line, in the order they are written."""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST, _END = 80, 40  # of a long path, the end tells which file it is
_NAMED = 5  # in one message


def shown(name: str) -> str:
    """`name` without anything that moves the cursor, turns the direction or fills the screen."""
    plain = escaped(name)
    if len(plain) <= _LONGEST:
        return plain
    return f"{plain[: _LONGEST - 1 - _END]}…{plain[-_END:]}"


def escaped(name: str) -> str:
    """The same, whole: with a backslash before the code of every letter that does not print."""
    return "".join(map(_letter, name))


def some(names: Sequence[str]) -> str:
    """The first of many names, and how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(shown(name) for name in names[:_NAMED]) + (f" (+{more})" if more > 0 else "")


def _letter(letter: str) -> str:
    if 0xDC80 <= ord(letter) <= 0xDCFF:  # a byte of a file name that is no UTF-8
        return f"\\x{ord(letter) - 0xDC00:02x}"
    if letter.isprintable() and letter != "\\":
        return letter
    return letter.encode("unicode_escape").decode()
