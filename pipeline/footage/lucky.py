"""How cameras with a chip of "luckychip" (E-ACE B44) hide their positions: RC4 under a fixed key.

The keys are those that ExifTool's documentation of the format names.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence

_NUMBER = re.compile(rb"\d{1,5}\.\d+")


def decipher(texts: Sequence[bytes]) -> list[bytes]:
    """The numbers behind base64 `texts` under the one key that fits all; empty if none does."""
    try:
        hidden = [base64.b64decode(text, validate=True) for text in texts]
    except (binascii.Error, ValueError):
        return []
    for key in _keys():
        plain = [rc4(text, key) for text in hidden]
        if all(_NUMBER.fullmatch(text) for text in plain):
            return plain
    return []


def _keys() -> Iterator[bytes]:
    yield b"luckychip gps"
    for letter in b"abcdefghijklmnopqrs":
        yield b"customer %c%c gps" % (letter, letter)


def rc4(text: bytes, key: bytes) -> bytes:
    """RC4 of the text, which is its own inverse."""
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 0xFF
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for value in text:
        i = (i + 1) & 0xFF
        j = (j + state[i]) & 0xFF
        state[i], state[j] = state[j], state[i]
        out.append(value ^ state[(state[i] + state[j]) & 0xFF])
    return bytes(out)
